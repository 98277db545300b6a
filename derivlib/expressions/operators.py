"""Scalars, diagonals and stacked columns of matrices, in normal form."""

from __future__ import annotations

from sympy import (
    Add,
    Basic,
    DiagonalOf,
    Expr,
    Identity,
    ImmutableDenseMatrix,
    KroneckerProduct,
    MatAdd,
    OneMatrix,
    S,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.construction import (
    hadamard,
    identity,
    is_zero,
    mul,
    ones,
    split_coefficient,
    transpose,
    zeros,
)
from derivlib.expressions.guarded import scalar_product
from derivlib.expressions.shapes import same_size
from derivlib.nodes import DiagonalSums, Inner, OnVec, SumEntries, Tril, Triu, Unvec, Vec

__all__ = [
    "diagonal",
    "diagonal_matrix",
    "diagonal_sums",
    "entry",
    "form_sum",
    "frobenius",
    "inner",
    "inner_sum",
    "on_vec",
    "sum_of",
    "trace",
    "tril",
    "triu",
    "unvec",
    "vec",
]


def trace(matrix: Expr) -> Expr:
    """Take the trace of a square matrix; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, ZeroMatrix):
        return S.Zero
    if isinstance(matrix, MatrixBase):
        return coefficient * matrix.trace()
    if isinstance(matrix, Identity):
        return coefficient * matrix.shape[0]
    if isinstance(matrix, KroneckerProduct) and all(f.shape[0] == f.shape[1] for f in matrix.args):
        return scalar_product(coefficient, *map(trace, matrix.args))
    if isinstance(matrix, DiagMatrix):
        return coefficient * sum_of(matrix.args[0])
    if isinstance(matrix, Transpose):
        matrix = matrix.args[0]
    if isinstance(matrix, (Tril, Triu)):
        return coefficient * trace(matrix.arg)
    return coefficient * Basic.__new__(Trace, matrix)


def _is_single(matrix: Expr) -> bool:
    """Tell whether a matrix has one entry."""
    return matrix.shape[0] is S.One and matrix.shape[1] is S.One


def sum_of(matrix: Expr) -> Expr:
    """Sum the entries of a matrix; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, ZeroMatrix):
        return S.Zero
    if isinstance(matrix, MatrixBase):
        return coefficient * Add(*matrix)
    if isinstance(matrix, OneMatrix):
        rows, cols = matrix.shape
        return coefficient * rows * cols
    if _is_single(matrix):
        return coefficient * trace(matrix)
    if isinstance(matrix, KroneckerProduct):
        return scalar_product(coefficient, *map(sum_of, matrix.args))
    return coefficient * SumEntries(matrix)


def diagonal_matrix(vector: Expr) -> Expr:
    """Put a vector on the diagonal of a square matrix, a row as a column.

    A coefficient comes out in front.
    """
    coefficient, vector = split_coefficient(vector)
    if isinstance(vector, MatrixBase):
        return mul(coefficient, ImmutableDenseMatrix.diag(*vector))
    if isinstance(vector, ZeroMatrix):
        size = vector.shape[0] * vector.shape[1]
        return zeros(size, size)
    if _is_single(vector):
        return mul(coefficient, vector)
    if vector.shape[0] == 1 != vector.shape[1]:
        vector = transpose(vector)
    if isinstance(vector, OneMatrix):
        return mul(coefficient, identity(vector.shape[0] * vector.shape[1]))
    if isinstance(vector, DiagonalOf) and isinstance(vector.args[0], DiagMatrix):
        return mul(coefficient, vector.args[0])
    return mul(coefficient, DiagMatrix(vector))


