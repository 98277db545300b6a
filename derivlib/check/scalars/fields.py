"""Numbers to calculate with: exact fractions, or floating point of high precision."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Protocol

import mpmath
from sympy import (
    Abs,
    DiracDelta,
    Dummy,
    Expr,
    Float,
    Heaviside,
    I,
    Integer,
    KroneckerDelta,
    Max,
    Min,
    Mod,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    ceiling,
    conjugate,
    exp,
    floor,
    frac,
    im,
    lambdify,
    log,
    oo,
    re,
    sign,
    zoo,
)
from sympy.functions.elementary.hyperbolic import (
    HyperbolicFunction,
    InverseHyperbolicFunction,
)
from sympy.functions.elementary.trigonometric import (
    InverseTrigonometricFunction,
    TrigonometricFunction,
)

from derivlib.check.scalars.dual import reciprocal
from derivlib.errors import UnsupportedError
from derivlib.expressions.sizes import all_nodes
from derivlib.nodes.amax import Amax, Amin, AxisAmax, AxisAmin
from derivlib.nodes.evaluation import NoValue as NoValue
from derivlib.nodes.hardmax import AxisHardmax, Hardmax
from derivlib.nodes.in_pieces import InPieces
from derivlib.nodes.relu import Relu
from derivlib.nodes.share import Share

_HEIGHT = 2**20
"""Exact points have integer coordinates up to this size."""

_SCALES = (2, 12, 2**14)
"""How large fractions become where a function is not smooth."""

_RANGES = ((-1.5, 1.5), (0.2, 1.7), (-0.4, 0.4), (0.02, 0.4), (1.1, 2.5), (-1.7, -0.2))
"""Where coordinates are drawn from in turn, until every function has a real value."""
_SMALL, _RAISED_BY = 2, 3
"""Which of the ranges is near 0, and how much more is added on diagonals each time."""

_TOLERANCE = 1e-30
_FLOAT_TOLERANCE = 1e-10
"""Agreement asked for when an expression itself has floating-point numbers in it."""

_POINTS_IN_PIECES = 16
_IN_PIECES = (
    *(
        Abs,
        sign,
        Max,
        Min,
        Relu,
        InPieces,
        Share,
        Piecewise,
        Heaviside,
        DiracDelta,
        floor,
        ceiling,
        frac,
    ),
    *(Mod, Amax, Amin, AxisAmax, AxisAmin, Hardmax, AxisHardmax),
    InverseTrigonometricFunction,
)
"""Functions that are put together from pieces, or that choose a branch."""

_EVALUATED = (
    *(Abs, sign, Max, Min, Heaviside, DiracDelta, floor, ceiling, frac, Mod, KroneckerDelta),
    *(re, im, conjugate, exp, log, TrigonometricFunction, HyperbolicFunction),
    *(InverseTrigonometricFunction, InverseHyperbolicFunction),
)
"""SymPy's functions whose value at a rational number is rational, always or at once seen not to be.

