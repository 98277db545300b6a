"""Differentials of determinants."""

from __future__ import annotations

from sympy import Determinant, Expr

from derivlib.expressions.construction import inverse, mul
from derivlib.expressions.operators import trace
from derivlib.rules.placeholders import matrix, n
from derivlib.rules.rule import Condition, Differentiate, Rule
from derivlib.rules.sources import cookbook
from derivlib.vocabulary import LogDet, d

U = matrix("U", n, n)


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

RULES = (DETERMINANT, LOG_DETERMINANT)
