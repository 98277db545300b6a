"""Entries that are SymPy expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from sympy import (
    Abs,
    Add,
    Expr,
    Float,
    Integer,
    Max,
    Min,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    conjugate,
    exp,
    log,
    sqrt,
    sympify,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.errors import UnsupportedError
from derivlib.nodes.abstract_partial import AbstractPartial, abstract_value
from derivlib.nodes.grid import Grid
from derivlib.nodes.independence import Crossing, independent
from derivlib.nodes.matrix_function import Slot
from derivlib.nodes.piecewise import piecewise

Entry = Callable[[Any, int, int], Expr]
"""What stands for entry (i, j), counted from 0, of a matrix symbol."""


@lru_cache(maxsize=4096)
def element_of(symbol: Any, i: int, j: int) -> Expr:
    """X[i, j], made once, and without comparing the indices, which fit, with symbolic sizes."""
    return Expr.__new__(MatrixElement, symbol, Integer(i), Integer(j))


@dataclass
class Symbolic:
    """Expressions as a reader wants to see them.

    :param element: what stands for an entry of a matrix symbol.
    """

    element: Entry = element_of

    def number(self, value: Expr) -> Expr:
        """A number is an expression already."""
        return value

    def symbol(self, symbol: Symbol) -> Expr:
        """A symbol stands for itself."""
        return symbol

    def entry(self, symbol: Any, i: int, j: int) -> Expr:
        """An entry of a matrix symbol."""
        return self.element(symbol, i, j)

    def is_zero(self, value: Expr) -> bool:
        """Tell the number zero from all expressions."""
        return value is S.Zero

    def total(self, terms: Sequence[Expr]) -> Expr:
        """Add."""
        return Add(*terms)

    def product(self, factors: Sequence[Expr]) -> Expr:
        """Multiply."""
        return Mul(*factors)

    def power(self, base: Expr, exponent: Expr) -> Expr:
        """Raise to a power."""
        return Pow(base, exponent)

    def call(self, function: Any, arguments: Sequence[Expr]) -> Expr:
        """Apply a known function."""
        if function in (Max, Min) and not any(argument.is_number for argument in arguments):
            return function(*arguments, evaluate=False)  # SymPy compares each with each other
        return function(*arguments)

    @staticmethod
    def conjugate(value: Expr) -> Expr:
        """The conjugate of an entry."""
        return conjugate(value)

    @staticmethod
    def squared_modulus(value: Expr) -> Expr:
        """The square of the absolute value of an entry."""
        return Abs(value) ** 2

    def choose(self, pairs: Sequence[tuple[Any, Any]]) -> Expr:
        """Leave the choice to a piecewise function."""
        return piecewise(*pairs)

    def compare(self, relation: Any, left: Expr, right: Expr) -> Any:
        """Write the relation."""
        return relation(left, right)

    def connect(self, operation: Any, conditions: Sequence[Any]) -> Any:
        """Write what is said of conditions."""
        return operation(*conditions)

    def abstract(
        self, name: str, index: Sequence[int], slots: Sequence[Slot], arguments: Sequence[Expr]
    ) -> Expr:
        """An abstract function of scalars, or a partial derivative of one."""
        return abstract_value(AbstractPartial(name, index, slots, *arguments))

    def determinant(self, matrix: Grid) -> Expr:
        """The determinant by cofactors."""
        return _Minors(matrix).of(tuple(range(matrix.rows)), tuple(range(matrix.cols)))

    def inverse(self, matrix: Grid) -> Grid:
        """The adjugate over the determinant.

        :raises UnsupportedError: if the determinant is zero.
        """
        determinant = self.determinant(matrix)
        if determinant.is_zero:
            raise UnsupportedError("the inverse of a singular matrix")
        minors, size = _Minors(matrix), matrix.rows
        without = [tuple(k for k in range(size) if k != i) for i in range(size)]
        return Grid.of(
            size,
            size,
            lambda i, j: (-1) ** (i + j) * minors.of(without[j], without[i]) / determinant,
        )

    def solution(self, matrix: Grid, right: Grid) -> Grid:
        """The inverse times the right side."""
        inverse = self.inverse(matrix)
        places = range(right.rows)
        return Grid.of(
            *right.shape,
            lambda i, j: self.total([self.product((inverse[i, k], right[k, j])) for k in places]),
        )

    def eigenvalue(self, matrix: Grid, polynomial: Sequence[Expr], i: int, *, simple: bool) -> Expr:
        """The root of a polynomial of degree 1 or 2.

        :raises UnsupportedError: if the degree is higher.
        """
        if matrix.rows == 1:
            return matrix.entries[0]
        if matrix.rows > 2:
            raise UnsupportedError(
                f"eigenvalues of a {matrix.rows}×{matrix.cols} matrix are not written out in its "
                "entries; those of a 2×2 matrix are"
            )
        (a, b), (_, d) = matrix.row(0), matrix.row(1)
        return (a + d + (2 * i - 1) * sqrt((a - d) ** 2 + 4 * b**2)) / 2

    def matrix_function(self, name: str, matrix: Grid) -> Grid:
        """That of each entry on the diagonal, where all others are zero.

        :raises UnsupportedError: if one of them is not.
        """
        n = matrix.rows
        if any(matrix[i, j] != 0 for i in range(n) for j in range(n) if i != j):
            raise UnsupportedError(
                f"the {name} of a {n}×{n} matrix is not written out in its entries"
            )
        function = {"exponential": exp, "logarithm": log, "square root": sqrt}[name]
        return Grid.of(n, n, lambda i, j: function(matrix[i, i]) if i == j else S.Zero)

    def independent(self, matrix: Grid) -> Crossing:
        """Those that are so at random values of all symbols and entries, and so nearly anywhere."""
        return independent(matrix.map(_Sample()), _RANK_TOLERANCE)

    def differential(self, value: Expr) -> Expr:
        """Differentials have values only in a direction.

        :raises UnsupportedError: always.
        """
        raise UnsupportedError(
            "a differential has no entries of its own, it needs a direction: use check_equation"
        )


_RANK_TOLERANCE = Float("1e-20")
"""What counts as zero beside the largest entry, where a number is not rational."""


class _Sample:
    """The value of an expression where each scalar in it has a random one."""

    def __init__(self) -> None:
        self._rng = Random(0)
        self._values: dict[Any, Rational] = {}

    def __call__(self, expr: Any) -> Expr:
        expr = sympify(expr)
        for kind in ((MatrixElement, AppliedUndef, AbstractPartial), Symbol):
            leaves = sorted(expr.atoms(*(kind if isinstance(kind, tuple) else (kind,))), key=str)
            expr = expr.xreplace({leaf: self._value(leaf) for leaf in leaves})
        return expr if expr.is_Rational else expr.evalf(40)

    def _value(self, leaf: Any) -> Rational:
        return self._values.setdefault(leaf, Rational(self._rng.randint(1, 2**20), 2**20))


class _Minors:
    """Determinants of submatrices, each calculated once."""

    def __init__(self, matrix: Grid) -> None:
        self.matrix = matrix
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], Expr] = {}

    def of(self, rows: tuple[int, ...], cols: tuple[int, ...]) -> Expr:
        """The determinant of the submatrix of these rows and columns."""
        if not rows:
            return S.One
        if (rows, cols) not in self._known:
            self._known[rows, cols] = self._expanded(rows, cols)
        return self._known[rows, cols]

    def _expanded(self, rows: tuple[int, ...], cols: tuple[int, ...]) -> Expr:
        terms = []
        for k, col in enumerate(cols):
            entry = self.matrix[rows[0], col]
            if entry != 0:
                rest = self.of(rows[1:], cols[:k] + cols[k + 1 :])
                terms.append((-1) ** k * entry * rest)
        return Add(*terms)
