"""The author's names in a derivative: 1 - h² where h is tanh(Ax), s where it is the norm of x."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Dummy, Expr, Lambda
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.expressions.traversal import children, with_children
from derivlib.nodes.elementwise import as_lambda, elementwise


def in_own_names(expr: Expr, meanings: Mapping[Expr, Expr]) -> Expr:
    """Write names for what they stand for, and functions of that as functions of the name.

    :param expr: a derivative.
    :param meanings: what each name stands for; a later one may stand for more.
    """
    for name, meaning in reversed(list(meanings.items())):
        expr = _named(expr, name, meaning, {})
    return expr


def _named(expr: Expr, name: Expr, meaning: Expr, done: dict[Expr, Expr]) -> Expr:
    if expr == meaning:
        return name
    if expr not in done:
        below = children(expr)
        parts = tuple(_named(part, name, meaning, done) for part in below)
        new = expr if parts == below else with_children(expr, parts)
        is_function = isinstance(new, ElementwiseApplyFunction)
        done[expr] = _function_of(new, name, meaning) if is_function else new
    return done[expr]


def _function_of(expr: Expr, name: Expr, meaning: Expr) -> Expr:
    """A function of the entries of a matrix as one of the name, whose entries are another."""
    if not isinstance(meaning, ElementwiseApplyFunction) or expr.args[1] != meaning.args[1]:
        return expr
    function, inner = as_lambda(expr.args[0]), as_lambda(meaning.args[0])
    value = Dummy()
    same_entry = inner.expr.xreplace({inner.variables[0]: function.variables[0]})
    body = function.expr.xreplace({same_entry: value})
    if not body.has(value) or body.has(*function.variables):
        return expr
    return elementwise(Lambda(value, body), name)
