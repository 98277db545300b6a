"""Integers modulo a large prime: exact arithmetic whose numbers do not grow.

Inverting a matrix of fractions makes numbers with ever more digits; modulo a prime all have the
same length. Two different rational functions agree at a random point with a chance of about
their degree divided by the prime (Schwartz and Zippel), unless the prime divides what they
differ by; it is drawn at random too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from sympy import Expr, MatrixSymbol, Symbol, nextprime

from derivlib.check.scalars.fields import Arithmetic, Exact, NotRational
from derivlib.expressions.sizes import all_nodes, at_size

BITS = 127
"""The length of a prime."""

MODULAR = f"exactly modulo a random prime of {BITS} bits"
"""How a comparison was made, in words."""


_LONGEST_SIDE = 8
"""Rows and columns up to which fractions are calculated with."""


def without_fractions(
    kinds: tuple[Arithmetic, Arithmetic],
    expressions: Iterable[Expr],
    sizes: Mapping[Any, int],
    seed: int,
) -> tuple[Arithmetic, Arithmetic]:
    """Take integers modulo a prime instead of fractions where matrices are large.

    Functions in pieces ask for an order, which these do not have; they keep their fractions.
    """
    exact, rounded = kinds
    matrices = (node for node in all_nodes(expressions) if isinstance(node, MatrixSymbol))
    sides = (at_size(side, sizes) for matrix in matrices for side in matrix.shape)
    if getattr(exact, "spread", False) or max(sides, default=0) <= _LONGEST_SIDE:
        return kinds
    return Modular(seed), rounded


class Residue:
    """An integer modulo a prime; it is neither larger nor smaller than another one.

    :param value: the least non-negative integer of its class.
    """

    __slots__ = ("prime", "value")

    def __init__(self, value: int, prime: int) -> None:
        self.value, self.prime = value % prime, prime

    def _taken(self, other: Any) -> int | None:
        """Another number as an integer of its class, if it has one."""
        if isinstance(other, Residue):
            return other.value
        if isinstance(other, int):
            return other
        if isinstance(other, Fraction):
            return other.numerator * pow(other.denominator, -1, self.prime)
        return None

    def __add__(self, other: Any) -> Residue:
        value = self._taken(other)
        return NotImplemented if value is None else Residue(self.value + value, self.prime)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Residue:
        value = self._taken(other)
        return NotImplemented if value is None else Residue(self.value - value, self.prime)

    def __rsub__(self, other: Any) -> Residue:
        return -self + other

    def __mul__(self, other: Any) -> Residue:
        value = self._taken(other)
        return NotImplemented if value is None else Residue(self.value * value, self.prime)

    __rmul__ = __mul__

    def __neg__(self) -> Residue:
        return Residue(-self.value, self.prime)

    def __pow__(self, exponent: int) -> Residue:
        return Residue(pow(self.value, exponent, self.prime), self.prime)

    def __truediv__(self, other: Any) -> Residue:
        return self * (1 / other)

    def __rtruediv__(self, other: Any) -> Residue:
        if self.value == 0:
            raise ZeroDivisionError("division by zero modulo a prime")
        return Residue(pow(self.value, -1, self.prime), self.prime) * other

    def __eq__(self, other: object) -> bool:
        value = self._taken(other)
        return NotImplemented if value is None else (self.value - value) % self.prime == 0

    __hash__ = None  # type: ignore[assignment]  # equal integers would need equal hashes

    def __bool__(self) -> bool:
        return self.value != 0

    def __abs__(self) -> int:
        """0 or 1: what a pivot is chosen by, which only must not be zero."""
        return int(self.value != 0)

    def __lt__(self, other: Any) -> bool:
        raise NotRational("integers modulo a prime have no order")

    __le__ = __gt__ = __ge__ = __lt__

    def __str__(self) -> str:
        return f"{self.value} modulo {self.prime}"

    def _sympy_(self) -> Expr:
        raise NotRational("SymPy has no integers modulo a prime")


class Modular(Exact):
    """Integers modulo a prime that is drawn at random.

    A function that is not rational, abstract or known, takes an independent random value at each
    new argument. What agrees so agrees whatever the function is; what does not may still be true
    of the logarithm, say, and is compared with other numbers then.

    :param seed: the seed of the prime, and of the values of known functions.
    """

    name = "modular"

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self._rng = rng = random.Random(f"prime {seed}")
        self._known: dict[Any, Callable[..., Any]] = {}
        self.prime: int = int(nextprime(rng.getrandbits(BITS - 1) | 1 << (BITS - 1)))

    def draw(self, rng: random.Random, symbol: Symbol | None, attempt: int) -> Any:
        """Draw a non-zero residue; a symbol that stands for an integer may be an exponent."""
        if symbol is not None and symbol.is_integer:
            return super().draw(rng, symbol, attempt)
        return Residue(rng.randrange(1, self.prime), self.prime)

    def abstract(self, rng: random.Random, arguments: int) -> Callable[..., Any]:
        """Draw an abstract function: an independent value for each argument."""

        @cache
        def value(*_: int) -> Residue:
            return Residue(rng.randrange(1, self.prime), self.prime)

        return lambda *args: value(*(Residue(0, self.prime).__add__(x).value for x in args))

    def power(self, base: Any, exponent: Any) -> Any:
        """Raise to a power that is a small whole number.

        :raises NotRational: if it is not.
        """
        if isinstance(exponent, Residue):
            raise NotRational(f"a power with the exponent {exponent.value}")
        return super().power(base, exponent)

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """Apply a known function: as it is to fractions, and at random to residues.

        :raises NotRational: if its value at fractions is not rational.
        """
        if not any(isinstance(argument, Residue) for argument in arguments):
            return super().call(function, arguments)
        if function not in self._known:
            self._known[function] = self.abstract(self._rng, len(arguments))
        return self._known[function](*arguments)

    @property
    def has_met_functions(self) -> bool:
        """Whether a known function took random values."""
        return bool(self._known)
