"""Complex numbers to calculate with: exact fractions for both parts, or floating point."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
from sympy import Expr, I, Symbol

from derivlib.check.scalars.dual import Change, Dual, reciprocal
from derivlib.check.scalars.fields import Exact, HighPrecision, NotRational, NoValue, as_mpmath
from derivlib.check.scalars.numbers import Numbers
from derivlib.errors import UnsupportedError

_PLAIN = (int, Fraction)


@dataclass(frozen=True, slots=True)
class Gaussian:
    """A complex number with rational parts."""

    real: int | Fraction
    imag: int | Fraction

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Gaussian):
            return Gaussian(self.real + other.real, self.imag + other.imag)
        return Gaussian(self.real + other, self.imag) if isinstance(other, _PLAIN) else _ELSEWHERE

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Gaussian):
            return Gaussian(
                self.real * other.real - self.imag * other.imag,
                self.real * other.imag + self.imag * other.real,
            )
        if isinstance(other, _PLAIN):
            return Gaussian(self.real * other, self.imag * other)
        return _ELSEWHERE

    __rmul__ = __mul__

    def __neg__(self) -> Gaussian:
        return Gaussian(-self.real, -self.imag)

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return (-self) + other

    def __rtruediv__(self, other: Any) -> Any:
        scale = reciprocal(self.square)
        return other * Gaussian(self.real * scale, -self.imag * scale)

    def __pow__(self, exponent: int) -> Any:
        result: Any = 1
        for _ in range(exponent):
            result = result * self
        return result

    def __abs__(self) -> int | Fraction:
        """The square of the absolute value, which is rational, and orders numbers the same."""
        return self.square

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _PLAIN):
            other = Gaussian(other, 0)
        return isinstance(other, Gaussian) and (self.real, self.imag) == (other.real, other.imag)

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.real} + {self.imag}*I"

    @property
    def square(self) -> int | Fraction:
        """The square of the absolute value."""
        return self.real * self.real + self.imag * self.imag

    def conjugate(self) -> Gaussian:
        """The number with the imaginary part turned round."""
        return Gaussian(self.real, -self.imag)


_ELSEWHERE = NotImplemented


class ExactComplex(Exact):
    """Complex numbers with rational parts, without any rounding."""

    unit: Any = Gaussian(0, 1)

    def number(self, value: Expr) -> Any:
        """Take over a number.

        :raises NotRational: if a part of it is not rational.
        """
        if not value.has(I):
            return super().number(value)
        real, imag = value.as_real_imag()
        return Gaussian(super().number(real), super().number(imag))

    def draw(self, rng: random.Random, symbol: Symbol | None, attempt: int) -> Any:
        """Draw a number, a real one for a real symbol."""
        drawn = super().draw(rng, symbol, attempt)
        if symbol is not None and symbol.is_real:
            return drawn
        return Gaussian(drawn, super().draw(rng, symbol, attempt))

    def power(self, base: Any, exponent: Any) -> Any:
        """Raise to a power that is a whole number.

        :raises NotRational: if it is another one.
        """
        if isinstance(exponent, Gaussian):
            raise NotRational(exponent)
        return super().power(base, exponent)

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """No function leads from such numbers to such numbers."""
        raise NotRational(f"{function.__name__} of a complex number")


class PreciseComplex(HighPrecision):
    """Complex floating point of 60 decimal digits, compared to 30; branches are principal."""

    unit: Any = mpmath.mpc(0, 1)

    def is_zero(self, largest: Any) -> bool:
        """Return whether values are zero, the largest of which is small: no digits tell here."""
        return False

    def number(self, value: Expr) -> Any:
        """Take over a number."""
        found = mpmath.mpmathify(value.evalf(self.digits))
        return self._finite(found)

    def draw(self, rng: random.Random, symbol: Symbol | None, attempt: int) -> Any:
        """Draw a number, a real one for a real symbol."""
        drawn = super().draw(rng, symbol, attempt)
        if symbol is not None and symbol.is_real:
            return drawn
        return mpmath.mpc(drawn, super().draw(rng, symbol, attempt))

    def power(self, base: Any, exponent: Any) -> Any:
        """Raise to a power.

        :raises NoValue: if the value is not finite.
        """
        return self._finite(mpmath.power(base, exponent))

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """Apply a function.

        :raises NoValue: if the value is not finite.
        """
        try:
            return self._finite(as_mpmath(function, len(arguments))(*arguments))
        except (ValueError, OverflowError, mpmath.libmp.NoConvergence) as error:
            raise NoValue(error) from None

    @staticmethod
    def _finite(value: Any) -> Any:
        if not mpmath.isfinite(value):
            raise NoValue(value)
        return value


def conjugated(value: Any) -> Any:
    """The conjugate of a number, or of one that changes with real coefficients."""
    if isinstance(value, Dual):
        return Dual(conjugated(value.real), conjugated(value.part))
    if isinstance(value, Change):
        return Change({places: conjugated(number) for places, number in value.terms.items()})
    return value.conjugate()


class ComplexNumbers(Numbers):
    """Arithmetic with complex values at a point; dual numbers inside a differential."""

    @staticmethod
    def conjugate(value: Any) -> Any:
        """The conjugate of a scalar."""
        return conjugated(value)

    @staticmethod
    def squared_modulus(value: Any) -> Any:
        """The square of the absolute value of a scalar."""
        return value * conjugated(value)

    def compare(self, relation: Any, left: Any, right: Any) -> bool:
        """Complex numbers have no order.

        :raises UnsupportedError: always.
        """
        raise UnsupportedError("complex numbers have no order")
