"""A claimed derivative against the derivative along random directions, in double precision.

Along V the gradient G says that the value changes by Σ G ∘ V, the Jacobian J that vec(F) changes
by J vec(V), and the Hessian H that along U and V it changes by vec(U)ᵀ H vec(V). The truth comes
from the arithmetic of jets. A claim that is wrong in one entry is wrong along nearly every
direction; which entry it is is found by halving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import copy
from typing import Any

import numpy as np
from sympy import Expr
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.check.arrays.array_points import draw
from derivlib.check.arrays.evaluator import Evaluator
from derivlib.check.arrays.jets import Array, Jet, constant
from derivlib.check.claims.claim import Claim
from derivlib.check.claims.code import SPACING, compare_code, nudges
from derivlib.check.claims.comparison import Difference
from derivlib.check.scalars.fields import NoValue
from derivlib.errors import UnsupportedError, VerificationError
from derivlib.nodes.grid import Grid

DIRECTIONS = 4
"""Along how many directions a claim is compared at each point."""

TOLERANCE = 1e-8
"""The difference allowed, relative to what is added up."""

_FLOOR = 1e-4
"""What is smaller counts as being of this size."""

_TRIES = 12
"""How many points are drawn at most to find one at which everything has a value."""


def agreeing_points(claim: Claim, seed: int, points: int) -> int:
    """Compare a claim at random points.

    :returns: at how many points it was compared.
    :raises VerificationError: if it differs, naming an entry; or if it has no value at a point
        where the derivative has one, or no point can be found.
    :raises UnsupportedError: if a node has no value on arrays, or the variable moves on a curve.
    """
    if claim.domain.is_curved(claim.wrt) and claim.wrt not in claim.domain.declared:
        raise UnsupportedError(
            f"{claim.wrt} is orthogonal and does not move on a straight line; verify at small "
            'sizes, or with method="exact"'
        )
    agreed, reason = 0, ""
    for tried in range(_TRIES * points):
        try:
            point = _Point(claim, seed + tried)
            difference = point.difference()
        except NoValue as error:
            reason = str(error)
            continue
        if difference is not None:
            told = difference.told("the result", "the derivative along directions", claim.sizes)
            raise VerificationError(told)
        if claim.code is not None:
            near = map(_grid, point.near())
            compare_code(claim.code, point.value, _grid(point.claimed), near, claim.sizes)
        agreed += 1
        if agreed == points:
            return agreed
    raise VerificationError(
        f"no {points} points were found at which everything has a value: {reason}; assume what "
        "makes sure of it, such as Q.positive of a scalar, or verify at smaller sizes"
    )


class _Point:
    """One point, with the claim's value there.

    :raises NoValue: if something has no value there.
    """

    def __init__(self, claim: Claim, seed: int) -> None:
        self.claim = claim
        self.values = draw(claim.symbols, claim.sizes, claim.domain, seed)
        self.rng = np.random.default_rng([seed, len(self.values)])
        claimed: Array = self._evaluated(claim.result, (1, 1))[0, 0]
        self.claimed = claimed

    def near(self) -> Iterator[Array]:
        """The claim's value where the arguments are rounded."""
        for way in (0, 1):
            point = copy(self)
            point.values = {s: _moved(s, value, way) for s, value in self.values.items()}
            with suppress(NoValue):
                yield point._evaluated(self.claim.result, (1, 1))[0, 0]

    def value(self, symbol: Any) -> Any:
        """The value of a symbol: a number, or a matrix; or of an entry of one."""
        if isinstance(symbol, MatrixElement):
            return self.values[symbol.parent][symbol.i, symbol.j].item()
        return _grid(self.values[symbol]) if symbol.is_Matrix else self.values[symbol].item()

    def _evaluated(self, expr: Expr, like: tuple[int, int], *moving: Array) -> Jet:
        """Evaluate along directions, one array of them for each infinitesimal."""
        claim = self.claim
        jets = {s: constant(value, like, float) for s, value in self.values.items()}
        for k, directions in enumerate(moving):
            jets[claim.wrt][1 << k] = directions
        evaluator = Evaluator(claim.sizes, jets, like, dtype=float, definitions=claim.definitions)
        for name in claim.definitions:
            evaluator.value(name)
        return evaluator.value(expr)

    def _moving(self, free: Array) -> Array:
        """Directions of the variable, from those of its free entries in the rows of an array."""
        if self.claim.by_scalar:
            return free[:, :, None]
        return np.stack([self.claim.free.matrix(row) for row in free])

    def change(self, *free: Array) -> Array:
        """How the value changes along directions of the free entries, a column for each."""
        like = (2 ** len(free), len(free[0]))
        top = self._evaluated(self.claim.expr, like, *map(self._moving, free))[-1]
        return top.swapaxes(1, 2).reshape(len(top), -1).T

    def difference(self) -> Difference | None:
        """An entry in which the claim is wrong, if there is one."""
        claim, claimed = self.claim, self.claimed
        if claimed.shape != claim.shape:
            return Difference(claimed.shape, claim.shape, None)
        if claim.order == 2:
            return self._of_hessian()
        if claim.by_scalar:
            return _first_difference(claimed, self.change(np.ones((1, 1))), claimed.shape)
        if claim.of_scalar:
            return self._of_gradient()
        return self._of_jacobian()

    def _directions(self) -> Array:
        return self.rng.normal(size=(DIRECTIONS, self.claim.free.count))

    def _of_gradient(self) -> Difference | None:
        free = self.claim.free
        structured = free.kept(self.claimed)
        if (misplaced := _first_difference(self.claimed, structured, structured.shape)) is not None:
            return misplaced
        entries = free.of(self.claimed)[None, :]
        found = self._first_column(entries, lambda directions: self.change(directions))
        if found is None:
            return None
        number, claimed, truth = found
        return Difference(claimed[0], truth[0], free.place(number))

    def _of_jacobian(self) -> Difference | None:
        found = self._first_column(self.claimed, lambda directions: self.change(directions))
        return None if found is None else _in_column(*found)

    def _of_hessian(self) -> Difference | None:
        """Along one direction for the rows, then row by row where that differs."""
        count = self.claim.free.count
        rows = self._directions()[:1]
        if self.claim.by_scalar:
            change = self.change(np.ones((1, 1)), np.ones((1, 1)))
            return _first_difference(self.claimed, change, (1, 1))
        found = self._first_column(
            rows @ self.claimed,
            lambda directions: self.change(np.repeat(rows, len(directions), 0), directions),
        )
        if found is None:
            return None
        column = _unit(count, found[0])
        across = self._first_column(
            self.claimed[:, found[0]][None, :],
            lambda directions: self.change(directions, np.repeat(column[None], len(directions), 0)),
        )
        if across is None:
            return None
        row, claimed, truth = across
        return Difference(claimed[0], truth[0], (row, found[0]))

    def _first_column(
        self, claimed: Array, change: Callable[[Array], Array]
    ) -> tuple[int, Array, Array] | None:
        """The first column in which a matrix is not that of a linear map.

        :param change: the map, of directions in the rows of an array, to columns.
        :returns: its number, what is claimed of it, and what it is.
        """
        directions = self._directions()
        changes = change(directions)
        _refuse_vanishing(claimed, changes)
        if _agree(claimed, directions, changes):
            return None
        for direction in directions:
            low, high = 0, len(direction)
            while high - low > 1:
                middle = (low + high) // 2
                part = np.where(np.arange(len(direction)) < middle, direction, 0)[None]
                low, high = (middle, high) if _agree(claimed, part, change(part)) else (low, middle)
            unit = _unit(len(direction), low)[None]
            column = change(unit)
            if not _agree(claimed, unit, column):
                return low, claimed[:, low], column[:, 0]
        raise NoValue("a difference could not be told from the error of the calculation")


