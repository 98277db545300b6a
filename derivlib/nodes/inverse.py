"""Inverse(A), SymPy's inverse of a square matrix."""

from __future__ import annotations

from typing import Any

from sympy import Inverse, ZeroMatrix

from derivlib.expressions.construction import inverse
from derivlib.expressions.facets import Absent, Entries, Example, first_argument, tell
from derivlib.expressions.shapes import square
from derivlib.nodes.grid import Grid
from derivlib.nodes.grid import square as square_grid


def _entries(calc: Any, _: Any, A: Grid) -> Any:
    return calc.ring.inverse(square_grid(A, "inverse"))


tell(
    Inverse,
    text=Absent("the printers lay out exponents"),
    tex=Absent("the printers lay out exponents"),
    shape=square,
    normal=lambda base, _=None: inverse(base),
    entries=Entries(_entries, first_argument),
    arrays=lambda on, node: on.jets.inverse(on.value(node.args[0])),
    code="inverse",
    example=Example(lambda w, r, c, d: Inverse(w.positive_definite(r, d)), "square"),
    undefined=lambda node: isinstance(node.args[0], ZeroMatrix),
)
