"""The lines of a derivation: all of them, and those of the short derivation that textbooks print.

The short derivation leaves lines out. Those it keeps show what the elementary steps led to, with
terms in one order and the author's names where what they stand for occurs; the reasons are the
rules of the steps between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sympy import Add, Expr, MatAdd, Mul, S, preorder_traversal

from derivlib.derivation.own_names import OwnNames
from derivlib.derivation.states import Line
from derivlib.derivation.step import Step
from derivlib.display.aligned_block import block
from derivlib.display.rows import Rows
from derivlib.engine.events import CHECKED, KNOWN_DIFFERENTIALS, NAMING, SUBSTITUTION
from derivlib.expressions.reading import rank
from derivlib.nodes import DifferentialNode, FormalNode, LinearForm
from derivlib.rules.linear import COLLECT
from derivlib.rules.rule import Condition

_COLLECTING = {rule.name for rule in COLLECT.values()}

_FEW = 2
"""With at most so many rules, an operation is differentiated and moved in one line."""

_TWICE, _LONG = 2, 60
"""How many times longer, and how long, a derivative is that is printed over names before."""


@dataclass(frozen=True, repr=False)
class ShortLine(Line):
    """A line of the short derivation: where several steps led.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, norm
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, w, y = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1), MatrixSymbol("y", n, 1)
    >>> print(derive(norm(X * w - y) ** 2, w).short)
    dL = 2*⟨X*w - y, X*dw⟩   [power of a norm, product]
    dL = ⟨2*Xᵀ*(X*w - y), dw⟩   [cyclic property of the trace]
    ∂L/∂w = 2*Xᵀ*(X*w - y)   [first identification theorem]

    ```

    :param steps: the steps that led here from the line before.
    """

    steps: tuple[Step, ...] = ()

    @property
    def shown(self) -> tuple[Expr, ...]:
        """The terms."""
        return self.terms

    @property
    def rules(self) -> frozenset[str]:
        """The rules of all steps."""
        return frozenset(step.rule for step in self.steps)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The rules that a textbook would name, each once."""
        told = [step.rule for step in self.steps if not _is_minor(step)]
        return tuple(dict.fromkeys(told)) or (self.step.rule,)

    @property
    def requires(self) -> tuple[Condition, ...]:
        """What has to hold for the steps, beside what does not depend on the variable."""
        told = (c for step in self.steps for c in step.requires if c.property != "constant")
        return tuple(dict.fromkeys(told))


def short(
    lines: Iterable[Line], names: Mapping[Expr, Expr], given: Mapping[Expr, Expr]
) -> Iterator[ShortLine]:
    """Choose the lines of a derivation that a textbook prints.

    :param names: what the names stand for; where it occurs, as in the differential of a softmax,
        the name is written.
    :param given: those that the author gave, which stay when the others are put back in.
    """
    every, own = OwnNames(names), OwnNames(given)
    told = [*_chosen(lines)]
    substituted = {line.by: i for i, line in enumerate(told) if SUBSTITUTION in line.rules}
    chosen: ShortLine | None = None
    for i, line in enumerate(told):
        over_names = line.by is None or i < substituted.get(line.by, 0)
        named = every if over_names and not line.reads else own
        line = replace(line, terms=tuple(map(named, line.terms)))
        if chosen is not None and (chosen.left, chosen.terms) == (line.left, line.terms):
            line = replace(line, steps=(*chosen.steps, *line.steps))
        elif chosen is not None:
            yield chosen
        chosen = line
    if chosen is not None:
        yield chosen


def _chosen(lines: Iterable[Line]) -> Iterator[ShortLine]:
    told: list[Line] = [line for line in _in_order(lines) if not _names_intermediate(line)]
    visit: list[list[Line]] = []
    for kind, group in groupby(told, _Kind()):
        stretch = list(group)
        if kind == "moving" and visit:
            yield from _visit(visit.pop(), stretch)
            continue
        if visit:
            yield _line(visit.pop())
        if kind == "expanding":
            visit.append(stretch)
        else:
            yield from _outcome(stretch)
    if visit:
        yield _line(visit.pop())


class _Kind:
    """What lines are put together: those that expand a differential, move factors, and so on."""

    def __call__(self, line: Line) -> object:
        if line.by is not None:
            return line.by
        if line.reads:
            return ("reading", line.left)
        if line.target is not None or line.step.rule == KNOWN_DIFFERENTIALS:
            return ("rate", line.target)
        return "expanding" if line.step.family in ("differential", "notation") else "moving"


def _visit(expanding: Sequence[Line], moving: Sequence[Line]) -> Iterator[ShortLine]:
    """The lines for one operation: its differential, and what is moved to the left of it."""
    steps = (line.step for line in (*expanding, *moving) if not _is_minor(line.step))
    rules = {step.rule for step in steps} - _COLLECTING
    if len(rules) > _FEW:
        yield _line(expanding)
        yield _line(moving)
    else:
        yield _line([*expanding, *moving])


def _outcome(stretch: Sequence[Line]) -> Iterator[ShortLine]:
    """The derivative, over names too where it is much longer without them."""
    rules = [line.step.rule for line in stretch]
    if SUBSTITUTION in rules:
        at = rules.index(SUBSTITUTION)
        over_names, without = (_length(stretch[i]) for i in (at - 1, -1))
        if without > max(_TWICE * over_names, _LONG):
            yield _line(stretch[:at])
            stretch = stretch[at:]
    if stretch[-1].step.rule == CHECKED and len(stretch) > 1:
        yield _line(stretch[:-1])
        stretch = stretch[-1:]
    yield _line(stretch)


def _length(line: Line) -> int:
    return sum(1 for term in line.terms for _ in preorder_traversal(term))


def _line(stretch: Sequence[Line]) -> ShortLine:
    last = stretch[-1]
    left, terms = last.left, last.terms
    if last.step.rule == NAMING and last.by is None:  # told is what is named; the name is next
        left, terms = last.step.after, (last.step.before,)
    steps = tuple(line.step for line in stretch)
    return ShortLine(last.step, terms, last.target, last.by, left, last.letters, steps)


def _is_minor(step: Step) -> bool:
    """Return whether a textbook makes a step without naming a rule for it."""
    if step.entry is not None:
        is_multiple = step.entry.of is Mul and not isinstance(step.after, Add)  # d(a u) = a du
        return step.entry.minor or is_multiple
    return step.rule in (NAMING, SUBSTITUTION, KNOWN_DIFFERENTIALS)


def _names_intermediate(line: Line) -> bool:
    step = line.step
    return (
        step.rule == NAMING and line.left == step.after and not isinstance(step.after, FormalNode)
    )


# --- the order of terms -------------------------------------------------------------------


def _in_order(lines: Iterable[Line]) -> Iterator[Line]:
    """The same lines, each with its terms in the order of those that they came from."""
    before: tuple[Expr, ...] = ()
    for line in lines:
        if line.by is not None or line.reads:
            yield line
            continue
        before = tuple(_placed(before, _single_terms(line.terms)))
        yield replace(line, terms=before)


def _single_terms(terms: Iterable[Expr]) -> Iterator[Expr]:
    """Terms, those of a sum one by one."""
    for term in terms:
        inside = term.moving if isinstance(term, LinearForm) and term.coefficient is S.One else term
        if isinstance(inside, Add | MatAdd):
            yield from inside.args
        else:
            yield inside


def _rank(term: Expr) -> tuple[bool, int, bool]:
    if isinstance(term, LinearForm) and term.coefficient is not S.One:
        return rank(term.coefficient)
    return rank(term.of if isinstance(term, DifferentialNode) else term)


def _placed(before: Sequence[Expr], terms: Iterable[Expr]) -> Iterator[Expr]:
    """Terms in their order before; new ones stand where the first that is gone stood."""
    new = list(terms)
    fresh = sorted((term for term in new if term not in before), key=_rank)
    for term in before:
        if term in new:
            yield term
        else:
            yield from fresh
            fresh = []
    yield from fresh


# --- what a derivation has -----------------------------------------------------------------


class Lines(Rows[Line]):
    """Lines of a derivation: printed as text, one aligned block in a notebook and on a page."""

    parts: tuple[tuple[Any, tuple[Line, ...]], ...]
    derivations: tuple[Any, ...] = ()

    @classmethod
    def of(cls, parts: Iterable[tuple[Any, Iterable[Line]]]) -> Lines:
        """Join the lines of the derivations that one consists of."""
        taken = tuple((part, tuple(lines)) for part, lines in parts)
        joined = cls(line for _, lines in taken for line in lines)
        joined.parts = taken
        return joined

    def _repr_latex_(self) -> str:
        return block(self.parts)._repr_latex_()


class HasLines:
    """Something that consists of derivations, and is displayed by their lines."""

    if TYPE_CHECKING:

        @property
        def parts(self) -> tuple[Any, ...]: ...

    @property
    def derivations(self) -> tuple[Any, ...]:
        """The derivation itself: what is shown where it, its lines or its equation are."""
        return (self,)

    @cached_property
    def short(self) -> Lines:
        """The derivation as a textbook prints it.

        Each line is one of :attr:`full`, with the rules of the steps since the line before, and
        with a name of `where` wherever what it stands for occurs.
        """
        return self._own(
            Lines.of(
                (part, short(part.own_lines(), part.intermediates, part.own_names))
                for part in self.parts
            )
        )

    @property
    def full(self) -> Lines:
        """The derivation step by step: what stands after each."""
        return self._own(Lines.of((part, part.own_lines()) for part in self.parts))

    def _own(self, lines: Lines) -> Lines:
        told = self._as_written(lines)
        told.derivations = self.derivations
        return told

    def _as_written(self, lines: Lines) -> Lines:
        """The lines in the letters of the reader."""
        return lines

    def lines(self) -> Lines:
        """The same as :attr:`full`."""
        return self.full

    def _repr_latex_(self) -> str:
        return self.short._repr_latex_()
