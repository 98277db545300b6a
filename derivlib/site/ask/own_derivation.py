"""A reader's own derivation, judged line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr

from derivlib.check import StepsVerdict, Verdict
from derivlib.display import latex
from derivlib.errors import ParseError
from derivlib.nodes.differentials import MatrixDifferential, ScalarDifferential, d
from derivlib.parsing.reading import Reading
from derivlib.typed import Typed, shape_of_derivative
from derivlib.verbs import check_steps, is_derivative


def lines_of(typed: str) -> list[str]:
    """The lines of a derivation, without the equality signs that they may begin with."""
    lines = [line.strip().removeprefix("=").strip() for line in typed.splitlines()]
    return [*filter(None, lines)]


@dataclass(frozen=True)
class Judged:
    """What was found of the lines.

    :param lines: the lines as TeX, each with whether it is right; nothing where a line before it
        is wrong.
    :param text: how many are right, or what is wrong with the first wrong one.
    :param hint: what the first wrong line is instead, if that is known.
    """

    lines: Sequence[tuple[str, bool | None]]
    text: str
    hint: str = ""

    @property
    def first_wrong(self) -> int | None:
        """The position of the first wrong line, counted from 0."""
        return next((k for k, (_, agreed) in enumerate(self.lines) if agreed is False), None)


def judge_lines(
    lines: Sequence[str],
    asked: Reading,
    variable: str,
    *,
    kinds: Mapping[str, Any],
    structure: Any = None,
    sizes: Mapping[str, int] | None = None,
) -> Judged:
    """Judge lines that end at a derivative, and may begin with the differential.

    A line that holds the differential of the variable is compared with that of the formula, any
    other with the derivative; what follows a line of its kind is compared with that line.

    ```pycon
    >>> from derivlib.parsing.reading import read_text
    >>> lines = ["2*(X*w - y)'*X*d(w)", "2*X'*(X*w - y)", "2*X'*X*w - X'*y"]
    >>> judge_lines(lines, read_text("norm2(X*w - y)^2"), "w", kinds={}).first_wrong
    2

    ```

    :param lines: texts, at least one; dw or d(w) is the differential of w, unless the formula has
        a name like this.
    :param asked: the formula that is differentiated.
    :param variable: the name with respect to which.
    :param kinds: what is stated about names.
    :param structure: the structure of the variable.
    :param sizes: the sizes to check at; small ones are taken if there are none.
    :returns: for each line whether it is right.
    :raises ParseError: if a line cannot be read.
    """
    formula = asked.expr
    typed = Typed(kinds, *lines, known=(formula,))
    typed.assuming = asked.assuming
    wrt = typed.variable(variable)
    exprs = [_read(typed, line, formula, wrt) for line in lines]

    def verdict_on(expr: Expr, before: Expr | None) -> Verdict | StepsVerdict:
        if before is None:
            return is_derivative(
                expr, formula, wrt, sizes, structure=structure, assuming=typed.assuming
            )
        structures = {wrt: structure} if structure else None
        return check_steps([before, expr], sizes, structures=structures, assuming=typed.assuming)

    found: list[tuple[str, bool | None]] = []
    before: dict[bool, Expr] = {True: d(formula)}
    reason = ""
    for k, expr in enumerate(exprs):
        is_differential = _is_differential(expr)
        verdict = verdict_on(expr, before.get(is_differential))
        found.append((latex(expr), bool(verdict)))
        reason = verdict.reason.removeprefix(_OF_TWO)
        if not verdict:
            found += [(latex(each), None) for each in exprs[k + 1 :]]
            told = f"line {k + 1}: {reason}" if len(exprs) > 1 else reason
            return Judged(found, told, getattr(verdict, "hint", ""))
        before[is_differential] = expr
    return Judged(found, f"all {len(exprs)} lines are right" if len(exprs) > 1 else reason)


_OF_TWO = "line 2, counted from 1, is not equal to the line before it: "
"""How a verdict on two lines begins; here the lines have numbers of their own."""


def _read(typed: Typed, line: str, formula: Expr, wrt: Any) -> Any:
    """The expression of a line, with the shape that it should have, if it can have that."""
    wanted = {
        False: shape_of_derivative(formula, wrt),
        True: formula.shape if formula.is_Matrix else None,  # of a differential
    }
    for shape in wanted.values():
        try:
            expr = typed.expression(line, shape)
        except ParseError:
            continue
        if wanted[_is_differential(expr)] == shape:
            return expr
    return typed.expression(line)


def _is_differential(expr: Expr) -> bool:
    return bool(expr.atoms(MatrixDifferential, ScalarDifferential))
