"""Rewriting powers, inverses and determinants: multiples and repeated products."""

from __future__ import annotations

from sympy import Determinant, Expr, Integer

from derivlib.expressions.construction import mul, power
from derivlib.rules.placeholders import a, m, matrix, n
from derivlib.rules.rule import Condition, Rule
from derivlib.rules.sources import magnus_neudecker

A, B = matrix("A", n, m), matrix("B", m, n)
S = matrix("A", n, n)


def _invertible(base: Expr, exponent: Expr) -> tuple[Condition, ...]:
    return (Condition(base, "invertible"),) if exponent.is_negative else ()


POWER_OF_MULTIPLE = Rule(
    "power of a multiple",
    "algebra",
    left=lambda scalar, base, exponent: power(mul(scalar, base), exponent),
    right=lambda _, scalar, base, exponent: mul(scalar**exponent, power(base, exponent)),
    instances=((a, S, Integer(-1)), (a, S, Integer(2)), (a, S, Integer(-3))),
    source=magnus_neudecker("chapter 1, matrix operations"),
    conditions=lambda scalar, base, exponent: _invertible(mul(scalar, base), exponent),
)

DETERMINANT_OF_MULTIPLE = Rule(
    "determinant of a multiple",
    "algebra",
    left=lambda scalar, square: Determinant(mul(scalar, square)),
    right=lambda _, scalar, square: mul(scalar ** square.shape[0], Determinant(square)),
    instances=((a, S),),
    source=magnus_neudecker("chapter 1, determinants"),
)


def _repeated(factors: tuple[Expr, ...], before: Expr, after: Expr) -> Expr:
    """A run of factors between two powers of their product."""
    return mul(power(mul(*factors), before), *factors, power(mul(*factors), after))


REPEATED_PRODUCT = Rule(
    "power of a product",
    "algebra",
    left=lambda before, after, *factors: _repeated(factors, before, after),
    right=lambda _, before, after, *factors: power(mul(*factors), before + after + 1),
    instances=(
        (Integer(1), Integer(0), A, B),
        (Integer(2), Integer(0), A, B),
        (Integer(0), Integer(2), A, B),
    ),
    source=magnus_neudecker("chapter 1, matrix operations"),
)

SHIFTED_PRODUCT = Rule(
    "shifted power of a product",
    "algebra",
    left=lambda exponent, first, rest: mul(power(mul(first, rest), exponent), first),
    right=lambda _, exponent, first, rest: mul(first, power(mul(rest, first), exponent)),
    instances=((Integer(2), A, B), (Integer(3), A, mul(B, S))),
    source=magnus_neudecker("chapter 1, matrix operations"),
)

RULES = (POWER_OF_MULTIPLE, DETERMINANT_OF_MULTIPLE, REPEATED_PRODUCT, SHIFTED_PRODUCT)
