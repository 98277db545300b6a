"""What an equation says of a matrix: QᵀQ = I that its columns are orthonormal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sympy import (
    Eq,
    Identity,
    Integer,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    OneMatrix,
    Pow,
    S,
    Transpose,
    ZeroMatrix,
)

from derivlib.expressions.text import is_entry
from derivlib.nodes.norm import Norm
from derivlib.nodes.properties import (
    IDEMPOTENT,
    INVOLUTORY,
    ORTHOGONAL,
    SKEW,
    SYMMETRIC,
    is_column,
    is_row,
    orthonormal,
    sums,
)
from derivlib.nodes.sum_entries import SumEntries

FORMS = (
    "Qᵀ*Q = I, Q*Qᵀ = I, norm(u) = 1, S = Sᵀ, S = -Sᵀ, P² = P, A² = I; 1ᵀ*p = 1 and sum(p) = 1, "
    "1ᵀ*M = 1ᵀ for all columns, M*1 = 1 for all rows, each with 0 for 1 too"
)
"""The equations that points can be chosen for, as a message lists them."""

_NOTHING = object()
"""What equals no matrix."""

Read = tuple[Any, str]
"""A matrix, and what is said of it."""


def read_equation(equation: Eq) -> Read | None:
    """The matrix that an equation is about, and what it says; nothing if it is no known form."""
    left, right = map(_inside, equation.args)
    for one, other in ((left, right), (right, left), *_differences(left, right)):
        for form in _FORMS:
            found = form(one, other)
            if found is not None and isinstance(found[0], MatrixSymbol):
                return found
    return None


def _inside(side: Any) -> Any:
    """A 1×1 matrix as it is, and not as a scalar."""
    return side.args[0] if is_entry(side) else side


def _differences(left: Any, right: Any) -> Iterator[tuple[Any, Any]]:
    """A - B = 0 as A = B."""
    if isinstance(left, MatAdd) and len(left.args) == 2 and isinstance(right, ZeroMatrix):
        first, second = left.args
        yield from ((first, _negated(second)), (second, _negated(first)))


def _negated(matrix: Any) -> Any:
    """The B of -B."""
    factors: tuple[Any, ...] = matrix.args if isinstance(matrix, (MatMul, Mul)) else ()
    return factors[1] if len(factors) == 2 and factors[0] is S.NegativeOne else None


def _number(side: Any) -> Integer | None:
    """The 1 of which a side is made, or 0."""
    if side is S.One or side is S.Zero:
        return side
    if isinstance(side, OneMatrix) or (isinstance(side, Identity) and side.shape[0] == 1):
        return S.One
    return S.Zero if isinstance(side, ZeroMatrix) else None


def _pair(expr: Any) -> tuple[Any, Any] | None:
    """The factors of a product of two matrices."""
    if isinstance(expr, MatPow) and expr.exp == 2 and not isinstance(expr, Inverse):
        return expr.base, expr.base
    is_product = isinstance(expr, MatMul) and len(expr.args) == 2
    return expr.args if is_product and all(factor.is_Matrix for factor in expr.args) else None


def _turned(matrix: Any) -> Any:
    return matrix.args[0] if isinstance(matrix, Transpose) else _NOTHING


def _unit(left: Any, right: Any) -> Read | None:
    """QᵀQ = I, QQᵀ = I and Qᵀ = Q⁻¹."""
    if isinstance(right, Inverse) and _turned(left) == right.args[0]:
        return right.args[0], ORTHOGONAL
    factors = _pair(left)
    is_one = isinstance(right, Identity) or (left.is_Matrix and _number(right) is S.One)
    if factors is None or not is_one or (isinstance(right, OneMatrix) and right.shape != (1, 1)):
        return None
    if _turned(factors[0]) == factors[1]:
        return factors[1], orthonormal(factors[1], "columns")
    if _turned(factors[1]) == factors[0]:
        return factors[0], orthonormal(factors[0], "rows")
    return None


def _length(left: Any, right: Any) -> Read | None:
    """‖u‖ = 1, and its square, of a column or a row."""
    base = left.base if isinstance(left, Pow) and left.exp == 2 else left
    if not isinstance(base, Norm) or right is not S.One:
        return None
    matrix = base.arg
    if is_column(matrix):
        return matrix, orthonormal(matrix, "columns")
    return (matrix, orthonormal(matrix, "rows")) if is_row(matrix) else None


def _symmetry(left: Any, right: Any) -> Read | None:
    """S = Sᵀ and S = -Sᵀ."""
    if _turned(right) == left:
        return left, SYMMETRIC
    if _turned(_negated(right)) == left:
        return left, SKEW
    if _turned(left) == _negated(right):
        return left.args[0], SKEW
    if isinstance(left, MatAdd) and len(left.args) == 2 and isinstance(right, ZeroMatrix):
        for one, other in (left.args, left.args[::-1]):
            if _turned(other) == one:
                return one, SKEW
    return None


def _square(left: Any, right: Any) -> Read | None:
    """P² = P, A² = I and A = A⁻¹."""
    if isinstance(right, Inverse) and right.args[0] == left:
        return left, INVOLUTORY
    factors = _pair(left)
    if factors is None or factors[0] != factors[1]:
        return None
    if right == factors[0]:
        return right, IDEMPOTENT
    return (factors[0], INVOLUTORY) if isinstance(right, Identity) else None


def _sum(left: Any, right: Any) -> Read | None:
    """1ᵀM = 1ᵀ, M1 = 1 and sum(p) = 1, and the same with 0."""
    value = _number(right)
    if value is None:
        return None
    if isinstance(left, SumEntries):
        matrix = left.arg
        what = "columns" if is_column(matrix) else "rows"
        return (matrix, sums(matrix, what, value)) if is_column(matrix) or is_row(matrix) else None
    factors = _pair(left)
    if factors is None:
        return None
    first, second = factors
    if isinstance(first, OneMatrix) and is_row(first):
        if isinstance(second, Transpose):
            return _sums_of(second.args[0], "rows", value)
        return _sums_of(second, "columns", value)
    if isinstance(second, OneMatrix) and is_column(second):
        if isinstance(first, Transpose):
            return _sums_of(first.args[0], "columns", value)
        return _sums_of(first, "rows", value)
    return None


def _sums_of(matrix: Any, what: str, value: Any) -> Read:
    return matrix, sums(matrix, what, value)


_FORMS: tuple[Callable[[Any, Any], Read | None], ...] = (_unit, _length, _symmetry, _square, _sum)
