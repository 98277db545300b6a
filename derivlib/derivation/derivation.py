"""The object a reader holds: a derivative with the steps that led to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sympy import Expr, Identity, MatrixSymbol

from derivlib import check
from derivlib.check.verify import Verification
from derivlib.derivation import recording
from derivlib.derivation.chain import Chain, chain_rule
from derivlib.derivation.computation import ComputationGraph, computation_graph
from derivlib.derivation.instantiate import instantiate
from derivlib.derivation.layout import Layout, layout_of, output_name
from derivlib.derivation.premises import NOTHING_ASSUMED, Premises, premises
from derivlib.derivation.replay import Line, states
from derivlib.derivation.step import Step
from derivlib.derivation.stepwise import Stepwise, stepwise
from derivlib.display.derivation import block, equation, sentence
from derivlib.display.formula import Formula
from derivlib.display.places import compound_places
from derivlib.display.substitutions import Substitutions, folded
from derivlib.display.text import text
from derivlib.engine.events import Found
from derivlib.engine.expansion import supports
from derivlib.engine.forward import forward
from derivlib.engine.graph import Graph, name_intermediates
from derivlib.engine.simplification import Rewriting, simplify
from derivlib.engine.sweep import sweep
from derivlib.errors import InputError, ReplayError
from derivlib.expressions.construction import zero_like
from derivlib.expressions.substitution import resolve, substitute
from derivlib.rules.rule import Condition
from derivlib.vocabulary import BasisMatrix, FormalHessian, Inner, OnVec, Restricted, d, numel

__all__ = ["Derivation"]


@dataclass(frozen=True, eq=False)
class Derivation:
    """A derivative and how it came about.

    ```pycon
    >>> from sympy import Function, HadamardProduct, MatrixSymbol, symbols
    >>> from derivlib import derive, explicit, sum_entries
    >>> n, m, p = symbols("n m p", integer=True, positive=True)
    >>> X, W = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
    >>> sigma, lam = Function("sigma"), Function("lambda")
    >>> d, sizes = derive(lam((X * W).applyfunc(sigma)), W), {n: 4, m: 3, p: 2}
    >>> print(d)
    ∂L/∂W = Xᵀ*(∂λ(S)/∂S ⊙ σ'(X*W)), S = σ(X*W)
    >>> print(*d.assumptions)
    X constant
    >>> d.replay() == d.result and d.steps[-1].after == d.result
    True
    >>> d.verify(sizes).entries
    6
    >>> squares = d.instantiate({lam: lambda S: sum_entries(HadamardProduct(S, S))})
    >>> explicit(squares.result, sizes) == squares.elementwise(sizes)
    True

    ```

    :param expr: what was differentiated.
    :param wrt: with respect to what.
    :param output: what the value of `expr` is called in the display.
    :param layout: whether the derivative is a gradient, a Jacobian or that by a scalar.
    :param premises: assumptions on constants, and the structure of the variable.
    :param gradient: for a Hessian, the derivation of the gradient, which is differentiated.
    """

    expr: Expr
    wrt: Expr
    output: Expr
    layout: Layout
    premises: Premises = field(repr=False)
    _graph: Graph = field(repr=False)
    _found: Found = field(repr=False)
    gradient: Derivation | None = field(default=None, repr=False)

    @property
    def intermediates(self) -> Mapping[Expr, Expr]:
        """The named intermediates, in the order of computation: N = XW, S = σ(N)."""
        return MappingProxyType(self._graph.definitions)

    @property
    def gradients(self) -> Mapping[Expr, Expr]:
        """The derivatives that were given a name, ∂L/∂N, in the order they were found."""
        return MappingProxyType(self._found.named)

    @property
    def differentiated(self) -> Expr:
        """What the steps differentiate: `expr`, or for a Hessian its gradient."""
        return self.expr if self.gradient is None else self.gradient.result

    @property
    def order(self) -> int:
        """How many times `expr` is differentiated: twice for a Hessian."""
        return 1 if self.gradient is None else 2

    @property
    def label(self) -> Expr:
        """The derivative, written and not carried out: ∂L/∂W."""
        structure = self.premises.structure
        if structure is None:
            return self._label(self.wrt)
        basis = BasisMatrix(structure, self.wrt.shape[0])
        if self.layout is Layout.JACOBIAN:
            theta = MatrixSymbol("theta", basis.shape[1], 1)
            return Restricted(self._label(theta), self.wrt, basis)
        return Restricted(self._label(self.wrt), self.wrt, basis)

    @property
    def free_label(self) -> Expr:
        """The derivative with all entries of the variable free, written and not carried out."""
        return self._label(self.wrt)

    def _label(self, wrt: Expr) -> Expr:
        if self.gradient is not None:
            return FormalHessian(self.gradient.output, wrt)
        return self.layout.label(self.output, wrt)

    @property
    def parts(self) -> tuple[Derivation, ...]:
        """The derivations it consists of: two for a Hessian, that of the gradient first."""
        return (self,) if self.gradient is None else (self.gradient, self)

    def differential_of(self, target: Expr | None) -> Expr:
        """What a line is the differential of: an intermediate, or the whole expression."""
        if target is not None:
            return d(target)
        whole = d(self.output)
        if self.layout is Layout.JACOBIAN:
            return OnVec(Identity(numel(self.output)), whole)
        return whole

    @property
    def root(self) -> Expr:
        """The expression over the named intermediates."""
        return self._graph.root

    @cached_property
    def letters(self) -> Mapping[Expr, Expr]:
        """What each name stands for in the reader's own symbols, with the name.

        Where a name stands for something that is rewritten in the result, so is what it stands
        for here.
        """
        definitions = self._graph.definitions
        found = {resolve(value, definitions): name for name, value in definitions.items()}
        if any(place not in found for place in compound_places(self.result)):
            facts = self.premises.facts
            rewritten = {_last(simplify(value, facts), value): found[value] for value in found}
            found = {**rewritten, **found}
        return found

    @cached_property
    def chain(self) -> Chain:
        """The chain rule, not carried out: ∂L/∂S · ∂S/∂N · ∂N/∂W."""
        return chain_rule(self._graph, self.wrt, self.output)

    @cached_property
    def graph(self) -> ComputationGraph:
        """What is computed from what, and the derivatives on the way to the variable.

        For a Hessian it is the graph of the gradient, which is what is differentiated; the
        graph of the expression itself is `gradient.graph`.
        """
        return computation_graph(
            self._graph, self._found, self.layout, self.premises, self.output, self.wrt,
            self.compact,
        )  # fmt: skip

    @cached_property
    def _rewritten(self) -> list[Rewriting]:
        """How the derivative over names is simplified."""
        return simplify(self._found.derivative, self.premises.facts)

    @cached_property
    def _resolved(self) -> Expr:
        return resolve(self.compact, {**self._graph.definitions, **self._found.named})

    @cached_property
    def _simplified(self) -> list[Rewriting]:
        """How the derivative in the reader's own symbols is simplified."""
        return simplify(self._resolved, self.premises.facts)

    def _restricted(self, derivative: Expr) -> tuple[Step, ...]:
        """The step to the free entries of a structured variable, if it has a structure."""
        structure = self.premises.structure
        if structure is None:
            return ()
        kind = "Hessian" if self.order == 2 else self.layout.value
        return (recording.restriction(kind, derivative, self.wrt, structure),)

    @cached_property
    def _restriction(self) -> tuple[Step, ...]:
        return self._restricted(_last(self._simplified, self._resolved))

    @cached_property
    def _finished(self) -> list[Rewriting]:
        """How the derivative by free entries is simplified."""
        return [
            rewriting
            for step in self._restriction
            for rewriting in simplify(step.after, self.premises.facts)
        ]

    @property
    def compact(self) -> Expr:
        """The derivative over the named intermediates."""
        return _last(self._rewritten, self._found.derivative)

    @property
    def result(self) -> Expr:
        """The derivative in the reader's own symbols; the last step's `after`."""
        return self.steps[-1].after

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order in which it was made."""
        return tuple(step for part in self.parts for step in part._own_steps)

    @cached_property
    def _own_steps(self) -> tuple[Step, ...]:
        graph, wrt = self._graph, self.wrt
        return (
            *recording.naming(graph),
            *recording.recorded(self._found.events, graph, wrt),
            recording.identification(self.layout, self._found.derivative, wrt),
            *recording.rewriting(self._rewritten),
            *recording.substitution(self.compact, self._resolved),
            *recording.rewriting(self._simplified),
            *self._restriction,
            *recording.rewriting(self._finished),
        )

    def lines(self) -> tuple[Line, ...]:
        """The derivation line by line: what stands after each step.

        :raises ReplayError: if a step does not follow.
        """
        return tuple(line for part in self.parts for line in part.own_lines())

    def own_lines(self) -> Iterator[Line]:
        """The lines without those that lead to the gradient of a Hessian."""
        graph, expr = self._graph, self.differentiated
        return states(expr, graph.root, self._own_steps, graph.moves, self.wrt, self.layout)

    def replay(self) -> Expr:
        """Apply every step again and return where they end, which is the result.

        :raises ReplayError: if a step is not what its rule produces, applies to something
            that is not there, or if the last does not end at the result.
        """
        *_, last = self.lines()
        (end,) = last.terms or (zero_like(self.result),)
        if end != self.result:
            raise ReplayError(
                f"the steps end at {text(end)}, not at the result {text(self.result)}"
            )
        return end

    @cached_property
    def assumptions(self) -> tuple[Condition, ...]:
        """What has to hold for the result, each condition once."""
        required = (c for step in self.steps for c in step.requires)
        return tuple(dict.fromkeys((*self.premises.conditions, *required)))

    def elementwise(self, sizes: Mapping[Any, int] | None = None, **options: Any) -> Expr:
        """Differentiate the expanded expression entry by entry, without the engine.

        :param sizes: a positive integer for each size symbol.
        :param options: `entry`, a function of X, i, j that names the entries of X; they are
            `X[i, j]` without it.
        :returns: an explicit matrix in the shape of `result`, or a scalar.
        :raises SizesError: if a size is missing, unknown or not a positive integer.
        """
        return check.elementwise(
            self.expr, self.wrt, sizes, order=self.order, **self._premised(options)
        )

    def stepwise(self, sizes: Mapping[Any, int] | None = None) -> Stepwise:
        """Carry the result out in four stages, from names to entries.

        :param sizes: a positive integer for each size symbol.
        :raises SizesError: if a size is missing, unknown or not a positive integer.
        """
        given = check.resolve_sizes(sizes, self.expr, self.wrt)
        derivative = substitute(self.compact, self._found.named)
        for step in self._restricted(derivative):
            derivative = step.after
        return stepwise(derivative, self._graph.definitions, given)

    def instantiate(self, values: Mapping[Any, Any]) -> Derivation:
        """Put concrete functions in place of abstract ones and derive again.

        :param values: for each undefined function, `MatrixFunction` or symbol what takes
            its place: a function of the same arguments, or a value of the same shape.
        :raises InputError: if something to be replaced does not occur, or is the variable.
        """
        if self.wrt in values:
            raise InputError(f"{self.wrt} is the variable of the derivation and stays a symbol")
        again = carry_out if self.gradient is None else carry_out_twice
        expr = instantiate(self.expr, values)
        taken = premises(expr, self.wrt, self.premises.structure, self.premises.given)
        return again(expr, self.wrt, taken)

    def verify(self, sizes: Mapping[Any, int] | None = None, **options: Any) -> Verification:
        """Compare the result with the derivative found entry by entry.

        :param sizes: a positive integer for each size symbol.
        :returns: what was compared, and how.
        :raises VerificationError: if an entry differs; the message names the first.
        :raises SizesError: if a size is missing, unknown or not a positive integer.
        """
        return check.verify(
            self.expr, self.wrt, self.result, sizes, order=self.order, **self._premised(options)
        )

    def _premised(self, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "structure": self.premises.structure,
            "assuming": self.premises.given,
            **options,
        }

    @property
    def equation(self) -> Formula:
        """The result as a formula: ∂L/∂W = …"""
        return equation(self)

    def substitutions(self, first: int = 1, last: int | None = None) -> Substitutions:
        """Tell what steps substituted: their rules, what the placeholders stood for, the outcome.

        :param first: the number of the first step to tell, counted from 1.
        :param last: the number of the last; all that follow if it is left out.
        :raises InputError: if there are no such steps.
        """
        last = len(self.steps) if last is None else last
        if not 1 <= first <= last <= len(self.steps):
            raise InputError(
                f"there are no steps {first} to {last}: the derivation has {len(self.steps)}, "
                "counted from 1"
            )
        return Substitutions(self.steps[first - 1 : last], first)

    def _repr_latex_(self) -> str:
        return block(self)._repr_latex_()

    def _repr_markdown_(self) -> str:
        return f"{self._repr_latex_()}\n\n{folded(self.steps)}"

    def __str__(self) -> str:
        return sentence(self)


def _last(rewritings: list[Rewriting], start: Expr) -> Expr:
    """Where rewritings end."""
    return rewritings[-1].after if rewritings else start


def carry_out(
    expr: Expr, wrt: Expr, taken: Premises = NOTHING_ASSUMED, output: Expr | None = None
) -> Derivation:
    """Differentiate an expression with respect to a symbol.

    :param expr: a scalar or a matrix expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :param taken: assumptions on constants, and the structure of the variable.
    :param output: what to call the value of `expr`; a letter is chosen if it is not given.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if `expr` has an operation without a rule.
    """
    graph = name_intermediates(expr, wrt, supports)
    layout = layout_of(expr, wrt)
    if output is None or (output.is_Matrix and layout is Layout.GRADIENT):
        output = output_name(expr, layout)
    if layout is Layout.RATE:
        found = forward(graph, wrt)
    else:
        found = sweep(graph, wrt, output, OnVec if layout is Layout.JACOBIAN else Inner)
    return Derivation(expr, wrt, output, layout, taken, graph, found)


def carry_out_twice(expr: Expr, wrt: Expr, taken: Premises = NOTHING_ASSUMED) -> Derivation:
    """Differentiate a scalar expression twice with respect to a symbol.

    :param expr: a scalar or 1×1 expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :param taken: assumptions on constants, and the structure of the variable.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if `expr` has an operation without a rule.
    """
    gradient = carry_out(expr, wrt, replace(taken, structure=None))
    second = carry_out(gradient.result, wrt, taken, gradient.label)
    return replace(second, expr=expr, gradient=gradient)
