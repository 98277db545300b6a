"""Where a wrong claim fails, in numbers small enough to be followed by hand."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, ImmutableDenseMatrix, Integer, nan, oo, simplify, zoo

from derivlib import latex
from derivlib.check import elementwise, explicit

from .nodes import number, only

ATTEMPTS = 12
"""How many sets of numbers are tried."""


@dataclass(frozen=True)
class Counterexample:
    """The first entry, row by row, in which a claim differs from the derivative.

    :param point: the letters with their values.
    :param row: the row, from 1; nothing if both sides are scalars.
    :param col: the column, from 1.
    :param claimed: the value by the book's formula.
    :param true: the value by scalar calculus.
    """

    point: tuple[tuple[Any, Any], ...]
    row: int
    col: int
    claimed: Any
    true: Any

    def at(self, numbers: Mapping[Any, Any]) -> Counterexample:
        """The same, with sizes and exponents in front."""
        return replace(self, point=(*numbers.items(), *self.point))

    def tex(self) -> str:
        """The letters with their values."""
        return r",\quad ".join(f"{latex(name)} = {latex(value)}" for name, value in self.point)


def differing_entry(
    expr: Expr,
    wrt: Any,
    claim: Expr,
    sizes: Mapping[Any, int],
    where: Mapping[Any, Expr],
) -> Counterexample | None:
    """Look for small whole numbers at which a claimed derivative is wrong.

    :param expr: what is differentiated.
    :param wrt: by what.
    :param claim: what the derivative is claimed to be.
    :param sizes: at which sizes.
    :param where: what stands behind a letter.
    """
    used = {s: x for s, x in where.items() if s in expr.free_symbols | claim.free_symbols}
    parts = (expr, claim, *used.values())
    letters = set().union({wrt}, *(part.free_symbols for part in parts)) - {*sizes, *used}
    for seed in range(ATTEMPTS):
        rng = random.Random(seed)
        values = {s: _small(s, sizes, rng) for s in sorted(letters, key=str)}
        constants = {s: value for s, value in values.items() if s != wrt}
        truth = _derivative(expr, wrt, values[wrt], sizes, {**used, **constants})
        claimed = _value(claim, sizes, {**used, **values})
        found = _first_difference(truth, claimed)
        if found:
            shown = {**values, **{s: _value(x, sizes, values) for s, x in used.items()}}
            occurring = expr.free_symbols | claim.free_symbols | {wrt}
            point = [(s, shown[s]) for s in sorted(occurring & {*shown}, key=str)]
            return Counterexample(tuple(point), *found)
    return None


def _small(letter: Any, sizes: Mapping[Any, int], rng: random.Random) -> Any:
    """A small whole number, or a matrix of them."""
    if not letter.is_Matrix:
        return Integer(rng.randint(-2, 3))
    rows, cols = (number(size, sizes) for size in letter.shape)
    return ImmutableDenseMatrix(rows, cols, lambda *_: rng.randint(-2, 3))


def _matrix(value: Any) -> ImmutableDenseMatrix:
    return value if value.is_Matrix else ImmutableDenseMatrix([[value]])


def _value(expr: Expr, sizes: Mapping[Any, int], values: Mapping[Any, Any]) -> Any:
    """The value of an expression, with numbers for its letters."""
    return _matrix(explicit(expr, only(sizes, expr, *values, *values.values()), definitions=values))


def _derivative(
    expr: Expr, wrt: Any, at: Any, sizes: Mapping[Any, int], values: Mapping[Any, Any]
) -> Any:
    """The derivative by scalar calculus, with numbers for all letters but one, and then for it."""
    given = only(sizes, expr, wrt, *values, *values.values())
    derivative = _matrix(elementwise(expr, wrt, given, definitions=values))
    if not wrt.is_Matrix:
        return derivative.xreplace({wrt: at})
    entries = {wrt[i, j]: at[i, j] for i in range(at.rows) for j in range(at.cols)}
    return derivative.xreplace(entries)


def _first_difference(truth: Any, claimed: Any) -> tuple[int, int, Any, Any] | None:
    if truth.shape != claimed.shape or truth.has(nan, oo, zoo) or claimed.has(nan, oo, zoo):
        return None
    for i in range(truth.rows):
        for j in range(truth.cols):
            if simplify(truth[i, j] - claimed[i, j]) != 0:
                return i + 1, j + 1, claimed[i, j], truth[i, j]
    return None
