"""The functions people ask about, with their gradients, as a table for each field."""

from __future__ import annotations

from collections.abc import Iterator

from public_problems import PROBLEMS, Problem
from sympy_table import Table

from derivlib import derive, latex, text
from derivlib.site.ask.questions import link_to


def answers(of: str) -> Table:
    """The problems of a field, each derived and verified.

    :param of: the field.
    :raises ValueError: if an answer is not the one the tests compared with NumPy.
    """
    rows = (row for problem in PROBLEMS if problem.field == of for row in _row(problem))
    return Table(("problem, as it is typed", "function and gradient"), tuple(rows))


def _row(problem: Problem) -> Iterator[tuple[str, ...]]:
    d = derive(problem.typed, problem.wrt, **problem.kinds)
    d.verify()
    if text(d.result) != problem.answer:
        raise ValueError(f"{problem.name}: {text(d.result)}, not {problem.answer}")
    typed = f"{problem.name}<br>`{problem.typed}` with respect to `{problem.wrt}`"
    function = f"${latex(d.output)} = {latex(d.expr)}$"
    yield f"{typed}<br>{link_to(d)}", f"{function}<br>${latex(d.label)} = {latex(d.result)}$"
