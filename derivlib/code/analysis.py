"""What is looked for in an expression before it is written: inverses to form, traces to split."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Adjoint, Expr, MatAdd, MatMul, MatPow, Trace, Transpose

from derivlib.expressions.construction import add, transpose
from derivlib.expressions.traversal import children

_OFTEN = 3
"""How many products with an inverse make it worth forming, rather than solving each time."""


def formed_inverses(exprs: Sequence[Expr]) -> set[Expr]:
    """The matrices whose inverse stands outside of products, or in many of them."""
    formed: set[Expr] = set()
    products: dict[Expr, set[Expr]] = {}
    for root in exprs:
        met: set[Expr] = set()
        stack: list[tuple[Expr, Expr | None]] = [(root, None)]
        while stack:
            part, user = stack.pop()
            if isinstance(part, MatPow) and part.args[1] == -1:
                base = unturned(part.args[0])
                if isinstance(user, MatMul | Trace):
                    products.setdefault(base, set()).add(user)
                else:
                    formed.add(base)
            if part in met:
                continue
            met.add(part)
            factors = [factor for factor in part.args if getattr(factor, "is_Matrix", False)]
            alone = isinstance(part, Transpose) or (isinstance(part, MatMul) and len(factors) == 1)
            stack.extend((below, user if alone else part) for below in children(part))
    return formed | {base for base, users in products.items() if len(users) >= _OFTEN}


def unturned(expr: Expr) -> Expr:
    """A matrix without the transposes and adjoints around it."""
    while isinstance(expr, Transpose | Adjoint):
        expr = expr.arg
    return expr


def without_outer(factors: Sequence[Expr]) -> list[Sequence[Expr]]:
    """The factors of traces that add up to a trace; tr(A (u vᵀ + B)) is vᵀAu + tr(AB)."""
    for i, turned in enumerate(factors):
        factor = turned
        if isinstance(turned, Transpose) and isinstance(turned.arg, MatAdd):
            factor = add(*map(transpose, turned.arg.args))
        if isinstance(factor, MatAdd) and any(map(_is_outer, factor.args)):
            return [
                [*factors[:i], *(t.args if isinstance(t, MatMul) else (t,)), *factors[i + 1 :]]
                for t in factor.args
            ]
    return [factors]


def _is_outer(expr: Expr) -> bool:
    matrices = [factor for factor in expr.args if getattr(factor, "is_Matrix", False)]
    return isinstance(expr, MatMul) and any(f.shape[1] == 1 for f in matrices[:-1])
