"""Functions of scalars that stable code is made of, and that no expression of a reader has."""

from __future__ import annotations

from sympy import Function

__all__ = ["Expm1", "Exponential", "Guarded", "Largest", "Softplus", "Unless"]


class Largest(Function):  # type: ignore[misc]
    """The largest of some values, of which nothing is asked."""


class Unless(Function):  # type: ignore[misc]
    """The second argument, and minus infinity where the first is 0."""


class Exponential(Function):  # type: ignore[misc]
    """exp(u), of which SymPy makes no product."""


class Softplus(Function):  # type: ignore[misc]
    """log(1 + exp(u))."""


class Expm1(Function):  # type: ignore[misc]
    """exp(u) - 1."""


class Guarded(Function):  # type: ignore[misc]
    """The second argument, and 1 where the first is 0."""
