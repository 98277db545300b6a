"""What the names of a text are: scalars, vectors or matrices.

A name has the kind that is stated, or else the first of the kinds its letter suggests with which
everything fits: small Latin letters are vectors, Greek ones scalars, capital letters matrices.
Readings are compared by how far they are from these habits; if the nearest is not the only one,
the reader is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntFlag
from functools import cached_property, lru_cache, reduce
from itertools import product
from operator import or_

from sympy import S

from derivlib.expressions.text import GREEK
from derivlib.parsing.sizes import MisfitError, Shape, Sizes, unknown


class Kind(IntFlag):
    """What a part may be: of the kinds in it, each is possible."""

    SCALAR = 1
    COLUMN = 2
    ROW = 4
    MATRIX = 8

    @property
    def each(self) -> list[Kind]:
        """The kinds one by one."""
        return [kind for kind in Kind if kind & self]

    @property
    def is_one(self) -> bool:
        """Return whether only one kind is left."""
        return self.value.bit_count() == 1


ANY = Kind.SCALAR | Kind.COLUMN | Kind.ROW | Kind.MATRIX
WORDS = {
    Kind.SCALAR: "scalar",
    Kind.COLUMN: "vector",
    Kind.ROW: "row vector",
    Kind.MATRIX: "matrix",
}

ShapeRule = Callable[[Sizes, Sequence[Shape]], Shape]
"""The shape an operation gives, by those of its parts; it makes equal what has to be."""

_REMEMBERED = 4096
"""Of how many operations it is remembered what fits; some are made for one text only."""

_SCALAR_LETTERS = frozenset("ctkijnm")
_GREEK = {name.lower() for name in GREEK} | {
    *("zeta", "iota", "omicron", "upsilon", "lam", "lmbda", "eps"),
}
_CAPITAL_SCALARS = frozenset("CKN")
"""Capital letters that are numbers as often: a constant, how many."""


def shape_of_kind(kind: Kind) -> Shape:
    """A shape of this kind, of unknown sizes."""
    return (
        unknown() if kind in Kind.COLUMN | Kind.MATRIX else S.One,
        unknown() if kind in Kind.ROW | Kind.MATRIX else S.One,
    )


def kind_of(shape: Shape) -> Kind:
    """The kind of a shape."""
    rows, cols = (size is not S.One for size in shape)
    return Kind(1 << (rows + 2 * cols))


def habits(name: str) -> dict[Kind, float]:
    """How far from habit each kind of a name is; kinds that are not there have to be stated."""
    stem = name.split("_")[0].rstrip("0123456789") or name
    if stem.lower() in _GREEK:
        if stem[0].isupper():
            return {Kind.MATRIX: 0, Kind.COLUMN: 1}
        return {Kind.SCALAR: 0, Kind.COLUMN: 1}
    if stem in _CAPITAL_SCALARS:
        return {Kind.MATRIX: 0, Kind.COLUMN: 1, Kind.SCALAR: 1}
    if stem[0].isupper():
        return {Kind.MATRIX: 0, Kind.COLUMN: 1}
    if stem in _SCALAR_LETTERS:
        return {Kind.SCALAR: 0, Kind.COLUMN: 0.5}
    return {Kind.COLUMN: 0, Kind.SCALAR: 1.25}


LITERAL: Mapping[Kind, float] = {Kind.SCALAR: 0, Kind.COLUMN: 1, Kind.ROW: 1, Kind.MATRIX: 1}
"""How far from habit it is that a written 0 or 1 is a vector or a matrix."""


IDENTITY_ALONE: Mapping[Kind, float] = {Kind.MATRIX: 0}
"""A typed I is a matrix."""

IDENTITY: Mapping[Kind, float] = {Kind.MATRIX: 0, Kind.SCALAR: 5}
"""How far from habit it is that a written I is 1×1."""


@lru_cache(_REMEMBERED)
def outcome(rule: ShapeRule, kinds: tuple[Kind, ...]) -> Kind:
    """The kind that an operation gives, or none if its parts do not fit."""
    sizes = Sizes()
    try:
        return kind_of(sizes.shape(rule(sizes, [shape_of_kind(kind) for kind in kinds])))
    except MisfitError:
        return Kind(0)


@dataclass(frozen=True)
class Step:
    """One part of a text, for finding kinds.

    :param parts: the positions of its own parts.
    :param rule: what shape it has by theirs; for a name or a literal there is none.
    :param name: the name, or a text of its own for a literal.
    :param of_matrix: whether it says nothing of a scalar, as a transpose or a trace.
    :param broadcasts: whether it repeats a scalar beside a matrix.
    :param adds: whether it is a sum or a difference.
    :param divides: whether it takes a scalar that is meant to be one beside a matrix.
    :param multiplies: whether it is a product of matrices.
    """

    parts: tuple[int, ...] = ()
    rule: ShapeRule | None = None
    name: str = ""
    of_matrix: bool = False
    broadcasts: bool = False
    adds: bool = False
    divides: bool = False
    multiplies: bool = False


_MOST_READINGS = 4
"""Of how many readings a reader is told."""

_WIDEST = 3
"""Up to how many parts an operation is looked through kind by kind."""


@dataclass
class Search:
    """The search for the kinds of all names.

    :param steps: the parts of the text, each after its own parts.
    :param costs: for each name how far each kind is from habit.
    :param whole: what the last part, the whole, can be.
    :param exact: whether the kinds of all names are known, and only literals are in question.
    """

    steps: Sequence[Step]
    costs: Mapping[str, Mapping[Kind, float]]
    whole: Kind = ANY
    exact: bool = False
    best: float = float("inf")
    found: list[dict[str, Kind]] = field(default_factory=list)
    left: int = 400
    """How many more readings are tried."""

    def run(self) -> list[dict[str, Kind]]:
        """The readings nearest to habit: one, or several if it has to be asked."""
        habit = {name: min(costs, key=costs.__getitem__) for name, costs in self.costs.items()}
        if (cost := self._cost(habit)) == 0 or (self.exact and cost is not None):
            return [habit]
        masks = self._narrowed({name: reduce(or_, costs) for name, costs in self.costs.items()})
        if masks is None:
            return []
        if cost is not None:
            self.best, self.found = cost, [habit]
        self._branch(masks[0], 0.0)
        return self.found

    def _branch(self, names: dict[str, Kind], spent: float) -> None:
        self.left -= 1
        if self.left < 0 or spent > self.best:
            return
        name = next((name for name, mask in names.items() if not mask.is_one), None)
        if name is None:
            cost = self._cost(names)
            if cost is not None and cost < self.best:
                self.best, self.found = cost, [names]
            elif cost == self.best and len(self.found) < _MOST_READINGS and self._is_new(names):
                self.found.append(names)
            return
        costs = self.costs[name]
        for kind in sorted(names[name].each, key=lambda kind: costs[kind]):
            narrowed = self._narrowed({**names, name: kind})
            if narrowed is not None:
                fixed = narrowed[0]
                self._branch(
                    fixed,
                    sum(min(self.costs[n][k] for k in mask.each) for n, mask in fixed.items()),
                )

    def _is_new(self, names: Mapping[str, Kind]) -> bool:
        return all(any(differing([names, other])) for other in self.found)

    def _cost(self, names: Mapping[str, Kind]) -> float | None:
        """How far a reading is from habit, or nothing if it does not fit."""
        total = sum(self.costs[name][kind] for name, kind in names.items())
        if any(
            kind is not Kind.SCALAR and name.startswith("literal ") and self.costs[name][kind]
            for name, kind in names.items()
        ) and any(kind is Kind.SCALAR and self.costs[name][kind] for name, kind in names.items()):
            return None  # a written 1 is no vector just to let a name be a scalar
        if self._multiplies_twice(names):
            return None
        departures = [name for name, kind in names.items() if self.costs[name][kind] >= 1]
        if len({name[0].isupper() for name in departures}) > 1:
            return None  # a capital vector beside a small scalar is a mistake, not a reading
        kinds: list[Kind] = []
        for step in self.steps:
            parts = tuple(kinds[k] for k in step.parts)
            kind = names[step.name] if step.rule is None else outcome(step.rule, parts)
            scalars = [k for k in step.parts if kinds[k] is Kind.SCALAR]
            repeats = step.broadcasts and kind is not Kind.SCALAR
            if repeats and scalars:
                constant = [k for k in step.parts if k not in scalars and self._is_unclear(k)]
                if constant and (step.adds or any(self.steps[k].rule is None for k in constant)):
                    return None  # x'*x + I: the number 1, or c*I + I? It is asked back
                total += 2 * max(bool(self._names_in[k]) for k in scalars)
            is_shaped = step.divides and kind is not Kind.SCALAR
            needs_meaning = step.of_matrix or repeats or is_shaped
            if not kind or (needs_meaning and any(self._is_forced(k, names) for k in scalars)):
                return None
            total += self._ends_in_scalar(step, parts)
            kinds.append(kind)
        return total if kinds[-1] & self.whole else None

    def _is_unclear(self, index: int) -> bool:
        """Return whether a part without names may be a literal; 1[n×n] and exp(I) are none."""
        return not self._names_in[index] and not (self.exact and self._is_sized(index))

    def _is_sized(self, index: int) -> bool:
        """Return whether a part without names is made of none whose size is not written."""
        step = self.steps[index]
        if step.rule is None:
            return False
        return step.of_matrix or all(map(self._is_sized, step.parts))

    def _ends_in_scalar(self, step: Step, kinds: tuple[Kind, ...]) -> int:
        """How odd it is that a row ends in a letter that may be a vector: a'*X*c is a number."""
        if not step.multiplies or kinds != (Kind.ROW, Kind.SCALAR):
            return 0
        costs = self.costs.get(self.steps[step.parts[1]].name, {})
        return int(costs.get(Kind.COLUMN, 1) < 1)

    def _multiplies_twice(self, names: Mapping[str, Kind]) -> bool:
        """Return whether a name read as a scalar against habit stands twice in one product.

        x*A*x is meant to be x'*A*x, although it fits if x is a scalar.
        """
        for index, step in enumerate(self.steps):
            if len(step.parts) == 2 and not (step.broadcasts or step.divides or step.of_matrix):
                left, right = (self._names_in[k] for k in step.parts)
                if any(
                    names[name] is Kind.SCALAR and self.costs[name][Kind.SCALAR] >= 1
                    for name in left & right
                ) and any(names[name] is not Kind.SCALAR for name in self._names_in[index]):
                    return True
        return False

    def _is_forced(self, index: int, names: Mapping[str, Kind]) -> bool:
        """Return whether a part is a scalar only since its names were read against habit.

        The sum of x² is meant to be one over a vector, although it fits if x is a scalar.
        """
        own = self._names_in[index]
        return all(names[name] is Kind.SCALAR for name in own) and any(
            self.costs[name][Kind.SCALAR] for name in own
        )

    @cached_property
    def _names_in(self) -> list[frozenset[str]]:
        """The names in each part."""
        found: list[frozenset[str]] = []
        for step in self.steps:
            is_name = step.rule is None and not step.name.startswith("literal ")
            own = [frozenset({step.name})] if is_name else []
            found.append(frozenset().union(*own, *(found[k] for k in step.parts)))
        return found

    def _narrowed(self, names: Mapping[str, Kind]) -> tuple[dict[str, Kind], list[Kind]] | None:
        """Which kinds are left to names and parts, or nothing if a part has none."""
        names = dict(names)
        masks = [ANY] * len(self.steps)
        masks[-1] = self.whole
        while True:
            before = (dict(names), list(masks))
            for index, step in enumerate(self.steps):
                if step.rule is None:
                    masks[index] &= names[step.name]
                elif not self._fits(index, step, masks):
                    return None
            for index, step in enumerate(self.steps):
                if step.rule is None:
                    names[step.name] &= masks[index]
                    if not names[step.name]:
                        return None
            if (names, masks) == before:
                return names, masks

    def _fits(self, index: int, step: Step, masks: list[Kind]) -> bool:
        """Narrow an operation and its parts by each other, and return whether anything is left."""
        if len(step.parts) > _WIDEST or step.rule is None:
            return True
        before = tuple(masks[k] for k in step.parts)
        whole, parts = narrowed(step.rule, before, masks[index])
        masks[index] = whole
        for k, kind in zip(step.parts, parts, strict=True):
            masks[k] &= kind
        return bool(whole) and all(masks[k] for k in step.parts)


@lru_cache(_REMEMBERED)
def narrowed(
    rule: ShapeRule, parts: tuple[Kind, ...], whole: Kind
) -> tuple[Kind, tuple[Kind, ...]]:
    """Of the kinds that an operation and its parts may be, those that go together."""
    left, seen = Kind(0), [Kind(0)] * len(parts)
    for kinds in product(*(kind.each for kind in parts)):
        kind = outcome(rule, kinds) & whole
        if kind:
            left |= kind
            seen = [a | b for a, b in zip(seen, kinds, strict=True)]
    return left, tuple(seen)


def differing(readings: Sequence[Mapping[str, Kind]]) -> Iterator[dict[str, Kind]]:
    """Of several readings, what each says of the names on which they differ."""
    names = [
        name
        for name in readings[0]
        if not name.startswith("literal ") and len({reading[name] for reading in readings}) > 1
    ]
    for reading in readings:
        yield {name: reading[name] for name in names}
