"""The shape of each operation from the shapes of its parts, and the refusal of misfits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sympy import (
    Adjoint,
    Basic,
    Expr,
    HadamardPower,
    HadamardProduct,
    Integer,
    MatMul,
    Symbol,
    Transpose,
    expand,
    sympify,
)

from derivlib.errors import ShapeError
from derivlib.expressions.facets import Shape, facets_of
from derivlib.expressions.text import text, typed

Parts = Sequence[tuple[Expr, Shape]]
"""Subexpressions with their shapes."""

_ATOMS = (Symbol, Integer, int)
"""Sizes that are equal only if they are the same."""


def shape_of(expr: Expr, parts: Parts) -> Shape:
    """Find the shape of an expression from those of its parts, or refuse it.

    :raises ShapeError: if the sizes of the parts do not fit together.
    """
    return facets_of(type(expr)).shape(expr, parts)


def same_size(a: Expr, b: Expr) -> bool:
    """Return whether two sizes are equal for all values of the size symbols."""
    if a == b:
        return True
    if isinstance(a, _ATOMS) and isinstance(b, _ATOMS):
        return False
    return expand(a - b) == 0


def fit(left: Shape, right: Shape) -> bool:
    """Return whether two matrices can be multiplied."""
    return left is not None and right is not None and same_size(left[1], right[0])


def shown_shape(shape: Shape) -> str:
    """Write a shape for a message: n×m, or that there is none."""
    return "a scalar" if shape is None else f"{shape[0]}×{shape[1]}"


# --- shapes that many operations have ----------------------------------------------------


def scalar(_: Any, __: Parts) -> Shape:
    """No shape."""
    return None


def stated(expr: Any, _: Parts) -> Shape:
    """The shape that SymPy states."""
    return tuple(map(sympify, expr.shape)) if expr.is_Matrix else None


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

_LONGEST_ADVICE = 60
"""How many characters a factor may have to be written out again in a message."""


def misfit(expr: Expr, detail: str, advice: str = _ADVICE) -> ShapeError:
    """The error for sizes that do not fit."""
    return ShapeError(f'sizes do not fit in "{text(expr)}": {detail}; {advice}')


def product(expr: Any, parts: Parts) -> Shape:
    """The shape of a product of matrices.

    :raises ShapeError: if neighbours do not fit.
    """
    factors = [(part, shape) for part, shape in parts if shape is not None]
    for (left, a), (right, b) in pairwise(factors):
        if not fit(a, b):
            detail = f"{text(left)} is {shown_shape(a)}, {text(right)} is {shown_shape(b)}"
            raise misfit(expr, detail, _advice((left, a), (right, b)))
    first, last = factors[0][1], factors[-1][1]
    return (first[0], last[1])


def _advice(left: tuple[Expr, Shape], right: tuple[Expr, Shape]) -> str:
    if right[0] == Adjoint(left[0].T):
        return abs_of_matrix(left[0])
    instead = _products_that_fit(left, right)
    return f"instead of {_product(left[0], right[0])} write {instead}" if instead else _ADVICE


def abs_of_matrix(matrix: Expr) -> str:
    """What may be meant by SymPy's Abs of a matrix, a root of its product with its conjugate."""
    return (
        "SymPy writes the Abs of a matrix like this; write "
        f"{typed(matrix, method='applyfunc(Abs)')} for the absolute value of each entry, or "
        "Abs(Trace(A)) for that of a 1×1 matrix A"
    )


def _product(left: Expr, right: Expr) -> str:
    return typed(Basic.__new__(MatMul, left, right))


def _products_that_fit(left: tuple[Expr, Shape], right: tuple[Expr, Shape]) -> str:
    """What may be meant by a product that does not fit, the shortest first."""
    (A, a), (B, b) = left, right
    if a is None or b is None or max(len(typed(A)), len(typed(B))) > _LONGEST_ADVICE:
        return ""
    found = []
    if same_size(a[0], b[0]):
        found.append(_product(_turned(A), B))
    if same_size(a[1], b[1]):
        found.append(_product(A, _turned(B)))
    if len(found) > 1:
        power = HadamardPower(A, 2) if A == B else Basic.__new__(HadamardProduct, A, B)
        found.append(typed(power))
    if not found and fit(b, a):
        found.append(_product(B, A))
    return one_of(sorted(found, key=len))


def _turned(matrix: Expr) -> Expr:
    return matrix.args[0] if isinstance(matrix, Transpose) else Basic.__new__(Transpose, matrix)


def one_of(ways: Sequence[str]) -> str:
    """Several ways to write something: a, b or c."""
    return " or ".join(filter(None, (", ".join(ways[:-1]), *ways[-1:])))


def matrix_power(expr: Any, parts: Parts) -> Shape:
    """The shape of a power of a square matrix.

    :raises ShapeError: if it is not square.
    """
    base, shape = parts[0]
    if shape is not None and same_size(*shape):
        return shape
    instead = "" if expr.exp != Integer(2) else _products_that_fit(parts[0], parts[0])
    if not instead:
        instead = typed(Basic.__new__(HadamardPower, base, expr.exp)) + " for that of each entry"
    raise ShapeError(
        f'the power "{text(expr)}" needs a square matrix, but {text(base)} is '
        f"{shown_shape(shape)}; write {instead}"
    )
