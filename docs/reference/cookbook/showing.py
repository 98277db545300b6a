"""How equations and their verdicts look on a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derivlib import latex

from . import BY_NUMBER, EQUATIONS, NUMBERS, SECTIONS
from .claims import Claim
from .counterexamples import Counterexample
from .equation import Equation, Verdict
from .readability import SILENT

MARKS = {Verdict.HOLDS: "holds", Verdict.CONDITION: "condition", Verdict.WRONG: "wrong"}
SIGNS = {Verdict.HOLDS: "✓", Verdict.CONDITION: "!", Verdict.WRONG: "✗"}


def _display(tex: str) -> str:
    return f"$$\n{tex}\n$$"


def _statement(claims: Iterable[Claim]) -> str:
    return "\n\n".join(_display(claim.tex()) for claim in claims)


def _badge(verdict: Verdict) -> str:
    return f'<span class="verdict {MARKS[verdict]}">{verdict}</span>'


def _failure(found: Counterexample) -> str:
    """Where a formula fails."""
    values = latex(found.claimed), latex(found.true)
    return (
        f"Entry ({found.row}, {found.col}), counted from 1, is ${values[0]}$ by the printed "
        f"formula; the derivative has ${values[1]}$. The numbers are\n\n{_display(found.tex())}"
    )


def _counterexample(equation: Equation) -> Iterator[str]:
    for claim in equation.claims:
        found = claim.counterexample()
        if found:
            yield _failure(found)
            return
    raise AssertionError(f"({equation.number}) fails, but not in small numbers")


def _judgements(equation: Equation) -> Iterator[str]:
    if equation.verdict is Verdict.HOLDS:
        for outcome in equation.outcomes:
            yield f"*Judged:* {outcome.how}."
        return
    yield from _counterexample(equation)
    is_condition = equation.verdict is Verdict.CONDITION
    if is_condition:
        yield f"*Needed:* {equation.needs.rstrip('.')}."
        yield f"*Judged with it:* {equation.repairs[0].how}."
    repairs = equation.general if is_condition else equation.repaired
    if repairs:
        yield "*Without it:*" if is_condition else "*Correct is:*"
        yield _statement(repairs)
        for outcome in equation.repairs[-len(repairs) :]:
            yield f"*Judged:* {outcome.how}."


def _engine(equation: Equation) -> Iterator[str]:
    if not equation.answers and not equation.definition:
        yield f"*Engine:* no answer, {SILENT[equation.number]}; judged numerically alone."
    for answer in equation.answers:
        yield f"*Engine*, agreeing with the judge in {answer.entries} entries:"
        yield _display(answer.tex)
        yield answer.link


def _parts(equation: Equation) -> Iterator[str]:
    given = f" · given: {equation.given}" if equation.given else ""
    yield f'<div class="equation" id="equation-{equation.number}">'
    yield f"**({equation.number})** {_badge(equation.verdict)}{given}"
    yield _statement(equation.claims)
    yield from _judgements(equation)
    if equation.note:
        yield equation.note
    yield from _engine(equation)
    yield "</div>"


def _expect(equation: Equation) -> None:
    if equation.verdict is not equation.expected:
        raise AssertionError(
            f"({equation.number}) {equation.verdict}, and was expected to be: "
            f"{equation.expected}. {[outcome.how for outcome in equation.outcomes]}"
        )


@dataclass(frozen=True)
class Blocks:
    """Equations one below the other, each with its verdict."""

    shown: tuple[Equation, ...]

    def _repr_markdown_(self) -> str:
        return "\n\n".join("\n\n".join(_parts(equation)) for equation in self.shown)


def equations(first: int, last: int) -> Blocks:
    """Judge the equations from one number to another.

    :raises AssertionError: if one is missing or its verdict is not the expected one.
    """
    chosen = tuple(BY_NUMBER[number] for number in range(first, last + 1))
    for equation in chosen:
        _expect(equation)
    return Blocks(chosen)


@dataclass(frozen=True)
class Table:
    """All equations by section, each with the sign of its verdict and the way to its page.

    :param sections: title, name of the page and equations of each section.
    """

    sections: tuple[tuple[str, str, tuple[Equation, ...]], ...]

    def _repr_markdown_(self) -> str:
        rows = [
            f"| [{title}]({page}.md) | {' '.join(_link(page, e) for e in found)} |"
            for title, page, found in self.sections
        ]
        return "\n".join(["| section | equations |", "|---|---|", *rows])


def _link(page: str, equation: Equation) -> str:
    return (
        f'<a class="verdict {MARKS[equation.verdict]}" title="{equation.verdict}" '
        f'href="{page}.html#equation-{equation.number}">'
        f"{equation.number}&#8239;{SIGNS[equation.verdict]}</a>"
    )


def overview() -> Table:
    """The table of all verdicts."""
    return Table(tuple((title, page, module.EQUATIONS) for title, page, module in SECTIONS))


@dataclass(frozen=True)
class Remarks:
    """The equations that do not simply hold, and why."""

    shown: tuple[Equation, ...]

    def _repr_markdown_(self) -> str:
        lines = []
        for e in self.shown:
            why = f"Needed: {e.needs}" if e.verdict is Verdict.CONDITION else e.note
            lines.append(f"**({e.number})** {_badge(e.verdict)}")
            lines += [_display(e.claims[0].tex()), why]
        return "\n\n".join(lines)


def counts() -> dict[Verdict, int]:
    """How many equations there are of each verdict.

    :raises AssertionError: if an equation of the chapters is missing, or a verdict is not the
        expected one.
    """
    assert [equation.number for equation in EQUATIONS] == NUMBERS
    for equation in EQUATIONS:
        _expect(equation)
    found = Counter(equation.verdict for equation in EQUATIONS)
    return {verdict: found[verdict] for verdict in Verdict}


def remarks() -> Remarks:
    """The equations that do not simply hold."""
    return Remarks(tuple(e for e in EQUATIONS if e.verdict is not Verdict.HOLDS))
