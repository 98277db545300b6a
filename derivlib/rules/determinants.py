"""Differentials of determinants."""

from __future__ import annotations

from sympy import Determinant, Expr

from derivlib.expressions.construction import (
    add,
    inverse,
    is_kronecker_of_square,
    kronecker,
    mul,
)
from derivlib.nodes import LogDet
from derivlib.nodes.builders import trace
from derivlib.rules.conditions import each
from derivlib.rules.declare import differential
from derivlib.rules.placeholders import m, matrix, n, p
from derivlib.rules.rule import Arguments, Differentiate
from derivlib.rules.sources import KRONECKER_ALGEBRA, cookbook

U, V = matrix("U", n, n), matrix("V", m, m)
POSITIVE = each("of positive determinant")


@differential(Determinant, "determinant", (U,), source=cookbook(42), conditions=each("invertible"))
def _determinant(d: Differentiate, base: Expr) -> Expr:
    return mul(Determinant(base), trace(mul(inverse(base), d(base))))


@differential(LogDet, "log-determinant", (U,), source=cookbook(43), conditions=POSITIVE)
def _log_determinant(d: Differentiate, base: Expr) -> Expr:
    return trace(mul(inverse(base), d(base)))


def _factors(expr: Expr) -> Arguments | None:
    return expr.args[0].args if is_kronecker_of_square(expr.args[0]) else None


def _of_kronecker(d: Differentiate, *factors: Expr) -> Expr:
    """What each factor A adds to d log|det(A ⊗ …)|: tr(A⁻¹ dA) times the other sizes."""
    sizes = [factor.shape[0] for factor in factors]
    return add(
        *(
            mul(*sizes[:i], *sizes[i + 1 :], trace(mul(inverse(factor), d(factor))))
            for i, factor in enumerate(factors)
        )
    )


@differential(
    Determinant,
    "determinant of a Kronecker product",
    (U, V),
    (U, V, matrix("T", p, p)),
    source=KRONECKER_ALGEBRA,
    conditions=each("invertible"),
    build=lambda *factors: Determinant(kronecker(*factors)),
    arguments=_factors,
)
def _determinant_of_kronecker(d: Differentiate, *factors: Expr) -> Expr:
    return mul(Determinant(kronecker(*factors)), _of_kronecker(d, *factors))


differential(
    LogDet,
    "log-determinant of a Kronecker product",
    (U, V),
    source=KRONECKER_ALGEBRA,
    conditions=lambda *factors: POSITIVE(kronecker(*factors)),
    build=lambda *factors: LogDet(kronecker(*factors)),
    arguments=_factors,
)(_of_kronecker)
