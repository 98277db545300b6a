"""Dual numbers a + bε with ε² = 0, over exact or approximate numbers or dual numbers again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class Dual:
    """A value together with its first-order change in one direction.

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
            return Dual(self.real * other.real, other.part * self.real + self.part * other.real)
        if isinstance(other, Change):
            return Dual(other * self.real, other * self.part)
        return Dual(self.real * other, self.part * other)

    __rmul__ = __mul__

    def __neg__(self) -> Dual:
        return Dual(-self.real, -self.part)

    def __sub__(self, other: Any) -> Dual:
        return self + (-other)

    def __rsub__(self, other: Any) -> Dual:
        return (-self) + other


@dataclass(frozen=True, slots=True)
class Change:
    """A first-order change along every direction at once.

    A direction has a coefficient for each free entry of what moves. These are left open, and a
    change is a polynomial in them: first-order changes are linear, second-order ones quadratic.

    :param terms: the number before each product of coefficients, which is given by the places
        of its factors in ascending order.
    """

    terms: Mapping[tuple[int, ...], Any]

    def __add__(self, other: Any) -> Change:
        if isinstance(other, Dual):
            return NotImplemented
        terms = dict(self.terms)
        for places, number in _terms_of(other):
            terms[places] = terms[places] + number if places in terms else number
        return Change(terms)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Change:
        if isinstance(other, Dual):
            return NotImplemented
        if not isinstance(other, Change):
            return Change({places: number * other for places, number in self.terms.items()})
        result = Change({})
        for places, number in other.terms.items():
            moved = {tuple(sorted((*p, *places))): n * number for p, n in self.terms.items()}
            result = result + Change(moved)
        return result

    __rmul__ = __mul__

    def __neg__(self) -> Change:
        return Change({places: -number for places, number in self.terms.items()})

    def __sub__(self, other: Any) -> Change:
        return self + (-other)

    def __rsub__(self, other: Any) -> Change:
        return (-self) + other

    def __eq__(self, other: object) -> bool:
        terms = dict(_terms_of(other))
        return all(
            self.terms.get(places, 0) == terms.get(places, 0) for places in {*self.terms, *terms}
        )

    __hash__ = None  # type: ignore[assignment]


def _terms_of(value: Any) -> Any:
    """The terms of a change; a number stands before the product of no coefficients."""
    if isinstance(value, Change):
        return value.terms.items()
    return [((), value)] if value != 0 else []


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
