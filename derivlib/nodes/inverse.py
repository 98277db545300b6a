"""Inverse(A), SymPy's inverse of a square matrix."""

from __future__ import annotations

from sympy import Inverse, ZeroMatrix

from derivlib.expressions.construction import inverse
from derivlib.expressions.facets import PRINTED, Entries, Example, first_argument, tell
from derivlib.expressions.shapes import square
from derivlib.nodes.grid import square_grid

tell(
    Inverse,
    **PRINTED,
    shape=square,
    normal=lambda base, _=None: inverse(base),
    entries=Entries(
        lambda calc, _, A: calc.ring.inverse(square_grid(A, "inverse")), first_argument
    ),
    arrays=lambda on, node: on.jets.inverse(on.value(node.args[0])),
    code="inverse",
    example=Example(lambda w, r, c, d: Inverse(w.positive_definite(r, d)), "square"),
    undefined=lambda node: isinstance(node.args[0], ZeroMatrix),
    is_holomorphic=True,
)
