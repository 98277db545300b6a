"""Permanent(A), SymPy's determinant without signs, met in constants."""

from __future__ import annotations

from typing import Any

from sympy import Permanent, S

from derivlib.expressions.facets import PRINTED, Absent, Entries, tell
from derivlib.expressions.shapes import scalar_of_square
from derivlib.nodes.grid import Grid, square_grid


def _entries(calc: Any, _: Any, A: Grid) -> Any:
    """Row by row: for each choice of columns, the sum over the ways to choose them in rows so far.

    Choices are sets of bits, so that 2ⁿ of them are met, and not all n! permutations.
    """
    ring, n = calc.ring, square_grid(A, "permanent").rows
    sums = {0: ring.number(S.One)}
    for i in range(n):
        terms: dict[int, list[Any]] = {}
        for chosen, value in sums.items():
            for j in range(n):
                if not chosen >> j & 1:
                    terms.setdefault(chosen | 1 << j, []).append(ring.product((value, A[i, j])))
        sums = {chosen: ring.total(each) for chosen, each in terms.items()}
    return sums[(1 << n) - 1]


tell(
    Permanent,
    **PRINTED,
    shape=scalar_of_square,
    normal=Absent("no rule is stated for it"),
    entries=Entries(_entries),
    arrays=Absent("its definition is used"),
    code=Absent("no library of arrays has it"),
    example=Absent("no rule is stated for it"),
)