The others are not evaluated exactly: the gamma function of a large integer is a number of many
million digits.
"""


class NotRational(Exception):  # noqa: N818 - not an error, a reason to change the numbers
    """A value that exact fractions cannot hold."""


class MoreDigits(Exception):  # noqa: N818 - not an error, a reason to change the numbers
    """All values are zero as far as these digits tell.

    :param refined: the numbers that tell.
    """

    def __init__(self, refined: HighPrecision) -> None:
        super().__init__(refined.digits)
        self.refined = refined


class Arithmetic(Protocol):
    """One kind of numbers.

    :param name: what a record of a comparison calls it.
    :param tolerance: the relative difference allowed between equal values, if any.
    """

    name: str
    tolerance: float | None

    def context(self) -> AbstractContextManager[Any]:
        """The context in which numbers of this kind are calculated with."""

    def number(self, value: Expr) -> Any:
        """Take over a number."""

    def draw(self, rng: random.Random, symbol: Symbol | None, attempt: int) -> Any:
        """Draw a coordinate at random, as the assumptions on its symbol ask for."""

    def raised(self, attempt: int) -> int:
        """What is added on the diagonals of square matrices, so that eigenvalues are positive."""

    def abstract(self, rng: random.Random, arguments: int) -> Callable[..., Any]:
        """Draw an abstract function of so many scalars at random."""

    def power(self, base: Any, exponent: Any) -> Any:
        """Raise a number to a power."""

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """Apply a known function."""

    def equal(self, left: Any, right: Any) -> bool:
        """Tell whether two numbers are equal, as far as these numbers can tell."""


class Exact:
    """Integers and fractions, without any rounding.

    An abstract function takes an independent random value at each new argument. Points and
    values are integers of absolute value up to 2²⁰, so two different expressions of degree
    d agree at one point with a probability of at most d/2²⁰.

    :param spread: whether to draw small and large fractions by turns, so as to reach all
        the pieces of a function that is not smooth.
    """

    name = "exact"
    tolerance: float | None = None

    def __init__(self, *, spread: bool = False) -> None:
        self.spread = spread

    def context(self) -> AbstractContextManager[Any]:
        """Exact numbers need no context."""
        return nullcontext()

    def number(self, value: Expr) -> Any:
        """Take over a rational number.

        :raises NotRational: if it is another number.
        """
        if isinstance(value, Integer):
            return int(value)
        if isinstance(value, Rational):
            return Fraction(int(value.p), int(value.q))
        _refuse_unreal(value)
        raise NotRational(value)

    def draw(self, rng: random.Random, symbol: Symbol | None, attempt: int) -> int | Fraction:
        """Draw a non-zero integer, or a fraction of varied size."""
        if symbol is not None and symbol.is_integer:
            return _draw_integer(rng, symbol)
        value: int | Fraction = rng.randint(1, _HEIGHT)
        if self.spread:
            value = Fraction(rng.randint(1, rng.choice(_SCALES) * 64), 64)
        return value if _sign(rng, symbol) > 0 else -value

    def raised(self, attempt: int) -> int:
        """Nothing: what has eigenvalues is not exact."""
        return 0

    def abstract(self, rng: random.Random, arguments: int) -> Callable[..., int]:
        """Draw an abstract function: an independent value for each argument."""

        @cache
        def value(*_: Any) -> int:
            return rng.choice((-1, 1)) * rng.randint(1, _HEIGHT)

        return value

    def power(self, base: Any, exponent: Any) -> Any:
        """Raise to a power that is a whole number, or leads to a rational number.

        :raises NotRational: if the value is not rational.
        """
        if exponent == int(exponent) and abs(exponent) < 1000:
            exponent = int(exponent)
            return base**exponent if exponent >= 0 else reciprocal(base) ** -exponent
        raise NotRational(f"{base}**{exponent}")

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """Apply a function that leads from rational numbers to a rational number.

        :raises NotRational: if the value is not rational.
        :raises NoValue: if it is not real or not finite.
        """
        if not _is_evaluated(function):
            raise NotRational(f"{function.__name__} of a rational number")
        value = function(*map(_rational, arguments))
        if value.is_finite is False or value.has(I):
            raise NoValue(value)
        return self.number(value)

    def equal(self, left: Any, right: Any) -> bool:
        """Compare exactly."""
        return bool(left == right)


class HighPrecision:
    """Floating point of 60 decimal digits, compared to 30.

    An abstract function is a random sum of sines, so it is smooth and its derivatives
    do not vanish.

    :param tolerance: the relative difference allowed between equal values.
    :param spread: whether to draw small and large numbers by turns.
    """

    name = "numeric"
    digits = 60
    _ROUNDING = mpmath.mpf(10) ** -40

    def __init__(self, tolerance: float = 1e-30, *, spread: bool = False) -> None:
        self.tolerance: float | None = tolerance
        self.spread = spread

    def context(self) -> AbstractContextManager[Any]:
        """Set the number of digits."""
        return mpmath.workdps(self.digits)

    def number(self, value: Expr) -> Any:
        """Take over a real number."""
        return _to_digits(value, self.digits)

    def draw(self, rng: random.Random, symbol: Symbol | None, attempt: int) -> Any:
        """Draw a coordinate; later attempts try positive, small and large ones in turn."""
        if symbol is not None and symbol.is_integer:
            return mpmath.mpf(_draw_integer(rng, symbol))
        low, high = _RANGES[attempt % len(_RANGES)]
        value = mpmath.mpf(rng.uniform(low, high))
        if self.spread and attempt == 0:
            value *= rng.choice(_SCALES[:2])
        if symbol is not None and (symbol.is_nonnegative or symbol.is_nonpositive):
            value = _sign(rng, symbol) * abs(value)
        return value

    def raised(self, attempt: int) -> int:
        """More each time where entries beside the diagonal are small, from the second turn on."""
        turn, which = divmod(attempt, len(_RANGES))
        return _RAISED_BY * turn if which == _SMALL else 0

    def abstract(self, rng: random.Random, arguments: int) -> Callable[..., Any]:
        """Draw an abstract function: a random sum of two sines."""
        mpf = mpmath.mpf
        slopes = [[mpf(rng.uniform(-1, 1)) for _ in range(arguments)] for _ in range(2)]
        heights = [mpf(rng.uniform(0.5, 1.5) * rng.choice((-1, 1))) for _ in range(3)]
        shifts = [mpf(rng.uniform(0, 6)) for _ in range(2)]

        def value(*values: Any) -> Any:
            waves = (
                height * mpmath.sin(mpmath.fdot(slope, values) + shift)
                for height, slope, shift in zip(heights, slopes, shifts, strict=False)
            )
            return sum(waves, heights[2])

        return value

    def power(self, base: Any, exponent: Any) -> Any:
        """Raise to a power.

        :raises NoValue: if the value is not real or not finite.
        """
        return _real(mpmath.power(base, exponent))

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """Apply a function.

        :raises NoValue: if the value is not real or not finite.
        """
        try:
            return _real(as_mpmath(function, len(arguments))(*arguments))
        except (ValueError, OverflowError, mpmath.libmp.NoConvergence) as error:
            raise NoValue(error) from None
        except (NameError, AttributeError, TypeError):
            return self._by_sympy(function, arguments)

    def _by_sympy(self, function: Any, arguments: Sequence[Any]) -> Any:
        """A function that mpmath does not have."""
        value = function(*(Float(argument, self.digits) for argument in arguments))
        value = value.evalf(self.digits)
        if not value.is_number or not value.is_real:
            raise UnsupportedError(f"{function.__name__} has no numerical value")
        return self.number(value)

    def equal(self, left: Any, right: Any) -> bool:
        """Compare to 30 digits; what is smaller than 10⁻⁴⁰ counts as zero."""
        scale = max(abs(left), abs(right))
        return bool(abs(left - right) <= max((self.tolerance or 0) * scale, self._ROUNDING))

    def is_zero(self, largest: Any) -> bool:
        """Return whether values are zero, the largest of which is small.

        :raises MoreDigits: if it takes more digits to tell.
        """
        if largest < self._ROUNDING:
            raise MoreDigits(Refined(largest, self.tolerance or _TOLERANCE, spread=self.spread))
        return False


class Refined(HighPrecision):
    """Twice as many digits, in which rounding is smaller, and what is not zero as large as before.

    :param largest: the largest value in half of the digits, at the same point.
    """

    digits = 2 * HighPrecision.digits

    def __init__(self, largest: Any, tolerance: float, *, spread: bool = False) -> None:
        super().__init__(tolerance, spread=spread)
        self._largest = largest

    def is_zero(self, largest: Any) -> bool:
        """Return whether values are zero, the largest of which is small."""
        return bool(largest < self._largest * self._ROUNDING)


def kinds_of_numbers(
    expressions: Sequence[Expr], points: int, *, in_components: bool = False
) -> tuple[tuple[Arithmetic, Arithmetic], int]:
    """Choose numbers for comparing expressions: exact ones first, then approximate ones.

    :param points: how many points are asked for.
    :param in_components: whether the points fall into parts, as orthogonal matrices do.
    :returns: two kinds of numbers, and how many points to compare at: more where a function
        is not smooth, since a mistake may then show in one of its pieces only, and likewise
        where the points fall into parts.
    """
    nodes = list(all_nodes(expressions))
    tolerance = _FLOAT_TOLERANCE if any(isinstance(node, Float) for node in nodes) else _TOLERANCE
    spread = any(map(_is_in_pieces, nodes))
    kinds = Exact(spread=spread), HighPrecision(tolerance, spread=spread)
    in_pieces = (spread or in_components) and points > 0
    return kinds, max(points, _POINTS_IN_PIECES) if in_pieces else points


def _is_evaluated(function: Any) -> bool:
    """Tell whether a function is worth trying at rational numbers; the reader's own are."""
    return issubclass(function, _EVALUATED) or not function.__module__.startswith("sympy.")