def _grid(value: Array) -> Grid:
    rows, cols = value.shape
    return Grid(rows, cols, tuple(value.ravel().tolist()))


def _moved(symbol: Any, value: Array, way: int) -> Array:
    if symbol.is_integer:
        return value
    steps = np.frompyfunc(lambda i, j: nudges(i, j)[way], 2, 1)(*np.indices(value.shape))
    return value * (1 + SPACING * steps.astype(float))


def _unit(size: int, place: int) -> Array:
    """One at one place, and zero elsewhere."""
    return np.asarray(np.arange(size) == place, float)


def _refuse_vanishing(claimed: Array, change: Array) -> None:
    """Where everything is nearly zero, agreement would say nothing.

    :raises NoValue: if it is.
    """
    if claimed.any() and max(np.abs(claimed).max(), np.abs(change).max()) < _FLOOR * TOLERANCE:
        raise NoValue("all values are nearly zero")


def _agree(claimed: Array, directions: Array, change: Array) -> bool:
    """Tell whether a matrix says of directions what happens along them."""
    said = claimed @ directions.T
    added = np.sqrt((claimed**2) @ (directions**2).T)
    scale = added + np.abs(change) + np.abs(change).max(initial=0) + _FLOOR
    return bool((np.abs(said - change) <= TOLERANCE * scale).all())


def _differing(claimed: Array, truth: Array) -> Iterator[tuple[int, int]]:
    """The entries that differ, row by row."""
    scale = np.abs(claimed) + np.abs(truth) + np.abs(truth).max(initial=0) + _FLOOR
    yield from map(tuple, np.argwhere(np.abs(claimed - truth) > TOLERANCE * scale).tolist())


def _first_difference(claimed: Array, truth: Array, shape: tuple[int, ...]) -> Difference | None:
    """The first entry, row by row, in which two arrays of numbers differ."""
    truth = np.reshape(truth, shape, order="F")
    _refuse_vanishing(claimed, truth)
    for i, j in _differing(claimed, truth):
        return Difference(float(claimed[i, j]), float(truth[i, j]), (i, j))
    return None


def _in_column(number: int, claimed: Array, truth: Array) -> Difference:
    """The entry of a column that differs most."""
    row = int(np.abs(claimed - truth).argmax())
    return Difference(float(claimed[row]), float(truth[row]), (row, number))
