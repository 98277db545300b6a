"""Going through the steps of a derivation again, accepting nothing on trust.

Each step must be what its rule produces from its arguments, must apply to what the steps
before it left, and the last must end at the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from sympy import Expr, MatrixSymbol, Symbol

from derivlib.check import is_equal
from derivlib.derivation.layout import Layout
from derivlib.derivation.matching import have_same_differentials
from derivlib.derivation.states import Line, Unchecked, refused, states
from derivlib.derivation.step import Step
from derivlib.engine.events import NAMING
from derivlib.engine.intermediates import Graph
from derivlib.errors import ReplayError
from derivlib.expressions.construction import mul, transpose, zero_like
from derivlib.expressions.expanding import mean_the_same
from derivlib.expressions.measure import Measures
from derivlib.expressions.problem import Written
from derivlib.expressions.substitution import normal_form, replace_part, resolve, substitute
from derivlib.expressions.text import text
from derivlib.expressions.traversal import checked_normal_form
from derivlib.nodes import FormalNode, LinearForm, d
from derivlib.rules import RULES


def replayed(
    graph: Graph, steps: Sequence[Step], variables: tuple[Expr, ...], layout: Layout
) -> Iterator[Line]:
    """Apply each step to what the steps before it left, if its rule makes it.

    Not looked at is what needs the judge: what the names stand for, see :func:`check_names`, and
    the value of a derivative with the author's names in it, or of a conclusion.

    :param graph: what is differentiated, over the names that the first steps introduce.
    :returns: a line after each step.
    :raises ReplayError: at the first step that does not hold.
    """
    return states(graph, steps, variables, layout, _Checked())


class _Checked(Unchecked):
    """Takes no step that its rule does not make, and no term for another of other value."""

    def admit(self, step: Step, moves: Callable[[Expr], bool]) -> None:
        """Refuse a step that its rule does not make from its arguments."""
        _check_against_rule(step, moves)

    def admit_values(self, step: Step, *definitions: Mapping[Expr, Expr]) -> None:
        """Refuse a step that puts in what no name stands for."""
        if step.after not in (resolve(step.before, names) for names in definitions):
            raise refused(step, "does not follow from the definitions of the names")

    @staticmethod
    def same(term: Expr, other: Expr) -> bool:
        """Return whether two terms, or what they are made of, have equal values."""
        if not have_same_differentials(term, other):
            return False
        pairs = [(term, other)]
        if isinstance(term, LinearForm):
            pairs = [(term.coefficient, other.coefficient), (term.moving, other.moving)]
        return all(left == right or is_equal(*_over_symbols(left, right)) for left, right in pairs)


def _over_symbols(*exprs: Expr) -> Iterator[Expr]:
    """Put a symbol in place of each derivative that has a name only, and so no entries."""
    named = {part for expr in exprs for part in expr.atoms(FormalNode)}
    symbols = {
        part: MatrixSymbol(text(part), *part.shape) if part.is_Matrix else Symbol(text(part))
        for part in named
    }
    return (substitute(expr, symbols) for expr in exprs)


def _check_against_rule(step: Step, moves: Callable[[Expr], bool]) -> None:
    """Refuse a step that its rule does not produce from its arguments."""
    rule = RULES.get(step.rule)
    if rule is None:
        raise refused(step, "names a rule that is not in the table")

    def differential(part: Expr) -> Expr:
        return d(part) if moves(part) else zero_like(part)

    left, right = rule.left(*step.arguments), rule.right(differential, *step.arguments)
    if rule.family == "algebra":
        ways = ((step.before, step.after), (step.after, step.before))  # backwards to a conclusion
        if step.before == step.after or not any(replace_part(a, left, right) == b for a, b in ways):
            raise refused(step, "does not rewrite a part of the derivative by its rule")
        return
    if rule.family == "structure":
        if step.before != step.arguments[0] or not _is_restriction(step, right):
            raise refused(
                step, "is not the derivative with respect to the free entries of the variable"
            )
        return
    if left != step.before:
        raise refused(step, "does not start from the left side of its rule")
    if right != step.after:
        raise refused(step, "does not end at the right side of its rule")


def _is_restriction(step: Step, right: Expr) -> bool:
    """Return whether the right side of the rule is the `after` of a step, beside θ if it has θ."""
    if len(step.arguments) == 1:
        return bool(right == step.after)
    theta = MatrixSymbol("theta", step.after.shape[1], 1)
    return right in (mul(step.after, theta), mul(transpose(theta), step.after, theta))


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
            raise refused(step, "reads something that was not written")
        read[name] = step.after
    return read
