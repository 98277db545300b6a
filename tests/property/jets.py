"""Matrices of truncated Taylor polynomials: values with their derivatives along directions.

A jet is an array of shape (2**order, directions, rows, cols). Its first axis runs over the
subsets of `order` infinitesimals ε₁, ε₂, … with εᵢ² = 0, written as bits: part 0 is the value,
part 1 the coefficient of ε₁, part 3 that of ε₁ε₂. Sums and products of such polynomials are
exact, so a derivative is as precise as the value beside it. A scalar is a 1×1 matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial

import numpy as np

__all__ = [
    "Jet",
    "UnsuitableError",
    "apply",
    "bilinear",
    "constant",
    "determinant",
    "inverse",
    "matmul",
    "reciprocal",
    "times",
]

Jet = np.ndarray
"""An array of shape (2**order, directions, rows, cols)."""

_LARGEST, _SMALLEST = 1e6, 1e-3
"""Values beyond which a point is given up: comparing there would tell nothing."""


class UnsuitableError(Exception):
    """At this point an expression has no value, or one that cannot be compared well."""


def constant(value: np.ndarray, like: tuple[int, int]) -> Jet:
    """A matrix of numbers, whatever the direction.

    :param value: an array of rows and columns.
    :param like: the first two axes of the jet: number of parts, number of directions.
    """
    value = np.atleast_2d(np.asarray(value, dtype=np.longdouble))
    jet = np.zeros((*like, *value.shape), dtype=np.longdouble)
    jet[0] = value
    return jet


def _checked(jet: Jet) -> Jet:
    if not np.isfinite(jet).all() or np.abs(jet[0]).max(initial=0) > _LARGEST:
        raise UnsuitableError
    return jet


def bilinear(product: Callable[[np.ndarray, np.ndarray], np.ndarray], a: Jet, b: Jet) -> Jet:
    """Multiply two jets by a product that is linear in both factors."""
    parts = []
    for whole in range(len(a)):
        within = [part for part in range(whole + 1) if part & whole == part]
        parts.append(sum(product(a[part], b[whole ^ part]) for part in within))
    return _checked(np.stack(parts))


def times(a: Jet, b: Jet) -> Jet:
    """Multiply entry by entry, or a matrix by a scalar."""
    return bilinear(np.multiply, a, b)


def matmul(a: Jet, b: Jet) -> Jet:
    """Multiply matrices."""
    return bilinear(np.matmul, a, b)


def apply(derivatives: Sequence[Callable[[np.ndarray], np.ndarray]], a: Jet) -> Jet:
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
        raise UnsuitableError
    return apply([lambda x, r=r: (-1) ** r * factorial(r) * x ** (-1 - r) for r in range(4)], a)


def _eliminate(a: Jet, right: Jet) -> tuple[Jet, Jet]:
    """Solve A Z = right by elimination with row exchanges; returns det A and Z."""
    size = a.shape[-1]
    a, right = a.copy(), right.copy()
    det = constant(np.ones((1, 1)), a.shape[:2])
    for k in range(size):
        pivot = k + int(np.abs(a[0, 0, k:, k]).argmax())
        if pivot != k:
            for matrix in (a, right):
                matrix[:, :, [k, pivot]] = matrix[:, :, [pivot, k]]
            det = -det
        head = a[:, :, k : k + 1, k : k + 1]
        det = times(det, head)
        scale = reciprocal(head)
        a[:, :, k : k + 1] = times(scale, a[:, :, k : k + 1])
        right[:, :, k : k + 1] = times(scale, right[:, :, k : k + 1])
        for i in range(size):
            if i != k:
                factor = a[:, :, i : i + 1, k : k + 1].copy()
                a[:, :, i : i + 1] -= times(factor, a[:, :, k : k + 1])
                right[:, :, i : i + 1] -= times(factor, right[:, :, k : k + 1])
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
        return _eliminate(a, constant(np.eye(size), a.shape[:2]))[0]
    total = np.zeros_like(a[:, :, :1, :1])
    rest = a[:, :, 1:]
    for j in range(size):
        minor = np.delete(rest, j, axis=3)
        total = total + (-1) ** j * times(a[:, :, :1, j : j + 1], determinant(minor))
    return _checked(total)


def inverse(a: Jet) -> Jet:
    """The inverse of a square matrix."""
    return _eliminate(a, constant(np.eye(a.shape[-1]), a.shape[:2]))[1]
