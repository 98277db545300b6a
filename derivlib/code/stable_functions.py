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


class Erfc(Function):
    """erfc(u), which SymPy does not write as 2 - erfc(-u)."""


class ScaledErfc(Function):
    """exp(max(u, 0)²) erfc(u)."""


class ScaledErfcIntegral(Function):
    """exp(max(u, 0)²) times the integral of erfc from u on, exp(-u²)/√π - u erfc(u)."""


class LogErfc(Function):
    """log(erfc(u)/2)."""


class ExpRemainder(Function):
    """(exp(u) - 1 - u - … - u**(k-1)/(k-1)!)/u**k for the u and k given, near 0."""


class NearZero(Function):
    """The second argument where the first is between -1 and 1, and the third elsewhere."""
