"""Code that is claimed to calculate a derivative, compared with what the judge finds."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import mpmath
from sympy import Expr

from derivlib.check.claims.comparison import Difference, at_sizes
from derivlib.check.scalars.complex_numbers import Gaussian
from derivlib.errors import VerificationError
from derivlib.nodes.grid import Grid

TOLERANCE = 1e-8
"""The difference allowed, relative to the largest entry."""

_AMPLIFIED = 100
"""How much larger the error of a calculation may be than that of rounding its arguments."""

SPACING = sys.float_info.epsilon
"""The relative distance of numbers in double precision."""


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
    run: Callable[[Mapping[Expr, Any]], Sequence[complex]]

    def of_entries(self, places: Mapping[Expr, Expr]) -> Calculation:
        """The same, where some of its arguments are entries of a matrix."""

        def run(values: Mapping[Expr, Any]) -> Sequence[complex]:
            return self.run({s: values[places.get(s, s)] for s in self.symbols})

        return replace(self, symbols=[places.get(s, s) for s in self.symbols], run=run)


def compare_code(
    calculation: Calculation,
    value_of: Callable[[Expr], Any],
    truth: Grid,
    near: Iterable[Grid],
    sizes: Mapping[Any, int],
) -> None:
    """Compare what code calculates at a point with the derivative there.

    How far rounding may lead it astray is told by the derivative alone, as the judge has it where
    each argument is rounded: code that is wrong has no part in how wrong it may be.

    :param calculation: the code.
    :param value_of: the value of a symbol at the point: a scalar, or a matrix.
    :param truth: the derivative.
    :param near: the derivative where the arguments are :data:`SPACING` away, relatively.
    :param sizes: the sizes of the matrices.
    :raises VerificationError: naming the first entry in which it differs.
    """
    values = {s: sizes[s] if s in sizes else _doubles(value_of(s)) for s in calculation.symbols}
    found = calculation.run(values)
    wanted = truth.map(_double)
    if len(found) != len(wanted.entries):
        raise VerificationError(
            f"the {calculation.title} code calculates {len(found)} entries{at_sizes(sizes)}, and "
            f"the derivative has {len(wanted.entries)}"
        )
    changes = (
        abs(_double(left - right))
        for other in near
        for left, right in zip(other.entries, truth.entries, strict=True)
    )
    rough = max(filter(math.isfinite, changes), default=0.0)
    allowed = TOLERANCE * max(map(abs, wanted.entries)) + _AMPLIFIED * rough
    for number, (left, right) in enumerate(zip(found, wanted.entries, strict=True)):
        if not abs(left - right) <= allowed:  # nor is it where one is nan
            difference = Difference(left, right, divmod(number, wanted.cols))
            told = difference.told(f"the {calculation.title} code", "the derivative", sizes)
            raise VerificationError(told)


def nudges(i: int, j: int) -> tuple[int, int]:
    """By how many times :data:`SPACING` an entry is moved, in two ways."""
    return 1, (1, -1, -1)[(i + 2 * j) % 3]


def _double(value: Any) -> Any:
    """A number in double precision, complex where its kind is."""
    if isinstance(value, Gaussian | mpmath.mpc):
        return complex(float(value.real), float(value.imag))
    return float(value)


def _doubles(value: Any) -> Any:
    if not isinstance(value, Grid):
        return _double(value)
    return [list(map(_double, value.row(i))) for i in range(value.rows)]
