"""Rewriting products entry by entry: outer products, functions of one matrix."""

from __future__ import annotations

from typing import Any

from sympy import DiagonalOf, Lambda, MatrixSymbol, Symbol
from sympy.core.symbol import uniquely_named_symbol

from derivlib.expressions.construction import hadamard, mul, transpose
from derivlib.nodes.builders import frobenius, sum_of
from derivlib.nodes.elementwise import as_lambda, elementwise
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import Rule
from derivlib.rules.sources import magnus_neudecker

HADAMARD_ALGEBRA = magnus_neudecker("chapter 3, the Hadamard product")

A, B, C = matrix("A", n, m), matrix("B", n, m), matrix("C", n, m)
z = Symbol("z")
IDENTICAL, RECIPROCAL, SQUARE = Lambda(z, z), Lambda(z, 1 / z), Lambda(z, z**2)

DIAGONAL_OF_OUTER = Rule(
    "diagonal of an outer product",
    "algebra",
    left=lambda column, row: DiagonalOf(mul(column, row)),
    right=lambda _, column, row: hadamard(column, transpose(row)),
    instances=((MatrixSymbol("a", n, 1), MatrixSymbol("b", 1, n)),),
    source=HADAMARD_ALGEBRA,
)


def joined(first: Any, second: Any) -> Lambda:
    """The product of two functions of one scalar."""
    first, second = as_lambda(first), as_lambda(second)
    taken = first.free_symbols | second.free_symbols
    own = (*first.variables, *second.variables)
    free = [variable for variable in own if variable not in taken]
    argument = free[0] if free else uniquely_named_symbol("z", (first, second))
    return Lambda(argument, first(argument) * second(argument))


FUNCTIONS_OF_ONE_MATRIX = Rule(
    "functions of one matrix, multiplied",
    "algebra",
    left=lambda first, second, argument, *rest: hadamard(
        elementwise(first, argument), elementwise(second, argument), *rest
    ),
    right=lambda _, first, second, argument, *rest: hadamard(
        elementwise(joined(first, second), argument), *rest
    ),
    instances=((IDENTICAL, RECIPROCAL, A), (SQUARE, RECIPROCAL, A, B)),
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
