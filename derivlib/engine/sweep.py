"""The computation of gradients and Jacobians, intermediate by intermediate.

The names are visited from the result back to the variable. Each visit expands the
differential of one definition and moves what is around it to the left, of a trace if the
result is a scalar, of a vec if it is a matrix; what reaches a name along several paths is
collected before the name itself is visited. The cost is therefore linear in the number of
operations.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, S

from derivlib.engine.events import Found, is_long
from derivlib.engine.expansion import expand
from derivlib.engine.intermediates import Graph
from derivlib.engine.read_off import pair
from derivlib.expressions.construction import (
    identity,
    is_zero,
    zero_like,
)
from derivlib.nodes import (
    FormalJacobian,
    Inner,
    LinearForm,
    d,
    formal,
    numel,
)
from derivlib.nodes.builders import trace
from derivlib.rules import Rule, identification, linear


def sweep(graph: Graph, variables: Iterable[Expr], output: Expr, form: type[LinearForm]) -> Found:
    """Find the gradients, or the Jacobians, of the root of a graph by one or several variables.

    :param graph: an expression over named intermediates; a matrix has a Jacobian.
    :param output: what to call the value of the expression in the names of derivatives.
    :param form: `Inner` for a gradient, `OnVec` for a Jacobian.
    :raises UnsupportedError: if an operation has no rule.
    """
    found = Found({wrt: _zero(form, output, wrt) for wrt in variables})
    _Sweep(graph, output, form, found).run()
    return found


@dataclass
class _Sweep:
    """A sweep under way.

    :param waiting: for each name met so far, what its differential is multiplied by.
    """

    graph: Graph
    output: Expr
    form: type[LinearForm]
    found: Found
    waiting: dict[Expr, list[Expr]] = field(default_factory=dict)

    def run(self) -> None:
        """Go from the root to the variables."""
        root = self.graph.root
        if root.is_Matrix and self.form is Inner:
            self.record(identification.ONE_BY_ONE, (root,))
            root = trace(root)
        if not self.graph.moves(root):
            self.record(linear.CONSTANT, (root,))
            return
        self.follow(S.One if self.form is Inner else identity(numel(root)), root)
        for name, definition in reversed(self.graph.definitions.items()):
            if name in self.waiting:
                self.visit(name, definition)
        for wrt in [wrt for wrt in self.found.derivatives if wrt in self.waiting]:
            self.found.derivatives[wrt] = self.gathered(wrt)

    def visit(self, name: Expr, definition: Expr) -> None:
        """Go on from a name, to which everything has arrived, to what it is made of."""
        left = self.found.arrived[name] = self.gathered(name)
        if is_zero(left):
            return
        if is_long(left):
            label = (formal if self.form is Inner else FormalJacobian)(self.output, name)
            self.found.name(label, left)
            left = label
        self.follow(left, definition, name)

    def follow(self, left: Expr, definition: Expr, place: Expr | None = None) -> None:
        """Expand the differential of a definition, and move what is around it to the left."""

        def collect(name: Expr, left: Expr) -> None:
            self.waiting.setdefault(name, []).append(left)
            self.found.contributions.setdefault((name, place), []).append(left)

        moving = expand(definition, self.graph, self.record)
        if not is_zero(moving):
            pair(self.form, left, moving, self.record, collect)

    def gathered(self, name: Expr) -> Expr:
        """Add up what has arrived at a name."""
        lefts = self.waiting[name]
        if len(lefts) == 1:
            return lefts[0]
        rule = linear.COLLECT[self.form]
        self.record(rule, (d(name), *lefts))
        moved = rule.right(d, d(name), *lefts)
        return _zero(self.form, self.output, name) if is_zero(moved) else moved.args[0]

    def record(self, rule: Rule, arguments: tuple[Any, ...]) -> None:
        """Take note of a rule that is applied."""
        self.found.events.append((rule, arguments))


def _zero(form: type[LinearForm], output: Expr, name: Expr) -> Expr:
    """The derivative of something constant, in the layout of the contract."""
    if form is Inner:
        return zero_like(name)
    return zero_like(FormalJacobian(output, name))
