"""Differentials and the linear forms from which derivatives are read off.

``d(U)`` stands for the differential of ``U``. ``Inner(G, E)`` is the Frobenius inner
product tr(Gᵀ E), from which a gradient is read; ``OnVec(J, E)`` is J vec(E), from which a
Jacobian is read.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, MatrixExpr, S

from derivlib.nodes.arguments import as_operand
from derivlib.nodes.node import Node

__all__ = [
    "DifferentialNode",
    "Inner",
    "LinearForm",
    "MatrixDifferential",
    "OnVec",
    "ScalarDifferential",
    "d",
]


class DifferentialNode:
    """What the two kinds of differential share: the expression they are taken of."""

    args: tuple[Any, ...]

    @property
    def of(self) -> Expr:
        """The expression under the d."""
        expr: Expr = self.args[0]
        return expr


class MatrixDifferential(DifferentialNode, Node):
    """The differential of a matrix expression, of the same shape."""

    is_commutative = False

    def __new__(cls, expr: MatrixExpr) -> MatrixDifferential:
        return super().__new__(cls, expr)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape  # type: ignore[no-any-return]


class ScalarDifferential(DifferentialNode, Expr):  # type: ignore[misc]
    """The differential of a scalar expression."""

    is_commutative = True

    def __new__(cls, expr: Expr) -> ScalarDifferential:
        return super().__new__(cls, expr)


def d(expr: Expr) -> Expr:
    """Write the differential of an expression, without expanding it.

    ```pycon
    >>> from sympy import MatrixSymbol, Symbol
    >>> d(MatrixSymbol("X", 3, 2)).shape
    (3, 2)
    >>> d(Symbol("t")).is_Matrix
    False

    ```

    :param expr: a scalar or a matrix expression.
    :returns: a node of the same shape as `expr`.
    :raises InputError: if it is not an expression.
    """
    expr = as_operand(expr, "d")
    return MatrixDifferential(expr) if expr.is_Matrix else ScalarDifferential(expr)


class LinearForm:
    """What the linear forms share: a coefficient, and what it is applied to."""

    args: tuple[Any, ...]

    @property
    def coefficient(self) -> Expr:
        """The G of tr(Gᵀ E), the J of J vec(E)."""
        return self.args[0]  # type: ignore[no-any-return]

    @property
    def moving(self) -> Expr:
        """The E of tr(Gᵀ E) or J vec(E)."""
        return self.args[1]  # type: ignore[no-any-return]


class Inner(LinearForm, Expr):  # type: ignore[misc]
    """The Frobenius inner product of two matrices of one shape, or of two scalars.

    For matrices it is tr(Gᵀ E), the sum of the products of corresponding entries;
    for scalars it is the product.
    """

    is_commutative = True

    def __new__(cls, left: Expr, right: Expr) -> Inner:
        return super().__new__(cls, left, right)

    def doit(self, **hints: Any) -> Expr:
        """Write the inner product with SymPy's own trace, or as a product of scalars."""
        from sympy import Trace

        left, right = self.args
        if not left.is_Matrix:
            return left * right
        if left.is_Identity is True:
            return Trace(right)
        return Trace(left.T * right) if left is not S.Zero else S.Zero


class OnVec(LinearForm, Node):
    """J vec(E): a matrix J applied to the stacked columns of E, or to a scalar E."""

    is_commutative = False

    def __new__(cls, left: Expr, right: Expr) -> OnVec:
        return super().__new__(cls, left, right)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape[0], Integer(1)

    def doit(self, **hints: Any) -> Expr:
        """Write the product with the node for vec, or as a scaled column."""
        from derivlib.nodes.reshaping import Vec

        left, right = self.args
        return left * Vec(right) if right.is_Matrix else right * left
