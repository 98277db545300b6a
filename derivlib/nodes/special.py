"""Matrices of a stated shape that SymPy has no node for."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Tuple

from derivlib.nodes.arguments import as_operand, as_size
from derivlib.nodes.node import Node

__all__ = ["Commutation", "SingleEntry"]


class SingleEntry(Node):
    """The single-entry matrix Jⁱʲ: a one at (i, j), counted from 0, and zeros elsewhere.

    ```pycon
    >>> SingleEntry((3, 2), 0, 1).shape
    (3, 2)

    ```

    :param shape: rows and columns.
    :param i: the row of the one, from 0.
    :param j: the column of the one, from 0.
    """

    is_commutative = False

    def __new__(cls, shape: Any, i: Any, j: Any) -> SingleEntry:
        row, col = as_operand(i, "SingleEntry"), as_operand(j, "SingleEntry")
        return super().__new__(cls, Tuple(*shape), row, col)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return tuple(self.args[0])  # type: ignore[return-value]

    @property
    def position(self) -> tuple[Expr, Expr]:
        """Row and column of the one, counted from 0."""
        return self.args[1], self.args[2]


class Commutation(Node):
    """The commutation matrix K_mn: K_mn vec(A) = vec(Aᵀ) for every m×n matrix A.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import explicit, vec
    >>> A = MatrixSymbol("A", 3, 2)
    >>> explicit(Commutation(3, 2) * vec(A)) == explicit(vec(A.T))
    True

    ```

    Source: Magnus & Neudecker (2019), chapter 3, section 7.

    :param rows: the rows m of the matrices it is applied to.
    :param cols: their columns n.
    """

    is_commutative = False

    def __new__(cls, rows: Any, cols: Any) -> Commutation:
        return super().__new__(cls, as_size(rows, "Commutation"), as_size(cols, "Commutation"))

    @property
    def of_shape(self) -> tuple[Expr, Expr]:
        """The shape of the matrices whose vec it turns into that of their transpose."""
        return self.args[0], self.args[1]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        size = self.args[0] * self.args[1]
        return size, size
