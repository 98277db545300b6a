"""Differentials of linear operations: sums, transposes, traces, sums of entries, vec."""

from __future__ import annotations

from sympy import Add, Expr, Identity, MatAdd, MatrixSymbol, OneMatrix, Trace, Transpose

from derivlib.expressions.construction import (
    add,
    sum_of,
    trace,
    transpose,
    unvec,
    vec,
    zero_like,
)
from derivlib.rules.placeholders import m, matrix, n, p, u, v
from derivlib.rules.rule import Differentiate, Rule
from derivlib.rules.sources import FUNDAMENTAL, cookbook
from derivlib.vocabulary import SumEntries, Unvec, Vec, d

U, V, T = matrix("U", n, m), matrix("V", n, m), matrix("T", n, m)
Q = matrix("U", n, n)

CONSTANT = Rule(
    "constant",
    "differential",
    left=lambda constant: d(constant),
    right=lambda _, constant: zero_like(constant),
    instances=((OneMatrix(n, m),), (Identity(n),)),
    source=cookbook(33),
)

SUM = Rule(
    "sum",
    "differential",
    left=lambda *terms: d(MatAdd(*terms)),
    right=lambda d, *terms: add(*(d(term) for term in terms)),
    instances=((U, V), (U, V, T)),
    source=cookbook(35),
)

SCALAR_SUM = Rule(
    "scalar sum",
    "differential",
    left=lambda *terms: d(Add(*terms)),
    right=lambda d, *terms: add(*(d(term) for term in terms)),
    instances=((u, v),),
    source=cookbook(35),
)

TRANSPOSE = Rule(
    "transpose",
    "differential",
    left=lambda matrix: d(Transpose(matrix)),
    right=lambda d, matrix: transpose(d(matrix)),
    instances=((U,),),
    source=cookbook(44),
)

TRACE = Rule(
    "trace",
    "differential",
    left=lambda matrix: d(Trace(matrix)),
    right=lambda d, matrix: trace(d(matrix)),
    instances=((Q,),),
    source=cookbook(36),
)

SUM_ENTRIES = Rule(
    "sum of entries",
    "differential",
    left=lambda matrix: d(SumEntries(matrix)),
    right=lambda d, matrix: sum_of(d(matrix)),
    instances=((U,),),
    source=FUNDAMENTAL,
)

VEC = Rule(
    "vec",
    "differential",
    left=lambda matrix: d(Vec(matrix)),
    right=lambda d, matrix: vec(d(matrix)),
    instances=((U,),),
    source=FUNDAMENTAL,
)


def _unvec_of_differential(d: Differentiate, column: Expr, shape: tuple[Expr, Expr]) -> Expr:
    return unvec(d(column), tuple(shape))


UNVEC = Rule(
    "unvec",
    "differential",
    left=lambda column, shape: d(Unvec(column, shape)),
    right=_unvec_of_differential,
    instances=((MatrixSymbol("U", n * p, 1), (n, p)),),
    source=FUNDAMENTAL,
)

RULES = (CONSTANT, SUM, SCALAR_SUM, TRANSPOSE, TRACE, SUM_ENTRIES, VEC, UNVEC)
