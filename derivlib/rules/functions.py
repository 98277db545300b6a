"""Differentials of functions: elementwise, abstract, and scalar functions of scalars."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Lambda, S

from derivlib.expressions.construction import add, hadamard, is_zero, mul, zero_like
from derivlib.expressions.traversal import applied
from derivlib.nodes import MatrixFunction, arguments_of, d, partial
from derivlib.nodes.builders import inner, inner_sum, unvec, vec
from derivlib.nodes.elementwise import applied_to_entries, as_lambda, elementwise
from derivlib.rules.conditions import of_entries, of_function
from derivlib.rules.placeholders import f, h, lam, m, matrix, n, p, q, sigma, t, u, v
from derivlib.rules.rule import Differentiate, Rule
from derivlib.rules.scalar_derivatives import (
    derivative_by_parameter,
    derivative_of_function,
    partial_derivative,
)
from derivlib.rules.sources import CHAIN_RULE

U, V = matrix("U", n, m), matrix("V", p, q)


def _elementwise(d: Differentiate, function: Any, argument: Expr) -> Expr:
    function = as_lambda(function)
    terms = [hadamard(elementwise(derivative_of_function(function), argument), d(argument))]
    parameters = sorted(function.expr.free_symbols - set(function.variables), key=str)
    for parameter in parameters:
        moving = d(parameter)
        if not is_zero(moving):
            by_parameter = derivative_by_parameter(function, parameter)
            terms.append(mul(moving, elementwise(by_parameter, argument)))
    return add(*terms)


ELEMENTWISE = Rule(
    "elementwise function",
    "differential",
    left=lambda function, argument: d(applied_to_entries(as_lambda(function), argument)),
    right=_elementwise,
    instances=((sigma, U), (Lambda(v, v**3), U), (Lambda(v, t**2 * v + v**2), U)),
    source=CHAIN_RULE,
    conditions=of_entries,
)


def _abstract_scalar(d: Differentiate, function: Any, *arguments: Expr) -> Expr:
    value = applied(function, *arguments)
    return inner_sum(
        *(inner(partial(value, i), d(argument)) for i, argument in enumerate(arguments))
    )


ABSTRACT_SCALAR = Rule(
    "abstract scalar function",
    "differential",
    left=lambda function, *arguments: d(applied(function, *arguments)),
    right=_abstract_scalar,
    instances=((lam, U), (lam, U, V), (lam, U, t)),
    source=CHAIN_RULE,
)


def _by_each_argument(d: Differentiate, value: Expr, arguments: tuple[Expr, ...]) -> Expr:
    """Add up what each moving argument contributes to an abstract matrix."""
    terms = []
    for i, argument in enumerate(arguments):
        moving = d(argument)
        if is_zero(moving):
            continue
        derivative = partial(value, i)
        if moving.is_Matrix:
            terms.append(unvec(mul(derivative, vec(moving)), value.shape))
        else:
            terms.append(mul(moving, derivative))
    return add(*terms, zero_like(value))


def _abstract_matrix(d: Differentiate, function: MatrixFunction, *arguments: Expr) -> Expr:
    return _by_each_argument(d, function(*arguments), arguments)


ABSTRACT_MATRIX = Rule(
    "abstract matrix function",
    "differential",
    left=lambda function, *arguments: d(function(*arguments)),
    right=_abstract_matrix,
    instances=(
        (MatrixFunction("nu", (n, p)), matrix("U", n, m)),
        (MatrixFunction("nu", (n, p)), matrix("U", n, m), matrix("V", m, p)),
        (MatrixFunction("nu", (n, p)), t),
    ),
    source=CHAIN_RULE,
)


def _abstract_derivative(d: Differentiate, derivative: Expr) -> Expr:
    arguments = arguments_of(derivative)
    if derivative.is_Matrix:
        return _by_each_argument(d, derivative, arguments)
    return inner_sum(
        *(inner(partial(derivative, i), d(argument)) for i, argument in enumerate(arguments))
    )


ABSTRACT_DERIVATIVE = Rule(
    "derivative of an abstract function",
    "differential",
    left=lambda derivative: d(derivative),
    right=_abstract_derivative,
    instances=(
        (partial(applied(lam, U)),),
        (partial(applied(lam, U, t)),),
        (partial(applied(lam, U, t), 1),),
        (partial(MatrixFunction("nu", (n, p))(matrix("U", n, m))),),
        (partial(MatrixFunction("nu", (n, p))(t)),),
    ),
    source=CHAIN_RULE,
)


def _scalar_function(d: Differentiate, function: Any, *arguments: Expr) -> Expr:
    value = function(*arguments)
    moving = [(i, d(argument)) for i, argument in enumerate(arguments)]
    return add(
        *(mul(partial_derivative(value, i), part) for i, part in moving if not is_zero(part)),
        S.Zero,
    )


SCALAR_FUNCTION = Rule(
    "scalar function",
    "differential",
    left=lambda function, *arguments: d(function(*arguments)),
    right=_scalar_function,
    instances=((f, u), (h, u, v)),
    source=CHAIN_RULE,
    conditions=of_function,
)

RULES = (ELEMENTWISE, ABSTRACT_SCALAR, ABSTRACT_MATRIX, ABSTRACT_DERIVATIVE, SCALAR_FUNCTION)
