"""The derivatives by several variables, found together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn

from sympy import Expr, SympifyError

from derivlib.check.claims.verification import Method, Verification
from derivlib.derivation import recording
from derivlib.derivation.base import DerivationBase
from derivlib.derivation.computed import Computed, computed
from derivlib.derivation.derivation import Derivation, carry_out
from derivlib.derivation.instantiate import instantiate_all
from derivlib.derivation.layout import LayoutName
from derivlib.derivation.premises import Premises, premises
from derivlib.derivation.replacements import refuse_variables
from derivlib.derivation.replay import check_names, replayed
from derivlib.derivation.states import Line, states
from derivlib.derivation.step import Step
from derivlib.derivation.writes_code import BackendName
from derivlib.display.aligned_block import equations, joint_sentence
from derivlib.display.formula import Formula
from derivlib.display.rows import Rows
from derivlib.errors import InputError, ReplayError
from derivlib.expressions.problem import Written
from derivlib.expressions.text import text
from derivlib.nodes.symbolic import Entry


class SeveralResultsError(InputError, SympifyError):
    """Several results stand where SymPy looks for one expression."""

    __str__ = Exception.__str__


@dataclass(frozen=True, eq=False, repr=False)
class JointDerivation(DerivationBase, Mapping[Expr, Derivation]):
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

    _RESULT: ClassVar[str] = "d.results[variable]"

    written: Written
    variables: tuple[Expr, ...]
    premises: Premises
    _computed: Computed
    _alone: dict[Expr, Derivation] = field(default_factory=dict)

    def __getitem__(self, wrt: Expr) -> Derivation:
        """The derivation by one variable alone, with steps of its own.

        :raises KeyError: if it is none of the variables.
        """
        if wrt not in self._alone:
            if wrt not in self.variables:
                raise KeyError(wrt)
            self._alone[wrt] = carry_out(self.written, wrt, self.premises)
        return self._alone[wrt]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, JointDerivation):
            other = other.results
        return isinstance(other, Mapping) and dict(self.results) == other

    def __hash__(self) -> int:
        return hash(tuple(self.results.items()))

    def _sympy_(self) -> NoReturn:
        names = ", ".join(map(str, self.variables))
        raise SeveralResultsError(
            f"a JointDerivation has a result for each of {names}, and is no expression; take "
            f"one of them: d.results[{self.variables[0]}]"
        )

    def __iter__(self) -> Iterator[Expr]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)

    @property
    def expr(self) -> Expr:
        """What is differentiated, as it was written."""
        return self.written.expr

    @property
    def shared(self) -> Mapping[Expr, Expr]:
        """What stays named in the results, as :attr:`Derivation.shared` says of one."""
        return next(iter(self._views.values())).shared

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
        return Rows(
            (
                *recording.beginning(self._computed.readings, self._graph),
                *recording.recorded(self._computed.found.events, self._graph, self.variables),
                *(step for view in self._views.values() for step in view._outcome.steps),
            )
        )

    @property
    def parts(self) -> tuple[JointDerivation, ...]:
        """The derivations it consists of, as the display asks for them."""
        return (self,)

    def own_lines(self) -> Iterator[Line]:
        """What stands after each step."""
        return self._told(states(self._graph, self.steps, self.variables, self.layout))

    def replay(self) -> tuple[Expr, ...]:
        """Apply every step again and return where they end, which are the results.

        :raises ReplayError: if a step is not what its rule produces, applies to something
            that is not there, or if they do not end at the results.
        """
        check_names(self.written, self.root, self.steps)
        for view in self._views.values():
            if view._outcome.is_over_own_names:
                view.verify()
        lines = replayed(self._graph, self.steps, self.variables, self.layout)
        ends = {line.by: line.terms[0] for line in lines if line.by is not None}
        for wrt, view in self._views.items():
            if ends.get(wrt) != view.end:
                raise ReplayError(f"the steps do not end at {text(view.end)}, the result for {wrt}")
        return tuple(self.results.values())

    def differential_of(self, target: Expr | None) -> Expr:
        """What a line is the differential of."""
        return next(iter(self._views.values())).differential_of(target)

    def in_layout(self, layout: LayoutName) -> Mapping[Expr, Expr]:
        """The results as a book in another layout prints them.

        :param layout: as for :meth:`Derivation.in_layout`.
        :raises InputError: if there is no such layout.
        """
        return {wrt: view.in_layout(layout) for wrt, view in self._views.items()}

    def elementwise(
        self, sizes: Mapping[Any, int] | None = None, *, entry: Entry | None = None
    ) -> Mapping[Expr, Expr]:
        """Differentiate the expanded expression entry by entry, without the engine.

        :param sizes: a positive integer for each size symbol, or for its name.
        :param entry: as for :meth:`Derivation.elementwise`.
        :returns: for each variable an explicit matrix in the shape of its result, or a scalar.
        :raises SizesError: if a size is missing or not a positive integer.
        """
        return {wrt: v.elementwise(sizes, entry=entry) for wrt, v in self._views.items()}

    def verify(
        self,
        sizes: Mapping[Any, int] | None = None,
        *,
        seed: int = 0,
        points: int = 2,
        method: Method | None = None,
        code: BackendName | None = None,
    ) -> Mapping[Expr, Verification]:
        """Compare each result with the derivative found entry by entry.

        :param sizes: as for :meth:`Derivation.verify`; so are the others.
        :param seed: the seed of the random points.
        :param points: how many points.
        :param method: "exact" or "double".
        :param code: "numpy", "jax" or "torch" to compare what the code calculates too.
        :returns: for each variable what was compared, and how.
        :raises VerificationError: if an entry differs; the message names the first.
        :raises SizesError: if a size is missing or not a positive integer.
        """
        return {
            wrt: view.verify(sizes, seed=seed, points=points, method=method, code=code)
            for wrt, view in self._views.items()
        }

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
        taken = premises(written, self.variables, assuming=self.premises.given)
        return carry_out_jointly(written, self.variables, taken)

    @property
    def _code_outputs(self) -> list[tuple[str, Expr]]:
        """What code calculates: the results."""
        return [(text(view.label), view.result) for view in self._views.values()]

    @property
    def _code_values(self) -> list[tuple[str, Expr]]:
        """What code may return before: the value."""
        return [(text(self.output), self._value)]

    @property
    def _code_name(self) -> str:
        """What the function is called if nothing else is asked for."""
        return f"{self.layout.value.lower()}s"

    @property
    def _asked(self) -> Written:
        """What was asked to be differentiated."""
        return self.written

    def __reduce__(self) -> tuple[Any, ...]:
        return carry_out_jointly, (self.written, self.variables, self.premises)

    @property
    def equation(self) -> Formula:
        """The results as a formula, one below the other."""
        return replace(equations(self._views.values()), derivations=self.derivations)

    def __str__(self) -> str:
        return joint_sentence(self._views.values())


def carry_out_jointly(
    written: Written, variables: tuple[Expr, ...], taken: Premises
) -> JointDerivation:
    """Differentiate an expression with respect to several symbols, in one sweep.

    :param written: a scalar or a matrix expression.
    :param variables: `Symbol`s and `MatrixSymbol`s.
    :param taken: assumptions on constants.
    :raises InputError: for a matrix by several variables of which one is a scalar.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if `expr` has an operation without a rule.
    """
    return JointDerivation(written, variables, taken, computed(written, variables))
