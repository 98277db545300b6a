"""Bringing a differential to the form tr(Gᵀ dX), from which the gradient is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import (
    Add,
    DiagonalOf,
    Expr,
    HadamardProduct,
    Identity,
    MatAdd,
    MatMul,
    Mul,
    S,
    Trace,
    Transpose,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.display.text import text
from derivlib.engine.expansion import Record
from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import hadamard, mul, ones_like
from derivlib.rules import Rule, pairing
from derivlib.vocabulary import DifferentialNode, Inner, SumEntries, Unvec, Vec

__all__ = ["pair"]

Arguments = tuple[Any, ...]
Collect = Callable[[Expr, Expr], None]
"""Called with a name and what its differential is paired with."""


def _is_moving(expr: Any) -> bool:
    return isinstance(expr, DifferentialNode) or any(_is_moving(part) for part in expr.args)


def _only_moving(parts: tuple[Expr, ...]) -> int:
    """The position of the one part that holds a differential."""
    return next(i for i, part in enumerate(parts) if _is_moving(part))


def _product(left: Expr, right: Expr) -> tuple[Rule, Arguments]:
    factors = right.args
    i = _only_moving(factors)
    moving = factors[i]
    if not moving.is_Matrix:
        return pairing.MOVING_SCALAR, (left, moving, mul(*factors[:i], *factors[i + 1 :]))
    if len(factors) == 2 and not factors[0].is_Matrix:
        return pairing.SCALAR_FACTOR, (left, factors[0], moving)
    rows, cols = moving.shape
    before = mul(*factors[:i], Identity(rows))
    after = mul(*factors[i + 1 :], Identity(cols))
    return pairing.CYCLIC, (left, before, moving, after)


def _scalar_product(left: Expr, right: Expr) -> tuple[Rule, Arguments]:
    factors = right.args
    i = _only_moving(factors)
    return pairing.SCALAR_PRODUCT, (left, mul(*factors[:i], *factors[i + 1 :]), factors[i])


def _hadamard(left: Expr, right: Expr) -> tuple[Rule, Arguments]:
    factors = right.args
    i = _only_moving(factors)
    ones = ones_like(factors[i])
    before, after = hadamard(ones, *factors[:i]), hadamard(ones, *factors[i + 1 :])
    return pairing.HADAMARD, (left, before, factors[i], after)


def _inner(left: Expr, right: Expr) -> tuple[Rule, Arguments]:
    first, second = right.args
    if _is_moving(first):
        first, second = second, first
    return pairing.NESTED, (left, first, second)


def _with_parts(rule: Rule) -> Callable[[Expr, Expr], tuple[Rule, Arguments]]:
    return lambda left, right: (rule, (left, *right.args))


_RULES: dict[type, Callable[[Any, Any], tuple[Rule, Arguments]]] = {
    MatAdd: _with_parts(pairing.LINEARITY),
    Add: _with_parts(pairing.DISTRIBUTIVITY),
    MatMul: _product,
    Mul: _scalar_product,
    HadamardProduct: _hadamard,
    Transpose: _with_parts(pairing.TRANSPOSED),
    Trace: _with_parts(pairing.TRACE),
    SumEntries: _with_parts(pairing.SUM_ENTRIES),
    Inner: _inner,
    DiagMatrix: _with_parts(pairing.DIAGONAL_MATRIX),
    DiagonalOf: _with_parts(pairing.DIAGONAL),
    MatrixElement: _with_parts(pairing.ENTRY),
    Vec: _with_parts(pairing.VEC),
    Unvec: lambda left, right: (pairing.UNVEC, (left, right.arg)),
}


def pair(left: Expr, right: Expr, record: Record, collect: Collect) -> None:
    """Move everything but the differentials from the right of ⟨G, E⟩ to the left.

    :param left: what the form is paired with, in the shape of `right`.
    :param right: an expression linear in differentials of names.
    :param record: called for each rule that is applied.
    :param collect: called with each name and the G it ends up paired with.
    :raises UnsupportedError: if a linear operation has no rule.
    """
    if isinstance(right, DifferentialNode):
        collect(right.of, left)
        return
    if type(right) not in _RULES:
        raise UnsupportedError(
            f'no rule moves {type(right).__name__} across a trace in "{text(right)}"; '
            "see how-to/add-a-rule"
        )
    rule, arguments = _RULES[type(right)](left, right)
    record(rule, arguments)
    moved = rule.right(lambda expr: expr, *arguments)
    for term in moved.args if isinstance(moved, Add) else (moved,):
        if term is not S.Zero:
            pair(term.args[0], term.args[1], record, collect)
