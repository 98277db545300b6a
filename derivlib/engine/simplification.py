"""Rewriting a derivative so that it reads well, one named rule at a time.

Every distinct subexpression is met once, parts first, so the cost is linear in what is
written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from sympy import (
    Add,
    Basic,
    BlockMatrix,
    DiagonalOf,
    Expr,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    Mul,
    OneMatrix,
    Pow,
    S,
    Trace,
    Transpose,
    ZeroMatrix,
    preorder_traversal,
)
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.display.text import text
from derivlib.expressions.construction import (
    identity,
    kronecker,
    leads_with_transpose,
    mul,
    split_coefficient,
    transpose,
)
from derivlib.expressions.shapes import same_size
from derivlib.expressions.structure import children, with_children
from derivlib.expressions.substitution import replace_part, substitute
from derivlib.rules import Rule, algebra
from derivlib.vocabulary import BasisMatrix, Commutation, DiagonalSums, Vec

__all__ = ["Facts", "Rewriting", "simplify"]

Facts = Mapping[Expr, frozenset[str]]
"""What is known of constants: "symmetric", "orthogonal"."""

Rewrite = tuple[Rule, tuple[Any, ...]]

_MOST_ROUNDS = 8
"""How often a derivative is searched from the start; twice is nearly always enough."""

_LONGEST_TRACE = 60
"""How many nodes a trace may have to be put into cyclic normal form."""

_MOST_TERMS = 16
"""How many terms a sum may have to be searched for common factors."""


class Rewriting(NamedTuple):
    """A rule of algebra, applied wherever its left side stands in a derivative.

    :param rule: the rule.
    :param arguments: what its placeholders stood for.
    :param before: the whole derivative.
    :param after: the whole derivative, rewritten.
    """

    rule: Rule
    arguments: tuple[Any, ...]
    before: Expr
    after: Expr


def simplify(expr: Expr, facts: Facts) -> list[Rewriting]:
    """Rewrite an expression until no rule applies.

    :param expr: a derivative.
    :param facts: what is known of the constants in it.
    :returns: each rewriting in order; the last ends at the simplified derivative.
    """
    done: list[Rewriting] = []
    for _ in range(_MOST_ROUNDS):
        start = expr
        for rule, arguments in _rewrites(expr, facts):
            after = replace_part(expr, rule.left(*arguments), _right(rule, arguments))
            if after != expr:  # otherwise it went together with an equal part
                done.append(Rewriting(rule, arguments, expr, after))
            expr = after
        if expr == start:
            break
    return done


def _right(rule: Rule, arguments: tuple[Any, ...]) -> Expr:
    return rule.right(lambda expr: expr, *arguments)


def _rewrites(expr: Expr, facts: Facts) -> list[Rewrite]:
    """Find the rules that apply somewhere, parts first; every distinct part is met once."""
    found: list[Rewrite] = []
    done: dict[Expr, Expr] = {}

    def simplified(part: Expr) -> Expr:
        if part not in done:
            done[part] = part  # where a rewriting leads back to it, it stays
            below = children(part)
            parts = tuple(simplified(child) for child in below)
            new = part if parts == below else with_children(part, parts)
            if new == part:
                new = rewritten(part)
            done[part] = new if new == part else simplified(new)
        return done[part]

    def rewritten(part: Expr) -> Expr:
        for kind, search in _SEARCHES:
            if isinstance(part, kind):
                for rule, arguments in search(part, facts):
                    new = replace_part(part, rule.left(*arguments), _right(rule, arguments))
                    if new != part:
                        found.append((rule, arguments))
                        return new
        return part

    simplified(expr)
    return found


# --- products ---------------------------------------------------------------------------


def _matrices(expr: Expr) -> tuple[Expr, ...]:
    """The matrix factors of a product, or the one matrix."""
    _, matrix = split_coefficient(expr)
    return matrix.args if isinstance(matrix, MatMul) else (matrix,)


def _in_product(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    yield from _inner_products(expr)
    yield from _cancelled(_matrices(expr))
    for left, right in pairwise(_matrices(expr)):
        yield from _of_neighbours(left, right, facts)


def _inner_products(expr: Expr) -> Iterator[Rewrite]:
    """Take a row times a column out of a longer product."""
    factors = _matrices(expr)
    last = len(factors) - 1
    for i, first in enumerate(factors):
        if first.shape[0] is not S.One:
            continue
        j = next(k for k in range(i, last + 1) if k == last or factors[k].shape[1] is S.One)
        if factors[j].shape[1] is S.One and (i, j) != (0, last):
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


def _of_neighbours(left: Expr, right: Expr, facts: Facts) -> Iterator[Rewrite]:
    if isinstance(left, OneMatrix) and isinstance(right, OneMatrix):
        yield algebra.ONES_TIMES_ONES, (left.shape[0], left.shape[1], right.shape[1])
    if _two(left) and _two(right) and _fit(left.args, right.args):
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
    if _two(left) and isinstance(right, Vec) and _stacks(left, right.arg):
        yield algebra.KRONECKER_VEC, (*left.args, right.arg)
    if "orthogonal" in _known(right, facts) and left == transpose(right):
        yield algebra.ORTHOGONAL, (right,)
    for inverted, neighbour, at in ((left, right, 0), (right, left, -1)):
        if isinstance(inverted, Inverse) and _all_square(inverted.args[0]):
            factors = _matrices(inverted.args[0])
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


def _two(expr: Expr) -> bool:
    return isinstance(expr, KroneckerProduct) and len(expr.args) == 2


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


def _in_hadamard(expr: Expr, _: Facts) -> Iterator[Rewrite]:
    if len(expr.args) != 2:
        return
    first, second = expr.args
    stacked = isinstance(first, Vec) and isinstance(second, Vec)
    if stacked and all(map(same_size, first.arg.shape, second.arg.shape)):
        yield algebra.DIAGONAL_VEC, (first.arg, second.arg)
    sizes_known = all(isinstance(size, Basic) for size in first.shape)  # SymPy's diag asks them
    if isinstance(second, Identity) and sizes_known:
        yield algebra.HADAMARD_IDENTITY, (first,)


def _of_diagonal(expr: Expr, _: Facts) -> Iterator[Rewrite]:
    if isinstance(expr.args[0], DiagonalSums):
        yield algebra.DIAGONAL_OF_SUMS, (expr.args[0].arg,)


# --- transposes and traces --------------------------------------------------------------


def _of_transpose(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    inside = expr.args[0]
    if "symmetric" in facts.get(inside, ()):
        yield algebra.SYMMETRIC, (inside,)
    if not isinstance(inside, MatAdd):
        return
    terms, turned = set(inside.args), set(map(transpose, inside.args))
    if turned == terms:
        yield algebra.TRANSPOSE_OF_SUM, inside.args
        return
    known = [part for part, told in facts.items() if "symmetric" in told and inside.has(part)]
    unturned = {Transpose(part): part for part in known}
    if known and {substitute(term, unturned) for term in turned} == terms:
        yield algebra.SYMMETRIC, (inside, *known)
    elif _transposes(turned) <= _transposes(terms):
        yield algebra.TRANSPOSE_OF_SUM, inside.args


def _transposes(terms: set[Expr]) -> int:
    """How many transposes are written in terms."""
    return sum(isinstance(part, Transpose) for t in terms for part in preorder_traversal(t))


def _of_trace(expr: Expr, _: Facts) -> Iterator[Rewrite]:
    """Put the factors of a trace into an order that does not depend on how it was found.

    A sum one of whose terms is a multiple by a scalar expression is taken apart first, so that
    the scalar comes out.
    """
    matrix = expr.args[0]
    factors = _matrices(matrix)
    for i, factor in enumerate(factors):
        terms = factor.args if isinstance(factor, MatAdd) else ()
        if any(not split_coefficient(term)[0].is_number for term in terms):
            before = mul(*factors[:i], identity(factor.shape[0]))
            after = mul(*factors[i + 1 :], identity(factor.shape[1]))
            yield algebra.TRACE_OF_SUM, (before, after, *factor.args)
            return
    if len(factors) < 2 or sum(1 for _ in preorder_traversal(expr)) > _LONGEST_TRACE:
        return
    turned = _matrices(transpose(matrix))
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


def _rotations(factors: tuple[Expr, ...]) -> Iterator[tuple[Expr, ...]]:
    return ((*factors[i:], *factors[:i]) for i in range(len(factors)))


def _order_of_trace(factors: tuple[Expr, ...]) -> tuple[Any, ...]:
    """A 1×1 product comes first, then few transposes, then the alphabet."""
    is_scalar = factors[0].shape[0] is S.One
    turned = sum(leads_with_transpose(f.args[0] if isinstance(f, MatPow) else f) for f in factors)
    return not is_scalar, turned, tuple(text(factor) for factor in factors)


# --- sums -------------------------------------------------------------------------------


def _in_sum(expr: Expr, _: Facts) -> Iterator[Rewrite]:
    terms = expr.args
    if len(terms) > _MOST_TERMS:
        return
    multiple = _common_multiple([split_coefficient(term)[0] for term in terms])
    if multiple is not S.One:
        yield algebra.MULTIPLE, (multiple, *(mul(1 / multiple, term) for term in terms))
        return
    best: tuple[int, Rewrite] | None = None
    for i, j in combinations(range(len(terms)), 2):
        rest = tuple(term for k, term in enumerate(terms) if k not in (i, j))
        for length, (rule, arguments) in _common_factors(terms[i], terms[j]):
            if best is None or length > best[0]:
                best = length, (rule, (*arguments, *rest))
    if best is not None:
        yield best[1]
    yield from _commuted(terms)


def _in_scalar_sum(expr: Expr, _: Facts) -> Iterator[Rewrite]:
    """The factors that all terms share."""
    if expr.is_Matrix:  # SymPy's sum of matrices is a sum too
        return
    factors = [Mul.make_args(term) for term in expr.args]
    shared = [f for f in factors[0] if not f.is_number and all(f in rest for rest in factors)]
    if shared:
        common = Mul(*shared)
        yield algebra.SCALAR_FACTOR, (common, *(term / common for term in expr.args))


def _common_multiple(coefficients: list[Expr]) -> Expr:
    """The scalar that all coefficients are multiples of; a number only if they share it."""
    numbers, scalars = zip(*(c.as_coeff_Mul() for c in coefficients), strict=True)
    number = abs(numbers[0]) if len({abs(n) for n in numbers}) == 1 else S.One
    if all(n.is_negative for n in numbers):
        number = -number
    first, *others = [scalar.as_powers_dict() for scalar in scalars]
    shared = (
        Pow(base, _common_exponent([power, *(powers.get(base, S.Zero) for powers in others)]))
        for base, power in first.items()
    )
    return Mul(number, *shared)


def _common_exponent(exponents: list[Expr]) -> Expr:
    """The exponent nearest to zero, if all are equal or are numbers of one sign."""
    if len(set(exponents)) == 1:
        return exponents[0]
    for nearest, has_sign in ((min, "is_positive"), (max, "is_negative")):
        if all(e.is_number and getattr(e, has_sign) for e in exponents):
            return nearest(exponents)
    return S.Zero


def _common_factors(first: Expr, second: Expr) -> Iterator[tuple[int, Rewrite]]:
    """The longest product that two terms end with, or begin with."""
    (c, _), (k, _) = split_coefficient(first), split_coefficient(second)
    a, b = _matrices(first), _matrices(second)
    last = _shared(a[::-1], b[::-1])
    if last and _worth(a[:-last], b[:-last]):
        one = identity(a[-last].shape[0])
        remainders = mul(c, *a[:-last], one), mul(k, *b[:-last], one)
        yield last, (algebra.RIGHT_FACTOR, (mul(*a[-last:]), *remainders))
    head = _shared(a, b)
    if head and _worth(a[head:], b[head:]):
        one = identity(a[head - 1].shape[1])
        remainders = mul(c, one, *a[head:]), mul(k, one, *b[head:])
        yield head, (algebra.LEFT_FACTOR, (mul(*a[:head]), *remainders))
    if len(a) == len(b) == 1 and _two(a[0]) and _two(b[0]):
        (a1, a2), (b1, b2) = a[0].args, b[0].args
        if a2 == b2:
            yield 1, (algebra.RIGHT_KRONECKER_FACTOR, (a2, mul(c, a1), mul(k, b1)))
        if a1 == b1:
            yield 1, (algebra.LEFT_KRONECKER_FACTOR, (a1, mul(c, a2), mul(k, b2)))


def _shared(a: tuple[Expr, ...], b: tuple[Expr, ...]) -> int:
    """How many factors two products begin with alike."""
    count = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        count += 1
    return count


def _worth(a: tuple[Expr, ...], b: tuple[Expr, ...]) -> bool:
    """Tell whether the sum of what remains reads well: I + A does only for a commutation."""
    if a and b:
        return True
    return any(len(rest) == 1 and isinstance(rest[0], Commutation) for rest in (a, b))


def _commuted(terms: tuple[Expr, ...]) -> Iterator[Rewrite]:
    """Move a commutation matrix to the left where that makes a factor common."""
    tails = {_matrices(term)[-1] for term in terms}
    for term in terms:
        factors = _matrices(term)
        if len(factors) < 2 or not isinstance(factors[-1], Commutation) or not _two(factors[-2]):
            continue
        first, second = factors[-2].args
        fits = factors[-1].of_shape == (first.shape[1], second.shape[1])
        if fits and kronecker(second, first) in tails:
            yield algebra.COMMUTED_KRONECKER, (first, second)


_SEARCHES: tuple[tuple[type, Callable[[Any, Facts], Iterator[Rewrite]]], ...] = (
    (MatMul, _in_product),
    (MatAdd, _in_sum),
    (Add, _in_scalar_sum),
    (HadamardProduct, _in_hadamard),
    (DiagonalOf, _of_diagonal),
    (Transpose, _of_transpose),
    (Trace, _of_trace),
)
"""Where rules of algebra are looked for, by the operation at the top."""
