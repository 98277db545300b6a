"""Which term of a differential a step starts from, however it is spelt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from sympy import Add, Basic, Expr, MatAdd

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


Same = Callable[[Expr, Expr], bool]
"""Returns whether two terms are the same."""


def find(term: Expr, terms: Sequence[Expr], same: Same) -> int | None:
    """Where a term stands among others, in this spelling or in another of the same meaning.

    :param same: decides where neither spelling nor multiplying out finds the term.
    """
    if term in terms:
        return terms.index(term)
    for is_it in (mean_the_same, same):
        for i, other in enumerate(terms):
            if is_it(term, other):
                return i
    return None


@lru_cache(maxsize=1024)
def _differentials(term: Expr) -> frozenset[Basic]:
    """The differentials in a term."""
    return frozenset(node for node in all_nodes([term]) if isinstance(node, DifferentialNode))


def have_same_differentials(term: Expr, other: Expr) -> bool:
    """Return whether two terms are linear in the same differentials, in forms of one kind."""
    if _differentials(term) != _differentials(other):
        return False
    if not isinstance(term, LinearForm):
        return True
    return type(term) is type(other) and getattr(term.moving, "shape", None) == getattr(
        other.moving, "shape", None
    )


def replaced(terms: Sequence[Expr], step: Step, same: Same) -> tuple[Expr, ...] | None:
    """The terms after a step in place of those before it, if they are all there."""
    remaining = list(terms)
    position = len(remaining)
    for before in terms_of(step.before):
        found = find(before, remaining, same)
        if found is None:
            return None
        position = min(position, found)
        del remaining[found]
    remaining[position:position] = terms_of(step.after)
    return tuple(remaining)
