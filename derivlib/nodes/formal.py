"""Derivatives that are named and not carried out: ∂L/∂S."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from derivlib.nodes.arguments import as_operand
from derivlib.nodes.node import Node
from derivlib.nodes.structured import BasisMatrix
from derivlib.nodes.undefined_functions import numel

__all__ = [
    "FormalDerivative",
    "FormalGradient",
    "FormalHessian",
    "FormalJacobian",
    "FormalNode",
    "FormalRate",
    "Restricted",
    "formal",
]


class FormalNode:
    """What the kinds share: a numerator and a denominator."""

    args: tuple[Any, ...]

    def _eval_is_commutative(self) -> bool:
        return not any(part.is_Matrix for part in self.args)

    @property
    def numerator(self) -> Expr:
        """What is differentiated."""
        return self.args[0]  # type: ignore[no-any-return]

    @property
    def denominator(self) -> Expr:
        """With respect to what."""
        return self.args[1]  # type: ignore[no-any-return]


class FormalDerivative(FormalNode, Expr):  # type: ignore[misc]
    """∂y/∂x, written and not carried out, where it has no shape of its own."""

    def __new__(cls, numerator: Expr, denominator: Expr) -> FormalDerivative:
        return super().__new__(cls, numerator, denominator)


class FormalGradient(FormalNode, Node):
    """∂L/∂S for a scalar L and a matrix S, a matrix of the shape of S."""

    def __new__(cls, numerator: Expr, denominator: Expr) -> FormalGradient:
        return super().__new__(cls, numerator, denominator)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.denominator.shape  # type: ignore[no-any-return]


class FormalJacobian(FormalNode, Node):
    """∂vec F/∂(vec N)ᵀ, named and not carried out: numel F × numel N."""

    def __new__(cls, numerator: Expr, denominator: Expr) -> FormalJacobian:
        return super().__new__(cls, numerator, denominator)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return numel(self.numerator), numel(self.denominator)


class FormalHessian(FormalNode, Node):
    """∂²L/∂vec X ∂(vec X)ᵀ for a scalar L: numel X × numel X."""

    def __new__(cls, numerator: Expr, denominator: Expr) -> FormalHessian:
        return super().__new__(cls, numerator, denominator)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return numel(self.denominator), numel(self.denominator)


class Restricted(Node):
    """A derivative by the free entries of a structured variable, named and not carried out."""

    is_commutative = False

    def __new__(cls, derivative: Expr, variable: Expr, basis: BasisMatrix) -> Restricted:
        return super().__new__(cls, derivative, variable, basis)

    @property
    def derivative(self) -> Expr:
        """∂L/∂X, or ∂vec F/∂θᵀ."""
        return self.args[0]

    @property
    def variable(self) -> Expr:
        """The structured variable X."""
        return self.args[1]

    @property
    def basis(self) -> BasisMatrix:
        """The B of vec(X) = B θ."""
        return self.args[2]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.derivative.shape  # type: ignore[no-any-return]


class FormalRate(FormalNode, Node):
    """∂N/∂t for a matrix N and a scalar t, named and not carried out: the shape of N."""

    def __new__(cls, numerator: Expr, denominator: Expr) -> FormalRate:
        return super().__new__(cls, numerator, denominator)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.numerator.shape  # type: ignore[no-any-return]


def formal(numerator: Expr, denominator: Expr) -> Expr:
    """Write a derivative that is not carried out: ∂L/∂S.

    ```pycon
    >>> from sympy import MatrixSymbol, Symbol
    >>> L, S, N = Symbol("L"), MatrixSymbol("S", 4, 2), MatrixSymbol("N", 4, 2)
    >>> formal(L, S).shape
    (4, 2)
    >>> formal(S, N).is_Matrix
    False

    ```

    :param numerator: what is differentiated.
    :param denominator: with respect to what.
    :returns: a matrix of the shape of `denominator` if `numerator` is a scalar and
        `denominator` a matrix; otherwise a node without a shape.
    :raises InputError: if one of them is not an expression.
    """
    numerator, denominator = as_operand(numerator, "formal"), as_operand(denominator, "formal")
    is_gradient = denominator.is_Matrix and not numerator.is_Matrix
    return (FormalGradient if is_gradient else FormalDerivative)(numerator, denominator)
