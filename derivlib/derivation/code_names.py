"""The parts that results share, found again in them, so that code calculates each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr

from derivlib.derivation.computed import Computed
from derivlib.derivation.outcome import simplified
from derivlib.expressions.substitution import abbreviate, resolve, resolved
from derivlib.expressions.traversal import children


def named_again(
    exprs: Iterable[Expr], computed: Computed, facts: Mapping[Expr, frozenset[str]]
) -> tuple[list[Expr], Mapping[Expr, Expr]]:
    """Write expressions over the names of the intermediates and derivatives they contain.

    What is calculated stays the formula itself, with equal parts named alike. Results that are
    too long to be written without names are over names as they are.

    :param exprs: results, and values, in the reader's own symbols.
    :param computed: what the engine named on the way to them.
    :param facts: what is known of the constants.
    :returns: the expressions over names, and the names with their definitions.
    """
    if computed.is_long:
        return list(exprs), computed.names
    given = {name: computed.graph.definitions[name] for name in computed.graph.given}
    chosen = {name: value for name, value in computed.names.items() if name not in given}
    meanings = {name: simplified(value, facts) for name, value in resolved(chosen).items()}
    shared = {name: value for name, value in meanings.items() if children(value)}

    def over(names: Iterable[Expr], expr: Expr) -> Expr:
        for name in reversed(list(names)):
            expr = abbreviate(expr, shared[name], name, shared)
        return expr

    names: dict[Expr, Expr] = {}
    for name in computed.names:
        if name in given or name in shared:
            meaning = shared.get(name) or simplified(resolve(given[name], chosen), facts)
            names[name] = over([known for known in names if known in shared], meaning)
    results = [over(shared, expr) for expr in exprs]
    return results, _needed(results, names)


def _needed(exprs: Iterable[Expr], names: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
    """The names that expressions are made of, directly or not, in the order they have."""
    met: set[Expr] = set()
    stack = list(exprs)
    while stack:
        part = stack.pop()
        if part not in met:
            met.add(part)
            stack.extend(children(part))
            stack.extend([names[part]] if part in names else ())
    return {name: meaning for name, meaning in names.items() if name in met}
