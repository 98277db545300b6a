"""FunctionMatrix(rows, columns, f), SymPy's matrix whose entries are f(i, j)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, FunctionMatrix, Integer

from derivlib.expressions.facets import PRINTED, Absent, Entries, no_parts, tell
from derivlib.expressions.shapes import stated
from derivlib.nodes.grid import Grid

_WRITTEN_OUT = Absent("its normal form is written out, which needs numbers for the sizes")


def _entries(calc: Any, node: Any) -> Grid:
    function = node.lamda
    rows, cols = calc.shape(node)
    return Grid.of(rows, cols, lambda i, j: calc.nested(function(Integer(i), Integer(j))))


def _written_out(node: Any, _: tuple[Expr, ...]) -> Expr:
    """Its entries, if they hold symbols, which may be variables, and if they can be counted."""
    is_explicit = node.lamda.free_symbols and all(size.is_Integer for size in node.shape)
    return node.as_explicit() if is_explicit else node


tell(
    FunctionMatrix,
    **PRINTED,
    shape=stated,
    normal=_WRITTEN_OUT,
    entries=Entries(_entries),
    arrays=Absent("its definition is used"),
    code=_WRITTEN_OUT,
    example=_WRITTEN_OUT,
    parts=no_parts,
    with_parts=_written_out,
    sizes=lambda node: node.shape,
)
