"""Which rows and columns of a matrix of plain numbers are independent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from derivlib.nodes.grid import Grid

Crossing = tuple[tuple[int, ...], tuple[int, ...]]
"""Rows and columns of a matrix, as many of either, that meet in an invertible matrix."""


def independent(matrix: Grid, tolerance: Any = 0) -> Crossing:
    """The rows and columns that meet in a largest invertible matrix, by elimination.

    :param matrix: numbers that can be compared and divided exactly, or nearly so.
    :param tolerance: what counts as zero beside the largest entry.
    """
    lines = [list(matrix.row(i)) for i in range(matrix.rows)]
    rows, cols = list(range(matrix.rows)), list(range(matrix.cols))
    smallest = tolerance * max(map(abs, matrix.entries))
    taken: list[tuple[int, int]] = []
    while rows and cols:
        i, j = max(((i, j) for i in rows for j in cols), key=lambda at: abs(lines[at[0]][at[1]]))
        pivot = lines[i][j]
        if abs(pivot) <= smallest:
            break
        taken.append((i, j))
        rows.remove(i)
        cols.remove(j)
        for k in rows:
            factor = lines[k][j] / pivot
            lines[k] = [a - factor * b for a, b in zip(lines[k], lines[i], strict=True)]
    return _sorted(i for i, _ in taken), _sorted(j for _, j in taken)


def _sorted(places: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(places))
