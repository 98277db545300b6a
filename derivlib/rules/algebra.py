"""Rewriting a derivative so that it reads as a textbook would print it.

These are identities of matrix algebra; no differential occurs in them.
"""

from __future__ import annotations

from sympy import (
    BlockMatrix,
    DiagonalOf,
    Expr,
    HadamardProduct,
    Identity,
    Integer,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.expressions.construction import (
    add,
    blocks,
    hadamard,
    identity,
    inverse,
    kronecker,
    mul,
    place,
    transpose,
)
from derivlib.nodes import BasisMatrix, Commutation, DiagonalSums, Structure
from derivlib.nodes.builders import commutation, diagonal, diagonal_matrix, trace, vec
from derivlib.rules.placeholders import a, k, l, m, matrix, n, p, q, u, v
from derivlib.rules.rule import Condition, Rule
from derivlib.rules.sources import LINEAR_STRUCTURES, cookbook, magnus_neudecker

MATRIX_ALGEBRA = magnus_neudecker("chapter 1, matrix operations")
TRACE_ALGEBRA = magnus_neudecker("chapter 1, the trace")
KRONECKER_ALGEBRA = magnus_neudecker("chapter 2, the Kronecker product")
VEC_ALGEBRA = magnus_neudecker("chapter 2, the vec operator")
COMMUTATION_ALGEBRA = magnus_neudecker("chapter 3, the commutation matrix")

STANDING_ONCE: tuple[Structure, ...] = ("diagonal", "lower triangular", "upper triangular")
"""Structures of which every free entry stands at one place only."""

A, B, D = matrix("A", n, m), matrix("B", n, m), matrix("D", n, m)
TURNED = transpose(matrix("B", m, n))
S, Q = matrix("A", n, n), matrix("B", n, n)


def _cayley(square: Expr) -> Expr:
    """An orthogonal matrix made from any square one, by way of its skew part."""
    skew = add(square, mul(Integer(-1), transpose(square)))
    one = identity(square.shape[0])
    return mul(add(one, mul(Integer(-1), skew)), inverse(add(one, skew)))


def _plain_sum(*terms: Expr) -> Expr:
    """A sum as it stands, in which a multiple of a sum stays one."""
    kept = [term for term in terms if not isinstance(term, ZeroMatrix)]
    return add(*kept) if len(kept) > 1 else kept[0]


RIGHT_FACTOR = Rule(
    "common factor on the right",
    "algebra",
    left=lambda factor, first, second, *rest: add(mul(first, factor), mul(second, factor), *rest),
    right=lambda _, factor, first, second, *rest: _plain_sum(
        mul(add(first, second), factor), *rest
    ),
    instances=(
        (matrix("C", m, p), A, B),
        (matrix("C", m, p), A, B, matrix("D", n, p)),
    ),
    source=MATRIX_ALGEBRA,
)

LEFT_FACTOR = Rule(
    "common factor on the left",
    "algebra",
    left=lambda factor, first, second, *rest: add(mul(factor, first), mul(factor, second), *rest),
    right=lambda _, factor, first, second, *rest: _plain_sum(
        mul(factor, add(first, second)), *rest
    ),
    instances=(
        (matrix("C", p, n), A, B),
        (matrix("C", p, n), A, B, matrix("D", p, m)),
    ),
    source=MATRIX_ALGEBRA,
)

RIGHT_KRONECKER_FACTOR = Rule(
    "common Kronecker factor on the right",
    "algebra",
    left=lambda factor, first, second, *rest: add(
        kronecker(first, factor), kronecker(second, factor), *rest
    ),
    right=lambda _, factor, first, second, *rest: _plain_sum(
        kronecker(add(first, second), factor), *rest
    ),
    instances=(
        (matrix("C", p, q), A, B),
        (matrix("C", p, q), A, mul(a, B), matrix("D", n * p, m * q)),
    ),
    source=KRONECKER_ALGEBRA,
)

LEFT_KRONECKER_FACTOR = Rule(
    "common Kronecker factor on the left",
    "algebra",
    left=lambda factor, first, second, *rest: add(
        kronecker(factor, first), kronecker(factor, second), *rest
    ),
    right=lambda _, factor, first, second, *rest: _plain_sum(
        kronecker(factor, add(first, second)), *rest
    ),
    instances=(
        (matrix("C", p, q), A, B),
        (matrix("C", p, q), A, mul(a, B), matrix("D", p * n, q * m)),
    ),
    source=KRONECKER_ALGEBRA,
)

MULTIPLE = Rule(
    "common multiple",
    "algebra",
    left=lambda scalar, *terms: add(*(mul(scalar, term) for term in terms)),
    right=lambda _, scalar, *terms: mul(scalar, add(*terms)),
    instances=((a, A, B), (a, A, B, D)),
    source=MATRIX_ALGEBRA,
)

SIGN_OF_SUM = Rule(
    "sign of a sum",
    "algebra",
    left=lambda scalar, *terms: mul(scalar, add(*terms)),
    right=lambda _, scalar, *terms: mul(-scalar, add(*(mul(Integer(-1), t) for t in terms))),
    instances=((a, A, mul(Integer(-1), B)), (Integer(-2), A, mul(Integer(-1), B), D)),
    source=MATRIX_ALGEBRA,
)

SYMMETRIC = Rule(
    "transpose of a symmetric matrix",
    "algebra",
    left=lambda symmetric, *_: Transpose(symmetric),
    right=lambda _, symmetric, *__: symmetric,
    instances=(
        (add(S, Transpose(S)),),
        (mul(A, Transpose(A)),),
        (add(Q, mul(A, Transpose(A)), Transpose(Q)), mul(A, Transpose(A)), add(Q, Transpose(Q))),
    ),
    source=MATRIX_ALGEBRA,
    conditions=lambda symmetric, *given: tuple(
        Condition(matrix, "symmetric") for matrix in given or (symmetric,)
    ),
    reading=(S,),
)
"""What is symmetric, and, if that follows from other matrices being so, those."""

TRANSPOSE_OF_SUM = Rule(
    "transpose of a sum",
    "algebra",
    left=lambda *terms: Transpose(add(*terms)),
    right=lambda _, *terms: add(*(transpose(term) for term in terms)),
    instances=((A, B), (A, B, D), (A, TURNED)),
    source=MATRIX_ALGEBRA,
    reading=(A, TURNED),
)

ORTHOGONAL = Rule(
    "orthogonal matrix",
    "algebra",
    left=lambda orthogonal: mul(transpose(orthogonal), orthogonal),
    right=lambda _, orthogonal: identity(orthogonal.shape[0]),
    instances=((_cayley(S),), (Transpose(_cayley(S)),)),
    source=MATRIX_ALGEBRA,
    conditions=lambda orthogonal: (Condition(orthogonal, "orthogonal"),),
    reading=(matrix("Q", n, n),),
)

INNER_FACTOR = Rule(
    "inner product as a scalar",
    "algebra",
    left=lambda before, entry, after: mul(before, entry, after),
    right=lambda _, before, entry, after: mul(trace(entry), before, after),
    instances=(
        (
            MatrixSymbol("a", m, 1),
            MatMul(Transpose(MatrixSymbol("x", n, 1)), MatrixSymbol("y", n, 1)),
            Identity(Integer(1)),
        ),
    ),
    source=MATRIX_ALGEBRA,
)

ROTATION = Rule(
    "cyclic order in a trace",
    "algebra",
    left=lambda first, second: trace(mul(first, second)),
    right=lambda _, first, second: trace(mul(second, first)),
    instances=((A, matrix("B", m, n)),),
    source=TRACE_ALGEBRA,
)

TRACE_OF_TRANSPOSE = Rule(
    "trace of a transpose",
    "algebra",
    left=lambda square: Trace(square),
    right=lambda _, square: trace(transpose(square)),
    instances=((mul(A, matrix("B", m, n)),), (S,)),
    source=TRACE_ALGEBRA,
)

INVERSE_OF_PRODUCT = Rule(
    "inverse of a product",
    "algebra",
    left=lambda *factors: inverse(mul(*factors)),
    right=lambda _, *factors: mul(*(inverse(factor) for factor in reversed(factors))),
    instances=((S, Q), (S, Q, matrix("C", n, n))),
    source=cookbook(2),
    conditions=lambda *factors: tuple(Condition(factor, "invertible") for factor in factors),
)

INVERSE_BEFORE = Rule(
    "inverse times its matrix",
    "algebra",
    left=lambda *factors: mul(inverse(mul(*factors)), *factors),
    right=lambda _, *factors: identity(factors[0].shape[0]),
    instances=((S, Q), (S, Q, matrix("C", n, n))),
    source=MATRIX_ALGEBRA,
    conditions=lambda *factors: (Condition(mul(*factors), "invertible"),),
)

INVERSE_AFTER = Rule(
    "matrix times its inverse",
    "algebra",
    left=lambda *factors: mul(*factors, inverse(mul(*factors))),
    right=lambda _, *factors: identity(factors[0].shape[0]),
    instances=((S, Q), (S, Q, matrix("C", n, n))),
    source=MATRIX_ALGEBRA,
    conditions=lambda *factors: (Condition(mul(*factors), "invertible"),),
)

TRACE_OF_SUM = Rule(
    "sum in a trace",
    "algebra",
    left=lambda before, after, *terms: Trace(mul(before, add(*terms), after)),
    right=lambda _, before, after, *terms: add(
        *(trace(mul(before, term, after)) for term in terms)
    ),
    instances=(
        (matrix("C", p, n), matrix("D", m, p), A, B),
        (matrix("C", p, n), matrix("D", m, p), mul(a, A), B),
    ),
    source=TRACE_ALGEBRA,
)

MULTIPLIED_OUT = Rule(
    "multiplying out a sum",
    "algebra",
    left=lambda before, after, *terms: mul(before, add(*terms), after),
    right=lambda _, before, after, *terms: add(*(mul(before, term, after) for term in terms)),
    instances=(
        (matrix("C", p, n), matrix("D", m, q), A, B),
        (matrix("C", p, n), matrix("D", m, q), A, B, matrix("U", n, m)),
    ),
    source=MATRIX_ALGEBRA,
)

SCALAR_FACTOR = Rule(
    "common scalar factor",
    "algebra",
    left=lambda factor, *terms: add(*(mul(factor, term) for term in terms)),
    right=lambda _, factor, *terms: mul(factor, add(*terms)),
    instances=((a, u, v), (a, u, v, Trace(S))),
    source=MATRIX_ALGEBRA,
)

DIAGONAL_OF_SUMS = Rule(
    "diagonal of sums of diagonals",
    "algebra",
    left=lambda square: DiagonalOf(DiagonalSums(square)),
    right=lambda _, square: mul(trace(square), OneMatrix(square.shape[0], Integer(1))),
    instances=((S,),),
    source=LINEAR_STRUCTURES,
)

MIXED_PRODUCT = Rule(
    "mixed product of Kronecker products",
    "algebra",
    left=lambda first, second, third, fourth: mul(
        kronecker(first, second), kronecker(third, fourth)
    ),
    right=lambda _, first, second, third, fourth: kronecker(mul(first, third), mul(second, fourth)),
    instances=((A, matrix("B", p, q), matrix("C", m, k), matrix("D", q, l)),),
    source=KRONECKER_ALGEBRA,
)

COMMUTED_KRONECKER = Rule(
    "commuted Kronecker product",
    "algebra",
    left=lambda first, second: mul(
        kronecker(first, second), commutation(first.shape[1], second.shape[1])
    ),
    right=lambda _, first, second: mul(
        commutation(first.shape[0], second.shape[0]), kronecker(second, first)
    ),
    instances=((A, matrix("B", p, q)),),
    source=COMMUTATION_ALGEBRA,
)

COMMUTED_TWICE = Rule(
    "commuting twice",
    "algebra",
    left=lambda rows, cols: MatMul(Commutation(rows, cols), Commutation(cols, rows)),
    right=lambda _, rows, cols: identity(rows * cols),
    instances=((n, m),),
    source=COMMUTATION_ALGEBRA,
)

COMMUTED_VEC = Rule(
    "commuted vec",
    "algebra",
    left=lambda matrix: MatMul(Commutation(*matrix.shape), vec(matrix)),
    right=lambda _, matrix: vec(transpose(matrix)),
    instances=((A,),),
    source=COMMUTATION_ALGEBRA,
)

KRONECKER_VEC = Rule(
    "Kronecker product times vec",
    "algebra",
    left=lambda first, second, stacked: mul(kronecker(first, second), vec(stacked)),
    right=lambda _, first, second, stacked: vec(mul(second, stacked, transpose(first))),
    instances=((matrix("A", p, m), matrix("B", q, n), D),),
    source=VEC_ALGEBRA,
)

DIAGONAL_VEC = Rule(
    "diagonal matrix of a vec times vec",
    "algebra",
    left=lambda first, second: hadamard(vec(first), vec(second)),
    right=lambda _, first, second: vec(hadamard(first, second)),
    instances=((A, B),),
    source=magnus_neudecker("chapter 3, the Hadamard product"),
)

DIAGONAL_PRODUCT = Rule(
    "product of diagonal matrices",
    "algebra",
    left=lambda first, second: MatMul(DiagMatrix(first), DiagMatrix(second)),
    right=lambda _, first, second: diagonal_matrix(hadamard(first, second)),
    instances=((MatrixSymbol("a", n, 1), MatrixSymbol("b", n, 1)),),
    source=magnus_neudecker("chapter 3, the Hadamard product"),
)

HADAMARD_IDENTITY = Rule(
    "Hadamard product with the identity",
    "algebra",
    left=lambda square: HadamardProduct(square, Identity(square.shape[0])),
    right=lambda _, square: diagonal_matrix(diagonal(square)),
    instances=((S,),),
    source=magnus_neudecker("chapter 3, the Hadamard product"),
)


def _block_product(_: object, first: Expr, second: Expr) -> Expr:
    left, right = first.blocks, second.blocks
    return blocks(
        [
            [
                add(*(mul(left[i, k], right[k, j]) for k in range(left.cols)))
                for j in range(right.cols)
            ]
            for i in range(left.rows)
        ]
    )


BLOCK_PRODUCT = Rule(
    "product of block matrices",
    "algebra",
    left=lambda first, second: MatMul(first, second),
    right=_block_product,
    instances=(
        (
            BlockMatrix([[A, MatrixSymbol("B", n, k)]]),
            BlockMatrix([[matrix("C", m, p)], [MatrixSymbol("D", k, p)]]),
        ),
        (place((n, m), 1), BlockMatrix([[matrix("C", n, p)], [matrix("D", m, p)]])),
    ),
    source=MATRIX_ALGEBRA,
)

ORTHONORMAL_BASIS = Rule(
    "basis of free entries that stand once",
    "algebra",
    left=lambda basis: MatMul(Transpose(basis), basis),
    right=lambda _, basis: identity(basis.shape[1]),
    instances=tuple((BasisMatrix(structure, n),) for structure in STANDING_ONCE),
    source=LINEAR_STRUCTURES,
)

ONES_TIMES_ONES = Rule(
    "product of matrices of ones",
    "algebra",
    left=lambda rows, inner, cols: MatMul(OneMatrix(rows, inner), OneMatrix(inner, cols)),
    right=lambda _, rows, inner, cols: mul(inner, OneMatrix(rows, cols)),
    instances=((n, m, p), (n, Integer(1), p)),
    source=MATRIX_ALGEBRA,
)

RULES = (
    RIGHT_FACTOR,
    LEFT_FACTOR,
    RIGHT_KRONECKER_FACTOR,
    LEFT_KRONECKER_FACTOR,
    MULTIPLE,
    SIGN_OF_SUM,
    SYMMETRIC,
    TRANSPOSE_OF_SUM,
    ORTHOGONAL,
    INNER_FACTOR,
    ROTATION,
    TRACE_OF_TRANSPOSE,
    INVERSE_OF_PRODUCT,
    INVERSE_BEFORE,
    INVERSE_AFTER,
    TRACE_OF_SUM,
    MULTIPLIED_OUT,
    SCALAR_FACTOR,
    DIAGONAL_OF_SUMS,
    MIXED_PRODUCT,
    COMMUTED_KRONECKER,
    COMMUTED_TWICE,
    COMMUTED_VEC,
    KRONECKER_VEC,
    DIAGONAL_VEC,
    DIAGONAL_PRODUCT,
    HADAMARD_IDENTITY,
    BLOCK_PRODUCT,
    ORTHONORMAL_BASIS,
    ONES_TIMES_ONES,
)
