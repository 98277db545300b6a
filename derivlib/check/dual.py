"""Dual numbers a + bε with ε² = 0, over exact or approximate numbers or dual numbers again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

__all__ = ["Dual", "part_of", "real_of", "reciprocal"]


@dataclass(frozen=True, slots=True)
class Dual:
    """A value together with its first-order change in one direction.

    :param real: the value.
    :param part: the coefficient of ε.
    """

    real: Any
    part: Any

    def __add__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.real + other.real, self.part + other.part)
        return Dual(self.real + other, self.part)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.real * other.real, self.real * other.part + self.part * other.real)
        return Dual(self.real * other, self.part * other)

    __rmul__ = __mul__

    def __neg__(self) -> Dual:
        return Dual(-self.real, -self.part)

    def __sub__(self, other: Any) -> Dual:
        return self + (-other)

    def __rsub__(self, other: Any) -> Dual:
        return (-self) + other


def real_of(value: Any) -> Any:
    """The value without its change."""
    return value.real if isinstance(value, Dual) else value


def part_of(value: Any) -> Any:
    """The first-order change of a value; a plain number does not change."""
    return value.part if isinstance(value, Dual) else 0


def reciprocal(value: Any) -> Any:
    """One over a value, without rounding where the value is an integer or a fraction.

    :raises ZeroDivisionError: if the value is zero.
    """
    if isinstance(value, Dual):
        inverse = reciprocal(value.real)
        return Dual(inverse, -value.part * inverse * inverse)
    return Fraction(1, value) if isinstance(value, (int, Fraction)) else 1 / value
