"""Going through the steps of a derivation again, accepting nothing on trust.

Each step must be what its rule produces from its arguments, must apply to what the steps
before it left, and the last must end at the result. The successive states are also the lines
in which a derivation is displayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sympy import Add, Basic, Expr, S

from derivlib.derivation.step import NAMING, SUBSTITUTION, Step
from derivlib.display.text import text
from derivlib.errors import ReplayError
from derivlib.expressions.construction import is_zero, zero_like
from derivlib.expressions.expanding import mean_the_same
from derivlib.expressions.substitution import normal_form, resolve, substitute
from derivlib.rules import RULES
from derivlib.vocabulary import Inner, d

__all__ = ["Line", "states"]


@dataclass(frozen=True)
class Line:
    """What a derivation says after a step.

    :param step: the step that led here.
    :param terms: the terms of the differential, each an inner product; or the derivative
        alone, once it is identified.
    """

    step: Step
    terms: tuple[Expr, ...]


def _terms(expr: Expr) -> tuple[Expr, ...]:
    """The inner products an expression is a sum of."""
    if isinstance(expr, Add) and all(isinstance(part, Inner) for part in expr.args):
        return expr.args
    return () if is_zero(expr) else (expr,)


def _find(term: Expr, terms: Sequence[Expr]) -> int | None:
    """Where a term stands among others, in this spelling or in another of the same meaning."""
    if term in terms:
        return terms.index(term)
    return next((i for i, other in enumerate(terms) if mean_the_same(term, other)), None)


def _fail(step: Step, why: str) -> ReplayError:
    return ReplayError(f'step "{step.rule}" ({text(step.before)} → {text(step.after)}) {why}')


def _check_against_rule(step: Step, moves: Callable[[Expr], bool]) -> None:
    """Refuse a step that its rule does not produce from its arguments."""
    rule = RULES.get(step.rule)
    if rule is None:
        raise _fail(step, "names a rule that is not in the table")

    def differential(part: Expr) -> Expr:
        return d(part) if moves(part) else zero_like(part)

    if rule.left(*step.arguments) != step.before:
        raise _fail(step, "does not start from the left side of its rule")
    if rule.right(differential, *step.arguments) != step.after:
        raise _fail(step, "does not end at the right side of its rule")


@dataclass
class _Replay:
    """The state of a derivation while its steps are applied again.

    :param moves: tells whether an expression over names varies.
    :param names: what each name stands for.
    :param namesakes: d(definition) and the d(name) that means the same.
    :param expansions: the differentials expanded so far.
    :param terms: the terms of the differential, or the derivative alone.
    """

    moves: Callable[[Expr], bool]
    names: dict[Expr, Expr] = field(default_factory=dict)
    namesakes: dict[Expr, Expr] = field(default_factory=dict)
    expansions: dict[Expr, Expr] = field(default_factory=dict)
    terms: tuple[Expr, ...] = ()

    def name(self, step: Step) -> None:
        """Take note of a name and of what it stands for."""
        self.names[step.after] = step.before
        self.namesakes[d(step.before)] = d(step.after)

    def begin(self, root: Expr) -> None:
        """Start from the differential of an expression."""
        self.terms = (Basic.__new__(Inner, S.One, d(root)),)

    def apply(self, step: Step) -> None:
        """Apply a step to the state, or refuse it."""
        if step.rule == NAMING:
            self.rename(step)
        elif step.rule == SUBSTITUTION:
            if self.terms != (step.before,) or resolve(step.before, self.names) != step.after:
                raise _fail(step, "does not follow from the definitions of the names")
            self.terms = (step.after,)
        else:
            _check_against_rule(step, self.moves)
            match RULES[step.rule].family:
                case "differential":
                    self.expand(step)
                case "trace":
                    self.replace(step)
                case "identification":
                    self.identify(step)
                case "notation":
                    self.rewrite(step)

    def rename(self, step: Step) -> None:
        """Put the name of a gradient in place of the gradient."""
        if not any(term.args[0] == step.before for term in self.terms):
            raise _fail(step, "names something that is not there")
        self.name(step)
        self.terms = tuple(
            Basic.__new__(Inner, step.after, term.args[1]) if term.args[0] == step.before else term
            for term in self.terms
        )

    def expand(self, step: Step) -> None:
        """Put the expansion of a differential in place of the differential."""
        after = substitute(step.after, self.expansions)
        if self.expansions.get(step.before) == after:
            return  # it occurred before, and was put in there and here alike
        for target in (step.before, self.namesakes.get(step.before)):
            if target is None:
                continue
            new = tuple(
                Basic.__new__(Inner, left, substitute(right, {target: after}))
                for left, right in (term.args for term in self.terms)
            )
            if new != self.terms:
                self.expansions[step.before] = after
                self.terms = tuple(term for term in new if not is_zero(term.args[1]))
                return
        raise _fail(step, "expands a differential that is not there")

    def replace(self, step: Step) -> None:
        """Put the terms after a step in place of those before it."""
        remaining = list(self.terms)
        position = len(remaining)
        for before in _terms(step.before):
            found = _find(before, remaining)
            if found is None:
                raise _fail(step, "rewrites a term that is not there")
            position = min(position, found)
            del remaining[found]
        remaining[position:position] = _terms(step.after)
        self.terms = tuple(remaining)

    def identify(self, step: Step) -> None:
        """Read the derivative off, once the differential is in its form."""
        vanishes = self.terms == () and is_zero(step.after)
        if (not vanishes and _find(step.before, self.terms) != 0) or len(self.terms) > 1:
            raise _fail(step, "reads off a derivative before the differential is in its form")
        self.terms = (step.after,)

    def rewrite(self, step: Step) -> None:
        """Write the root of a derivation in another notation."""
        if self.terms != (Basic.__new__(Inner, S.One, d(step.before)),):
            raise _fail(step, "rewrites an expression that is not there")
        self.begin(step.after)


def states(
    expr: Expr, root: Expr, steps: Sequence[Step], moves: Callable[[Expr], bool]
) -> Iterator[Line]:
    """Apply each step to what the steps before it left.

    :param expr: what is differentiated.
    :param root: the same, over the names that the first steps introduce.
    :param steps: the steps of a derivation.
    :param moves: tells whether an expression over names varies.
    :returns: a line after each step.
    :raises ReplayError: at the first step that does not hold.
    """
    replay = _Replay(moves)
    begun = False
    for step in steps:
        if step.rule == NAMING and not begun:
            replay.name(step)
            yield Line(step, (root,))
            continue
        if not begun:
            if not mean_the_same(resolve(root, replay.names), normal_form(expr)):
                raise ReplayError(f'the names do not resolve to "{text(expr)}"')
            replay.begin(root)
            begun = True
        replay.apply(step)
        yield Line(step, replay.terms)
