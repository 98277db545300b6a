"""From what a computation leaves behind to the steps a reader sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from sympy import Expr, Transpose

from derivlib.check import size_symbols
from derivlib.derivation.layout import Layout
from derivlib.derivation.step import Step
from derivlib.engine.events import KNOWN_DIFFERENTIALS, NAMING, SUBSTITUTION, Event
from derivlib.engine.intermediates import Graph
from derivlib.engine.recognition import Reading
from derivlib.engine.simplify.simplification import Rewriting
from derivlib.expressions.construction import mul, transpose, zero_like
from derivlib.nodes import BasisMatrix, Structure, d
from derivlib.rules import structures
from derivlib.rules.conditions import is_met
from derivlib.rules.rule import Condition, Rule


def beginning(readings: Sequence[Reading], graph: Graph) -> Iterator[Step]:
    """The steps that read the expression, and those that give the intermediates their names."""
    yield from rewriting([reading.rewriting for reading in readings])
    yield from (Step(NAMING, definition, name) for name, definition in graph.definitions.items())


def recorded(events: Sequence[Event], graph: Graph, variables: Sequence[Expr]) -> Iterator[Step]:
    """The steps that a computation made; where there are rates, of the one variable."""
    constants = _Constants(graph)
    for rule, arguments in events:
        if isinstance(rule, Rule):
            yield _step(rule, arguments, constants)
        elif rule == KNOWN_DIFFERENTIALS:
            moving, rate = arguments
            yield Step(rule, moving, mul(d(variables[0]), rate))
        else:
            yield Step(rule, *arguments)


def identification(layout: Layout, derivative: Expr, wrt: Expr) -> Step:
    """The step that reads the derivative off."""
    before = layout.differential(derivative, wrt)
    return Step(layout.rule.name, before, derivative, (), (derivative, wrt))


def rewriting(rewritings: Sequence[Rewriting]) -> Iterator[Step]:
    """The steps that simplify a derivative, each from the whole of it to the whole of it."""
    for rule, arguments, before, after in rewritings:
        yield Step(rule.name, before, after, rule.conditions(*arguments), arguments)


def restriction(kind: str, derivative: Expr, wrt: Expr, structure: Structure) -> Step:
    """The step to the derivative by the free entries of a structured variable.

    :param kind: "gradient", "Jacobian" or "Hessian".
    :param derivative: the derivative with all entries free.
    """
    basis = BasisMatrix(structure, wrt.shape[0])
    if kind == "Hessian":
        rule, after = structures.HESSIAN, mul(transpose(basis), derivative, basis)
    elif kind == "Jacobian":
        rule, after = structures.JACOBIAN, mul(derivative, basis)
    else:
        rule = structures.BY_STRUCTURE[structure]
        after = rule.right(d, derivative)
        return Step(rule.name, derivative, after, (), (derivative,))
    return Step(rule.name, derivative, after, (), (derivative, wrt, structure))


def substitution(before: Expr, after: Expr) -> Iterator[Step]:
    """The step that puts the definitions of names back in, if there is anything to put in."""
    if before != after:
        yield Step(SUBSTITUTION, before, after)


@dataclass(frozen=True)
class _Constants:
    """What the steps of a derivation take as constant; each argument is looked at once."""

    graph: Graph
    _known: dict[Expr, tuple[Condition, ...]] = field(default_factory=dict)

    def of_rule(self, rule: Rule, arguments: tuple[Any, ...]) -> Iterator[Condition]:
        """The symbols in the arguments of a differential rule that it took as constant."""
        if rule.family != "differential":
            return
        for argument in arguments:
            if isinstance(argument, Expr) and not self.graph.moves(argument):
                if argument not in self._known:
                    self._known[argument] = tuple(_constants_in(argument))
                yield from self._known[argument]


def _constants_in(argument: Expr) -> Iterator[Condition]:
    """A condition for each symbol that is no size."""
    symbols = argument.free_symbols.difference(size_symbols(argument))
    for symbol in sorted(symbols, key=attrgetter("name")):
        yield Condition(symbol, "constant")


def _plain(condition: Condition) -> Condition:
    """A condition on a matrix rather than on its transpose."""
    subject = condition.subject
    return (
        replace(condition, subject=subject.args[0]) if isinstance(subject, Transpose) else condition
    )


def _step(rule: Rule, arguments: tuple[Any, ...], constants: _Constants) -> Step:
    moves = constants.graph.moves

    def differential(part: Expr) -> Expr:
        return d(part) if moves(part) else zero_like(part)

    required = (
        *map(_plain, rule.conditions(*arguments)),
        *constants.of_rule(rule, arguments),
    )
    return Step(
        rule.name,
        rule.left(*arguments),
        rule.right(differential, *arguments),
        tuple(condition for condition in dict.fromkeys(required) if not is_met(condition)),
        arguments,
    )
