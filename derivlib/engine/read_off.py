"""Bringing a differential to a form from which the derivative is read.

For a scalar the form is tr(Gᵀ dX), for a matrix J vec(dX). Each operation around a
differential has one rule for either form.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Expr, MatAdd, S

from derivlib.engine.expansion import Record
from derivlib.engine.refusals import ADD_IT
from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import is_zero
from derivlib.expressions.text import text
from derivlib.nodes import DifferentialNode, Inner, LinearForm, OnVec, d
from derivlib.nodes.builders import inner
from derivlib.rules.linear import SCALAR_INSIDE, VEC_LINEARITY
from derivlib.rules.products import INNER_AS_ROW
from derivlib.rules.rule import rule_for

Collect = Callable[[Expr, Expr], None]
"""Called with a name and what its differential is paired with."""


def pair(form: type[LinearForm], left: Expr, right: Expr, record: Record, collect: Collect) -> None:
    """Move everything but the differentials from the right of a form to the left.

    :param form: `Inner` for tr(Gᵀ E), `OnVec` for J vec(E).
    :param left: G or J.
    :param right: E, an expression linear in differentials of names.
    :param record: called for each rule that is applied.
    :param collect: called with each name and the G or J it ends up with.
    :raises UnsupportedError: if a linear operation has no rule.
    """
    if isinstance(right, DifferentialNode):
        collect(right.of, left)
    elif form is OnVec and not right.is_Matrix:
        _pair_scalar(left, right, record, collect)
    else:
        _pair_operation(form, left, right, record, collect)


def _pair_scalar(left: Expr, right: Expr, record: Record, collect: Collect) -> None:
    """Bring a scalar inside a matrix to its own form tr(Gᵀ E), and stack that."""
    if not isinstance(right, Inner):
        record(SCALAR_INSIDE, (left, right))
    found: list[Expr] = []

    def inside(name: Expr, gradient: Expr) -> None:
        found.append(inner(gradient, d(name)))

    coefficient, moving = right.args if isinstance(right, Inner) else (S.One, right)
    pair(Inner, coefficient, moving, record, inside)
    if len(found) > 1:
        record(VEC_LINEARITY, (left, *found))
    for term in found:
        arguments = (left, term.coefficient, term.moving)
        record(INNER_AS_ROW, arguments)
        moved = INNER_AS_ROW.right(d, *arguments)
        if not is_zero(moved):
            collect(moved.moving.of, moved.coefficient)


def _pair_operation(
    form: type[LinearForm], left: Expr, right: Expr, record: Record, collect: Collect
) -> None:
    found = rule_for("vec" if form is OnVec else "trace", right)
    if found is None:
        raise UnsupportedError(
            f"no rule moves {type(right).__name__} to the left of a differential in "
            f'"{text(right)}"; {ADD_IT}'
        )
    rule, arguments = found
    record(rule, (left, *arguments))
    moved = rule.right(lambda expr: expr, left, *arguments)
    for term in moved.args if isinstance(moved, (Add, MatAdd)) else (moved,):
        if not is_zero(term):
            pair(form, term.args[0], term.args[1], record, collect)
