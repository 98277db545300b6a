"""How long and how deep an expression would be with the definitions of its names put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sympy import Expr

from derivlib.expressions.traversal import children

_MOST_NODES, _DEEPEST = 1000, 100
"""How long, and how deep, an expression may be that a person is to read."""


class Measure(NamedTuple):
    """The size of an expression as it would be written out.

    :param nodes: how many operations, symbols and numbers it has, each as often as it stands.
    :param depth: how many operations nest.
    """

    nodes: int
    depth: int


def _parts_first(expr: Expr, known: Mapping[Expr, Measure]) -> Iterator[Expr]:
    """Each distinct part of an expression after its own parts, down to what is known."""
    met: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(expr, False)]
    while stack:
        part, ready = stack.pop()
        if ready:
            yield part
        elif part not in met and part not in known:
            met.add(part)
            stack.append((part, True))
            stack.extend((below, False) for below in children(part))


class Measures:
    """Measures expressions with definitions put in, without putting them in.

    :param definitions: each name with its definition, after those it uses.
    """

    def __init__(self, definitions: Mapping[Expr, Expr]) -> None:
        self._known: dict[Expr, Measure] = {}
        for name, definition in definitions.items():
            self._known[name] = self.of(definition)

    def of(self, expr: Expr) -> Measure:
        """Measure an expression over the names; every distinct part is met once."""
        known = self._known
        for part in _parts_first(expr, known):
            below = [known[child] for child in children(part)]
            known[part] = Measure(
                1 + sum(m.nodes for m in below), 1 + max((m.depth for m in below), default=0)
            )
        return known[expr]

    def are_readable(self, *exprs: Expr, times: int = 1) -> bool:
        """Tell whether expressions, all of them together, are better read without names.

        :param exprs: expressions over the names.
        :param times: by how much they may be longer than what is good to read.
        """
        measures = [self.of(expr) for expr in exprs]
        nodes = sum(measure.nodes for measure in measures)
        return nodes <= times * _MOST_NODES and all(m.depth <= _DEEPEST for m in measures)
