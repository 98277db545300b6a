"""leaky_relu(z, slope): z where it is positive and a multiple elsewhere, of each entry."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, S

from derivlib.nodes.elementwise import of_scalar_or_entries
from derivlib.nodes.in_pieces import InPieces, as_parameter, slope_at_kink, tell_pieces
from derivlib.nodes.piecewise import piecewise
from derivlib.nodes.relu import Relu


class LeakyRelu(InPieces):
    """A scalar and the slope below 0; a third argument is the derivative at 0."""

    nargs = (2, 3)
    parameters = 1

    @staticmethod
    def pieces(z: Expr, slope: Expr) -> Expr:
        """The definition."""
        return piecewise((z, z > 0), (slope * z, True))

    @staticmethod
    def gaps(z: Expr, slope: Expr) -> tuple[Expr, ...]:
        """It has a kink at 0."""
        return (z,)

    def fdiff(self, argindex: int = 1) -> Expr:
        """By the scalar it is 1 or the slope, and by the slope min(z, 0)."""
        z, slope = self.plain
        return slopes(z, S.One, slope, self.at_kink) if argindex == 1 else -Relu(-z)


_SLOPE = Rational(1, 100)

LeakyRelu.__name__ = "leaky_relu"


def slopes(z: Expr, above: Expr, below: Expr, at_zero: Expr | None) -> Expr:
    """One slope above 0 and another one below; that at 0 is the one below if nothing is said."""
    if at_zero is None or at_zero == below:
        return piecewise((above, z > 0), (below, True))
    if at_zero == above:
        return piecewise((above, z >= 0), (below, True))
    return piecewise((above, z > 0), (below, z < 0), (at_zero, True))


def leaky_relu(argument: Any, slope: Any = _SLOPE, at_zero: Any = None) -> Expr:
    """A scalar, or each entry of a matrix: as it is where it is positive, else times a slope.

    Its derivative exists where no entry is 0; that is listed among the assumptions. At 0 it is
    taken to be `at_zero`: the slope unless something else is said.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, w = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1)
    >>> gradient = derive(sum_entries(leaky_relu(X * w)), w)
    >>> print(gradient)
    ∂L/∂w = Xᵀ*where(X*w > 0, 1, 1/100)
    >>> gradient.verify({n: 3, m: 2}).method
    'exact'

    ```

    Source: Goodfellow, Bengio & Courville (2016), section 6.3.1.

    :param argument: a scalar expression, or a matrix of any shape.
    :param slope: the slope of negative numbers, a scalar.
    :param at_zero: what the derivative is taken to be at 0, a number between the slope and 1.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if it is not an expression, the slope is no scalar, or `at_zero` is no such
        number.
    """
    below = as_parameter(slope, "leaky_relu")
    options = slope_at_kink(at_zero, "leaky_relu", below, S.One)
    return of_scalar_or_entries(LeakyRelu, argument, below, *options)


tell_pieces(LeakyRelu, lambda w, d: LeakyRelu(w.scalar(d), S.One / 5))
