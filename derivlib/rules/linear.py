"""Linear operations: sums, transposes, traces, diagonals, triangles, entries, vec.

For each there is its differential and how it leaves a trace and a vec, so that only the
differential of its argument is left beside a coefficient. With ⟨G, E⟩ = tr(Gᵀ E), and g e for
scalars, what is done to E moves to the left of the comma; under a vec it becomes a matrix that
multiplies the stacked columns of E.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import sympy as sp
from sympy import Expr, MatrixSymbol
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.construction import (
    add,
    identity,
    identity_like,
    is_zero,
    kronecker,
    mul,
    ones_like,
    place,
    transpose,
    zero_like,
)
from derivlib.expressions.sizes import all_nodes
from derivlib.nodes import (
    BasisMatrix,
    DiagonalSums,
    Inner,
    LinearForm,
    OnVec,
    SingleEntry,
    SumEntries,
    Take,
    Tril,
    Triu,
    Unvec,
    Vec,
    d,
    numel,
)
from derivlib.nodes.builders import (
    commutation,
    diagonal,
    diagonal_matrix,
    diagonal_sums,
    entry,
    form_sum,
    inner,
    inner_sum,
    on_vec,
    sliced,
    sum_of,
    take_lines,
    trace,
    tril,
    triu,
    unvec,
    vec,
)
from derivlib.rules.declare import Build, differential, equation, linear, scalars, whole
from derivlib.rules.placeholders import c, e, f, g, k, m, matrix, n, p, q, u, v
from derivlib.rules.rule import Arguments, Differentiate, Family, Rule, Source, add_rule
from derivlib.rules.scalar_derivatives import derivative_of
from derivlib.rules.sources import (
    COMMUTATION_ALGEBRA,
    FUNDAMENTAL,
    HADAMARD_ALGEBRA,
    LINEAR_STRUCTURES,
    TRACE_ALGEBRA,
    VEC_ALGEBRA,
    cookbook,
)

U, V, T = matrix("U", n, m), matrix("V", n, m), matrix("T", n, m)
E, F, H = matrix("E", n, m), matrix("F", n, m), matrix("H", n, m)
G, J, K = matrix("G", n, m), MatrixSymbol("J", k, n * m), MatrixSymbol("H", k, n * m)
Q = matrix("U", n, n)
COLUMN = MatrixSymbol("j", k, 1)

CONSTANT = equation(
    "differential",
    "constant",
    lambda constant: (d(constant), zero_like(constant)),
    (sp.OneMatrix(n, m),),
    (sp.Identity(n),),
    source=cookbook(33),
    minor=True,
)


@differential(sp.MatAdd, "sum", (U, V), (U, V, T), source=cookbook(35), minor=True)
def _sum(d: Differentiate, *terms: Expr) -> Expr:
    return add(*map(d, terms))


@differential(sp.Add, "scalar sum", (u, v), source=cookbook(35), arguments=scalars, minor=True)
def _scalar_sum(d: Differentiate, *terms: Expr) -> Expr:
    return add(*map(d, terms))


_FORMS: dict[type[Inner | OnVec], tuple[Family, Build, Build, Source]] = {
    Inner: ("trace", inner, inner_sum, TRACE_ALGEBRA),
    OnVec: ("vec", on_vec, form_sum, VEC_ALGEBRA),
}
"""For each form its family of rules, the form without zeros, sums of forms, and the source."""


def _distributed(name: str, of: type, form: type[Inner | OnVec], *instances: Arguments) -> Rule:
    """The rule that takes a sum out of a form."""
    family, make, total, source = _FORMS[form]

    def left(coefficient: Expr, *terms: Expr) -> Expr:
        return form(coefficient, (sp.MatAdd if terms[0].is_Matrix else sp.Add)(*terms))

    def right(_: object, coefficient: Expr, *terms: Expr) -> Expr:
        return total(*(make(coefficient, term) for term in terms))

    return add_rule(Rule(name, family, left, right, instances, source, of=of, minor=True))


def _collected(name: str, form: type[Inner | OnVec], *instances: Arguments) -> Rule:
    """The rule that adds up what multiplies one differential."""
    family, make, total, source = _FORMS[form]

    def sides(moving: Expr, *lefts: Expr) -> tuple[Expr, Expr]:
        return total(*(form(left, moving) for left in lefts)), make(add(*lefts), moving)

    return equation(family, name, sides, *instances, source=source)


LINEARITY = _distributed("linearity of the trace", sp.MatAdd, Inner, (G, E, F), (G, E, F, H))
DISTRIBUTIVITY = _distributed("distributivity", sp.Add, Inner, (g, e, c))
VEC_LINEARITY = _distributed(
    "linearity of vec", sp.MatAdd, OnVec, (J, E, F), (J, E, F, H), (COLUMN, e, c)
)
COLLECT: dict[type[LinearForm], Rule] = {
    Inner: _collected("collecting terms", Inner, (E, G, F), (e, g, c)),
    OnVec: _collected(
        "collecting stacked terms", OnVec, (E, J, K), (e, COLUMN, MatrixSymbol("h", k, 1))
    ),
}

SCALAR_INSIDE = equation(
    "vec",
    "scalar inside a matrix",
    lambda left, moving: (OnVec(left, moving), on_vec(left, inner(sp.S.One, moving))),
    (COLUMN, e),
    source=VEC_ALGEBRA,
    minor=True,
)

linear(
    sp.Transpose,
    "transpose",
    transpose,
    (U,),
    adjoint=lambda G, E: transpose(G),
    matrix=lambda E: commutation(*E.shape),
    source=(cookbook(44), TRACE_ALGEBRA, COMMUTATION_ALGEBRA),
)

linear(
    sp.Trace,
    "trace",
    trace,
    (Q,),
    adjoint=lambda g, E: mul(g, identity_like(E)),
    source=(cookbook(36), TRACE_ALGEBRA),
)

linear(
    SumEntries,
    "sum of entries",
    sum_of,
    (U,),
    adjoint=lambda g, E: mul(g, ones_like(E)),
    source=(FUNDAMENTAL, TRACE_ALGEBRA),
)

linear(
    DiagMatrix,
    "diagonal matrix",
    diagonal_matrix,
    (MatrixSymbol("v", n, 1),),
    adjoint=lambda G, e: diagonal(G),
    matrix=lambda e: BasisMatrix("diagonal", numel(e)),
    source=(FUNDAMENTAL, HADAMARD_ALGEBRA, VEC_ALGEBRA),
)

linear(
    sp.DiagonalOf,
    "diagonal",
    diagonal,
    (Q,),
    adjoint=lambda g, E: diagonal_matrix(g),
    matrix=lambda E: transpose(BasisMatrix("diagonal", E.shape[0])),
    vec="diagonal as rows of vec",
    source=(FUNDAMENTAL, HADAMARD_ALGEBRA, VEC_ALGEBRA),
)

linear(
    Tril,
    "lower triangle",
    tril,
    (Q,),
    adjoint=lambda G, E, *offset: tril(G, *offset),
    matrix=lambda E, *offset: diagonal_matrix(vec(tril(ones_like(E), *offset))),
    source=(FUNDAMENTAL, LINEAR_STRUCTURES, LINEAR_STRUCTURES),
)

linear(
    Triu,
    "upper triangle",
    triu,
    (Q,),
    adjoint=lambda G, E, *offset: triu(G, *offset),
    matrix=lambda E, *offset: diagonal_matrix(vec(triu(ones_like(E), *offset))),
    source=(FUNDAMENTAL, LINEAR_STRUCTURES, LINEAR_STRUCTURES),
)


def _sums(matrix: Expr) -> Expr:
    """The matrix B Bᵀ of diagonal sums, with the basis B of Toeplitz matrices."""
    basis = BasisMatrix("toeplitz", matrix.shape[0])
    return mul(basis, transpose(basis))


linear(
    DiagonalSums,
    "sums of diagonals",
    diagonal_sums,
    (Q,),
    adjoint=lambda G, E: diagonal_sums(G),
    matrix=_sums,
    vec="vec of sums of diagonals",
    source=(FUNDAMENTAL, LINEAR_STRUCTURES, LINEAR_STRUCTURES),
)

linear(
    MatrixElement,
    "entry",
    entry,
    (matrix("U", n + 1, m + 1), sp.Integer(1), sp.Integer(0)),
    adjoint=lambda g, E, i, j: mul(g, SingleEntry(E.shape, i, j)),
    source=(cookbook(73), TRACE_ALGEBRA),
)


def _rows(size: Expr, of: Any) -> Expr:
    """The rows of an identity matrix that a slice takes."""
    return sliced(identity(size), of, (0, size, 1))


linear(
    MatrixSlice,
    "slice",
    sliced,
    (matrix("U", n + 2, 2 * m), sp.Tuple(1, n + 1, 1), sp.Tuple(0, 2 * m, 2)),
    adjoint=lambda G, E, rows, cols: mul(
        transpose(_rows(E.shape[0], rows)), G, _rows(E.shape[1], cols)
    ),
    matrix=lambda E, rows, cols: kronecker(_rows(E.shape[1], cols), _rows(E.shape[0], rows)),
    source=(FUNDAMENTAL, TRACE_ALGEBRA, VEC_ALGEBRA),
)


def _taking(size: Expr, indices: Any) -> Expr:
    """The rows of an identity matrix of these numbers."""
    return take_lines(identity(size), 0, indices)


def _around_taken(E: Expr, axis: Expr, indices: Any) -> tuple[Expr, Expr]:
    """The L and R with which rows or columns of E are L E R."""
    rows, cols = E.shape
    if axis == 1:
        return identity(rows), transpose(_taking(cols, indices))
    return _taking(rows, indices), identity(cols)


def _placed(G: Expr, *taken: Any) -> Expr:
    left, right = _around_taken(*taken)
    return mul(transpose(left), G, transpose(right))


def _on_vec_of_taken(*taken: Any) -> Expr:
    left, right = _around_taken(*taken)
    return kronecker(transpose(right), left)


linear(
    Take,
    "rows or columns by number",
    take_lines,
    (matrix("U", n + 2, m), sp.S.Zero, sp.Tuple(0, 2, 2)),
    adjoint=_placed,
    matrix=_on_vec_of_taken,
    vec="vec of rows or columns by number",
    source=(FUNDAMENTAL, TRACE_ALGEBRA, VEC_ALGEBRA),
)

linear(
    Vec,
    "vec",
    vec,
    (U,),
    adjoint=lambda G, E: unvec(G, E.shape),
    matrix=lambda E: identity(numel(E)),
    source=(FUNDAMENTAL, VEC_ALGEBRA, VEC_ALGEBRA),
)

linear(
    Unvec,
    "unvec",
    unvec,
    (MatrixSymbol("U", n * m, 1), (n, m)),
    adjoint=lambda G, E, shape: vec(G),
    matrix=lambda E, shape: identity(numel(E)),
    source=(FUNDAMENTAL, VEC_ALGEBRA, VEC_ALGEBRA),
)


@differential(
    sp.BlockMatrix,
    "block matrix",
    (sp.BlockMatrix([[U, matrix("V", n, p)]]),),
    (sp.BlockMatrix([[U, matrix("V", n, p)], [matrix("T", q, m), matrix("W", q, p)]]),),
    source=FUNDAMENTAL,
    build=lambda block: block,
    arguments=whole,
)
def _block_matrix(d: Differentiate, block: Expr) -> Expr:
    # Each block in its place: R_iᵀ dU_ij C_j, where R_i and C_j are rows of blocks 0 … I … 0.
    blocks = block.blocks
    heights, widths = block.rowblocksizes, block.colblocksizes
    return add(
        *(
            mul(transpose(place(heights, i)), d(blocks[i, j]), place(widths, j))
            for i, j in product(range(blocks.rows), range(blocks.cols))
        )
    )


@differential(
    MatrixBase,
    "explicit matrix",
    (sp.ImmutableDenseMatrix([[u, u * v, 1], [0, v**2, f(u)]]),),
    (sp.ImmutableDenseMatrix([[U[0, 0], u], [2, U[0, 0] * v]]),),
    (sp.ImmutableDenseMatrix([[SumEntries(sp.ImmutableDenseMatrix([[u, 2 * v]])), u * v]]),),
    source=FUNDAMENTAL,
    build=lambda matrix: matrix,
    arguments=whole,
)
def _explicit_matrix(d: Differentiate, matrix: Expr) -> Expr:
    # Σ ds ∂M/∂s over the scalars s, or entry by entry where entries hold matrices.
    if any(getattr(node, "is_Matrix", False) for node in all_nodes(matrix)):
        parts = product(*map(range, matrix.shape))
        moving = ((d(matrix[place]), SingleEntry(matrix.shape, *place)) for place in parts)
        terms = [mul(ds, slope) for ds, slope in moving if not is_zero(ds)]
    else:
        terms = [
            mul(d(s), matrix.applyfunc(partial(derivative_of, by=s)))
            for s in sorted(matrix.free_symbols, key=str)
            if not is_zero(d(s))
        ]
    return add(zero_like(matrix), *terms)
