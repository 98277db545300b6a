"""The computation: from dL = d(expression) to dL = tr(Gᵀ dX), intermediate by intermediate.

The names are visited from the result back to the variable. Each visit expands the
differential of one definition and moves what is around it to the left of the trace; what
reaches a name along several paths is collected before the name itself is visited. The cost
is therefore linear in the number of operations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, S, Symbol, preorder_traversal

from derivlib.engine.expansion import expand
from derivlib.engine.graph import Graph
from derivlib.engine.identification import pair
from derivlib.expressions.construction import is_zero, zero_like
from derivlib.expressions.operators import trace
from derivlib.rules import Rule, identification, linear, pairing
from derivlib.vocabulary import d, formal

__all__ = ["Sweep", "sweep"]

_LONGEST_GRADIENT = 40
"""How many nodes a gradient may have before it is given the name ∂L/∂N."""


@dataclass
class Sweep:
    """What a sweep found.

    :param gradient: the gradient, over names.
    :param events: each rule with what it was applied to, and each naming, in order.
    :param gradients: gradients that were given a name, in order.
    """

    gradient: Expr
    events: list[tuple[Rule | None, tuple[Any, ...]]] = field(default_factory=list)
    gradients: dict[Expr, Expr] = field(default_factory=dict)


def _is_long(expr: Expr) -> bool:
    return sum(1 for _ in preorder_traversal(expr)) > _LONGEST_GRADIENT


def sweep(graph: Graph, wrt: Expr, output: Symbol) -> Sweep:
    """Find the gradient of the root of a graph.

    :param graph: a scalar, or 1×1, expression over named intermediates.
    :param wrt: the variable.
    :param output: what to call the value of the expression in the names of gradients.
    :raises UnsupportedError: if an operation has no rule.
    """
    found = Sweep(zero_like(wrt))
    waiting: dict[Expr, list[Expr]] = {}

    def record(rule: Rule, arguments: tuple[Any, ...]) -> None:
        found.events.append((rule, arguments))

    def collect(name: Expr, left: Expr) -> None:
        waiting.setdefault(name, []).append(left)

    def gathered(name: Expr) -> Expr:
        lefts = waiting[name]
        if len(lefts) == 1:
            return lefts[0]
        record(pairing.COLLECT, (d(name), *lefts))
        moved = pairing.COLLECT.right(d, d(name), *lefts)
        return zero_like(name) if moved is S.Zero else moved.args[0]

    def follow(left: Expr, definition: Expr) -> None:
        moving = expand(definition, graph, record)
        if not is_zero(moving):
            pair(left, moving, record, collect)

    root = graph.root
    if root.is_Matrix:
        record(identification.ONE_BY_ONE, (root,))
        root = trace(root)
    if not graph.moves(root):
        record(linear.CONSTANT, (root,))
        return found
    follow(S.One, root)
    for name, definition in reversed(graph.definitions.items()):
        if name not in waiting:
            continue
        left = gathered(name)
        if _is_long(left):
            label = formal(output, name)
            found.gradients[label] = left
            found.events.append((None, (left, label)))
            left = label
        follow(left, definition)
    if wrt in waiting:
        found.gradient = gathered(wrt)
    return found
