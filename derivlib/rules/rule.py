"""What a rule is: one equation between placeholders; and the table of all rules.

A rule enters the table where it is declared. The table knows which rule is for which class of
nodes, so that the engine finds a rule that was added later as it finds its own.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from sympy import Expr, S

from derivlib.errors import InputError
from derivlib.expressions.text import text
from derivlib.nodes import d

Arguments = tuple[Any, ...]
"""What the placeholders of a rule stand for where it is applied."""

Differentiate = Callable[[Expr], Expr]
"""How a right side writes the differential of a placeholder."""

Family = Literal[
    "differential", "trace", "vec", "identification", "notation", "algebra", "structure"
]
"""What a rule is good for, in the order of the catalogue."""


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
    :param has_value: whether there is a value, and only no derivative, where it does not hold.
    """

    subject: Expr
    property: str
    has_value: bool = field(default=False, compare=False)

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


def own_arguments(expr: Expr) -> Arguments:
    """The arguments of a node, which most rules have as placeholders."""
    return tuple(expr.args)


@dataclass(frozen=True, eq=False)
class Rule:
    """One equation of the table, written once and used everywhere.

    The engine applies `right`, a replay compares both sides, the judge puts matrices into
    the placeholders, and the catalogue prints what is :attr:`stated`. A rule of the table is
    pickled by its name.

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
    :param of: the class of nodes that the rule is for, or several: it expands their differential,
        moves them out of the trace or the vec, or simplifies them. Of several rules for a class
        the one added last is tried first, and those for a class before those for its base.
    :param where: a function of all parts of the expression and of the placeholders that returns
        whether the rule is wanted there; always, if it is left out. With it a rule that has
        conditions is kept for where something else needs them anyway.
    :param arguments: a function of such a node that gives what the placeholders stand for
        (in a trace or a vec those after the first), or None where the rule does not apply.
    :param minor: whether textbooks apply it without naming it, as they take out a sum.
    """

    name: str
    family: Family
    left: Callable[..., Expr]
    right: Callable[..., Expr]
    instances: tuple[tuple[Any, ...], ...]
    source: Source
    conditions: Callable[..., tuple[Condition, ...]] = field(default=_no_conditions)
    reading: tuple[Any, ...] = ()
    of: type | tuple[type, ...] | None = None
    where: Callable[..., bool] | None = None
    arguments: Callable[[Any], Arguments | None] = field(default=own_arguments)
    minor: bool = False

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
        if not self.instances:
            return f"{self.name}, which is stated for nothing yet"
        left, right = map(text, self.equation(*self.stated))
        return f"{self.name}: {left} {'⇒' if self.family == 'identification' else '='} {right}"

    __repr__ = __str__

    def __reduce__(self) -> tuple[Callable[[str], Rule], tuple[str]]:
        # By name and not by value, so that what is loaded is the rule that the engine applies;
        # only a rule of the table may be found again by its name.
        if RULES.get(self.name) is not self:
            raise InputError(
                f"the rule “{self.name}” is not in the table of rules: add it before pickling it"
            )
        return _loaded, (self.name,)

    def __copy__(self) -> Rule:
        return self

    def __deepcopy__(self, _: Any) -> Rule:
        return self


_BY_FAMILY: dict[str, dict[str, Rule]] = {family: {} for family in get_args(Family)}

_BY_CLASS: dict[str, dict[type, list[Rule]]] = {family: {} for family in _BY_FAMILY}
"""The rules for the nodes of a class, the one added last first."""

_FOR_KIND: dict[tuple[str, type], tuple[Rule, ...]] = {}
"""Those of each kind of node met so far, with those of its base classes."""

_TAKEN = {"naming", "substitution", "known-differentials", "equal-checked"}
"""Names of rules as addresses write them; these are steps that no rule is applied in."""

RULES: Mapping[str, Rule] = MappingProxyType(ChainMap(*reversed(_BY_FAMILY.values())))
"""Every rule by its name, in the order of the catalogue; a rule added later appears in it."""


