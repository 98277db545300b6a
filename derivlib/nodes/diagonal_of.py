"""DiagonalOf(A), SymPy's diagonal of a matrix as a column."""

from __future__ import annotations

from typing import Any

from sympy import (
    Basic,
    DiagonalOf,
    Expr,
    Identity,
    ImmutableDenseMatrix,
    OneMatrix,
    S,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.construction import (
    hadamard,
    identity,
    is_single,
    mul,
    ones,
    split_coefficient,
    zeros,
)
from derivlib.expressions.facets import Entries, Example, Shape, facet, tell
from derivlib.expressions.shapes import Parts, square, stated
from derivlib.nodes.grid import Grid


def diagonal(matrix: Expr) -> Expr:
    """Take the diagonal of a square matrix as a column; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, MatrixBase):
        return mul(coefficient, ImmutableDenseMatrix(list(matrix.diagonal())))
    if isinstance(matrix, ZeroMatrix):
        return zeros(matrix.shape[0], 1)
    if is_single(matrix):
        return mul(coefficient, matrix)
    if isinstance(matrix, Transpose):
        matrix = matrix.args[0]
    if isinstance(matrix, (Identity, OneMatrix)):
        return mul(coefficient, ones(matrix.shape[0], S.One))
    simpler = facet(type(matrix), "diagonal")
    found = None if simpler is None else simpler(matrix)
    if found is not None:
        return mul(coefficient, found)
    if not all(isinstance(size, Basic) for size in matrix.shape):  # SymPy's node asks them
        diagonal_part = hadamard(matrix, identity(matrix.shape[0]))
        return mul(coefficient, diagonal_part, ones(matrix.shape[0], S.One))
    return mul(coefficient, DiagonalOf(matrix))


def _shape(expr: Any, parts: Parts) -> Shape:
    square(expr, parts)
    return stated(expr, parts)


def _example(w: Any, r: Any, c: Any, d: int) -> Any:
    found = DiagonalOf(w.matrix(r, r, d))
    _ = found.shape  # SymPy raises an error here if the matrix is explicit
    return found


tell(
    DiagonalOf,
    text="diag",
    shape=_shape,
    normal=diagonal,
    entries=Entries(lambda _, __, A: Grid.of(min(A.shape), 1, lambda i, _: A[i, i])),
    arrays=lambda on, node: on.np.diagonal(on.value(node.args[0]), axis1=2, axis2=3)[..., None],
    code="diagonal_of",
    example=Example(_example, "column"),
    is_linear=True,
    is_holomorphic=True,
)
