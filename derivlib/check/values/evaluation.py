"""Walking an expression without recursion, each shared part once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from sympy import Basic, Expr, Lambda, MatrixSymbol, Symbol, preorder_traversal, sympify

from derivlib.check.scalars.abstract import Slot
from derivlib.errors import InputError, ShapeError, UnsupportedError
from derivlib.expressions.sizes import at_size
from derivlib.nodes import FormalNode
from derivlib.nodes.grid import Grid, as_scalar

__all__ = ["Evaluation", "Operation", "Scalars", "children_of", "shape_at"]


class Scalars(Protocol):
    """What entries are made of, and how to calculate with them."""

    def number(self, value: Expr) -> Any:
        """Take over a number."""

    def symbol(self, symbol: Symbol) -> Any:
        """The value of a scalar symbol."""

    def entry(self, symbol: Any, i: int, j: int) -> Any:
        """The value of an entry, counted from 0, of a matrix symbol."""

    def is_zero(self, value: Any) -> bool:
        """Tell a zero that is seen without calculating, and whose products are left out."""

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

    def abstract(
        self, name: str, index: Sequence[int], slots: Sequence[Slot], arguments: Sequence[Any]
    ) -> Any:
        """The value of an abstract function, or of one of its partial derivatives."""

    def inverse(self, matrix: Grid) -> Grid:
        """Invert a square matrix."""

    def determinant(self, matrix: Grid) -> Any:
        """The determinant of a square matrix."""

    def differential(self, value: Any) -> Any:
        """The differential of a scalar that was calculated one level further up."""


def children_of(node: Basic) -> Sequence[Basic]:
    """All arguments of a node."""
    return node.args


@dataclass(frozen=True)
class Operation:
    """How the entries of one kind of node come from the values of its children.

    :param value: a function of the evaluation, the node and the values of its children.
    :param children: the parts of the node that are evaluated first.
    :param raises_level: whether the children belong under a differential.
    """

    value: Callable[[Evaluation, Any, list[Any]], Any]
    children: Callable[[Any], Sequence[Basic]] = children_of
    raises_level: bool = False


@dataclass
class _Visit:
    node: Basic
    level: int
    operation: Operation
    children: Sequence[Basic]


@dataclass
class Evaluation:
    """One evaluation of expressions over one kind of scalars.

    :param operations: the table of nodes.
    :param scalars: the scalars for each number of differentials around a node.
    :param sizes: a positive integer for each size symbol.
    :param definitions: expressions that stand behind named intermediates.
    :param bindings: values of the variables of a `Lambda`.
    """

    operations: Callable[[Basic], Operation | None]
    scalars: Callable[[int], Scalars]
    sizes: Mapping[Any, int]
    definitions: Mapping[Any, Expr] = field(default_factory=dict)
    bindings: Mapping[Any, Any] = field(default_factory=dict)
    level: int = 0
    _known: dict[tuple[int, int], Any] = field(default_factory=dict)
    _visits: dict[tuple[int, int], _Visit] = field(default_factory=dict)
    _path: list[_Visit] = field(default_factory=list)

    @property
    def here(self) -> Scalars:
        """The scalars of the node in hand."""
        return self.scalars(self.level)

    def value(self, root: Any, level: int = 0) -> Any:
        """Evaluate an expression to a scalar or to a :class:`Grid`.

        :raises UnsupportedError: if a node has no entry in the table.
        :raises ShapeError: if sizes do not fit.
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
        below = level + visit.operation.raises_level
        pending = [
            (child, below) for child in visit.children if (id(child), below) not in self._known
        ]
        for child, at in pending:
            if (id(child), at) in self._visits:
                raise InputError(f"the definition of {child} refers to itself")
        return pending

    def _open(self, node: Basic, level: int) -> _Visit:
        operation = self._operation(node)
        visit = _Visit(node, level, operation, tuple(operation.children(node)))
        self._visits[id(node), level] = visit
        self._path.append(visit)
        return visit

    def _operation(self, node: Basic) -> Operation:
        if isinstance(node, Symbol | MatrixSymbol | FormalNode) and node in self.definitions:
            definition = sympify(self.definitions[node])
            return Operation(lambda _, __, values: values[0], lambda _: (definition,))
        operation = self.operations(node)
        if operation is None:
            raise UnsupportedError(
                f"the entries of {type(node).__name__} are not known{self._place(node)}; "
                "add the node to the table in derivlib/check/values/operations.py"
            )
        return operation

    def _finish(self, node: Basic, level: int) -> None:
        visit = self._path.pop()
        below = level + visit.operation.raises_level
        values = [self._known[id(child), below] for child in visit.children]
        self.level = level
        try:
            self._known[id(node), level] = visit.operation.value(self, node, values)
        except (ShapeError, UnsupportedError) as error:
            raise type(error)(f"{error}{self._place(node)}") from None

    def _place(self, node: Any) -> str:
        inside = f" (inside {type(self._path[-1].node).__name__})" if self._path else ""
        sizes = ", ".join(f"{size}={value}" for size, value in self.sizes.items())
        return f' in "{_abridged(node)}"{inside}' + (f" at {sizes}" if sizes else "")

    def size(self, size: Any) -> int:
        """Put the sizes into a number of rows or columns, or into an index."""
        return at_size(size, self.sizes)

    def apply(self, function: Lambda, *arguments: Any) -> Any:
        """Put scalar values into the variables of a `Lambda`."""
        bindings = dict(zip(function.variables, arguments, strict=True))
        return as_scalar(self.nested(function.expr, bindings))

    def nested(self, expr: Expr, bindings: Mapping[Any, Any] | None = None) -> Any:
        """Evaluate an expression that is not itself part of the one in hand."""
        inner = Evaluation(
            self.operations,
            self.scalars,
            self.sizes,
            self.definitions,
            {**self.bindings, **(bindings or {})},
        )
        return inner.value(expr, self.level)


def _abridged(node: Basic, width: int = 200) -> str:
    """The node as text, cut short; a long expression is not printed to be thrown away."""
    if sum(1 for _ in islice(preorder_traversal(node), width)) == width:
        return f"{type(node).__name__}(…)"
    text = str(node)
    return text if len(text) <= width else text[: width - 1] + "…"


def shape_at(evaluation: Evaluation, node: Any) -> tuple[int, int]:
    """The shape of a node at the sizes of an evaluation."""
    rows, cols = map(evaluation.size, node.shape)
    if min(rows, cols) < 1:
        raise ShapeError(f"a {rows}×{cols} matrix has no entries")
    return rows, cols