def _is_in_pieces(node: Any) -> bool:
    if isinstance(node, Pow):
        return node.exp.is_integer is not True
    return isinstance(node, _IN_PIECES)


def _real(value: Any) -> Any:
    if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
        raise NoValue(value)
    return mpmath.mpf(value)


@lru_cache(maxsize=1024)
def _to_digits(value: Expr, digits: int) -> Any:
    """A real number in floating point of so many digits, which is also what mpmath is set to."""
    _refuse_unreal(value)
    return _real(mpmath.mpmathify(value.evalf(digits)))


def _refuse_unreal(value: Expr) -> None:
    if value.has(I):
        raise UnsupportedError(f"the number {value} is not real")
    if value.has(oo, -oo, zoo) or value.is_finite is False:
        raise NoValue(value)


def _rational(value: Any) -> Rational:
    return Rational(value.numerator, value.denominator)


def _sign(rng: random.Random, symbol: Symbol | None) -> int:
    if symbol is not None and symbol.is_nonnegative:
        return 1
    if symbol is not None and symbol.is_nonpositive:
        return -1
    return rng.choice((-1, 1))


def _draw_integer(rng: random.Random, symbol: Symbol) -> int:
    value = rng.randint(1, 6)
    if symbol.is_even or symbol.is_odd:
        value = 2 * value - bool(symbol.is_odd)
    return -value if symbol.is_nonpositive else value


@lru_cache(maxsize=256)
def as_mpmath(function: Any, arguments: int) -> Callable[..., Any]:
    """The function of mpmath that one of SymPy's is."""
    variables = [Dummy() for _ in range(arguments)]
    return lambdify(variables, function(*variables), "mpmath")
