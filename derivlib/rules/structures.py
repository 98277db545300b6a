"""From the gradient of a matrix without structure to that by the free entries of a structured one.

With vec(X) = B θ for the free entries θ, the derivative by θ is Bᵀ vec(G), and B puts each of
its entries at the places where the free entry stands.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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
from derivlib.rules.declare import equation
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import Rule, Source
from derivlib.rules.sources import LINEAR_STRUCTURES, cookbook, magnus_neudecker

X, J = matrix("X", n, n), MatrixSymbol("J", m, n * n)
H = MatrixSymbol("H", n * n, n * n)


def _without_doubled_diagonal(gradient: Expr) -> Expr:
    """G + Gᵀ - Diag(diag(G))."""
    twice = diagonal_matrix(diagonal(gradient))
    return add(gradient, transpose(gradient), mul(S.NegativeOne, twice))


def _gradient(structure: Structure, right: Callable[[Expr], Expr], source: Source) -> Rule:
    def sides(gradient: Expr) -> tuple[Expr, Expr]:
        basis = BasisMatrix(structure, gradient.shape[0])
        left = unvec(mul(basis, transpose(basis), vec(gradient)), gradient.shape)
        return left, right(gradient)

    name = f"{structure.replace('toeplitz', 'Toeplitz')} variable"
    return equation("structure", name, sides, (matrix("G", n, n),), source=source)


BY_STRUCTURE: dict[Structure, Rule] = {
    "symmetric": _gradient("symmetric", _without_doubled_diagonal, cookbook(138)),
    "diagonal": _gradient("diagonal", lambda G: diagonal_matrix(diagonal(G)), cookbook(142)),
    "lower triangular": _gradient("lower triangular", tril, LINEAR_STRUCTURES),
    "upper triangular": _gradient("upper triangular", triu, LINEAR_STRUCTURES),
    "toeplitz": _gradient("toeplitz", diagonal_sums, cookbook(143)),
    "symmetric toeplitz": _gradient(
        "symmetric toeplitz",
        lambda G: _without_doubled_diagonal(diagonal_sums(G)),
        cookbook(144),
    ),
}
"""The rule for each structure."""

by_free_entries = partial(
    equation, "structure", source=magnus_neudecker("chapter 3, the duplication matrix")
)


def _free(variable: Expr, structure: Structure) -> tuple[Expr, Expr, Expr]:
    """The basis B and the free entries θ with vec(X) = B θ, and X made of them."""
    basis = BasisMatrix(structure, variable.shape[0])
    theta = MatrixSymbol("theta", basis.shape[1], 1)
    return basis, theta, Unvec(mul(basis, theta), variable.shape)


def _jacobian(jacobian: Expr, variable: Expr, structure: Structure) -> tuple[Expr, Expr]:
    basis, theta, moving = _free(variable, structure)
    return OnVec(jacobian, moving), mul(jacobian, basis, theta)


def _hessian(hessian: Expr, variable: Expr, structure: Structure) -> tuple[Expr, Expr]:
    basis, theta, moving = _free(variable, structure)
    left = Inner(moving, Unvec(OnVec(hessian, moving), variable.shape))
    return left, mul(transpose(theta), transpose(basis), hessian, basis, theta)


JACOBIAN = by_free_entries(
    "Jacobian by free entries", _jacobian, *((J, X, structure) for structure in STRUCTURES)
)
HESSIAN = by_free_entries(
    "Hessian by free entries", _hessian, *((H, X, structure) for structure in STRUCTURES)
)
