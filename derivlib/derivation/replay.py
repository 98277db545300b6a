"""Going through the steps of a derivation again, accepting nothing on trust.

Each step must be what its rule produces from its arguments, must apply to what the steps
before it left, and the last must end at the result. The successive states are also the lines
in which a derivation is displayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sympy import Add, Basic, Expr, S

from derivlib.derivation.step import NAMING, SUBSTITUTION, Step
from derivlib.display.text import text
from derivlib.errors import ReplayError
from derivlib.expressions.construction import is_zero, zero_like
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


def _expand_in(terms: tuple[Expr, ...], step: Step, names: dict[Expr, Expr]) -> tuple[Expr, ...]:
    """Put the expansion of a differential in place of the differential."""
    targets = [step.before, *(d(name) for name, value in names.items() if d(value) == step.before)]
    for target in targets:
        new = tuple(
            Basic.__new__(Inner, left, substitute(right, {target: step.after}))
            for left, right in (term.args for term in terms)
        )
        if new != terms:
            return new
    raise _fail(step, "expands a differential that is not there")


def _replace_terms(terms: tuple[Expr, ...], step: Step) -> tuple[Expr, ...]:
    """Put the terms after a step in place of those before it."""
    remaining = list(terms)
    position = len(remaining)
    for before in _terms(step.before):
        if before not in remaining:
            raise _fail(step, "rewrites a term that is not there")
        position = min(position, remaining.index(before))
        remaining.remove(before)
    remaining[position:position] = _terms(step.after)
    return tuple(remaining)


def _rename(terms: tuple[Expr, ...], step: Step) -> tuple[Expr, ...]:
    """Put the name of a gradient in place of the gradient."""
    if not any(term.args[0] == step.before for term in terms):
        raise _fail(step, "names something that is not there")
    return tuple(
        Basic.__new__(Inner, step.after, term.args[1]) if term.args[0] == step.before else term
        for term in terms
    )


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
    names: dict[Expr, Expr] = {}
    terms: tuple[Expr, ...] | None = None
    for step in steps:
        if step.rule == NAMING and terms is None:
            names[step.after] = step.before
            yield Line(step, (root,))
            continue
        if terms is None:
            if resolve(root, names) != normal_form(expr):
                raise ReplayError(f'the names do not resolve to "{text(expr)}"')
            terms = (Basic.__new__(Inner, S.One, d(root)),)
        terms = _apply(terms, step, names, moves)
        yield Line(step, terms)


def _apply(
    terms: tuple[Expr, ...],
    step: Step,
    names: dict[Expr, Expr],
    moves: Callable[[Expr], bool],
) -> tuple[Expr, ...]:
    """One step of a replay."""
    if step.rule == NAMING:
        names[step.after] = step.before
        return _rename(terms, step)
    if step.rule == SUBSTITUTION:
        if terms != (step.before,) or resolve(step.before, names) != step.after:
            raise _fail(step, "does not follow from the definitions of the names")
        return (step.after,)
    _check_against_rule(step, moves)
    family = RULES[step.rule].family
    if family == "notation":
        return _expand_notation(terms, step)
    if family == "differential":
        return tuple(term for term in _expand_in(terms, step, names) if not is_zero(term.args[1]))
    if family == "identification":
        if terms not in ((step.before,), ()) or (terms == () and not is_zero(step.after)):
            raise _fail(step, "reads off a derivative before the differential is in its form")
        return (step.after,)
    return _replace_terms(terms, step)


def _expand_notation(terms: tuple[Expr, ...], step: Step) -> tuple[Expr, ...]:
    """Write the root of a derivation in another notation."""
    if terms != (Basic.__new__(Inner, S.One, d(step.before)),):
        raise _fail(step, "rewrites an expression that is not there")
    return (Basic.__new__(Inner, S.One, d(step.after)),)
