"""SymPy's answers beside derivlib's, and tables of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sympy_cases import CASES, SIZES, Case
from sympy_verdict import VERDICTS, Answer, ask_sympy, judge

from derivlib import Derivation, derive, latex
from derivlib.site.ask.questions import link_to


@dataclass(frozen=True)
class Comparison:
    """What both make of a case.

    :param case: the derivative to find.
    :param answer: what SymPy returns or raises.
    :param verdict: what that is worth.
    :param reason: what was compared, or what differs.
    :param derivation: derivlib's answer.
    :param ours: what that is worth, told by the same judge.
    """

    case: Case
    answer: Answer
    verdict: str
    reason: str
    derivation: Derivation
    ours: str


def compare(case: Case) -> Comparison:
    """Ask both, and judge both against the function each was given."""
    answer = ask_sympy(case.for_sympy, case.wrt)
    verdict, reason = judge(case.for_sympy, case.wrt, answer, SIZES)
    derivation = derive(case.expr, case.wrt)
    ours, _ = judge(case.expr, case.wrt, derivation.result, SIZES)
    return Comparison(case, answer, verdict, reason, derivation, ours)


def compare_all() -> list[Comparison]:
    """Compare all cases."""
    return [compare(case) for case in CASES]


@dataclass(frozen=True)
class Table:
    """A table that a page shows.

    :param heads: what stands above the columns.
    :param rows: the cells, in Markdown.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def _repr_markdown_(self) -> str:
        lines = [self.heads, tuple("---" for _ in self.heads), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def counts(comparisons: Iterable[Comparison]) -> Table:
    """Count SymPy's answers by what they are worth."""
    found = Counter(comparison.verdict for comparison in comparisons)
    rows = tuple((meaning, str(found[name])) for name, meaning in VERDICTS.items() if found[name])
    return Table(("what `.diff` returned", "cases"), rows)


def answers(comparisons: Iterable[Comparison], *verdicts: str) -> Table:
    """List the cases with some verdicts, both answers side by side."""
    chosen = [comparison for comparison in comparisons if comparison.verdict in verdicts]
    return Table(("L", "by", "SymPy", "derivlib"), tuple(map(_row, chosen)))


def _row(comparison: Comparison) -> tuple[str, ...]:
    derivation = comparison.derivation
    result = latex(derivation.result, derivation.letters)
    shown = "".join(_places(derivation, result))
    return (
        _formula(latex(comparison.case.expr)),
        _formula(latex(comparison.case.wrt)),
        f"`{_code(comparison.answer)}`",
        f"{_formula(result + shown)} {link_to(derivation)}",
    )


def _formula(tex: str) -> str:
    """A formula in a cell, where a bar would end the cell."""
    bars = tex.replace("|", r"\vert ")
    return f"${bars}$"


def _places(derivation: Derivation, result: str) -> Iterator[str]:
    """What the letters in a result stand for."""
    for value, name in derivation.letters.items():
        if rf"\partial {latex(name)}}}" in result:
            yield rf",\; {latex(name)} = {latex(value)}"


def _code(answer: Answer) -> str:
    """An answer as SymPy prints it, shortened; an error by its kind and message."""
    told = str(answer)
    if isinstance(answer, Exception):
        told = f"{type(answer).__name__}: {told}".removesuffix(": ")
    told = told.replace("|", "∣").replace("`", "'").split("\n")[0]
    return told if len(told) <= 100 else f"{told[:99]}…"
