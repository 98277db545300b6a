"""The states of a derivation: what it says after each step.

Each step is applied to what the steps before it left. Who displays a derivation takes the steps
as the engine made them; who replays it hands in what checks each of them,
:mod:`derivlib.derivation.replay`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sympy import Add, Basic, Expr, S

from derivlib.derivation.layout import Layout
from derivlib.derivation.matching import Same, find, have_same_differentials, replaced, terms_of
from derivlib.derivation.step import Step
from derivlib.engine.events import CHECKED, KNOWN_DIFFERENTIALS, NAMING, SUBSTITUTION
from derivlib.engine.intermediates import Graph
from derivlib.errors import ReplayError
from derivlib.expressions.construction import is_zero, mul, zero_like
from derivlib.expressions.substitution import substitute
from derivlib.expressions.text import text
from derivlib.nodes import FormalNode, Inner, LinearForm, OnVec, d
from derivlib.nodes.builders import inner_sum
from derivlib.rules import RULES
from derivlib.rules.rule import Condition, Family


@dataclass(frozen=True, repr=False)
class Line:
    """What a derivation says after a step.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace
    >>> from derivlib import derive
    >>> X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 2, 3)
    >>> print(derive(Trace(A * X), X).lines())
    dL = tr(d(A*X))   [trace]
    dL = tr(A*dX)   [product]
    dL = tr(A*dX)   [trace as inner product]
    dL = ⟨Aᵀ, dX⟩   [cyclic property of the trace]
    ∂L/∂X = Aᵀ   [first identification theorem]

    ```

    :param step: the step that led here.
    :param terms: the terms of the differential, each a linear form; or the derivative
        alone, once it is identified.
    :param target: what the differential is of.
    :param by: the variable that the derivative is by, once it is identified.
    :param left: what the terms add up to: a differential, a derivative, or the name that the
        step gives.
    :param letters: the names that are written for what they stand for.
    """

    step: Step
    terms: tuple[Expr, ...]
    target: Expr | None = None
    by: Expr | None = None
    left: Expr | None = None
    letters: Mapping[Expr, Expr] = field(default_factory=dict, compare=False)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps since the line before: the one that led here."""
        return (self.step,)

    @property
    def reads(self) -> bool:
        """Whether the expression was rewritten, before anything was differentiated."""
        return self.by is None and self.step.family == "algebra"

    @property
    def reasons(self) -> tuple[str, ...]:
        """The rules that led here."""
        return (self.step.rule,)

    @property
    def requires(self) -> tuple[Condition, ...]:
        """What has to hold."""
        return self.step.requires

    @property
    def shown(self) -> tuple[Expr, ...]:
        """The terms; where the step gives a name, what is named."""
        names_it = self.left is not None and self.left == self.step.after
        return (self.step.before,) if names_it else self.terms

    @property
    def equation(self) -> str:
        """What the line says, in text, without its reasons."""
        shown = text_sum(text(term, self.letters) for term in self.shown)
        equals = "" if self.left is None else f"{text(self.left)} = "
        return f"{equals}{shown}"

    def __str__(self) -> str:
        return f"{self.equation}   [{', '.join(self.reasons)}]"

    __repr__ = __str__


def text_sum(terms: Iterable[str]) -> str:
    """Write terms with signs between them."""
    shown = ""
    for term in terms:
        joined = f" - {term[1:].lstrip()}" if term.startswith("-") else f" + {term}"
        shown = shown + joined if shown else term
    return shown or "0"


def refused(step: Step, why: str) -> ReplayError:
    """The error that refuses a step."""
    return ReplayError(f'step "{step.rule}" ({text(step.before)} → {text(step.after)}) {why}')


def _is_derivative_of(term: Expr, step: Step) -> bool:
    """Return whether a term is the derivative that a step names, beside its differential."""
    return (
        isinstance(term, LinearForm)
        and isinstance(step.after, FormalNode)
        and term.args == (step.before, d(step.after.denominator))
    )


def _put_in(term: Expr, values: Mapping[Expr, Expr]) -> Expr:
    """Put expressions in place of differentials in a term."""
    if isinstance(term, LinearForm):
        return Basic.__new__(type(term), term.coefficient, substitute(term.moving, values))
    return substitute(term, values)


def _vanishes(term: Expr) -> bool:
    return is_zero(term.moving if isinstance(term, LinearForm) else term)


class Unchecked:
    """Takes every step as it was made; where it stands is told by what it differentiates."""

    def admit(self, step: Step, moves: Callable[[Expr], bool]) -> None:
        """Look at a step, and refuse it if its rule does not make it."""

    def admit_values(self, step: Step, *definitions: Mapping[Expr, Expr]) -> None:
        """Refuse a step that puts in what no name stands for, by any of the definitions."""

    same: Same = staticmethod(have_same_differentials)
    """Whether two terms are the same, where neither spelling nor multiplying out tells."""


@dataclass
class _State:
    """What a derivation says, and what it has found so far.

    :param checker: sees each step before it is applied.
    :param moves: returns whether an expression over names varies.
    :param given: the names that the author gave, which stay.
    :param names: what each name stands for.
    :param namesakes: d(definition) and each d(name) that means the same.
    :param expansions: the differentials expanded so far.
    :param again: expansions made once more; where a name has the same differential, only the
        steps that follow tell whether it is meant.
    :param terms: the terms of the differential.
    :param derivatives: the derivative by each variable, once it has been read off.
    :param target: what the differential is of, where not the whole expression.
    """

    layout: Layout
    variables: tuple[Expr, ...]
    moves: Callable[[Expr], bool]
    checker: Unchecked
    given: Container[Expr] = ()
    names: dict[Expr, Expr] = field(default_factory=dict)
    namesakes: dict[Expr, list[Expr]] = field(default_factory=dict)
    expansions: dict[Expr, Expr] = field(default_factory=dict)
    again: list[Expr] = field(default_factory=list)
    terms: tuple[Expr, ...] = ()
    target: Expr | None = None
    derivatives: dict[Expr, Expr] = field(default_factory=dict)
    by: Expr | None = None

    def line(self, step: Step) -> Line:
        """What the derivation says after a step."""
        if self.by is None:
            return Line(step, self.terms, self.target)
        return Line(step, (self.derivatives[self.by],), None, self.by)

    def name(self, step: Step) -> None:
        """Take note of a name and of what it stands for."""
        self.names[step.after] = step.before
        self.namesakes.setdefault(d(step.before), []).append(d(step.after))

    def begin(self, root: Expr) -> None:
        """Start from the differential of an expression."""
        self.terms = (self.layout.start(root),)

    def apply(self, step: Step) -> None:
        """Apply a step to the state, or refuse it."""
        if step.rule == CHECKED or (step.rule == NAMING and self.by is not None):
            self.rewrite_derivative(step)  # by a conclusion, or over names of the author's
        elif step.rule == NAMING:
            self.rename(step)
        elif step.rule == SUBSTITUTION:
            chosen = {name: value for name, value in self.names.items() if name not in self.given}
            self.checker.admit_values(step, chosen, self.names)
            self.rewrite_derivative(step)
        elif step.rule == KNOWN_DIFFERENTIALS:
            raise refused(step, "belongs to the derivative of a matrix with respect to a scalar")
        else:
            self.checker.admit(step, self.moves)
            self.by_family(RULES[step.rule].family, step)

    def by_family(self, family: Family, step: Step) -> None:
        """Apply a rule of the table as its family asks for."""
        match family:
            case "differential":
                self.expand(step)
            case "trace" | "vec":
                self.terms = self.replaced(step)
            case "identification":
                self.identify(step)
            case "notation":
                self.rewrite(step)
            case "algebra" | "structure":
                self.rewrite_derivative(step)

    def rename(self, step: Step) -> None:
        """Put the name of a derivative in place of the derivative."""
        named = next((t for t in self.terms if _is_derivative_of(t, step)), None)
        if named is None:
            raise refused(step, "names something that is not there")
        self.name(step)
        new = Basic.__new__(type(named), step.after, named.args[1])
        self.terms = tuple(new if term is named else term for term in self.terms)

    def expand(self, step: Step) -> None:
        """Put the expansion of a differential in place of the differential."""
        if step.before in self.expansions:  # it is put in wherever it occurs again
            if step.before in self.namesakes:
                self.again.append(step.before)
            return
        after = self.expanded(step.after)
        for target in (step.before, *self.namesakes.get(step.before, ())):
            new = tuple(_put_in(term, {target: after}) for term in self.terms)
            if new != self.terms:
                self.expansions[step.before] = after
                self.terms = tuple(term for term in new if not _vanishes(term))
                return
        raise refused(step, "expands a differential that is not there")

    def expanded(self, expr: Expr) -> Expr:
        """Put in all expansions made so far, also of what they are made of."""
        for _ in range(1 + len(self.expansions)):
            new = substitute(expr, self.expansions)
            if new == expr:
                break
            expr = new
        return expr

    def replaced(self, step: Step) -> tuple[Expr, ...]:
        """The terms after a step in place of those before it."""
        new = self.replaced_somewhere(step)
        while new is None and self.again:
            differential = self.again.pop()
            after = self.expanded(self.expansions[differential])
            values = dict.fromkeys(self.namesakes[differential], after)
            self.terms = tuple(_put_in(term, values) for term in self.terms)
            new = self.replaced_somewhere(step)
        if new is None:
            raise refused(step, "rewrites a term that is not there")
        return new

    def replaced_somewhere(self, step: Step) -> tuple[Expr, ...] | None:
        """The same, if there are such terms by themselves or inside a scalar."""
        new = replaced(self.terms, step, self.checker.same)
        if new is None and isinstance(step.before, Inner | Add):
            new = self.replaced_inside(step)
        return new

    def replaced_inside(self, step: Step) -> tuple[Expr, ...] | None:
        """The same inside a scalar that a matrix is multiplied by."""
        for i, term in enumerate(self.terms):
            if isinstance(term, OnVec) and not term.moving.is_Matrix:
                inside = replaced(terms_of(term.moving), step, self.checker.same)
                if inside is not None:
                    new = Basic.__new__(OnVec, term.coefficient, inner_sum(*inside))
                    return (*self.terms[:i], new, *self.terms[i + 1 :])
        return None

    def identify(self, step: Step) -> None:
        """Read the derivative off, once the differential is in its form."""
        if RULES[step.rule] is not self.layout.rule or step.arguments[1] in self.derivatives:
            raise refused(step, "is not the theorem by which this derivative is read off")
        place = find(step.before, self.terms, self.checker.same)
        if place is not None:
            self.terms = (*self.terms[:place], *self.terms[place + 1 :])
        elif not is_zero(step.after):
            raise refused(step, "reads off a derivative before the differential is in its form")
        self.by = step.arguments[1]
        self.derivatives[self.by] = step.after
        if len(self.derivatives) == len(self.variables) and self.terms:
            raise refused(step, "reads off a derivative before the differential is in its form")

    def rewrite(self, step: Step) -> None:
        """Write the root of a derivation in another notation."""
        if self.terms != (Basic.__new__(Inner, S.One, d(step.before)),):
            raise refused(step, "rewrites an expression that is not there")
        self.begin(step.after)

    def rewrite_derivative(self, step: Step) -> None:
        """Rewrite the derivative, once it has been read off."""
        if not self.is_there(step):
            raise refused(step, "rewrites something that is not the derivative")
        self.put(step)

    def is_there(self, step: Step) -> bool:
        """Return whether a step starts from the derivative that was read off last."""
        return self.by is not None and self.derivatives[self.by] == step.before

    def put(self, step: Step) -> None:
        """Put what a step ends at in place of the derivative."""
        assert self.by is not None
        self.derivatives[self.by] = step.after


@dataclass
class _RateState(_State):
    """The state where a matrix is differentiated by a scalar: one name after another.

    :param waiting: the names whose differentials are still to be found, and the root.
    :param rates: what each d(name) is divided by dt.
    """

    waiting: list[tuple[Expr | None, Expr]] = field(default_factory=list)
    rates: dict[Expr, Expr] = field(default_factory=dict)

    def begin(self, root: Expr) -> None:
        """Start from the differential of the first name."""
        self.rates[d(self.variables[0])] = S.One
        self.waiting = [pair for pair in self.names.items() if self.moves(pair[0])]
        self.waiting.append((None, root))
        self.proceed()

    def proceed(self) -> None:
        """Go on to the next name."""
        self.target, definition = self.waiting.pop(0)
        self.terms = (d(definition),)

    def apply(self, step: Step) -> None:
        """Apply a step to the state, or refuse it."""
        if step.rule != KNOWN_DIFFERENTIALS:
            super().apply(step)
            return
        rate = substitute(step.before, self.rates)
        before = self.terms or (zero_like(step.before),)
        if (
            find(step.before, before, self.checker.same) != 0
            or mul(d(self.variables[0]), rate) != step.after
        ):
            raise refused(step, "does not follow from the differentials found before")
        self.terms = (step.after,)
        if self.target is not None:
            self.rates[d(self.target)] = rate

    def advance(self) -> None:
        """Go on to the next name once the differential of this one is known."""
        if self.target is not None and d(self.target) in self.rates:
            self.proceed()

    def rename(self, step: Step) -> None:
        """Put the name of a derivative in place of the derivative."""
        if self.target is None or self.rates.get(d(self.target)) != step.before:
            raise refused(step, "names something that is not there")
        self.names[step.after] = step.before
        self.rates[d(self.target)] = step.after
        self.terms = (mul(d(self.variables[0]), step.after),)


def states(
    graph: Graph,
    steps: Sequence[Step],
    variables: tuple[Expr, ...],
    layout: Layout,
    checker: Unchecked | None = None,
) -> Iterator[Line]:
    """Apply each step to what the steps before it left.

    :param graph: what is differentiated, over the names that the first steps introduce.
    :param checker: sees each step before it is applied, and may refuse it.
    :returns: a line after each step.
    :raises ReplayError: at the first step that applies to something that is not there.
    """
    checker = checker or Unchecked()
    kind = _RateState if layout is Layout.RATE else _State
    state = kind(layout, variables, graph.moves, checker, graph.given)
    begun = False
    for step in steps:
        if step.rule == NAMING and not begun:
            state.name(step)
            yield Line(step, (graph.root,))
            continue
        if step.family == "algebra" and not begun:
            checker.admit(step, graph.moves)
            yield Line(step, (step.after,))
            continue
        if not begun:
            state.begin(graph.root)
            begun = True
        elif isinstance(state, _RateState) and step.rule != NAMING:
            state.advance()
        state.apply(step)
        yield state.line(step)
