"""The derivative as the judge finds it: written out, or along directions, all or a few."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from sympy import Expr

from derivlib.check.claims.comparison import Difference, as_grid, difference_of
from derivlib.check.claims.sampled import Sampled
from derivlib.check.points.domain import EVERYWHERE, Domain
from derivlib.check.scalars.numbers import Point
from derivlib.check.values.directional import derivative_at, second_derivative_at
from derivlib.check.values.entry_derivatives import (
    EntryDerivatives,
    differentiate_entries,
    refuse_unknown_order,
)
from derivlib.check.values.node_count import written_length
from derivlib.errors import UnsupportedError
from derivlib.nodes import d
from derivlib.nodes.grid import Grid

LONGEST = 20_000
"""Nodes, times directions, up to which a derivative is written out entry by entry."""

MOST_DIRECTIONS = {1: 64, 2: 17}
"""Entries of a variable up to which a derivative, or a Hessian, is found along the direction of
every one; the more there are, the longer fractions grow in the inverse of a matrix."""


class Judgement(Protocol):
    """The derivative as the judge finds it."""

    @property
    def calculus(self) -> str:
        """How it is found, in words."""

    def difference(self, claimed: Grid, point: Point) -> Difference | None:
        """An entry in which a claim differs from it at a point, if there is one."""

    def entry(self, i: int, j: int) -> Expr | None:
        """Entry (i, j), counted from 0, as an expression, if there is one."""


class EveryEntry:
    """A derivative of which every entry is found."""

    def at(self, point: Point) -> Any:
        """Its value at a point."""
        raise NotImplementedError

    def difference(self, claimed: Grid, point: Point) -> Difference | None:
        """The first entry, row by row, in which a claim differs from it at a point."""
        return difference_of(claimed, as_grid(self.at(point)), point.arithmetic)


@dataclass(frozen=True)
class WrittenOut(EveryEntry):
    """Every entry written out and differentiated by SymPy's scalar calculus."""

    derivatives: EntryDerivatives
    sizes: Mapping[Any, int]
    definitions: Mapping[Any, Expr]
    calculus: str = "entry by entry"

    def at(self, point: Point) -> Any:
        """Put the values at the point into the derivatives."""
        originals = self.derivatives.scalars.originals
        evaluation = point.beside_kinks(self.sizes, {**self.definitions, **originals})
        value = self.derivatives.value
        return value.map(evaluation.value) if isinstance(value, Grid) else evaluation.value(value)

    def entry(self, i: int, j: int) -> Expr | None:
        """One of the derivatives, in the reader's symbols."""
        return self.derivatives.scalars.published(as_grid(self.derivatives.value)[i, j])


@dataclass(frozen=True)
class Directional(EveryEntry):
    """Dual numbers, along the direction of every entry of the variable."""

    expr: Expr
    wrt: Any
    sizes: Mapping[Any, int]
    definitions: Mapping[Any, Expr]
    order: int = 1
    calculus: str = "direction by direction"

    def at(self, point: Point) -> Any:
        """Carry the change of every entry through the expression."""
        if self.order == 2:
            return second_derivative_at(point, self.expr, self.wrt, self.sizes, self.definitions)
        scalar = not self.expr.is_Matrix or tuple(self.expr.shape) == (1, 1)
        return derivative_at(
            point, d(self.expr), self.wrt, self.sizes, self.definitions, scalar=scalar
        )

    def entry(self, i: int, j: int) -> Expr | None:
        """Nothing: there are numbers only."""
        return None


def judgement(
    expr: Expr,
    wrt: Any,
    sizes: Mapping[Any, int],
    definitions: Mapping[Any, Expr],
    domain: Domain = EVERYWHERE,
    order: int = 1,
    *,
    every_entry: bool = False,
) -> Judgement:
    """Write the derivative out if SymPy can and that is not too long, or else use dual numbers.

    :param every_entry: whether every entry is to be found, however long that takes.
    """
    refuse_unknown_order(order)
    free = written_length(wrt, sizes)
    directions = free**order
    if written_length(expr, sizes, definitions) * directions <= LONGEST:
        with suppress(UnsupportedError):
            derivatives = differentiate_entries(
                expr, wrt, sizes, definitions=definitions, domain=domain, order=order
            )
            return WrittenOut(derivatives, sizes, definitions)
    if free > MOST_DIRECTIONS[order] and not every_entry:
        return Sampled(expr, wrt, sizes, definitions, order)
    return Directional(expr, wrt, sizes, definitions, order)
