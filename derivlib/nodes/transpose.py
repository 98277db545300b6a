"""Transpose(A) and, since everything is real, Adjoint(A), conjugate(x) and re(x)."""

from __future__ import annotations

from typing import Any

from sympy import Adjoint, Transpose, adjoint, conjugate, re

from derivlib.expressions.construction import transpose
from derivlib.expressions.facets import PRINTED, Absent, Entries, Example, Shape, tell
from derivlib.expressions.shapes import Parts, same_as_first
from derivlib.nodes.grid import Grid


def _shape(_: Any, parts: Parts) -> Shape:
    shape = parts[0][1]
    return None if shape is None else (shape[1], shape[0])


def _entries(_: Any, __: Any, value: Any) -> Any:
    return value.transpose() if isinstance(value, Grid) else value


def _on_arrays(on: Any, node: Any) -> Any:
    return on.value(node.args[0]).swapaxes(2, 3)


tell(
    Transpose,
    **PRINTED,
    shape=_shape,
    normal=transpose,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code="transpose",
    example=Example(lambda w, r, c, d: w.matrix(c, r, d).T),
    parts=lambda node: node.args,
    is_linear=True,
)
for _kind in (Adjoint, adjoint, conjugate, re):
    tell(
        _kind,
        **PRINTED,
        shape=_shape if _kind is Adjoint else same_as_first,
        normal=transpose if _kind is Adjoint else lambda value: value,
        entries=Entries(_entries),
        arrays=_on_arrays if _kind is Adjoint else lambda on, node: on.value(node.args[0]),
        code=Absent("its normal form is the transpose, or what it is applied to"),
        example=Absent("its normal form is the transpose, or what it is applied to"),
    )