def _loaded(name: str) -> Rule:
    if name not in RULES:
        raise InputError(
            f'no rule "{name}" is in the table of rules here: '
            "add it, as where it was pickled, before loading"
        )
    return RULES[name]


def _kinds(rule: Rule) -> tuple[Any, ...]:
    """The classes of nodes that a rule is for."""
    return () if rule.of is None else rule.of if isinstance(rule.of, tuple) else (rule.of,)


def add_rules(*rules: Rule) -> tuple[Rule, ...]:
    """Add rules to the table, all of them or, if one is refused, none.

    They are not checked here, since rules know no judge: see :func:`derivlib.check.check_rule`.

    ```pycon
    >>> from dataclasses import replace
    >>> from sympy import MatrixSymbol, Trace
    >>> from derivlib import derive
    >>> X = MatrixSymbol("X", 3, 3)
    >>> (mine,) = add_rules(replace(RULES["trace"], name="my trace"))
    >>> print(derive(Trace(X), X).steps[0])
    dtr(X) → tr(dX)  [my trace]
    >>> remove_rule(mine)
    >>> print(derive(Trace(X), X).steps[0])
    dtr(X) → tr(dX)  [trace]

    ```

    :param rules: rules with names of their own.
    :returns: the same.
    :raises InputError: naming the rule, if it is not a rule, or its family, its class or its
        name cannot be used.
    """
    names: set[str] = set()
    for rule in rules:
        if not isinstance(rule, Rule):
            raise InputError(f'a Rule is expected, such as RULES["trace"], not {rule!r}')
        named = f"the rule “{rule.name}”"
        if rule.family not in _BY_FAMILY:
            known = ", ".join(_BY_FAMILY)
            raise InputError(f"{named} is of no family: {rule.family!r} is none of {known}")
        if not all(isinstance(kind, type) for kind in _kinds(rule)):
            raise InputError(f"{named} is for a class of nodes, which {rule.of!r} is not")
        if not rule.instances:
            raise InputError(f"{named} has no placeholders to be stated and checked with")
        if not rule.slug or rule.slug in _TAKEN | names:
            raise InputError(f'{named} needs another name: "{rule.slug}" is empty or in use')
        names.add(rule.slug)
    for rule in rules:
        _BY_FAMILY[rule.family][rule.name] = rule
        for kind in _kinds(rule):
            _BY_CLASS[rule.family].setdefault(kind, []).insert(0, rule)
    _TAKEN.update(names)
    _FOR_KIND.clear()
    return rules


def add_rule(rule: Rule) -> Rule:
    """Add one rule to the table, as :func:`add_rules` does."""
    return add_rules(rule)[0]


def remove_rule(rule: Rule) -> None:
    """Take a rule out of the table.

    :raises InputError: if it is not in it.
    """
    if RULES.get(rule.name) is not rule:
        raise InputError(f"the rule “{rule.name}” is not in the table of rules")
    del _BY_FAMILY[rule.family][rule.name]
    _TAKEN.remove(rule.slug)
    for kind in _kinds(rule):
        _BY_CLASS[rule.family][kind].remove(rule)
    _FOR_KIND.clear()


def rules_for(family: Family, expr: Expr) -> Iterator[tuple[Rule, Arguments]]:
    """The rules of a family that apply to an operation, and what their placeholders stand for."""
    kind = type(expr)
    rules = _FOR_KIND.get((family, kind))
    if rules is None:
        by_class = _BY_CLASS[family]
        rules = tuple(rule for base in kind.__mro__ for rule in by_class.get(base, ()))
        _FOR_KIND[family, kind] = rules
    for rule in rules:
        arguments = rule.arguments(expr)
        if arguments is not None:
            yield rule, arguments


def rule_for(family: Family, expr: Expr) -> tuple[Rule, Arguments] | None:
    """The first of these rules."""
    return next(rules_for(family, expr), None)
