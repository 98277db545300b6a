"""Differentials of matrix powers with a symbol as exponent, matrix functions, Sylvester's equation.

A Fréchet derivative L(A, E) is linear in E, with the adjoint L(Aᵀ, G). What it changes by as A does
is a block of that of [A, E; 0, A].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import Expr, MatPow, S

from derivlib.expressions.construction import (
    add,
    blocks,
    identity,
    inverse,
    is_zero,
    mul,
    place,
    power,
    transpose,
    zeros,
)
from derivlib.nodes import (
    Expm,
    ExpmFrechet,
    LogAbsDet,
    LogDet,
    Logm,
    LogmFrechet,
    PowerFrechet,
    Sqrtm,
    Sylvester,
)
from derivlib.nodes.adjugate import adjugate_of
from derivlib.nodes.builders import trace
from derivlib.nodes.matrix_functions import (
    expm_frechet,
    expm_jacobian,
    logm_frechet,
    logm_of,
    sqrtm_of,
)
from derivlib.nodes.power_frechet import power_frechet, power_jacobian
from derivlib.nodes.sylvester import kronecker_sum, sylvester_of
from derivlib.rules.conditions import each
from derivlib.rules.declare import Build, differential, moving
from derivlib.rules.placeholders import k, m, matrix, n
from derivlib.rules.rule import Arguments, Condition, Differentiate, Source
from derivlib.rules.sources import cookbook, higham

U, V, W = matrix("U", n, n), matrix("V", m, m), matrix("W", n, m)
A, B, E = matrix("A", n, n), matrix("B", m, m), matrix("E", n, n)
SMALL, DIRECTION = matrix("A", 2, 2), matrix("E", 2, 2)
"""What blocks of blocks are made of, whose precise functions take long."""
MOVING = matrix("U", 3, 3)
POSITIVE_DEFINITE = add(mul(MOVING, transpose(MOVING)), identity(S(3)))
"""A matrix that has a logarithm and a square root, wherever it moves."""


FRECHET = higham("section 3.1, the Fréchet derivative")
BLOCKS = higham("section 3.2, the Fréchet derivative as a block")
GOLUB_VAN_LOAN = Source("Golub & Van Loan", 2013, "chapter 7, the Sylvester equation")


# --- powers ---------------------------------------------------------------------------------


def _positive(*exponents: Expr) -> tuple[Condition, ...]:
    return tuple(
        Condition(exponent, "positive") for exponent in exponents if not exponent.is_positive
    )


def _of_power(base: Expr, exponent: Expr) -> tuple[Condition, ...]:
    if exponent.is_negative:
        return (Condition(base, "invertible"),)
    return _positive(exponent)


def _with_symbol(expr: Expr) -> Arguments | None:
    """The arguments of a power whose exponent is a whole number, and no number is put in for it."""
    is_one = isinstance(expr, MatPow) and expr.exp.is_integer and not expr.exp.is_Integer
    return expr.args if is_one else None


def _with_symbol_inside(expr: Expr) -> Arguments | None:
    return _with_symbol(expr.args[0])


@differential(
    MatPow,
    "matrix power with a symbol as exponent",
    (U, k),
    (U, -k),
    source=FRECHET,
    conditions=_of_power,
    arguments=_with_symbol,
)
def _power(d: Differentiate, base: Expr, exponent: Expr) -> Expr:
    if exponent.is_negative:
        inverted = inverse(base)
        return power_frechet(inverted, -exponent, mul(S.NegativeOne, inverted, d(base), inverted))
    return power_frechet(base, exponent, d(base))


def _of_a_power(of: type, name: str, **more: Any) -> Callable[[Build], Any]:
    """Declare a rule for a number made of a power with a symbol as exponent."""
    return differential(
        of,
        name,
        (U, k),
        build=lambda base, exponent: of(power(base, exponent)),
        arguments=_with_symbol_inside,
        **more,
    )


@_of_a_power(sp.Trace, "trace of a power", source=cookbook(121), conditions=_of_power)
def _trace_of_power(d: Differentiate, base: Expr, exponent: Expr) -> Expr:
    return trace(mul(exponent, power(base, exponent - 1), d(base)))


@_of_a_power(sp.Determinant, "determinant of a power", source=cookbook(58), conditions=_of_power)
def _determinant_of_power(d: Differentiate, base: Expr, exponent: Expr) -> Expr:
    before = sp.Determinant(base) ** (exponent - 1)
    return mul(exponent, before, trace(mul(adjugate_of(base), d(base))))


def _logarithm(d: Differentiate, base: Expr, exponent: Expr) -> Expr:
    return mul(exponent, trace(mul(inverse(base), d(base))))


_of_a_power(
    LogDet,
    "log-determinant of a power",
    source=cookbook(58),
    conditions=lambda base, exponent: (
        Condition(power(base, exponent), "of positive determinant"),
    ),
)(_logarithm)
_of_a_power(
    LogAbsDet,
    "logarithm of the absolute determinant of a power",
    source=cookbook(58),
    conditions=lambda base, exponent: (Condition(base, "invertible"),),
)(_logarithm)


# --- functions ------------------------------------------------------------------------------

OFF_THE_NEGATIVE_AXIS = each("without eigenvalues on the closed negative real axis")


@differential(Expm, "matrix exponential", (U,), source=FRECHET)
def _exponential(d: Differentiate, base: Expr) -> Expr:
    return expm_frechet(base, d(base))


@differential(
    Logm,
    "matrix logarithm",
    (POSITIVE_DEFINITE,),
    source=FRECHET,
    conditions=OFF_THE_NEGATIVE_AXIS,
    reading=(U,),
)
def _matrix_logarithm(d: Differentiate, base: Expr) -> Expr:
    return logm_frechet(base, d(base))


@differential(
    Sqrtm,
    "matrix square root",
    (POSITIVE_DEFINITE,),
    source=higham("section 6.1, the square root"),
    conditions=OFF_THE_NEGATIVE_AXIS,
    reading=(U,),
)
def _square_root(d: Differentiate, base: Expr) -> Expr:
    root = sqrtm_of(base)
    return sylvester_of(root, root, d(base))


# --- how their Fréchet derivatives move, and what they change by ------------------------------


def _frechet(
    node: type,
    name: str,
    build: Build,
    jacobian: Build,
    instance: Arguments,
    conditions: Callable[..., tuple[Condition, ...]],
    reading: Arguments = (),
) -> None:
    """Declare the rules of L(A, …, E), linear in E."""
    moving(
        node,
        build,
        instance,
        at=len(instance) - 1,
        adjoint=lambda G, base, *others: build(transpose(base), *others[:-1], G),
        matrix=lambda base, *others: jacobian(base, *others[:-1]),
        trace=(f"derivative of a {name} in the trace", FRECHET),
        vec=(f"vec of the derivative of a {name}", FRECHET),
    )

    @differential(
        node,
        f"derivative of a {name}",
        instance,
        source=BLOCKS,
        build=build,
        conditions=conditions,
        reading=reading,
    )
    def right(d: Differentiate, base: Expr, *others: Expr) -> Expr:
        *exponent, direction = others
        moving_base, moving_direction = d(base), d(direction)
        if is_zero(moving_base):
            return build(base, *exponent, moving_direction)
        size = base.shape[0]
        first, second = (place((size, size), i) for i in range(2))
        whole = blocks([[base, direction], [zeros(size, size), base]])
        change = add(
            mul(transpose(first), moving_base, first),
            mul(transpose(first), moving_direction, second),
            mul(transpose(second), moving_base, second),
        )
        return mul(first, build(whole, *exponent, change), transpose(second))


_frechet(
    PowerFrechet,
    "matrix power",
    power_frechet,
    power_jacobian,
    (A, k, E),
    lambda base, exponent, direction: _of_power(base, exponent),
)
_frechet(
    ExpmFrechet,
    "matrix exponential",
    expm_frechet,
    expm_jacobian,
    (SMALL, DIRECTION),
    lambda *_: (),
    reading=(A, E),
)
_frechet(
    LogmFrechet,
    "matrix logarithm",
    logm_frechet,
    lambda base: inverse(expm_jacobian(logm_of(base))),
    (SMALL, DIRECTION),
    lambda base, direction: OFF_THE_NEGATIVE_AXIS(base),
    reading=(A, E),
)


# --- Sylvester's equation -------------------------------------------------------------------


def _solvable(left: Expr, right: Expr, result: Expr) -> tuple[Condition, ...]:
    return (Condition(kronecker_sum(left, right), "invertible"),)


moving(
    Sylvester,
    sylvester_of,
    (A, B, matrix("E", n, m)),
    at=2,
    adjoint=lambda G, left, right, result: sylvester_of(transpose(left), transpose(right), G),
    matrix=lambda left, right, result: inverse(kronecker_sum(left, right)),
    trace=("Sylvester's equation in the trace", GOLUB_VAN_LOAN),
    vec=("vec of the solution of Sylvester's equation", GOLUB_VAN_LOAN),
)


@differential(
    Sylvester,
    "Sylvester's equation",
    (U, V, W),
    source=GOLUB_VAN_LOAN,
    conditions=_solvable,
)
def _sylvester(d: Differentiate, left: Expr, right: Expr, result: Expr) -> Expr:
    """As A X + X B = C, the differential solves A dX + dX B = dC - dA X - X dB."""
    solution = sylvester_of(left, right, result)
    moved = add(
        d(result),
        mul(S.NegativeOne, d(left), solution),
        mul(S.NegativeOne, solution, d(right)),
    )
    return sylvester_of(left, right, moved)
