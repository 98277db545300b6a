"""Differentials of norms, of the largest entry, of softmax and of log-sum-exp."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, HadamardPower, Integer, Pow, S

from derivlib.expressions.construction import (
    add,
    hadamard,
    hadamard_power,
    mul,
    ones,
    transpose,
    zero_like,
)
from derivlib.nodes import (
    Amax,
    Amin,
    AxisAmax,
    AxisAmin,
    AxisHardmax,
    AxisLogSumExp,
    AxisNorm,
    AxisSoftmax,
    Hardmax,
    LogSumExp,
    Norm,
    Softmax,
)
from derivlib.nodes.builders import inner
from derivlib.nodes.hardmax import places_along, places_of_largest
from derivlib.rules.conditions import each
from derivlib.rules.declare import differential
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import Arguments, Condition, Differentiate
from derivlib.rules.sources import CHAIN_RULE, cookbook

U, V = matrix("U", n, m), matrix("v", n, 1)
Conditions = Callable[..., tuple[Condition, ...]]


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


def _in_each(quality: str) -> Conditions:
    """What has to hold of each row of the first placeholder, or of each column."""
    return lambda matrix, axis, *_: (
        Condition(matrix, f"{quality} {('column', 'row')[int(axis)]}"),
    )


def _summed(matrix: Expr, axis: Expr) -> Expr:
    """The sums of the rows, or of the columns, of a matrix that moves."""
    rows, cols = matrix.shape
    return mul(matrix, ones(cols, S.One)) if axis == 1 else mul(ones(S.One, rows), matrix)


ALONG = ((U, S.One), (U, S.Zero))
"""What rules for each row and each column are checked with."""


@differential(
    AxisNorm,
    "norm of rows or columns",
    *ALONG,
    source=CHAIN_RULE,
    conditions=_in_each("without a zero"),
)
def _norm_along(d: Differentiate, matrix: Expr, axis: Expr) -> Expr:
    reciprocal = hadamard_power(AxisNorm(matrix, axis), S.NegativeOne)
    return hadamard(reciprocal, _summed(hadamard(matrix, d(matrix)), axis))


def _smooth_power_along(expr: Expr) -> Arguments | None:
    base, exponent = expr.args
    smooth = isinstance(base, AxisNorm) and exponent.is_number and exponent >= 2
    return (*base.args, exponent) if smooth else None


@differential(
    HadamardPower,
    "power of the norm of rows or columns",
    (U, S.One, Integer(2)),
    (U, S.Zero, Integer(3)),
    source=CHAIN_RULE,
    build=lambda matrix, axis, exponent: hadamard_power(AxisNorm(matrix, axis), exponent),
    arguments=_smooth_power_along,
)
def _norm_power_along(d: Differentiate, matrix: Expr, axis: Expr, exponent: Expr) -> Expr:
    reduced = hadamard_power(AxisNorm(matrix, axis), exponent - 2)
    return mul(exponent, hadamard(reduced, _summed(hadamard(matrix, d(matrix)), axis)))


TIED = ((U,), (U, S.One), (U, S.Zero))
"""A tie that is shared equally, or has its slope at the first entry, or at the last."""

TIED_ALONG = (*ALONG, (U, S.One, S.One), (U, S.Zero, S.Zero))


def _in_matrix(quality: str) -> Conditions:
    return lambda matrix, *_: (Condition(matrix, quality),)


def _extreme(kind: type, along: type, sign: Expr, what: str) -> None:
    """Declare the rules for the largest or the smallest entry, which alone moves the value."""
    condition = f"with one {what} entry"

    @differential(kind, f"{what} entry", *TIED, source=CHAIN_RULE, conditions=_in_matrix(condition))
    def of_whole(d: Differentiate, matrix: Expr, *at_tie: Expr) -> Expr:
        return inner(places_of_largest(mul(sign, matrix), *at_tie), d(matrix))

    @differential(
        along,
        f"{what} entry of rows or columns",
        *TIED_ALONG,
        source=CHAIN_RULE,
        conditions=_in_each(f"{condition} in each"),
    )
    def of_lines(d: Differentiate, matrix: Expr, axis: Expr, *at_tie: Expr) -> Expr:
        places = places_along(mul(sign, matrix), axis, *at_tie)
        return _summed(hadamard(places, d(matrix)), axis)


_extreme(Amax, AxisAmax, S.One, "largest")
_extreme(Amin, AxisAmin, S.NegativeOne, "smallest")


@differential(
    Hardmax, "hardmax", *TIED, source=CHAIN_RULE, conditions=_in_matrix("with one largest entry")
)
def _hardmax(_: Differentiate, matrix: Expr, *__: Expr) -> Expr:
    return zero_like(matrix)


@differential(
    AxisHardmax,
    "hardmax of rows or columns",
    *TIED_ALONG,
    source=CHAIN_RULE,
    conditions=_in_each("with one largest entry in each"),
)
def _hardmax_along(_: Differentiate, matrix: Expr, *__: Expr) -> Expr:
    return zero_like(matrix)


@differential(Softmax, "softmax", (V,), source=CHAIN_RULE)
def _softmax(d: Differentiate, vector: Expr) -> Expr:
    share, moving = Softmax(vector), d(vector)
    return add(hadamard(share, moving), mul(S.NegativeOne, share, transpose(share), moving))


@differential(LogSumExp, "log-sum-exp", (V,), source=CHAIN_RULE)
def _log_sum_exp(d: Differentiate, vector: Expr) -> Expr:
    return inner(Softmax(vector), d(vector))


@differential(AxisSoftmax, "softmax of rows or columns", *ALONG, source=CHAIN_RULE)
def _softmax_along(d: Differentiate, matrix: Expr, axis: Expr) -> Expr:
    share, moving = AxisSoftmax(matrix, axis), d(matrix)
    weighted, size = hadamard(share, moving), matrix.shape[axis]
    summed = mul(weighted, ones(size, size)) if axis == 1 else mul(ones(size, size), weighted)
    return hadamard(share, add(moving, mul(S.NegativeOne, summed)))


@differential(AxisLogSumExp, "log-sum-exp of rows or columns", *ALONG, source=CHAIN_RULE)
def _log_sum_exp_along(d: Differentiate, matrix: Expr, axis: Expr) -> Expr:
    return _summed(hadamard(AxisSoftmax(matrix, axis), d(matrix)), axis)
