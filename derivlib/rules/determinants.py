"""Differentials of determinants."""

from __future__ import annotations

from sympy import Determinant, Expr

from derivlib.expressions.construction import add, inverse, kronecker, mul
from derivlib.nodes import LogDet, d
from derivlib.nodes.builders import trace
from derivlib.rules.placeholders import m, matrix, n, p
from derivlib.rules.rule import Condition, Differentiate, Rule
from derivlib.rules.sources import cookbook, magnus_neudecker

KRONECKER_ALGEBRA = magnus_neudecker("chapter 2, the Kronecker product")

U, V = matrix("U", n, n), matrix("V", m, m)


def _determinant(d: Differentiate, base: Expr) -> Expr:
    return mul(Determinant(base), trace(mul(inverse(base), d(base))))


DETERMINANT = Rule(
    "determinant",
    "differential",
    left=lambda base: d(Determinant(base)),
    right=_determinant,
    instances=((U,),),
    source=cookbook(42),
    conditions=lambda base: (Condition(base, "invertible"),),
)

LOG_DETERMINANT = Rule(
    "log-determinant",
    "differential",
    left=lambda base: d(LogDet(base)),
    right=lambda d, base: trace(mul(inverse(base), d(base))),
    instances=((U,),),
    source=cookbook(43),
    conditions=lambda base: (Condition(base, "of positive determinant"),),
)


def _of_kronecker(d: Differentiate, factors: tuple[Expr, ...]) -> Expr:
    """What each factor A adds to d log|det(A ⊗ …)|: tr(A⁻¹ dA) times the other sizes."""
    sizes = [factor.shape[0] for factor in factors]
    return add(
        *(
            mul(*sizes[:i], *sizes[i + 1 :], trace(mul(inverse(factor), d(factor))))
            for i, factor in enumerate(factors)
        )
    )


DETERMINANT_OF_KRONECKER = Rule(
    "determinant of a Kronecker product",
    "differential",
    left=lambda *factors: d(Determinant(kronecker(*factors))),
    right=lambda d, *factors: mul(Determinant(kronecker(*factors)), _of_kronecker(d, factors)),
    instances=((U, V), (U, V, matrix("T", p, p))),
    source=KRONECKER_ALGEBRA,
    conditions=lambda *factors: tuple(Condition(factor, "invertible") for factor in factors),
)

LOG_DETERMINANT_OF_KRONECKER = Rule(
    "log-determinant of a Kronecker product",
    "differential",
    left=lambda *factors: d(LogDet(kronecker(*factors))),
    right=lambda d, *factors: _of_kronecker(d, factors),
    instances=((U, V),),
    source=KRONECKER_ALGEBRA,
    conditions=lambda *factors: (Condition(kronecker(*factors), "of positive determinant"),),
)

RULES = (
    DETERMINANT,
    LOG_DETERMINANT,
    DETERMINANT_OF_KRONECKER,
    LOG_DETERMINANT_OF_KRONECKER,
)
