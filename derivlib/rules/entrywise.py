"""Rewriting products entry by entry: outer products, functions of one matrix."""

from __future__ import annotations

from typing import Any

from sympy import (
    DiagonalOf,
    Expr,
    HadamardPower,
    Heaviside,
    Integer,
    Lambda,
    MatrixSymbol,
    Pow,
    Symbol,
)
from sympy.core.symbol import uniquely_named_symbol
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.expressions.construction import add, hadamard, hadamard_power, mul, ones, transpose
from derivlib.nodes.builders import diagonal_matrix, frobenius, sum_of
from derivlib.nodes.elementwise import as_lambda, elementwise
from derivlib.rules.declare import algebra
from derivlib.rules.placeholders import m, matrix, n, u
from derivlib.rules.rule import Arguments
from derivlib.rules.sources import HADAMARD_ALGEBRA

A, B, C = matrix("A", n, m), matrix("B", n, m), matrix("C", n, m)
z = Symbol("z")
IDENTICAL, RECIPROCAL, SQUARE = Lambda(z, z), Lambda(z, 1 / z), Lambda(z, z**2)

DIAGONAL_OF_OUTER = algebra(
    "diagonal of an outer product",
    lambda column, row: (DiagonalOf(mul(column, row)), hadamard(column, transpose(row))),
    (MatrixSymbol("a", n, 1), MatrixSymbol("b", 1, n)),
    source=HADAMARD_ALGEBRA,
)

MULTIPLIED_OUT = algebra(
    "multiplying out a Hadamard product",
    lambda factor, *terms: (
        hadamard(factor, add(*terms)),
        add(*(hadamard(factor, term) for term in terms)),
    ),
    (A, B, C),
    (A, B, C, matrix("D", n, m)),
    source=HADAMARD_ALGEBRA,
)

SCALED_ROWS = algebra(
    "scaled rows",
    lambda column, *rest: (
        hadamard(mul(column, ones(1, rest[0].shape[1])), *rest),
        mul(diagonal_matrix(column), hadamard(*rest)),
    ),
    (MatrixSymbol("a", n, 1), A),
    (MatrixSymbol("a", n, 1), A, B),
    source=HADAMARD_ALGEBRA,
)

SCALED_COLUMNS = algebra(
    "scaled columns",
    lambda row, *rest: (
        hadamard(mul(ones(rest[0].shape[0], 1), row), *rest),
        mul(hadamard(*rest), diagonal_matrix(row)),
    ),
    (MatrixSymbol("b", 1, m), A),
    (MatrixSymbol("b", 1, m), A, B),
    source=HADAMARD_ALGEBRA,
)


def _indicator_to_a_power(expr: Expr) -> Arguments | None:
    base, exponent = expr.args
    body = as_lambda(base.args[0]).expr if isinstance(base, ElementwiseApplyFunction) else base
    is_indicator = isinstance(body, Heaviside) and body.args[1] in (0, 1)
    return expr.args if is_indicator and exponent.is_Integer and exponent > 0 else None


algebra(
    "power of an indicator",
    lambda base, exponent: (
        (hadamard_power if base.is_Matrix else Pow)(base, exponent),
        base,
    ),
    (Heaviside(u, 0), Integer(2)),
    (elementwise(Lambda(z, Heaviside(z, 1)), A), Integer(3)),
    source=HADAMARD_ALGEBRA,
    of=(Pow, HadamardPower),
    arguments=_indicator_to_a_power,
)


def joined(first: Any, second: Any) -> Lambda:
    """The product of two functions of one scalar."""
    first, second = as_lambda(first), as_lambda(second)
    taken = first.free_symbols | second.free_symbols
    own = (*first.variables, *second.variables)
    free = [variable for variable in own if variable not in taken]
    argument = free[0] if free else uniquely_named_symbol("z", (first, second))
    return Lambda(argument, first(argument) * second(argument))


FUNCTIONS_OF_ONE_MATRIX = algebra(
    "functions of one matrix, multiplied",
    lambda first, second, argument, *rest: (
        hadamard(elementwise(first, argument), elementwise(second, argument), *rest),
        hadamard(elementwise(joined(first, second), argument), *rest),
    ),
    (IDENTICAL, RECIPROCAL, A),
    (SQUARE, RECIPROCAL, A, B),
    source=HADAMARD_ALGEBRA,
)
"""Where the product of the functions is simpler than both: A ⊙ 1/A are ones."""

FACTOR_IN_INNER_PRODUCT = algebra(
    "factor moved in an inner product",
    lambda first, second, *rest: (
        frobenius(first, hadamard(second, *rest)),
        sum_of(hadamard(first, second, *rest)),
    ),
    (A, B),
    (A, B, C),
    source=HADAMARD_ALGEBRA,
)
