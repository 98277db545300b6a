"""Functions of one scalar, applied to each entry of a matrix."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import Basic, Expr, FunctionClass, Lambda, S, Symbol, Transpose
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.expressions.construction import leads_with_transpose, mul, ones_like, transpose

__all__ = ["as_lambda", "elementwise"]

_ARGUMENT = Symbol("z")


@lru_cache(maxsize=1024)
def as_lambda(function: Any) -> Lambda:
    """Write a function of one scalar as a `Lambda` of z, so that equal functions are equal.

    SymPy's `applyfunc` invents a new dummy variable each time, and functions of different
    dummies are different to it.
    """
    if not isinstance(function, Lambda):
        return Lambda(_ARGUMENT, function(_ARGUMENT))
    (variable,) = function.variables
    if variable == _ARGUMENT or _ARGUMENT in function.expr.free_symbols:
        return function
    return Lambda(_ARGUMENT, function.expr.xreplace({variable: _ARGUMENT}))


def elementwise(function: FunctionClass | Lambda, matrix: Expr) -> Expr:
    """Apply a scalar function to each entry; a number it is multiplied by comes out in front."""
    function = as_lambda(function)
    (argument,) = function.variables
    body = function.expr
    if not body.has(argument):
        return mul(body, ones_like(matrix))
    number, rest = body.as_coeff_Mul()
    if number is not S.One:
        return mul(number, elementwise(Lambda(argument, rest), matrix))
    if body == argument:
        return matrix
    if leads_with_transpose(matrix):
        return Basic.__new__(Transpose, elementwise(function, transpose(matrix)))
    return Basic.__new__(ElementwiseApplyFunction, function, matrix)
