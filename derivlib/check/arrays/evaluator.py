"""The values of expressions on NumPy's arrays, with their derivatives along directions.

Each node has its value from its facets: the one written for arrays, or else its definition, entry
by entry over jets. Derivatives come from the arithmetic of jets, those of undefined functions from
their concrete definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp

from derivlib.check.arrays import jets
from derivlib.check.arrays.conditions import CONNECTIVES, RELATIONS, holds
from derivlib.check.arrays.elementary import EXP, LOG, derivatives_of, power
from derivlib.check.arrays.jets import Jet, constant
from derivlib.check.arrays.ridges import ridges
from derivlib.check.scalars.matrix_functions import refuse_without, value_of
from derivlib.errors import UnsupportedError
from derivlib.expressions.facets import facet
from derivlib.nodes import (
    AbstractGradient,
    AbstractJacobian,
    MatrixFunctionApplication,
    PartialNode,
)
from derivlib.nodes.evaluation import Evaluation
from derivlib.nodes.grid import Grid
from derivlib.nodes.independence import Crossing, independent
from derivlib.nodes.prime import prime_of

_RANK_TOLERANCE = 1e-10
"""What counts as zero beside the largest entry of a matrix."""


class Evaluator:
    """Evaluates expressions at one point.

    :param values: a jet for each symbol.
    :param like: the first two axes of the jets: number of parts, number of directions.
    :param definitions: expressions to put in for symbols, such as N = XW.
    """

    np, jets = np, jets
    EXP, LOG = EXP, LOG
    power = staticmethod(power)
    derivatives_of = staticmethod(derivatives_of)

    def __init__(
        self,
        sizes: Mapping[Any, int],
        values: Mapping[Any, Jet],
        like: tuple[int, int],
        *,
        dtype: Any = np.longdouble,
        definitions: Mapping[Any, Any] | None = None,
    ) -> None:
        self.sizes = dict(sizes)
        self.like = like
        self.dtype = dtype
        self.definitions = dict(definitions or {})
        self.known: dict[Any, Jet] = dict(values)

    def size(self, size: Any) -> int:
        """The value of a size."""
        return int(sp.sympify(size).xreplace({s: sp.Integer(v) for s, v in self.sizes.items()}))

    def shape(self, expr: Any) -> tuple[int, int]:
        """Rows and columns of a matrix expression; 1×1 for a scalar."""
        if not expr.is_Matrix:
            return 1, 1
        rows, cols = expr.shape
        return self.size(rows), self.size(cols)

    def number(self, value: Any) -> Jet:
        """A constant."""
        return constant(value, self.like, self.dtype)

    def value(self, expr: Any) -> Jet:
        """The value of an expression.

        :raises NoValue: where it has none.
        :raises UnsupportedError: for a node whose entries are not known.
        """
        found = self.known.get(expr)
        if found is None:
            found = self.known[expr] = self._value(expr)
            nested = isinstance(expr, PartialNode) and isinstance(expr.args[0], PartialNode)
            if not nested and found.shape[2:] != self.shape(expr):
                raise ValueError(f"{expr} is said to be {self.shape(expr)}, not {found.shape[2:]}")
        return found

    def _value(self, expr: Any) -> Jet:
        if expr in self.definitions:
            return self.value(self.definitions[expr])
        if expr in self.sizes:
            return self.number(self.sizes[expr])
        on_arrays: Callable[[Any, Any], Jet] | None = facet(type(expr), "arrays")
        if on_arrays is not None:
            return on_arrays(self, expr)
        entries = facet(type(expr), "entries")
        if entries is None or entries.under_differential:
            raise UnsupportedError(f'{type(expr).__name__} in "{expr}" has no value on arrays')
        return self._by_definition(expr)

    def _by_definition(self, expr: Any) -> Jet:
        """The value entry by entry, for a node that has no other."""
        ring = JetRing(self)
        evaluation = Evaluation(lambda _: ring, self.sizes)
        found = evaluation.value_from_parts(expr, self._part)
        return self.from_grid(found)

    def _part(self, part: Any) -> Any:
        """The entries of a matrix; a scalar, which may stand for those of many places, as it is."""
        value = self.value(part)
        return self.as_grid(value) if getattr(part, "is_Matrix", False) else value

    def as_grid(self, value: Jet) -> Any:
        """The entries of a jet as jets of one entry."""
        rows, cols = value.shape[2:]
        return Grid.of(rows, cols, lambda i, j: value[:, :, i : i + 1, j : j + 1])

    def from_grid(self, value: Any) -> Jet:
        """Put entries together again."""
        if not isinstance(value, Grid):
            return value
        lines = [np.concatenate(value.row(i), axis=3) for i in range(value.rows)]
        return np.concatenate(lines, axis=2)

    def all_of(self, parts: Iterable[Any]) -> list[Jet]:
        """The values of several expressions."""
        return [self.value(part) for part in parts]

    def blocks(self, rows: Sequence[Sequence[Any]]) -> Jet:
        """The value of a matrix that is written out, of entries or of blocks."""
        lines = [np.concatenate(self.all_of(map(sp.sympify, row)), axis=3) for row in rows]
        return np.concatenate(lines, axis=2)

    def holds(self, condition: Any) -> Any:
        """Where a condition holds, place by place."""
        return holds(condition, self.value)

    def matrix_function(self, name: str, value: Jet) -> Jet:
        """The exponential, logarithm or square root of a square matrix.

        :raises NoValue: if it does not exist.
        """
        refuse_without(name, np.linalg.eigvals(value[0, 0].astype(float)))
        found: Jet = value_of(name, _SquareJets(self), value)
        return found

    @staticmethod
    def laid_out(value: Jet, shape: tuple[int, int]) -> Jet:
        """The same entries in another shape, column after column."""
        rows, cols = shape
        return value.swapaxes(2, 3).reshape(*value.shape[:2], cols, rows).swapaxes(2, 3)

    def elementwise(self, expr: Any) -> Jet:
        """A function of one scalar at each entry of a matrix."""
        function, argument = expr.args[0], self.value(expr.args[1])
        (variable,) = function.variables
        outside = {s: self.value(s) for s in function.expr.free_symbols if s != variable}
        inside = _Entrywise(
            self.sizes, {**outside, variable: argument}, self.like, dtype=self.dtype
        )
        return inside.value(function.expr) + self.number(np.zeros(argument.shape[2:]))

    def undefined(self, expr: Any) -> Jet:
        """An undefined function, or its partial derivative of any order, in the order they nest."""
        node = expr
        moving: list[int] = []
        kinds: list[Any] = []
        while isinstance(node, PartialNode):
            moving.insert(0, int(node.args[1]))
            kinds.insert(0, type(node))
            node = node.args[0]
        first = moving
        if isinstance(node, MatrixFunctionApplication):
            name, arguments, shape = node.name, node.arguments, self.shape(node)
        else:
            name, order, arguments = _undefined(node)
            shape, moving = (1, 1), [0] * order + moving
        points = self.all_of(arguments)
        sizes = tuple(point.shape[2] * point.shape[3] for point in points)
        values = ridges(name, shape[0] * shape[1], sizes).partial(points, moving)
        for kind, position in zip(kinds, first, strict=True):
            if kind is AbstractGradient:
                shape = points[position].shape[2:]
            elif kind is AbstractJacobian:
                shape = shape[0] * shape[1], sizes[position]
        return self.laid_out(values, shape)


class _Entrywise(Evaluator):
    """Evaluates the body of a function of one scalar for all entries of a matrix at once."""

    def value(self, expr: Any) -> Jet:
        found = self.known.get(expr)
        return self._value(expr) if found is None else found

    def undefined(self, expr: Any) -> Jet:
        name, order, arguments = _undefined(expr)
        return ridges(name, 1, (1,)).entrywise(self.value(arguments[0]), order)


def _undefined(node: Any) -> tuple[str, int, tuple[Any, ...]]:
    """The name of an undefined scalar function, how often it is differentiated, and where."""
    slope = prime_of(node)
    if slope is None:
        return type(node).__name__, 0, node.args
    return slope[0].__name__, slope[1], (slope[2],)


class _SquareJets:
    """Square matrices with their changes, which are never left out."""

    orders = 0

    def __init__(self, on: Evaluator) -> None:
        self.on = on
        self.digits = int(np.finfo(on.dtype).precision)

    def plain(self, a: Jet) -> Jet:
        return a

    def unit(self, like: Jet) -> Jet:
        return self.on.number(np.eye(like.shape[-1]))

    def plus(self, a: Jet, b: Jet) -> Jet:
        return a + b

    def times(self, a: Jet, b: Jet) -> Jet:
        return jets.matmul(a, b)

    def scaled(self, p: int, q: int, a: Jet) -> Jet:
        return a * p / q

    def inverse(self, a: Jet) -> Jet:
        return jets.inverse(a)

    def size(self, a: Jet) -> float:
        return float(np.abs(a[0]).sum(axis=2).max())


class JetRing:
    """Jets of one entry, as the scalars of which entries are made."""

    def __init__(self, on: Evaluator) -> None:
        self.on = on

    def number(self, value: Any) -> Jet:
        """Take over a number."""
        return self.on.value(sp.sympify(value))

    def symbol(self, symbol: Any) -> Jet:
        """The value of a scalar symbol."""
        return self.on.value(symbol)

    def entry(self, symbol: Any, i: int, j: int) -> Jet:
        """The value of an entry, counted from 0, of a matrix symbol."""
        return self.on.value(symbol)[:, :, i : i + 1, j : j + 1]

    def is_zero(self, value: Jet) -> bool:
        """Return whether a jet is zero in every part and direction."""
        return not value.any()

    def total(self, terms: Sequence[Jet]) -> Jet:
        """Add."""
        return sum(terms[1:], terms[0]) if terms else self.on.number(0)

    def product(self, factors: Sequence[Jet]) -> Jet:
        """Multiply."""
        result = self.on.number(1)
        for factor in factors:
            result = jets.times(result, factor)
        return result

    def power(self, base: Jet, exponent: Jet) -> Jet:
        """Raise to a power; a whole exponent does not ask for a positive base."""
        constant_exponent = not exponent[1:].any()
        whole = float(exponent[0].flat[0])
        if constant_exponent and whole.is_integer() and (exponent[0] == whole).all():
            base = jets.reciprocal(base) if whole < 0 else base
            return self.product([base] * abs(int(whole)))
        if constant_exponent and (exponent[0] == whole).all():
            return jets.apply(power(whole), base)
        return jets.apply(EXP, jets.times(exponent, jets.apply(LOG, base)))

    def call(self, function: Any, arguments: Sequence[Jet]) -> Jet:
        """Apply a known function of one scalar.

        :raises UnsupportedError: if it is one of several.
        """
        if len(arguments) != 1:
            raise UnsupportedError(f"{function.__name__} of several scalars on arrays")
        return jets.apply(derivatives_of(function), arguments[0])

    def choose(self, pairs: Sequence[tuple[Jet, Any]]) -> Jet:
        """Take the first value whose condition holds."""
        *others, (result, _) = pairs
        for value, condition in reversed(others):
            result = np.where(condition, value, result)
        return result

    def compare(self, relation: Any, left: Jet, right: Jet) -> Any:
        """Decide a relation between two scalars by their values."""
        return RELATIONS[relation](left[0], right[0])

    def connect(self, operation: Any, conditions: Sequence[Any]) -> Any:
        """Decide what is said of conditions."""
        return CONNECTIVES[operation](conditions)

    def abstract(self, name: str, *_: Any) -> Jet:
        """Nothing: undefined functions have values on whole arrays.

        :raises UnsupportedError: always.
        """
        raise UnsupportedError(f"the undefined function {name} inside of a node on arrays")

    def inverse(self, matrix: Grid) -> Grid:
        """Invert a square matrix."""
        return self.on.as_grid(jets.inverse(self.on.from_grid(matrix)))

    def solution(self, matrix: Grid, right: Grid) -> Grid:
        """The inverse times the right side."""
        inverse = jets.inverse(self.on.from_grid(matrix))
        return self.on.as_grid(jets.matmul(inverse, self.on.from_grid(right)))

    def determinant(self, matrix: Grid) -> Jet:
        """The determinant of a square matrix."""
        return jets.determinant(self.on.from_grid(matrix))

    def eigenvalue(self, matrix: Grid, polynomial: Sequence[Jet], i: int, *, simple: bool) -> Jet:
        """Nothing: eigenvalues have values on whole arrays.

        :raises UnsupportedError: always.
        """
        raise UnsupportedError("an eigenvalue inside of a node on arrays")

    def matrix_function(self, name: str, matrix: Grid) -> Grid:
        """The exponential, logarithm or square root of a square matrix."""
        return self.on.as_grid(self.on.matrix_function(name, self.on.from_grid(matrix)))

    def independent(self, matrix: Grid) -> Crossing:
        """The rows and columns that meet in a largest invertible matrix, at the first place."""
        return independent(matrix.map(lambda jet: float(jet[0].flat[0])), _RANK_TOLERANCE)

    def differential(self, _: Any) -> Jet:
        """Nothing: jets carry their changes themselves.

        :raises UnsupportedError: always.
        """
        raise UnsupportedError("a differential inside of a node on arrays")
