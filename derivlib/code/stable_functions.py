"""Functions of scalars that stable code is made of, and that no expression of a reader has."""

from __future__ import annotations

from sympy import Function


class Largest(Function):
    """The largest of some values, of which nothing is asked."""


class Unless(Function):
    """The second argument, and minus infinity where the first is 0."""


class Exponential(Function):
    """exp(u), of which SymPy makes no product."""


class Softplus(Function):
    """log(1 + exp(u))."""


class Expm1(Function):
    """exp(u) - 1."""


class Guarded(Function):
    """The second argument, and 1 where the first is 0."""
