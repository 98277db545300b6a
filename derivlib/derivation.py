"""The object a reader holds: a derivative with the steps that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sympy import Basic, Expr, Symbol

from derivlib.algebra import zero_like
from derivlib.errors import ReplayError
from derivlib.graph import Graph
from derivlib.replay import Line, states
from derivlib.resolve import resolve
from derivlib.rules import Condition, Rule, identification, linear
from derivlib.step import NAMING, SUBSTITUTION, Step
from derivlib.sweep import Sweep
from derivlib.vocabulary import Inner, d

__all__ = ["Derivation"]


def _constants(rule: Rule, arguments: tuple[Any, ...], graph: Graph) -> tuple[Condition, ...]:
    """The arguments of a differential rule that it took as constant."""
    if rule.family != "differential":
        return ()
    return tuple(
        Condition(argument, "constant")
        for argument in arguments
        if isinstance(argument, Expr) and argument.free_symbols and not graph.moves(argument)
    )


def _step(rule: Rule, arguments: tuple[Any, ...], graph: Graph) -> Step:
    def differential(part: Expr) -> Expr:
        return d(part) if graph.moves(part) else zero_like(part)

    return Step(
        rule.name,
        rule.left(*arguments),
        rule.right(differential, *arguments),
        (*rule.conditions(*arguments), *_constants(rule, arguments, graph)),
        arguments,
    )


@dataclass(frozen=True, eq=False)
class Derivation:
    """A derivative and how it came about.

    :param expr: what was differentiated.
    :param wrt: with respect to what.
    :param output: what the value of `expr` is called in the display.
    """

    expr: Expr
    wrt: Expr
    output: Symbol
    graph: Graph = field(repr=False)
    found: Sweep = field(repr=False)

    @property
    def intermediates(self) -> Mapping[Expr, Expr]:
        """The named intermediates, in the order of computation: N = XW, S = σ(N)."""
        return MappingProxyType(self.graph.definitions)

    @property
    def gradients(self) -> Mapping[Expr, Expr]:
        """The gradients that were given a name, ∂L/∂N, in the order they were found."""
        return MappingProxyType(self.found.gradients)

    @property
    def compact(self) -> Expr:
        """The derivative over the named intermediates."""
        return self.found.gradient

    @cached_property
    def result(self) -> Expr:
        """The derivative in the reader's own symbols; the last step's `after`."""
        return resolve(self.compact, {**self.graph.definitions, **self.found.gradients})

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order in which it was made."""
        steps = [
            Step(NAMING, definition, name)
            for name, definition in self.graph.definitions.items()
        ]
        for rule, arguments in self.found.events:
            if rule is None:
                steps.append(Step(NAMING, *arguments))
            else:
                steps.append(_step(rule, arguments, self.graph))
        if self.found.events[0][0] is not linear.CONSTANT:
            rule = identification.FIRST_IDENTIFICATION
            before = Basic.__new__(Inner, self.compact, d(self.wrt))
            steps.append(
                Step(rule.name, before, self.compact, (), (self.compact, self.wrt))
            )
        if self.result != self.compact:
            steps.append(Step(SUBSTITUTION, self.compact, self.result))
        return tuple(steps)

    def lines(self) -> tuple[Line, ...]:
        """The derivation line by line: what stands after each step.

        :raises ReplayError: if a step does not follow.
        """
        return tuple(states(self.expr, self.graph.root, self.steps, self.graph.moves))

    def replay(self) -> Expr:
        """Apply every step again and return where they end, which is the result.

        :raises ReplayError: if a step is not what its rule produces, applies to something
            that is not there, or if the last does not end at the result.
        """
        (end,) = self.lines()[-1].terms or (zero_like(self.wrt),)
        if end != self.result:
            raise ReplayError(f"the steps end at {end}, not at the result {self.result}")
        return end

    @cached_property
    def assumptions(self) -> tuple[Condition, ...]:
        """What has to hold for the result, each condition once."""
        return tuple(dict.fromkeys(c for step in self.steps for c in step.requires))
