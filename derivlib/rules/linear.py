"""Differentials of linear operations: sums, transposes, traces, sums of entries, vec."""

from __future__ import annotations

from functools import partial
from itertools import product

from sympy import (
    Add,
    BlockMatrix,
    DiagonalOf,
    Expr,
    Identity,
    ImmutableDenseMatrix,
    Integer,
    MatAdd,
    MatrixSymbol,
    OneMatrix,
    Trace,
    Transpose,
    preorder_traversal,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.expressions.construction import add, is_zero, mul, place, transpose, zero_like
from derivlib.nodes import DiagonalSums, SingleEntry, SumEntries, Tril, Triu, Unvec, Vec, d
from derivlib.nodes.builders import (
    diagonal,
    diagonal_matrix,
    diagonal_sums,
    entry,
    sum_of,
    trace,
    tril,
    triu,
    unvec,
    vec,
)
from derivlib.rules.placeholders import f, m, matrix, n, p, q, u, v
from derivlib.rules.rule import Differentiate, Rule
from derivlib.rules.scalar_derivatives import derivative_of
from derivlib.rules.sources import FUNDAMENTAL, cookbook

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

DIAGONAL_MATRIX = Rule(
    "diagonal matrix",
    "differential",
    left=lambda vector: d(DiagMatrix(vector)),
    right=lambda d, vector: diagonal_matrix(d(vector)),
    instances=((matrix("v", n, Integer(1)),),),
    source=FUNDAMENTAL,
)

DIAGONAL = Rule(
    "diagonal",
    "differential",
    left=lambda matrix: d(DiagonalOf(matrix)),
    right=lambda d, matrix: diagonal(d(matrix)),
    instances=((Q,),),
    source=FUNDAMENTAL,
)

LOWER_TRIANGLE = Rule(
    "lower triangle",
    "differential",
    left=lambda matrix: d(Tril(matrix)),
    right=lambda d, matrix: tril(d(matrix)),
    instances=((Q,),),
    source=FUNDAMENTAL,
)

UPPER_TRIANGLE = Rule(
    "upper triangle",
    "differential",
    left=lambda matrix: d(Triu(matrix)),
    right=lambda d, matrix: triu(d(matrix)),
    instances=((Q,),),
    source=FUNDAMENTAL,
)

DIAGONAL_SUMS = Rule(
    "sums of diagonals",
    "differential",
    left=lambda matrix: d(DiagonalSums(matrix)),
    right=lambda d, matrix: diagonal_sums(d(matrix)),
    instances=((Q,),),
    source=FUNDAMENTAL,
)

ENTRY = Rule(
    "entry",
    "differential",
    left=lambda matrix, i, j: d(MatrixElement(matrix, i, j)),
    right=lambda d, matrix, i, j: entry(d(matrix), i, j),
    instances=((matrix("U", n + 1, m + 1), Integer(1), Integer(0)),),
    source=cookbook(73),
)


def _blocks(d: Differentiate, block: Expr) -> Expr:
    """Each block in its place: R_iᵀ dU_ij C_j, where R_i and C_j are rows of blocks 0 … I … 0."""
    blocks = block.blocks
    heights, widths = block.rowblocksizes, block.colblocksizes
    return add(
        *(
            mul(transpose(place(heights, i)), d(blocks[i, j]), place(widths, j))
            for i in range(blocks.rows)
            for j in range(blocks.cols)
        )
    )


BLOCK_MATRIX = Rule(
    "block matrix",
    "differential",
    left=lambda block: d(block),
    right=_blocks,
    instances=(
        (BlockMatrix([[U, matrix("V", n, p)]]),),
        (BlockMatrix([[U, matrix("V", n, p)], [matrix("T", q, m), matrix("W", q, p)]]),),
    ),
    source=FUNDAMENTAL,
)


def _explicit(d: Differentiate, matrix: Expr) -> Expr:
    """Σ ds ∂M/∂s over the scalars s, or entry by entry where entries hold matrices."""
    if any(node.is_Matrix for part in matrix for node in preorder_traversal(part)):
        places = product(range(matrix.rows), range(matrix.cols))
        moving = {place: d(matrix[place]) for place in places}
        terms = [
            mul(part, SingleEntry(matrix.shape, *place))
            for place, part in moving.items()
            if not is_zero(part)
        ]
    else:
        scalars = sorted(matrix.free_symbols, key=str)
        terms = [
            mul(d(scalar), matrix.applyfunc(partial(derivative_of, by=scalar)))
            for scalar in scalars
            if not is_zero(d(scalar))
        ]
    return add(zero_like(matrix), *terms)


EXPLICIT_MATRIX = Rule(
    "explicit matrix",
    "differential",
    left=lambda matrix: d(matrix),
    right=_explicit,
    instances=(
        (ImmutableDenseMatrix([[u, u * v, 1], [0, v**2, f(u)]]),),
        (ImmutableDenseMatrix([[U[0, 0], u], [2, U[0, 0] * v]]),),
        (ImmutableDenseMatrix([[SumEntries(ImmutableDenseMatrix([[u, 2 * v]])), u * v]]),),
    ),
    source=FUNDAMENTAL,
)

RULES = (
    CONSTANT,
    SUM,
    SCALAR_SUM,
    TRANSPOSE,
    TRACE,
    SUM_ENTRIES,
    DIAGONAL_MATRIX,
    DIAGONAL,
    LOWER_TRIANGLE,
    UPPER_TRIANGLE,
    DIAGONAL_SUMS,
    ENTRY,
    VEC,
    UNVEC,
    BLOCK_MATRIX,
    EXPLICIT_MATRIX,
)
