"""DotProduct(x, y), SymPy's scalar product of two vectors, columns or rows."""

from __future__ import annotations

from typing import Any

from sympy import DotProduct, Expr

from derivlib.expressions.construction import is_one, mul, transpose
from derivlib.expressions.facets import PRINTED, Absent, Entries, Example, tell
from derivlib.expressions.shapes import scalar
from derivlib.nodes.products import dot
from derivlib.nodes.trace import trace


def _row(vector: Expr) -> Expr:
    return vector if is_one(vector.shape[0]) else transpose(vector)


def _example(w: Any, d: int) -> Any:
    r = w.square()
    return DotProduct(w.matrix(r, (), d), w.matrix(r, (), d))


tell(
    DotProduct,
    **PRINTED,
    shape=scalar,
    normal=lambda x, y: trace(mul(_row(x), transpose(_row(y)))),
    entries=Entries(lambda calc, _, x, y: dot(calc, x.entries, y.entries)),
    arrays=Absent("its definition is used: it is met as the reader wrote it, and once"),
    code=Absent("results hold the product of a row and a column"),
    example=Example(_example, "scalar"),
)
