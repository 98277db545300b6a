"""Scalars made of all entries of a matrix, for which SymPy has no word."""

from __future__ import annotations

from typing import Any

from sympy import Expr, sympify

from derivlib.errors import InputError

__all__ = ["SumEntries", "sum_entries"]


class SumEntries(Expr):
    """The sum of all entries of a matrix, 1ᵀ A 1."""

    is_commutative = True

    def __new__(cls, matrix: Expr) -> SumEntries:
        return super().__new__(cls, matrix)

    @property
    def arg(self) -> Expr:
        """The matrix whose entries are summed."""
        return self.args[0]


def sum_entries(matrix: Any) -> Expr:
    """Sum all entries of a matrix.

    ```pycon
    >>> from sympy import MatrixSymbol, OneMatrix
    >>> from derivlib import derive
    >>> X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 4, 3)
    >>> derive(sum_entries(A*X), X).result == A.T*OneMatrix(4, 2)
    True

    ```

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :returns: a scalar expression.
    :raises InputError: if `matrix` is not a matrix.
    """
    matrix = sympify(matrix)
    if not getattr(matrix, "is_Matrix", False):
        raise InputError(f"sum_entries takes a matrix, not the scalar {matrix}")
    return SumEntries(matrix)
