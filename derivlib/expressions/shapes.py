"""The shape of each operation from the shapes of its parts, and the refusal of misfits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sympy import (
    Basic,
    Determinant,
    DiagonalOf,
    Expr,
    HadamardPower,
    HadamardProduct,
    Integer,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    Symbol,
    Trace,
    Transpose,
    expand,
    sympify,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.errors import ShapeError, UnsupportedError
from derivlib.expressions.text import text
from derivlib.nodes import DiagonalSums, LogDet, Tril, Triu

__all__ = ["Shape", "same_size", "shape_of", "shown_shape"]

Shape = tuple[Expr, Expr] | None
"""Rows and columns, or None for a scalar."""

_ON_SQUARE = (Tril, Triu, DiagonalSums)
_SQUARE = (Trace, Determinant, LogDet, Inverse, MatPow, DiagonalOf, *_ON_SQUARE)
_ALIKE = (MatAdd, HadamardProduct)
_SAME_AS_FIRST = (
    *(*_ALIKE, *_ON_SQUARE),
    *(Inverse, MatPow, HadamardPower, ElementwiseApplyFunction),
)
_ATOMS = (Symbol, Integer, int)
"""Sizes that are equal only if they are the same."""


def same_size(a: Expr, b: Expr) -> bool:
    """Tell whether two sizes are equal for all values of the size symbols."""
    if a == b:
        return True
    if isinstance(a, _ATOMS) and isinstance(b, _ATOMS):
        return False
    return expand(a - b) == 0


def shown_shape(shape: Shape) -> str:
    """Write a shape for a message: n×m, or that there is none."""
    return "a scalar" if shape is None else f"{shape[0]}×{shape[1]}"


_ADVICE = "correct the shape of one of them, or transpose it"


def _misfit(expr: Expr, detail: str, advice: str = _ADVICE) -> ShapeError:
    return ShapeError(f'sizes do not fit in "{text(expr)}": {detail}; {advice}')


def _check_product(expr: Expr, factors: Sequence[tuple[Expr, Shape]]) -> None:
    for k, ((left, a), (right, b)) in enumerate(pairwise(factors), start=1):
        if a is None or b is None or not same_size(a[1], b[0]):
            single = _one_by_one(factors[:k]) or _one_by_one(factors[k:])
            advice = _ADVICE
            if single is not None:
                advice = f"a 1×1 matrix is no scalar factor; say Trace({text(single)})"
            detail = f"{text(left)} is {shown_shape(a)}, {text(right)} is {shown_shape(b)}"
            raise _misfit(expr, detail, advice)


def _one_by_one(factors: Sequence[tuple[Expr, Shape]]) -> Expr | None:
    """The product of factors, if it is 1×1."""
    first, last = factors[0][1], factors[-1][1]
    if first is None or last is None or not (same_size(first[0], 1) and same_size(last[1], 1)):
        return None
    return Basic.__new__(MatMul, *(factor for factor, _ in factors))


def _check_vector(expr: Expr, part: Expr, shape: Shape) -> None:
    if shape is None or not any(same_size(size, 1) for size in shape):
        raise ShapeError(
            f'DiagMatrix in "{text(expr)}" needs a column or a row, but {text(part)} is '
            f"{shown_shape(shape)}; for the diagonal of a matrix say DiagMatrix(DiagonalOf(…))"
        )


def _check_entry(expr: Expr, part: Expr, shape: Shape) -> None:
    """Refuse an index that no entry has; SymPy refuses one that is too large."""
    for index in expr.args[1:]:
        if not index.is_number and index.is_integer is not False:
            continue
        if not index.is_Integer:
            raise ShapeError(
                f"{text(part)} has no entry ({', '.join(map(str, expr.args[1:]))}): indices are "
                "integers, counted from 0"
            )
        if index.is_negative:
            raise ShapeError(
                f"{text(part)} is {shown_shape(shape)} and has no entry "
                f"({', '.join(map(str, expr.args[1:]))}); indices are counted from 0"
            )


def _check_exponent(expr: Expr, parts: Sequence[tuple[Expr, Shape]]) -> None:
    if len(parts) > 1 and parts[1][1] is not None:
        raise UnsupportedError(
            f'HadamardPower in "{text(expr)}" has a matrix as exponent, and no rule is stated '
            "for that; with entries that are positive, A to the power B is "
            "HadamardProduct(B, A.applyfunc(log)).applyfunc(exp)"
        )


def _check_alike(expr: Expr, parts: Sequence[tuple[Expr, Shape]]) -> None:
    first, a = parts[0]
    for other, b in parts[1:]:
        if a is None or b is None or not (same_size(a[0], b[0]) and same_size(a[1], b[1])):
            raise _misfit(
                expr, f"{text(first)} is {shown_shape(a)}, {text(other)} is {shown_shape(b)}"
            )


def shape_of(expr: Expr, parts: Sequence[tuple[Expr, Shape]]) -> Shape:
    """Find the shape of an expression from those of its parts, or refuse it.

    :param expr: an expression.
    :param parts: each subexpression with its shape.
    :returns: rows and columns, or None for a scalar.
    :raises ShapeError: if the sizes of the parts do not fit together.
    :raises UnsupportedError: for an elementwise power with a matrix as exponent.
    """
    matrices = [(part, shape) for part, shape in parts if shape is not None]
    if isinstance(expr, MatMul):
        _check_product(expr, matrices)
        first, last = matrices[0][1], matrices[-1][1]
        return (first[0], last[1])  # type: ignore[index]
    if isinstance(expr, _ALIKE):
        _check_alike(expr, parts)
    if isinstance(expr, DiagMatrix):
        _check_vector(expr, *parts[0])
    elif isinstance(expr, MatrixElement):
        _check_entry(expr, *parts[0])
    elif isinstance(expr, HadamardPower):
        _check_exponent(expr, parts)
    if isinstance(expr, _SQUARE):
        part, shape = parts[0]
        if shape is None or not same_size(*shape):
            raise ShapeError(
                f'{type(expr).__name__} in "{text(expr)}" needs a square matrix, '
                f"but {text(part)} is {shown_shape(shape)}"
            )
    if isinstance(expr, _SAME_AS_FIRST):
        return parts[0][1]
    if isinstance(expr, Transpose):
        shape = parts[0][1]
        return None if shape is None else (shape[1], shape[0])
    return tuple(map(sympify, expr.shape)) if expr.is_Matrix else None  # type: ignore[return-value]
