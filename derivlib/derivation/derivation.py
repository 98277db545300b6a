"""The object a reader holds: a derivative with the steps that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sympy import Basic, Expr, S, Symbol

from derivlib import check
from derivlib.check.verify import Verification
from derivlib.derivation.chain import Chain, chain_rule
from derivlib.derivation.instantiate import instantiate
from derivlib.derivation.replay import Line, states
from derivlib.derivation.step import NAMING, SUBSTITUTION, Step
from derivlib.derivation.stepwise import Stepwise, stepwise
from derivlib.display.derivation import block, equation, sentence
from derivlib.display.formula import Formula
from derivlib.display.text import text
from derivlib.engine.expansion import supports
from derivlib.engine.graph import Graph, name_intermediates
from derivlib.engine.sweep import Sweep, sweep
from derivlib.errors import InputError, ReplayError, UnsupportedError
from derivlib.expressions.construction import zero_like
from derivlib.expressions.shapes import same_size
from derivlib.expressions.substitution import resolve, substitute
from derivlib.rules import identification
from derivlib.rules.rule import Condition, Rule
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
    _graph: Graph = field(repr=False)
    _found: Sweep = field(repr=False)

    @property
    def intermediates(self) -> Mapping[Expr, Expr]:
        """The named intermediates, in the order of computation: N = XW, S = σ(N)."""
        return MappingProxyType(self._graph.definitions)

    @property
    def gradients(self) -> Mapping[Expr, Expr]:
        """The gradients that were given a name, ∂L/∂N, in the order they were found."""
        return MappingProxyType(self._found.gradients)

    @property
    def root(self) -> Expr:
        """The expression over the named intermediates."""
        return self._graph.root

    @cached_property
    def letters(self) -> Mapping[Expr, Expr]:
        """What each name stands for in the reader's own symbols, with the name."""
        definitions = self._graph.definitions
        return {resolve(value, definitions): name for name, value in definitions.items()}

    @cached_property
    def chain(self) -> Chain:
        """The chain rule, not carried out: ∂L/∂S · ∂S/∂N · ∂N/∂W."""
        return chain_rule(self._graph, self.wrt, self.output)

    @property
    def compact(self) -> Expr:
        """The derivative over the named intermediates."""
        return self._found.gradient

    @cached_property
    def result(self) -> Expr:
        """The derivative in the reader's own symbols; the last step's `after`."""
        names = {**self._graph.definitions, **self._found.gradients}
        return resolve(self.compact, names)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order in which it was made."""
        steps = [
            Step(NAMING, definition, name) for name, definition in self._graph.definitions.items()
        ]
        for rule, arguments in self._found.events:
            if rule is None:
                steps.append(Step(NAMING, *arguments))
            else:
                steps.append(_step(rule, arguments, self._graph))
        rule = identification.FIRST_IDENTIFICATION
        before = Basic.__new__(Inner, self.compact, d(self.wrt))
        steps.append(Step(rule.name, before, self.compact, (), (self.compact, self.wrt)))
        if self.result != self.compact:
            steps.append(Step(SUBSTITUTION, self.compact, self.result))
        return tuple(steps)

    def lines(self) -> tuple[Line, ...]:
        """The derivation line by line: what stands after each step.

        :raises ReplayError: if a step does not follow.
        """
        return tuple(states(self.expr, self._graph.root, self.steps, self._graph.moves))

    def replay(self) -> Expr:
        """Apply every step again and return where they end, which is the result.

        :raises ReplayError: if a step is not what its rule produces, applies to something
            that is not there, or if the last does not end at the result.
        """
        (end,) = self.lines()[-1].terms or (zero_like(self.wrt),)
        if end != self.result:
            raise ReplayError(
                f"the steps end at {text(end)}, not at the result {text(self.result)}"
            )
        return end

    @cached_property
    def assumptions(self) -> tuple[Condition, ...]:
        """What has to hold for the result, each condition once."""
        return tuple(dict.fromkeys(c for step in self.steps for c in step.requires))

    def elementwise(self, sizes: Mapping[Any, int] | None = None, **options: Any) -> Expr:
        """Differentiate the expanded expression entry by entry, without the engine.

        :param sizes: a positive integer for each size symbol.
        :param options: `entry`, a function of X, i, j that names the entries of X; they are
            `X[i, j]` without it.
        :returns: an explicit matrix in the shape of `result`, or a scalar.
        :raises SizesError: if a size is missing, unknown or not a positive integer.
        """
        return check.elementwise(self.expr, self.wrt, sizes, **options)

    def stepwise(self, sizes: Mapping[Any, int] | None = None) -> Stepwise:
        """Carry the result out in four stages, from names to entries.

        :param sizes: a positive integer for each size symbol.
        :raises SizesError: if a size is missing, unknown or not a positive integer.
        """
        given = check.resolve_sizes(sizes, self.expr, self.wrt)
        gradient = substitute(self.compact, self._found.gradients)
        return stepwise(gradient, self._graph.definitions, given)

    def instantiate(self, values: Mapping[Any, Any]) -> Derivation:
        """Put concrete functions in place of abstract ones and derive again.

        :param values: for each undefined function, `MatrixFunction` or symbol what takes
            its place: a function of the same arguments, or a value of the same shape.
        :raises InputError: if something to be replaced does not occur, or is the variable.
        """
        if self.wrt in values:
            raise InputError(f"{self.wrt} is the variable of the derivation and stays a symbol")
        return carry_out(instantiate(self.expr, values), self.wrt)

    def verify(self, sizes: Mapping[Any, int] | None = None, **options: Any) -> Verification:
        """Compare the result with the derivative found entry by entry.

        :param sizes: a positive integer for each size symbol.
        :returns: what was compared, and how.
        :raises VerificationError: if an entry differs; the message names the first.
        :raises SizesError: if a size is missing, unknown or not a positive integer.
        """
        return check.verify(self.expr, self.wrt, self.result, sizes, **options)

    @property
    def equation(self) -> Formula:
        """The result as a formula: ∂L/∂W = …"""
        return equation(self)

    def _repr_latex_(self) -> str:
        return block(self)._repr_latex_()

    def __str__(self) -> str:
        return sentence(self)


def _output_name(expr: Expr) -> Symbol:
    taken = {str(symbol).split("_")[0] for symbol in expr.free_symbols}
    return Symbol(next((name for name in ("L", "J", "f", "y") if name not in taken), "L_0"))


def carry_out(expr: Expr, wrt: Expr) -> Derivation:
    """Differentiate a scalar expression with respect to a symbol.

    :param expr: a scalar or 1×1 expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if `expr` is a larger matrix, or has an operation without a rule.
    """
    graph = name_intermediates(expr, wrt, supports)
    if expr.is_Matrix and not all(same_size(size, S.One) for size in expr.shape):
        raise UnsupportedError(
            f'"{text(expr)}" is a {expr.shape[0]}×{expr.shape[1]} matrix; '
            "derive differentiates scalars, so take its trace or the sum of its entries first"
        )
    output = _output_name(expr)
    return Derivation(expr, wrt, output, graph, sweep(graph, wrt, output))
