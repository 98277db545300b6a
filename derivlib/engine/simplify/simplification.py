"""Rewriting a derivative so that it reads well, one named rule at a time.

Every distinct subexpression is met once, parts first, so the cost is linear in what is
written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sympy import (
    Add,
    Determinant,
    DiagonalOf,
    Expr,
    HadamardProduct,
    MatAdd,
    MatMul,
    MatPow,
    Mul,
    Trace,
    Transpose,
)

from derivlib.engine.simplify import declared
from derivlib.engine.simplify.expanding import expanding
from derivlib.engine.simplify.facts import Facts, Rewrite
from derivlib.engine.simplify.matrices import (
    in_hadamard,
    of_determinant,
    of_diagonal,
    of_power,
    of_trace,
    of_transpose,
)
from derivlib.engine.simplify.products import in_product, in_scalar_product
from derivlib.engine.simplify.sums import in_scalar_sum, in_sum
from derivlib.expressions.substitution import replace_part
from derivlib.expressions.traversal import children, with_children
from derivlib.nodes import Norm, SumEntries
from derivlib.rules.rule import Arguments, Rule, rules_for

_MOST_ROUNDS = 8
"""How often a derivative is searched from the start; twice is nearly always enough."""


Search = Callable[[Any, Facts], Iterator[Rewrite]]
"""Finds the rules that may apply to a part, with what their placeholders stand for."""


class Rewriting(NamedTuple):
    """A rule of algebra, applied wherever its left side stands in a derivative.

    :param arguments: what its placeholders stood for.
    :param before: the whole derivative.
    :param after: the whole derivative, rewritten.
    """

    rule: Rule
    arguments: tuple[Any, ...]
    before: Expr
    after: Expr


def expand(expr: Expr, facts: Facts) -> list[Rewriting]:
    """Multiply an expression out, so that forms of the same value become the same.

    :param expr: a derivative.
    :param facts: what is known of the constants in it.
    :returns: each rewriting in order.
    """
    return simplify(expr, facts, search=expanding)


def simplify(
    expr: Expr,
    facts: Facts,
    settled: set[Expr] | None = None,
    search: Search | None = None,
) -> list[Rewriting]:
    """Rewrite an expression until no rule applies.

    :param expr: a derivative.
    :param facts: what is known of the constants in it.
    :param settled: parts to which no rule applies, which are not searched; others are added.
    :param search: what finds the rules that apply to a part; those that make it read well.
    :returns: each rewriting in order; the last ends at the simplified derivative.
    """
    done: list[Rewriting] = []
    settled = set() if settled is None else settled
    for _ in range(_MOST_ROUNDS):
        start = expr
        for rule, arguments, left, right in _rewrites(expr, facts, settled, search or _candidates):
            after = replace_part(expr, left, right)
            if after != expr:  # otherwise it went together with an equal part
                done.append(Rewriting(rule, arguments, expr, after))
            expr = after
        if expr == start:
            break
    return done


def _rewrites(
    expr: Expr, facts: Facts, settled: set[Expr], search: Search
) -> list[tuple[Rule, Arguments, Expr, Expr]]:
    """Find the rules that apply somewhere, parts first; every distinct part is met once.

    Each comes with what its placeholders stand for, and with both sides for these.
    """
    found: list[tuple[Rule, Arguments, Expr, Expr]] = []
    done: dict[Expr, Expr] = {}

    def simplified(part: Expr) -> Expr:
        if part in settled:
            return part
        if part not in done:
            done[part] = part  # where a rewriting leads back to it, it stays
            below = children(part)
            parts = tuple(simplified(child) for child in below)
            new = part if parts == below else with_children(part, parts)
            if new == part:
                new = rewritten(part)
            if new == part:
                settled.add(part)
            else:
                done[part] = simplified(new)
        return done[part]

    def rewritten(part: Expr) -> Expr:
        for rule, arguments in search(part, facts):
            left = rule.left(*arguments)
            right = rule.right(lambda expr: expr, *arguments)
            new = replace_part(part, left, right)
            if new != part:
                found.append((rule, arguments, left, right))
                return new
        return part

    simplified(expr)
    return found


def _candidates(part: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that may apply: those searched for, and those of the table for the class."""
    kind = type(part)
    if kind not in _FOR_KIND:
        _FOR_KIND[kind] = [search for base, search in _SEARCHES if issubclass(kind, base)]
    for search in _FOR_KIND[kind]:
        yield from search(part, facts)
    yield from rules_for("algebra", part)


_SEARCHES: tuple[tuple[type, Search], ...] = (
    (MatMul, in_product),
    (MatPow, of_power),
    (Determinant, of_determinant),
    (MatAdd, in_sum),
    (Add, in_scalar_sum),
    (Mul, in_scalar_product),
    (HadamardProduct, in_hadamard),
    (DiagonalOf, of_diagonal),
    (Transpose, of_transpose),
    (Trace, of_trace),
    (Norm, declared.of_norm),
    (SumEntries, declared.of_sum),
)
"""Where rules of algebra are looked for, by the operation at the top."""

_FOR_KIND: dict[type, list[Search]] = {}
"""The searches for each class of nodes met so far."""
