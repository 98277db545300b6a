"""Text for a terminal: a tuple one element a line, an expression on one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from sympy import Expr

from derivlib.expressions.text import text

Element = TypeVar("Element", covariant=True)


class Rows(tuple[Element, ...]):
    """A tuple that prints each of its elements on a line of its own."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    __repr__ = __str__


def on_one_line(expr: Any, letters: Mapping[Expr, Expr] | None = None) -> str:
    """Write an expression in text, each explicit matrix as [x_11, x_12; x_21, x_22]."""
    shown = text(expr, letters).replace("Matrix([\n[", "[").replace("Matrix([[", "[")
    shown = shown.replace("],\n[", "; ").replace("]])", "]")
    return re.sub(r"(?<=[\[;,]) +", " ", shown).replace("[ ", "[")
