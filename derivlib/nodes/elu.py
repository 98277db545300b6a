"""elu(z, α): z where it is positive and α (exp(z) - 1) elsewhere, of each entry."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, exp

from derivlib.nodes.elementwise import of_scalar_or_entries
from derivlib.nodes.in_pieces import InPieces, as_parameter, slope_at_kink, tell_pieces
from derivlib.nodes.leaky_relu import slopes
from derivlib.nodes.piecewise import piecewise


class Elu(InPieces):
    """A scalar and the limit below with its sign changed; a third argument as of leaky_relu."""

    nargs = (2, 3)
    parameters = 1

    @staticmethod
    def pieces(z: Expr, alpha: Expr) -> Expr:
        """The definition."""
        return piecewise((z, z > 0), (alpha * (exp(z) - 1), True))

    @staticmethod
    def gaps(z: Expr, alpha: Expr) -> tuple[Expr, ...]:
        """It has a kink at 0, unless both slopes are 1."""
        return () if alpha == 1 else (z,)

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivatives of the pieces."""
        z, alpha = self.plain
        if argindex == 2:
            return piecewise((0, z > 0), (exp(z) - 1, True))
        if self.at_kink is None:
            return slopes(z, S.One, alpha * exp(z), None)
        return piecewise((1, z > 0), (alpha * exp(z), z < 0), (self.at_kink, True))


Elu.__name__ = "elu"


def elu(argument: Any, alpha: Any = 1, at_zero: Any = None) -> Expr:
    """A scalar, or each entry of a matrix: as it is where it is positive, else α (exp(z) - 1).

    Its derivative exists where no entry is 0, and everywhere for α = 1; the condition is listed
    among the assumptions. At 0 it is taken to be `at_zero`: α unless something else is said.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, w = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1)
    >>> gradient = derive(sum_entries(elu(X * w)), w)
    >>> print(gradient)
    ∂L/∂w = Xᵀ*[where((X*w) > 0, 1, exp(X*w))]
    >>> gradient.verify({n: 3, m: 2}).method
    'numeric'

    ```

    :param argument: a scalar expression, or a matrix of any shape.
    :param alpha: the limit far below 0 with its sign changed, a scalar.
    :param at_zero: what the derivative is taken to be at 0, a number between α and 1.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if it is not an expression, α is no scalar, or `at_zero` is no such number.
    """
    below = as_parameter(alpha, "elu")
    options = slope_at_kink(at_zero, "elu", below, S.One)
    return of_scalar_or_entries(Elu, argument, below, *(o for o in options if o != below))


tell_pieces(Elu, lambda w, d: Elu(w.scalar(d), S.Half))
