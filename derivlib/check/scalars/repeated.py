"""Eigenvalues that are equal, and stay equal along every change."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Protocol

import mpmath

from derivlib.check.scalars.dual import Change, Dual
from derivlib.check.scalars.fields import NoValue
from derivlib.nodes.grid import Grid

_VANISHING = 1e-30
"""What counts as zero beside the largest eigenvalue, where numbers are rounded."""


class Grids(Protocol):
    """Matrices of precise numbers, plain or dual."""

    @property
    def orders(self) -> int:
        """How many orders of changes there are."""

    def plus(self, a: Grid, b: Grid) -> Grid:
        """The sum."""

    def times(self, a: Grid, b: Grid) -> Grid:
        """The product."""


def common_eigenvalue(
    on: Grids, matrix: Grid, values: Sequence[Any], vectors: Any, equal: Sequence[int]
) -> Any:
    """An eigenvalue that several eigenvectors share, with its changes.

    In a basis of eigenvectors, those of the eigenvalue first, the matrix is [A, Cᵀ; C, D]. The
    columns of [I; X] span what moves with them where C + DX - XA - XCᵀX = 0, and have the
    eigenvalues of A + CᵀX. These are one eigenvalue where that is a multiple of the identity.

    :param values: all eigenvalues, changes left out.
    :param vectors: orthonormal eigenvectors of these, as columns.
    :param equal: at which places the equal ones are.
    :raises NoValue: if they come apart along a change.
    """
    n = matrix.rows
    others = [k for k in range(n) if k not in equal]
    of_equal = Grid.of(n, len(equal), lambda i, j: vectors[i, equal[j]])
    shared = on.times(_transposed(of_equal), on.times(matrix, of_equal))
    if others:
        of_others = Grid.of(n, len(others), lambda i, j: vectors[i, others[j]])
        beside = on.times(_transposed(of_others), on.times(matrix, of_equal))
        rest = on.times(_transposed(of_others), on.times(matrix, of_others))
        gaps = [-1 / (values[k] - values[equal[0]]) for k in others]
        moved = beside.map(lambda _: mpmath.mpf(0))
        for _ in range(on.orders):
            back = on.plus(shared, on.times(_transposed(beside), moved))
            left = on.plus(beside, on.times(rest, moved))
            left = on.plus(left, _negative(on.times(moved, back)))
            moved = on.plus(moved, _rows_times(gaps, left))
        shared = on.plus(shared, on.times(_transposed(beside), moved))
    value = shared[0, 0]
    size = _VANISHING * max(1, *map(abs, values))
    for i in range(len(equal)):
        for j in range(len(equal)):
            difference = shared[i, j] + -value if i == j else shared[i, j]
            if any(abs(number) > size for number in _numbers(difference)):
                raise NoValue("an eigenvalue that is not simple")
    return value


def turned_within(vectors: Any, starts: Sequence[int]) -> Grid:
    """Eigenvectors as columns, turned at random among those of one eigenvalue.

    The first entry of each is positive. It is the same basis each time.

    :param starts: at which places the eigenvalues are that differ from those before.
    """
    rng, n = random.Random(vectors.rows), vectors.rows
    columns: list[list[Any]] = []
    for start, end in pairwise([*starts, n]):
        drawn = mpmath.matrix(
            [
                [mpmath.mpf(rng.uniform(-1, 1)) for _ in range(end - start)]
                for _ in range(end - start)
            ]
        )
        turned = vectors[:, start:end] * mpmath.qr(drawn)[0]
        for j in range(end - start):
            sign = -1 if turned[0, j] < 0 else 1
            columns.append([sign * turned[i, j] for i in range(n)])
    return Grid.of(n, n, lambda i, j: columns[j][i])


def _transposed(grid: Grid) -> Grid:
    return Grid.of(grid.cols, grid.rows, lambda i, j: grid[j, i])


def _rows_times(numbers: Sequence[Any], grid: Grid) -> Grid:
    return Grid.of(*grid.shape, lambda i, j: grid[i, j] * numbers[i])


def _negative(grid: Grid) -> Grid:
    return grid.map(lambda entry: -entry)


def _numbers(value: Any) -> Iterator[Any]:
    """The numbers that a value and its changes are made of."""
    if isinstance(value, Dual):
        yield from _numbers(value.real)
        yield from _numbers(value.part)
    elif isinstance(value, Change):
        for number in value.terms.values():
            yield from _numbers(number)
    else:
        yield value
