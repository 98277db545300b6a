"""Random matrices for which an equation holds, made of random numbers without a root."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

from derivlib.check.scalars.dual import reciprocal
from derivlib.errors import InputError, SizesError
from derivlib.nodes.grid import Grid
from derivlib.nodes.properties import IDEMPOTENT, INVOLUTORY, SKEW, SYMMETRIC

Draw = Callable[[Any], Any]
"""Draws a number; what it is given tells one number from another."""


def identity(size: int) -> Grid:
    """The identity."""
    return Grid.of(size, size, lambda i, j: int(i == j))


def product(left: Grid, right: Grid) -> Grid:
    """The product of two matrices."""

    def entry(i: int, j: int) -> Any:
        return sum(a * b for a, b in zip(left.row(i), right.col(j), strict=True))

    return Grid.of(left.rows, right.cols, entry)


def reflected(matrix: Grid, normal: list[Any], along: list[Any] | None = None) -> Grid:
    """Multiply by the reflection I - 2 u vᵀ/(vᵀ u) from the left, orthogonal where u is v."""
    along = normal if along is None else along
    twice = 2 * reciprocal(sum(u * v for u, v in zip(along, normal, strict=True)))
    size = len(normal)
    mirror = Grid.of(size, size, lambda i, j: int(i == j) + -(twice * along[i] * normal[j]))
    return product(mirror, matrix)


def refuse_impossible(matrix: Any, told: Iterable[str], rows: int, cols: int) -> None:
    """Refuse properties that no matrix of a size has, or that are not drawn together.

    :raises InputError: if they are not drawn together.
    :raises SizesError: if there are too many columns, or rows, to be orthonormal.
    """
    known = set(told)
    alone = known - {SYMMETRIC} if known & {IDEMPOTENT, INVOLUTORY} else known
    if len(alone) > 1:
        listed = " and ".join(sorted(known))
        raise InputError(
            f"{matrix} cannot be drawn {listed} at once; these contradict each other, or are more "
            "than can be kept: declare one of them"
        )
    (only,) = alone
    for what, many, few in (("columns", cols, rows), ("rows", rows, cols)):
        if only == f"with orthonormal {what}" and many > few:
            raise SizesError(
                f"no {rows}×{cols} matrix {matrix} has orthonormal {what}; give it at most as many "
                f"{what} as {'rows' if what == 'columns' else 'columns'}"
            )


def made(told: frozenset[str], rows: int, cols: int, rng: random.Random, draw: Draw) -> Grid:
    """A random matrix with a property that an equation states."""
    (only,) = told - {SYMMETRIC} or {SYMMETRIC}
    if only.endswith(("to 0", "to 1")):
        return _summing(only, rows, cols, draw)
    if only == SKEW:
        return _turn(rows, draw)
    if only in {IDEMPOTENT, INVOLUTORY}:
        return _with_eigenvalues(only, rows, rng, draw, is_symmetric=SYMMETRIC in told)
    return _orthonormal(rows, cols, draw)


def tangent(told: frozenset[str], value: Grid, draw: Draw) -> Grid:
    """A first-order change of such a matrix, with which the equation stays true."""
    (only,) = told - {SYMMETRIC} or {SYMMETRIC}
    rows, cols = value.shape
    if only.endswith(("to 0", "to 1")):
        return _summing(f"{only[:-1]}0", rows, cols, draw)
    if only == SKEW:
        return _turn(rows, draw)
    if only in {IDEMPOTENT, INVOLUTORY}:  # T A T⁻¹ of a T near the identity
        turn = _turn(rows, draw) if SYMMETRIC in told else _drawn(rows, rows, draw)
        left, right = product(turn, value), product(value, turn)
        return Grid.of(rows, cols, lambda i, j: left[i, j] + -right[i, j])
    if rows < cols:
        return product(value, _turn(cols, draw))
    return product(_turn(rows, draw), value)


def _drawn(rows: int, cols: int, draw: Draw) -> Grid:
    return Grid.of(rows, cols, lambda i, j: draw((i, j)))


def _turn(size: int, draw: Draw) -> Grid:
    return Grid.of(size, size, lambda i, j: _skew(i, j, draw))


def _skew(i: int, j: int, draw: Draw) -> Any:
    if i == j:
        return 0
    return draw((i, j)) if i > j else -draw((j, i))


def _orthonormal(rows: int, cols: int, draw: Draw) -> Grid:
    """The first columns of a product of reflections."""
    if rows < cols:
        return _orthonormal(cols, rows, draw).transpose()
    turned = Grid.of(rows, cols, lambda i, j: int(i == j))
    for k in range(cols):
        turned = reflected(turned, [draw((k, i)) for i in range(rows)])
    return turned


def _summing(told: str, rows: int, cols: int, draw: Draw) -> Grid:
    """Entries over their sum, or less their mean."""
    along_rows = "rows" in told or ("entries" in told and rows == 1)
    if along_rows:
        swapped = told.replace("rows", "columns")
        return _summing(swapped, cols, rows, lambda place: draw(place[::-1])).transpose()
    drawn = _drawn(rows, cols, draw)
    totals = [sum(drawn.col(j)) for j in range(cols)]
    if told.endswith("1"):
        scales = [reciprocal(total) for total in totals]
        return Grid.of(rows, cols, lambda i, j: drawn[i, j] * scales[j])
    means = [total * reciprocal(rows) for total in totals]
    return Grid.of(rows, cols, lambda i, j: drawn[i, j] + -means[j])


def _with_eigenvalues(
    told: str, size: int, rng: random.Random, draw: Draw, *, is_symmetric: bool
) -> Grid:
    """T D T⁻¹ for a product T of reflections, each of which is its own inverse."""
    other = 0 if told == IDEMPOTENT else -1
    values = [rng.choice((1, other)) for _ in range(size)]
    if size > 1:
        values[0], values[-1] = 1, other
    found = Grid.of(size, size, lambda i, j: values[i] if i == j else 0)
    for k in range(size):
        normal = [draw((k, i, "normal")) for i in range(size)]
        along = normal if is_symmetric else [draw((k, i, "along")) for i in range(size)]
        # R D R, since a matrix that is multiplied from the right is turned twice.
        half = reflected(found, normal, along)
        found = reflected(half.transpose(), along, normal).transpose()
    return found
