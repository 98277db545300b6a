"""Scalars made of a whole matrix, for which SymPy has no word."""

from __future__ import annotations

from typing import Any

from sympy import Expr, expand

from derivlib.errors import InputError, ShapeError
from derivlib.nodes.arguments import as_operand

__all__ = ["LogDet", "Norm", "SumEntries", "logdet", "norm", "sum_entries"]


class _Reduction(Expr):
    """A scalar made of a matrix."""

    is_commutative = True

    def __new__(cls, matrix: Expr) -> _Reduction:
        return super().__new__(cls, matrix)

    @property
    def arg(self) -> Expr:
        """The matrix."""
        return self.args[0]


class SumEntries(_Reduction):
    """The sum of all entries of a matrix, 1ᵀ A 1."""

    is_commutative = True


class Norm(_Reduction):
    """The Frobenius norm of a matrix, the Euclidean norm of a vector."""

    is_commutative = True


class LogDet(_Reduction):
    """The logarithm of the determinant of a square matrix, where that is positive."""

    is_commutative = True


def _matrix(value: Any, what: str) -> Expr:
    matrix = as_operand(value, what)
    if not getattr(matrix, "is_Matrix", False):
        raise InputError(f"{what} takes a matrix, not the scalar {matrix}")
    return matrix


def sum_entries(matrix: Any) -> Expr:
    """Sum all entries of a matrix.

    ```pycon
    >>> from sympy import MatrixSymbol, OneMatrix
    >>> from derivlib import derive, explicit
    >>> X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 4, 3)
    >>> gradient = derive(sum_entries(A*X), X)
    >>> gradient.result == A.T*OneMatrix(4, 2)
    True
    >>> explicit(gradient.result) == gradient.elementwise()
    True

    ```

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :returns: a scalar expression.
    :raises InputError: if `matrix` is not a matrix.
    """
    return SumEntries(_matrix(matrix, "sum_entries"))


def norm(matrix: Any) -> Expr:
    """The Frobenius norm of a matrix, the square root of the sum of its squared entries.

    For a vector it is the Euclidean norm.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive
    >>> x, a = MatrixSymbol("x", 3, 1), MatrixSymbol("a", 3, 1)
    >>> gradient = derive(norm(x - a), x)
    >>> print(gradient)
    ∂L/∂x = 1/norm(x - a)*(x - a)
    >>> gradient.verify().entries
    3

    ```

    Source: Petersen & Pedersen (2012), eq. (129), for the gradient.

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :returns: a scalar expression; it is differentiable where the matrix is not zero.
    :raises InputError: if `matrix` is not a matrix.
    """
    return Norm(_matrix(matrix, "norm"))


def logdet(matrix: Any) -> Expr:
    """The logarithm of the determinant of a square matrix.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive
    >>> X = MatrixSymbol("X", 3, 3)
    >>> gradient = derive(logdet(X), X)
    >>> print(gradient)
    ∂L/∂X = X⁻ᵀ
    >>> gradient.verify().entries
    9

    ```

    Source: Petersen & Pedersen (2012), eq. (43), for the differential.

    :param matrix: a square matrix expression, of positive determinant.
    :returns: a scalar expression.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    matrix = _matrix(matrix, "logdet")
    rows, cols = matrix.shape
    if expand(rows - cols) != 0:
        raise ShapeError(f"logdet takes a square matrix, but {matrix} is {rows}×{cols}")
    return LogDet(matrix)
