"""Formulas as objects that a notebook or a page shows: one expression, a group, a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy import Basic

from derivlib.display.latex import latex
from derivlib.errors import InputError
from derivlib.expressions.text import GREEK


@dataclass(frozen=True)
class Formula:
    """A displayed formula: notebooks and pages set it, `str` gives its TeX.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, sum_entries
    >>> X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 4, 3)
    >>> formula = derive(sum_entries(A * X), X).equation
    >>> isinstance(formula, Formula), "A^{" in str(formula)
    (True, True)

    ```

    :param tex: LaTeX without dollar signs.
    :param derivations: those whose results it shows.
    """

    tex: str
    derivations: tuple[Any, ...] = field(default=(), compare=False)

    def _repr_latex_(self) -> str:
        return f"$$\n{self.tex}\n$$"

    def __str__(self) -> str:
        return self.tex

    __repr__ = __str__


def _escaped(text: str) -> str:
    """Write a text so that LaTeX prints its characters and obeys none of them."""
    escaped = re.sub(r"([&%$#_{}])", r"\\\1", text)
    for name, letter in GREEK.items():
        escaped = escaped.replace(letter, rf"$\{name}$")
    return escaped


def set_expression(value: Any) -> str:
    """Set a value in LaTeX: an expression, a formula, a text or a condition."""
    if isinstance(value, Formula):
        return value.tex
    if isinstance(value, str):
        return rf"\text{{{_escaped(value)}}}"
    if hasattr(value, "subject"):
        told = value.property.replace("×", r"}\times\text{")
        return rf"{latex(value.subject)}\ \text{{{told}}}"
    return latex(value)


def shown_in(values: Iterable[Any]) -> tuple[Any, ...]:
    """The derivations that are shown where some values are, each once."""
    found = (each for value in values for each in getattr(value, "derivations", ()))
    return tuple({id(each): each for each in found}.values())


def displayed(tex: str) -> str:
    """Set the fractions of a formula among words as large as in a formula by itself."""
    return rf"\displaystyle {tex}" if r"\frac" in tex else tex


def rows_of(lines: Iterable[str]) -> str:
    """Set lines one below the other, aligned where each has an ampersand."""
    *above, last = lines
    return _environment("".join(f"{line} \\\\[{_gap(line)}]\n" for line in above) + last)


def _environment(body: str) -> str:
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _gap(line: str) -> str:
    """The space below a line: more where a fraction would touch the next."""
    return "2ex" if r"\frac" in line else "1ex"


def _below(line: str) -> str:
    """End a line so that the next does not touch it.

    Space asked for in brackets is measured from the baseline and lost below a matrix, which
    hangs lower; there an empty row stands between.
    """
    if r"\begin" in line:
        return " \\\\[-1ex]\n\\\\[-1ex]\n"
    return f" \\\\[{_gap(line)}]\n"


def show(left: Any, right: Any = None) -> Formula:
    r"""Show an expression, or an equation.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> X = MatrixSymbol("X", 4, 3)
    >>> print(show(X.T))
    X^{\mathsf{T}}
    >>> print(show(MatrixSymbol("A", 3, 4), X.T))
    A = X^{\mathsf{T}}

    ```

    :param left: an expression, or the left side.
    :param right: the right side, if there is one.
    """
    if right is None:
        return Formula(set_expression(left), shown_in([left]))
    return Formula(f"{set_expression(left)} = {set_expression(right)}", shown_in([left, right]))


def show_group(values: Iterable[Any]) -> Formula:
    r"""Show several expressions one below the other.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> print(show_group([MatrixSymbol("X", 4, 3), MatrixSymbol("W", 3, 2)]))
    \begin{aligned}
    & X \\[1ex]
    & W
    \end{aligned}

    ```

    :param values: expressions, formulas or texts.
    """
    values = [*values]
    lines = [f"& {set_expression(value)}" for value in values]
    above, last = lines[:-1], "".join(lines[-1:])
    body = "".join(line + _below(line) for line in above) + last
    return Formula(_environment(body), shown_in(values))


def aligned(equations: Mapping[Any, Any] | Iterable[tuple[Any, ...]], sign: str = "=") -> Formula:
    r"""Show equations aligned at their signs, with an optional remark at the end of each.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> X, W, N = MatrixSymbol("X", 4, 3), MatrixSymbol("W", 3, 2), MatrixSymbol("N", 4, 2)
    >>> print(aligned({N: X * W}))
    \begin{aligned}
    N &= X W
    \end{aligned}
    >>> from derivlib import derive
    >>> d = derive("tr(A*X)", "X")
    >>> aligned([d]) == aligned({d.label: d.result}), aligned([d]).derivations == (d,)
    (True, True)

    ```

    :param equations: left and right sides, as a mapping or as pairs; a third member of a
        tuple is set as a remark. A derivation stands for its label and its result.
    :param sign: what stands between the sides.
    :raises InputError: if it is neither a mapping nor made of pairs.
    """
    if not isinstance(equations, Iterable) or isinstance(equations, (str, Basic)):
        raise InputError(f"aligned takes a mapping of left to right sides, not {equations!r}")
    given = [*(equations.items() if isinstance(equations, Mapping) else equations)]
    lines = []
    for row in (_as_pair(row) for row in given):
        if not isinstance(row, Sequence) or isinstance(row, str) or len(row) < 2:
            raise InputError(f"aligned takes pairs of a left and a right side, not {row!r}")
        left, right, *remark = row
        line = f"{set_expression(left)} &{sign} {set_expression(right)}"
        lines.append(line + "".join(f" && {set_expression(text)}" for text in remark))
    return Formula(rows_of(lines), shown_in([*given, *(v for row in given for v in _parts(row))]))


def _as_pair(row: Any) -> Any:
    """A derivation as its label and its result; anything else as it is."""
    return (row.label, row.result) if hasattr(row, "label") and hasattr(row, "result") else row


def _parts(row: Any) -> tuple[Any, ...]:
    return tuple(row) if isinstance(row, tuple | list) else ()
