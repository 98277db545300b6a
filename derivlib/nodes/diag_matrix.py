"""DiagMatrix(v) and DiagonalMatrix(A): SymPy's diagonal matrices, of a vector and of a matrix."""

from __future__ import annotations

from typing import Any

from sympy import (
    DiagonalMatrix,
    DiagonalOf,
    Expr,
    ImmutableDenseMatrix,
    OneMatrix,
    S,
    ZeroMatrix,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.matrixbase import MatrixBase

from derivlib.errors import ShapeError
from derivlib.expressions.construction import (
    identity,
    is_single,
    mul,
    split_coefficient,
    transpose,
    zeros,
)
from derivlib.expressions.facets import Absent, Entries, Example, Shape, tell
from derivlib.expressions.shapes import Parts, same_size, shown_shape, stated
from derivlib.expressions.text import text
from derivlib.nodes.diagonal_of import diagonal
from derivlib.nodes.grid import Grid
from derivlib.nodes.sum_entries import sum_of


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
    if is_single(vector):
        return mul(coefficient, vector)
    if vector.shape[0] == 1 != vector.shape[1]:
        vector = transpose(vector)
    if isinstance(vector, OneMatrix):
        return mul(coefficient, identity(vector.shape[0] * vector.shape[1]))
    if isinstance(vector, DiagonalOf) and isinstance(vector.args[0], DiagMatrix):
        return mul(coefficient, vector.args[0])
    return mul(coefficient, DiagMatrix(vector))


def _shape(expr: Any, parts: Parts) -> Shape:
    part, shape = parts[0]
    if shape is None or not any(same_size(size, 1) for size in shape):
        raise ShapeError(
            f'DiagMatrix in "{text(expr)}" needs a column or a row, but {text(part)} is '
            f"{shown_shape(shape)}; for the diagonal of a matrix say DiagMatrix(DiagonalOf(…))"
        )
    return stated(expr, parts)


def _of_vector(calc: Any, _: Any, v: Grid) -> Grid:
    if 1 not in v.shape:
        raise ShapeError(f"a diagonal matrix is made of a vector, not {v.rows}×{v.cols}")
    size, zero = len(v.entries), calc.ring.number(S.Zero)
    return Grid.of(size, size, lambda i, j: v.entries[i] if i == j else zero)


def _of_vector_on_arrays(on: Any, node: Any) -> Any:
    value = on.value(node.args[0]).reshape(*on.like, -1, 1)
    return value * on.np.eye(value.shape[2])


def _example(w: Any, r: Any, c: Any, d: int) -> Any:
    vector = w.matrix(r, (), d) if not w.flip() else w.matrix((), r, d)
    # of zeros SymPy would make a zero in the shape of the vector
    return DiagMatrix(w.symbol("d", r, ()) if vector.has(ZeroMatrix) else vector)


tell(
    DiagMatrix,
    text="Diag",
    shape=_shape,
    normal=diagonal_matrix,
    entries=Entries(_of_vector),
    arrays=_of_vector_on_arrays,
    code="diagonal_matrix",
    example=Example(_example, "square"),
    trace=lambda node: sum_of(node.args[0]),
    diagonal=lambda node: node.args[0] if node.args[0].shape[1] == 1 else None,
    is_linear=True,
    is_holomorphic=True,
)


def _of_matrix(calc: Any, _: Any, A: Grid) -> Grid:
    zero = calc.ring.number(S.Zero)
    return Grid.of(A.rows, A.cols, lambda i, j: A[i, j] if i == j else zero)


tell(
    DiagonalMatrix,
    text=lambda p, node: p.call("Diag", DiagonalOf(node.args[0])),
    tex=lambda p, node: p.call(r"\operatorname{Diag}", DiagonalOf(node.args[0])),
    shape=stated,
    normal=lambda square: diagonal_matrix(diagonal(square)),
    entries=Entries(_of_matrix),
    arrays=Absent("its definition is used: it is met in constants only"),
    code="diagonal_matrix",
    example=Example(lambda w, r, c, d: DiagonalMatrix(w.matrix(r, r, d)), "square"),
    is_holomorphic=True,
)
