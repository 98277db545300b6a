"""Transpose(A)."""

from __future__ import annotations

from typing import Any

from sympy import Transpose

from derivlib.expressions.construction import transpose
from derivlib.expressions.facets import PRINTED, Entries, Example, Shape, tell
from derivlib.expressions.shapes import Parts
from derivlib.nodes.grid import Grid


def turned(_: Any, parts: Parts) -> Shape:
    """Rows and columns exchanged."""
    shape = parts[0][1]
    return None if shape is None else (shape[1], shape[0])


def turned_entries(_: Any, __: Any, value: Any) -> Any:
    """The entries of a transpose; a scalar is its own."""
    return value.transpose() if isinstance(value, Grid) else value


def turned_arrays(on: Any, node: Any) -> Any:
    """The same of arrays."""
    return on.value(node.args[0]).swapaxes(2, 3)


tell(
    Transpose,
    **PRINTED,
    shape=turned,
    normal=transpose,
    entries=Entries(turned_entries),
    arrays=turned_arrays,
    code="transpose",
    example=Example(lambda w, r, c, d: w.matrix(c, r, d).T),
    parts=lambda node: node.args,
    is_linear=True,
    is_holomorphic=True,
)