def diagonal(matrix: Expr) -> Expr:
    """Take the diagonal of a square matrix as a column; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, MatrixBase):
        return mul(coefficient, ImmutableDenseMatrix(list(matrix.diagonal())))
    if isinstance(matrix, ZeroMatrix):
        return zeros(matrix.shape[0], 1)
    if _is_single(matrix):
        return mul(coefficient, matrix)
    if isinstance(matrix, Transpose):
        matrix = matrix.args[0]
    if isinstance(matrix, (Tril, Triu)):
        return mul(coefficient, diagonal(matrix.arg))
    if isinstance(matrix, Identity):
        return mul(coefficient, ones(matrix.shape[0], S.One))
    if isinstance(matrix, DiagMatrix) and matrix.args[0].shape[1] == 1:
        return mul(coefficient, matrix.args[0])
    if not all(isinstance(size, Basic) for size in matrix.shape):  # SymPy's node asks them
        diagonal_part = hadamard(matrix, identity(matrix.shape[0]))
        return mul(coefficient, diagonal_part, ones(matrix.shape[0], S.One))
    return mul(coefficient, DiagonalOf(matrix))


def _triangle(kind: type[Tril] | type[Triu], matrix: Expr) -> Expr:
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, (ZeroMatrix, Identity, DiagMatrix, kind)):
        return mul(coefficient, matrix)
    if isinstance(matrix, (Tril, Triu)):
        return mul(coefficient, diagonal_matrix(diagonal(matrix.arg)))
    return mul(coefficient, kind(matrix))


def tril(matrix: Expr) -> Expr:
    """Take the lower triangle of a square matrix; a coefficient comes out in front."""
    return _triangle(Tril, matrix)


def triu(matrix: Expr) -> Expr:
    """Take the upper triangle of a square matrix; a coefficient comes out in front."""
    return _triangle(Triu, matrix)


def diagonal_sums(matrix: Expr) -> Expr:
    """Sum a square matrix along each diagonal; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, ZeroMatrix):
        return matrix
    if isinstance(matrix, Identity):
        return mul(coefficient, matrix.shape[0], matrix)
    return mul(coefficient, DiagonalSums(matrix))


def entry(matrix: Expr, i: Expr, j: Expr) -> Expr:
    """Take one entry of a matrix, counted from 0; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, ZeroMatrix):
        return S.Zero
    if isinstance(matrix, OneMatrix):
        return coefficient
    if isinstance(matrix, Transpose):
        matrix, i, j = matrix.args[0], j, i
    return coefficient * MatrixElement(matrix, i, j)


def inner(left: Expr, right: Expr) -> Expr:
    """The inner product tr(GᵀE) of matrices of one shape, or the product of two scalars."""
    if is_zero(left) or is_zero(right):
        return S.Zero
    return Basic.__new__(Inner, left, right)


def frobenius(left: Expr, right: Expr) -> Expr:
    """The value of tr(GᵀA), in the plainest notation: a product, a sum, or a trace."""
    if not left.is_Matrix:
        return mul(left, right)
    scale, matrix = split_coefficient(left)
    if isinstance(matrix, OneMatrix):
        return mul(scale, sum_of(right))
    return trace(mul(scale, transpose(matrix), right))


def inner_sum(*terms: Expr) -> Expr:
    """Add inner products in the order given, leaving out the zeros."""
    kept = [term for term in terms if term is not S.Zero]
    if not kept:
        return S.Zero
    return kept[0] if len(kept) == 1 else Add._from_args(kept)


def on_vec(left: Expr, right: Expr) -> Expr:
    """J vec(E), or J times a scalar."""
    if is_zero(left) or is_zero(right):
        return zeros(left.shape[0], 1)
    return Basic.__new__(OnVec, left, right)


def form_sum(*terms: Expr) -> Expr:
    """Add J vec(E), K vec(F), … in the order given, leaving out the zeros."""
    kept = [term for term in terms if not is_zero(term)]
    if not kept:
        return terms[0]
    return kept[0] if len(kept) == 1 else Basic.__new__(MatAdd, *kept)


def vec(matrix: Expr) -> Expr:
    """Stack the columns of a matrix; a column stays itself, a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    rows, cols = matrix.shape
    if isinstance(matrix, Unvec):
        return mul(coefficient, matrix.arg)
    if isinstance(matrix, (ZeroMatrix, OneMatrix)):
        return mul(coefficient, type(matrix)(rows * cols, 1))
    if cols is S.One:
        return mul(coefficient, matrix)
    if rows is S.One:
        return mul(coefficient, transpose(matrix))
    return mul(coefficient, Vec(matrix))


def unvec(column: Expr, shape: tuple[Expr, Expr]) -> Expr:
    """Lay a stacked column out as a matrix of a given shape."""
    coefficient, column = split_coefficient(column)
    rows, cols = shape
    if isinstance(column, Vec) and all(map(same_size, column.arg.shape, shape)):
        return mul(coefficient, column.arg)
    if isinstance(column, (ZeroMatrix, OneMatrix)):
        return mul(coefficient, type(column)(rows, cols))
    if cols is S.One:
        return mul(coefficient, column)
    if rows is S.One:
        return mul(coefficient, transpose(column))
    return mul(coefficient, Unvec(column, shape))
