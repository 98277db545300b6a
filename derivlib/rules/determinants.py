"""Differentials of determinants."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Determinant, Expr, Inverse, MatPow, Mul, Pow, S, log

from derivlib.expressions.construction import (
    add,
    inverse,
    is_kronecker_of_square,
    kronecker,
    mul,
    split_coefficient,
    transpose,
)
from derivlib.nodes import LogAbsDet, LogDet
from derivlib.nodes.adjugate import Adjugate, AdjugateJacobian, adjugate_of
from derivlib.nodes.builders import trace, unvec, vec
from derivlib.rules.conditions import each
from derivlib.rules.declare import differential
from derivlib.rules.placeholders import m, matrix, n, p
from derivlib.rules.rule import Arguments, Differentiate
from derivlib.rules.sources import ADJOINT_MATRIX, KRONECKER_ALGEBRA, cookbook

U, V = matrix("U", n, n), matrix("V", m, m)
POSITIVE = each("of positive determinant")


@differential(Determinant, "determinant", (U,), source=cookbook(41))
def _determinant(d: Differentiate, base: Expr) -> Expr:
    return trace(mul(adjugate_of(base), d(base)))


def _invertible_anyway(parts: Iterable[Expr], base: Expr) -> bool:
    """Return whether something in the expression has no value where a matrix is singular."""
    matrix = split_coefficient(base)[1]
    if _may_be_singular(matrix):
        return True
    spelt = {base, matrix, transpose(base), transpose(matrix)}
    return any(not _may_be_singular(part).isdisjoint(spelt) for part in parts)


def _may_be_singular(part: Expr) -> frozenset[Expr]:
    """The matrices that a part needs invertible: below a power, in a logarithm, in a quotient."""
    if isinstance(part, (Inverse, LogAbsDet, LogDet)) or (
        isinstance(part, MatPow) and part.args[1].is_negative
    ):
        return frozenset(part.args[:1])
    if isinstance(part, log) or (isinstance(part, Pow) and not part.exp.is_nonnegative):
        factors = Mul.make_args(part.args[0])
        bases = (factor.base if isinstance(factor, Pow) else factor for factor in factors)
        return frozenset(base.arg for base in bases if isinstance(base, Determinant))
    return frozenset()


@differential(
    Determinant,
    "determinant of an invertible matrix",
    (U,),
    source=cookbook(42),
    conditions=each("invertible"),
    where=_invertible_anyway,
)
def _determinant_of_invertible(d: Differentiate, base: Expr) -> Expr:
    return mul(Determinant(base), trace(mul(inverse(base), d(base))))


@differential(Adjugate, "adjugate", (U,), source=ADJOINT_MATRIX)
def _adjugate(d: Differentiate, base: Expr) -> Expr:
    return unvec(mul(AdjugateJacobian(base), vec(d(base))), base.shape)


@differential(
    Adjugate,
    "adjugate of an invertible matrix",
    (U,),
    source=ADJOINT_MATRIX,
    conditions=each("invertible"),
    where=_invertible_anyway,
)
def _adjugate_of_invertible(d: Differentiate, base: Expr) -> Expr:
    moving, inverted = d(base), inverse(base)
    return add(
        mul(trace(mul(Adjugate(base), moving)), inverted),
        mul(S.NegativeOne, Adjugate(base), moving, inverted),
    )


@differential(LogDet, "log-determinant", (U,), source=cookbook(43), conditions=POSITIVE)
def _log_determinant(d: Differentiate, base: Expr) -> Expr:
    return trace(mul(inverse(base), d(base)))


@differential(
    LogAbsDet,
    "logarithm of the absolute determinant",
    (U,),
    source=cookbook(57),
    conditions=each("invertible"),
)
def _log_absolute_determinant(d: Differentiate, base: Expr) -> Expr:
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
