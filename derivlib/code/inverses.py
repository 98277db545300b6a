"""Which inverses are worth forming, rather than solving with the matrix each time."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, MatMul, MatPow, Trace, Transpose

from derivlib.expressions.traversal import children

__all__ = ["formed_inverses"]

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
                base = part.args[0].arg if isinstance(part.args[0], Transpose) else part.args[0]
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
