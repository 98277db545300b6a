"""Comparing two values entry by entry, and telling where they differ."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Rational
from typing import Any, TypeVar

import mpmath
import sympy

from derivlib.check.scalars.fields import Arithmetic, HighPrecision, NotRational, NoValue
from derivlib.errors import VerificationError
from derivlib.nodes.grid import Grid

Kind = TypeVar("Kind", bound=Arithmetic)
Result = TypeVar("Result")
SizesByName = tuple[tuple[str, int], ...]

_VANISHING = 1e-15
_LONG = 30  # characters of a number


@dataclass(frozen=True)
class Difference:
    """The first entry, or the shape, in which two values differ.

    :param left: one value, or its shape.
    :param right: the other value, or its shape.
    :param entry: row and column counted from 0; nothing if the shapes differ.
    """

    left: Any
    right: Any
    entry: tuple[int, int] | None

    def told(
        self,
        left: str,
        right: str,
        sizes: Mapping[Any, int],
        written: Sequence[str] | None = None,
    ) -> str:
        """Say in a sentence what differs.

        :param left: what the left value is called.
        :param right: what the right value is called.
        :param sizes: the sizes at which they differ.
        :param written: the two values as text, if there is something better than numbers.
        """
        at = at_sizes(sizes)
        if self.entry is None:
            shapes = [f"{rows}×{cols}" for rows, cols in (self.left, self.right)]
            return f"the shapes differ{at}: {left} is {shapes[0]}, {right} is {shapes[1]}"
        i, j = self.entry
        first, second = written or _numbers(self.left, self.right)
        return (
            f"entry ({i + 1}, {j + 1}), counted from 1, differs{at}: "
            f"{left} has {first}, {right} has {second}"
        )


def as_grid(value: Any) -> Grid:
    """Take a scalar as a 1×1 matrix."""
    return value if isinstance(value, Grid) else Grid(1, 1, (value,))


def difference_of(left: Grid, right: Grid, arithmetic: Arithmetic) -> Difference | None:
    """Find the first entry, row by row, in which two matrices differ."""
    if left.shape != right.shape:
        return Difference(left.shape, right.shape, None)
    _refuse_vanishing((*left.entries, *right.entries), arithmetic)
    for i in range(left.rows):
        for j in range(left.cols):
            if not arithmetic.equal(left[i, j], right[i, j]):
                return Difference(left[i, j], right[i, j], (i, j))
    return None


def _refuse_vanishing(entries: Sequence[Any], arithmetic: Arithmetic) -> None:
    """Where everything is small and not zero, agreement would say nothing."""
    largest = max(map(abs, entries))
    if arithmetic.tolerance is None or not 0 < largest < _VANISHING:
        return
    if not (isinstance(arithmetic, HighPrecision) and arithmetic.is_zero(largest)):
        raise NoValue(f"all values are below {_VANISHING:g}")


def first_that_works(
    kinds: Sequence[Kind], action: Callable[[Kind], Result]
) -> tuple[Kind, Result]:
    """Calculate exactly, and in high precision only if a value is not rational.

    Where integers modulo a prime differ, decimals tell a reader more; and what is true of a
    known function need not be true of the random values that it takes there.
    """
    *first, last = kinds
    for kind in first:
        try:
            return kind, action(kind)
        except NotRational:
            continue
        except VerificationError:
            if kind.name != "modular":
                raise
            break
    return last, action(last)


def sizes_by_name(sizes: Mapping[Any, int]) -> SizesByName:
    """The sizes as text and number."""
    return tuple((str(size), value) for size, value in sizes.items())


def at_sizes(sizes: Mapping[Any, int]) -> str:
    """Say at which sizes."""
    return " at " + ", ".join(f"{size}={value}" for size, value in sizes.items()) if sizes else ""


def sentence(told: str) -> str:
    """Begin with a capital letter and end with a full stop."""
    return told[:1].upper() + told[1:].removesuffix(".") + "."


def for_markdown(told: str) -> str:
    """Write a sentence so that Markdown changes none of its characters."""
    return re.sub(r"([\\*_`\[\]<])", r"\\\1", told)


def library_versions() -> tuple[tuple[str, str], ...]:
    """The libraries a comparison rests on."""
    return (
        ("SymPy", sympy.__version__),
        ("mpmath", mpmath.__version__),
        ("Python", platform.python_version()),
    )


def _numbers(left: Any, right: Any) -> tuple[str, str]:
    """Two different numbers to be compared by eye: long fractions as decimals, if these differ."""
    exact = _number(left), _number(right)
    values = (left, right)
    if max(map(len, exact)) <= _LONG or not all(isinstance(v, Rational) for v in values):
        return exact
    first, second = (
        f"about {mpmath.nstr(mpmath.mpf(value.numerator) / value.denominator, 12)}"
        for value in values
    )
    return exact if first == second else (first, second)


def _number(value: Any) -> str:
    return mpmath.nstr(value, 15) if isinstance(value, mpmath.mpf) else str(value)
