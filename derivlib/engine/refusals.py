"""What is said of an operation without a differential rule, and what may be written instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, FunctionMatrix, MatPow, S, Sum

from derivlib.errors import UnsupportedError
from derivlib.expressions.shapes import abs_of_matrix
from derivlib.expressions.text import text, typed
from derivlib.nodes.differentials import MatrixDifferential, ScalarDifferential

ADD_IT = (
    'derivlib.register adds an operation and its rule: see the page "Add a rule" of the '
    "documentation"
)
"""What to do about any operation that has no rule."""


def no_rule(expr: Expr, place: str = "") -> UnsupportedError:
    """The error for an operation without a rule, with what to do next.

    :param place: what it stands in, in parentheses.
    """
    instead = _INSTEAD.get(type(expr))
    advice = ADD_IT if instead is None else instead(expr)
    return UnsupportedError(
        f'no differential rule for {type(expr).__name__} in "{text(expr)}"{place}; {advice}'
    )


def _power(expr: MatPow) -> str:
    base, exponent = expr.args
    if exponent is S.Half and isinstance(base, MatPow):
        return abs_of_matrix(base.base)
    entries = f"for the power of each entry write HadamardPower({typed(base)}, {typed(exponent)})"
    if exponent is S.Half:
        entries = f"for that of each entry write {typed(base, method='applyfunc(sqrt)')}"
        return f"write the square root of a matrix as sqrtm({typed(base)}); {entries}"
    if exponent.free_symbols and exponent.is_integer is None:
        names = " ".join(sorted(map(str, exponent.free_symbols)))
        told = f'make a symbol for one with symbols("{names}", integer=True, positive=True)'
        return f"the exponent of a matrix must be a whole number; {told}, {entries}"
    return (
        f"the exponent of a matrix must be a whole number, as in A**3, and is {typed(exponent)}; "
        f"{entries}"
    )


def _differential(expr: MatrixDifferential | ScalarDifferential) -> str:
    return (
        f"it is the differential of {text(expr.of)}, and does not depend on it; a name of a text "
        f'is stated to be one, as in {text(expr)}="vector"'
    )


_INSTEAD: dict[type, Callable[[Any], str]] = {
    MatrixDifferential: _differential,
    ScalarDifferential: _differential,
    MatPow: _power,
    Sum: lambda _: (
        "write the sum without indices, such as x.T*x for Sum(x[i, 0]**2, (i, 0, n - 1)), or "
        "carry it out with .doit() if its bounds are numbers"
    ),
    FunctionMatrix: lambda _: (
        "write its entries out with .as_explicit(), which needs numbers for the sizes"
    ),
}
