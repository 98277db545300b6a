"""The computation of the derivative of a matrix by a scalar, intermediate by intermediate.

The names are visited in the order of computation. The differential of each definition is
expanded, and the differentials of the names before it, known by then as multiples of dt,
are put in. The cost is therefore linear in the number of operations.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, S

from derivlib.engine.events import KNOWN_DIFFERENTIALS, Found, is_long
from derivlib.engine.expansion import expand
from derivlib.engine.intermediates import Graph
from derivlib.expressions.construction import zero_like
from derivlib.expressions.substitution import substitute
from derivlib.nodes import FormalRate, d, formal
from derivlib.rules import Rule, linear


def forward(graph: Graph, wrt: Expr) -> Found:
    """Find the derivative of the root of a graph by a scalar.

    :param graph: a matrix expression over named intermediates.
    :param wrt: the variable, a scalar.
    :raises UnsupportedError: if an operation has no rule.
    """
    found = Found({wrt: zero_like(graph.root)})

    def record(rule: Rule, arguments: tuple[Any, ...]) -> None:
        found.events.append((rule, arguments))

    if not graph.moves(graph.root):
        record(linear.CONSTANT, (graph.root,))
        return found
    rates: dict[Expr, Expr] = {d(wrt): S.One}
    for name, definition in graph.definitions.items():
        if name not in graph.varying:
            continue
        rate = found.arrived[name] = _rate(definition, graph, record, rates, found)
        if is_long(rate):
            label = (FormalRate if name.is_Matrix else formal)(name, wrt)
            found.name(label, rate)
            rate = label
        rates[d(name)] = rate
    found.derivatives[wrt] = _rate(graph.root, graph, record, rates, found)
    return found


def _rate(
    definition: Expr, graph: Graph, record: Any, rates: dict[Expr, Expr], found: Found
) -> Expr:
    """∂N/∂t: the differential of a definition, divided by dt."""
    moving = expand(definition, graph, record)
    rate = substitute(moving, rates)
    found.events.append((KNOWN_DIFFERENTIALS, (moving, rate)))
    return rate
