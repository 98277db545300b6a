"""Adjoint(A), conjugate(x), re(x) and im(x).

Numbers are real, so that in normal form an adjoint is a transpose, a conjugate and a real part
what they are taken of, and an imaginary part zero. :func:`derivlib.wirtinger` takes them as they
are written.
"""

from __future__ import annotations

from typing import Any

from sympy import Adjoint, S, Transpose, adjoint, conjugate, im, re

from derivlib.expressions.construction import transpose
from derivlib.expressions.facets import Absent, Entries, tell
from derivlib.expressions.shapes import same_as_first
from derivlib.expressions.tex import ADJOINT
from derivlib.nodes.grid import Grid, as_scalar
from derivlib.nodes.transpose import turned, turned_arrays, turned_entries


def _conjugated(calc: Any, value: Any) -> Any:
    conjugated = calc.ring.conjugate
    return value.map(conjugated) if isinstance(value, Grid) else conjugated(value)


def _half(calc: Any, value: Any, sign: Any, number: Any) -> Any:
    """The sum or the difference of a scalar and its conjugate, times a number."""
    ring = calc.ring
    other = ring.product([ring.number(sign), ring.conjugate(value)])
    return ring.product([ring.number(number), ring.total([value, other])])


def _is_conjugate(node: Adjoint) -> bool:
    return isinstance(node.arg, Transpose)


def _adjoint_text(p: Any, node: Adjoint) -> str:
    if _is_conjugate(node):
        return f"conj({p._print(node.arg.arg)})"
    return f"{p.atom(node.arg)}ᴴ"


def _adjoint_tex(p: Any, node: Adjoint) -> str:
    if _is_conjugate(node):
        return rf"\overline{{{p._print(node.arg.arg)}}}"
    return f"{p.atom(node.arg)}^{{{ADJOINT}}}"


def _bar(p: Any, node: Any) -> str:
    return rf"\overline{{{p._print(node.args[0])}}}"


_IN_NORMAL_FORM = Absent("its normal form is the transpose, or what it is applied to, or zero")

for _kind in (Adjoint, adjoint):
    tell(
        _kind,
        text=_adjoint_text if _kind is Adjoint else "adjoint",
        tex=_adjoint_tex if _kind is Adjoint else r"\operatorname{adjoint}",
        shape=turned if _kind is Adjoint else same_as_first,
        normal=transpose if _kind is Adjoint else lambda value: value,
        entries=Entries(turned_entries),
        arrays=turned_arrays if _kind is Adjoint else lambda on, node: on.value(node.args[0]),
        code=_IN_NORMAL_FORM,
        example=_IN_NORMAL_FORM,
        complex_entries=Entries(
            lambda calc, node, value: turned_entries(calc, node, _conjugated(calc, value))
        ),
        complex_code="adjoint",
    )
for _kind, _name, _complex in (
    (conjugate, "conj", lambda calc, _, x: _conjugated(calc, as_scalar(x))),
    (re, "re", lambda calc, _, x: _half(calc, as_scalar(x), S.One, S.Half)),
    (im, "im", lambda calc, _, x: _half(calc, as_scalar(x), S.NegativeOne, -S.ImaginaryUnit / 2)),
):
    _is_zero = _kind is im
    tell(
        _kind,
        text=_name,
        tex=_bar if _kind is conjugate else rf"\operatorname{{{_name.capitalize()}}}",
        shape=same_as_first,
        normal=(lambda _: S.Zero) if _is_zero else lambda value: value,
        entries=Entries(
            (lambda calc, *_: calc.ring.number(S.Zero)) if _is_zero else lambda _, __, value: value
        ),
        arrays=(lambda on, _: on.number(0.0)) if _is_zero else lambda on, n: on.value(n.args[0]),
        code=_IN_NORMAL_FORM,
        example=_IN_NORMAL_FORM,
        complex_entries=Entries(_complex),
        complex_code="scalar_function",
    )
