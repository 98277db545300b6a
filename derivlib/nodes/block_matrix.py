"""BlockMatrix and BlockDiagMatrix, SymPy's matrices of blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Basic, BlockDiagMatrix, BlockMatrix, Expr, MatrixSymbol, S

from derivlib.errors import InputError, ShapeError
from derivlib.expressions.construction import block_diagonal, blocks
from derivlib.expressions.facets import PRINTED, Absent, Entries, Example, tell
from derivlib.expressions.shapes import same_size, shown_shape, stated
from derivlib.nodes.grid import Grid, same_shape
from derivlib.nodes.node import as_matrix_operand


def vstack(matrices: Iterable[Any]) -> Expr:
    """Stack matrices one below the other (NumPy's name); SymPy's BlockMatrix.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, norm
    >>> n, m, k = symbols("n m k", integer=True, positive=True)
    >>> X, Y = MatrixSymbol("X", n, m), MatrixSymbol("Y", k, m)
    >>> stacked = vstack([X, Y])
    >>> print(stacked.shape)
    (k + n, m)
    >>> print(derive(norm(stacked)**2, X))
    ∂L/∂X = 2*X

    ```

    :param matrices: matrix expressions with equally many columns.
    :returns: a matrix with the rows of all of them.
    :raises InputError: if one of them is not a matrix, or there is none.
    :raises ShapeError: if they have different numbers of columns.
    """
    return _stacked(matrices, 0, "vstack")


def hstack(matrices: Iterable[Any]) -> Expr:
    """Put matrices side by side (NumPy's name); SymPy's BlockMatrix.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, norm
    >>> n, m, k = symbols("n m k", integer=True, positive=True)
    >>> X, Y = MatrixSymbol("X", n, m), MatrixSymbol("Y", n, k)
    >>> print(hstack([X, Y]).shape)
    (n, k + m)

    ```

    :param matrices: matrix expressions with equally many rows.
    :returns: a matrix with the columns of all of them.
    :raises InputError: if one of them is not a matrix, or there is none.
    :raises ShapeError: if they have different numbers of rows.
    """
    return _stacked(matrices, 1, "hstack")


def _stacked(matrices: Any, axis: int, what: str) -> Expr:
    if isinstance(matrices, (str, Basic)) or not isinstance(matrices, Iterable):
        raise InputError(f"{what} takes a list of matrices, as in {what}([A, B])")
    parts = [as_matrix_operand(matrix, what) for matrix in matrices]
    if not parts:
        raise InputError(f"{what} needs at least one matrix")
    for part in parts[1:]:
        if not same_size(S(parts[0].shape[1 - axis]), S(part.shape[1 - axis])):
            lines = ("columns", "rows")[axis]
            raise ShapeError(
                f"{what} needs matrices with equally many {lines}, but {parts[0]} is "
                f"{shown_shape(parts[0].shape)} and {part} is {shown_shape(part.shape)}"
            )
    return blocks([parts] if axis else [[part] for part in parts])


def _entries(_: Any, node: Any, *values: Grid) -> Grid:
    rows, cols = node.blockshape
    laid_out = Grid(rows, cols, values)
    lines: list[tuple[Any, ...]] = []
    for k in range(rows):
        height = same_shape(Grid(b.rows, 1, ()) for b in laid_out.row(k))[0]
        lines += [sum((block.row(i) for block in laid_out.row(k)), ()) for i in range(height)]
    if len({len(line) for line in lines}) != 1:
        raise ShapeError("the rows of blocks have different widths")
    return Grid(len(lines), len(lines[0]), sum(lines, ()))


def _with_parts(node: Any, parts: Any) -> Any:
    width = node.blocks.cols
    return blocks([parts[i : i + width] for i in range(0, len(parts), width)])


def _example(w: Any, r: Any, c: Any, d: int) -> Any:
    """Left or right part of a matrix of blocks side by side."""
    second = w.dimension()
    row = BlockMatrix([[w.matrix(r, c, d), w.matrix(r, second, d)]])
    width = w.size(c) + w.size(second)
    return row * MatrixSymbol(f"J_{''.join(c) or 1}{''.join(second) or 1}", width, w.size(c))


tell(
    BlockMatrix,
    **PRINTED,
    shape=stated,
    normal=BlockMatrix,
    entries=Entries(_entries, lambda node: node.blocks.flat()),
    arrays=lambda on, node: on.blocks(node.blocks.tolist()),
    code="blocks",
    example=Example(_example),
    parts=lambda node: tuple(node.blocks),
    with_parts=_with_parts,
    is_holomorphic=True,
)


def _diagonal_on_arrays(on: Any, node: Any) -> Any:
    parts = on.all_of(node.args)
    rows, cols = (sum(part.shape[axis] for part in parts) for axis in (2, 3))
    whole = on.number(on.np.zeros((rows, cols)))
    i = j = 0
    for part in parts:
        whole[:, :, i : i + part.shape[2], j : j + part.shape[3]] = part
        i, j = i + part.shape[2], j + part.shape[3]
    return whole


tell(
    BlockDiagMatrix,
    **PRINTED,
    shape=stated,
    normal=BlockDiagMatrix,
    entries=Entries(_entries, lambda node: node.blocks),
    arrays=_diagonal_on_arrays,
    code="blocks",
    example=Absent("a matrix of blocks with zeros, which is written at random"),
    with_parts=lambda _, parts: block_diagonal(parts),
    is_holomorphic=True,
)
