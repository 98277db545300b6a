"""Where rules of algebra apply in products of matrices."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sympy import (
    BlockMatrix,
    Expr,
    HadamardProduct,
    Identity,
    Integer,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    Mul,
    OneMatrix,
    S,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.engine.simplify import declared
from derivlib.engine.simplify.facts import (
    Facts,
    Rewrite,
    exponent_of,
    is_negative,
    matrices,
    mostly_negative,
    shared,
    two,
)
from derivlib.expressions.construction import (
    hadamard,
    identity,
    is_one,
    mul,
    ones_like,
    split_coefficient,
    transpose,
)
from derivlib.expressions.guarded import scalar_power, scalar_product
from derivlib.expressions.shapes import same_size
from derivlib.nodes import BasisMatrix, Commutation, Vec
from derivlib.nodes.elementwise import elementwise
from derivlib.nodes.sum_entries import SumEntries
from derivlib.rules import algebra, powers, recognised

Factors = tuple[Expr, ...]


def in_product(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a product of matrices."""
    scalar, factors = split_coefficient(expr)[0], matrices(expr)
    if len(factors) > 1:
        yield from inner_products(factors)
    if scalar is not S.One:
        yield from _softmax(scalar, factors)
    yield from _between_diagonals(factors)
    yield from _cancelled(factors)
    yield from _multiplied_out(factors, facts)
    if scalar is not S.One:
        yield from _signs(scalar, factors)
    yield from _repetitions(factors)
    yield from _commuted(factors)
    for left, right in pairwise(factors):
        yield from of_neighbours(left, right, facts)
        yield from _around_diagonals(left, right)
        yield from _at_diagonal(left, right)


def _commuted(factors: Factors) -> Iterator[Rewrite]:
    """A commutation matrix between Kronecker products that can be multiplied without it."""
    for left, between, right in zip(factors, factors[1:], factors[2:], strict=False):
        if two(left) and isinstance(between, Commutation) and two(right):
            first, second = left.args
            if between.of_shape == (first.shape[1], second.shape[1]):
                yield algebra.COMMUTED_KRONECKER, (first, second)


def inner_products(factors: Factors) -> Iterator[Rewrite]:
    """Take a row times a column out of a longer product."""
    last = len(factors) - 1
    for i, first in enumerate(factors):
        if not is_one(first.shape[0]):
            continue
        j = next(k for k in range(i, last + 1) if k == last or is_one(factors[k].shape[1]))
        if is_one(factors[j].shape[1]) and (i, j) != (0, last):
            before = mul(*factors[:i], identity(S.One))
            after = mul(identity(S.One), *factors[j + 1 :])
            yield algebra.INNER_FACTOR, (before, mul(*factors[i : j + 1]), after)


def _softmax(scalar: Expr, factors: Factors) -> Iterator[Rewrite]:
    """Exponentials, and one over their sum."""
    for z, rest in _over_sums(scalar):
        yield from _exponentials(z, rest, factors, None)
        for i, factor in enumerate(factors):
            if isinstance(factor, MatAdd) and all(
                any(_exponentials(z, rest, matrices(term), None)) for term in factor.args
            ):
                before = mul(scalar, *factors[:i], identity(factor.shape[0]))
                after = mul(identity(factor.shape[1]), *factors[i + 1 :])
                yield algebra.MULTIPLIED_OUT, (before, after, *factor.args)


