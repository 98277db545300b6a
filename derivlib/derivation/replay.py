"""Going through the steps of a derivation again, accepting nothing on trust.

Each step must be what its rule produces from its arguments, must apply to what the steps
before it left, and the last must end at the result. The successive states are also the lines
in which a derivation is displayed.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from sympy import Add, Basic, Expr, MatrixSymbol, S

from derivlib.check import is_equal
from derivlib.derivation.layout import Layout
from derivlib.derivation.matching import find, replaced, terms_of
from derivlib.derivation.step import Step
from derivlib.display.rows import on_one_line
from derivlib.engine.events import CHECKED, KNOWN_DIFFERENTIALS, NAMING, SUBSTITUTION
from derivlib.engine.intermediates import Graph
from derivlib.errors import ReplayError
from derivlib.expressions.construction import is_zero, mul, transpose, zero_like
from derivlib.expressions.expanding import mean_the_same
from derivlib.expressions.measure import Measures
from derivlib.expressions.problem import Written
from derivlib.expressions.substitution import normal_form, replace_part, resolve, substitute
from derivlib.expressions.text import text
from derivlib.expressions.traversal import checked_normal_form
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
        shown = text_sum(on_one_line(term, self.letters) for term in self.shown)
        equals = "" if self.left is None else f"{on_one_line(self.left)} = "
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


def _fail(step: Step, why: str) -> ReplayError:
    return ReplayError(f'step "{step.rule}" ({text(step.before)} → {text(step.after)}) {why}')


def _check_against_rule(step: Step, moves: Callable[[Expr], bool]) -> None:
    """Refuse a step that its rule does not produce from its arguments."""
    rule = RULES.get(step.rule)
    if rule is None:
        raise _fail(step, "names a rule that is not in the table")

    def differential(part: Expr) -> Expr:
        return d(part) if moves(part) else zero_like(part)

    left, right = rule.left(*step.arguments), rule.right(differential, *step.arguments)
    if rule.family == "algebra":
        ways = ((step.before, step.after), (step.after, step.before))  # backwards to a conclusion
        if step.before == step.after or not any(replace_part(a, left, right) == b for a, b in ways):
            raise _fail(step, "does not rewrite a part of the derivative by its rule")
        return
    if rule.family == "structure":
        if step.before != step.arguments[0] or not _is_restriction(step, right):
            raise _fail(
                step, "is not the derivative with respect to the free entries of the variable"
            )
        return
    if left != step.before:
        raise _fail(step, "does not start from the left side of its rule")
    if right != step.after:
        raise _fail(step, "does not end at the right side of its rule")


def _is_derivative_of(term: Expr, step: Step) -> bool:
    """Tell whether a term is the derivative that a step names, beside its differential."""
    return (
        isinstance(term, LinearForm)
        and isinstance(step.after, FormalNode)
        and term.args == (step.before, d(step.after.denominator))
    )


def _is_restriction(step: Step, right: Expr) -> bool:
    """Tell whether the right side of the rule is the `after` of a step, beside θ if it has θ."""
    if len(step.arguments) == 1:
        return bool(right == step.after)
    theta = MatrixSymbol("theta", step.after.shape[1], 1)
    return right in (mul(step.after, theta), mul(transpose(theta), step.after, theta))


def _put_in(term: Expr, values: Mapping[Expr, Expr]) -> Expr:
    """Put expressions in place of differentials in a term."""
    if isinstance(term, LinearForm):
        return Basic.__new__(type(term), term.coefficient, substitute(term.moving, values))
    return substitute(term, values)


def _vanishes(term: Expr) -> bool:
    return is_zero(term.moving if isinstance(term, LinearForm) else term)


@dataclass
class _Replay:
    """The state of a derivation while its steps are applied again.

    :param moves: tells whether an expression over names varies.
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
            resolved = (resolve(step.before, names) for names in (chosen, self.names))
            if not self.is_there(step) or step.after not in resolved:
                raise _fail(step, "does not follow from the definitions of the names")
            self.put(step)
        elif step.rule == KNOWN_DIFFERENTIALS:
            raise _fail(step, "belongs to the derivative of a matrix with respect to a scalar")
        else:
            _check_against_rule(step, self.moves)
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
            raise _fail(step, "names something that is not there")
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
        raise _fail(step, "expands a differential that is not there")

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
            raise _fail(step, "rewrites a term that is not there")
        return new

    def replaced_somewhere(self, step: Step) -> tuple[Expr, ...] | None:
        """The same, if there are such terms by themselves or inside a scalar."""
        new = replaced(self.terms, step)
        if new is None and isinstance(step.before, Inner | Add):
            new = self.replaced_inside(step)
        return new

    def replaced_inside(self, step: Step) -> tuple[Expr, ...] | None:
        """The same inside a scalar that a matrix is multiplied by."""
        for i, term in enumerate(self.terms):
            if isinstance(term, OnVec) and not term.moving.is_Matrix:
                inside = replaced(terms_of(term.moving), step)
                if inside is not None:
                    new = Basic.__new__(OnVec, term.coefficient, inner_sum(*inside))
                    return (*self.terms[:i], new, *self.terms[i + 1 :])
        return None

    def identify(self, step: Step) -> None:
        """Read the derivative off, once the differential is in its form."""
        if RULES[step.rule] is not self.layout.rule or step.arguments[1] in self.derivatives:
            raise _fail(step, "is not the theorem by which this derivative is read off")
        place = find(step.before, self.terms)
        if place is not None:
            self.terms = (*self.terms[:place], *self.terms[place + 1 :])
        elif not is_zero(step.after):
            raise _fail(step, "reads off a derivative before the differential is in its form")
        self.by = step.arguments[1]
        self.derivatives[self.by] = step.after
        if len(self.derivatives) == len(self.variables) and self.terms:
            raise _fail(step, "reads off a derivative before the differential is in its form")

    def rewrite(self, step: Step) -> None:
        """Write the root of a derivation in another notation."""
        if self.terms != (Basic.__new__(Inner, S.One, d(step.before)),):
            raise _fail(step, "rewrites an expression that is not there")
        self.begin(step.after)

    def rewrite_derivative(self, step: Step) -> None:
        """Rewrite the derivative, once it has been read off."""
        if not self.is_there(step):
            raise _fail(step, "rewrites something that is not the derivative")
        self.put(step)

    def is_there(self, step: Step) -> bool:
        """Tell whether a step starts from the derivative that was read off last."""
        return self.by is not None and self.derivatives[self.by] == step.before

    def put(self, step: Step) -> None:
        """Put what a step ends at in place of the derivative."""
        assert self.by is not None
        self.derivatives[self.by] = step.after


