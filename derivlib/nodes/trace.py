"""Trace(A), SymPy's trace of a square matrix."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Identity, KroneckerProduct, S, Trace, Transpose, ZeroMatrix
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.construction import split_coefficient
from derivlib.expressions.facets import Entries, Example, facet, tell
from derivlib.expressions.guarded import scalar_product
from derivlib.expressions.shapes import scalar_of_square
from derivlib.expressions.text import is_entry
from derivlib.nodes.grid import square_grid


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
    if isinstance(matrix, Transpose):
        matrix = matrix.args[0]
    traced = facet(type(matrix), "trace")
    if traced is not None:
        return coefficient * traced(matrix)
    return coefficient * Basic.__new__(Trace, matrix)


def _entries(calc: Any, _: Any, A: Any) -> Any:
    square_grid(A, "trace")
    return calc.ring.total([A[i, i] for i in range(A.rows)])


def _text(p: Any, node: Trace) -> str:
    """The entry of a 1×1 matrix is the matrix in parentheses."""
    return f"({p._print(node.arg)})" if is_entry(node) else p.call("tr", node.arg)


def _tex(p: Any, node: Trace) -> str:
    if is_entry(node):
        return p.parenthesized(p._print(node.arg))
    return p.call(r"\operatorname{tr}", node.arg)


tell(
    Trace,
    text=_text,
    tex=_tex,
    shape=scalar_of_square,
    normal=trace,
    entries=Entries(_entries),
    arrays=lambda on, node: on.np.trace(on.value(node.arg), axis1=2, axis2=3)[..., None, None],
    code="trace",
    example=Example(lambda w, d: Trace(w.matrix(*2 * (w.square(),), d)), "scalar", weight=3),
    is_linear=True,
)
