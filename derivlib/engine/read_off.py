"""Bringing a differential to a form from which the derivative is read.

For a scalar the form is tr(Gᵀ dX), for a matrix J vec(dX). Each operation around a
differential has one rule for either form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sympy import (
    Add,
    DiagonalOf,
    Expr,
    HadamardProduct,
    KroneckerProduct,
    MatAdd,
    MatMul,
    Mul,
    S,
    Trace,
    Transpose,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.engine.expansion import Record
from derivlib.engine.refusals import ADD_IT
from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import (
    hadamard,
    identity,
    is_zero,
    kronecker,
    mul,
    ones_like,
)
from derivlib.expressions.text import text
from derivlib.nodes import (
    DiagonalSums,
    DifferentialNode,
    Inner,
    LinearForm,
    OnVec,
    SumEntries,
    Tril,
    Triu,
    Unvec,
    Vec,
    d,
)
from derivlib.nodes.builders import inner
from derivlib.rules import Rule, adjoints, vec_rules

__all__ = ["COLLECT", "Move", "pair"]

Arguments = tuple[Any, ...]
Collect = Callable[[Expr, Expr], None]
"""Called with a name and what its differential is paired with."""


class Move(NamedTuple):
    """The rules that move one operation to the left of a differential.

    :param trace: in tr(Gᵀ E).
    :param vec: in J vec(E); none for operations whose value is a scalar.
    """

    trace: Rule
    vec: Rule | None = None

    def of(self, form: type[LinearForm]) -> Rule:
        """The rule for a form."""
        return self.vec if form is OnVec and self.vec is not None else self.trace


LINEARITY = Move(adjoints.LINEARITY, vec_rules.LINEARITY)
DISTRIBUTIVITY = Move(adjoints.DISTRIBUTIVITY)
COLLECT = Move(adjoints.COLLECT, vec_rules.COLLECT)
PRODUCT = Move(adjoints.CYCLIC, vec_rules.PRODUCT)
SCALAR_FACTOR = Move(adjoints.SCALAR_FACTOR, vec_rules.SCALAR_FACTOR)
SCALAR_PRODUCT = Move(adjoints.SCALAR_PRODUCT)
MOVING_SCALAR = Move(adjoints.MOVING_SCALAR, vec_rules.MOVING_SCALAR)
HADAMARD = Move(adjoints.HADAMARD, vec_rules.HADAMARD)
KRONECKER_LEFT = Move(adjoints.KRONECKER_LEFT, vec_rules.KRONECKER_LEFT)
KRONECKER_RIGHT = Move(adjoints.KRONECKER_RIGHT, vec_rules.KRONECKER_RIGHT)
INNER = Move(adjoints.NESTED, vec_rules.INNER)
TRANSPOSED = Move(adjoints.TRANSPOSED, vec_rules.TRANSPOSED)
TRACE = Move(adjoints.TRACE)
SUM_ENTRIES = Move(adjoints.SUM_ENTRIES)
DIAGONAL_MATRIX = Move(adjoints.DIAGONAL_MATRIX, vec_rules.DIAGONAL_MATRIX)
DIAGONAL = Move(adjoints.DIAGONAL, vec_rules.DIAGONAL)
LOWER_TRIANGLE = Move(adjoints.LOWER_TRIANGLE, vec_rules.LOWER_TRIANGLE)
UPPER_TRIANGLE = Move(adjoints.UPPER_TRIANGLE, vec_rules.UPPER_TRIANGLE)
DIAGONAL_SUMS = Move(adjoints.DIAGONAL_SUMS, vec_rules.DIAGONAL_SUMS)
ENTRY = Move(adjoints.ENTRY)
VEC = Move(adjoints.VEC, vec_rules.VEC)
UNVEC = Move(adjoints.UNVEC, vec_rules.UNVEC)


def _is_moving(expr: Any) -> bool:
    return isinstance(expr, DifferentialNode) or any(_is_moving(part) for part in expr.args)


def _only_moving(parts: tuple[Expr, ...]) -> int:
    """The position of the one part that holds a differential."""
    return next(i for i, part in enumerate(parts) if _is_moving(part))


def _product(expr: Expr) -> tuple[Move, Arguments]:
    factors = expr.args
    i = _only_moving(factors)
    moving = factors[i]
    if not moving.is_Matrix:
        return MOVING_SCALAR, (moving, mul(*factors[:i], *factors[i + 1 :]))
    if len(factors) == 2 and not factors[0].is_Matrix:
        return SCALAR_FACTOR, (factors[0], moving)
    rows, cols = moving.shape
    before = mul(*factors[:i], identity(rows))
    after = mul(*factors[i + 1 :], identity(cols))
    return PRODUCT, (before, moving, after)


def _scalar_product(expr: Expr) -> tuple[Move, Arguments]:
    factors = expr.args
    i = _only_moving(factors)
    return SCALAR_PRODUCT, (mul(*factors[:i], *factors[i + 1 :]), factors[i])


def _hadamard(expr: Expr) -> tuple[Move, Arguments]:
    factors = expr.args
    i = _only_moving(factors)
    ones = ones_like(factors[i])
    before, after = hadamard(ones, *factors[:i]), hadamard(ones, *factors[i + 1 :])
    return HADAMARD, (before, factors[i], after)


def _kronecker(expr: Expr) -> tuple[Move, Arguments]:
    first, *others = expr.args
    rest = kronecker(*others)
    return (KRONECKER_LEFT if _is_moving(first) else KRONECKER_RIGHT), (first, rest)


def _inner(expr: Expr) -> tuple[Move, Arguments]:
    first, second = expr.args
    if _is_moving(first):
        first, second = second, first
    return INNER, (first, second)


def _with_parts(move: Move) -> Callable[[Expr], tuple[Move, Arguments]]:
    return lambda expr: (move, tuple(expr.args))


_MOVES: dict[type, Callable[[Any], tuple[Move, Arguments]]] = {
    MatAdd: _with_parts(LINEARITY),
    Add: _with_parts(DISTRIBUTIVITY),
    MatMul: _product,
    Mul: _scalar_product,
    HadamardProduct: _hadamard,
    KroneckerProduct: _kronecker,
    Transpose: _with_parts(TRANSPOSED),
    Trace: _with_parts(TRACE),
    SumEntries: _with_parts(SUM_ENTRIES),
    Inner: _inner,
    DiagMatrix: _with_parts(DIAGONAL_MATRIX),
    DiagonalOf: _with_parts(DIAGONAL),
    Tril: _with_parts(LOWER_TRIANGLE),
    Triu: _with_parts(UPPER_TRIANGLE),
    DiagonalSums: _with_parts(DIAGONAL_SUMS),
    MatrixElement: _with_parts(ENTRY),
    Vec: _with_parts(VEC),
    Unvec: _with_parts(UNVEC),
}


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
        record(vec_rules.SCALAR, (left, right))
    found: list[Expr] = []

    def inside(name: Expr, gradient: Expr) -> None:
        found.append(inner(gradient, d(name)))

    if isinstance(right, Inner):
        pair(Inner, right.coefficient, right.moving, record, inside)
    else:
        pair(Inner, S.One, right, record, inside)
    if len(found) > 1:
        record(vec_rules.LINEARITY, (left, *found))
    for term in found:
        arguments = (left, term.coefficient, term.moving)
        record(vec_rules.INNER, arguments)
        moved = vec_rules.INNER.right(d, *arguments)
        if not is_zero(moved):
            collect(moved.moving.of, moved.coefficient)


def _pair_operation(
    form: type[LinearForm], left: Expr, right: Expr, record: Record, collect: Collect
) -> None:
    if type(right) not in _MOVES:
        raise UnsupportedError(
            f"no rule moves {type(right).__name__} to the left of a differential in "
            f'"{text(right)}"; {ADD_IT}'
        )
    move, arguments = _MOVES[type(right)](right)
    rule = move.of(form)
    record(rule, (left, *arguments))
    moved = rule.right(lambda expr: expr, left, *arguments)
    for term in moved.args if isinstance(moved, (Add, MatAdd)) else (moved,):
        if not is_zero(term):
            pair(form, term.args[0], term.args[1], record, collect)
