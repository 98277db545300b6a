"""A step of a derivation: one rule of the table, applied once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sympy import Expr

from derivlib.expressions.text import text
from derivlib.nodes import d
from derivlib.rules import RULES
from derivlib.rules.instances import placeholders_for, substituted
from derivlib.rules.rule import Condition, Rule


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
    >>> [text(side) for side in step.statement], step.substituted
    (['d(U*V)', 'dU*V + U*dV'], ((U, A), (V, X)))

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

    @property
    def family(self) -> str:
        """What the rule is good for, such as "algebra"; empty for a step that only names."""
        return self.entry.family if self.entry else ""

    @cached_property
    def _placeholders(self) -> tuple[Any, ...]:
        return placeholders_for(self.entry, self.arguments) if self.entry else ()

    @property
    def statement(self) -> tuple[Expr, Expr] | None:
        """What the rule says, both sides in placeholders; nothing for a step that only names."""
        return self.entry.equation(*self._placeholders) if self.entry else None

    @property
    def substituted(self) -> tuple[tuple[Any, Any], ...]:
        """The placeholders of the statement, each with what stood in its place."""
        return tuple(substituted(self._placeholders, self.arguments))

    @property
    def rewritten(self) -> tuple[Expr, Expr]:
        """What the rule replaced and by what, where `before` and `after` are a whole derivative."""
        if self.entry is None or self.entry.family != "algebra":
            return self.before, self.after
        return self.entry.left(*self.arguments), self.entry.right(d, *self.arguments)

    def __str__(self) -> str:
        return f"{text(self.before)} → {text(self.after)}  [{self.rule}]"

    __repr__ = __str__
