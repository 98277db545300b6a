"""Moving everything but the differential to the left of a vec.

Each rule is an equation J vec(L(E)) = J M vec(E): what is done to the differential E becomes
a matrix that multiplies its stacked columns. For a scalar e, J e is J times e. The rules are
those of the trace with a row for every entry of the result.
"""

from __future__ import annotations

from sympy import (
    Add,
    DiagonalOf,
    Expr,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    S,
    Transpose,
)
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.expressions.construction import (
    add,
    hadamard,
    identity,
    kronecker,
    mul,
    ones_like,
    transpose,
)
from derivlib.nodes import (
    BasisMatrix,
    DiagonalSums,
    Inner,
    OnVec,
    Tril,
    Triu,
    Unvec,
    Vec,
    numel,
)
from derivlib.nodes.builders import (
    commutation,
    diagonal_matrix,
    form_sum,
    inner,
    on_vec,
    tril,
    triu,
    vec,
)
from derivlib.rules.placeholders import a, c, e, g, k, m, matrix, n, p, q
from derivlib.rules.rule import Differentiate, Rule
from derivlib.rules.sources import LINEAR_STRUCTURES, magnus_neudecker

E, F = matrix("E", n, m), matrix("F", n, m)
J, H = MatrixSymbol("J", k, n * m), MatrixSymbol("H", k, n * m)
COLUMN = MatrixSymbol("j", k, 1)
VEC_ALGEBRA = magnus_neudecker("chapter 2, the vec operator")
COMMUTATION = magnus_neudecker("chapter 3, the commutation matrix")
HADAMARD_ALGEBRA = magnus_neudecker("chapter 3, the Hadamard product")


def _distribute(_: Differentiate, left: Expr, *terms: Expr) -> Expr:
    return form_sum(*(on_vec(left, term) for term in terms))


def _row(matrix: Expr) -> Expr:
    """The stacked columns of a matrix, as a row."""
    return transpose(vec(matrix))


LINEARITY = Rule(
    "linearity of vec",
    "vec",
    left=lambda left, *terms: OnVec(left, (MatAdd if terms[0].is_Matrix else Add)(*terms)),
    right=_distribute,
    instances=((J, E, F), (J, E, F, matrix("H", n, m)), (COLUMN, e, c)),
    source=VEC_ALGEBRA,
)

COLLECT = Rule(
    "collecting stacked terms",
    "vec",
    left=lambda moving, *lefts: form_sum(*(OnVec(left, moving) for left in lefts)),
    right=lambda _, moving, *lefts: on_vec(add(*lefts), moving),
    instances=((E, J, H), (e, COLUMN, MatrixSymbol("h", k, 1))),
    source=VEC_ALGEBRA,
)

PRODUCT = Rule(
    "vec of a product",
    "vec",
    left=lambda left, before, moving, after: OnVec(left, mul(before, moving, after)),
    right=lambda _, left, before, moving, after: on_vec(
        mul(left, kronecker(transpose(after), before)), moving
    ),
    instances=(
        (MatrixSymbol("J", k, n * q), matrix("A", n, m), matrix("E", m, p), matrix("B", p, q)),
    ),
    source=VEC_ALGEBRA,
)

SCALAR_FACTOR = Rule(
    "scalar factor of a stacked term",
    "vec",
    left=lambda left, scalar, moving: OnVec(
        left, (MatMul if moving.is_Matrix else Mul)(scalar, moving)
    ),
    right=lambda _, left, scalar, moving: on_vec(mul(scalar, left), moving),
    instances=((J, a, E), (COLUMN, a, e)),
    source=VEC_ALGEBRA,
)

MOVING_SCALAR = Rule(
    "vec of a moving multiple",
    "vec",
    left=lambda left, moving, matrix: OnVec(left, mul(moving, matrix)),
    right=lambda _, left, moving, matrix: on_vec(mul(left, vec(matrix)), moving),
    instances=((J, e, matrix("A", n, m)),),
    source=VEC_ALGEBRA,
)

TRANSPOSED = Rule(
    "vec of a transpose",
    "vec",
    left=lambda left, moving: OnVec(left, Transpose(moving)),
    right=lambda _, left, moving: on_vec(mul(left, commutation(*moving.shape)), moving),
    instances=((MatrixSymbol("J", k, m * n), E),),
    source=COMMUTATION,
)

HADAMARD = Rule(
    "vec of a Hadamard product",
    "vec",
    left=lambda left, before, moving, after: OnVec(left, hadamard(before, moving, after)),
    right=lambda _, left, before, moving, after: on_vec(
        mul(left, diagonal_matrix(vec(hadamard(before, after)))), moving
    ),
    instances=((J, matrix("A", n, m), E, matrix("B", n, m)),),
    source=HADAMARD_ALGEBRA,
)


def _interlaced(left: Expr, first: Expr, second: Expr) -> Expr:
    """J (I ⊗ K ⊗ I), with vec(A ⊗ B) = (I ⊗ K ⊗ I) (vec A ⊗ vec B)."""
    (rows, cols), (inner_rows, inner_cols) = first.shape, second.shape
    middle = commutation(inner_cols, rows)
    return mul(left, kronecker(identity(cols), middle, identity(inner_rows)))


def _kronecker_left(_: Differentiate, left: Expr, moving: Expr, after: Expr) -> Expr:
    stacked = kronecker(identity(numel(moving)), vec(after))
    return on_vec(mul(_interlaced(left, moving, after), stacked), moving)


