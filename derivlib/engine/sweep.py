"""The computation of gradients and Jacobians, intermediate by intermediate.

The names are visited from the result back to the variable. Each visit expands the
differential of one definition and moves what is around it to the left, of a trace if the
result is a scalar, of a vec if it is a matrix; what reaches a name along several paths is
collected before the name itself is visited. The cost is therefore linear in the number of
operations.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Identity, S

from derivlib.engine.events import Found, is_long
from derivlib.engine.expansion import expand
from derivlib.engine.graph import Graph
from derivlib.engine.identification import COLLECT, pair
from derivlib.expressions.construction import is_zero, zero_like
from derivlib.expressions.operators import trace
from derivlib.rules import Rule, identification, linear
from derivlib.vocabulary import (
    FormalJacobian,
    Inner,
    LinearForm,
    d,
    formal,
    numel,
)

__all__ = ["sweep"]


def sweep(graph: Graph, wrt: Expr, output: Expr, form: type[LinearForm]) -> Found:
    """Find the gradient, or the Jacobian, of the root of a graph.

    :param graph: an expression over named intermediates; a matrix has a Jacobian.
    :param wrt: the variable.
    :param output: what to call the value of the expression in the names of derivatives.
    :param form: `Inner` for a gradient, `OnVec` for a Jacobian.
    :raises UnsupportedError: if an operation has no rule.
    """
    found = Found(_zero(form, output, wrt))
    waiting: dict[Expr, list[Expr]] = {}

    def record(rule: Rule, arguments: tuple[Any, ...]) -> None:
        found.events.append((rule, arguments))

    def gathered(name: Expr) -> Expr:
        lefts = waiting[name]
        if len(lefts) == 1:
            return lefts[0]
        rule = COLLECT.of(form)
        record(rule, (d(name), *lefts))
        moved = rule.right(d, d(name), *lefts)
        return _zero(form, output, name) if is_zero(moved) else moved.args[0]

    def follow(left: Expr, definition: Expr, place: Expr | None = None) -> None:
        def collect(name: Expr, left: Expr) -> None:
            waiting.setdefault(name, []).append(left)
            found.contributions.setdefault((name, place), []).append(left)

        moving = expand(definition, graph, record)
        if not is_zero(moving):
            pair(form, left, moving, record, collect)

    root = graph.root
    if root.is_Matrix and form is Inner:
        record(identification.ONE_BY_ONE, (root,))
        root = trace(root)
    if not graph.moves(root):
        record(linear.CONSTANT, (root,))
        return found
    follow(S.One if form is Inner else Identity(numel(root)), root)
    for name, definition in reversed(graph.definitions.items()):
        if name not in waiting:
            continue
        left = found.arrived[name] = gathered(name)
        if is_zero(left):
            continue
        if is_long(left):
            label = formal(output, name) if form is Inner else FormalJacobian(output, name)
            found.name(label, left)
            left = label
        follow(left, definition, name)
    if wrt in waiting:
        found.derivative = gathered(wrt)
    return found


def _zero(form: type[LinearForm], output: Expr, name: Expr) -> Expr:
    """The derivative of something constant, in the layout of the contract."""
    if form is Inner:
        return zero_like(name)
    return zero_like(FormalJacobian(output, name))
