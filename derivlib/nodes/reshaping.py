"""Column stacking and its inverse."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Tuple, expand

from derivlib.errors import InputError, ShapeError
from derivlib.nodes.arguments import as_operand, as_shape
from derivlib.nodes.node import Node

__all__ = ["Unvec", "Vec", "unvec", "vec"]


class Vec(Node):
    """The columns of a matrix stacked into one column."""

    is_commutative = False

    @property
    def arg(self) -> Expr:
        """The matrix that is stacked."""
        return self.args[0]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.args[0].shape
        return rows * cols, Integer(1)


class Unvec(Node):
    """The matrix of a given shape whose stacked columns are a given column."""

    is_commutative = False

    def __new__(cls, column: Expr, shape: Any) -> Unvec:
        return super().__new__(cls, column, Tuple(*shape))

    @property
    def arg(self) -> Expr:
        """The column that is laid out."""
        return self.args[0]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return tuple(self.args[1])  # type: ignore[return-value]


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
    matrix = as_operand(matrix, "vec")
    if not getattr(matrix, "is_Matrix", False):
        raise InputError(f"vec takes a matrix, not the scalar {matrix}")
    return Vec(matrix)


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
    if expand(column.shape[0] - rows * cols) != 0 or column.shape[1] != 1:
        raise ShapeError(
            f"unvec cannot lay out {column} as {rows}×{cols}: it is "
            f"{column.shape[0]}×{column.shape[1]}, not {rows * cols}×1"
        )
    return Unvec(column, (rows, cols))
