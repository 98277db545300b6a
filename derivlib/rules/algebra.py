"""Rewriting a derivative so that it reads as a textbook would print it.

These are identities of matrix algebra; no differential occurs in them.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Expr, MatrixSymbol
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
from derivlib.nodes.elementwise import elementwise
from derivlib.rules.conditions import each
from derivlib.rules.declare import algebra
from derivlib.rules.placeholders import a, k, l, m, matrix, n, p, q, u, v
from derivlib.rules.rule import Rule, Source
from derivlib.rules.sources import (
    COMMUTATION_ALGEBRA,
    HADAMARD_ALGEBRA,
    KRONECKER_ALGEBRA,
    LINEAR_STRUCTURES,
    MATRIX_ALGEBRA,
    TRACE_ALGEBRA,
    VEC_ALGEBRA,
    cookbook,
)
from derivlib.rules.symmetry import is_symmetric

STANDING_ONCE: tuple[Structure, ...] = ("diagonal", "lower triangular", "upper triangular")
"""Structures of which every free entry stands at one place only."""

A, B, C, D = matrix("A", n, m), matrix("B", n, m), matrix("C", n, n), matrix("D", n, m)
TURNED, FITTING = transpose(matrix("B", m, n)), matrix("B", m, n)
S, Q = matrix("A", n, n), matrix("B", n, n)


def cayley(square: Expr) -> Expr:
    """An orthogonal matrix made from any square one, by way of its skew part."""
    skew = add(square, mul(sp.Integer(-1), transpose(square)))
    one = identity(square.shape[0])
    return mul(add(one, mul(sp.Integer(-1), skew)), inverse(add(one, skew)))


def _plain_sum(*terms: Expr) -> Expr:
    """A sum as it stands, in which a multiple of a sum stays one."""
    kept = [term for term in terms if not isinstance(term, sp.ZeroMatrix)]
    return add(*kept) if len(kept) > 1 else kept[0]


def _common_factor(
    name: str, times: Callable[[Expr, Expr], Expr], *instances: tuple[Expr, ...], source: Source
) -> Rule:
    """A factor F of two terms of a sum; `times` multiplies what is left of a term with F."""
    return algebra(
        name,
        lambda factor, first, second, *rest: (
            add(times(first, factor), times(second, factor), *rest),
            _plain_sum(times(add(first, second), factor), *rest),
        ),
        *instances,
        source=source,
    )


RIGHT_FACTOR = _common_factor(
    "common factor on the right",
    mul,
    (matrix("C", m, p), A, B),
    (matrix("C", m, p), A, B, matrix("D", n, p)),
    source=MATRIX_ALGEBRA,
)

LEFT_FACTOR = _common_factor(
    "common factor on the left",
    lambda rest, factor: mul(factor, rest),
    (matrix("C", p, n), A, B),
    (matrix("C", p, n), A, B, matrix("D", p, m)),
    source=MATRIX_ALGEBRA,
)

HADAMARD_FACTOR = _common_factor(
    "common Hadamard factor",
    hadamard,
    (matrix("C", n, m), A, B),
    (matrix("C", n, m), A, B, D),
    source=HADAMARD_ALGEBRA,
)

RIGHT_KRONECKER_FACTOR = _common_factor(
    "common Kronecker factor on the right",
    kronecker,
    (matrix("C", p, q), A, B),
    (matrix("C", p, q), A, mul(a, B), matrix("D", n * p, m * q)),
    source=KRONECKER_ALGEBRA,
)

LEFT_KRONECKER_FACTOR = _common_factor(
    "common Kronecker factor on the left",
    lambda rest, factor: kronecker(factor, rest),
    (matrix("C", p, q), A, B),
    (matrix("C", p, q), A, mul(a, B), matrix("D", p * n, q * m)),
    source=KRONECKER_ALGEBRA,
)

MULTIPLE = algebra(
    "common multiple",
    lambda scalar, *terms: (
        add(*(mul(scalar, term) for term in terms)),
        mul(scalar, add(*terms)),
    ),
    (a, A, B),
    (a, A, B, D),
    source=MATRIX_ALGEBRA,
)

SIGN_OF_SUM = algebra(
    "sign of a sum",
    lambda scalar, before, after, *terms: (
        mul(scalar, before, add(*terms), after),
        mul(-scalar, before, add(*(mul(sp.Integer(-1), term) for term in terms)), after),
    ),
    (a, identity(n), identity(m), A, mul(sp.Integer(-1), B)),
    (sp.Integer(-2), matrix("C", p, n), identity(m), A, mul(sp.Integer(-1), B), D),
    source=MATRIX_ALGEBRA,
)

SYMMETRIC = algebra(
    "transpose of a symmetric matrix",
    lambda symmetric, *_: (sp.Transpose(symmetric), symmetric),
    (add(S, sp.Transpose(S)),),
    (mul(A, sp.Transpose(A)),),
    (
        add(Q, mul(A, sp.Transpose(A)), sp.Transpose(Q)),
        mul(A, sp.Transpose(A)),
        add(Q, sp.Transpose(Q)),
    ),
    source=MATRIX_ALGEBRA,
    conditions=lambda symmetric, *given: each("symmetric")(*given or (symmetric,)),
    reading=(S,),
)
"""What is symmetric, and, if that follows from other matrices being so, those."""

SYMMETRIC_FORM = algebra(
    "transpose of what is written symmetrically",
    lambda expr: (sp.Transpose(expr), expr if is_symmetric(expr) else transpose(expr)),
    (elementwise(sp.exp, mul(A, sp.Transpose(A))),),
    (sp.HadamardProduct(add(S, sp.Transpose(S)), mul(A, sp.Transpose(A))),),
    source=MATRIX_ALGEBRA,
)

TRANSPOSE_OF_SUM = algebra(
    "transpose of a sum",
    lambda *terms: (sp.Transpose(add(*terms)), add(*map(transpose, terms))),
    (A, B),
    (A, B, D),
    (A, TURNED),
    source=MATRIX_ALGEBRA,
    reading=(A, TURNED),
)

ORTHOGONAL = algebra(
    "orthogonal matrix",
    lambda orthogonal: (mul(transpose(orthogonal), orthogonal), identity(orthogonal.shape[0])),
    (cayley(S),),
    (sp.Transpose(cayley(S)),),
    source=MATRIX_ALGEBRA,
    conditions=each("orthogonal"),
    reading=(matrix("Q", n, n),),
)

INNER_FACTOR = algebra(
    "inner product as a scalar",
    lambda before, entry, after: (mul(before, entry, after), mul(trace(entry), before, after)),
    (
        MatrixSymbol("a", m, 1),
        sp.MatMul(sp.Transpose(MatrixSymbol("x", n, 1)), MatrixSymbol("y", n, 1)),
        sp.Identity(sp.Integer(1)),
    ),
    source=MATRIX_ALGEBRA,
)

ROTATION = algebra(
    "cyclic order in a trace",
    lambda first, second: (trace(mul(first, second)), trace(mul(second, first))),
    (A, FITTING),
    source=TRACE_ALGEBRA,
)

TRACE_OF_TRANSPOSE = algebra(
    "trace of a transpose",
    lambda square: (sp.Trace(square), trace(transpose(square))),
    (mul(A, FITTING),),
    (S,),
    source=TRACE_ALGEBRA,
)

INVERSE_OF_PRODUCT = algebra(
    "inverse of a product",
    lambda *factors: (inverse(mul(*factors)), mul(*map(inverse, reversed(factors)))),
    (S, Q),
    (S, Q, C),
    source=cookbook(2),
    conditions=each("invertible"),
)

INVERSE_BEFORE = algebra(
    "inverse times its matrix",
    lambda *factors: (mul(inverse(mul(*factors)), *factors), identity(factors[0].shape[0])),
    (S, Q),
    (S, Q, C),
    source=MATRIX_ALGEBRA,
    conditions=lambda *factors: each("invertible")(mul(*factors)),
)

INVERSE_AFTER = algebra(
    "matrix times its inverse",
    lambda *factors: (mul(*factors, inverse(mul(*factors))), identity(factors[0].shape[0])),
    (S, Q),
    (S, Q, C),
    source=MATRIX_ALGEBRA,
    conditions=lambda *factors: each("invertible")(mul(*factors)),
)

TRACE_OF_SUM = algebra(
    "sum in a trace",
    lambda before, after, *terms: (
        sp.Trace(mul(before, add(*terms), after)),
        add(*(trace(mul(before, term, after)) for term in terms)),
    ),
    (matrix("C", p, n), matrix("D", m, p), A, B),
    (matrix("C", p, n), matrix("D", m, p), mul(a, A), B),
    source=TRACE_ALGEBRA,
)

MULTIPLIED_OUT = algebra(
    "multiplying out a sum",
    lambda before, after, *terms: (
        mul(before, add(*terms), after),
        add(*(mul(before, term, after) for term in terms)),
    ),
    (matrix("C", p, n), matrix("D", m, q), A, B),
    (matrix("C", p, n), matrix("D", m, q), A, B, matrix("U", n, m)),
    source=MATRIX_ALGEBRA,
)

SCALAR_FACTOR = algebra(
    "common scalar factor",
    lambda factor, *terms: (
        add(*(mul(factor, term) for term in terms)),
        mul(factor, add(*terms)),
    ),
    (a, u, v),
    (a, u, v, sp.Trace(S)),
    source=MATRIX_ALGEBRA,
)

DIAGONAL_OF_SUMS = algebra(
    "diagonal of sums of diagonals",
    lambda square: (
        sp.DiagonalOf(DiagonalSums(square)),
        mul(trace(square), sp.OneMatrix(square.shape[0], sp.Integer(1))),
    ),
    (S,),
    source=LINEAR_STRUCTURES,
)

MIXED_PRODUCT = algebra(
    "mixed product of Kronecker products",
    lambda first, second, third, fourth: (
        mul(kronecker(first, second), kronecker(third, fourth)),
        kronecker(mul(first, third), mul(second, fourth)),
    ),
    (A, matrix("B", p, q), matrix("C", m, k), matrix("D", q, l)),
    source=KRONECKER_ALGEBRA,
)

COMMUTED_KRONECKER = algebra(
    "commuted Kronecker product",
    lambda first, second: (
        mul(kronecker(first, second), commutation(first.shape[1], second.shape[1])),
        mul(commutation(first.shape[0], second.shape[0]), kronecker(second, first)),
    ),
    (A, matrix("B", p, q)),
    source=COMMUTATION_ALGEBRA,
)

COMMUTED_TWICE = algebra(
    "commuting twice",
    lambda rows, cols: (
        sp.MatMul(Commutation(rows, cols), Commutation(cols, rows)),
        identity(rows * cols),
    ),
    (n, m),
    source=COMMUTATION_ALGEBRA,
)

COMMUTED_VEC = algebra(
    "commuted vec",
    lambda matrix: (sp.MatMul(Commutation(*matrix.shape), vec(matrix)), vec(transpose(matrix))),
    (A,),
    source=COMMUTATION_ALGEBRA,
)

KRONECKER_VEC = algebra(
    "Kronecker product times vec",
    lambda first, second, stacked: (
        mul(kronecker(first, second), vec(stacked)),
        vec(mul(second, stacked, transpose(first))),
    ),
    (matrix("A", p, m), matrix("B", q, n), D),
    source=VEC_ALGEBRA,
)

DIAGONAL_VEC = algebra(
    "diagonal matrix of a vec times vec",
    lambda first, second: (hadamard(vec(first), vec(second)), vec(hadamard(first, second))),
    (A, B),
    source=HADAMARD_ALGEBRA,
)

DIAGONAL_PRODUCT = algebra(
    "product of diagonal matrices",
    lambda first, second: (
        sp.MatMul(DiagMatrix(first), DiagMatrix(second)),
        diagonal_matrix(hadamard(first, second)),
    ),
    (MatrixSymbol("a", n, 1), MatrixSymbol("b", n, 1)),
    source=HADAMARD_ALGEBRA,
)

HADAMARD_IDENTITY = algebra(
    "Hadamard product with the identity",
    lambda square: (
        sp.HadamardProduct(square, sp.Identity(square.shape[0])),
        diagonal_matrix(diagonal(square)),
    ),
    (S,),
    source=HADAMARD_ALGEBRA,
)


def _block_product(first: Expr, second: Expr) -> Expr:
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


BLOCK_PRODUCT = algebra(
    "product of block matrices",
    lambda first, second: (sp.MatMul(first, second), _block_product(first, second)),
    (
        sp.BlockMatrix([[A, MatrixSymbol("B", n, k)]]),
        sp.BlockMatrix([[matrix("C", m, p)], [MatrixSymbol("D", k, p)]]),
    ),
    (place((n, m), 1), sp.BlockMatrix([[matrix("C", n, p)], [matrix("D", m, p)]])),
    source=MATRIX_ALGEBRA,
)

ORTHONORMAL_BASIS = algebra(
    "basis of free entries that stand once",
    lambda basis: (sp.MatMul(sp.Transpose(basis), basis), identity(basis.shape[1])),
    *((BasisMatrix(structure, n),) for structure in STANDING_ONCE),
    source=LINEAR_STRUCTURES,
)

SUM_OF_DIAGONALS = algebra(
    "sum of diagonal matrices",
    lambda diagonals, *rest: (
        add(*(mul(scalar, DiagMatrix(vector)) for scalar, vector in diagonals), *rest),
        add(diagonal_matrix(add(*(mul(*pair) for pair in diagonals))), *rest),
    ),
    (((a, MatrixSymbol("a", n, 1)), (sp.Integer(-1), MatrixSymbol("b", n, 1))), S),
    source=MATRIX_ALGEBRA,
)

ONES_TIMES_ONES = algebra(
    "product of matrices of ones",
    lambda rows, inner, cols: (
        sp.MatMul(sp.OneMatrix(rows, inner), sp.OneMatrix(inner, cols)),
        mul(inner, sp.OneMatrix(rows, cols)),
    ),
    (n, m, p),
    (n, sp.Integer(1), p),
    source=MATRIX_ALGEBRA,
)
