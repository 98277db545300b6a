"""Where rules of algebra apply in matrices and scalars that are neither products nor sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sympy import (
    Basic,
    Expr,
    HadamardProduct,
    Identity,
    MatAdd,
    MatPow,
    MatrixSymbol,
    OneMatrix,
    S,
    Transpose,
    preorder_traversal,
)

from derivlib.engine.simplify import declared
from derivlib.engine.simplify.facts import Facts, Rewrite, matrices, shared, symmetric_ones
from derivlib.expressions.construction import (
    add,
    hadamard,
    identity,
    is_one,
    leads_with_transpose,
    mul,
    split_coefficient,
    transpose,
)
from derivlib.expressions.shapes import same_size
from derivlib.expressions.text import text
from derivlib.nodes import DiagonalSums, SingleEntry, Vec
from derivlib.rules import algebra, entrywise, powers, recognised
from derivlib.rules.symmetry import is_symmetric

_LONGEST_TRACE = 60
"""How many nodes a trace may have to be put into cyclic normal form."""


def in_hadamard(expr: Expr, _: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a product entry by entry."""
    yield from _scaled(expr.args)
    yield from _multiplied_out(expr.args)
    if len(expr.args) != 2:
        return
    first, second = expr.args
    stacked = isinstance(first, Vec) and isinstance(second, Vec)
    if stacked and all(map(same_size, first.arg.shape, second.arg.shape)):
        yield algebra.DIAGONAL_VEC, (first.arg, second.arg)
    sizes_known = all(isinstance(size, Basic) for size in first.shape)  # SymPy's diag asks them
    for unit, column in ((first, second), (second, first)):
        if isinstance(unit, SingleEntry) and is_one(unit.shape[1]) and sizes_known:
            yield recognised.ENTRY_TIMES_UNIT_VECTOR, (unit.position[0], column)
    if isinstance(second, Identity) and sizes_known:
        yield algebra.HADAMARD_IDENTITY, (first,)


def _scaled(factors: tuple[Expr, ...]) -> Iterator[Rewrite]:
    """A product with a matrix of ones, at the right or at the left, among the factors.

    Where what is summed has another factor in it, that is a common factor with other terms.
    """
    for i, factor in enumerate(factors):
        parts, rest = matrices(factor), (*factors[:i], *factors[i + 1 :])
        if len(parts) < 2:
            continue
        occurs = any(factor.has(other) for other in rest)
        for ones, along, rule, sums in (
            (parts[-1], 0, entrywise.SCALED_ROWS, parts[:-1]),
            (parts[0], 1, entrywise.SCALED_COLUMNS, parts[1:]),
        ):
            if isinstance(ones, OneMatrix) and (is_one(ones.shape[along]) or not occurs):
                yield rule, (mul(*sums), *rest)


def _multiplied_out(factors: tuple[Expr, ...]) -> Iterator[Rewrite]:
    """A sum among the factors, in a term of which a function meets its reciprocal or the like."""
    for i, factor in enumerate(factors):
        if not isinstance(factor, MatAdd):
            continue
        rest = (*factors[:i], *factors[i + 1 :])
        for term in factor.args:
            (*before, last) = matrices(term)
            parts = last.args if isinstance(last, HadamardProduct) else (last,)
            if not before and entrywise.cancels(parts, rest):
                yield entrywise.MULTIPLIED_OUT, (hadamard(*rest), *factor.args)
                return


def of_diagonal(expr: Expr, _: Facts) -> Iterator[Rewrite]:
    """The rules that apply to the diagonal of a matrix."""
    if isinstance(expr.args[0], DiagonalSums):
        yield algebra.DIAGONAL_OF_SUMS, (expr.args[0].arg,)
    factors = matrices(expr.args[0])
    for i, factor in enumerate(factors[:-1], start=1):
        if is_one(factor.shape[1]):
            yield entrywise.DIAGONAL_OF_OUTER, (mul(*factors[:i]), mul(*factors[i:]))
            return


