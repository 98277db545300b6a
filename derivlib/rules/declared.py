"""What equations that a reader declares make of products, transposes and sums.

Each rule has the equation as its left and right side, and as its condition that it was declared:
the placeholder has the property that the equation says.
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr, MatrixSymbol

from derivlib.expressions.construction import (
    add,
    identity,
    kronecker,
    mul,
    ones,
    power,
    transpose,
)
from derivlib.nodes.builders import trace
from derivlib.nodes.norm import norm
from derivlib.nodes.properties import orthonormal, sums
from derivlib.nodes.sum_entries import sum_of
from derivlib.rules.algebra import cayley
from derivlib.rules.conditions import each
from derivlib.rules.declare import algebra
from derivlib.rules.placeholders import k, m, matrix, n, p
from derivlib.rules.rule import Condition
from derivlib.rules.sources import MATRIX_ALGEBRA

A, S = matrix("A", n, m), matrix("A", n, n)


def _of(matrix: Expr, turned: str, what: str) -> tuple[Expr, str]:
    """A matrix and its columns or rows; of a transpose, those of the matrix that is transposed."""
    return (matrix.args[0], turned) if isinstance(matrix, sp.Transpose) else (matrix, what)


def _plain(given: Expr, told: str) -> tuple[Condition, ...]:
    """The condition that a matrix, or what is transposed, has a property."""
    return (Condition(given.args[0] if isinstance(given, sp.Transpose) else given, told),)


_UNIT = mul(1 / norm(MatrixSymbol("a", m, 1)), MatrixSymbol("a", m, 1))
_LEFT, _RIGHT = MatrixSymbol("a", n, 1), transpose(MatrixSymbol("b", n, 1))
_PROJECTOR = mul(1 / trace(mul(_RIGHT, _LEFT)), _LEFT, _RIGHT)

ORTHONORMAL_COLUMNS = algebra(
    "orthonormal columns",
    lambda given: (mul(transpose(given), given), identity(given.shape[1])),
    (kronecker(_UNIT, cayley(S)),),
    (_UNIT,),
    source=MATRIX_ALGEBRA,
    conditions=lambda given: (Condition(given, orthonormal(given, "columns")),),
    reading=(matrix("Q", n, p),),
)

ORTHONORMAL_ROWS = algebra(
    "orthonormal rows",
    lambda given: (mul(given, transpose(given)), identity(given.shape[0])),
    (transpose(kronecker(_UNIT, cayley(S))),),
    source=MATRIX_ALGEBRA,
    conditions=lambda given: (Condition(given, orthonormal(given, "rows")),),
    reading=(matrix("Q", p, n),),
)

UNIT_LENGTH = algebra(
    "vector of length 1",
    lambda given: (norm(given), sp.S.One),
    (_UNIT,),
    source=MATRIX_ALGEBRA,
    conditions=each("of length 1"),
    reading=(MatrixSymbol("u", n, 1),),
)

SKEW = algebra(
    "transpose of a skew-symmetric matrix",
    lambda given: (sp.Transpose(given), mul(sp.S.NegativeOne, given)),
    (add(S, mul(sp.S.NegativeOne, transpose(S))),),
    source=MATRIX_ALGEBRA,
    conditions=each("skew-symmetric"),
    reading=(S,),
)

IDEMPOTENT = algebra(
    "power of an idempotent matrix",
    lambda given, exponent: (power(given, exponent), given),
    (_PROJECTOR, sp.Integer(2)),
    (_PROJECTOR, sp.Integer(3)),
    source=MATRIX_ALGEBRA,
    conditions=lambda given, _: _plain(given, "idempotent"),
    reading=(matrix("P", n, n), sp.Integer(2)),
)

INVOLUTORY = algebra(
    "power of an involutory matrix",
    lambda given, exponent: (
        power(given, exponent),
        given if exponent.is_odd else identity(given.shape[0]),
    ),
    (add(identity(n), mul(sp.Integer(-2), _PROJECTOR)), sp.Integer(2)),
    (add(identity(n), mul(sp.Integer(-2), _PROJECTOR)), sp.Integer(-1)),
    source=MATRIX_ALGEBRA,
    conditions=lambda given, _: _plain(given, "involutory"),
    reading=(S, sp.Integer(2)),
)


def _column_sums(given: Expr, value: Expr) -> tuple[Condition, ...]:
    matrix, what = _of(given, "rows", "columns")
    return (Condition(matrix, sums(matrix, what, value)),)


def _row_sums(given: Expr, value: Expr) -> tuple[Condition, ...]:
    matrix, what = _of(given, "columns", "rows")
    return (Condition(matrix, sums(matrix, what, value)),)


def _with_sums(matrix: Expr, value: Expr) -> Expr:
    """A matrix with something added to each column, so that it sums to a number."""
    rows, cols = matrix.shape
    missing = add(mul(value, ones(1, cols)), mul(sp.S.NegativeOne, ones(1, rows), matrix))
    return add(matrix, mul(1 / rows, ones(rows, 1), missing))


COLUMN_SUMS = algebra(
    "declared sums of columns",
    lambda given, value, rows: (
        mul(ones(rows, given.shape[0]), given),
        mul(value, ones(rows, given.shape[1])),
    ),
    (_with_sums(A, sp.S.One), sp.S.One, k),
    (_with_sums(A, sp.S.Zero), sp.S.Zero, sp.S.One),
    (_with_sums(MatrixSymbol("a", n, 1), sp.S.One), sp.S.One, k),
    source=MATRIX_ALGEBRA,
    conditions=lambda given, value, _: _column_sums(given, value),
    reading=(A, sp.S.One, sp.S.One),
)

ROW_SUMS = algebra(
    "declared sums of rows",
    lambda given, value, cols: (
        mul(given, ones(given.shape[1], cols)),
        mul(value, ones(given.shape[0], cols)),
    ),
    (transpose(_with_sums(A, sp.S.One)), sp.S.One, k),
    (transpose(_with_sums(A, sp.S.Zero)), sp.S.Zero, sp.S.One),
    source=MATRIX_ALGEBRA,
    conditions=lambda given, value, _: _row_sums(given, value),
    reading=(A, sp.S.One, sp.S.One),
)

TOTAL_OF_COLUMNS = algebra(
    "declared sum of entries",
    lambda given, value: (sum_of(given), value * given.shape[1]),
    (_with_sums(A, sp.S.One), sp.S.One),
    (_with_sums(MatrixSymbol("a", n, 1), sp.S.Zero), sp.S.Zero),
    source=MATRIX_ALGEBRA,
    conditions=_column_sums,
    reading=(A, sp.S.One),
)

TOTAL_OF_ROWS = algebra(
    "declared sum of entries by rows",
    lambda given, value: (sum_of(given), value * given.shape[0]),
    (transpose(_with_sums(A, sp.S.One)), sp.S.One),
    source=MATRIX_ALGEBRA,
    conditions=_row_sums,
    reading=(A, sp.S.One),
)
