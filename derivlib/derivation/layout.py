"""The layout rule of the contract: which derivative a numerator and a denominator have."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Literal, get_args

from sympy import Expr, Identity, MatrixSymbol, S, Symbol

from derivlib.errors import InputError
from derivlib.expressions.construction import mul
from derivlib.expressions.shapes import same_size
from derivlib.nodes import (
    FormalJacobian,
    FormalRate,
    Inner,
    OnVec,
    d,
    formal,
    numel,
)
from derivlib.rules import Rule, identification

LayoutName = Literal["mixed", "numerator", "denominator"]
"""Layouts that books print derivatives in; all results here are in the first."""


class Layout(Enum):
    """How the derivative of one expression by another is laid out."""

    GRADIENT = "gradient"
    """A scalar by anything: the shape of the variable."""
    JACOBIAN = "Jacobian"
    """A matrix by a matrix: ∂vec(F)/∂vec(X)ᵀ."""
    RATE = "derivative by a scalar"
    """A matrix by a scalar: the shape of the matrix."""

    @property
    def rule(self) -> Rule:
        """The identification theorem by which the derivative is read off."""
        return _RULES[self]

    def differential(self, derivative: Expr, wrt: Expr) -> Expr:
        """The differential a derivative is read off: tr(Gᵀ dX), J vec(dX) or dt D."""
        if self is Layout.GRADIENT:
            return Inner(derivative, d(wrt))
        if self is Layout.JACOBIAN:
            return OnVec(derivative, d(wrt))
        return mul(d(wrt), derivative)

    def start(self, root: Expr) -> Expr:
        """The differential of an expression, in the form the derivative is read off."""
        if self is Layout.GRADIENT:
            return Inner(S.One, d(root))
        if self is Layout.JACOBIAN:
            return OnVec(Identity(numel(root)), d(root))
        return d(root)

    def label(self, output: Expr, wrt: Expr) -> Expr:
        """The derivative, written and not carried out."""
        if self is Layout.GRADIENT:
            return formal(output, wrt)
        return (FormalJacobian if self is Layout.JACOBIAN else FormalRate)(output, wrt)

    def is_transposed_in(self, layout: Any) -> bool:
        """Return whether books in a layout print the transpose.

        :raises InputError: if there is no such layout.
        """
        if layout not in get_args(LayoutName):
            known = ", ".join(map(repr, get_args(LayoutName)))
            raise InputError(f"there is no layout {layout!r}; there are {known}")
        return layout == ("numerator" if self is Layout.GRADIENT else "denominator")


_RULES = {
    Layout.GRADIENT: identification.FIRST_IDENTIFICATION,
    Layout.JACOBIAN: identification.JACOBIAN,
    Layout.RATE: identification.BY_SCALAR,
}


def layout_of(expr: Expr, wrt: Expr) -> Layout:
    """Find the layout of a derivative; a 1×1 expression counts as a scalar.

    :param expr: what is differentiated, over names.
    """
    if not expr.is_Matrix or all(same_size(size, S.One) for size in expr.shape):
        return Layout.GRADIENT
    return Layout.JACOBIAN if wrt.is_Matrix else Layout.RATE


def output_name(expr: Expr, letters: Iterable[Expr], layout: Layout) -> Expr:
    """A letter for the value of an expression: L for a scalar, F for a matrix, f for a column.

    :param expr: the expression, over names.
    :param letters: the symbols that occur in what was written.
    :param layout: the layout of its derivative.
    """
    taken = {symbol.name.split("_")[0] for symbol in letters}
    if layout is Layout.GRADIENT:
        return Symbol(next((name for name in "LJfy" if name not in taken), "L_0"))
    letters = "fyg" if same_size(expr.shape[1], S.One) else "FYG"
    name = next((name for name in letters if name not in taken), letters[0] + "_0")
    return MatrixSymbol(name, *expr.shape)
