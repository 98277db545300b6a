"""Powers, products and orders of scalars, also of those at which SymPy fails.

To find out whether a power may be written otherwise, SymPy looks for common factors and signs
within its base, inside matrices too, and rebuilds sums and blocks of matrices there as if they
were numbers. Where it fails at that, the expression stays as it is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sympy import Basic, Expr, Mul, Pow, S, default_sort_key

_FAILURES = (AttributeError, TypeError, ValueError)
"""What SymPy raises then."""

Part = TypeVar("Part", bound=Basic)


def scalar_power(base: Expr, exponent: Expr) -> Expr:
    """Raise a scalar to a power."""
    try:
        return Pow(base, exponent)
    except _FAILURES:
        return Pow(base, exponent, evaluate=False)


def scalar_product(*factors: Expr) -> Expr:
    """Multiply scalars."""
    if len(factors) < 2:
        return factors[0] if factors else S.One
    try:
        return Mul(*factors)
    except _FAILURES:
        return Mul(*factors, evaluate=False)


def in_order(parts: Iterable[Part]) -> list[Part]:
    """Put expressions into SymPy's order, or leave them in theirs."""
    parts = tuple(parts)
    try:
        return sorted(parts, key=default_sort_key)
    except _FAILURES:
        return list(parts)
