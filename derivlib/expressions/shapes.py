"""The shape of each operation from the shapes of its parts, and the refusal of misfits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sympy import Basic, Expr, Integer, MatMul, Symbol, expand, sympify

from derivlib.errors import ShapeError
from derivlib.expressions.facets import Shape, facets_of
from derivlib.expressions.text import text

Parts = Sequence[tuple[Expr, Shape]]
"""Subexpressions with their shapes."""

_ATOMS = (Symbol, Integer, int)
"""Sizes that are equal only if they are the same."""


def shape_of(expr: Expr, parts: Parts) -> Shape:
    """Find the shape of an expression from those of its parts, or refuse it.

    :raises ShapeError: if the sizes of the parts do not fit together.
    """
    return facets_of(type(expr)).shape(expr, parts)  # type: ignore[no-any-return]


def same_size(a: Expr, b: Expr) -> bool:
    """Return whether two sizes are equal for all values of the size symbols."""
    if a == b:
        return True
    if isinstance(a, _ATOMS) and isinstance(b, _ATOMS):
        return False
    return expand(a - b) == 0


def shown_shape(shape: Shape) -> str:
    """Write a shape for a message: n×m, or that there is none."""
    return "a scalar" if shape is None else f"{shape[0]}×{shape[1]}"


# --- shapes that many operations have ----------------------------------------------------


def scalar(_: Any, __: Parts) -> Shape:
    """No shape."""
    return None


def stated(expr: Any, _: Parts) -> Shape:
    """The shape that SymPy states."""
    return tuple(map(sympify, expr.shape)) if expr.is_Matrix else None  # type: ignore[return-value]


def same_as_first(_: Any, parts: Parts) -> Shape:
    """That of the first part."""
    return parts[0][1]


def square(expr: Any, parts: Parts) -> Shape:
    """That of a square matrix.

    :raises ShapeError: if the first part is not square.
    """
    part, shape = parts[0]
    if shape is None or not same_size(*shape):
        raise ShapeError(
            f'{type(expr).__name__} in "{text(expr)}" needs a square matrix, '
            f"but {text(part)} is {shown_shape(shape)}"
        )
    return shape


def scalar_of_square(expr: Any, parts: Parts) -> Shape:
    """No shape, made of a square matrix.

    :raises ShapeError: if it is not square.
    """
    square(expr, parts)
    return None


def alike(expr: Any, parts: Parts) -> Shape:
    """The one shape of all parts.

    :raises ShapeError: if their shapes differ.
    """
    first, a = parts[0]
    for other, b in parts[1:]:
        if a is None or b is None or not (same_size(a[0], b[0]) and same_size(a[1], b[1])):
            raise misfit(
                expr, f"{text(first)} is {shown_shape(a)}, {text(other)} is {shown_shape(b)}"
            )
    return a


_ADVICE = "correct the shape of one of them, or transpose it"


def misfit(expr: Expr, detail: str, advice: str = _ADVICE) -> ShapeError:
    """The error for sizes that do not fit."""
    return ShapeError(f'sizes do not fit in "{text(expr)}": {detail}; {advice}')


def product(expr: Any, parts: Parts) -> Shape:
    """The shape of a product of matrices.

    :raises ShapeError: if neighbours do not fit.
    """
    factors = [(part, shape) for part, shape in parts if shape is not None]
    for k, ((left, a), (right, b)) in enumerate(pairwise(factors), start=1):
        if a is None or b is None or not same_size(a[1], b[0]):
            single = _one_by_one(factors[:k]) or _one_by_one(factors[k:])
            advice = _ADVICE
            if single is not None:
                advice = f"a 1×1 matrix is no scalar factor; say Trace({text(single)})"
            detail = f"{text(left)} is {shown_shape(a)}, {text(right)} is {shown_shape(b)}"
            raise misfit(expr, detail, advice)
    first, last = factors[0][1], factors[-1][1]
    return (first[0], last[1])  # type: ignore[index]


def _one_by_one(factors: Parts) -> Expr | None:
    """The product of factors, if it is 1×1."""
    first, last = factors[0][1], factors[-1][1]
    if first is None or last is None or not (same_size(first[0], 1) and same_size(last[1], 1)):
        return None
    return Basic.__new__(MatMul, *(factor for factor, _ in factors))
