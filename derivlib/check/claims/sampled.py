"""The derivative as the judge finds it along random directions, one at each point.

Along V the gradient G says that the value changes by Σ G ∘ V, the Jacobian J that vec(F) changes
by J vec(V), and the Hessian H that along U and V it changes by vec(U)ᵀ H vec(V). A claim that is
wrong in one entry is wrong along nearly every direction; which entry it is is found by halving.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr

from derivlib.check.claims.comparison import Difference, difference_of
from derivlib.check.scalars.numbers import Point
from derivlib.check.values.directional import change_along, second_change_along
from derivlib.nodes.free_entries import Position, free_entries, spread_out
from derivlib.nodes.grid import Grid

Column = Sequence[Any]
Direction = Mapping[Position, Any]
"""A number for each free entry of the variable."""


@dataclass(frozen=True)
class Sampled:
    """Dual numbers, along a random direction of the free entries of a matrix."""

    expr: Expr
    wrt: Any
    sizes: Mapping[Any, int]
    definitions: Mapping[Any, Expr]
    order: int = 1
    calculus: str = "along random directions"

    def difference(self, claimed: Grid, point: Point) -> Difference | None:
        """An entry in which a claim differs, if there is one."""
        at = _AtPoint(self, point)
        if self.order == 2:
            return at.of_hessian(claimed)
        of_scalar = not self.expr.is_Matrix or tuple(self.expr.shape) == (1, 1)
        return at.of_gradient(claimed) if of_scalar else at.of_jacobian(claimed)

    def entry(self, i: int, j: int) -> Expr | None:
        """Nothing: there are numbers only."""
        return None


class _AtPoint:
    """The changes of an expression at a point."""

    def __init__(self, judged: Sampled, point: Point) -> None:
        self.judged, self.point = judged, point
        self.shape: tuple[int, int] = point.evaluation(judged.sizes).value(judged.wrt).shape
        self.structure = point.domain.structures.get(judged.wrt)
        self.free = free_entries(self.structure, *self.shape)

    def of_gradient(self, claimed: Grid) -> Difference | None:
        """Where the gradient of a scalar differs: first of all, from its own structure."""
        if claimed.shape != self.shape:
            return Difference(claimed.shape, self.shape, None)
        entries = {place: claimed[place] for place in self.free}
        kept = spread_out(self.structure, *self.shape, entries)
        misplaced = difference_of(claimed, kept, self.point.arithmetic)
        if misplaced is not None:
            return misplaced
        columns = [[entry] for entry in entries.values()]
        number, found = self._first_wrong(columns, self.change)
        return found and Difference(found.left, found.right, self.free[number])

    def of_jacobian(self, claimed: Grid) -> Difference | None:
        """Where the Jacobian of a matrix differs."""
        shape = len(self.change(self.unit(0))), len(self.free)
        if claimed.shape != shape:
            return Difference(claimed.shape, shape, None)
        columns = [claimed.col(k) for k in range(claimed.cols)]
        number, found = self._first_wrong(columns, self.change)
        if found is None or found.entry is None:
            return found
        return Difference(found.left, found.right, (found.entry[0], number))

    def of_hessian(self, claimed: Grid) -> Difference | None:
        """Along one direction for the rows, and where that differs, row by row."""
        shape = len(self.free), len(self.free)
        if claimed.shape != shape:
            return Difference(claimed.shape, shape, None)
        columns = [claimed.col(k) for k in range(claimed.cols)]
        first = self._drawn()
        summed = [[_dot(column, [*first.values()])] for column in columns]
        number, found = self._first_wrong(summed, lambda v: [self.second_change(first, v)])
        if found is None:
            return None
        unit, rows = self.unit(number), [[entry] for entry in columns[number]]
        row, found = self._first_wrong(rows, lambda v: [self.second_change(v, unit)])
        return found and Difference(found.left, found.right, (row, number))

    def change(self, direction: Direction) -> Column:
        """How the entries change along a direction, column by column."""
        judged = self.judged
        return change_along(
            self.point, judged.expr, judged.wrt, direction, judged.sizes, judged.definitions
        )

    def second_change(self, first: Direction, second: Direction) -> Any:
        """How a scalar changes along both."""
        judged = self.judged
        return second_change_along(
            self.point, judged.expr, judged.wrt, (first, second), judged.sizes, judged.definitions
        )

    def unit(self, number: int) -> Direction:
        """The direction in which one free entry changes."""
        return {place: int(k == number) for k, place in enumerate(self.free)}

    def _drawn(self) -> Direction:
        draw = self.point.arithmetic.draw
        return {place: draw(self.point.rng, None, self.point.attempt) for place in self.free}

    def _first_wrong(
        self, columns: Sequence[Column], change: Callable[[Direction], Column]
    ) -> tuple[int, Difference | None]:
        """A column in which a matrix is not that of a linear map, and where in the column.

        :param columns: one for each free entry.
        :param change: the map.
        """
        direction = self._drawn()

        def difference(direction: Direction) -> Difference | None:
            weights = list(direction.values())
            claimed = [_dot(row, weights) for row in zip(*columns, strict=True)]
            return difference_of(_grid(claimed), _grid(change(direction)), self.point.arithmetic)

        def only(numbers: range) -> Direction:
            return {place: direction[place] * (k in numbers) for k, place in enumerate(self.free)}

        numbers = range(len(self.free))
        if difference(direction) is None:
            return 0, None
        while len(numbers) > 1:
            middle = len(numbers) // 2
            is_before = difference(only(numbers[:middle])) is not None
            numbers = numbers[:middle] if is_before else numbers[middle:]
        (number,) = numbers
        return number, difference(self.unit(number))


def _dot(left: Sequence[Any], right: Sequence[Any]) -> Any:
    return sum(a * b for a, b in zip(left, right, strict=True))


def _grid(entries: Column) -> Grid:
    return Grid(len(entries), 1, tuple(entries))
