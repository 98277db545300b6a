"""huber(z, M): z² near 0 and a line with the same slope beyond ±M, of each entry."""

from __future__ import annotations

from typing import Any

from sympy import Abs, Expr

from derivlib.errors import InputError
from derivlib.nodes.clip import Clip
from derivlib.nodes.elementwise import of_scalar_or_entries
from derivlib.nodes.in_pieces import InPieces, as_parameter, tell_pieces
from derivlib.nodes.piecewise import piecewise
from derivlib.nodes.relu import Relu


class Huber(InPieces):
    """A scalar, and where lines begin."""

    nargs = 2
    parameters = 1
    is_nonnegative = True

    @staticmethod
    def pieces(z: Expr, M: Expr) -> Expr:
        """The definition."""
        lines = ((2 * M * sign * z - M**2, sign * z > M) for sign in (1, -1))
        return piecewise(*lines, (z**2, True))

    @staticmethod
    def gaps(z: Expr, M: Expr) -> tuple[Expr, ...]:
        """It has a derivative everywhere."""
        return ()

    def fdiff(self, argindex: int = 1) -> Expr:
        """By the scalar 2 z, which stops growing at ±M; by M it is 2 max(|z| - M, 0)."""
        z, M = self.plain
        return 2 * Clip(z, -M, M) if argindex == 1 else 2 * Relu(Abs(z) - M)


Huber.__name__ = "huber"


def huber(argument: Any, M: Any = 1) -> Expr:
    """The loss z² where |z| ≤ M and 2 M |z| - M² elsewhere, of a scalar or of each entry.

    This is CVXPY's; the one of SciPy, z²/2 and M (|z| - M/2), is half of it. It has a derivative
    everywhere.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, w, y = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1), MatrixSymbol("y", n, 1)
    >>> gradient = derive(sum_entries(huber(X * w - y, 3)), w)
    >>> print(gradient)
    ∂L/∂w = 2*Xᵀ*clip(X*w - y, -3, 3)
    >>> gradient.verify({n: 3, m: 2}).method
    'exact'

    ```

    Source: Boyd & Vandenberghe (2004), section 6.1.2.

    :param argument: a scalar expression, or a matrix of any shape.
    :param M: where lines begin, a positive scalar: a number, or a symbol with `positive=True`.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if it is not an expression, or M is not known to be positive.
    """
    bound = as_parameter(M, "huber")
    if not bound.is_positive:
        raise InputError(
            f"the M of huber is positive, and of {M} this is not known; state it as in "
            'Symbol("M", positive=True), in a text as in positive="M"'
        )
    return of_scalar_or_entries(Huber, argument, bound)


tell_pieces(Huber, lambda w, d: Huber(w.scalar(d), 1))
