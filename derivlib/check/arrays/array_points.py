"""Random points of a domain in double precision, and directions to move in."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from sympy import MatrixSymbol, Symbol

from derivlib.check.arrays.jets import Array
from derivlib.check.points.assumptions import IMPLIED
from derivlib.check.points.domain import Domain
from derivlib.errors import UnsupportedError
from derivlib.expressions.sizes import at_size
from derivlib.nodes import Structure
from derivlib.nodes.free_entries import Position, free_entries, free_entry
from derivlib.nodes.properties import IDEMPOTENT, INVOLUTORY, SKEW, SYMMETRIC


def draw(
    symbols: Iterable[Any], sizes: Mapping[Any, int], domain: Domain, seed: int
) -> dict[Any, Array]:
    """Draw a value for each symbol.

    Entries are of both signs where the seed is even, and positive where it is odd. They are the
    smaller the more there are, so that products keep to the size of their factors; square
    matrices are near the identity.

    :param symbols: matrices and scalars, and no sizes.
    """
    values = {}
    for symbol in symbols:
        rng = np.random.default_rng([seed, zlib.crc32(str(symbol).encode())])
        lowest = 0.1 if seed % 2 else -1.0
        if isinstance(symbol, MatrixSymbol):
            values[symbol] = _matrix(symbol, sizes, domain, rng, lowest)
        else:
            values[symbol] = np.array([[_scalar(domain.scalar(symbol), rng, lowest)]])
    return values


def _scalar(symbol: Symbol, rng: np.random.Generator, lowest: float) -> float:
    if symbol.is_integer:
        return float(rng.integers(2, 4)) * (-1 if symbol.is_negative else 1)
    size = rng.uniform(0.4, 1.2)
    if symbol.is_negative or symbol.is_nonpositive:
        return -size
    flips = lowest < 0 and not (symbol.is_positive or symbol.is_nonnegative)
    return size * (rng.choice((-1, 1)) if flips else 1)


def _matrix(
    symbol: Any, sizes: Mapping[Any, int], domain: Domain, rng: np.random.Generator, lowest: float
) -> Array:
    rows, cols = (at_size(size, sizes) for size in symbol.shape)
    scale = min(1.0, (3 / max(rows, cols)) ** 0.5)
    value = rng.uniform(lowest, 1, (rows, cols)) * scale
    told = domain.properties.get(symbol, frozenset())
    if symbol in domain.made:
        return _made(told, value, rng)
    if rows != cols:
        return value
    if "orthogonal" in told:
        return _orthogonal(symbol, value, told - {"orthogonal"})
    value = np.eye(rows) + value * 0.3
    for structure in _structures(symbol, domain):
        value = FreeEntries(structure, rows, cols).kept(value)
    if "positive definite" in told:
        value += np.eye(rows) * max(0, 0.2 - np.linalg.eigvalsh(value).min())
    return value


def _made(told: frozenset[str], value: Array, rng: np.random.Generator) -> Array:
    """A matrix with a property that an equation states."""
    (only,) = told - {SYMMETRIC} or {SYMMETRIC}
    rows, cols = value.shape
    if only.endswith(("to 0", "to 1")):
        axis = 1 if "rows" in only or ("entries" in only and rows == 1) else 0
        wanted = 1.0 if only.endswith("1") else 0.0
        if wanted and value.min() > 0:
            return np.asarray(value / value.sum(axis, keepdims=True))
        return np.asarray(value + wanted / value.shape[axis] - value.mean(axis, keepdims=True))
    if only == SKEW:
        return np.asarray(value - value.T)
    if only in (IDEMPOTENT, INVOLUTORY):
        basis = np.linalg.qr(value)[0] if SYMMETRIC in told else np.eye(rows) + value * 0.3
        signs = np.where(np.arange(rows) % 2, -1.0, 1.0)
        signs = (1 + signs) / 2 if only == IDEMPOTENT else signs
        return np.asarray(basis * signs @ np.linalg.inv(basis))
    return np.asarray(np.linalg.qr(value)[0] if rows >= cols else np.linalg.qr(value.T)[0].T)


def _structures(symbol: Any, domain: Domain) -> set[Structure]:
    """Every structure that a matrix has, declared or implied."""
    told = domain.properties.get(symbol, frozenset())
    structures = {IMPLIED[name] for name in told if name in IMPLIED}
    return structures | {domain.structures[symbol]} if symbol in domain.structures else structures


def _orthogonal(symbol: Any, value: Array, others: frozenset[str]) -> Array:
    if others:
        raise UnsupportedError(
            f"no large orthogonal {symbol} is drawn that is also {', '.join(sorted(others))}; "
            'verify at small sizes, or with method="exact"'
        )
    return np.asarray(np.linalg.qr(value)[0])


class FreeEntries:
    """The free entries θ of a matrix, and where each stands.

    :param structure: what is known of the matrix; nothing if every entry is free.
    """

    def __init__(self, structure: Structure | None, rows: int, cols: int) -> None:
        if structure is None:
            places = np.indices((cols, rows)).reshape(2, -1)[::-1]
            self._numbers = np.arange(rows * cols).reshape(cols, rows).T
        else:
            free = free_entries(structure, rows, cols)
            places, number = np.array(free).T, {place: k for k, place in enumerate(free)}
            stands = [free_entry(structure, i, j) for i in range(rows) for j in range(cols)]
            numbers = [-1 if place is None else number[place] for place in stands]
            self._numbers = np.array(numbers).reshape(rows, cols)
        self._rows, self._cols = places

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._rows)

    def place(self, number: int) -> Position:
        """Row and column of a free entry, counted from 0."""
        return int(self._rows[number]), int(self._cols[number])

    def matrix(self, entries: Array) -> Array:
        """The matrix with these free entries."""
        return np.where(self._numbers < 0, 0, entries[self._numbers])

    def of(self, matrix: Array) -> Array:
        """The free entries of a matrix."""
        return np.asarray(matrix[self._rows, self._cols])

    def kept(self, matrix: Array) -> Array:
        """The matrix of this structure with the same free entries."""
        return self.matrix(self.of(matrix))