def in_scalar_product(expr: Expr, _: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a product of scalars."""
    if isinstance(expr, MatMul):  # to SymPy it is a product of scalars too
        return
    for z, rest in _over_sums(expr):
        for factor in expr.args:
            if isinstance(factor, Trace):
                others = scalar_product(rest, scalar_power(factor, S.NegativeOne))
                yield from _exponentials(z, others, matrices(factor.arg), Trace)


def _exponentials(z: Expr, scalar: Expr, factors: Factors, outer: type | None) -> Iterator[Rewrite]:
    """The first factor of a product in which exp(z) stands."""
    exponential = elementwise(exp, z)
    for i, factor in enumerate(factors):
        wrap = type(factor) if isinstance(factor, (Transpose, DiagMatrix)) else None
        column = factor if wrap is None else factor.args[0]
        parts = column.args if isinstance(column, HadamardProduct) else (column,)
        if exponential in parts:
            weights = hadamard(ones_like(column), *(p for p in parts if p != exponential))
            before = mul(*factors[:i], identity(factor.shape[0]))
            after = mul(identity(factor.shape[1]), *factors[i + 1 :])
            rule = recognised.SOFTMAX[wrap, outer]
            yield rule, (scalar, before, weights, z, after)
            return


def _over_sums(scalar: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The z of each sum of exp(z) that a scalar is divided by, and the scalar without it."""
    for power in Mul.make_args(scalar):
        base, exponent = power.as_base_exp()
        if isinstance(base, SumEntries) and exponent.is_negative:
            z = exponent_of(base.arg)
            if z is not None:
                yield z, scalar_product(scalar, base)


def _between_diagonals(factors: tuple[Expr, ...]) -> Iterator[Rewrite]:
    """What stands between the positions of a diagonal in a vec."""
    for left, inside, right in zip(factors, factors[1:], factors[2:], strict=False):
        if not isinstance(right, BasisMatrix) or left != transpose(right):
            continue
        terms = [split_coefficient(term) for term in _terms(inside)]
        if right.structure != "diagonal":
            continue
        if isinstance(inside, DiagMatrix) and isinstance(inside.args[0], Vec):
            yield recognised.DIAGONAL_BETWEEN_DIAGONALS, (inside.args[0].arg,)
        if all(
            two(M) and all(same_size(s, right.size) for f in M.args for s in f.shape)
            for _, M in terms
        ):
            yield recognised.BETWEEN_DIAGONALS, tuple((c, *M.args) for c, M in terms)


def _at_diagonal(left: Expr, right: Expr) -> Iterator[Rewrite]:
    """The columns of Kronecker products that belong to a diagonal, where no factor is I."""
    if not isinstance(right, BasisMatrix) or right.structure != "diagonal":
        return
    terms = [split_coefficient(term) for term in _terms(left)]
    factors = [factor for _, M in terms if two(M) for factor in M.args]
    fit = (same_size(f.shape[1], right.size) and not isinstance(f, Identity) for f in factors)
    if len(factors) == 2 * len(terms) and all(fit):
        yield recognised.KRONECKER_AT_DIAGONAL, tuple((c, *M.args) for c, M in terms)


def _terms(expr: Expr) -> tuple[Expr, ...]:
    return expr.args if isinstance(expr, MatAdd) else (expr,)


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


def _multiplied_out(factors: tuple[Expr, ...], facts: Facts) -> Iterator[Rewrite]:
    """A sum next to a factor that cancels with an inverse, or by what is declared, in a term."""
    for i, factor in enumerate(factors):
        if not isinstance(factor, MatAdd):
            continue
        before, after = factors[:i], factors[i + 1 :]
        if any(
            _cancels(before, matrices(term))
            or _cancels(matrices(term), after)
            or _ones_meet(before, matrices(term), after)
            or declared.cancels(before, matrices(term), facts)
            or declared.cancels(matrices(term), after, facts)
            for term in factor.args
        ):
            rows, cols = map(identity, factor.shape)
            yield algebra.MULTIPLIED_OUT, (mul(*before, rows), mul(*after, cols), *factor.args)


def _ones_meet(before: Factors, term: Factors, after: Factors) -> bool:
    """Return whether matrices of ones make a smaller one, or a row of them is on a diagonal."""
    first = bool(before) and _contract(before[-1], term[0])
    last = bool(after) and isinstance(term[-1], OneMatrix)
    if not last or first:
        return first
    row = is_one(term[-1].shape[0])
    return _contract(term[-1], after[0]) or (row and isinstance(after[0], DiagMatrix))


def _contract(left: Expr, right: Expr) -> bool:
    """Return whether two matrices of ones are a multiple of one, and no column times a row."""
    both = isinstance(left, OneMatrix) and isinstance(right, OneMatrix)
    return both and not is_one(right.shape[0])


def _cancels(left: tuple[Expr, ...], right: tuple[Expr, ...]) -> bool:
    """Tell whether an inverse stands where two products meet, and next to it what it inverts."""
    if not left or not right:
        return False
    return any(
        _begins(factors, inverted.args[0])
        for inverted, factors in ((left[-1], right), (transpose(right[0]), _turned(left)))
        if isinstance(inverted, Inverse)
    )


def _signs(scalar: Expr, factors: Factors) -> Iterator[Rewrite]:
    """A negative multiple of a sum with so many negative terms that its opposite is shorter.

    Where a target is subtracted from, as in -A (y - σ(z)), this holds beside other factors too.
    """
    if not is_negative(scalar):
        return
    for i, factor in enumerate(factors):
        if not isinstance(factor, MatAdd):
            continue
        if mostly_negative(factor) and (len(factors) == 1 or _is_error(factor)):
            rows, cols = map(identity, factor.shape)
            around = mul(*factors[:i], rows), mul(cols, *factors[i + 1 :])
            yield algebra.SIGN_OF_SUM, (scalar, *around, *factor.args)


def _is_error(expr: Expr) -> bool:
    """Return whether a sum is a value less a prediction, which is a function of entries."""
    return any(isinstance(split_coefficient(t)[1], ElementwiseApplyFunction) for t in expr.args)


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


def _around_diagonals(left: Expr, right: Expr) -> Iterator[Rewrite]:
    if isinstance(left, OneMatrix) and is_one(left.shape[0]) and isinstance(right, DiagMatrix):
        yield recognised.ONES_TIMES_DIAGONAL, (right.args[0],)


def of_neighbours(left: Expr, right: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to two factors that stand next to each other."""
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
    yield from declared.of_neighbours(left, right, facts)
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
