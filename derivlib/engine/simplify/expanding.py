"""Where products are multiplied out, so that two forms of a derivative become the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sympy import DiagonalOf, HadamardProduct, MatAdd, MatMul, OneMatrix, Trace, Transpose
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.engine.simplify.facts import Facts, Rewrite, matrices
from derivlib.engine.simplify.matrices import of_diagonal, of_trace, of_transpose
from derivlib.engine.simplify.products import inner_products, of_neighbours
from derivlib.expressions.construction import hadamard, identity, is_one, mul, split_coefficient
from derivlib.rules import algebra, entrywise


def expanding(part: Any, facts: Facts) -> Iterator[Rewrite]:
    """The rules by which a part is multiplied out."""
    match part:
        case MatMul():
            yield from _product(part, facts)
        case HadamardProduct():
            yield from _entries(part)
        case Trace():
            yield from _trace(part)
            yield from of_trace(part, facts)
        case DiagonalOf():
            yield from _diagonal(part)
            yield from of_diagonal(part, facts)
        case Transpose():
            yield from of_transpose(part, facts)


def _product(part: Any, facts: Facts) -> Iterator[Rewrite]:
    scalar, factors = split_coefficient(part)[0], matrices(part)
    for i, factor in enumerate(factors):
        if isinstance(factor, MatAdd):
            before = mul(scalar, *factors[:i], identity(factor.shape[0]))
            after = mul(identity(factor.shape[1]), *factors[i + 1 :])
            yield algebra.MULTIPLIED_OUT, (before, after, *factor.args)
    if len(factors) > 1:
        yield from inner_products(factors)
    for left, right in pairwise(factors):
        if isinstance(left, DiagonalOf) and isinstance(right, OneMatrix):
            inside = matrices(left.args[0])
            if len(inside) > 1 and not is_one(right.shape[1]):
                yield entrywise.ROW_SUMS, (mul(*inside[:-1]), inside[-1], right)
        if isinstance(left, DiagMatrix) and isinstance(right, DiagMatrix):
            yield algebra.DIAGONAL_PRODUCT, (left.args[0], right.args[0])
        yield from of_neighbours(left, right, facts)


def _entries(part: Any) -> Iterator[Rewrite]:
    if entrywise.as_one_function(part) != part:
        yield entrywise.ONE_FUNCTION, (part,)
    for i, factor in enumerate(part.args):
        if isinstance(factor, MatAdd):
            rest = hadamard(*part.args[:i], *part.args[i + 1 :])
            yield entrywise.MULTIPLIED_OUT, (rest, *factor.args)


def _diagonal(part: Any) -> Iterator[Rewrite]:
    first, *between = matrices(part.args[0])
    if between and isinstance(first, DiagMatrix):
        after = mul(*between)
        yield entrywise.DIAGONAL_OF_SCALED_ROWS, (first.args[0], after)
    if between and isinstance(between[-1], DiagMatrix):
        before = mul(first, *between[:-1])
        yield entrywise.DIAGONAL_OF_SCALED_COLUMNS, (before, between[-1].args[0])


def _trace(part: Any) -> Iterator[Rewrite]:
    factors = matrices(part.args[0])
    for i, factor in enumerate(factors):
        if isinstance(factor, MatAdd):
            before = mul(*factors[:i], identity(factor.shape[0]))
            after = mul(identity(factor.shape[1]), *factors[i + 1 :])
            yield algebra.TRACE_OF_SUM, (before, after, *factor.args)
