"""Transpose(A) and, since everything is real, Adjoint(A), conjugate(x) and re(x)."""

from __future__ import annotations

from typing import Any

from sympy import Adjoint, Transpose, adjoint, conjugate, re

from derivlib.expressions.construction import transpose
from derivlib.expressions.facets import Absent, Entries, Example, Shape, tell
from derivlib.expressions.shapes import Parts
from derivlib.nodes.grid import Grid

_PRINTED = Absent("the printers lay out exponents")


def _shape(_: Any, parts: Parts) -> Shape:
    shape = parts[0][1]
    return None if shape is None else (shape[1], shape[0])


def _entries(_: Any, __: Any, value: Any) -> Any:
    return value.transpose() if isinstance(value, Grid) else value


def _on_arrays(on: Any, node: Any) -> Any:
    return on.value(node.args[0]).swapaxes(2, 3)


tell(
    Transpose,
    text=_PRINTED,
    tex=_PRINTED,
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
        text=_PRINTED,
        tex=_PRINTED,
        shape=_shape if _kind is Adjoint else lambda _, parts: parts[0][1],
        normal=transpose if _kind is Adjoint else lambda value: value,
        entries=Entries(_entries),
        arrays=_on_arrays if _kind is Adjoint else lambda on, node: on.value(node.args[0]),
        code=Absent("its normal form is the transpose, or what it is applied to"),
        example=Absent("its normal form is the transpose, or what it is applied to"),
    )
