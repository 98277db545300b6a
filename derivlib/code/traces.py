"""Traces of sums, one of whose terms is an outer product."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, MatAdd, MatMul

__all__ = ["without_outer"]


def without_outer(factors: Sequence[Expr]) -> list[Sequence[Expr]]:
    """The factors of traces that add up to a trace; tr(A (u vᵀ + B)) is vᵀAu + tr(AB)."""
    for i, factor in enumerate(factors):
        if isinstance(factor, MatAdd) and any(map(_is_outer, factor.args)):
            return [
                [*factors[:i], *(t.args if isinstance(t, MatMul) else (t,)), *factors[i + 1 :]]
                for t in factor.args
            ]
    return [factors]


def _is_outer(expr: Expr) -> bool:
    matrices = [factor for factor in expr.args if getattr(factor, "is_Matrix", False)]
    return isinstance(expr, MatMul) and any(f.shape[1] == 1 for f in matrices[:-1])
