"""How tightly the parts of a formula bind, and where parentheses are needed."""

from __future__ import annotations

import re
from typing import Any, Literal

from sympy import Add, HadamardProduct, KroneckerProduct, Lambda, MatAdd, MatMul, Mul
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.expressions.facets import facets_of
from derivlib.expressions.reading import closing

Binding = Literal["sum", "product", "hadamard", "atom"]
"""What an expression is taken for where parentheses are weighed."""


def binding(expr: Any) -> Binding:
    """Tell how an expression binds when it is set, to see where parentheses are needed."""
    if isinstance(expr, ElementwiseApplyFunction) and isinstance(expr.args[0], Lambda):
        function, matrix = expr.args
        body = function.expr
        if body == function.variables[0]:
            return binding(matrix)
        if isinstance(body, Mul):
            return "hadamard"
        return "sum" if isinstance(body, Add) else "atom"
    if isinstance(expr, (Add, MatAdd)):
        return "sum"
    if isinstance(expr, (HadamardProduct, KroneckerProduct)):
        return "hadamard"
    if isinstance(expr, MatMul) and len(expr.args) == 2 and expr.args[0] == -1:
        return binding(expr.args[1])
    if isinstance(expr, (Mul, MatMul)):
        return "product"
    told = facets_of(type(expr)).binding
    return told(expr) if told is not None else "atom"


_TALL = (r"\frac", r"\begin", r"\left", r"\sum")


def parenthesized(text: str) -> str:
    """Put parentheses around a formula, growing with it only where it is tall."""
    if any(mark in text for mark in _TALL):
        return rf"\left({text}\right)"
    return f"({text})"


def paired(text: str) -> str:
    """Put angle brackets around the two sides of an inner product, as tall as they are."""
    if r"\begin" in text:
        return rf"\left\langle {text} \right\rangle"
    if any(mark in text for mark in _TALL):  # \left and \right would keep a line from being broken
        return rf"\Bigl\langle {text} \Bigr\rangle"
    return rf"\langle {text} \rangle"


def bare(text: str) -> str:
    """A formula without the parentheses that enclose the whole of it."""
    for first, last in ((r"\left(", r"\right)"), ("(", ")")):
        enclosed = text.startswith(first) and text.endswith(last)
        if enclosed and closing(text, len(first) - 1, "()") == len(text) - 1:
            return text[len(first) : -len(last)]
    return text


_GROUPS = re.compile(r"\\frac(?={)|\\sqrt(?={)|(?<![a-z])e\^(?={)")


def plain_groups(text: str) -> str:
    """Take away parentheses around all that stands above or below a bar, or under a root."""
    done, start = "", 0
    while found := _GROUPS.search(text, start):
        done += text[start : found.end()]
        start = found.end()
        for _ in range(2 if found[0] == r"\frac" else 1):
            end = closing(text, start, "{}")
            done += "{" + bare(plain_groups(text[start + 1 : end])) + "}"
            start = end + 1
    return done + text[start:]


_TOUCHING = re.compile(r"(?<=[\w})'])(?<!\\odot)(?<!\\otimes)(?<!\\cdot)\s*(?=\\mathrm\{d\})")


def spaced(text: str) -> str:
    """Put a thin space between a factor and the differential after it."""
    return _TOUCHING.sub(r" \\, ", text)
