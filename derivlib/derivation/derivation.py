"""The object a reader holds: a derivative with the steps that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

from sympy import Expr, Identity, MatrixSymbol

from derivlib import check
from derivlib.check.claims.verification import Method, Verification
from derivlib.derivation import recording
from derivlib.derivation.base import DerivationBase
from derivlib.derivation.chain import Chain, chain_rule
from derivlib.derivation.computation_graph import ComputationGraph, computation_graph
from derivlib.derivation.computed import Computed, computed
from derivlib.derivation.instantiate import instantiate_all
from derivlib.derivation.layout import Layout, LayoutName
from derivlib.derivation.outcome import Outcome, simplified
from derivlib.derivation.premises import NOTHING_ASSUMED, Premises, premises
from derivlib.derivation.replacements import refuse_variables
from derivlib.derivation.replay import check_names, replayed
from derivlib.derivation.states import Line, states
from derivlib.derivation.step import Step
from derivlib.derivation.stepwise import Stepwise, stepwise
from derivlib.derivation.writes_code import BackendName
from derivlib.display.aligned_block import equation, sentence
from derivlib.display.formula import Formula
from derivlib.display.rows import Rows
from derivlib.display.substitutions import Substitutions, folded
from derivlib.engine.events import CHECKED, NAMING
from derivlib.engine.simplify.simplification import Rewriting, expand, simplify
from derivlib.errors import InputError, ReplayError, UnsupportedError
from derivlib.expressions.construction import transpose, zero_like
from derivlib.expressions.problem import Written
from derivlib.expressions.sizes import expression
from derivlib.expressions.substitution import normal_form, resolve, substitute
from derivlib.expressions.text import text
from derivlib.nodes import BasisMatrix, FormalHessian, OnVec, Restricted, d, numel
from derivlib.nodes.partials import compound_places
from derivlib.nodes.prime import in_sympy
from derivlib.nodes.symbolic import Entry


@dataclass(frozen=True, eq=False, repr=False)
class Derivation(DerivationBase):
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

    :param written: what the steps differentiate, with the names its author gave: `expr`, or
        for a Hessian its gradient.
    :param wrt: with respect to what.
    :param premises: assumptions on constants, and the structure of the variable.
    :param gradient: for a Hessian, the derivation of the gradient, which is differentiated.
    :param conclusion: the form that the derivation ends at, where a reader asked for one.
    """

    _RESULT: ClassVar[str] = "d.result"

    written: Written
    wrt: Expr
    premises: Premises
    _computed: Computed
    gradient: Derivation | None = None
    conclusion: Expr | None = None

    @property
    def expr(self) -> Expr:
        """What is differentiated, as it was written; a Hessian is of the expression itself."""
        return self.written.expr if self.gradient is None else self.gradient.expr

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

    @cached_property
    def letters(self) -> Mapping[Expr, Expr]:
        """What each name stands for in the reader's own symbols, with the name.

        Where a name stands for something that is rewritten in the result, so is what it stands
        for here.
        """
        if self.shared:
            return {}
        chosen = self._computed.chosen
        found = {resolve(value, chosen): name for name, value in chosen.items()}
        if any(place not in found for place in compound_places(self.end)):
            facts = self.premises.facts
            rewritten = {simplified(value, facts): found[value] for value in found}
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
        drawn = computation_graph(self._computed, self.premises, self.wrt, self.compact)
        return replace(drawn, derivations=self.derivations)

    def by(self, wrt: Expr) -> Derivation:
        """What the display needs to know of the derivative by the variable: this derivation."""
        return self

    @cached_property
    def _outcome(self) -> Outcome:
        """How the result came about once the differential was in its form."""
        return Outcome(self._computed, self.wrt, self.premises, self.order)

    @property
    def compact(self) -> Expr:
        """The derivative over the named intermediates."""
        return self._outcome.compact

    @property
    def shared(self) -> Mapping[Expr, Expr]:
        """What stays named in the result, which would be too long to read without.

        The result is written in the reader's own symbols as long as it has at most 1,000 nodes
        then, with those derived along with it, and nests at most 100 deep. Otherwise it is over
        names: intermediates, and derivatives of intermediates such as ∂L/∂N, each with its
        definition here, after those it uses.
        """
        return MappingProxyType(self._computed.names if self._computed.is_long else {})

    def _sympy_(self) -> Expr:
        return self.result

    @property
    def end(self) -> Expr:
        """The last step's `after`: the result, with σ' as a node of derivlib where it is one."""
        return self._outcome.end if self.conclusion is None else self.conclusion

    @cached_property
    def result(self) -> Expr:
        """The derivative in the reader's own symbols: where the steps end.

        That of a scalar by a scalar has SymPy's own derivatives of undefined functions in it.
        """
        return self.end if self.end.is_Matrix else in_sympy(self.end)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order in which it was made."""
        return Rows(step for part in self.parts for step in part._own_steps)

    @cached_property
    def _own_steps(self) -> tuple[Step, ...]:
        steps = [
            *recording.beginning(self._computed.readings, self._graph),
            *recording.recorded(self._computed.found.events, self._graph, (self.wrt,)),
            *self._outcome.steps,
        ]
        for step in self._concluding_steps:
            if steps[-1].family == "algebra" and steps[-1].before == step.after:
                steps.pop()  # it would be undone
            else:
                steps.append(step)
        return tuple(steps)

    @property
    def _concluding_steps(self) -> tuple[Step, ...]:
        """From what was found to the conclusion: rules read backwards, or a comparison."""
        found, claim = self._outcome.end, self.end
        if found == claim:
            return ()
        steps = self._between(found, claim)
        if steps is None and self._asked.named and not self._computed.is_long:
            names = {**self._computed.chosen, **self._asked.named}
            plain_found, plain_claim = (resolve(expr, names) for expr in (found, claim))
            steps = self._between(plain_found, plain_claim)
            if steps is not None:
                named = () if plain_claim == claim else (Step(NAMING, plain_claim, claim),)
                steps = (*recording.substitution(found, plain_found), *steps, *named)
        return (Step(CHECKED, found, claim),) if steps is None else steps

    def _between(self, found: Expr, claim: Expr) -> tuple[Step, ...] | None:
        """The rules that lead from one form to another, if both are simplified to the same."""
        facts = self.premises.facts
        ways: tuple[list[Rewriting], list[Rewriting]] = ([], [])
        ends = [found, claim]
        for rewrite in (simplify, expand, simplify, expand):
            for i, way in enumerate(ways):
                way += rewrite(ends[i], facts)
                ends[i] = way[-1].after if way else ends[i]
            if ends[0] == ends[1]:
                break
        else:
            return None
        forward, back = ways
        backwards = reversed([*recording.rewriting(back)])
        turned = (replace(step, before=step.after, after=step.before) for step in backwards)
        return (*recording.rewriting(forward), *turned)

    def concluding(self, claim: Any) -> Derivation:
        """The same derivation, ending at a form of the reader's own.

        ```pycon
        >>> from sympy import MatrixSymbol, symbols
        >>> from derivlib import derive
        >>> n = symbols("n", integer=True, positive=True)
        >>> A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
        >>> d = derive(x.T * A * x, x)
        >>> print(d.short[-1])
        ∂L/∂x = (A + Aᵀ)*x   [first identification theorem, common factor on the right]
        >>> print(d.concluding(A * x + A.T * x).short[-1])
        ∂L/∂x = A*x + Aᵀ*x   [first identification theorem]
        >>> try:
        ...     d.concluding(A * x)
        ... except AssertionError as error:
        ...     print(str(error).partition(":")[0])
        entry (1, 1), counted from 1, differs at n=4

        ```

        :param claim: an expression of the value of `result`; the names of `where` may occur in it.
        :returns: the derivation with further steps: rules that lead from the claim to the result,
            backwards, or one step that says "equal, checked".
        :raises VerificationError: if the claim is not the derivative; the message names the
            first entry that differs, or the shapes.
        """
        concluded = replace(self, conclusion=normal_form(expression(claim)))
        if concluded.steps[-1].rule == CHECKED:
            concluded.verify()
        return concluded

    def own_lines(self) -> tuple[Line, ...]:
        """The lines without those that lead to the gradient of a Hessian."""
        return self._own_lines

    @cached_property
    def _own_lines(self) -> tuple[Line, ...]:
        variables = (self.wrt,)
        return tuple(self._told(states(self._graph, self._own_steps, variables, self.layout)))

    def replay(self) -> Expr:
        """Apply every step again and return where they end, which is the result.

        :raises ReplayError: if a step is not what its rule produces, applies to something
            that is not there, or if the last does not end at the result.
        """
        for part in self.parts:
            check_names(part.written, part.root, part._own_steps)
            *_, last = replayed(part._graph, part._own_steps, (part.wrt,), part.layout)
        if self.steps[-1].rule in (CHECKED, NAMING) or self._outcome.is_over_own_names:
            self.verify()
        (end,) = last.terms or (zero_like(self.end),)
        if end != self.end:
            raise ReplayError(f"the steps end at {text(end)}, not at the result {text(self.end)}")
        return self.result

    def in_layout(self, layout: LayoutName) -> Expr:
        """The result as a book in another layout prints it.

        ```pycon
        >>> from sympy import MatrixSymbol, symbols
        >>> from derivlib import derive
        >>> n, m = symbols("n m", integer=True, positive=True)
        >>> A, x, a = MatrixSymbol("A", m, n), MatrixSymbol("x", n, 1), MatrixSymbol("a", n, 1)
        >>> derive(a.T * x, x).in_layout("numerator"), derive(A * x, x).in_layout("numerator")
        (a.T, A)
        >>> derive(a.T * x, x).in_layout("denominator"), derive(A * x, x).in_layout("denominator")
        (a, A.T)

        ```

        :param layout: "numerator" transposes a gradient; "denominator" transposes a Jacobian and
            the derivative of a matrix by a scalar; "mixed" is that of every result. A Hessian is
            the same in all.
        :raises InputError: if there is no such layout.
        """
        turned, result = self.layout.is_transposed_in(layout), self.result
        if not turned or self.order == 2 or not result.is_Matrix:
            return result
        return simplified(transpose(result), self.premises.facts)

    def elementwise(
        self, sizes: Mapping[Any, int] | None = None, *, entry: Entry | None = None
    ) -> Expr:
        """Differentiate the expanded expression entry by entry, without the engine.

        :param sizes: a positive integer for each size symbol, or for its name.
        :param entry: a function of X, i, j that names the entries of X; they are `X[i, j]`
            without it.
        :returns: an explicit matrix in the shape of `result`, or a scalar.
        :raises SizesError: if a size is missing or not a positive integer.
        """
        return check.elementwise(
            self.expr,
            self.wrt,
            sizes,
            order=self.order,
            entry=entry,
            definitions=self.where,
            structure=self.premises.structure,
            assuming=self.premises.given,
        )

    def stepwise(self, sizes: Mapping[Any, int] | None = None) -> Stepwise:
        """Carry the result out in four stages, from names to entries.

        :param sizes: a positive integer for each size symbol.
        :raises SizesError: if a size is missing or not a positive integer.
        """
        given = check.resolve_sizes(sizes, *self.written.parts, self.wrt)
        derivative = substitute(self.compact, self._computed.found.named)
        for step in self._outcome.restricted(derivative):
            derivative = step.after
        return stepwise(derivative, self._graph.definitions, given)

    def instantiate(self, values: Mapping[Any, Any]) -> Derivation:
        """Put concrete functions in place of abstract ones and derive again.

        :param values: for each undefined function, `MatrixFunction` or symbol what takes
            its place: a function of the same arguments, or a value of the same shape.
        :raises InputError: if something to be replaced does not occur, or is the variable, or
            if what is to take its place cannot.
        :raises ShapeError: if what is to take the place of something has another shape.
        """
        told = " is the variable of the derivation and stays a symbol"
        refuse_variables(values, (self.wrt,), told)
        if self.gradient is not None:
            again, written = carry_out_twice, self.gradient.written
        else:
            again, written = carry_out, self.written
        written = instantiate_all(written, values)
        taken = premises(
            written,
            (self.wrt,),
            self.premises.structure,
            self.premises.given,
            varies_freely=self.premises.varies_freely,
        )
        return again(written, self.wrt, taken)

    def verify(
        self,
        sizes: Mapping[Any, int] | None = None,
        *,
        seed: int = 0,
        points: int = 2,
        method: Method | None = None,
        code: BackendName | None = None,
    ) -> Verification:
        """Compare the result with the derivative found entry by entry.

        :param sizes: a positive integer for each size symbol, or for its name; what else is in
            there is passed over. Small ones, pairwise different, are chosen if there are none.
        :param seed: the seed of the random points.
        :param points: how many points, at least one.
        :param method: "exact" for every entry in fractions whatever the sizes, "double" for
            random directions in double precision; the sizes decide if there is none.
        :param code: "numpy", "jax" or "torch" to run the code of :meth:`to_function` too, at the
            same points, and compare what it calculates.
        :returns: what was compared, and how.
        :raises VerificationError: if an entry differs; the message names the first.
        :raises SizesError: if a size is missing or not a positive integer.
        :raises BackendError: if the library of the code is not installed.
        """
        return check.verify(
            self.expr,
            self.wrt,
            self.result,
            sizes,
            order=self.order,
            definitions={**self.shared, **self._asked.named},
            structure=self.premises.structure,
            assuming=self.premises.given,
            seed=seed,
            points=points,
            method=method,
            code=None if code is None else self._calculation(code),
        )

    @property
    def _code_outputs(self) -> list[tuple[str, Expr]]:
        """What code calculates: the result."""
        return [(text(self.label), self.result)]

    @property
    def _code_values(self) -> list[tuple[str, Expr]]:
        """What code may return before: the value, and for a Hessian the gradient."""
        if self.gradient is None:
            return [(text(self.output), self._value)]
        return [*self.gradient._code_values, (text(self.gradient.label), self.written.expr)]

    @property
    def _code_name(self) -> str:
        """What the function is called if nothing else is asked for."""
        if self.order == 2:
            return "hessian"
        return "derivative" if self.layout is Layout.RATE else self.layout.value.lower()

    @property
    def _asked(self) -> Written:
        """What was asked to be differentiated."""
        return self.written if self.gradient is None else self.gradient.written

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickle holds what was asked, and loading derives again: SymPy evaluates the sums and
        # products that it unpickles, and so would change steps.
        if self.conclusion is not None:
            return _concluded, (replace(self, conclusion=None), self.conclusion)
        if self.gradient is not None:
            return carry_out_twice, (self.gradient.written, self.wrt, self.premises)
        return carry_out, (self.written, self.wrt, self.premises)

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
        whole = all(isinstance(number, int) for number in (first, last))
        if not whole or not 1 <= first <= last <= len(self.steps):
            raise InputError(
                f"there are no steps {first} to {last}: the derivation has {len(self.steps)}, "
                "counted from 1"
            )
        return Substitutions(self.steps[first - 1 : last], first)

    def _repr_markdown_(self) -> str:
        return f"{self._repr_latex_()}\n\n{folded(self.steps)}"

    def __str__(self) -> str:
        return sentence(self)


def carry_out(written: Written, wrt: Expr, taken: Premises = NOTHING_ASSUMED) -> Derivation:
    """Differentiate an expression with respect to a symbol.

    :param written: a scalar or a matrix expression; a letter is chosen for its value if it
        has no name.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :param taken: assumptions on constants, and the structure of the variable.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if `expr` has an operation without a rule.
    """
    return Derivation(written, wrt, taken, computed(written, (wrt,)))


def _concluded(derivation: Derivation, conclusion: Expr) -> Derivation:
    return replace(derivation, conclusion=conclusion)


_PATIENCE = 10
"""How many times longer than what is good to read a gradient may be that is differentiated."""


def carry_out_twice(written: Written, wrt: Expr, taken: Premises = NOTHING_ASSUMED) -> Derivation:
    """Differentiate a scalar expression twice with respect to a symbol.

    :param written: a scalar or 1×1 expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :param taken: assumptions on constants, and the structure of the variable.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if `expr` has an operation without a rule.
    """
    once = replace(computed(written, (wrt,)), patience=_PATIENCE)
    gradient = Derivation(written, wrt, taken.of_gradient(wrt), once)
    if gradient.shared:
        raise UnsupportedError(
            f"the gradient with respect to {wrt} is too long to be written without names for "
            "its intermediates, and is not differentiated again; put symbols in the place of "
            "long parts of the expression that do not depend on the variable"
        )
    again = Written(gradient.end, written.where, gradient.label)
    return Derivation(again, wrt, taken, computed(again, (wrt,), gradient.letters), gradient)
