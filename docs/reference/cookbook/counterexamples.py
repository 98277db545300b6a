"""Where a wrong claim fails, in numbers small enough to be followed by hand."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, ImmutableDenseMatrix, Integer, MatrixSymbol, Symbol, nan, oo, zoo
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import latex
from derivlib.check import elementwise, explicit

from .nodes import only

__all__ = ["Counterexample", "differing_entry"]


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
    parts = (*used, *used.values())
    truth = elementwise(expr, wrt, only(sizes, expr, wrt, *parts), definitions=used)
    claimed = explicit(claim, only(sizes, claim, *parts), definitions=used)
    for seed in range(40):
        values = _small_values(truth, claimed, seed)
        found = _first_difference(_at(truth, values), _at(claimed, values))
        if found:
            shown = _letters(expr, wrt, claim, sizes, used, values)
            return Counterexample(shown, *found)
    return None


def _matrix(value: Any) -> ImmutableDenseMatrix:
    return value if value.is_Matrix else ImmutableDenseMatrix([[value]])


def _small_values(*parts_and_seed: Any) -> dict[Any, Integer]:
    *parts, seed = parts_and_seed
    rng = random.Random(seed)
    atoms: set[Any] = set()
    for part in parts:
        atoms |= part.atoms(MatrixElement) | {s for s in part.free_symbols if type(s) is Symbol}
    return {atom: Integer(rng.randint(-2, 3)) for atom in sorted(atoms, key=str)}


def _at(part: Any, values: Mapping[Any, Any]) -> ImmutableDenseMatrix:
    return _matrix(part).xreplace(dict(values))


def _first_difference(truth: Any, claimed: Any) -> tuple[int, int, Any, Any] | None:
    if truth.shape != claimed.shape or truth.has(nan, oo, zoo) or claimed.has(nan, oo, zoo):
        return None
    for a in range(truth.rows):
        for b in range(truth.cols):
            if truth[a, b] != claimed[a, b]:
                return a + 1, b + 1, claimed[a, b], truth[a, b]
    return None


def _letters(
    expr: Expr,
    wrt: Any,
    claim: Expr,
    sizes: Mapping[Any, int],
    where: Mapping[Any, Expr],
    values: Mapping[Any, Any],
) -> tuple[tuple[Any, Any], ...]:
    """The letters of the statement, each with its value."""
    occurring = {s for s in expr.free_symbols | claim.free_symbols | {wrt} if s not in sizes}
    shown = []
    for letter in sorted(occurring, key=str):
        definition = where.get(letter, letter)
        if isinstance(letter, MatrixSymbol):
            whole = _matrix(explicit(definition, only(sizes, definition)))
            shown.append((letter, whole.xreplace({**_rest(whole), **values})))
        elif letter in values:
            shown.append((letter, values[letter]))
    return tuple(shown)


def _rest(whole: Any) -> dict[Any, Any]:
    """Zero for the entries on which neither side depends."""
    return {element: Integer(0) for element in whole.atoms(MatrixElement)}
