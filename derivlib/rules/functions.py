"""Differentials of functions: elementwise, abstract, and scalar functions of scalars."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.integers import RoundFunction
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.errors import UndefinedError, UnsupportedError
from derivlib.expressions.construction import add, hadamard, is_zero, mul, zero_like
from derivlib.expressions.traversal import applied
from derivlib.nodes import (
    MatrixFunction,
    MatrixFunctionApplication,
    PartialNode,
    arguments_of,
    partial,
    prime,
)
from derivlib.nodes.builders import inner, inner_sum, unvec, vec
from derivlib.nodes.elementwise import applied_to_entries, as_lambda, elementwise
from derivlib.nodes.prime import Prime, at_entries, prime_of
from derivlib.rules.conditions import (
    as_function_of_scalars,
    of_entries,
    of_extreme,
    of_function,
    of_pieces,
)
from derivlib.rules.declare import differential, scalars, whole
from derivlib.rules.placeholders import f, h, lam, m, matrix, n, p, q, sigma, t, u, v
from derivlib.rules.rule import Arguments, Differentiate
from derivlib.rules.scalar_derivatives import (
    LOCALLY_CONSTANT,
    derivative_by_parameter,
    derivative_of,
    derivative_of_function,
    partial_derivative,
    share_of_extreme,
)
from derivlib.rules.sources import CHAIN_RULE

U, V = matrix("U", n, m), matrix("V", p, q)
NU = MatrixFunction("nu", (n, p))

WITHOUT_DERIVATIVE = (*(RoundFunction, sp.DiracDelta, sp.arg, sp.conjugate, sp.im, sp.re),)
"""Functions that SymPy differentiates by a convention of its own, or not on the reals."""


def _function_and_matrix(expr: Expr) -> Arguments | None:
    body = expr.args[0].expr
    of_scalars = all(isinstance(symbol, sp.Symbol) for symbol in body.free_symbols)
    return expr.args if of_scalars and not body.atoms(*WITHOUT_DERIVATIVE) else None


@differential(
    ElementwiseApplyFunction,
    "elementwise function",
    (sigma, U),
    (sp.Lambda(v, v**3), U),
    (sp.Lambda(v, t**2 * v + v**2), U),
    source=CHAIN_RULE,
    conditions=of_entries,
    build=lambda function, argument: applied_to_entries(as_lambda(function), argument),
    arguments=_function_and_matrix,
)
def _elementwise(d: Differentiate, function: Any, argument: Expr) -> Expr:
    function = as_lambda(function)
    slope = derivative_of_function(function)
    terms = [zero_like(argument)]
    if slope.expr != 0:
        terms.append(hadamard(elementwise(slope, argument), d(argument)))
    for parameter in sorted(function.expr.free_symbols - set(function.variables), key=str):
        if not is_zero(moving := d(parameter)):
            by_parameter = derivative_by_parameter(function, parameter)
            terms.append(mul(moving, elementwise(by_parameter, argument)))
    return add(*terms)


def _by_each_argument(d: Differentiate, value: Expr, arguments: Arguments) -> Expr:
    """Add up what each moving argument contributes to an abstract function."""
    if not value.is_Matrix:
        return inner_sum(*(inner(partial(value, i), d(x)) for i, x in enumerate(arguments)))
    terms = []
    for i, argument in enumerate(arguments):
        if is_zero(moving := d(argument)):
            continue
        derivative = partial(value, i)
        if moving.is_Matrix:
            terms.append(unvec(mul(derivative, vec(moving)), value.shape))
        else:
            terms.append(mul(moving, derivative))
    return add(*terms, zero_like(value))


@differential(
    AppliedUndef,
    "abstract scalar function",
    (lam, U),
    (lam, U, V),
    (lam, U, t),
    source=CHAIN_RULE,
    build=applied,
    arguments=lambda expr: (
        (expr.func, *expr.args) if any(part.is_Matrix for part in expr.args) else None
    ),
)
def _abstract_scalar(d: Differentiate, function: Any, *arguments: Expr) -> Expr:
    return _by_each_argument(d, applied(function, *arguments), arguments)


@differential(
    MatrixFunctionApplication,
    "abstract matrix function",
    (NU, U),
    (NU, U, matrix("V", m, p)),
    (NU, t),
    source=CHAIN_RULE,
    build=lambda function, *arguments: function(*arguments),
    arguments=lambda expr: (MatrixFunction(expr.name, expr.shape), *expr.arguments),
)
def _abstract_matrix(d: Differentiate, function: MatrixFunction, *arguments: Expr) -> Expr:
    return _by_each_argument(d, function(*arguments), arguments)


@differential(
    PartialNode,
    "derivative of an abstract function",
    (partial(applied(lam, U)),),
    (partial(applied(lam, U, t)),),
    (partial(applied(lam, U, t), 1),),
    (partial(NU(U)),),
    (partial(NU(t)),),
    source=CHAIN_RULE,
    build=lambda derivative: derivative,
    arguments=whole,
)
def _abstract_derivative(d: Differentiate, derivative: Expr) -> Expr:
    return _by_each_argument(d, derivative, arguments_of(derivative))


def _function_and_scalars(expr: Expr) -> Arguments | None:
    if (slope := prime_of(expr)) is not None:
        function, order, argument = slope
        return prime(function, order), argument
    others = (*WITHOUT_DERIVATIVE, sp.Piecewise, sp.Derivative, sp.Subs)
    if isinstance(expr, others) or scalars(expr) is None:
        return None
    return expr.func, *expr.args


@differential(
    (sp.Function, Prime, sp.Derivative, sp.Subs),
    "scalar function",
    (f, u),
    (h, u, v),
    source=CHAIN_RULE,
    conditions=of_function,
    build=lambda function, *arguments: function(*arguments),
    arguments=_function_and_scalars,
)
def _scalar_function(d: Differentiate, function: Any, *arguments: Expr) -> Expr:
    if function in LOCALLY_CONSTANT:  # before the differential of what it is applied to is asked
        return sp.S.Zero
    value = function(*arguments)
    return add(*(_by_argument(d, value, i, u) for i, u in enumerate(arguments)), sp.S.Zero)


def _by_argument(d: Differentiate, value: Expr, position: int, argument: Expr) -> Expr:
    """What an argument contributes; its differential is not asked for where the slope is zero."""
    try:
        slope = partial_derivative(value, position)
    except (UndefinedError, UnsupportedError):
        if is_zero(d(argument)):  # a constant needs no slope
            return sp.S.Zero
        raise
    return sp.S.Zero if is_zero(slope) else mul(slope, d(argument))


@differential(
    (sp.Max, sp.Min),
    "maximum or minimum",
    (sp.Max, u, v),
    (sp.Min, u, v),
    (sp.Max, u, v, t),
    source=CHAIN_RULE,
    conditions=of_extreme,
    build=applied,
    arguments=lambda expr: None if scalars(expr) is None else (expr.func, *expr.args),
)
def _extreme(d: Differentiate, function: Any, *arguments: Expr) -> Expr:
    shares = (
        mul(share_of_extreme(function, arguments, i), d(argument))
        for i, argument in enumerate(arguments)
        if not is_zero(d(argument))
    )
    return add(*shares, sp.S.Zero)


@differential(
    sp.Piecewise,
    "piecewise function",
    (sp.Piecewise((u**2, u > v), (u * v, True)),),
    (sp.Piecewise((u**2, sp.And(u > 0, v > 0)), (u * v, True)),),
    (sp.Piecewise((sp.log(u), u > 0), (3 * u, True)),),
    source=CHAIN_RULE,
    conditions=of_pieces,
    build=lambda choice: choice,
    arguments=whole,
)
def _pieces(d: Differentiate, choice: Expr) -> Expr:
    body, leaves = as_function_of_scalars(choice)
    slopes = (
        (at_entries(derivative_of(body, symbol)).xreplace(leaves), leaf)
        for symbol, leaf in leaves.items()
    )
    # What is multiplied by zero is not differentiated, so that no step of it is told.
    return add(*(mul(slope, d(leaf)) for slope, leaf in slopes if not is_zero(slope)), sp.S.Zero)
