"""Matrices of truncated Taylor polynomials: values with their derivatives along directions.

A jet is an array of shape (2**order, directions, rows, cols). Its first axis runs over the
subsets of `order` infinitesimals ε₁, ε₂, … with εᵢ² = 0, written as bits: part 0 is the value,
part 1 the coefficient of ε₁, part 3 that of ε₁ε₂. Sums and products of such polynomials are
exact, so a derivative is as precise as the value beside it. A scalar is a 1×1 matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derivlib.check.scalars.fields import NoValue

Array = NDArray[Any]

Jet = NDArray[Any]
"""An array of shape (2**order, directions, rows, cols)."""

_LARGEST, _SMALLEST = 1e6, 1e-3
"""Values beyond which a point is given up: comparing there would tell nothing."""

_SMALL = 8
"""Up to which size a matrix is not divided into blocks."""


def constant(value: Any, like: tuple[int, int], dtype: Any = np.longdouble) -> Jet:
    """A matrix of numbers, whatever the direction.

    :param value: an array of rows and columns, or a number.
    :param like: the first two axes of the jet: number of parts, number of directions.
    """
    value = np.atleast_2d(np.asarray(value, dtype=dtype))
    jet = np.zeros((*like, *value.shape), dtype=dtype)
    jet[0] = value
    return jet


def _checked(jet: Jet) -> Jet:
    if not np.isfinite(jet).all() or np.abs(jet[0]).max(initial=0) > _LARGEST:
        raise NoValue(f"a value is not finite, or above {_LARGEST:g}")
    return jet


def bilinear(product: Callable[[Array, Array], Any], a: Jet, b: Jet) -> Jet:
    """Multiply two jets by a product that is linear in both factors."""
    moving = [k for k in range(len(a)) if k == 0 or a[k].any()]
    also = {k for k in range(len(b)) if k == 0 or b[k].any()}
    value = product(a[0], b[0])
    parts = np.zeros((len(a), *value.shape), value.dtype)
    parts[0] = value
    for whole in range(1, len(a)):
        for part in moving:
            if part & whole == part and whole ^ part in also:
                parts[whole] += product(a[part], b[whole ^ part])
    return _checked(parts)


def times(a: Jet, b: Jet) -> Jet:
    """Multiply entry by entry, or a matrix by a scalar."""
    return bilinear(np.multiply, a, b)


def matmul(a: Jet, b: Jet) -> Jet:
    """Multiply matrices."""
    return bilinear(np.matmul, a, b)


def apply(derivatives: Sequence[Callable[[Array], Array]], a: Jet) -> Jet:
    """Apply a function of one scalar to each entry.

    :param derivatives: the function and its derivatives, as many as infinitesimals.
    """
    value, rest = a[0], a.copy()
    rest[0] = 0
    power, result = None, np.zeros_like(a)
    order = len(a).bit_length() - 1
    with np.errstate(all="ignore"):
        result[0] = derivatives[0](value)
        for r in range(1, order + 1):
            power = rest if power is None else bilinear(np.multiply, power, rest)
            result = result + derivatives[r](value) / factorial(r) * power
    return _checked(result)


def reciprocal(a: Jet) -> Jet:
    """1/a, entry by entry."""
    if np.abs(a[0]).min() < _SMALLEST:
        raise NoValue(f"a denominator is below {_SMALLEST:g}")
    return apply([partial(_reciprocal, order=r) for r in range(4)], a)


def _reciprocal(x: Array, order: int) -> Any:
    """The derivative of that order of 1/x."""
    return (-1) ** order * factorial(order) * x ** (-1 - order)


def _solve(a: Jet, right: Jet) -> tuple[Jet, Jet]:
    """Solve A Z = right; returns det A and Z.

    A large matrix is divided into four blocks, if the first can be solved with.
    """
    half = a.shape[-1] // 2
    if half > _SMALL:
        with suppress(NoValue):
            return _solve_by_blocks(a, right, half)
    return _eliminate(a, right)


def _solve_by_blocks(a: Jet, right: Jet, half: int) -> tuple[Jet, Jet]:
    """Solve with the first block, and then with its Schur complement."""
    above, below = a[:, :, :half], a[:, :, half:]
    beside = np.concatenate([above[..., half:], right[:, :, :half]], axis=3)
    det, solved = _solve(above[..., :half], beside)
    width = a.shape[-1] - half
    rest = np.concatenate([below[..., half:], right[:, :, half:]], axis=3)
    rest = rest - matmul(below[..., :half], solved)
    other, last = _solve(rest[..., :width], rest[..., width:])
    first = solved[..., width:] - matmul(solved[..., :width], last)
    return times(det, other), _checked(np.concatenate([first, last], axis=2))


def _eliminate(a: Jet, right: Jet) -> tuple[Jet, Jet]:
    """Solve A Z = right by elimination with row exchanges; returns det A and Z."""
    size = a.shape[-1]
    a, right = a.copy(), right.copy()
    det = constant(1, (a.shape[0], a.shape[1]), a.dtype)
    for k in range(size):
        pivot = k + int(np.abs(a[0, 0, k:, k]).argmax())
        if pivot != k:
            for matrix in (a, right):
                matrix[:, :, [k, pivot]] = matrix[:, :, [pivot, k]]
            det = -det
        head = a[:, :, k : k + 1, k : k + 1]
        det = times(det, head)
        scale = reciprocal(head)
        factors = a[:, :, :, k : k + 1].copy()
        factors[:, :, k] = 0
        for matrix in (a, right):
            row = matrix[:, :, k : k + 1] = times(scale, matrix[:, :, k : k + 1])
            matrix -= times(factors, row)
    return _checked(det), _checked(right)


def determinant(a: Jet) -> Jet:
    """The determinant of a square matrix, a scalar.

    Written out over permutations for small matrices, so that a singular one has its
    determinant too; by elimination for larger ones.
    """
    size = a.shape[-1]
    if size == 1:
        return a
    if size > 4:
        return _solve(a, a[:, :, :, :0])[0]
    total = np.zeros_like(a[:, :, :1, :1])
    rest = a[:, :, 1:]
    for j in range(size):
        minor = np.delete(rest, j, axis=3)
        total = total + (-1) ** j * times(a[:, :, :1, j : j + 1], determinant(minor))
    return _checked(total)


def inverse(a: Jet) -> Jet:
    """The inverse of a square matrix."""
    unit = constant(np.eye(a.shape[-1]), (a.shape[0], a.shape[1]), a.dtype)
    return _solve(a, unit)[1]
