"""How much there is to write, before anything is written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Expr, Symbol

from derivlib.nodes.evaluation import Evaluation
from derivlib.nodes.grid import Grid
from derivlib.nodes.independence import Crossing
from derivlib.nodes.matrix_function import Slot

NOT_WRITTEN = 10**12
"""More nodes than anybody writes."""


class Lengths:
    """Scalars of which only the number of nodes is known, when written out as a tree."""

    def number(self, value: Expr) -> int:
        """A number is one node."""
        return 1

    def symbol(self, symbol: Symbol) -> int:
        """A symbol is one node."""
        return 1

    def entry(self, symbol: Any, i: int, j: int) -> int:
        """An entry is one node."""
        return 1

    def is_zero(self, value: int) -> bool:
        """Nothing is left out: a node is written before its value is seen."""
        return False

    def total(self, terms: Sequence[int]) -> int:
        """One node above its arguments."""
        return 1 + sum(terms)

    product = total

    def power(self, base: int, exponent: int) -> int:
        """One node above two."""
        return 1 + base + exponent

    def call(self, function: Any, arguments: Sequence[int]) -> int:
        """One node above its arguments."""
        return 1 + sum(arguments)

    def choose(self, pairs: Sequence[tuple[int, int]]) -> int:
        """One node above values and conditions."""
        return 1 + sum(map(sum, pairs))

    def compare(self, relation: Any, left: int, right: int) -> int:
        """One node above two."""
        return 1 + left + right

    def connect(self, operation: Any, conditions: Sequence[int]) -> int:
        """One node above the conditions."""
        return 1 + sum(conditions)

    def abstract(
        self, name: str, index: Sequence[int], slots: Sequence[Slot], arguments: Sequence[int]
    ) -> int:
        """One node above its arguments."""
        return 1 + sum(arguments)

    def determinant(self, matrix: Grid) -> int:
        """The terms of the expansion by minors, each of which is written once per row."""
        size, largest = matrix.rows, max(matrix.entries)
        terms = 1
        for k in range(1, size + 1):
            terms = k * (terms + largest)
        return terms

    def inverse(self, matrix: Grid) -> Grid:
        """In each entry a cofactor and the determinant."""
        length = 2 * self.determinant(matrix)
        return matrix.map(lambda _: length)

    def solution(self, matrix: Grid, right: Grid) -> Grid:
        """In each entry a row of the inverse and a column."""
        length = 1 + matrix.rows * (1 + 2 * self.determinant(matrix) + max(right.entries))
        return right.map(lambda _: length)

    def eigenvalue(self, matrix: Grid, polynomial: Sequence[int], i: int, *, simple: bool) -> int:
        """A root of a polynomial, which is written out up to the degree 2 only."""
        return 2 * sum(polynomial) if matrix.rows <= 2 else NOT_WRITTEN

    def matrix_function(self, name: str, matrix: Grid) -> Grid:
        """It is not written out in entries, but for one."""
        length = 1 + matrix.entries[0] if matrix.rows == 1 else NOT_WRITTEN
        return matrix.map(lambda _: length)

    def independent(self, matrix: Grid) -> Crossing:
        """As many as there can be."""
        rank = tuple(range(min(matrix.shape)))
        return rank, rank

    def differential(self, value: int) -> int:
        """About as long as what it is the differential of."""
        return value


def written_length(
    expr: Expr, sizes: Mapping[Any, int], definitions: Mapping[Any, Expr] | None = None
) -> int:
    """Count the nodes of all entries of an expression, written out without sharing.

    :param expr: a scalar or a matrix expression.
    """
    lengths = Lengths()
    evaluation = Evaluation(lambda _: lengths, sizes, definitions or {})
    value = evaluation.value(expr)
    return sum(value.entries) if isinstance(value, Grid) else int(value)
