"""Which equations the engine answers, and which answers are longer than the book's own form."""

from __future__ import annotations

from dataclasses import dataclass

from . import EQUATIONS
from .answers import Answer
from .equation import Equation

SILENT = {
    45: "the differential of an adjoint is that of a real matrix here",
    67: "eigenvalues have no rules",
    68: "eigenvectors have no rules",
    96: "a definition, in which nothing is differentiated",
    128: "functions of a matrix have no rules",
    225: "nothing is differentiated",
    **dict.fromkeys((226, 227, 228, 231), "a relation between derivatives of any function"),
    **dict.fromkeys(
        (234, 235), "a chain rule for any function, of which derivatives take one step"
    ),
    251: "the same function written in two ways",
    **dict.fromkeys((253, 254), "a definition, in which nothing is differentiated"),
    **dict.fromkeys(range(255, 260), "nothing is differentiated"),
}
"""The equations that the engine does not answer, and why."""

_PRODUCT = "each factor is transposed, where the book transposes the product"
_ENTRY = "all entries at once, where the book has one of them"
_POWER = "written out for the exponent 3, where the book sums up to any exponent"

_SINGULAR = "by the adjugate, right at singular $X$ too, where the book inverts $X$"

LONGER = {
    52: _SINGULAR,
    55: "the pseudo-inverse is written out",
    56: "the pseudo-inverse is written out",
    58: _SINGULAR,
    63: _PRODUCT,
    75: _ENTRY,
    79: _ENTRY,
    80: _ENTRY,
    92: _POWER,
    122: _POWER,
    124: _PRODUCT,
    136: _ENTRY,
    137: _ENTRY,
    138: "the diagonal is taken and put into a matrix, which the book calls diag",
}
"""The equations whose answer is longer than the book's own form, and why."""


@dataclass(frozen=True)
class Readability:
    """How the engine's answers read.

    :param answered: the equations with an answer.
    :param silent: those without one.
    :param unreadable: those with an answer that is not plain matrix notation.
    :param longer: those with an answer that is longer than the book's own form, with the
        answer by which it is longest.
    """

    answered: tuple[Equation, ...]
    silent: tuple[Equation, ...]
    unreadable: tuple[Equation, ...]
    longer: tuple[tuple[Equation, Answer], ...]

    def _repr_markdown_(self) -> str:
        longer = [
            f"| ({equation.number}) | {answer.lengths[0]} | {answer.lengths[1]} "
            f"| {LONGER[equation.number]} |"
            for equation, answer in self.longer
        ]
        silent = [f"| ({e.number}) | {SILENT[e.number]} |" for e in self.silent]
        return "\n".join(
            [
                f"The engine answers {len(self.answered)} of {len(EQUATIONS)} equations. "
                f"{len(self.unreadable) or 'None'} of the answers contain a sum over indices, an "
                "array, a bound variable or a derivative not carried out; "
                f"{len(self.answered) - len(self.longer)} are at most as long as the book's own "
                "form. Longer are, in signs:\n",
                "| equation | answer | book | why |",
                "|---|---|---|---|",
                *longer,
                "\nNot answered, and judged numerically alone, are:\n",
                "| equation | why |",
                "|---|---|",
                *silent,
            ]
        )


def _excess(answer: Answer) -> int:
    ours, theirs = answer.lengths
    return ours - theirs


def readability() -> Readability:
    """Rate every answer of the engine.

    :raises AssertionError: if an equation is silent or longer without a stated reason.
    """
    longer = tuple(
        (e, max((a for a in e.answers if a.is_longer), key=_excess))
        for e in EQUATIONS
        if any(answer.is_longer for answer in e.answers)
    )
    found = Readability(
        answered=tuple(e for e in EQUATIONS if e.answers),
        silent=tuple(e for e in EQUATIONS if not e.answers),
        unreadable=tuple(e for e in EQUATIONS if not all(a.is_readable for a in e.answers)),
        longer=longer,
    )
    for what, equations, reasons in (
        ("silent", found.silent, SILENT),
        ("longer", [equation for equation, _ in longer], LONGER),
    ):
        numbers = {equation.number for equation in equations}
        if numbers != set(reasons):
            raise AssertionError(f"{what}: {sorted(numbers ^ set(reasons))} without a reason")
    return found
