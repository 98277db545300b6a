"""Rewriting powers, inverses and determinants: multiples and repeated products."""

from __future__ import annotations

from sympy import Determinant, Expr, Integer

from derivlib.expressions.construction import mul, power, split_coefficient
from derivlib.nodes.adjugate import Adjugate
from derivlib.rules.conditions import of_matrix_power
from derivlib.rules.declare import algebra
from derivlib.rules.placeholders import a, m, matrix, n
from derivlib.rules.rule import Arguments
from derivlib.rules.sources import MATRIX_ALGEBRA, magnus_neudecker

A, B, S = matrix("A", n, m), matrix("B", m, n), matrix("A", n, n)

POWER_OF_MULTIPLE = algebra(
    "power of a multiple",
    lambda scalar, base, exponent: (
        power(mul(scalar, base), exponent),
        mul(scalar**exponent, power(base, exponent)),
    ),
    *((a, S, Integer(exponent)) for exponent in (-1, 2, -3)),
    source=MATRIX_ALGEBRA,
    conditions=lambda scalar, base, exponent: of_matrix_power(mul(scalar, base), exponent),
)

DETERMINANT_OF_MULTIPLE = algebra(
    "determinant of a multiple",
    lambda scalar, square: (
        Determinant(mul(scalar, square)),
        mul(scalar ** square.shape[0], Determinant(square)),
    ),
    (a, S),
    source=magnus_neudecker("chapter 1, determinants"),
)


def _multiple(expr: Expr) -> Arguments | None:
    scalar, matrix = split_coefficient(expr.args[0])
    return None if scalar == 1 else (scalar, matrix)


algebra(
    "adjugate of a multiple",
    lambda scalar, square: (
        Adjugate(mul(scalar, square)),
        mul(scalar ** (square.shape[0] - 1), Adjugate(square)),
    ),
    (a, S),
    source=magnus_neudecker("chapter 1, determinants"),
    of=Adjugate,
    arguments=_multiple,
)

REPEATED_PRODUCT = algebra(
    "power of a product",
    lambda before, after, *factors: (
        mul(power(mul(*factors), before), *factors, power(mul(*factors), after)),
        power(mul(*factors), before + after + 1),
    ),
    *((Integer(before), Integer(after), A, B) for before, after in ((1, 0), (2, 0), (0, 2))),
    source=MATRIX_ALGEBRA,
)
"""A run of factors between two powers of their product."""

SHIFTED_PRODUCT = algebra(
    "shifted power of a product",
    lambda exponent, first, rest: (
        mul(power(mul(first, rest), exponent), first),
        mul(first, power(mul(rest, first), exponent)),
    ),
    (Integer(2), A, B),
    (Integer(3), A, mul(B, S)),
    source=MATRIX_ALGEBRA,
)