def of_power(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a power or an inverse."""
    yield from declared.of_power(expr, facts)
    base, exponent = expr.args
    if exponent.is_Integer and exponent > 1:
        if isinstance(base, OneMatrix):
            yield recognised.POWER_OF_ONES, (base.shape[0], exponent)
        elif isinstance(base, MatAdd) and recognised.is_centring(base):
            yield recognised.CENTRING, (base, exponent)
    scalar, matrix = split_coefficient(base)
    if scalar is not S.One and exponent.is_Integer:
        yield powers.POWER_OF_MULTIPLE, (scalar, matrix, exponent)


def of_determinant(expr: Expr, _: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a determinant."""
    scalar, matrix = split_coefficient(expr.args[0])
    if scalar is not S.One:
        yield powers.DETERMINANT_OF_MULTIPLE, (scalar, matrix)


def of_transpose(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a transpose."""
    yield from declared.of_transpose(expr, facts)
    inside = expr.args[0]
    if "symmetric" in facts.get(inside, ()):
        yield algebra.SYMMETRIC, (inside,)
    elif not isinstance(inside, MatrixSymbol) and is_symmetric(inside):
        yield algebra.SYMMETRIC_FORM, (inside,)
    else:
        known = [part for part in symmetric_ones(facts) if inside.has(part)]
        if known and is_symmetric(inside, known):
            yield algebra.SYMMETRIC, (inside, *known)
    if not isinstance(inside, MatAdd):
        return
    if len(inside.args) == 2:
        first, second = inside.args
        yield from _factored(first, second, symmetric_ones(facts))
    terms, turned = set(inside.args), set(map(transpose, inside.args))
    if turned == terms:
        yield algebra.TRANSPOSE_OF_SUM, inside.args
        return
    if _transposes(turned) <= _transposes(terms):
        yield algebra.TRANSPOSE_OF_SUM, inside.args


def _factored(first: Expr, second: Expr, known: Sequence[Expr]) -> Iterator[Rewrite]:
    """A matrix that both terms end with, where the sum of what remains is its own transpose."""
    ends = matrices(first), matrices(second)
    last = shared(ends[0][::-1], ends[1][::-1])
    if not last:
        return
    factor = mul(*ends[0][-last:])
    one = identity(factor.shape[0])
    rest = [
        mul(split_coefficient(term)[0], *end[:-last], one)
        for term, end in zip((first, second), ends, strict=True)
    ]
    if is_symmetric(add(*rest), known):
        yield algebra.RIGHT_FACTOR, (factor, *rest)


def _transposes(terms: set[Expr]) -> int:
    """How many transposes are written in terms."""
    return sum(isinstance(part, Transpose) for t in terms for part in preorder_traversal(t))


def of_trace(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    """Put the factors of a trace into an order that does not depend on how it was found.

    A sum one of whose terms is a multiple by a scalar expression is taken apart first, so that
    the scalar comes out.
    """
    matrix = expr.args[0]
    factors = matrices(matrix)
    if recognised.in_entries(matrix) is not None:
        yield recognised.TRACE_OF_ENTRIES, (matrix,)
    if len(factors) == 2 and is_one(matrix.shape[0]):
        yield from _of_row_and_column(*factors)
    if len(factors) == 2 and isinstance(factors[1], HadamardProduct):
        first, parts = transpose(factors[0]), factors[1].args
        if entrywise.is_shorter(first, *parts):
            yield entrywise.FACTOR_IN_INNER_PRODUCT, (first, *parts)
            return
    turned = transpose(factors[0])
    products = turned.args if isinstance(turned, HadamardProduct) else ()
    if products and len(factors) == 2 and entrywise.is_shorter(factors[1], *products):
        yield algebra.TRACE_OF_TRANSPOSE, (matrix,)
        return
    for i, factor in enumerate(factors):
        terms = factor.args if isinstance(factor, MatAdd) else ()
        if any(not split_coefficient(term)[0].is_number for term in terms):
            before = mul(*factors[:i], identity(factor.shape[0]))
            after = mul(*factors[i + 1 :], identity(factor.shape[1]))
            yield algebra.TRACE_OF_SUM, (before, after, *factor.args)
            return
    if "written" in facts.get(matrix, ()):
        return
    if "written" in facts.get(transpose(matrix), ()):
        yield algebra.TRACE_OF_TRANSPOSE, (matrix,)
        return
    if len(factors) < 2 or sum(1 for _ in preorder_traversal(expr)) > _LONGEST_TRACE:
        return
    turned = matrices(transpose(matrix))
    best = min(map(_order_of_trace, _rotations(factors)))
    if min(map(_order_of_trace, _rotations(turned))) < best:
        yield algebra.TRACE_OF_TRANSPOSE, (matrix,)
        return
    if _order_of_trace(factors) != best:
        i = next(
            i
            for i in range(1, len(factors))
            if _order_of_trace((*factors[i:], *factors[:i])) == best
        )
        yield algebra.ROTATION, (mul(*factors[:i]), mul(*factors[i:]))


def _of_row_and_column(row: Expr, column: Expr) -> Iterator[Rewrite]:
    if isinstance(row, OneMatrix):
        yield recognised.SUM_OF_COLUMN, (column,)
    if isinstance(row, SingleEntry):
        yield recognised.ENTRY_BY_UNIT_VECTOR, (row.position[1], column)


def _rotations(factors: tuple[Expr, ...]) -> Iterator[tuple[Expr, ...]]:
    return ((*factors[i:], *factors[:i]) for i in range(len(factors)))


def _order_of_trace(factors: tuple[Expr, ...]) -> tuple[Any, ...]:
    """A 1×1 product comes first, then few transposes, then the alphabet."""
    is_scalar = is_one(factors[0].shape[0])
    turned = sum(leads_with_transpose(f.args[0] if isinstance(f, MatPow) else f) for f in factors)
    return not is_scalar, turned, tuple(map(_spelled, factors))


@lru_cache(maxsize=1024)
def _spelled(factor: Expr) -> str:
    return text(factor)
