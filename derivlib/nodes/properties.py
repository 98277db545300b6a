"""What may be known of a matrix by an equation, in words."""

from __future__ import annotations

from typing import Any

ORTHOGONAL, SYMMETRIC, SKEW = "orthogonal", "symmetric", "skew-symmetric"
IDEMPOTENT, INVOLUTORY = "idempotent", "involutory"
_COLUMNS, _ROWS = "with orthonormal columns", "with orthonormal rows"
_UNIT = "of length 1"

BY_EQUATION = (
    *(SKEW, IDEMPOTENT, INVOLUTORY, _COLUMNS, _ROWS, _UNIT),
    *(f"with {what} that sum to {value}" for what in ("entries", "columns", "rows")
      for value in (0, 1)),
)  # fmt: skip
"""What only an equation says."""


def is_column(matrix: Any) -> bool:
    """Return whether a matrix has one column."""
    return bool(matrix.shape[1] == 1)


def is_row(matrix: Any) -> bool:
    """Return whether a matrix has one row."""
    return bool(matrix.shape[0] == 1)


def orthonormal(matrix: Any, what: str) -> str:
    """That the "columns" or the "rows" of a matrix are orthonormal."""
    if matrix.shape[0] == matrix.shape[1]:
        return ORTHOGONAL
    if is_column(matrix) if what == "columns" else is_row(matrix):
        return _UNIT
    return _COLUMNS if what == "columns" else _ROWS


def sums(matrix: Any, what: str, value: Any) -> str:
    """That each of the "columns", or of the "rows", of a matrix sums to a number."""
    if is_column(matrix) if what == "columns" else is_row(matrix):
        what = "entries"
    return f"with {what} that sum to {value}"
