"""The functions people ask about, with their gradients, as a table for each field."""

from __future__ import annotations

from collections.abc import Iterator

from public_problems import PROBLEMS, Problem
from sympy_table import Table

from derivlib import derive, latex, text


def answers(of: str) -> Table:
    """The problems of a field, each derived and verified.

    :param of: the field.
    :raises ValueError: if an answer is not the one the tests compared with NumPy.
    """
    rows = (row for problem in PROBLEMS if problem.field == of for row in _row(problem))
    return Table(("problem", "typed", "function", "gradient"), tuple(rows))


def _row(problem: Problem) -> Iterator[tuple[str, ...]]:
    d = derive(problem.typed, problem.wrt, **problem.kinds)
    d.verify()
    if text(d.result) != problem.answer:
        raise ValueError(f"{problem.name}: {text(d.result)}, not {problem.answer}")
    typed = f"`{problem.typed}` with respect to `{problem.wrt}`"
    yield problem.name, typed, f"${latex(d.expr)}$", f"${latex(d.result)}$"
