"""The parts that results share, found again in them, so that code calculates each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping

from sympy import Expr

from derivlib.derivation.computed import Computed
from derivlib.derivation.outcome import simplified
from derivlib.expressions.substitution import abbreviate, resolve, resolved
from derivlib.expressions.traversal import children
from derivlib.nodes import FormalNode


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
    meanings |= {n: simplified(resolve(value, chosen), facts) for n, value in given.items()}
    shared = {n: meanings[n] for n in computed.names if n in given or children(meanings[n])}
    results, names = _over_names(exprs, shared, given)
    often = Counter(part for expr in (*results, *names.values()) for part in _names_in(expr))
    once = {name for name in names if isinstance(name, FormalNode) and often[name] == 1}
    if once:  # a derivative that is used once hides of what it is a part
        shared = {name: value for name, value in shared.items() if name not in once}
        results, names = _over_names(exprs, shared, given)
    return results, names


def _over_names(
    exprs: Iterable[Expr], shared: Mapping[Expr, Expr], given: Container[Expr]
) -> tuple[list[Expr], dict[Expr, Expr]]:
    """Expressions over names, and the names that they need."""
    found = [name for name in shared if name not in given]

    def over(known: Iterable[Expr], expr: Expr) -> Expr:
        for name in reversed(list(known)):
            expr = abbreviate(expr, shared[name], name, shared)
        return expr

    names: dict[Expr, Expr] = {}
    for name, meaning in shared.items():
        names[name] = over([known for known in found if known in names], meaning)
    results = [over(found, expr) for expr in exprs]
    met: set[Expr] = set()
    stack = list(results)
    while stack:
        for part in _names_in(stack.pop()):
            if part in names and part not in met:
                met.add(part)
                stack.append(names[part])
    return results, {name: meaning for name, meaning in names.items() if name in met}


def _names_in(expr: Expr) -> Iterator[Expr]:
    """The leaves of an expression, each as often as it stands; parts that are shared once."""
    met: set[Expr] = set()
    stack = [expr]
    while stack:
        part = stack.pop()
        below = () if isinstance(part, FormalNode) else children(part)
        if not below:
            yield part
        elif part not in met:
            met.add(part)
            stack.extend(below)
