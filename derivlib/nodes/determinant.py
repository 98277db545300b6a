"""Determinant(A), SymPy's determinant of a square matrix."""

from __future__ import annotations

from typing import Any

from sympy import Determinant, Expr, Identity, S

from derivlib.expressions.construction import is_single
from derivlib.expressions.facets import Call, Entries, Example, tell
from derivlib.expressions.shapes import scalar_of_square
from derivlib.nodes.grid import Grid, square_grid
from derivlib.nodes.trace import trace


def determinant_of(calc: Any, A: Grid) -> Any:
    """The determinant over the ring of an evaluation."""
    return calc.ring.determinant(square_grid(A, "determinant"))


def _normal(matrix: Expr) -> Expr:
    if isinstance(matrix, Identity):
        return S.One
    return trace(matrix) if is_single(matrix) else Determinant(matrix)


tell(
    Determinant,
    text="det",
    tex=r"\det",
    shape=scalar_of_square,
    normal=_normal,
    entries=Entries(lambda calc, _, A: determinant_of(calc, A)),
    arrays=lambda on, node: on.jets.determinant(on.value(node.arg)),
    code=Call("{lib}.linalg.det({0})", matrices=True),
    example=Example(lambda w, d: Determinant(w.positive_definite(w.square(), d)), "scalar"),
    is_holomorphic=True,
)
