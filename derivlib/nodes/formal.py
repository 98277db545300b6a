"""Derivatives that are named and not carried out: ∂L/∂S."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from derivlib.expressions.facets import Absent, tell
from derivlib.expressions.shapes import stated
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.basis_matrix import BasisMatrix
from derivlib.nodes.matrix_function import numel
from derivlib.nodes.node import Node, ScalarNode


class FormalNode:
    """What the kinds share: a numerator and a denominator."""

    args: tuple[Any, ...]

    def __new__(cls, numerator: Expr, denominator: Expr) -> Any:
        return super().__new__(cls, numerator, denominator)  # type: ignore[call-arg]

    @property
    def numerator(self) -> Expr:
        """What is differentiated."""
        return self.args[0]

    @property
    def denominator(self) -> Expr:
        """With respect to what."""
        return self.args[1]


class FormalDerivative(FormalNode, ScalarNode):
    """∂y/∂x, written and not carried out, where it has no shape of its own."""


class FormalGradient(FormalNode, Node):
    """∂L/∂S for a scalar L and a matrix S, a matrix of the shape of S."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.denominator.shape


class FormalJacobian(FormalNode, Node):
    """∂vec F/∂(vec N)ᵀ, named and not carried out: numel F × numel N."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return numel(self.numerator), numel(self.denominator)


class FormalHessian(FormalNode, Node):
    """∂²L/∂vec X ∂(vec X)ᵀ for a scalar L: numel X × numel X."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return numel(self.denominator), numel(self.denominator)


class MixedHessian(FormalNode, Node):
    """∂²L/∂vec A ∂(vec B)ᵀ for a scalar L and two variables of one size: numel A × numel B."""

    def __new__(cls, numerator: Expr, denominator: Expr, second: Expr) -> MixedHessian:
        return Node.__new__(cls, numerator, denominator, second)

    @property
    def second(self) -> Expr:
        """With respect to what the columns are."""
        return self.args[2]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return numel(self.denominator), numel(self.second)


class Restricted(Node):
    """A derivative by the free entries of a structured variable, named and not carried out."""

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


class FormalRate(FormalNode, Node):
    """∂N/∂t for a matrix N and a scalar t, named and not carried out: the shape of N."""


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


# --- facets ------------------------------------------------------------------------------


def _fraction_text(p: Any, node: Any) -> str:
    return f"∂{p._print(node.numerator)}/∂{p._print(node.denominator)}"


def _fraction_tex(p: Any, node: Any) -> str:
    return rf"\frac{{\partial {p._print(node.numerator)}}}{{\partial {p._print(node.denominator)}}}"


def _jacobian_tex(p: Any, node: FormalJacobian) -> str:
    above, below = p.stacked(node.numerator), p.stacked_row(node.denominator)
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def _by_which(node: Any) -> tuple[Expr, Expr]:
    """The variables that the rows and the columns belong to."""
    return node.denominator, getattr(node, "second", node.denominator)


def _hessian_text(p: Any, node: FormalHessian | MixedHessian) -> str:
    above, (rows, columns) = p._print(node.numerator), _by_which(node)
    if not rows.is_Matrix and rows == columns:
        return f"∂²{above}/∂{p.atom(rows)}²"
    return f"∂²{above}/∂{p.stacked(rows)}∂{p.stacked_row(columns)}"


def _hessian_tex(p: Any, node: FormalHessian | MixedHessian) -> str:
    above, (rows, columns) = p._print(node.numerator), _by_which(node)
    if not rows.is_Matrix and rows == columns:
        return rf"\frac{{\partial^2 {above}}}{{\partial {p.atom(rows)}^2}}"
    below = rf"\partial {p.stacked(rows)} \, \partial {p.stacked_row(columns)}"
    return rf"\frac{{\partial^2 {above}}}{{{below}}}"


def _restricted_text(p: Any, node: Restricted) -> str:
    structure = node.basis.structure.replace("toeplitz", "Toeplitz")
    return f"{p._print(node.derivative)} ({p._print(node.variable)} {structure})"


def _restricted_tex(p: Any, node: Restricted) -> str:
    derivative, variable = p._print(node.derivative), p._print(node.variable)
    if node.derivative.denominator == node.variable:
        structure = node.basis.structure.replace("toeplitz", "Toeplitz")
        place = rf"{variable}\ {p.upright(structure)}"
    else:
        place = rf"{p.stacked(node.variable)} = {p._print(node.basis)} \theta"
    return rf"\left.{derivative}\right|_{{{place}}}"


def _tell(kind: type, text: Any, tex: Any) -> None:
    absent = Absent("a derivative that is not carried out: its value is what it is defined as")
    tell(
        kind,
        text=text,
        tex=tex,
        shape=stated,
        normal=kind,
        entries=absent,
        arrays=absent,
        code=absent,
        example=absent,
    )


for _kind in (FormalDerivative, FormalGradient, FormalRate):
    _tell(_kind, _fraction_text, _fraction_tex)
_tell(
    FormalJacobian,
    lambda p, node: f"∂{p.stacked(node.numerator)}/∂{p.stacked_row(node.denominator)}",
    _jacobian_tex,
)
_tell(FormalHessian, _hessian_text, _hessian_tex)
_tell(MixedHessian, _hessian_text, _hessian_tex)
_tell(Restricted, _restricted_text, _restricted_tex)
