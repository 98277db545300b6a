"""absolute(z, at_zero): |z|, of a scalar or of each entry of a matrix, by its slope at 0."""

from __future__ import annotations

from typing import Any

from sympy import Abs, Expr, S

from derivlib.nodes.elementwise import of_scalar_or_entries
from derivlib.nodes.in_pieces import InPieces, slope_at_kink, tell_pieces
from derivlib.nodes.leaky_relu import slopes
from derivlib.nodes.piecewise import piecewise


class Absolute(InPieces):
    """The magnitude of a scalar, and what its derivative is at 0; where that is 0, it is `Abs`."""

    nargs = 2
    parameters = 0
    is_nonnegative = True

    @staticmethod
    def pieces(z: Expr) -> Expr:
        """The definition."""
        return piecewise((z, z > 0), (-z, True))

    @staticmethod
    def gaps(z: Expr) -> tuple[Expr, ...]:
        """It has a kink at 0."""
        return (z,)

    def fdiff(self, argindex: int = 1) -> Expr:
        """1 above 0, -1 below, and what is said at 0."""
        return slopes(self.args[0], S.One, S.NegativeOne, self.at_kink)


Absolute.__name__ = "abs"


def absolute(argument: Any, at_zero: Any = 0) -> Expr:
    """The magnitude of a scalar, or of each entry of a matrix.

    Its derivative exists where no entry is 0; that is listed among the assumptions. At 0 it is
    taken to be `at_zero`. Where that is 0, this is SymPy's `Abs`, as it is in NumPy and PyTorch;
    JAX has 1 there.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import absolute, derive, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, w = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1)
    >>> gradient = derive(sum_entries(absolute(X * w, at_zero=1)), w)
    >>> print(gradient)
    ∂L/∂w = Xᵀ*where(X*w >= 0, 1, -1)
    >>> [str(a) for a in gradient.assumptions if a.property != "constant"]
    ['X*w without zero entries']
    >>> gradient.verify({n: 3, m: 2}).method
    'exact'
    >>> t = symbols("t")
    >>> [derive(absolute(t, at_zero=a), t).result.subs(t, 0) for a in (-1, 0, 1)]
    [-1, 0, 1]

    ```

    Source: Boyd & Vandenberghe (2004), section 6.1.2, for the penalty Σ|rᵢ|.

    :param argument: a scalar expression, or a matrix of any shape.
    :param at_zero: what the derivative is taken to be at 0, a number from -1 to 1.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if it is not an expression, or `at_zero` is no such number.
    """
    (taken,) = slope_at_kink(at_zero, "abs", S.NegativeOne, S.One)
    if taken == 0:
        return of_scalar_or_entries(Abs, argument)
    return of_scalar_or_entries(Absolute, argument, taken)


tell_pieces(Absolute, lambda w, d: Absolute(w.scalar(d), S.One / 3))
