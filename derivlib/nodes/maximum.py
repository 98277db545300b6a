"""maximum(u, v, at_tie) and minimum: of two scalars or of entries, by the slope at a tie."""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Dummy, Expr, Heaviside, Lambda, Max, Min, S

from derivlib.errors import ShapeError
from derivlib.expressions.construction import add, is_single, mul
from derivlib.expressions.shapes import same_size, shown_shape
from derivlib.expressions.traversal import applied
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.elementwise import elementwise, of_each_entry
from derivlib.nodes.in_pieces import InPieces, slope_at_kink, tell_pieces
from derivlib.nodes.piecewise import piecewise
from derivlib.nodes.trace import scalar


class _Extreme(InPieces):
    """Two scalars, and the part of the derivative that the first has where they are equal.

    :cvar sign: 1 for the larger one, -1 for the smaller.
    :cvar shared: the function of SymPy in which both have an equal part.
    """

    nargs = 3
    parameters = 1
    option = "at_tie"
    sign: ClassVar[int]
    shared: ClassVar[Any]

    @staticmethod
    def gaps(u: Expr, v: Expr) -> tuple[Expr, ...]:
        """It has a kink where both are equal."""
        return (u - v,)

    def _sympyrepr(self, printer: Any) -> str:
        """As it can be evaluated: `max` is a function of Python's."""
        return f"{type(self).__qualname__}({', '.join(map(printer.doprint, self.args))})"

    def fdiff(self, argindex: int = 1) -> Expr:
        """1 by what is taken, 0 by the other, and what is said where they are equal."""
        u, v, share = self.args
        if argindex == 1:
            return Heaviside(self.sign * (u - v), share)
        return Heaviside(self.sign * (v - u), 1 - share)


class Maximum(_Extreme):
    """The larger of two scalars."""

    sign = 1
    shared = Max

    @staticmethod
    def pieces(u: Expr, v: Expr) -> Expr:
        """The definition."""
        return piecewise((u, u > v), (v, True))


class Minimum(_Extreme):
    """The smaller of two scalars."""

    sign = -1
    shared = Min

    @staticmethod
    def pieces(u: Expr, v: Expr) -> Expr:
        """The definition."""
        return piecewise((u, u < v), (v, True))


Maximum.__name__ = "max"
Minimum.__name__ = "min"


def maximum(first: Any, second: Any, at_tie: Any = S.Half) -> Expr:
    """The larger of two scalars, of each entry of a matrix and a scalar, or of two matrices.

    Its derivative exists where they are not equal; that is listed among the assumptions. Where
    they are equal, the first has the part `at_tie` of it and the second the rest. Where that is
    ½, this is SymPy's `Max`, which shares equally as PyTorch and JAX do; it is 1 in TensorFlow.
    Of several, write `maximum(u, maximum(v, w, 1), 1)`, which gives all to the first that is
    largest. `relu(z, a)` is `maximum(z, 0, a)`.

    SymPy has another function of this name: this one is imported by its name.

    ```pycon
    >>> from sympy import symbols
    >>> from derivlib import derive, maximum
    >>> t, u = symbols("t u")
    >>> slope = derive(maximum(t, u, at_tie=1), t)
    >>> print(slope)
    ∂L/∂t = [t - u >= 0]
    >>> [str(a) for a in slope.assumptions if a.property != "constant"]
    ['t - u not zero']
    >>> [derive(maximum(t, u, at_tie=a), t).result.subs(u, t) for a in (0, 1)]
    [0, 1]
    >>> maximum(t, u)
    Max(t, u)

    ```

    :param first: a scalar expression, or a matrix of any shape.
    :param second: a scalar expression, or a matrix of that shape.
    :param at_tie: the part of the first where both are equal, a number from 0 to 1.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if they are no expressions, or `at_tie` is no such number.
    :raises ShapeError: if two matrices are of different shapes.
    """
    return _of_both(Maximum, first, second, at_tie)


def minimum(first: Any, second: Any, at_tie: Any = S.Half) -> Expr:
    """The smaller of two scalars, of each entry of a matrix and a scalar, or of two matrices.

    As :func:`maximum`, also in what is taken where both are equal.

    ```pycon
    >>> from sympy import symbols
    >>> from derivlib import derive, minimum
    >>> t, u = symbols("t u")
    >>> print(derive(minimum(t, u, at_tie=0), u))
    ∂L/∂u = [t - u >= 0]

    ```

    :param first: a scalar expression, or a matrix of any shape.
    :param second: a scalar expression, or a matrix of that shape.
    :param at_tie: the part of the first where both are equal, a number from 0 to 1.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if they are no expressions, or `at_tie` is no such number.
    :raises ShapeError: if two matrices are of different shapes.
    """
    return _of_both(Minimum, first, second, at_tie)


def _of_both(kind: type[_Extreme], first: Any, second: Any, at_tie: Any) -> Expr:
    name = kind.__name__
    u, v = as_operand(first, name), as_operand(second, name)
    (share,) = slope_at_kink(at_tie, name, S.Zero, S.One)
    if u.is_Matrix and v.is_Matrix and not all(map(same_size, u.shape, v.shape)):
        if not (is_single(u) or is_single(v)):
            raise ShapeError(
                f"{name} takes two matrices of one shape, not {shown_shape(u.shape)} and "
                f"{shown_shape(v.shape)}"
            )
        u, v = (scalar(part) if is_single(part) else part for part in (u, v))

    def of_scalars(a: Expr, b: Expr) -> Expr:
        return applied(kind.shared, a, b) if share == S.Half else kind(a, b, share)

    if not (u.is_Matrix or v.is_Matrix):
        return of_scalars(u, v)
    if u.is_Matrix and v.is_Matrix:
        of_difference = Lambda(_ENTRY, of_scalars(_ENTRY, S.Zero))
        return add(v, _of_entries(of_difference, add(u, mul(S.NegativeOne, v))))
    (matrix,) = (part for part in (u, v) if part.is_Matrix)
    sides = (_ENTRY if part is matrix else part for part in (u, v))
    return _of_entries(Lambda(_ENTRY, of_scalars(*sides)), matrix)


_ENTRY = Dummy("z")
"""An entry of the matrix, beside which any symbol may stand."""


def _of_entries(function: Lambda, matrix: Expr) -> Expr:
    of_entries = of_each_entry if hasattr(matrix, "flat") else elementwise
    return of_entries(function, matrix)


tell_pieces(Maximum, lambda w, d: Maximum(w.scalar(d), w.scalar(0), S.One / 3))
tell_pieces(Minimum, lambda w, d: Minimum(w.scalar(d), w.scalar(0), S.One))
