"""What the matrix nodes of the vocabulary share."""

from __future__ import annotations

from typing import Any

from sympy import Expr, MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

__all__ = ["Node"]


class Node(MatrixExpr):  # type: ignore[misc]
    """A matrix whose entries are not worked out when one of them is asked for."""

    is_commutative = False

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)
