"""From the gradient of a matrix without structure to that by the free entries of a structured one.

With vec(X) = B θ for the free entries θ, the derivative by θ is Bᵀ vec(G), and B puts each of
its entries at the places where the free entry stands.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, MatrixSymbol, S

from derivlib.expressions.construction import add, mul, transpose
from derivlib.nodes import STRUCTURES, BasisMatrix, Inner, OnVec, Structure, Unvec
from derivlib.nodes.builders import (
    diagonal,
    diagonal_matrix,
    diagonal_sums,
    tril,
    triu,
    unvec,
    vec,
)
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import Differentiate, Rule, Source
from derivlib.rules.sources import LINEAR_STRUCTURES, cookbook, magnus_neudecker

__all__ = [
    "BY_STRUCTURE",
    "DIAGONAL",
    "HESSIAN",
    "JACOBIAN",
    "LOWER_TRIANGULAR",
    "RULES",
    "SYMMETRIC",
    "SYMMETRIC_TOEPLITZ",
    "TOEPLITZ",
    "UPPER_TRIANGULAR",
]

X, J = matrix("X", n, n), MatrixSymbol("J", m, n * n)
H = MatrixSymbol("H", n * n, n * n)


def _without_doubled_diagonal(gradient: Expr) -> Expr:
    """G + Gᵀ - Diag(diag(G))."""
    twice = diagonal_matrix(diagonal(gradient))
    return add(gradient, transpose(gradient), mul(S.NegativeOne, twice))


def _rule(structure: Structure, right: Callable[[Expr], Expr], source: Source) -> Rule:
    def left(gradient: Expr) -> Expr:
        basis = BasisMatrix(structure, gradient.shape[0])
        return unvec(mul(basis, transpose(basis), vec(gradient)), gradient.shape)

    return Rule(
        f"{structure.replace('toeplitz', 'Toeplitz')} variable",
        "structure",
        left=left,
        right=lambda _, gradient: right(gradient),
        instances=((matrix("G", n, n),),),
        source=source,
    )


SYMMETRIC = _rule("symmetric", _without_doubled_diagonal, cookbook(138))

DIAGONAL = _rule("diagonal", lambda gradient: diagonal_matrix(diagonal(gradient)), cookbook(142))

LOWER_TRIANGULAR = _rule("lower triangular", tril, LINEAR_STRUCTURES)

UPPER_TRIANGULAR = _rule("upper triangular", triu, LINEAR_STRUCTURES)

TOEPLITZ = _rule("toeplitz", diagonal_sums, cookbook(143))

SYMMETRIC_TOEPLITZ = _rule(
    "symmetric toeplitz",
    lambda gradient: _without_doubled_diagonal(diagonal_sums(gradient)),
    cookbook(144),
)

BY_STRUCTURE: dict[Structure, Rule] = {
    "symmetric": SYMMETRIC,
    "diagonal": DIAGONAL,
    "lower triangular": LOWER_TRIANGULAR,
    "upper triangular": UPPER_TRIANGULAR,
    "toeplitz": TOEPLITZ,
    "symmetric toeplitz": SYMMETRIC_TOEPLITZ,
}
"""The rule for each structure."""


def _stacked(variable: Expr, structure: Structure) -> tuple[Expr, Expr]:
    """The basis B and the free entries θ with vec(X) = B θ."""
    basis = BasisMatrix(structure, variable.shape[0])
    return basis, MatrixSymbol("theta", basis.shape[1], 1)


def _jacobian_left(jacobian: Expr, variable: Expr, structure: Structure) -> Expr:
    basis, theta = _stacked(variable, structure)
    return OnVec(jacobian, Unvec(mul(basis, theta), variable.shape))


def _jacobian_right(_: Differentiate, jacobian: Expr, variable: Expr, structure: Structure) -> Expr:
    basis, theta = _stacked(variable, structure)
    return mul(jacobian, basis, theta)


JACOBIAN = Rule(
    "Jacobian by free entries",
    "structure",
    left=_jacobian_left,
    right=_jacobian_right,
    instances=tuple((J, X, structure) for structure in STRUCTURES),
    source=magnus_neudecker("chapter 3, the duplication matrix"),
)


def _hessian_left(hessian: Expr, variable: Expr, structure: Structure) -> Expr:
    basis, theta = _stacked(variable, structure)
    moving = Unvec(mul(basis, theta), variable.shape)
    return Inner(moving, Unvec(OnVec(hessian, moving), variable.shape))


def _hessian_right(_: Differentiate, hessian: Expr, variable: Expr, structure: Structure) -> Expr:
    basis, theta = _stacked(variable, structure)
    return mul(transpose(theta), transpose(basis), hessian, basis, theta)


HESSIAN = Rule(
    "Hessian by free entries",
    "structure",
    left=_hessian_left,
    right=_hessian_right,
    instances=tuple((H, X, structure) for structure in STRUCTURES),
    source=magnus_neudecker("chapter 3, the duplication matrix"),
)

RULES: tuple[Rule, ...] = (*BY_STRUCTURE.values(), JACOBIAN, HESSIAN)
