"""Where equations that a reader declared apply: QᵀQ = I, 1ᵀp = 1, P² = P."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Integer, OneMatrix, Transpose

from derivlib.engine.simplify.facts import Facts, Rewrite
from derivlib.expressions.construction import transpose
from derivlib.nodes.properties import IDEMPOTENT, INVOLUTORY, SKEW, orthonormal, sums
from derivlib.rules import declared

_OTHER = {"columns": "rows", "rows": "columns"}


def _known(matrix: Expr, facts: Facts) -> frozenset[str]:
    return facts.get(matrix.args[0] if isinstance(matrix, Transpose) else matrix, frozenset())


def _sum(matrix: Expr, what: str, facts: Facts) -> Expr | None:
    """What each of the columns, or of the rows, is declared to sum to."""
    told = _known(matrix, facts)
    if isinstance(matrix, Transpose):
        matrix, what = matrix.args[0], _OTHER[what]
    return next((Integer(v) for v in (0, 1) if sums(matrix, what, v) in told), None)


def _is_orthonormal(matrix: Expr, what: str, facts: Facts) -> bool:
    return orthonormal(matrix, what) in facts.get(matrix, frozenset())


def of_neighbours(left: Expr, right: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to two factors that stand next to each other."""
    if not facts:
        return
    if left == transpose(right) and isinstance(left, Transpose):
        if _is_orthonormal(right, "columns", facts):
            yield declared.ORTHONORMAL_COLUMNS, (right,)
    elif left == transpose(right) and _is_orthonormal(left, "rows", facts):
        yield declared.ORTHONORMAL_ROWS, (left,)
    if isinstance(left, OneMatrix) and (value := _sum(right, "columns", facts)) is not None:
        yield declared.COLUMN_SUMS, (right, value, left.shape[0])
    if isinstance(right, OneMatrix) and (value := _sum(left, "rows", facts)) is not None:
        yield declared.ROW_SUMS, (left, value, right.shape[1])


def cancels(left: tuple[Expr, ...], right: tuple[Expr, ...], facts: Facts) -> bool:
    """Return whether two products meet in what is declared to be less: QᵀQ, P P, or a sum of 0."""
    if not facts or not left or not right:
        return False
    before, after = left[-1], right[0]
    if before == after and _known(before, facts) & {IDEMPOTENT, INVOLUTORY}:
        return True
    rules = of_neighbours(before, after, facts)
    return any(rule not in _SUMS or given[1] == 0 for rule, given in rules)


_SUMS = (declared.COLUMN_SUMS, declared.ROW_SUMS)


def of_power(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a power or an inverse."""
    base, exponent = expr.args
    told = _known(base, facts)
    if IDEMPOTENT in told and exponent.is_Integer and exponent > 1:
        yield declared.IDEMPOTENT, (base, exponent)
    if INVOLUTORY in told and exponent.is_Integer:
        yield declared.INVOLUTORY, (base, exponent)


def of_transpose(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a transpose."""
    if SKEW in facts.get(expr.args[0], ()):
        yield declared.SKEW, (expr.args[0],)


def of_norm(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a norm."""
    if "of length 1" in facts.get(expr.arg, ()):
        yield declared.UNIT_LENGTH, (expr.arg,)


def of_sum(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to the sum of all entries."""
    if (value := _sum(expr.arg, "columns", facts)) is not None:
        yield declared.TOTAL_OF_COLUMNS, (expr.arg, value)
    elif (value := _sum(expr.arg, "rows", facts)) is not None:
        yield declared.TOTAL_OF_ROWS, (expr.arg, value)
