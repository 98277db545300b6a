"""Rewriting products entry by entry: outer products, functions of one matrix."""

from __future__ import annotations

from typing import Any

from sympy import DiagonalOf, Lambda, MatrixSymbol, Symbol

from derivlib.expressions.construction import hadamard, mul, transpose
from derivlib.expressions.entrywise import as_lambda, elementwise
from derivlib.expressions.operators import frobenius, sum_of
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import Rule
from derivlib.rules.sources import magnus_neudecker

HADAMARD_ALGEBRA = magnus_neudecker("chapter 3, the Hadamard product")

A, B, C = matrix("A", n, m), matrix("B", n, m), matrix("C", n, m)
z = Symbol("z")
RECIPROCAL, SQUARE = Lambda(z, 1 / z), Lambda(z, z**2)

DIAGONAL_OF_OUTER = Rule(
    "diagonal of an outer product",
    "algebra",
    left=lambda column, row: DiagonalOf(mul(column, row)),
    right=lambda _, column, row: hadamard(column, transpose(row)),
    instances=((MatrixSymbol("a", n, 1), MatrixSymbol("b", 1, n)),),
    source=HADAMARD_ALGEBRA,
)


def _joined(first: Any, second: Any) -> Lambda:
    """The product of two functions of one scalar."""
    first, second = as_lambda(first), as_lambda(second)
    (argument,) = first.variables
    return Lambda(argument, first.expr * second(argument))


FUNCTIONS_OF_ONE_MATRIX = Rule(
    "functions of one matrix, multiplied",
    "algebra",
    left=lambda first, second, argument, *rest: hadamard(
        elementwise(first, argument), elementwise(second, argument), *rest
    ),
    right=lambda _, first, second, argument, *rest: hadamard(
        elementwise(_joined(first, second), argument), *rest
    ),
    instances=((Lambda(z, z), RECIPROCAL, A), (SQUARE, RECIPROCAL, A, B)),
    source=HADAMARD_ALGEBRA,
)
"""Where the product of the functions is simpler than both: A ⊙ 1/A are ones."""

FACTOR_IN_INNER_PRODUCT = Rule(
    "factor moved in an inner product",
    "algebra",
    left=lambda first, second, *rest: frobenius(first, hadamard(second, *rest)),
    right=lambda _, first, second, *rest: sum_of(hadamard(first, second, *rest)),
    instances=((A, B), (A, B, C)),
    source=HADAMARD_ALGEBRA,
)

RULES = (DIAGONAL_OF_OUTER, FUNCTIONS_OF_ONE_MATRIX, FACTOR_IN_INNER_PRODUCT)
