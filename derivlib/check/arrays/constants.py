"""Matrices of zeros and ones, entry by entry, for the independent evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from derivlib.check.arrays.jets import Array

__all__ = ["basis", "commutation", "same_diagonal"]

_FREE: dict[str, Callable[[int, int], Any]] = {
    "symmetric": lambda i, j: (min(i, j), max(i, j)),
    "diagonal": lambda i, j: i if i == j else None,
    "lower triangular": lambda i, j: (j, i) if i >= j else None,
    "upper triangular": lambda i, j: (j, i) if i <= j else None,
    "toeplitz": lambda i, j: j - i,
    "symmetric toeplitz": lambda i, j: abs(i - j),
}
"""What tells the free entries apart, in an order that sorts them as vec(X) = B θ has them."""


def commutation(rows: int, cols: int) -> Array:
    """K with K vec(A) = vec(Aᵀ) for A of rows × cols."""
    value = np.zeros((rows * cols, rows * cols))
    for i in range(rows):
        for j in range(cols):
            value[i * cols + j, j * rows + i] = 1
    return value


def basis(structure: str, size: int) -> Array:
    """B with vec(X) = B θ for the free entries θ of a structured X."""
    name = _FREE[structure]
    stacked = [name(i, j) for j in range(size) for i in range(size)]
    free = sorted({place for place in stacked if place is not None})
    return np.array([[float(place == entry) for entry in free] for place in stacked])


def same_diagonal(size: int) -> Array:
    """One where two places, both counted along the stacked columns, are on one diagonal."""
    offset = [j - i for j in range(size) for i in range(size)]
    return np.equal.outer(offset, offset).astype(float)
