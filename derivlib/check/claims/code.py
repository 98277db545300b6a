"""Code that is claimed to calculate a derivative, compared with what the judge finds."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr

from derivlib.check.claims.comparison import Difference, at_sizes
from derivlib.errors import VerificationError
from derivlib.nodes.grid import Grid

TOLERANCE = 1e-8
"""The difference allowed, relative to the largest entry."""

_AMPLIFIED = 100
"""How much larger the error of a calculation may be than that of rounding its arguments."""

_SPACING = sys.float_info.epsilon


@dataclass(frozen=True)
class Calculation:
    """A function of arrays, to be compared.

    :param title: the library it is for.
    :param symbols: its arguments: matrices, scalars, sizes.
    :param run: calculates the entries, row by row, in double precision, from rows of numbers for
        each matrix and a number for each other argument.
    """

    title: str
    symbols: Sequence[Expr]
    run: Callable[[Mapping[Expr, Any]], Sequence[float]]


def compare_code(
    calculation: Calculation, value_of: Callable[[Expr], Any], truth: Grid, sizes: Mapping[Any, int]
) -> None:
    """Compare what code calculates at a point with the derivative there.

    :param calculation: the code.
    :param value_of: the value of a symbol at the point: a scalar, or a matrix.
    :param truth: the derivative.
    :param sizes: the sizes of the matrices.
    :raises VerificationError: naming the first entry in which it differs.
    """
    values = {s: sizes[s] if s in sizes else _floats(value_of(s)) for s in calculation.symbols}
    found = calculation.run(values)
    wanted = truth.map(float)
    if len(found) != len(wanted.entries):
        raise VerificationError(
            f"the {calculation.title} code calculates {len(found)} entries{at_sizes(sizes)}, and "
            f"the derivative has {len(wanted.entries)}"
        )
    near = calculation.run({s: _nudged(value) for s, value in values.items()})
    rough = max(abs(left - right) for left, right in zip(found, near, strict=True))
    allowed = TOLERANCE * max(map(abs, wanted.entries)) + _AMPLIFIED * rough
    for number, (left, right) in enumerate(zip(found, wanted.entries, strict=True)):
        if not abs(left - right) <= allowed:  # nor is it where one is nan
            difference = Difference(left, right, divmod(number, wanted.cols))
            told = difference.told(f"the {calculation.title} code", "the derivative", sizes)
            raise VerificationError(told)


def _nudged(value: Any) -> Any:
    """Almost the same arguments: how much the result changes is how well it can be known."""
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value * (1 + _SPACING)
    signs = itertools.cycle((1, -1, -1))
    return [[entry * (1 + next(signs) * _SPACING) for entry in row] for row in value]


def _floats(value: Any) -> Any:
    if not isinstance(value, Grid):
        return float(value)
    return [[float(entry) for entry in value.row(i)] for i in range(value.rows)]
