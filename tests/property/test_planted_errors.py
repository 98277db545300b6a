"""A rule that is false anywhere in the table is noticed by the comparison end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from compare import PropertyError, examine
from expressions import CONCLUDED, DERIVATIONS, SIZES, derivation
from generate import Example
from sympy import (
    Add,
    Basic,
    Integer,
    MatAdd,
    MatrixSymbol,
    OneMatrix,
    S,
    Transpose,
    preorder_traversal,
)
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib import RULES, DerivlibError, ReplayError, RuleError, hessian
from derivlib.check import check_rule, size_symbols
from derivlib.nodes import LinearForm

Change = Callable[[Any], Any]


def _scaled(factor: int, expr: Any) -> Any:
    """A multiple, written on the left of each linear form so that it stays one."""
    if isinstance(expr, LinearForm):
        return Basic.__new__(type(expr), factor * expr.coefficient, expr.moving)
    if isinstance(expr, (Add, MatAdd)) and all(isinstance(e, LinearForm) for e in expr.args):
        return Basic.__new__(type(expr), *(_scaled(factor, term) for term in expr.args))
    return Integer(factor) * expr


def _without_term(k: int, expr: Any) -> Any:
    if not isinstance(expr, (Add, MatAdd)) or len(expr.args) <= k:
        return expr
    rest = expr.args[:k] + expr.args[k + 1 :]
    return rest[0] if len(rest) == 1 else Basic.__new__(type(expr), *rest)


def _without_transpose(k: int, expr: Any) -> Any:
    found = list(
        dict.fromkeys(node for node in preorder_traversal(expr) if isinstance(node, Transpose))
    )
    return _replaced(expr, found[k]) if k < len(found) else expr


def _replaced(expr: Any, transpose: Any) -> Any:
    if expr == transpose:
        return transpose.args[0]
    if not any(isinstance(arg, Basic) and arg.has(transpose) for arg in expr.args):
        return expr
    parts = [_replaced(arg, transpose) for arg in expr.args]
    return DiagMatrix(*parts) if isinstance(expr, DiagMatrix) else Basic.__new__(type(expr), *parts)


def _plus_one(expr: Any) -> Any:
    return OneMatrix(*expr.shape) if expr.is_Matrix else S.One


CHANGES: dict[str, Change] = {
    "sign turned": lambda expr: _scaled(-1, expr),
    "doubled": lambda expr: _scaled(2, expr),
    **{f"without term {k + 1}": lambda expr, k=k: _without_term(k, expr) for k in range(3)},
    **{f"without transpose {k + 1}": lambda expr, k=k: _without_transpose(k, expr)
       for k in range(2)},
}  # fmt: skip
"""Ways to falsify a right side; what they leave as it was is not falsified."""

REPLAYED = (
    "first identification theorem",
    "identification of the Jacobian",
    "identification of the derivative by a scalar",
    "scalar as a trace",
    "scalar inside a matrix",
    "Jacobian by free entries",
    "Hessian by free entries",
)
"""Rules that say how a result is read; the replay of the steps is what checks them."""

BY_VALUE = ("differential", "trace", "vec")
"""Families of rules whose sign and factor reach the result; others may fail on the way."""


@contextmanager
def falsified(rule: Any, change: Change) -> Iterator[list[bool]]:
    """Let a rule be false for a while; tells whether that made a difference."""
    right = rule.right
    differences: list[bool] = []

    def false(d: Any, *arguments: Any) -> Any:
        true = right(d, *arguments)
        changed = change(true)
        differences.append(changed != true)
        return changed

    object.__setattr__(rule, "right", false)
    try:
        yield differences
    finally:
        object.__setattr__(rule, "right", right)


@cache
def _cases_by_rule() -> dict[str, list[str]]:
    """For each rule the cases in whose derivations it occurs, the shortest first."""
    used: dict[str, list[str]] = {name: [] for name in RULES}
    lengths = {}
    for name in DERIVATIONS:
        steps = derivation(name).steps
        lengths[name] = len(steps)
        for rule in {step.rule for step in steps} & used.keys():
            used[rule].append(name)
    return {rule: sorted(names, key=lengths.__getitem__) for rule, names in used.items()}


def _failure(name: str) -> str | None:
    """How a case fails, if it does; what is derived under premises is left to the judge."""
    function, case, premises = DERIVATIONS[name]
    if not premises:
        try:
            examine(Example("hessian" if function is hessian else "derive", *case), SIZES)
        except PropertyError as error:
            return type(error).__name__
        return None
    try:
        found = derivation(name)
        found.verify({size: SIZES[size] for size in size_symbols(found.expr, found.wrt)})
        found.replay()
    except ReplayError:
        return "WrongReplayError"
    except DerivlibError:
        return "WrongValueError"
    return None


def _noticed(rule: Any, change: Change) -> set[str] | None:
    """The kinds of failures that a false rule leads to, or None if it is false in no case.

    No further case is tried once the numbers differ.
    """
    kinds: set[str] = set()
    different = False
    for name in _cases_by_rule()[rule.name]:
        with falsified(rule, change) as differences:
            failure = _failure(name)
            if failure and any(differences):
                kinds.add(failure)
        different |= any(differences)
        if "WrongValueError" in kinds or (kinds and rule.family not in BY_VALUE):
            break
    return kinds if different else None


ZERO = ("constant", "hardmax", "hardmax of rows or columns")
"""Rules whose right side is zero, which is its own double and has no sign."""


TRUE_ALL_THE_SAME = {
    ("power of a norm", "without transpose 2"),
    ("sum over eigenvalues", "without transpose 2"),
}
"""⟨S, dU + (dU)ᵀ⟩ is ⟨S, 2 dU⟩ for a symmetric S, and no other case has a second transpose."""


@pytest.mark.parametrize("name", [n for n in RULES if n not in ZERO and n not in CONCLUDED])
def test_a_false_rule_is_noticed(name):
    """Noticed in every way in which it can be false; sign and factor by their values."""
    family = RULES[name].family
    whole = {"sign turned", "doubled"}
    found = {
        what: _noticed(RULES[name], change)
        for what, change in CHANGES.items()
        if (what in whole or family in BY_VALUE) and (name, what) not in TRUE_ALL_THE_SAME
    }
    assert [what for what, kinds in found.items() if kinds == set()] == []
    for what in whole:
        if name in REPLAYED:
            assert "WrongReplayError" in (found[what] or ())
        elif family in BY_VALUE:
            assert "WrongValueError" in (found[what] or ())
        else:
            assert found[what]


@pytest.mark.parametrize("change", ["sign turned", "doubled"])
@pytest.mark.parametrize("name", CONCLUDED)
def test_a_false_rule_leads_to_no_form_of_a_reader(name, change):
    """It leads nowhere, so that another way is taken.

    A rule that is used on both forms is false on both, and is noticed as a rule only.
    """
    assert name in {step.rule for step in CONCLUDED[name]().steps}
    with falsified(RULES[name], CHANGES[change]) as differences:
        concluded = CONCLUDED[name]()
        if name in {step.rule for step in concluded.steps}:
            with pytest.raises(RuleError):
                check_rule(RULES[name])
        assert any(differences)


def test_a_false_constant_is_noticed():
    """A right side that is zero is falsified by another number."""
    example = Example(
        "scalar by matrix", DERIVATIONS["trace of a product"][1][0], MatrixSymbol("Z", 2, 3)
    )
    assert examine(example, SIZES) == "right"
    with falsified(RULES["constant"], _plus_one), pytest.raises(PropertyError):
        examine(example, SIZES)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_the_true_rules_pass(name):
    assert _failure(name) is None
