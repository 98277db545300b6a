"""Differentials of products and integer powers."""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Expr,
    HadamardPower,
    HadamardProduct,
    Integer,
    Inverse,
    KroneckerProduct,
    MatMul,
    MatPow,
    Mul,
    Pow,
    log,
)

from derivlib.expressions.construction import (
    add,
    hadamard,
    hadamard_power,
    inverse,
    is_zero,
    kronecker,
    mul,
    power,
)
from derivlib.expressions.guarded import scalar_power
from derivlib.nodes import d
from derivlib.nodes.elementwise import elementwise
from derivlib.rules.conditions import of_power
from derivlib.rules.placeholders import m, matrix, n, p, q, u, v
from derivlib.rules.rule import Condition, Differentiate, Rule
from derivlib.rules.sources import CHAIN_RULE, cookbook

U, V, T = matrix("U", n, m), matrix("V", m, p), matrix("T", p, q)
SAME = matrix("V", n, m)
Q = matrix("U", n, n)


def _one_at_a_time(times: Callable[..., Expr], d: Differentiate, factors: tuple[Expr, ...]) -> Expr:
    """Leibniz: a sum over the factors, each in turn replaced by its differential."""
    return add(
        *(times(*factors[:i], d(factor), *factors[i + 1 :]) for i, factor in enumerate(factors))
    )


PRODUCT = Rule(
    "product",
    "differential",
    left=lambda *factors: d(MatMul(*factors)),
    right=lambda d, *factors: _one_at_a_time(mul, d, factors),
    instances=((U, V), (U, V, T), (u, U), (u, U, V)),
    source=cookbook(37),
)

SCALAR_PRODUCT = Rule(
    "scalar product",
    "differential",
    left=lambda *factors: d(Mul(*factors)),
    right=lambda d, *factors: _one_at_a_time(mul, d, factors),
    instances=((u, v),),
    source=cookbook(37),
)

HADAMARD = Rule(
    "Hadamard product",
    "differential",
    left=lambda *factors: d(HadamardProduct(*factors)),
    right=lambda d, *factors: _one_at_a_time(hadamard, d, factors),
    instances=((U, SAME), (U, SAME, matrix("T", n, m))),
    source=cookbook(38),
)


KRONECKER = Rule(
    "Kronecker product",
    "differential",
    left=lambda *factors: d(KroneckerProduct(*factors)),
    right=lambda d, *factors: _one_at_a_time(kronecker, d, factors),
    instances=((U, matrix("V", p, q)),),
    source=cookbook(39),
)


def _hadamard_power(d: Differentiate, base: Expr, exponent: Expr) -> Expr:
    reduced = hadamard_power(base, exponent - 1)
    by_base = mul(exponent, hadamard(reduced, d(base)))
    if is_zero(moving := d(exponent)):
        return by_base
    by_exponent = hadamard(elementwise(log, base), hadamard_power(base, exponent))
    return add(by_base, mul(moving, by_exponent))


HADAMARD_POWER = Rule(
    "Hadamard power",
    "differential",
    left=lambda base, exponent: d(HadamardPower(base, exponent)),
    right=_hadamard_power,
    instances=((U, Integer(3)), (U, Integer(-1))),
    source=CHAIN_RULE,
    conditions=of_power,
)


def _matrix_power(d: Differentiate, base: Expr, exponent: Expr) -> Expr:
    if exponent.is_negative:
        outer = power(base, exponent)
        return mul(Integer(-1), outer, _matrix_power(d, base, -exponent), outer)
    differential = d(base)
    return add(
        *(
            mul(power(base, Integer(i)), differential, power(base, exponent - 1 - i))
            for i in range(int(exponent))
        )
    )


def _power_conditions(base: Expr, exponent: Expr) -> tuple[Condition, ...]:
    return (Condition(base, "invertible"),) if exponent.is_negative else ()


MATRIX_POWER = Rule(
    "matrix power",
    "differential",
    left=lambda base, exponent: d(MatPow(base, exponent)),
    right=_matrix_power,
    instances=((Q, Integer(3)), (Q, Integer(2)), (Q, Integer(-2))),
    source=cookbook(90),
    conditions=_power_conditions,
)

INVERSE = Rule(
    "inverse",
    "differential",
    left=lambda base: d(Inverse(base)),
    right=lambda d, base: mul(Integer(-1), inverse(base), d(base), inverse(base)),
    instances=((Q,),),
    source=cookbook(40),
    conditions=lambda base: (Condition(base, "invertible"),),
)


def _scalar_power(d: Differentiate, base: Expr, exponent: Expr) -> Expr:
    by_base = mul(exponent, scalar_power(base, exponent - 1), d(base))
    if is_zero(moving := d(exponent)):
        return by_base
    return add(by_base, mul(log(base), scalar_power(base, exponent), moving))


SCALAR_POWER = Rule(
    "scalar power",
    "differential",
    left=lambda base, exponent: d(Pow(base, exponent)),
    right=_scalar_power,
    instances=((u, Integer(3)), (u, Integer(-2))),
    source=CHAIN_RULE,
    conditions=of_power,
)


RULES = (
    PRODUCT,
    SCALAR_PRODUCT,
    HADAMARD,
    KRONECKER,
    HADAMARD_POWER,
    MATRIX_POWER,
    INVERSE,
    SCALAR_POWER,
)
