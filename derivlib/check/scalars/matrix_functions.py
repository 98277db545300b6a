"""The exponential, the logarithm and the square root of a matrix, whatever its entries are.

They are limits, of sums and products that each kind of matrices has its own: of precise numbers
with their changes, and of arrays of them. What is left out is below the precision.
"""

from __future__ import annotations

from math import ceil, log2
from typing import Any, Protocol

from derivlib.check.scalars.fields import NoValue

_SMALL, _NEAR = 1 / 16, 1 / 4
"""How large a matrix may be for the series of an exponential, and how far from the identity for
that of a logarithm; a larger one is halved, and of one further away a root is taken."""

_CHANGES = 4
"""Further steps, for what changes with the numbers, which comes after them."""

_MOST_STEPS = 200
_NEAR_THE_AXIS = 1e-8


class Matrices(Protocol):
    """How to calculate with one kind of square matrices."""

    @property
    def digits(self) -> int:
        """How many decimal digits numbers have."""

    @property
    def orders(self) -> int:
        """How many orders of changes are left out of `plain` matrices."""

    def plain(self, a: Any) -> Any:
        """The matrix, changes left out where they are found afterwards."""

    def unit(self, like: Any) -> Any:
        """The identity of the size of a matrix."""

    def plus(self, a: Any, b: Any) -> Any:
        """Add."""

    def times(self, a: Any, b: Any) -> Any:
        """Multiply."""

    def scaled(self, p: int, q: int, a: Any) -> Any:
        """The multiple p/q."""

    def inverse(self, a: Any) -> Any:
        """Invert."""

    def size(self, a: Any) -> float:
        """The largest sum of absolute values in a row, changes left out."""


def value_of(name: str, on: Matrices, A: Any) -> Any:
    """A function of a matrix, by its name."""
    return {"exponential": _exponential, "logarithm": _logarithm, "square root": _square_root}[
        name
    ](on, A)


def refuse_without(name: str, eigenvalues: Any) -> None:
    """Refuse a matrix that has no principal logarithm and no principal square root.

    :raises NoValue: if an eigenvalue is 0 or a negative number.
    """
    near = _NEAR_THE_AXIS * max(map(abs, eigenvalues))
    if name != "exponential" and any(e.real <= near and abs(e.imag) <= near for e in eigenvalues):
        raise NoValue(f"the {name} of a matrix with an eigenvalue on the closed negative real axis")


def _exponential(on: Matrices, A: Any) -> Any:
    """By its series, of A divided by a power of 2, and squares of the result."""
    halvings = max(0, ceil(log2(max(on.size(A), _SMALL) / _SMALL)))
    A = on.scaled(1, 2**halvings, A)
    term = total = on.unit(A)
    bound, k, more = 1.0, 0, _CHANGES
    while more:
        k += 1
        term = on.scaled(1, k, on.times(term, A))
        total = on.plus(total, term)
        bound *= _SMALL / k
        more -= bound < 10.0**-on.digits
    for _ in range(halvings):
        total = on.times(total, total)
    return total


def _square_root(on: Matrices, A: Any) -> Any:
    """By the iteration of Denman and Beavers as products; then its changes, order by order."""
    X = plain = _iterated(on, on.plain(A))
    for _ in range(on.orders):
        rest = on.plus(A, on.scaled(-1, 1, on.times(X, X)))
        X = on.plus(X, _solution(on, plain, rest))
    return X


def _solution(on: Matrices, X: Any, right: Any) -> Any:
    """The L with X L + L X = R by Smith's method, as the eigenvalues of X have positive real parts.

    With U = (X - I)/(X + I) it is the sum of 2 Uᵏ (X + I)⁻¹ R (X + I)⁻¹ Uᵏ for k from 0 on.
    """
    unit = on.unit(X)
    below = on.inverse(on.plus(X, unit))
    U = on.times(on.plus(X, on.scaled(-1, 1, unit)), below)
    total = on.scaled(2, 1, on.times(on.times(below, right), below))
    for _ in range(_MOST_STEPS):
        total = on.plus(total, on.times(on.times(U, total), U))
        U = on.times(U, U)
        if on.size(U) <= 10.0**-on.digits:
            return total
    raise NoValue("the change of a square root that is not reached")


def _iterated(on: Matrices, A: Any) -> Any:
    X, M, unit = A, A, on.unit(A)
    more = 1 if on.orders else _CHANGES
    for _ in range(_MOST_STEPS):
        inverse = on.inverse(M)
        following = on.scaled(1, 2, on.plus(X, on.times(X, inverse)))
        M = on.plus(on.scaled(1, 2, unit), on.scaled(1, 4, on.plus(M, inverse)))
        moved = on.size(on.plus(following, on.scaled(-1, 1, X)))
        more -= moved <= 10.0 ** (-on.digits / 2) * on.size(following)
        X = following
        if not more:
            return X
    raise NoValue("a square root that is not reached")


def _logarithm(on: Matrices, A: Any) -> Any:
    """By the series of log((I + W)/(I - W)), of a root of A that is near the identity."""
    minus_unit = on.scaled(-1, 1, on.unit(A))
    roots = 0
    while on.size(on.plus(A, minus_unit)) > _NEAR:
        A = _square_root(on, A)
        roots += 1
    below = on.inverse(on.plus(A, on.unit(A)))
    term = total = W = on.times(on.plus(A, minus_unit), below)
    square, bound, k, more = on.times(W, W), _NEAR, 1, _CHANGES
    while more:
        k += 2
        term = on.times(term, square)
        total = on.plus(total, on.scaled(1, k, term))
        bound *= _NEAR**2
        more -= bound < 10.0**-on.digits
    return on.scaled(2 ** (roots + 1), 1, total)
