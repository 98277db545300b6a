"""Derivatives read off differentials, one direction at a time, over dual numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sympy import Expr

from derivlib.check.dual import reciprocal
from derivlib.check.grid import Grid, as_scalar
from derivlib.check.numbers import Point
from derivlib.check.structures import free_entries, spread_out
from derivlib.vocabulary import d

__all__ = ["derivative_at", "second_derivative_at"]


def derivative_at(
    point: Point,
    differential: Expr,
    variable: Any,
    sizes: Mapping[Any, int],
    definitions: Mapping[Any, Expr] | None = None,
    *,
    scalar: bool | None = None,
) -> Any:
    """Find the derivative whose differential is given, along each free entry in turn.

    Along the free entry (i, j) of a matrix without structure that is the unit matrix Eᵢⱼ.

    :param point: where.
    :param differential: an expression with differentials in it.
    :param variable: the symbol that changes.
    :param sizes: a positive integer for each symbol that stands in a shape.
    :param definitions: expressions to put in for symbols.
    :param scalar: whether a 1×1 differential counts as a scalar; otherwise it does if it
        is not a matrix.
    :returns: a scalar or a :class:`Grid`, in the layout of the contract.
    """
    rows, cols = _shape(point.evaluation(sizes).value(variable))
    structure = point.domain.structures.get(variable)
    free = free_entries(structure, rows, cols)
    values = {
        place: point.along(variable, place).evaluation(sizes, definitions).value(differential)
        for place in free
    }
    first = values[0, 0]
    if scalar or not isinstance(first, Grid):
        entries = {
            index: value.entries[0] if isinstance(value, Grid) else value
            for index, value in values.items()
        }
        return spread_out(structure, rows, cols, entries)
    if not variable.is_Matrix:
        return first
    columns = [list(values[place].stacked()) for place in free]
    return Grid.of(len(columns[0]), len(columns), lambda a, b: columns[b][a])


def second_derivative_at(
    point: Point,
    expr: Expr,
    variable: Any,
    sizes: Mapping[Any, int],
    definitions: Mapping[Any, Expr] | None = None,
) -> Grid:
    """Find the Hessian of a scalar from its second differentials along sums of unit matrices.

    The second differential along V is q(V) = vec(V)ᵀ H vec(V), so that
    2 H_ab = q(E_a + E_b) − q(E_a) − q(E_b).

    :param point: where.
    :param expr: a scalar or 1×1 expression.
    :param variable: the symbol that changes.
    :param sizes: a positive integer for each symbol that stands in a shape.
    :param definitions: expressions to put in for symbols.
    """
    rows, cols = _shape(point.evaluation(sizes).value(variable))
    entries = free_entries(point.domain.structures.get(variable), rows, cols)

    def second(*moving: tuple[int, int]) -> Any:
        evaluation = point.along(variable, *moving).evaluation(sizes, definitions)
        return as_scalar(evaluation.value(d(d(expr))))

    alone = [second(entry) for entry in entries]
    half = reciprocal(2) if isinstance(alone[0], (int, Fraction)) else 0.5

    def entry(a: int, b: int) -> Any:
        if a == b:
            return alone[a]
        first, last = sorted((a, b))
        return (second(entries[first], entries[last]) - alone[first] - alone[last]) * half

    return Grid.of(len(entries), len(entries), entry)


def _shape(value: Any) -> tuple[int, int]:
    return value.shape if isinstance(value, Grid) else (1, 1)
