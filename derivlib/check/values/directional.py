"""Derivatives read off differentials over dual numbers, along all directions at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr, S

from derivlib.check.scalars.dual import Change
from derivlib.check.scalars.numbers import Point
from derivlib.nodes import d
from derivlib.nodes.free_entries import Position, free_entries, spread_out
from derivlib.nodes.grid import Grid, as_scalar


def derivative_at(
    point: Point,
    differential: Expr,
    variable: Any,
    sizes: Mapping[Any, int],
    definitions: Mapping[Any, Expr] | None = None,
    *,
    scalar: bool | None = None,
) -> Any:
    """Find the derivative whose differential is given, along each free entry.

    Along the free entry (i, j) of a matrix without structure that is the unit matrix Eᵢⱼ.

    :param differential: an expression with differentials in it.
    :param variable: the symbol that changes.
    :param scalar: whether a 1×1 differential counts as a scalar; otherwise it does if it
        is not a matrix.
    :returns: a scalar or a :class:`Grid`, in the layout of the contract.
    """
    rows, cols = _shape(point.evaluation(sizes).value(variable))
    structure = point.domain.structures.get(variable)
    free = free_entries(structure, rows, cols)
    value = point.along(variable, free).evaluation(sizes, definitions).value(differential)
    if scalar or not isinstance(value, Grid):
        (entry,) = value.entries if isinstance(value, Grid) else (value,)
        entries = {place: _along(entry, k) for k, place in enumerate(free)}
        return spread_out(structure, rows, cols, entries)
    if not variable.is_Matrix:
        return value.map(lambda entry: _along(entry, 0))
    stacked = list(value.stacked())
    return Grid.of(len(stacked), len(free), lambda a, b: _along(stacked[a], b))


def second_derivative_at(
    point: Point,
    expr: Expr,
    variable: Any,
    sizes: Mapping[Any, int],
    definitions: Mapping[Any, Expr] | None = None,
) -> Grid:
    """Find the Hessian of a scalar from its second differential.

    Along V that is vec(V)ᵀ H vec(V), in which vₐ² has the coefficient H_aa, and vₐv_b that of
    both H_ab and H_ba.

    :param expr: a scalar or 1×1 expression.
    :param variable: the symbol that changes.
    """
    rows, cols = _shape(point.evaluation(sizes).value(variable))
    entries = free_entries(point.domain.structures.get(variable), rows, cols)

    evaluation = point.along(variable, entries).evaluation(sizes, definitions)
    second = as_scalar(evaluation.value(d(d(expr))))
    terms = second.terms if isinstance(second, Change) else {}
    half = point.arithmetic.number(S.Half)

    def entry(a: int, b: int) -> Any:
        coefficient = terms.get((min(a, b), max(a, b)), 0)
        return coefficient if a == b else half * coefficient

    return Grid.of(len(entries), len(entries), entry)


def change_along(
    point: Point,
    expr: Expr,
    variable: Any,
    direction: Mapping[Position, Any],
    sizes: Mapping[Any, int],
    definitions: Mapping[Any, Expr] | None = None,
) -> list[Any]:
    """Find how every entry of an expression, column by column, changes along one direction.

    :param variable: the matrix that changes.
    :param direction: a number for each of its free entries.
    """
    evaluation = point.toward(variable, direction).evaluation(sizes, definitions)
    value = evaluation.value(d(expr))
    entries = value.stacked() if isinstance(value, Grid) else [value]
    return [_along(entry, 0) for entry in entries]


def second_change_along(
    point: Point,
    expr: Expr,
    variable: Any,
    directions: tuple[Mapping[Position, Any], Mapping[Position, Any]],
    sizes: Mapping[Any, int],
    definitions: Mapping[Any, Expr] | None = None,
) -> Any:
    """Find vec(U)ᵀ H vec(V) for the Hessian H of a scalar, and two directions U and V.

    Along a U + b V the second differential has 2ab before it.
    """
    evaluation = point.toward(variable, *directions).evaluation(sizes, definitions)
    second = as_scalar(evaluation.value(d(d(expr))))
    terms = second.terms if isinstance(second, Change) else {}
    return point.arithmetic.number(S.Half) * terms.get((0, 1), 0)


def _along(value: Any, k: int) -> Any:
    """The value where coefficient k of the direction is one and the others are zero."""
    if not isinstance(value, Change):
        return value
    return sum(number for places, number in value.terms.items() if {*places} <= {k})


def _shape(value: Any) -> tuple[int, int]:
    return value.shape if isinstance(value, Grid) else (1, 1)
