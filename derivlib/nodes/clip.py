"""clip(z, lo, hi): z kept between two bounds, of a scalar or of each entry of a matrix."""

from __future__ import annotations

from typing import Any

from sympy import And, Expr, Max, Min, Or, S

from derivlib.errors import InputError
from derivlib.expressions.traversal import applied
from derivlib.nodes.elementwise import of_scalar_or_entries
from derivlib.nodes.in_pieces import InPieces, as_parameter, slope_at_kink, tell_pieces
from derivlib.nodes.piecewise import piecewise


class Clip(InPieces):
    """A scalar, a lower and an upper bound; a fourth argument is the derivative at the bounds."""

    nargs = (3, 4)
    parameters = 2
    option = "at_ends"

    @staticmethod
    def pieces(z: Expr, lo: Expr, hi: Expr) -> Expr:
        """The upper bound wins where the lower one is larger, as in NumPy."""
        return piecewise((hi, Or(z > hi, lo > hi)), (lo, z < lo), (z, True))

    @staticmethod
    def gaps(z: Expr, lo: Expr, hi: Expr) -> tuple[Expr, ...]:
        """It has kinks at both bounds."""
        return z - lo, z - hi

    def fdiff(self, argindex: int = 1) -> Expr:
        """By the scalar it is 1 between the bounds, and by a bound 1 beyond that."""
        z, lo, hi = self.plain
        at_ends = S.One if self.at_kink is None else self.at_kink
        if argindex == 1:
            return _where(And(lo < z, z < hi), And(lo <= z, z <= hi), at_ends)
        if argindex == 2:
            return _where(And(z < lo, lo < hi), And(z <= lo, lo < hi), 1 - at_ends)
        return _where(Or(z > hi, lo > hi), Or(z >= hi, lo > hi), 1 - at_ends)

    def in_extremes(self) -> Expr:
        """The same in Min and Max."""
        z, lo, hi = self.plain
        return applied(Min, applied(Max, z, lo), hi)


Clip.__name__ = "clip"


def _where(inside: Any, closed: Any, at_ends: Expr) -> Expr:
    """1 inside of an interval, 0 outside of the closed one, and something else in between."""
    if at_ends == 0:
        return piecewise((1, inside), (0, True))
    if at_ends == 1:
        return piecewise((1, closed), (0, True))
    return piecewise((1, inside), (at_ends, closed), (0, True))


def clip(argument: Any, lo: Any, hi: Any, at_ends: Any = None) -> Expr:
    """A scalar, or each entry of a matrix, kept between two bounds.

    Its derivative exists where nothing is at a bound; that is listed among the assumptions. At a
    bound it is taken to be `at_ends`: 1 unless something else is said.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, w = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1)
    >>> gradient = derive(sum_entries(clip(X * w, -1, 2)), w)
    >>> print(gradient)
    ∂L/∂w = Xᵀ*[-1 <= X*w <= 2]
    >>> gradient.verify({n: 3, m: 2}).method
    'exact'
    >>> t = symbols("t")
    >>> [derive(clip(t, 0, 1, at_ends=a), t).result.subs(t, 1) for a in (0, 1)]
    [0, 1]

    ```

    :param argument: a scalar expression, or a matrix of any shape.
    :param lo: the lower bound, a scalar.
    :param hi: the upper bound, a scalar.
    :param at_ends: what the derivative is taken to be at the bounds, a number from 0 to 1.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if it is not an expression, a bound is no scalar, numbers are in the wrong
        order, or `at_ends` is no such number.
    """
    low, high = as_parameter(lo, "clip"), as_parameter(hi, "clip")
    if low.is_number and high.is_number and not low < high:
        raise InputError(f"clip takes the lower bound first; {lo} is not below {hi}")
    options = slope_at_kink(at_ends, "clip", S.Zero, S.One)
    return of_scalar_or_entries(Clip, argument, low, high, *(o for o in options if o != 1))


tell_pieces(Clip, lambda w, d: Clip(w.scalar(d), -S.One / 3, S.Half))
