"""What searches for rules share: where a rule applies, what is known, the factors of a product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr, KroneckerProduct, MatMul

from derivlib.expressions.construction import split_coefficient
from derivlib.rules import Rule

Facts = Mapping[Expr, frozenset[str]]
"""What is known of constants: "symmetric", "orthogonal"."""

Rewrite = tuple[Rule, tuple[Any, ...]]
"""A rule, and what its placeholders stand for."""


def matrices(expr: Expr) -> tuple[Expr, ...]:
    """The matrix factors of a product, or the one matrix."""
    _, matrix = split_coefficient(expr)
    return matrix.args if isinstance(matrix, MatMul) else (matrix,)


def two(expr: Expr) -> bool:
    """Tell whether a matrix is a Kronecker product of two."""
    return isinstance(expr, KroneckerProduct) and len(expr.args) == 2


def shared(a: tuple[Expr, ...], b: tuple[Expr, ...]) -> int:
    """How many factors two products begin with alike."""
    count = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        count += 1
    return count
