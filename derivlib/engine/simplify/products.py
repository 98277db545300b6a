"""Where rules of algebra apply in products of matrices."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sympy import (
    BlockMatrix,
    Expr,
    Identity,
    Integer,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    OneMatrix,
    S,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.engine.simplify.facts import Facts, Rewrite, matrices, shared, two
from derivlib.expressions.construction import identity, is_one, mul, split_coefficient, transpose
from derivlib.expressions.shapes import same_size
from derivlib.nodes import BasisMatrix, Commutation, Vec
from derivlib.rules import algebra, powers


def in_product(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a product of matrices."""
    yield from _inner_products(expr)
    yield from _cancelled(matrices(expr))
    yield from _multiplied_out(matrices(expr))
    yield from _signs(expr)
    yield from _repetitions(matrices(expr))
    for left, right in pairwise(matrices(expr)):
        yield from _of_neighbours(left, right, facts)


def _inner_products(expr: Expr) -> Iterator[Rewrite]:
    """Take a row times a column out of a longer product."""
    factors = matrices(expr)
    last = len(factors) - 1
    for i, first in enumerate(factors):
        if not is_one(first.shape[0]):
            continue
        j = next(k for k in range(i, last + 1) if k == last or is_one(factors[k].shape[1]))
        if is_one(factors[j].shape[1]) and (i, j) != (0, last):
            before = mul(*factors[:i], identity(S.One))
            after = mul(identity(S.One), *factors[j + 1 :])
            yield algebra.INNER_FACTOR, (before, mul(*factors[i : j + 1]), after)


def _cancelled(factors: tuple[Expr, ...]) -> Iterator[Rewrite]:
    """An inverted product next to the same product."""
    for i, factor in enumerate(factors):
        if not isinstance(factor, Inverse) or not isinstance(factor.args[0], MatMul):
            continue
        inside = factor.args[0].args
        if factors[i + 1 : i + 1 + len(inside)] == inside:
            yield algebra.INVERSE_BEFORE, inside
        if i >= len(inside) and factors[i - len(inside) : i] == inside:
            yield algebra.INVERSE_AFTER, inside


def _multiplied_out(factors: tuple[Expr, ...]) -> Iterator[Rewrite]:
    """A sum next to a factor that cancels with an inverse in one of its terms."""
    for i, factor in enumerate(factors):
        if not isinstance(factor, MatAdd):
            continue
        before, after = factors[:i], factors[i + 1 :]
        if any(
            _cancels(before, matrices(term)) or _cancels(matrices(term), after)
            for term in factor.args
        ):
            rows, cols = map(identity, factor.shape)
            yield algebra.MULTIPLIED_OUT, (mul(*before, rows), mul(*after, cols), *factor.args)


def _cancels(left: tuple[Expr, ...], right: tuple[Expr, ...]) -> bool:
    """Tell whether an inverse stands where two products meet, and next to it what it inverts."""
    if not left or not right:
        return False
    return any(
        _begins(factors, inverted.args[0])
        for inverted, factors in ((left[-1], right), (transpose(right[0]), _turned(left)))
        if isinstance(inverted, Inverse)
    )


def _signs(expr: Expr) -> Iterator[Rewrite]:
    """A negative multiple of a sum with so many negative terms that its opposite is shorter."""
    scalar, matrix = split_coefficient(expr)
    if not isinstance(matrix, MatAdd) or not _is_negative(scalar):
        return
    negative = sum(_is_negative(split_coefficient(term)[0]) for term in matrix.args)
    if 2 * negative >= len(matrix.args):
        yield algebra.SIGN_OF_SUM, (scalar, *matrix.args)


def _is_negative(scalar: Expr) -> bool:
    return bool(scalar.as_coeff_Mul()[0].is_negative)


def _repetitions(factors: tuple[Expr, ...]) -> Iterator[Rewrite]:
    """The same run of factors twice, from the right; and a power that its first factors follow."""
    for length in range(2, len(factors)):
        for i in reversed(range(len(factors) - length + 1)):
            run = factors[i : i + length]
            if not same_size(run[0].shape[0], run[-1].shape[1]):
                continue
            again = run == factors[i + length : i + 2 * length]
            before = _exponent(factors[i - 1], run) if i else 0
            after = 1 if again else _exponent(factors[min(i + length, len(factors) - 1)], run)
            if before or after:
                yield powers.REPEATED_PRODUCT, (Integer(before), Integer(after), *run)
    for i, factor in enumerate(factors):
        inside = _raised(factor)
        first = shared(factors[i + 1 :], inside)
        if 0 < first < len(inside):
            rest = mul(*inside[first:])
            yield powers.SHIFTED_PRODUCT, (factor.args[1], mul(*inside[:first]), rest)


