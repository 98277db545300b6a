"""Walking an expression without recursion, each shared part once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from sympy import Basic, Dummy, Expr, Lambda, MatrixSymbol, Symbol, preorder_traversal, sympify

from derivlib.errors import InputError, ShapeError, UnsupportedError
from derivlib.expressions.facets import Absent, Entries, facets_of, is_holomorphic, why_absent
from derivlib.expressions.sizes import at_size
from derivlib.expressions.text import text
from derivlib.nodes.formal import FormalNode
from derivlib.nodes.grid import Grid, as_scalar
from derivlib.nodes.independence import Crossing
from derivlib.nodes.matrix_function import Slot


class Ring(Protocol):
    """What entries are made of, and how to calculate with them.

    Expressions, exact fractions, precise numbers, dual numbers, jets.
    """

    def number(self, value: Expr) -> Any:
        """Take over a number."""

    def symbol(self, symbol: Symbol) -> Any:
        """The value of a scalar symbol."""

    def entry(self, symbol: Any, i: int, j: int) -> Any:
        """The value of an entry, counted from 0, of a matrix symbol."""

    def is_zero(self, value: Any) -> bool:
        """Return whether a value is a zero seen without calculating; its products are left out."""

    def total(self, terms: Sequence[Any]) -> Any:
        """Add."""

    def product(self, factors: Sequence[Any]) -> Any:
        """Multiply."""

    def power(self, base: Any, exponent: Any) -> Any:
        """Raise to a power."""

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """Apply a known function of scalars."""

    def choose(self, pairs: Sequence[tuple[Any, Any]]) -> Any:
        """Take the first value whose condition holds."""

    def compare(self, relation: Any, left: Any, right: Any) -> Any:
        """Decide a relation between two scalars."""

    def connect(self, operation: Any, conditions: Sequence[Any]) -> Any:
        """Decide what is said of conditions: that all hold, or one does, or one does not."""

    def abstract(
        self, name: str, index: Sequence[int], slots: Sequence[Slot], arguments: Sequence[Any]
    ) -> Any:
        """The value of an abstract function, or of one of its partial derivatives."""

    def inverse(self, matrix: Grid) -> Grid:
        """Invert a square matrix."""

    def solution(self, matrix: Grid, right: Grid) -> Grid:
        """The X with A X = R, for an invertible matrix A."""

    def determinant(self, matrix: Grid) -> Any:
        """The determinant of a square matrix."""

    def eigenvalue(self, matrix: Grid, polynomial: Sequence[Any], i: int, *, simple: bool) -> Any:
        """The eigenvalue number i of a symmetric matrix, counted in ascending order from 0.

        :param polynomial: the coefficients of det(λI - A), that of the highest power first.
        :param simple: whether no other eigenvalue may be equal to it.
        """

    def matrix_function(self, name: str, matrix: Grid) -> Grid:
        """A function of a square matrix: its exponential, logarithm or square root."""

    def independent(self, matrix: Grid) -> Crossing:
        """The rows and columns that meet in a largest invertible matrix."""

    def differential(self, value: Any) -> Any:
        """The differential of a scalar that was calculated one level further up."""


class NoValue(Exception):  # noqa: N818 - not an error, a reason to take another point
    """A function without a finite real value at a point.

    :ivar place: in which part of the expression, once that is known.
    """

    place = ""


@dataclass
class _Visit:
    node: Basic
    level: int
    entries: Entries
    children: Sequence[Basic]


@dataclass
class Evaluation:
    """One evaluation of expressions over one kind of scalars.

    :param rings: the ring for each number of differentials around a node.
    :param definitions: expressions that stand behind named intermediates.
    :param bindings: values of the variables of a `Lambda`.
    """

    rings: Callable[[int], Ring]
    sizes: Mapping[Any, int]
    definitions: Mapping[Any, Expr] = field(default_factory=dict)
    bindings: Mapping[Any, Any] = field(default_factory=dict)
    level: int = 0
    _known: dict[tuple[int, int], Any] = field(default_factory=dict)
    _visits: dict[tuple[int, int], _Visit] = field(default_factory=dict)
    _path: list[_Visit] = field(default_factory=list)

    @property
    def ring(self) -> Ring:
        """The ring of the node in hand."""
        return self.rings(self.level)

    def value(self, root: Any, level: int = 0) -> Any:
        """Evaluate an expression to a scalar or to a :class:`Grid`.

        :raises UnsupportedError: if the entries of a node are not defined.
        :raises ShapeError: if sizes do not fit.
        :raises NoValue: if a part has none at a point.
        """
        root = sympify(root)
        stack: list[tuple[Basic, int]] = [(root, level)]
        while stack:
            node, at = stack[-1]
            if (id(node), at) in self._known:
                stack.pop()
                continue
            pending = self._pending(node, at)
            if pending:
                stack.extend(reversed(pending))
            else:
                self._finish(node, at)
                stack.pop()
        return self._known[id(root), level]

    def _pending(self, node: Basic, level: int) -> list[tuple[Basic, int]]:
        visit = self._visits.get((id(node), level)) or self._open(node, level)
        below = level + visit.entries.under_differential
        pending = [
            (child, below) for child in visit.children if (id(child), below) not in self._known
        ]
        for child, at in pending:
            if (id(child), at) in self._visits:
                raise InputError(f"the definition of {child} refers to itself")
        return pending

    def _open(self, node: Basic, level: int) -> _Visit:
        entries = self._definition(node)
        parts = entries.parts or facets_of(type(node)).parts
        visit = _Visit(node, level, entries, tuple(parts(node)))
        self._visits[id(node), level] = visit
        self._path.append(visit)
        return visit

    def _definition(self, node: Basic) -> Entries:
        if isinstance(node, Symbol | MatrixSymbol | FormalNode) and node in self.definitions:
            meaning = sympify(self.definitions[node])
            return Entries(lambda _, __, value: value, lambda _: (meaning,))
        entries = facets_of(type(node)).entries
        if entries is None and not node.args and getattr(node, "is_number", False):
            return Entries(lambda calc, number: calc.ring.number(number))
        if isinstance(node, FormalNode):
            raise UnsupportedError(
                f'"{text(node)}" is the name of a derivative, and has no entries: '
                "a long result is written over names, and what they stand for is in its "
                "`shared`: call explicit(d.result, sizes, definitions=d.shared), or d.elementwise"
            )
        if entries is None or isinstance(entries, Absent):
            raise UnsupportedError(
                f"the entries of {type(node).__name__} are not known{self._place(node)}: "
                f"{why_absent(type(node), 'entries')}; derivlib.register adds the entries of "
                "an operation"
            )
        return entries

    def _finish(self, node: Basic, level: int) -> None:
        visit = self._path.pop()
        below = level + visit.entries.under_differential
        values = [self._known[id(child), below] for child in visit.children]
        self.level = level
        try:
            self._known[id(node), level] = visit.entries.value(self, node, *values)
        except (ShapeError, UnsupportedError) as error:
            raise type(error)(f"{error}{self._place(node)}") from None
        except ZeroDivisionError:
            raise self._placed(NoValue("a division by zero"), node) from None
        except NoValue as error:
            self._placed(error, node)
            raise

    def _placed(self, error: NoValue, node: Any) -> NoValue:
        """Say where there is no value, but in what is written out, whose letters are not shown."""
        if not error.place and not node.has(Dummy):
            error.place = f' in "{_abridged(node)}"{self._at()}'
        return error

    def _place(self, node: Any) -> str:
        inside = f" (inside {type(self._path[-1].node).__name__})" if self._path else ""
        return f' in "{_abridged(node)}"{inside}{self._at()}'

    def _at(self) -> str:
        sizes = ", ".join(f"{size}={value}" for size, value in self.sizes.items())
        return f" at {sizes}" if sizes else ""

    def value_from_parts(self, node: Any, value_of: Callable[[Any], Any]) -> Any:
        """The value of one node by its definition, from values of its parts found elsewhere."""
        entries = self._definition(node)
        parts = (entries.parts or facets_of(type(node)).parts)(node)
        return entries.value(self, node, *map(value_of, parts))

    def size(self, size: Any) -> int:
        """Put the sizes into a number of rows or columns, or into an index."""
        return at_size(size, self.sizes)

    def shape(self, node: Any) -> tuple[int, int]:
        """The shape of a node at the sizes of the evaluation."""
        rows, cols = map(self.size, node.shape)
        if min(rows, cols) < 1:
            raise ShapeError(f"a {rows}×{cols} matrix has no entries")
        return rows, cols

    def apply(self, function: Lambda, *arguments: Any) -> Any:
        """Put scalar values into the variables of a `Lambda`."""
        bindings = dict(zip(function.variables, arguments, strict=True))
        return as_scalar(self.nested(function.expr, bindings))

    def nested(self, expr: Expr, bindings: Mapping[Any, Any] | None = None) -> Any:
        """Evaluate an expression that is not itself part of the one in hand."""
        inner = type(self)(
            self.rings,
            self.sizes,
            self.definitions,
            {**self.bindings, **(bindings or {})},
        )
        return inner.value(expr, self.level)


class ComplexEvaluation(Evaluation):
    """An evaluation in which adjoints, conjugates, moduli and norms are those of complex numbers.

    What is not known to mean the same for them has no value. Its rings have `conjugate` and
    `squared_modulus` too.
    """

    def _definition(self, node: Basic) -> Entries:
        told = facets_of(type(node)).complex_entries
        if told is not None:
            return told
        entries = super()._definition(node)
        if node in self.definitions:
            return entries
        if not is_holomorphic(node) and not entries.under_differential:
            raise UnsupportedError(
                f"{type(node).__name__} is defined for real numbers only{self._place(node)}"
            )
        return entries


def _abridged(node: Basic, width: int = 200) -> str:
    """The node as text, cut short; a long expression is not printed to be thrown away."""
    if sum(1 for _ in islice(preorder_traversal(node), width)) == width:
        return f"{type(node).__name__}(…)"
    text = str(node)
    return text if len(text) <= width else text[: width - 1] + "…"
