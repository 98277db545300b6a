"""The derivative as the judge finds it: written out, or along directions."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from sympy import Expr

from derivlib.check.claims.comparison import as_grid
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


class Judgement(Protocol):
    """The derivative as the judge finds it."""

    @property
    def calculus(self) -> str:
        """How it is found, in words."""

    def at(self, point: Point) -> Any:
        """Its value at a point."""

    def entry(self, i: int, j: int) -> Expr | None:
        """Entry (i, j), counted from 0, as an expression, if there is one."""


@dataclass(frozen=True)
class WrittenOut:
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
class Directional:
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
) -> Judgement:
    """Write the derivative out if SymPy can and that is not too long, or else use dual numbers."""
    refuse_unknown_order(order)
    directions = written_length(wrt, sizes) ** order
    if written_length(expr, sizes, definitions) * directions <= LONGEST:
        with suppress(UnsupportedError):
            derivatives = differentiate_entries(
                expr, wrt, sizes, definitions=definitions, domain=domain, order=order
            )
            return WrittenOut(derivatives, sizes, definitions)
    return Directional(expr, wrt, sizes, definitions, order)