def _raised(factor: Expr) -> tuple[Expr, ...]:
    """The factors of which a factor is a power with a number as exponent, 2 or more."""
    if isinstance(factor, MatPow) and not isinstance(factor, Inverse):
        base, exponent = factor.args
        if isinstance(base, MatMul) and exponent.is_Integer and exponent > 1:
            return matrices(base)
    return ()


def _exponent(factor: Expr, run: tuple[Expr, ...]) -> int:
    """The exponent of a power of a product of these factors; 0 for anything else."""
    return int(factor.args[1]) if _raised(factor) == run else 0


def _turned(factors: tuple[Expr, ...]) -> tuple[Expr, ...]:
    return tuple(transpose(factor) for factor in reversed(factors))


def _begins(factors: tuple[Expr, ...], inverted: Expr) -> bool:
    """Tell whether factors begin with a matrix, or with a square factor that it begins with."""
    inside = matrices(inverted)
    return factors[: len(inside)] == inside or (_all_square(inverted) and factors[0] == inside[0])


def _of_neighbours(left: Expr, right: Expr, facts: Facts) -> Iterator[Rewrite]:
    if isinstance(left, OneMatrix) and isinstance(right, OneMatrix):
        yield algebra.ONES_TIMES_ONES, (left.shape[0], left.shape[1], right.shape[1])
    if two(left) and two(right) and _fit(left.args, right.args):
        yield algebra.MIXED_PRODUCT, (*left.args, *right.args)
    if isinstance(left, BlockMatrix) and isinstance(right, BlockMatrix) and _picks(left, right):
        yield algebra.BLOCK_PRODUCT, (left, right)
    stands_once = isinstance(right, BasisMatrix) and right.structure in algebra.STANDING_ONCE
    if stands_once and left == transpose(right):
        yield algebra.ORTHONORMAL_BASIS, (right,)
    if isinstance(left, DiagMatrix) and isinstance(right, DiagMatrix):
        yield algebra.DIAGONAL_PRODUCT, (left.args[0], right.args[0])
    if isinstance(left, Commutation):
        if isinstance(right, Commutation) and left.of_shape == right.of_shape[::-1]:
            yield algebra.COMMUTED_TWICE, left.of_shape
        if isinstance(right, Vec) and left.of_shape == tuple(right.arg.shape):
            yield algebra.COMMUTED_VEC, (right.arg,)
    if two(left) and isinstance(right, Vec) and _stacks(left, right.arg):
        yield algebra.KRONECKER_VEC, (*left.args, right.arg)
    if "orthogonal" in _known(right, facts) and left == transpose(right):
        yield algebra.ORTHOGONAL, (right,)
    for inverted, neighbour, at in ((left, right, 0), (right, left, -1)):
        if isinstance(inverted, Inverse) and _all_square(inverted.args[0]):
            factors = matrices(inverted.args[0])
            if len(factors) > 1 and neighbour == factors[at]:
                yield algebra.INVERSE_OF_PRODUCT, factors


def _picks(left: BlockMatrix, right: BlockMatrix) -> bool:
    """Tell whether one of two block matrices picks blocks of the other, one by one."""
    widths, heights = left.colblocksizes, right.rowblocksizes
    if len(widths) != len(heights) or not all(map(same_size, widths, heights)):
        return False
    return any(
        all(isinstance(block, (Identity, ZeroMatrix)) for block in factor.blocks)
        for factor in (left, right)
    )


def _known(expr: Expr, facts: Facts) -> frozenset[str]:
    return facts.get(expr.args[0] if isinstance(expr, Transpose) else expr, frozenset())


def _fit(left: tuple[Expr, ...], right: tuple[Expr, ...]) -> bool:
    """Tell whether the factors of two Kronecker products can be multiplied one by one."""
    return all(same_size(a.shape[1], b.shape[0]) for a, b in zip(left, right, strict=True))


def _stacks(product: Expr, matrix: Expr) -> bool:
    """Tell whether (A ⊗ B) vec(M) is vec(B M Aᵀ)."""
    first, second = product.args
    rows, cols = matrix.shape
    return same_size(first.shape[1], cols) and same_size(second.shape[1], rows)


def _all_square(expr: Expr) -> bool:
    """Tell whether a matrix is a product of square factors, without a coefficient."""
    return isinstance(expr, MatMul) and all(
        factor.is_Matrix and same_size(*factor.shape) for factor in expr.args
    )