KRONECKER_LEFT = Rule(
    "vec of a Kronecker product, moving on the left",
    "vec",
    left=lambda left, moving, after: OnVec(left, kronecker(moving, after)),
    right=_kronecker_left,
    instances=((MatrixSymbol("J", k, n * m * p * q), E, matrix("B", p, q)),),
    source=COMMUTATION,
)


def _kronecker_right(_: Differentiate, left: Expr, before: Expr, moving: Expr) -> Expr:
    stacked = kronecker(vec(before), identity(numel(moving)))
    return on_vec(mul(_interlaced(left, before, moving), stacked), moving)


KRONECKER_RIGHT = Rule(
    "vec of a Kronecker product, moving on the right",
    "vec",
    left=lambda left, before, moving: OnVec(left, kronecker(before, moving)),
    right=_kronecker_right,
    instances=((MatrixSymbol("J", k, n * m * p * q), matrix("A", p, q), E),),
    source=COMMUTATION,
)

SCALAR = Rule(
    "scalar inside a matrix",
    "vec",
    left=lambda left, moving: OnVec(left, moving),
    right=lambda _, left, moving: on_vec(left, inner(S.One, moving)),
    instances=((COLUMN, e),),
    source=VEC_ALGEBRA,
)


def _inner(_: Differentiate, left: Expr, matrix: Expr, moving: Expr) -> Expr:
    if not moving.is_Matrix:
        return on_vec(mul(left, matrix), moving)
    return on_vec(mul(left, _row(matrix)), moving)


INNER = Rule(
    "inner product as a row times vec",
    "vec",
    left=lambda left, matrix, moving: OnVec(left, Inner(matrix, moving)),
    right=_inner,
    instances=((COLUMN, matrix("A", n, m), E), (COLUMN, g, e)),
    source=VEC_ALGEBRA,
)

DIAGONAL_MATRIX = Rule(
    "vec of a diagonal matrix",
    "vec",
    left=lambda left, moving: OnVec(left, DiagMatrix(moving)),
    right=lambda _, left, moving: on_vec(mul(left, BasisMatrix("diagonal", numel(moving))), moving),
    instances=((MatrixSymbol("J", k, n * n), MatrixSymbol("e", n, 1)),),
    source=VEC_ALGEBRA,
)

DIAGONAL = Rule(
    "diagonal as rows of vec",
    "vec",
    left=lambda left, moving: OnVec(left, DiagonalOf(moving)),
    right=lambda _, left, moving: on_vec(
        mul(left, transpose(BasisMatrix("diagonal", moving.shape[0]))), moving
    ),
    instances=((MatrixSymbol("J", k, n), matrix("E", n, n)),),
    source=VEC_ALGEBRA,
)


def _masked(left: Expr, mask: Expr, moving: Expr) -> Expr:
    """J Diag(vec M) vec(E), which is J vec(M ⊙ E)."""
    return on_vec(mul(left, diagonal_matrix(vec(mask))), moving)


LOWER_TRIANGLE = Rule(
    "vec of a lower triangle",
    "vec",
    left=lambda left, moving: OnVec(left, Tril(moving)),
    right=lambda _, left, moving: _masked(left, tril(ones_like(moving)), moving),
    instances=((MatrixSymbol("J", k, n * n), matrix("E", n, n)),),
    source=LINEAR_STRUCTURES,
)

UPPER_TRIANGLE = Rule(
    "vec of an upper triangle",
    "vec",
    left=lambda left, moving: OnVec(left, Triu(moving)),
    right=lambda _, left, moving: _masked(left, triu(ones_like(moving)), moving),
    instances=((MatrixSymbol("J", k, n * n), matrix("E", n, n)),),
    source=LINEAR_STRUCTURES,
)


def _diagonal_sums(_: Differentiate, left: Expr, moving: Expr) -> Expr:
    basis = BasisMatrix("toeplitz", moving.shape[0])
    return on_vec(mul(left, basis, transpose(basis)), moving)


DIAGONAL_SUMS = Rule(
    "vec of sums of diagonals",
    "vec",
    left=lambda left, moving: OnVec(left, DiagonalSums(moving)),
    right=_diagonal_sums,
    instances=((MatrixSymbol("J", k, n * n), matrix("E", n, n)),),
    source=LINEAR_STRUCTURES,
)

VEC = Rule(
    "vec of a vec",
    "vec",
    left=lambda left, moving: OnVec(left, Vec(moving)),
    right=lambda _, left, moving: on_vec(left, moving),
    instances=((J, E),),
    source=VEC_ALGEBRA,
)

UNVEC = Rule(
    "vec of an unvec",
    "vec",
    left=lambda left, moving, shape: OnVec(left, Unvec(moving, shape)),
    right=lambda _, left, moving, shape: on_vec(left, moving),
    instances=((J, MatrixSymbol("E", n * m, 1), (n, m)),),
    source=VEC_ALGEBRA,
)

RULES = (
    LINEARITY,
    COLLECT,
    PRODUCT,
    SCALAR_FACTOR,
    MOVING_SCALAR,
    TRANSPOSED,
    HADAMARD,
    KRONECKER_LEFT,
    KRONECKER_RIGHT,
    SCALAR,
    INNER,
    DIAGONAL_MATRIX,
    DIAGONAL,
    LOWER_TRIANGLE,
    UPPER_TRIANGLE,
    DIAGONAL_SUMS,
    VEC,
    UNVEC,
)