@dataclass
class _RateReplay(_Replay):
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
        if find(step.before, before) != 0 or mul(d(self.variables[0]), rate) != step.after:
            raise _fail(step, "does not follow from the differentials found before")
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
            raise _fail(step, "names something that is not there")
        self.names[step.after] = step.before
        self.rates[d(self.target)] = step.after
        self.terms = (mul(d(self.variables[0]), step.after),)


def check_names(written: Written, root: Expr, steps: Iterable[Step]) -> None:
    """Refuse names that do not stand for the expression, and for what its author defined.

    What is too long to be written without names is compared by the judge, at random points.

    :param written: what is differentiated.
    :param root: the same, over names.
    :param steps: the steps of its derivation, of which the first give the names.
    :raises ReplayError: naming the expression.
    """
    first = [*takewhile(lambda s: s.rule == NAMING or s.family == "algebra", steps)]
    names = {step.after: step.before for step in first if step.rule == NAMING}
    read = _read(written, (step for step in first if step.rule != NAMING))
    chosen = {name: value for name, value in names.items() if name not in written.where}
    measures = Measures(chosen)
    values: dict[Expr, Expr] = {}
    for name, definition in (*names.items(), (None, root)):
        expr = read.get(name)
        readable = measures.are_readable(definition)
        value = substitute(definition, values, ordered=True) if readable else definition
        if expr is None:
            values[name] = value
        elif readable:
            agree = mean_the_same(value, normal_form(expr)) or is_equal(
                value, expr, definitions=written.where
            )
        else:
            agree = is_equal(definition, expr, definitions={**chosen, **written.where})
        if expr is not None and not agree:
            raise ReplayError(f'the names do not resolve to "{text(expr)}"')


def _read(written: Written, steps: Iterable[Step]) -> Mapping[Expr | None, Expr]:
    """The expression, under None, and the definitions of names, after they have been read.

    :raises ReplayError: if a step reads something that is not there.
    """
    read: dict[Expr | None, Expr] = {**written.where, None: written.expr}
    for step in steps:
        name = next((k for k, v in read.items() if step.before in (v, checked_normal_form(v))), "")
        if name == "":
            raise _fail(step, "reads something that was not written")
        read[name] = step.after
    return read


def states(
    graph: Graph,
    steps: Sequence[Step],
    variables: tuple[Expr, ...],
    layout: Layout,
) -> Iterator[Line]:
    """Apply each step to what the steps before it left.

    Not looked at is what needs the judge: what the names stand for, see :func:`check_names`, and
    the value of a derivative with the author's names in it, or of a conclusion.

    :param graph: what is differentiated, over the names that the first steps introduce.
    :returns: a line after each step.
    :raises ReplayError: at the first step that does not hold.
    """
    kind = _RateReplay if layout is Layout.RATE else _Replay
    replay = kind(layout, variables, graph.moves, graph.given)
    begun = False
    for step in steps:
        if step.rule == NAMING and not begun:
            replay.name(step)
            yield Line(step, (graph.root,))
            continue
        if step.family == "algebra" and not begun:
            _check_against_rule(step, graph.moves)
            yield Line(step, (step.after,))
            continue
        if not begun:
            replay.begin(graph.root)
            begun = True
        elif isinstance(replay, _RateReplay) and step.rule != NAMING:
            replay.advance()
        replay.apply(step)
        yield replay.line(step)
