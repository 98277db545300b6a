"""Where points are drawn from: structured matrices, symbols of which something is assumed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Dummy, Expr, MatrixSymbol, Symbol, expand
from sympy.core.facts import InconsistentAssumptions

from derivlib.check.points.assumptions import IMPLIED, Assumed, assumptions_about
from derivlib.check.points.made import (
    identity,
    made,
    product,
    reflected,
    refuse_impossible,
    tangent,
)
from derivlib.errors import InputError, ShapeError
from derivlib.expressions.sizes import all_nodes, at_size
from derivlib.nodes import Structure, as_structure
from derivlib.nodes.free_entries import Position, free_entry
from derivlib.nodes.grid import Grid
from derivlib.nodes.properties import BY_EQUATION, SKEW, SYMMETRIC

Pattern = Mapping[Position, Position]
"""For each place of a matrix the place whose value it has; zero where there is none."""

Draw = Callable[[Any], Any]
"""Draws a number; what it is given tells one number from another."""


@dataclass(frozen=True)
class Domain:
    """What holds at every point.

    :param structures: the structure of each variable; it moves by its free entries.
    :param patterns: the places of each matrix that are zero or equal.
    :param properties: what else is assumed of each matrix.
    :param made: the sizes of each matrix of which an equation says what only it can say.
    :param declared: the matrices that an equation is about.
    :param scalars: for each scalar one with the properties that are assumed of it.
    :param told: the assumptions, in words.
    """

    structures: Mapping[Any, Structure] = field(default_factory=dict)
    patterns: Mapping[Any, Pattern] = field(default_factory=dict)
    properties: Mapping[Any, frozenset[str]] = field(default_factory=dict)
    made: Mapping[Any, tuple[int, int]] = field(default_factory=dict)
    declared: frozenset[Any] = frozenset()
    scalars: Mapping[Any, Symbol] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    @property
    def has_components(self) -> bool:
        """Whether it falls into parts, as orthogonal matrices do by their determinant."""
        has = (("orthogonal" in properties) for properties in self.properties.values())
        return bool(self.made) or any(has)

    def knows(self, symbol: Any) -> bool:
        """Whether the entries of a matrix depend on one another."""
        return symbol in self.patterns or symbol in self.made

    def is_curved(self, symbol: Any) -> bool:
        """Whether a matrix cannot move on a straight line, as an orthogonal one cannot."""
        told = self.properties.get(symbol, frozenset())
        is_straight = not (told - {SKEW, SYMMETRIC}) or any("that sum" in each for each in told)
        return "orthogonal" in told or (symbol in self.made and not is_straight)

    def structured(self, symbol: Any) -> str:
        """The variable with its structure, in words; nothing if every entry is free."""
        return f"{self.structures[symbol]} {symbol}" if symbol in self.structures else ""

    def without_structure(self) -> Domain:
        """The same points, but every entry of each variable moves on its own."""
        return replace(self, structures={})

    def moving(self, symbol: Any, i: int, j: int) -> Position | None:
        """The free entry that moves what stands at a place of a variable."""
        return free_entry(self.structures.get(symbol), i, j)

    def place(self, symbol: Any, i: int, j: int) -> Position | None:
        """The place whose value an entry has; nothing if it is zero."""
        pattern = self.patterns.get(symbol)
        return (i, j) if pattern is None else pattern.get((i, j))

    def scalar(self, symbol: Any) -> Symbol:
        """A symbol with all the properties assumed of this one."""
        return self.scalars.get(symbol, symbol)

    def matrix(self, symbol: Any, rng: random.Random, draw: Draw) -> Grid:
        """Draw a value for a matrix of which something is assumed."""
        if symbol in self.made:
            return made(self.properties[symbol], *self.made[symbol], rng, draw)
        size = _size_of(self.patterns[symbol])
        properties = self.properties[symbol]
        if "orthogonal" in properties:
            return self._orthogonal(symbol, size, rng, draw)
        drawn = Grid.of(size, size, lambda i, j: self._entry(symbol, i, j, draw))
        return _dominated(drawn) if "positive definite" in properties else drawn

    def _entry(self, symbol: Any, i: int, j: int, draw: Draw) -> Any:
        place = self.place(symbol, i, j)
        return 0 if place is None else draw(place)

    def _is_triangular(self, symbol: Any, size: int) -> bool:
        corners = (size - 1, 0), (0, size - 1)
        return any(self.place(symbol, *corner) is None for corner in corners)

    def _orthogonal(self, symbol: Any, size: int, rng: random.Random, draw: Draw) -> Grid:
        properties = self.properties[symbol]
        if "positive definite" in properties:
            return identity(size)
        signs = [rng.choice((-1, 1)) for _ in range(size)]
        signature = Grid.of(size, size, lambda i, j: signs[i] if i == j else 0)
        if self._is_triangular(symbol, size):
            return signature
        reflections = size - rng.choice((0, 1))
        turned = identity(size)
        for k in range(reflections):
            turned = reflected(turned, [draw((k, i)) for i in range(size)])
        if "symmetric" in properties:
            return product(product(turned, signature), turned.transpose())
        return turned

    def change(self, symbol: Any, value: Grid, draw: Draw) -> Grid:
        """Draw a first-order change that keeps what is assumed of a matrix."""
        if symbol in self.made:
            return tangent(self.properties[symbol], value, draw)
        size = value.rows
        properties = self.properties[symbol]
        if "orthogonal" not in properties:
            return Grid.of(size, size, lambda i, j: self._entry(symbol, i, j, draw))
        if "positive definite" in properties or self._is_triangular(symbol, size):
            return Grid.of(size, size, lambda _, __: 0)
        skew = Grid.of(size, size, lambda i, j: _skew(i, j, draw))
        turned = product(value, skew)
        if "symmetric" not in properties:
            return turned
        back = product(skew, value)
        return Grid.of(size, size, lambda i, j: turned[i, j] + -back[i, j])


EVERYWHERE = Domain()
"""All points."""


# --- matrices with a property -----------------------------------------------------------


def _size_of(pattern: Pattern) -> int:
    """The size of a square matrix; its diagonal is part of every pattern."""
    return 1 + max(i for i, _ in pattern)


def _dominated(matrix: Grid) -> Grid:
    """Make a symmetric matrix positive definite by what is added to its diagonal."""
    shift = 1 + max(sum(map(abs, matrix.row(i))) for i in range(matrix.rows))
    return Grid.of(*matrix.shape, lambda i, j: matrix[i, j] + (shift if i == j else 0))


def _skew(i: int, j: int, draw: Draw) -> Any:
    if i == j:
        return 0
    return draw((i, j)) if i > j else -draw((j, i))


# --- reading a domain -------------------------------------------------------------------


def domain_of(
    sizes: Mapping[Any, int],
    expressions: Iterable[Expr],
    *,
    structures: Mapping[Any, Any] | None = None,
    assuming: Any = (),
    by_entries: bool = True,
) -> Domain:
    """Find what has to hold at every point.

    :param structures: the structure of each structured variable, by name.
    :param assuming: SymPy's assumptions on symbols.
    :param by_entries: whether points are drawn entry by entry, from the patterns of matrices.
    :raises InputError: if a structure or an assumption is not known, or is about a scalar
        that cannot have it.
    :raises ShapeError: if a matrix is not square.
    """
    if structures is not None and not isinstance(structures, Mapping):
        raise InputError(
            f'structures must be a mapping such as {{X: "symmetric"}}, not {structures!r}'
        )
    named = {symbol: _structure(symbol, name) for symbol, name in (structures or {}).items()}
    expressions = list(expressions)
    symbols = {node for node in all_nodes(expressions) if isinstance(node, (Symbol, MatrixSymbol))}
    named = {symbol: name for symbol, name in named.items() if symbol in symbols}
    assumed = assumptions_about(assuming, symbols)
    properties: dict[Any, set[str]] = {symbol: set() for symbol in named}
    scalars: dict[Any, Symbol] = {}
    for assumption in assumed:
        subject = assumption.subject
        if isinstance(subject, Symbol):
            scalars[subject] = _with_property(scalars.get(subject, subject), assumption)
        elif isinstance(subject, MatrixSymbol):
            properties.setdefault(subject, set()).add(assumption.property)
    made_sizes = {
        symbol: (at_size(symbol.shape[0], sizes), at_size(symbol.shape[1], sizes))
        for symbol, told in properties.items()
        if told & {*BY_EQUATION}
    }
    for symbol, (rows, cols) in made_sizes.items():
        refuse_impossible(symbol, properties[symbol], rows, cols)
        if symbol in named:
            raise InputError(
                f"{symbol} is {named[symbol]}, which says what its free entries are; an equation "
                "for it cannot be kept beside that"
            )
    patterns = {
        symbol: _pattern(symbol, named.get(symbol), told, sizes)
        for symbol, told in properties.items()
        if by_entries
        and symbol not in made_sizes
        and (symbol in named or told & {*IMPLIED, "orthogonal"})
    }
    return Domain(
        structures=named,
        patterns=patterns,
        properties={symbol: frozenset(told) for symbol, told in properties.items()},
        made=made_sizes,
        declared=frozenset(a.subject for a in assumed if a.by_equation),
        scalars=scalars,
        told=tuple(map(str, assumed)),
    )


def _structure(symbol: Any, name: Any) -> Structure:
    structure = as_structure(name)
    if not getattr(symbol, "is_Matrix", False):
        raise InputError(
            f'structure="{structure}" is that of a square matrix, but {symbol} is a scalar; '
            "leave structure out"
        )
    rows, cols = symbol.shape
    if expand(rows - cols) != 0:
        raise ShapeError(
            f'structure="{structure}" is that of a square matrix, but {symbol} is '
            f"{rows}×{cols}; correct its shape, or leave structure out"
        )
    return structure


def _with_property(symbol: Symbol, assumption: Assumed) -> Symbol:
    try:
        return Dummy(symbol.name, **{**symbol._assumptions_orig, assumption.property: True})
    except InconsistentAssumptions:
        raise InputError(
            f"{assumption.subject} cannot be {assumption.property}: it is known to be otherwise"
        ) from None


def _pattern(
    symbol: Any, structure: Structure | None, told: set[str], sizes: Mapping[Any, int]
) -> Pattern:
    """Join the structures of a matrix: what is equal or zero by one of them is so."""
    size = at_size(symbol.shape[0], sizes)
    structures = {IMPLIED[name] for name in told if name in IMPLIED}
    if structure is not None:
        structures.add(structure)
    if "orthogonal" in told and any("toeplitz" in name for name in structures):
        raise InputError(f"no orthogonal {structure} matrix {symbol} can be drawn")
    places = [(i, j) for j in range(size) for i in range(size)]
    pattern: dict[Position, Position | None] = {place: place for place in places}
    for name in sorted(structures):
        for place in places:
            _join(pattern, place, free_entry(name, *place))
    return {place: stands for place, stands in pattern.items() if stands is not None}


def _join(
    pattern: dict[Position, Position | None], place: Position, other: Position | None
) -> None:
    """Make two places equal, or one of them zero."""
    ours, theirs = pattern[place], None if other is None else pattern[other]
    if ours == theirs:
        return
    both = None if ours is None or theirs is None else min(ours, theirs, key=lambda p: p[::-1])
    for known, stands in pattern.items():
        if stands is not None and stands in (ours, theirs):
            pattern[known] = both
