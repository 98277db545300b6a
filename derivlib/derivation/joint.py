"""The derivatives by several variables, found together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sympy import Expr

from derivlib.check.claims.verification import Verification
from derivlib.derivation import recording
from derivlib.derivation.computed import Computed, computed
from derivlib.derivation.derivation import Derivation, carry_out
from derivlib.derivation.instantiate import instantiate_all
from derivlib.derivation.layout import Layout
from derivlib.derivation.premises import Premises, premises
from derivlib.derivation.replacements import refuse_variables
from derivlib.derivation.replay import Line, states
from derivlib.derivation.step import Step
from derivlib.derivation.writes_code import WritesCode
from derivlib.display.aligned_block import block, joint_sentence
from derivlib.engine.intermediates import Graph
from derivlib.errors import ReplayError
from derivlib.expressions.problem import Written
from derivlib.expressions.text import text
from derivlib.rules.rule import Condition

__all__ = ["JointDerivation", "carry_out_jointly"]


@dataclass(frozen=True, eq=False)
class JointDerivation(WritesCode, Mapping[Expr, Derivation]):
    """The derivatives of one expression by several variables, found in one sweep.

    It maps each variable to the derivation by that variable alone.

    ```pycon
    >>> from sympy import Function, MatrixSymbol, OneMatrix, symbols
    >>> from derivlib import derive, explicit
    >>> n, m, p = symbols("n m p", integer=True, positive=True)
    >>> X, W, b = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p), MatrixSymbol("b", p, 1)
    >>> sigma, lam = Function("sigma"), Function("lambda")
    >>> L = lam((X * W + OneMatrix(n, 1) * b.T).applyfunc(sigma))
    >>> d = derive(L, [W, b])
    >>> print(d)
    ∂L/∂W = Xᵀ*(∂λ(S)/∂S ⊙ σ'(X*W + 1[n×1]*bᵀ)), S = σ(X*W + 1[n×1]*bᵀ)
    ∂L/∂b = (∂λ(S)/∂S ⊙ σ'(X*W + 1[n×1]*bᵀ))ᵀ*1[n×1], S = σ(X*W + 1[n×1]*bᵀ)
    >>> d.replay() == tuple(d.results.values())
    True
    >>> [each.entries for each in d.verify({n: 4, m: 3, p: 2}).values()]
    [6, 2]
    >>> d[b].result == d.results[b]
    True

    ```

    :param written: what is differentiated, with the names its author gave.
    :param variables: with respect to what.
    :param premises: assumptions on constants.
    """

    written: Written = field(repr=False)
    variables: tuple[Expr, ...]
    premises: Premises = field(repr=False)
    _computed: Computed = field(repr=False)
    _alone: dict[Expr, Derivation] = field(default_factory=dict, repr=False)

    def __getitem__(self, wrt: Expr) -> Derivation:
        """The derivation by one variable alone, with steps of its own.

        :raises KeyError: if it is none of the variables.
        """
        if wrt not in self._alone:
            if wrt not in self.variables:
                raise KeyError(wrt)
            self._alone[wrt] = carry_out(self.written, wrt, self.premises)
        return self._alone[wrt]

    # Two are the same only as objects, as derivations are; comparing items would derive again.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __iter__(self) -> Iterator[Expr]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)

    @property
    def expr(self) -> Expr:
        """What is differentiated, as it was written."""
        return self.written.expr

    @property
    def where(self) -> Mapping[Expr, Expr]:
        """What the names in `expr` stand for, if its author gave it any."""
        return MappingProxyType(dict(self.written.where))

    @property
    def output(self) -> Expr:
        """What the value of the expression is called."""
        return self._computed.output

    @property
    def layout(self) -> Layout:
        """Whether the derivatives are gradients or Jacobians."""
        return self._computed.layout

    @property
    def _graph(self) -> Graph:
        return self._computed.graph

    @property
    def shared(self) -> Mapping[Expr, Expr]:
        """What stays named in the results, as :attr:`Derivation.shared` says of one."""
        return next(iter(self._views.values())).shared

    @property
    def root(self) -> Expr:
        """The expression over the named intermediates."""
        return self._graph.root

    @property
    def intermediates(self) -> Mapping[Expr, Expr]:
        """The named intermediates, in the order of computation: N = XW, S = σ(N)."""
        return MappingProxyType(self._graph.definitions)

    @property
    def gradients(self) -> Mapping[Expr, Expr]:
        """The derivatives that were given a name, ∂L/∂N, in the order they were found."""
        return MappingProxyType(self._computed.found.named)

    @cached_property
    def _views(self) -> Mapping[Expr, Derivation]:
        """For each variable what can be said of it from what was found together."""
        return {
            wrt: Derivation(self.written, wrt, self.premises, self._computed)
            for wrt in self.variables
        }

    def by(self, wrt: Expr) -> Derivation:
        """What the display needs to know of the derivative by one of the variables."""
        return self._views[wrt]

    @property
    def results(self) -> Mapping[Expr, Expr]:
        """The derivative by each variable, as :attr:`Derivation.result` gives it."""
        return MappingProxyType({wrt: view.result for wrt, view in self._views.items()})

    @property
    def compact(self) -> Mapping[Expr, Expr]:
        """The derivative by each variable, over the named intermediates."""
        return MappingProxyType({wrt: view.compact for wrt, view in self._views.items()})

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order in which it was made; what is common is made once."""
        return (
            *recording.naming(self._graph),
            *recording.recorded(self._computed.found.events, self._graph, self.variables),
            *(step for view in self._views.values() for step in view._outcome.steps),
        )

    @property
    def parts(self) -> tuple[JointDerivation, ...]:
        """The derivations it consists of, as the display asks for them."""
        return (self,)

    def own_lines(self) -> Iterator[Line]:
        """What stands after each step."""
        return states(self.written, self._graph, self.steps, self.variables, self.layout)

    def lines(self) -> tuple[Line, ...]:
        """The derivation line by line: what stands after each step.

        :raises ReplayError: if a step does not follow.
        """
        return tuple(self.own_lines())

    def replay(self) -> tuple[Expr, ...]:
        """Apply every step again and return where they end, which are the results.

        :raises ReplayError: if a step is not what its rule produces, applies to something
            that is not there, or if they do not end at the results.
        """
        ends: dict[Expr | None, Expr] = {
            line.by: line.terms[0] for line in self.own_lines() if line.by is not None
        }
        for wrt, result in self.results.items():
            if ends.get(wrt) != result:
                raise ReplayError(f"the steps do not end at {text(result)}, the result for {wrt}")
        return tuple(ends[wrt] for wrt in self.variables)

    @cached_property
    def assumptions(self) -> tuple[Condition, ...]:
        """What has to hold for the results, each condition once."""
        required = (c for step in self.steps for c in step.requires)
        return self._computed.resolved((*self.premises.conditions, *required))

    def differential_of(self, target: Expr | None) -> Expr:
        """What a line is the differential of."""
        return next(iter(self._views.values())).differential_of(target)

    def elementwise(
        self, sizes: Mapping[Any, int] | None = None, **options: Any
    ) -> Mapping[Expr, Expr]:
        """Differentiate the expanded expression entry by entry, without the engine.

        :param sizes: a positive integer for each size symbol.
        :param options: as for :meth:`Derivation.elementwise`.
        :returns: for each variable an explicit matrix in the shape of its result, or a scalar.
        :raises SizesError: if a size is missing, unknown or not a positive integer.
        """
        return {wrt: v.elementwise(sizes, **options) for wrt, v in self._views.items()}

    def verify(
        self, sizes: Mapping[Any, int] | None = None, **options: Any
    ) -> Mapping[Expr, Verification]:
        """Compare each result with the derivative found entry by entry.

        :param sizes: a positive integer for each size symbol.
        :returns: for each variable what was compared, and how.
        :raises VerificationError: if an entry differs; the message names the first.
        :raises SizesError: if a size is missing, unknown or not a positive integer.
        """
        return {wrt: view.verify(sizes, **options) for wrt, view in self._views.items()}

    def instantiate(self, values: Mapping[Any, Any]) -> JointDerivation:
        """Put concrete functions in place of abstract ones and derive again.

        :param values: as for :meth:`Derivation.instantiate`.
        :raises InputError: as :meth:`Derivation.instantiate`.
        :raises ShapeError: as :meth:`Derivation.instantiate`.
        """
        told = (
            ": a variable of the derivation stays a symbol; derive by the others alone to put a "
            "value in its place"
        )
        refuse_variables(values, self.variables, told)
        written = instantiate_all(self.written, values)
        return carry_out_jointly(written, self.variables, self.premises.given)

    @property
    def _code_names(self) -> Mapping[Expr, Expr]:
        """What code may give a name: intermediates and derivatives of intermediates."""
        return self._computed.names

    @property
    def _code_outputs(self) -> list[tuple[str, Expr]]:
        """What code calculates: the derivatives over names."""
        return [(text(view.label), view.compact) for view in self._views.values()]

    @property
    def _code_values(self) -> list[tuple[str, Expr]]:
        """What code may return before: the value."""
        return [(text(self.output), self.root)]

    @property
    def _code_name(self) -> str:
        """What the function is called if nothing else is asked for."""
        return f"{self.layout.value.lower()}s"

    @property
    def _asked(self) -> Written:
        """What was asked to be differentiated."""
        return self.written

    def _repr_latex_(self) -> str:
        return block(self)._repr_latex_()

    def __str__(self) -> str:
        return joint_sentence(self._views.values())


def carry_out_jointly(
    written: Written, variables: tuple[Expr, ...], assuming: Any = ()
) -> JointDerivation:
    """Differentiate an expression with respect to several symbols, in one sweep.

    :param written: a scalar or a matrix expression.
    :param variables: `Symbol`s and `MatrixSymbol`s.
    :param assuming: SymPy's assumptions on constants.
    :raises InputError: as :func:`derivlib.derivation.premises.premises`; for a matrix by
        several variables of which one is a scalar.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if `expr` has an operation without a rule.
    """
    taken = premises(written, variables, None, assuming)
    return JointDerivation(written, variables, taken, computed(written, variables))
