"""Which term of a differential a step starts from, however it is spelt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sympy import Add, Basic, Expr, MatAdd

from derivlib.check import is_equal
from derivlib.derivation.step import Step
from derivlib.expressions.construction import is_zero
from derivlib.expressions.expanding import mean_the_same
from derivlib.expressions.sizes import all_nodes
from derivlib.nodes import DifferentialNode, LinearForm


def terms_of(expr: Expr) -> tuple[Expr, ...]:
    """The linear forms an expression is a sum of."""
    if isinstance(expr, (Add, MatAdd)) and all(isinstance(p, LinearForm) for p in expr.args):
        return expr.args
    return () if is_zero(expr) else (expr,)


def find(term: Expr, terms: Sequence[Expr]) -> int | None:
    """Where a term stands among others, in this spelling or in another of the same meaning."""
    if term in terms:
        return terms.index(term)
    for same in (mean_the_same, _is_same_form):
        for i, other in enumerate(terms):
            if same(term, other):
                return i
    return None


@lru_cache(maxsize=1024)
def _differentials(term: Expr) -> frozenset[Basic]:
    """The differentials in a term."""
    return frozenset(node for node in all_nodes([term]) if isinstance(node, DifferentialNode))


def _is_same_form(term: Expr, other: Expr) -> bool:
    """Tell whether two terms, or what they are made of, are equal, however they are spelt."""
    if _differentials(term) != _differentials(other):
        return False
    if not isinstance(term, LinearForm):
        return is_equal(term, other)
    return (
        type(term) is type(other)
        and getattr(term.moving, "shape", None) == getattr(other.moving, "shape", None)
        and is_equal(term.coefficient, other.coefficient)
        and is_equal(term.moving, other.moving)
    )


def replaced(terms: Sequence[Expr], step: Step) -> tuple[Expr, ...] | None:
    """The terms after a step in place of those before it, if they are all there."""
    remaining = list(terms)
    position = len(remaining)
    for before in terms_of(step.before):
        found = find(before, remaining)
        if found is None:
            return None
        position = min(position, found)
        del remaining[found]
    remaining[position:position] = terms_of(step.after)
    return tuple(remaining)
