"""Differentials of norms, of softmax and of log-sum-exp."""

from __future__ import annotations

from sympy import Expr, Integer, Pow, S

from derivlib.expressions.construction import add, hadamard, mul, transpose
from derivlib.nodes import LogSumExp, Norm, Softmax, d
from derivlib.nodes.builders import inner
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import Condition, Differentiate, Rule
from derivlib.rules.sources import CHAIN_RULE, cookbook

U, V = matrix("U", n, m), matrix("v", n, 1)

NORM = Rule(
    "norm",
    "differential",
    left=lambda matrix: d(Norm(matrix)),
    right=lambda d, matrix: mul(Pow(Norm(matrix), S.NegativeOne), inner(matrix, d(matrix))),
    instances=((U,),),
    source=cookbook(129),
    conditions=lambda matrix: (Condition(matrix, "not zero"),),
)


NORM_POWER = Rule(
    "power of a norm",
    "differential",
    left=lambda matrix, exponent: d(Pow(Norm(matrix), exponent)),
    right=lambda d, matrix, exponent: mul(
        exponent * Pow(Norm(matrix), exponent - 2), inner(matrix, d(matrix))
    ),
    instances=((U, Integer(2)), (U, Integer(3))),
    source=CHAIN_RULE,
)
"""For exponents from 2 on it holds where the matrix is zero too."""


def _softmax(d: Differentiate, vector: Expr) -> Expr:
    share, moving = Softmax(vector), d(vector)
    return add(hadamard(share, moving), mul(S.NegativeOne, share, transpose(share), moving))


SOFTMAX = Rule(
    "softmax",
    "differential",
    left=lambda vector: d(Softmax(vector)),
    right=_softmax,
    instances=((V,),),
    source=CHAIN_RULE,
)

LOG_SUM_EXP = Rule(
    "log-sum-exp",
    "differential",
    left=lambda vector: d(LogSumExp(vector)),
    right=lambda d, vector: inner(Softmax(vector), d(vector)),
    instances=((V,),),
    source=CHAIN_RULE,
)

RULES = (NORM, NORM_POWER, SOFTMAX, LOG_SUM_EXP)
