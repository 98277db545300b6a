"""Moving everything but the differential to the other side of a trace.

Each rule is an equation ⟨G, L(E)⟩ = ⟨L*(G), E⟩ with ⟨G, E⟩ = tr(Gᵀ E): what multiplies the
differential E on the right side of the comma moves to the left. For scalars ⟨g, e⟩ = g e.
"""

from __future__ import annotations

from sympy import Add, DiagonalOf, Expr, Integer, MatAdd, MatrixSymbol, Trace, Transpose
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.expressions.construction import (
    add,
    hadamard,
    identity,
    identity_like,
    kronecker,
    mul,
    ones_like,
    transpose,
)
from derivlib.nodes import (
    DiagonalSums,
    Inner,
    SingleEntry,
    SumEntries,
    Tril,
    Triu,
    Unvec,
    Vec,
    numel,
)
from derivlib.nodes.builders import (
    commutation,
    diagonal,
    diagonal_matrix,
    diagonal_sums,
    frobenius,
    inner,
    inner_sum,
    tril,
    triu,
    unvec,
    vec,
)
from derivlib.rules.placeholders import a, c, e, g, m, matrix, n, p, q
from derivlib.rules.rule import Differentiate, Rule
from derivlib.rules.sources import LINEAR_STRUCTURES, magnus_neudecker

G, E, F = matrix("G", n, m), matrix("E", n, m), matrix("F", n, m)
TRACE_ALGEBRA = magnus_neudecker("chapter 1, the trace")
HADAMARD_ALGEBRA = magnus_neudecker("chapter 3, the Hadamard product")
VEC_ALGEBRA = magnus_neudecker("chapter 2, the vec operator")


def _distribute(_: Differentiate, left: Expr, *terms: Expr) -> Expr:
    return inner_sum(*(inner(left, term) for term in terms))


LINEARITY = Rule(
    "linearity of the trace",
    "trace",
    left=lambda left, *terms: Inner(left, MatAdd(*terms)),
    right=_distribute,
    instances=((G, E, F), (G, E, F, matrix("H", n, m))),
    source=TRACE_ALGEBRA,
)

DISTRIBUTIVITY = Rule(
    "distributivity",
    "trace",
    left=lambda left, *terms: Inner(left, Add(*terms)),
    right=_distribute,
    instances=((g, e, c),),
    source=TRACE_ALGEBRA,
)

COLLECT = Rule(
    "collecting terms",
    "trace",
    left=lambda moving, *lefts: inner_sum(*(Inner(left, moving) for left in lefts)),
    right=lambda _, moving, *lefts: inner(add(*lefts), moving),
    instances=((E, G, F), (e, g, c)),
    source=TRACE_ALGEBRA,
)

CYCLIC = Rule(
    "cyclic property of the trace",
    "trace",
    left=lambda left, before, moving, after: Inner(left, mul(before, moving, after)),
    right=lambda _, left, before, moving, after: inner(
        mul(transpose(before), left, transpose(after)), moving
    ),
    instances=((matrix("G", n, q), matrix("A", n, m), matrix("E", m, p), matrix("B", p, q)),),
    source=TRACE_ALGEBRA,
)

SCALAR_FACTOR = Rule(
    "scalar factor",
    "trace",
    left=lambda left, scalar, moving: Inner(left, mul(scalar, moving)),
    right=lambda _, left, scalar, moving: inner(mul(scalar, left), moving),
    instances=((G, a, E),),
    source=TRACE_ALGEBRA,
)

MOVING_SCALAR = Rule(
    "moving scalar",
    "trace",
    left=lambda left, moving, matrix: Inner(left, mul(moving, matrix)),
    right=lambda _, left, moving, matrix: inner(frobenius(left, matrix), moving),
    instances=((G, e, matrix("A", n, m)),),
    source=TRACE_ALGEBRA,
)

SCALAR_PRODUCT = Rule(
    "scalar coefficient",
    "trace",
    left=lambda left, scalar, moving: Inner(left, mul(scalar, moving)),
    right=lambda _, left, scalar, moving: inner(mul(left, scalar), moving),
    instances=((g, a, e),),
    source=TRACE_ALGEBRA,
)

TRANSPOSED = Rule(
    "transpose in the trace",
    "trace",
    left=lambda left, moving: Inner(left, Transpose(moving)),
    right=lambda _, left, moving: inner(transpose(left), moving),
    instances=((matrix("G", m, n), E),),
    source=TRACE_ALGEBRA,
)

HADAMARD = Rule(
    "Hadamard product in the trace",
    "trace",
    left=lambda left, before, moving, after: Inner(left, hadamard(before, moving, after)),
    right=lambda _, left, before, moving, after: inner(hadamard(left, before, after), moving),
    instances=((G, matrix("A", n, m), E, matrix("B", n, m)),),
    source=HADAMARD_ALGEBRA,
)

TRACE = Rule(
    "trace as inner product",
    "trace",
    left=lambda left, moving: Inner(left, Trace(moving)),
    right=lambda _, left, moving: inner(mul(left, identity_like(moving)), moving),
    instances=((g, matrix("E", n, n)),),
    source=TRACE_ALGEBRA,
)

SUM_ENTRIES = Rule(
    "sum of entries as inner product",
    "trace",
    left=lambda left, moving: Inner(left, SumEntries(moving)),
    right=lambda _, left, moving: inner(mul(left, ones_like(moving)), moving),
    instances=((g, E),),
    source=TRACE_ALGEBRA,
)

