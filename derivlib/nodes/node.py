"""What the nodes of ours share."""

from __future__ import annotations

from typing import Any

from sympy import Expr, MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.errors import InputError, ShapeError
from derivlib.expressions.shapes import same_size
from derivlib.nodes.arguments import as_operand


class Node(MatrixExpr):  # type: ignore[misc]
    """A matrix made of others."""

    is_commutative = False

    @property
    def arg(self) -> Expr:
        """What it is made of."""
        return self.args[0]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape  # type: ignore[no-any-return]

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)


class ScalarNode(Expr):  # type: ignore[misc]
    """A scalar made of a matrix."""

    is_commutative = True

    def __new__(cls, matrix: Expr) -> ScalarNode:
        return super().__new__(cls, matrix)

    @property
    def arg(self) -> Expr:
        """The matrix."""
        return self.args[0]


def as_matrix_operand(value: Any, what: str) -> Expr:
    """Take a value as a matrix.

    :raises InputError: if it is something else.
    """
    matrix = as_operand(value, what)
    if not getattr(matrix, "is_Matrix", False):
        raise InputError(f"{what} takes a matrix, not the scalar {matrix}")
    return matrix


def as_square_operand(value: Any, what: str) -> Expr:
    """Take a value as a square matrix.

    :raises InputError: if it is not a matrix.
    :raises ShapeError: if it is not square.
    """
    matrix = as_matrix_operand(value, what)
    rows, cols = matrix.shape
    if not same_size(rows, cols):
        raise ShapeError(f"{what} takes a square matrix, but {matrix} is {rows}×{cols}")
    return matrix


def as_vector_operand(value: Any, what: str) -> Expr:
    """Take a value as a column or a row.

    :raises InputError: if it is not a matrix.
    :raises ShapeError: if it is neither.
    """
    vector = as_matrix_operand(value, what)
    if 1 not in vector.shape:
        rows, cols = vector.shape
        raise ShapeError(f"{what} takes a vector, but {vector} is {rows}×{cols}")
    return vector
