"""Differentials of norms, of softmax and of log-sum-exp."""

from __future__ import annotations

from sympy import Expr, Integer, Pow, S

from derivlib.expressions.construction import add, hadamard, mul, ones, transpose
from derivlib.nodes import AxisLogSumExp, AxisSoftmax, LogSumExp, Norm, Softmax
from derivlib.nodes.builders import inner
from derivlib.rules.conditions import each
from derivlib.rules.declare import differential
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import Arguments, Differentiate
from derivlib.rules.sources import CHAIN_RULE, cookbook

U, V = matrix("U", n, m), matrix("v", n, 1)


@differential(Norm, "norm", (U,), source=cookbook(129), conditions=each("not zero"))
def _norm(d: Differentiate, matrix: Expr) -> Expr:
    return mul(Pow(Norm(matrix), S.NegativeOne), inner(matrix, d(matrix)))


def _smooth_power(expr: Expr) -> Arguments | None:
    # From the exponent 2 on a power of a norm has a derivative where the matrix is zero too.
    base, exponent = expr.args
    smooth = isinstance(base, Norm) and exponent.is_number and exponent >= 2
    return (base.arg, exponent) if smooth else None


@differential(
    Pow,
    "power of a norm",
    (U, Integer(2)),
    (U, Integer(3)),
    source=CHAIN_RULE,
    build=lambda matrix, exponent: Pow(Norm(matrix), exponent),
    arguments=_smooth_power,
)
def _norm_power(d: Differentiate, matrix: Expr, exponent: Expr) -> Expr:
    return mul(exponent * Pow(Norm(matrix), exponent - 2), inner(matrix, d(matrix)))


@differential(Softmax, "softmax", (V,), source=CHAIN_RULE)
def _softmax(d: Differentiate, vector: Expr) -> Expr:
    share, moving = Softmax(vector), d(vector)
    return add(hadamard(share, moving), mul(S.NegativeOne, share, transpose(share), moving))


@differential(LogSumExp, "log-sum-exp", (V,), source=CHAIN_RULE)
def _log_sum_exp(d: Differentiate, vector: Expr) -> Expr:
    return inner(Softmax(vector), d(vector))


@differential(AxisSoftmax, "softmax of rows or columns", (U, S.One), (U, S.Zero), source=CHAIN_RULE)
def _softmax_along(d: Differentiate, matrix: Expr, axis: Expr) -> Expr:
    share, moving = AxisSoftmax(matrix, axis), d(matrix)
    weighted, size = hadamard(share, moving), matrix.shape[axis]
    summed = mul(weighted, ones(size, size)) if axis == 1 else mul(ones(size, size), weighted)
    return hadamard(share, add(moving, mul(S.NegativeOne, summed)))


@differential(
    AxisLogSumExp, "log-sum-exp of rows or columns", (U, S.One), (U, S.Zero), source=CHAIN_RULE
)
def _log_sum_exp_along(d: Differentiate, matrix: Expr, axis: Expr) -> Expr:
    weighted, size = hadamard(AxisSoftmax(matrix, axis), d(matrix)), matrix.shape[axis]
    return mul(weighted, ones(size, 1)) if axis == 1 else mul(ones(1, size), weighted)