NESTED = Rule(
    "scalar times inner product",
    "trace",
    left=lambda left, matrix, moving: Inner(left, Inner(matrix, moving)),
    right=lambda _, left, matrix, moving: inner(mul(left, matrix), moving),
    instances=((g, matrix("A", n, m), E), (g, a, e)),
    source=TRACE_ALGEBRA,
)

VEC = Rule(
    "vec in the trace",
    "trace",
    left=lambda left, moving: Inner(left, Vec(moving)),
    right=lambda _, left, moving: inner(unvec(left, moving.shape), moving),
    instances=((MatrixSymbol("G", n * m, 1), E),),
    source=VEC_ALGEBRA,
)

UNVEC = Rule(
    "unvec in the trace",
    "trace",
    left=lambda left, moving, shape: Inner(left, Unvec(moving, shape)),
    right=lambda _, left, moving, shape: inner(vec(left), moving),
    instances=((G, MatrixSymbol("E", n * m, 1), (n, m)),),
    source=VEC_ALGEBRA,
)


DIAGONAL_MATRIX = Rule(
    "diagonal matrix in the trace",
    "trace",
    left=lambda left, moving: Inner(left, DiagMatrix(moving)),
    right=lambda _, left, moving: inner(diagonal(left), moving),
    instances=((matrix("G", n, n), MatrixSymbol("e", n, 1)),),
    source=HADAMARD_ALGEBRA,
)

DIAGONAL = Rule(
    "diagonal in the trace",
    "trace",
    left=lambda left, moving: Inner(left, DiagonalOf(moving)),
    right=lambda _, left, moving: inner(diagonal_matrix(left), moving),
    instances=((MatrixSymbol("g", n, 1), matrix("E", n, n)),),
    source=HADAMARD_ALGEBRA,
)

LOWER_TRIANGLE = Rule(
    "lower triangle in the trace",
    "trace",
    left=lambda left, moving: Inner(left, Tril(moving)),
    right=lambda _, left, moving: inner(tril(left), moving),
    instances=((matrix("G", n, n), matrix("E", n, n)),),
    source=LINEAR_STRUCTURES,
)

UPPER_TRIANGLE = Rule(
    "upper triangle in the trace",
    "trace",
    left=lambda left, moving: Inner(left, Triu(moving)),
    right=lambda _, left, moving: inner(triu(left), moving),
    instances=((matrix("G", n, n), matrix("E", n, n)),),
    source=LINEAR_STRUCTURES,
)

DIAGONAL_SUMS = Rule(
    "sums of diagonals in the trace",
    "trace",
    left=lambda left, moving: Inner(left, DiagonalSums(moving)),
    right=lambda _, left, moving: inner(diagonal_sums(left), moving),
    instances=((matrix("G", n, n), matrix("E", n, n)),),
    source=LINEAR_STRUCTURES,
)

ENTRY = Rule(
    "entry as inner product",
    "trace",
    left=lambda left, moving, i, j: Inner(left, MatrixElement(moving, i, j)),
    right=lambda _, left, moving, i, j: inner(mul(left, SingleEntry(moving.shape, i, j)), moving),
    instances=((g, matrix("E", n + 1, m + 1), Integer(1), Integer(0)),),
    source=TRACE_ALGEBRA,
)


def _laid_out(left: Expr, stacked: Expr, first: Expr, second: Expr, moving: Expr) -> Expr:
    """The matrix that E is paired with, where vec(A ⊗ B) = (I ⊗ K ⊗ I) S vec(E)."""
    (rows, cols), (inner_rows, inner_cols) = first.shape, second.shape
    swap = kronecker(identity(cols), commutation(rows, inner_cols), identity(inner_rows))
    return inner(unvec(mul(transpose(stacked), swap, vec(left)), moving.shape), moving)


def _kronecker_left(_: Differentiate, left: Expr, moving: Expr, after: Expr) -> Expr:
    stacked = kronecker(identity(numel(moving)), vec(after))
    return _laid_out(left, stacked, moving, after, moving)


KRONECKER_LEFT = Rule(
    "Kronecker product in the trace, moving on the left",
    "trace",
    left=lambda left, moving, after: Inner(left, kronecker(moving, after)),
    right=_kronecker_left,
    instances=((MatrixSymbol("G", n * p, m * q), E, matrix("B", p, q)),),
    source=magnus_neudecker("chapter 3, the commutation matrix"),
)


def _kronecker_right(_: Differentiate, left: Expr, before: Expr, moving: Expr) -> Expr:
    stacked = kronecker(vec(before), identity(numel(moving)))
    return _laid_out(left, stacked, before, moving, moving)


KRONECKER_RIGHT = Rule(
    "Kronecker product in the trace, moving on the right",
    "trace",
    left=lambda left, before, moving: Inner(left, kronecker(before, moving)),
    right=_kronecker_right,
    instances=((MatrixSymbol("G", p * n, q * m), matrix("A", p, q), E),),
    source=magnus_neudecker("chapter 3, the commutation matrix"),
)

RULES = (
    LINEARITY,
    DISTRIBUTIVITY,
    COLLECT,
    CYCLIC,
    SCALAR_FACTOR,
    MOVING_SCALAR,
    SCALAR_PRODUCT,
    TRANSPOSED,
    HADAMARD,
    TRACE,
    SUM_ENTRIES,
    NESTED,
    DIAGONAL_MATRIX,
    DIAGONAL,
    LOWER_TRIANGLE,
    UPPER_TRIANGLE,
    DIAGONAL_SUMS,
    ENTRY,
    VEC,
    UNVEC,
    KRONECKER_LEFT,
    KRONECKER_RIGHT,
)
