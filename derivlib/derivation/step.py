"""A step of a derivation: one rule of the table, applied once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sympy import Expr

from derivlib.display.text import text
from derivlib.rules import RULES
from derivlib.rules.rule import Condition, Rule

__all__ = ["Step"]


@dataclass(frozen=True)
class Step:
    """`before` became `after` by the rule called `rule`.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace
    >>> from derivlib import derive
    >>> X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 2, 3)
    >>> step = derive(Trace(A * X), X).steps[1]
    >>> print(step)
    d(A*X) → A*dX  [product]
    >>> print(*step.requires)
    A constant
    >>> step.entry is RULES["product"]
    True

    ```

    :param rule: the name of a rule of the table, or "naming" or "substitution".
    :param before: what the rule was applied to: a part of the derivation, or the whole
        derivative where it is simplified.
    :param after: what stands in its place now.
    :param requires: what has to hold for the step, such as "X constant".
    :param arguments: what the placeholders of the rule stood for.
    """

    rule: str
    before: Expr
    after: Expr
    requires: tuple[Condition, ...] = ()
    arguments: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def entry(self) -> Rule | None:
        """The rule of the table, or None for a step that only names."""
        return RULES.get(self.rule)

    def __str__(self) -> str:
        return f"{text(self.before)} → {text(self.after)}  [{self.rule}]"
