"""X[i, j], SymPy's entry of a matrix, counted from 0."""

from __future__ import annotations

from typing import Any

from sympy import Expr, OneMatrix, S, Transpose, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.errors import ShapeError, UnsupportedError
from derivlib.expressions.construction import split_coefficient
from derivlib.expressions.facets import (
    PRINTED,
    Entries,
    Example,
    Shape,
    first_argument,
    tell,
)
from derivlib.expressions.shapes import Parts, shown_shape
from derivlib.expressions.text import text
from derivlib.expressions.traversal import rebuild
from derivlib.nodes.grid import Grid


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


def _shape(expr: Any, parts: Parts) -> Shape:
    """Refuse an index that no entry has; SymPy refuses one that is too large."""
    part, shape = parts[0]
    for index in expr.args[1:]:
        if not index.is_number and index.is_integer is not False:
            continue
        if not index.is_Integer:
            raise ShapeError(
                f"{text(part)} has no entry ({', '.join(map(str, expr.args[1:]))}): indices are "
                "integers, counted from 0"
            )
        if index.is_negative:
            raise ShapeError(
                f"{text(part)} is {shown_shape(shape)} and has no entry "
                f"({', '.join(map(str, expr.args[1:]))}); indices are counted from 0"
            )
    return None


def _entries(calc: Any, node: Any, A: Grid) -> Any:
    try:
        i, j = map(calc.size, node.args[1:])
    except ShapeError as error:
        raise UnsupportedError(f"an entry needs whole numbers as its indices: {error}") from None
    if not (0 <= i < A.rows and 0 <= j < A.cols):
        raise ShapeError(f"entry [{i}, {j}], counted from 0, of a {A.rows}×{A.cols} matrix")
    return A[i, j]


def _on_arrays(on: Any, node: Any) -> Any:
    i, j = map(on.size, node.args[1:])
    return on.value(node.args[0])[:, :, i : i + 1, j : j + 1]


def _example(w: Any, d: int) -> Any:
    r, c = w.square(), w.square()
    i, j = (w.below(w.sizes[s[0]]) if s else 0 for s in (r, c))
    return MatrixElement(w.matrix(r, c, d), i, j)


tell(
    MatrixElement,
    **PRINTED,
    shape=_shape,
    normal=entry,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code="entry",
    example=Example(_example, "scalar"),
    parts=first_argument,
    with_parts=lambda node, parts: rebuild(node, (*parts, *node.args[1:])),
    indices=lambda node: node.args[1:],
    is_holomorphic=True,
)
