"""What a computation leaves behind: each rule it applied, and the derivative it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, preorder_traversal

from derivlib.rules import Rule

NAMING = "naming"
"""What happens when an intermediate, or the derivative of one, is given its name."""

SUBSTITUTION = "substitution"
"""What happens when the definitions of all names are put back in."""

CHECKED = "equal, checked"
"""What happens when a reader's own form takes the place of the derivative: their values agree."""

KNOWN_DIFFERENTIALS = "known differentials"
"""What happens when differentials found before are put in, and dt is taken out in front."""

Event = tuple[Rule | str, tuple[Any, ...]]
"""A rule, or one of the above, with what it was applied to."""

_LONGEST_INLINE = 18
"""How many nodes a derivative may have before it is given a name such as ∂L/∂N."""


def is_long(expr: Expr) -> bool:
    """Tell whether a derivative of an intermediate is better named than carried along."""
    return sum(1 for _ in preorder_traversal(expr)) > _LONGEST_INLINE


@dataclass
class Found:
    """What a computation found.

    :param derivatives: the derivative by each variable, over names.
    :param events: what was done, in order.
    :param named: derivatives of intermediates that were given a name, in order.
    :param arrived: for each intermediate, what its differential was multiplied by when it was
        expanded; where a scalar is the variable, the derivative found for it.
    :param contributions: what arrived at a name, or the variable, from the definition of
        another; the root has no name.
    """

    derivatives: dict[Expr, Expr]
    events: list[Event] = field(default_factory=list)
    named: dict[Expr, Expr] = field(default_factory=dict)
    arrived: dict[Expr, Expr] = field(default_factory=dict)
    contributions: dict[tuple[Expr, Expr | None], list[Expr]] = field(default_factory=dict)

    def name(self, label: Expr, derivative: Expr) -> None:
        """Give the derivative of an intermediate a name."""
        self.named[label] = derivative
        self.events.append((NAMING, (derivative, label)))
