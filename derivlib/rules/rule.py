"""What a rule is: one equation between placeholders, with its conditions and its source."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from sympy import Expr, S

from derivlib.expressions.text import text
from derivlib.nodes import d

__all__ = ["Condition", "Differentiate", "Family", "Rule", "Source", "slug"]

Differentiate = Callable[[Expr], Expr]
"""How a right side writes the differential of a placeholder."""

Family = Literal[
    "differential", "trace", "vec", "identification", "structure", "notation", "algebra"
]


@dataclass(frozen=True)
class Source:
    """Where a rule stands in the literature.

    ```pycon
    >>> print(Source("Petersen & Pedersen", 2012, "eq. (36)"))
    Petersen & Pedersen (2012), eq. (36)

    ```

    :param author: the authors, as cited.
    :param year: the year of the edition meant.
    :param place: an equation number, a theorem or a chapter.
    """

    author: str
    year: int
    place: str

    def __str__(self) -> str:
        return f"{self.author} ({self.year}), {self.place}"

    __repr__ = __str__


@dataclass(frozen=True)
class Condition:
    """Something that has to hold for a step: `subject` has the `property`.

    ```pycon
    >>> from sympy import Inverse, MatrixSymbol, Trace
    >>> from derivlib import derive
    >>> X = MatrixSymbol("X", 3, 3)
    >>> print(*derive(Trace(Inverse(X)), X).assumptions)
    X invertible

    ```

    :param subject: a symbol or an expression.
    :param property: an adjective: "constant", "invertible", "square".
    """

    subject: Expr
    property: str

    def __str__(self) -> str:
        return f"{text(self.subject)} {self.property}"

    __repr__ = __str__


def slug(name: str) -> str:
    """Write the name of a rule as an address does: in small letters, joined by hyphens.

    ```pycon
    >>> slug("Hadamard product in the trace")
    'hadamard-product-in-the-trace'

    ```

    :param name: the name of a rule, or of a step that only names.
    """
    return "-".join(re.findall(r"[a-z0-9]+", name.casefold()))


def _differential(expr: Expr) -> Expr:
    """Write a differential; that of a number is zero."""
    return S.Zero if expr.is_number and not expr.is_Matrix else d(expr)


def _no_conditions(*_: Any) -> tuple[Condition, ...]:
    return ()


@dataclass(frozen=True, eq=False)
class Rule:
    """One equation of the table, written once and used everywhere.

    The engine applies `right`, a replay compares both sides, the judge puts matrices into
    the placeholders, and the catalogue prints what is :attr:`stated`.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import RULES
    >>> from derivlib.check import check_rule
    >>> X, W = MatrixSymbol("X", 4, 3), MatrixSymbol("W", 3, 2)
    >>> left, right = RULES["product"].equation(X, W)
    >>> print(text(left), "=", text(right))
    d(X*W) = dX*W + X*dW
    >>> check_rule(RULES["product"]).instances
    4

    ```

    :param name: how steps, links and messages call the rule.
    :param family: what it is good for: expanding a differential, moving factors in a trace
        or under a vec, reading off the derivative, passing to the free entries of a
        structured variable, naming, or simplifying the result.
    :param left: the left side, a function of the placeholders.
    :param right: the right side, a function of `d` and the placeholders.
    :param instances: placeholders to check the rule with; the sizes of different
        placeholders are different symbols wherever they may differ.
    :param source: where it stands.
    :param conditions: a function of the placeholders that gives what has to hold.
    :param reading: placeholders to state the rule with, where those it is checked with are
        more special than a reader wants: Q, not an orthogonal matrix built from another.
    """

    name: str
    family: Family
    left: Callable[..., Expr]
    right: Callable[..., Expr]
    instances: tuple[tuple[Any, ...], ...]
    source: Source
    conditions: Callable[..., tuple[Condition, ...]] = field(default=_no_conditions)
    reading: tuple[Any, ...] = ()

    @property
    def stated(self) -> tuple[Any, ...]:
        """The placeholders that the rule is printed with."""
        return self.reading or self.instances[0]

    @property
    def slug(self) -> str:
        """The name as addresses write it: its entry in the catalogue is `rule-` and this."""
        return slug(self.name)

    def equation(self, *placeholders: Any) -> tuple[Expr, Expr]:
        """Put expressions into the placeholders: both sides, nothing taken as constant."""
        return self.left(*placeholders), self.right(_differential, *placeholders)

    def __str__(self) -> str:
        left, right = map(text, self.equation(*self.stated))
        return f"{self.name}: {left} {'⇒' if self.family == 'identification' else '='} {right}"

    __repr__ = __str__

    def __reduce__(self) -> Any:
        from derivlib.rules import RULES  # which is made of rules

        if RULES.get(self.name) is self:  # its sides are functions without a name
            return _of_table, (self.name,)
        return super().__reduce__()


def _of_table(name: str) -> Rule:
    from derivlib.rules import RULES

    return RULES[name]
