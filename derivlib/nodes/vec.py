"""vec(A), the columns of a matrix stacked into one column, and unvec(c, shape), its inverse."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, OneMatrix, Tuple, ZeroMatrix

from derivlib.errors import InputError, ShapeError
from derivlib.expressions.construction import is_one, mul, split_coefficient, transpose
from derivlib.expressions.facets import Entries, Example, first_argument, tell
from derivlib.expressions.shapes import same_size, stated
from derivlib.nodes.arguments import as_operand, as_shape
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node, as_matrix_operand


class Vec(Node):
    """The columns of a matrix stacked into one column."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.args[0].shape
        return rows * cols, Integer(1)


class Unvec(Node):
    """The matrix of a given shape whose stacked columns are a given column."""

    def __new__(cls, column: Expr, shape: Any) -> Unvec:
        return super().__new__(cls, column, Tuple(*shape))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return tuple(self.args[1])


def vec(matrix: Any) -> Expr:
    """Stack the columns of a matrix (Magnus & Neudecker's vec).

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, explicit
    >>> vec(MatrixSymbol("X", 4, 3)).shape
    (12, 1)
    >>> explicit(vec(MatrixSymbol("X", 2, 2))).T
    Matrix([[X[0, 0], X[1, 0], X[0, 1], X[1, 1]]])
    >>> A, X = MatrixSymbol("A", 2, 3), MatrixSymbol("X", 3, 2)
    >>> jacobian = derive(vec(A * X), X)
    >>> explicit(jacobian.result) == jacobian.elementwise()
    True

    ```

    Source: Magnus & Neudecker (2019), chapter 2, the vec operator.

    :param matrix: a matrix expression.
    :returns: a column with as many rows as `matrix` has entries.
    :raises InputError: if `matrix` is not a matrix.
    """
    return Vec(as_matrix_operand(matrix, "vec"))


def unvec(column: Any, shape: tuple[Any, Any]) -> Expr:
    """Lay out a stacked column again, the inverse of :func:`vec` for a known shape.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import explicit
    >>> X, c = MatrixSymbol("X", 4, 3), MatrixSymbol("c", 12, 1)
    >>> explicit(unvec(c, (4, 3)))[1, 2]
    c[9, 0]
    >>> explicit(unvec(vec(X), (4, 3))) == explicit(X)
    True

    ```

    :param column: a column of rows × cols entries.
    :param shape: rows and columns of the result.
    :returns: a matrix of that shape.
    :raises InputError: if `column` is not a matrix, or `shape` not a pair.
    :raises ShapeError: if `column` is not a column of that many entries.
    """
    column = as_operand(column, "unvec")
    rows, cols = as_shape(shape, "unvec")
    if not getattr(column, "is_Matrix", False):
        raise InputError(f"unvec takes a column, not the scalar {column}")
    if not same_size(column.shape[0], rows * cols) or column.shape[1] != 1:
        raise ShapeError(
            f"unvec cannot lay out {column} as {rows}×{cols}: it is "
            f"{column.shape[0]}×{column.shape[1]}, not {rows * cols}×1"
        )
    return Unvec(column, (rows, cols))


def stacked(matrix: Expr) -> Expr:
    """Stack the columns of a matrix; a column stays itself, a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    rows, cols = matrix.shape
    if isinstance(matrix, Unvec):
        return mul(coefficient, matrix.arg)
    if isinstance(matrix, (ZeroMatrix, OneMatrix)):
        return mul(coefficient, type(matrix)(rows * cols, 1))
    if is_one(cols):
        return mul(coefficient, matrix)
    if is_one(rows):
        return mul(coefficient, transpose(matrix))
    return mul(coefficient, Vec(matrix))


def laid_out(column: Expr, shape: Any) -> Expr:
    """Lay a stacked column out as a matrix of a given shape."""
    coefficient, column = split_coefficient(column)
    rows, cols = shape
    if isinstance(column, Vec) and all(map(same_size, column.arg.shape, shape)):
        return mul(coefficient, column.arg)
    if isinstance(column, (ZeroMatrix, OneMatrix)):
        return mul(coefficient, type(column)(rows, cols))
    if is_one(cols):
        return mul(coefficient, column)
    if is_one(rows):
        return mul(coefficient, transpose(column))
    return mul(coefficient, Unvec(column, shape))


def _unvec_entries(calc: Any, node: Unvec, column: Grid) -> Grid:
    rows, cols = calc.shape(node)
    if column.shape != (rows * cols, 1):
        raise ShapeError(
            f"a {column.rows}×{column.cols} matrix cannot be laid out as {rows}×{cols}"
        )
    return Grid(cols, rows, column.entries).transpose()


def _unvec_text(p: Any, node: Unvec) -> str:
    rows, cols = map(p._print, node.shape)
    return f"unvec[{rows}×{cols}]({p._print(node.arg)})"


def _unvec_tex(p: Any, node: Unvec) -> str:
    rows, cols = (p._print(size) for size in node.shape)
    return p.call(rf"\operatorname{{vec}}^{{-1}}_{{{rows} \times {cols}}}", node.arg)


def _unvec_example(w: Any, r: Any, c: Any, d: int) -> Any:
    """A matrix laid out anew: from the same shape, the transposed one, or a column."""
    whole = tuple(sorted(r + c))
    column = vec(w.matrix(*w.pick([(r, c), (c, r), (whole, ())]), d))
    if w.flip() and len(whole) < 3:
        column = w.symbol("K", whole, whole) * column
    return unvec(column, (w.size(r), w.size(c)))


def _on_arrays(on: Any, node: Vec) -> Any:
    value = on.value(node.arg)
    return on.laid_out(value, (value.shape[2] * value.shape[3], 1))


def _example(w: Any, r: Any, _: Any, d: int) -> Any:
    i = w.below(len(r) + 1)
    return vec(w.matrix(r[:i], r[i:], d))


tell(
    Vec,
    text="vec",
    shape=stated,
    normal=stacked,
    entries=Entries(lambda _, __, A: Grid(A.rows * A.cols, 1, tuple(A.stacked()))),
    arrays=_on_arrays,
    code="vec",
    numpy=lambda p, node: (
        f"{p._module_format(p._module + '.reshape')}({p._print(node.arg)}, (-1, 1), order='F')"
    ),
    example=Example(_example, "column"),
    is_linear=True,
    is_holomorphic=True,
)

tell(
    Unvec,
    text=_unvec_text,
    tex=_unvec_tex,
    shape=stated,
    normal=laid_out,
    entries=Entries(_unvec_entries),
    arrays=lambda on, node: on.laid_out(on.value(node.arg), on.shape(node)),
    code="unvec",
    numpy=lambda p, node: (
        f"{p._module_format(p._module + '.reshape')}({p._print(node.arg)}, "
        f"({p._print(node.shape[0])}, {p._print(node.shape[1])}), order='F')"
    ),
    example=Example(_unvec_example),
    parts=first_argument,
    sizes=lambda node: node.shape,
    is_linear=True,
    is_holomorphic=True,
)
