"""Which free entry stands at which place of a structured matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import S

from derivlib.nodes.grid import Grid
from derivlib.nodes.structures import Structure

Position = tuple[int, int]
"""Row and column of an entry, counted from 0."""


def free_entry(structure: Structure | None, i: int, j: int) -> Position | None:
    """Find the free entry that stands at a place, by the first place it stands at.

    ```pycon
    >>> free_entry("symmetric", 0, 2), free_entry("toeplitz", 3, 2)
    ((2, 0), (1, 0))
    >>> free_entry("diagonal", 0, 2)

    ```

    :param structure: what is known of the matrix; nothing if every entry is free.
    :param i: the row, from 0.
    :param j: the column, from 0.
    :returns: row and column of the first place, column by column, with this free entry;
        nothing where the matrix is zero.
    """
    match structure:
        case "symmetric":
            return max(i, j), min(i, j)
        case "diagonal":
            return (i, j) if i == j else None
        case "lower triangular":
            return (i, j) if i >= j else None
        case "upper triangular":
            return (i, j) if i <= j else None
        case "toeplitz":
            return max(i - j, 0), max(j - i, 0)
        case "symmetric toeplitz":
            return abs(i - j), 0
    return i, j


def free_entries(structure: Structure | None, rows: int, cols: int) -> list[Position]:
    """List the free entries in the order of θ, with vec(X) = B θ.

    It is the order of vec, and for Toeplitz matrices that of the diagonals, from the lower
    left to the upper right.

    ```pycon
    >>> free_entries("symmetric", 2, 2)
    [(0, 0), (1, 0), (1, 1)]
    >>> free_entries("toeplitz", 2, 2)
    [(1, 0), (0, 0), (0, 1)]

    ```

    :param structure: what is known of the matrix; nothing if every entry is free.
    """
    places = [(i, j) for j in range(cols) for i in range(rows)]
    free = [place for place in places if free_entry(structure, *place) == place]
    return sorted(free, key=lambda place: place[1] - place[0]) if structure == "toeplitz" else free


def spread_out(
    structure: Structure | None, rows: int, cols: int, values: Mapping[Position, Any]
) -> Grid:
    """Put the value of each free entry at every place where that entry stands.

    :param structure: what is known of the matrix; nothing if every entry is free.
    :param values: a value for each free entry; all other places are zero.
    """

    def value(i: int, j: int) -> Any:
        free = free_entry(structure, i, j)
        return S.Zero if free is None else values[free]

    return Grid.of(rows, cols, value)
