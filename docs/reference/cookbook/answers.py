"""What the engine answers, and how it reads beside the book's own form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr, preorder_traversal

from derivlib import Derivation, latex
from derivlib.display.formula import set_expression
from derivlib.site.ask.questions import link_to

_WORD = re.compile(r"\\(?:operatorname|text)\{[^{}]*\}|\\log\\det")
_LAYOUT = re.compile(
    r"\\(?:left|right|mathsf|mathrm|mathbf|q?quad|[lr]Vert)(?![a-z])"
    r"|\\[,;!| ]|[][(){}^_\s.,]"
)
_SIGN = re.compile(r"\\[A-Za-z]+|\d+|\S")
_UNREADABLE = re.compile("Sum$|Integral|Array|Dummy|Lambda|^Subs$|^Derivative$")


def signs(tex: str) -> int:
    r"""Count the letters, numbers, named functions, operators and fraction bars of a formula.

    Brackets, which only group, are not counted, so a common factor taken out is shorter.

    ```pycon
    >>> signs(r"2 \operatorname{tr}\left(X^{\mathsf{T}} A\right)")
    5

    ```
    """
    return len(_SIGN.findall(_LAYOUT.sub(" ", _WORD.sub("w", tex))))


@dataclass(frozen=True)
class Answer:
    """What the engine answers, judged as the claim is.

    :param left: TeX of what it was asked for.
    :param right: TeX of its answer, with the letters used in it.
    :param result: the answer.
    :param book: TeX of the book's own form, of the shortest if there are several; empty if
        the book does not carry this derivative out.
    :param entries: in how many entries the answer agrees with the judge.
    :param told: for which exponent and under which assumptions it was asked.
    :param link: where the question can be changed, if it can be typed.
    """

    left: str
    right: str
    result: Expr
    book: str
    entries: int
    told: tuple[str, ...] = ()
    link: str = ""

    @property
    def tex(self) -> str:
        """The answer as an equation."""
        return r",\qquad ".join([f"{self.left} = {self.right}", *self.told])

    @property
    def is_readable(self) -> bool:
        """Whether all of it is plain matrix notation, nothing in it left to carry out."""
        kinds = {type(node).__name__ for node in preorder_traversal(self.result)}
        return not any(map(_UNREADABLE.search, kinds))

    @property
    def lengths(self) -> tuple[int, int]:
        """The signs of the answer, and those of the book's own form."""
        return signs(self.right), signs(self.book)

    @property
    def is_longer(self) -> bool:
        """Whether the book's own form is shorter."""
        ours, theirs = self.lengths
        return bool(self.book) and ours > theirs


def _shortest(forms: Sequence[Expr]) -> str:
    return min(map(latex, forms), key=signs, default="")


def answer(left: Expr, result: Expr, forms: Sequence[Expr], entries: int) -> Answer:
    """An answer beside the forms in which the book states it."""
    return answer_tex(latex(left), result, forms, entries)


def answer_tex(left: str, result: Expr, forms: Sequence[Expr], entries: int) -> Answer:
    """The same, where what the engine was asked for is TeX."""
    return Answer(left, latex(result), result, _shortest(forms), entries)


def answer_to(
    forms: Sequence[Expr],
    derivation: Derivation,
    entries: int,
    values: Mapping[Any, Any] | None = None,
) -> Answer:
    """What a derivation found, beside the forms in which the book states it."""
    told = [rf"{latex(symbol)} = {latex(value)}" for symbol, value in (values or {}).items()]
    if derivation.premises.structure is None:
        told += map(set_expression, derivation.premises.conditions)
    left = latex(derivation.label)
    right = derivation.equation.tex.removeprefix(f"{left} = ")
    link = link_to(derivation)
    return Answer(left, right, derivation.result, _shortest(forms), entries, tuple(told), link)
