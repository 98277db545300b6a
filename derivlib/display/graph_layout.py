"""Places for the boxes and arrows of a graph: in layers, from the inputs down to the output.

The method is that of Sugiyama, Tagawa and Toda (1981): layers, an order in each layer with few
crossings, and then coordinates. Every arrow passes through each layer between its ends in a slot of
its own, and its label is the widest of these slots; since arrows run straight down through a layer
and bend only between two of them, no arrow meets a box or a label that is not its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from math import inf
from typing import NamedTuple

Point = tuple[float, float]

APART = 22.0
"""How far things in one layer are from one another."""
BESIDE = 7.0
"""How far a label is from its arrow, and an arrow from another."""
_SWEEPS = 12
_SHIFTS, _WORK = 120, 60_000
"""How often all slots are shifted, and how many in all at most."""
_STIFF = 25.0
"""How much more an arrow wants to be straight than a box to be in the middle of its arrows."""


class Size(NamedTuple):
    """The size of a box or a label."""

    width: float
    height: float


class Link(NamedTuple):
    """An arrow from one box down to another, with the size of its label."""

    start: int
    end: int
    label: Size


class Route(NamedTuple):
    """Where an arrow goes, from the lower edge of a box to the upper edge of another.

    :param points: ends of its straight parts, which are vertical, from top to bottom; between
        two straight parts it bends.
    :param label: the middle of its label.
    """

    points: tuple[Point, ...]
    label: Point


class Places(NamedTuple):
    """Where everything is; the upper left corner is (0, 0), and y grows downwards."""

    width: float
    height: float
    boxes: tuple[Point, ...]
    routes: tuple[Route, ...]


@dataclass(eq=False)
class _Slot:
    """A place in a layer: of a box, of the label of an arrow, or of an arrow that passes.

    :param left: how far it reaches to the left of its x.
    :param arrow: whether it is one of an arrow, whose slots are at `middle` in the mean.
    """

    layer: int
    left: float
    right: float
    height: float = 0.0
    above: list[_Slot] = field(default_factory=list)
    below: list[_Slot] = field(default_factory=list)
    order: float = 0.0
    x: float = 0.0
    arrow: bool = False
    middle: float = 0.0


def placed(boxes: Sequence[Size], links: Sequence[Link]) -> Places:
    """Place boxes and arrows.

    :param boxes: their sizes; one from which an arrow starts stands before the one where it ends.
    """
    levels = _levels(len(boxes), links)
    slots = [
        _Slot(2 * level, box.width / 2, box.width / 2, box.height)
        for box, level in zip(boxes, levels, strict=True)
    ]
    chains = [_chain(slots[link.start], slots[link.end], link.label) for link in links]
    layers: list[list[_Slot]] = [[] for _ in range(2 * max(levels, default=0) + 1)]
    for slot in (*slots, *(slot for chain in chains for slot in chain)):
        layers[slot.layer].append(slot)
    layers = [layer for layer in layers if layer]
    _order(layers)
    _set_across(layers, chains)
    return _measured(layers, slots, chains, links)


def _levels(count: int, links: Sequence[Link]) -> list[int]:
    """Below how many others each box stands: as near as can be above what is computed from it."""
    levels = [0] * count
    for start, end, _ in sorted(links, key=lambda link: link.end):
        levels[end] = max(levels[end], levels[start] + 1)
    users: dict[int, list[int]] = {}
    for start, end, _ in links:
        users.setdefault(start, []).append(end)
    for box in reversed(range(count)):
        if box in users:
            levels[box] = min(levels[end] for end in users[box]) - 1
    return levels


def _chain(start: _Slot, end: _Slot, label: Size) -> list[_Slot]:
    """The slots through which an arrow passes; the label has the middle one between two levels."""
    between = range(start.layer + 1, end.layer)
    middle = between[len(between) // 4 * 2]
    chain = [
        _Slot(layer, BESIDE, BESIDE + label.width + BESIDE, label.height)
        if layer == middle
        else _Slot(layer, BESIDE, BESIDE)
        for layer in between
    ]
    for slot in chain:
        slot.arrow = True
    for upper, lower in zip((start, *chain), (*chain, end), strict=True):
        upper.below.append(lower)
        lower.above.append(upper)
    return chain


# --- the order in each layer ------------------------------------------------------------


def _crossings(layer: Sequence[_Slot]) -> int:
    """How many pairs of lines cross on the way from a layer to the one below it."""
    ends: list[float] = []
    for slot in sorted(layer, key=lambda slot: slot.order):
        ends += sorted(below.order for below in slot.below)
    return _inversions(ends)[0]


def _inversions(values: list[float]) -> tuple[int, list[float]]:
    """How many pairs stand in the wrong order, and the values in the right one."""
    if len(values) < 2:
        return 0, values
    half = len(values) // 2
    (first, left), (second, right) = _inversions(values[:half]), _inversions(values[half:])
    count, merged, i = first + second, [], 0
    for value in right:
        while i < len(left) and left[i] <= value:
            merged.append(left[i])
            i += 1
        count += len(left) - i
        merged.append(value)
    return count, merged + left[i:]


def _numbered(layer: list[_Slot]) -> None:
    for i, slot in enumerate(layer):
        slot.order = float(i)


def _order(layers: list[list[_Slot]]) -> None:
    """Order each layer by where the neighbours of its slots are, and keep the best order met."""
    for layer in layers:
        _numbered(layer)
    best = [list(layer) for layer in layers]
    fewest = sum(map(_crossings, layers))
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        for layer in layers if downwards else layers[::-1]:
            wanted = {}
            for slot in layer:
                near = slot.above if downwards else slot.below
                orders = [other.order for other in near] or [slot.order]
                wanted[slot] = sum(orders) / len(orders)
            layer.sort(key=wanted.__getitem__)
            _numbered(layer)
        crossings = sum(map(_crossings, layers))
        if crossings < fewest:
            fewest, best = crossings, [list(layer) for layer in layers]
    for layer, kept in zip(layers, best, strict=True):
        layer[:] = kept
        _numbered(layer)


# --- coordinates ------------------------------------------------------------------------


def spread(
    wanted: Sequence[float], apart: Sequence[float], weights: Sequence[float] | None = None
) -> list[float]:
    """Numbers as near as can be to those wanted, each so far from the next as is asked.

    What is too near is moved as one, to its mean: the least squares with such distances, weighted.

    :param apart: how far each but the last has to be from its successor.
    """
    offsets = [0.0]
    for distance in apart:
        offsets.append(offsets[-1] + distance)
    groups: list[tuple[float, float, int]] = []
    for want, offset, weight in zip(wanted, offsets, weights or repeat(1.0), strict=False):
        mean, mass, count = want - offset, weight, 1
        while groups and groups[-1][0] >= mean:
            other, others_mass, members = groups.pop()
            mean = (mean * mass + other * others_mass) / (mass + others_mass)
            mass, count = mass + others_mass, count + members
        groups.append((mean, mass, count))
    means = [mean for mean, _, count in groups for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=False)]


def _set_across(layers: list[list[_Slot]], chains: Sequence[Sequence[_Slot]]) -> None:
    """Give each slot an x near those of its neighbours, with space between."""
    gaps = [[*map(_gap, layer, layer[1:])] for layer in layers]
    for layer, gap in zip(layers, gaps, strict=True):
        for slot, x in zip(layer, spread([0.0] * len(layer), gap), strict=True):
            slot.x = x
    weights = [[_STIFF if slot.arrow else 1.0 for slot in layer] for layer in layers]
    turn = list(zip(layers, gaps, weights, strict=True))
    for shift in range(min(_SHIFTS, _WORK // sum(map(len, layers)))):
        for chain in chains:
            middle = _mean(chain)
            for slot in chain:
                slot.middle = middle
        for layer, gap, weight in turn if shift % 2 == 0 else turn[::-1]:
            for slot, x in zip(layer, spread([*map(_wanted, layer)], gap, weight), strict=True):
                slot.x = x
    place = {slot.layer: layer for layer in layers for slot in layer}
    for chain in sorted(chains, key=len, reverse=True):
        _straighten(chain, place)


def _wanted(slot: _Slot) -> float:
    """Where a slot would be if it were alone in its layer: between its neighbours.

    That of an arrow is rather below and above the others of the arrow.
    """
    near = _mean((*slot.above, *slot.below) or (slot,))
    return (near + (_STIFF - 1) * slot.middle) / _STIFF if slot.arrow else near


def _mean(slots: Sequence[_Slot]) -> float:
    return sum(slot.x for slot in slots) / len(slots)


def _gap(left: _Slot, right: _Slot) -> float:
    """How far two slots that stand side by side have to be apart."""
    alike = left.above == right.above and left.below == right.below
    return left.right + right.left + (0.0 if alike else APART)


def _straighten(chain: Sequence[_Slot], place: Mapping[int, list[_Slot]]) -> None:
    """Put all slots of an arrow below one another, where there is room for that."""
    least, most = -inf, inf
    for slot in chain:
        layer, i = place[slot.layer], int(slot.order)
        if i:
            least = max(least, layer[i - 1].x + _gap(layer[i - 1], slot))
        if i + 1 < len(layer):
            most = min(most, layer[i + 1].x - _gap(slot, layer[i + 1]))
    if least <= most:
        middle = min(max(_mean(chain), least), most)
        for slot in chain:
            slot.x = middle


def _ports(slots: Sequence[_Slot], box: _Slot) -> Iterator[tuple[_Slot, float]]:
    """Where the arrows to these slots leave a box: each near its slot, none on another."""
    ordered = sorted(slots, key=lambda slot: slot.x)
    room = max(box.right - BESIDE, 0.0)
    apart = min(2 * BESIDE, 2 * room / max(len(ordered) - 1, 1))
    wanted = [min(max(slot.x, box.x - room), box.x + room) for slot in ordered]
    found = spread(wanted, [apart] * (len(ordered) - 1))
    for i, (slot, x) in enumerate(zip(ordered, found, strict=True)):
        most = box.x + room - apart * (len(ordered) - 1 - i)
        yield slot, min(max(x, box.x - room + apart * i), most)


def _measured(
    layers: list[list[_Slot]],
    boxes: Sequence[_Slot],
    chains: Sequence[Sequence[_Slot]],
    links: Sequence[Link],
) -> Places:
    """Turn layers into coordinates, of which none is negative."""
    leftmost = min((slot.x - slot.left for layer in layers for slot in layer), default=0.0)
    for layer in layers:
        for slot in layer:
            slot.x -= leftmost
    tops, bottoms, y = {}, {}, 0.0
    for layer in layers:
        number = layer[0].layer
        tops[number] = y
        bottoms[number] = y + max(slot.height for slot in layer)
        bends = [abs(slot.x - below.x) for slot in layer for below in slot.below]
        y = bottoms[number] + min(14.0 + max(bends, default=0.0) / 12, 34.0)
    leaves = {box: dict(_ports(box.below, box)) for box in boxes}
    enters = {box: dict(_ports(box.above, box)) for box in boxes}
    routes = []
    for link, chain in zip(links, chains, strict=True):
        start, end = boxes[link.start], boxes[link.end]
        middle = (tops[start.layer] + bottoms[start.layer]) / 2
        points = [(leaves[start][chain[0]], middle + start.height / 2)]
        points.append((points[0][0], bottoms[start.layer]))
        for slot in chain:
            points += [(slot.x, tops[slot.layer]), (slot.x, bottoms[slot.layer])]
        middle = (tops[end.layer] + bottoms[end.layer]) / 2
        entry = enters[end][chain[-1]]
        points += [(entry, tops[end.layer]), (entry, middle - end.height / 2)]
        (named,) = (slot for slot in chain if slot.right > slot.left)
        height = (tops[named.layer] + bottoms[named.layer]) / 2
        routes.append(Route(tuple(points), (named.x + BESIDE + link.label.width / 2, height)))
    return Places(
        max((slot.x + slot.right for layer in layers for slot in layer), default=0.0),
        max(bottoms.values(), default=0.0),
        tuple((box.x, (tops[box.layer] + bottoms[box.layer]) / 2) for box in boxes),
        tuple(routes),
    )
