"""Matrices of explicit entries, over whatever the entries are: expressions or numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from derivlib.errors import ShapeError


@dataclass(frozen=True)
class Grid:
    """A matrix of explicit entries, stored row by row.

    :param entries: the rows × cols entries in row-major order.
    """

    rows: int
    cols: int
    entries: tuple[Any, ...]

    @classmethod
    def of(cls, rows: int, cols: int, entry: Callable[[int, int], Any]) -> Grid:
        """Make the matrix whose entry (i, j), counted from 0, is `entry(i, j)`."""
        return cls(rows, cols, tuple(entry(i, j) for i in range(rows) for j in range(cols)))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.cols

    def __getitem__(self, index: tuple[int, int]) -> Any:
        i, j = index
        return self.entries[i * self.cols + j]

    def row(self, i: int) -> tuple[Any, ...]:
        """The entries of one row."""
        return self.entries[i * self.cols : (i + 1) * self.cols]

    def col(self, j: int) -> tuple[Any, ...]:
        """The entries of one column."""
        return self.entries[j :: self.cols]

    def transpose(self) -> Grid:
        """Exchange rows and columns."""
        return Grid(self.cols, self.rows, tuple(self.stacked()))

    def map(self, function: Callable[[Any], Any]) -> Grid:
        """Apply a function to every entry."""
        return Grid(self.rows, self.cols, tuple(map(function, self.entries)))

    def stacked(self) -> Iterator[Any]:
        """The entries column by column, the order of vec."""
        return (entry for j in range(self.cols) for entry in self.col(j))


def as_scalar(value: Any) -> Any:
    """Take a scalar as it is and a 1×1 matrix as its entry.

    :raises ShapeError: if the value is a larger matrix.
    """
    if not isinstance(value, Grid):
        return value
    if value.shape != (1, 1):
        raise ShapeError(f"expected a scalar, not a {value.rows}×{value.cols} matrix")
    return value.entries[0]


def same_shape(values: Iterable[Grid]) -> tuple[int, int]:
    """The one shape that all matrices have.

    :raises ShapeError: if their shapes differ.
    """
    shapes = list(dict.fromkeys(value.shape for value in values))
    if len(shapes) != 1:
        written = " and ".join(f"{rows}×{cols}" for rows, cols in shapes)
        raise ShapeError(f"the matrices have different shapes, {written}")
    return shapes[0]


def column_grid(matrix: Grid, what: str) -> Grid:
    """Take a column.

    :raises ShapeError: if it has several columns.
    """
    if matrix.cols != 1:
        raise ShapeError(f"the {what} of a {matrix.rows}×{matrix.cols} matrix, which is no column")
    return matrix


def same_columns(first: Grid, second: Grid, what: str) -> int:
    """The number of columns that two matrices share.

    :raises ShapeError: if they have different numbers of columns.
    """
    if first.cols != second.cols:
        shapes = f"{first.rows}×{first.cols} and {second.rows}×{second.cols}"
        raise ShapeError(f"the {what} of matrices that are {shapes}")
    return first.cols


def square_grid(matrix: Grid, what: str) -> Grid:
    """Take a square matrix.

    :raises ShapeError: if it is not square.
    """
    if matrix.rows != matrix.cols:
        raise ShapeError(f"the {what} of a {matrix.rows}×{matrix.cols} matrix, which is not square")
    return matrix
