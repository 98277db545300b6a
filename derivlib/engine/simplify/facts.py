"""What searches for rules share: where a rule applies, what is known, the factors of a product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr, KroneckerProduct, MatMul, exp
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.expressions.construction import is_one, split_coefficient
from derivlib.nodes.elementwise import as_lambda
from derivlib.rules import Rule

Facts = Mapping[Expr, frozenset[str]]
"""What is known of matrices, such as "symmetric", and what is "written" as it stands."""

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


def is_negative(scalar: Expr) -> bool:
    """Return whether a scalar has a minus sign in front."""
    return bool(scalar.as_coeff_Mul()[0].is_negative)


def mostly_negative(total: Expr) -> bool:
    """Return whether at least half of the terms of a sum of matrices are subtracted."""
    negative = sum(is_negative(split_coefficient(term)[0]) for term in total.args)
    return 2 * negative >= len(total.args)


def exponent_of(matrix: Expr) -> Expr | None:
    """The z of a matrix written as exp(z), entry by entry, if it is a column."""
    if not isinstance(matrix, ElementwiseApplyFunction) or not is_one(matrix.shape[1]):
        return None
    function = as_lambda(matrix.function)
    is_exponential = function.expr == exp(function.variables[0])
    return matrix.expr if is_exponential else None


def symmetric_ones(facts: Facts) -> list[Expr]:
    """What is known to be symmetric."""
    return [part for part, told in facts.items() if "symmetric" in told]
