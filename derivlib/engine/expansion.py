"""d(expression): the expansion of a differential by the rules of the table."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr

from derivlib.engine.intermediates import Graph
from derivlib.engine.refusals import no_rule
from derivlib.expressions.construction import zero_like
from derivlib.nodes import d
from derivlib.rules.rule import Arguments, Rule, rule_for, rules_for

Record = Callable[[Rule, Arguments], None]
"""Called with each rule that is applied and what its placeholders stood for."""


def supports(expr: Expr) -> bool:
    """Return whether the table has a rule for an operation, whatever it is applied to."""
    return rule_for("differential", expr) is not None


def _wanted(expr: Expr, graph: Graph) -> tuple[Rule, Arguments] | None:
    """The first rule that applies to an operation and is wanted in its surroundings."""
    for rule, arguments in rules_for("differential", expr):
        if rule.where is None or rule.where(graph.parts, *arguments):
            return rule, arguments
    return None


def expand(expr: Expr, graph: Graph, record: Record) -> Expr:
    """Expand a differential until only differentials of names are left.

    What is returned is linear in the differentials d(N) of varying names; `record` is called
    for each rule that is applied.
    """
    done: dict[Expr, Expr] = {}

    def differential(part: Expr) -> Expr:
        if part in graph.varying:
            return d(part)
        if not graph.moves(part):
            return zero_like(part)
        if part not in done:
            found = _wanted(part, graph)
            if found is None:
                raise no_rule(part)
            rule, arguments = found
            record(rule, arguments)
            done[part] = rule.right(differential, *arguments)
        return done[part]

    return differential(expr)
