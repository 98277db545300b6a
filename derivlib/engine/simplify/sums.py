"""Where rules of algebra apply in sums."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import gcd

from sympy import Expr, HadamardProduct, Integer, MatAdd, Mul, S
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.engine.simplify.facts import (
    Facts,
    Rewrite,
    is_negative,
    matrices,
    mostly_negative,
    shared,
    symmetric_ones,
    two,
)
from derivlib.expressions.construction import (
    add,
    hadamard,
    identity,
    is_one,
    kronecker,
    mul,
    split_coefficient,
    transpose,
)
from derivlib.expressions.guarded import scalar_power, scalar_product
from derivlib.expressions.shapes import same_size
from derivlib.nodes import Commutation
from derivlib.rules import algebra, recognised
from derivlib.rules.symmetry import is_symmetric

_MOST_TERMS = 16
"""How many terms a sum may have to be searched for common factors."""


def in_sum(expr: Expr, facts: Facts) -> Iterator[Rewrite]:
    """The rules that apply to a sum of matrices."""
    terms = expr.args
    if len(terms) > _MOST_TERMS:
        return
    if all(recognised.in_entries(term) is not None for term in terms):
        yield recognised.WRITTEN_OUT, (expr,)
    yield from _signs(terms)
    mirrored = Mirrored(terms, facts)
    yield from mirrored.multiplied_out()
    multiple = _common_multiple([split_coefficient(term)[0] for term in terms])
    if multiple is not S.One:
        share = scalar_power(multiple, S.NegativeOne)
        yield algebra.MULTIPLE, (multiple, *(mul(share, term) for term in terms))
        # where SymPy writes a product of powers otherwise, this changes nothing: look further
    best: tuple[int, Rewrite] | None = None
    for i, j in combinations(range(len(terms)), 2):
        if mirrored.is_one_of_two(terms[i]) or mirrored.is_one_of_two(terms[j]):
            continue
        rest = tuple(term for k, term in enumerate(terms) if k not in (i, j))
        for length, (rule, arguments) in _common_factors(terms[i], terms[j], alone=len(terms) == 2):
            if best is None or length > best[0]:
                best = length, (rule, (*arguments, *rest))
    if best is not None:
        yield best[1]
    yield from _commuted(terms)
    yield from _diagonals(terms)


class Mirrored:
    """Outer products a bᵀ + b aᵀ in a sum: one of them goes into no bracket without the other.

    :param terms: the terms of the sum.
    :param facts: what is known of constants: with S symmetric, S x xᵀ mirrors x xᵀ S.
    """

    def __init__(self, terms: tuple[Expr, ...], facts: Facts) -> None:
        self._outer = [term for term in terms if _is_outer(matrices(term))]
        self._known = symmetric_ones(facts)

    def is_one_of_two(self, term: Expr) -> bool:
        """Return whether a term is an outer product whose transpose is another term."""
        return any(
            term is not other and is_symmetric(add(term, other), self._known)
            for other in (self._outer if term in self._outer else ())
        )

    def multiplied_out(self) -> Iterator[Rewrite]:
        """A bracket, a term of which times the rest mirrors another term: (a + b) cᵀ + c aᵀ."""
        for term in self._outer:
            scalar, factors = split_coefficient(term)[0], matrices(term)
            for i, bracket in enumerate(factors):
                if not isinstance(bracket, MatAdd):
                    continue
                rows, cols = map(identity, bracket.shape)
                before, after = mul(scalar, *factors[:i], rows), mul(cols, *factors[i + 1 :])
                products = (mul(before, part, after) for part in bracket.args)
                others = [other for other in self._outer if other is not term]
                if any(
                    is_symmetric(add(each, other), self._known)
                    for each in products
                    for other in others
                ):
                    yield algebra.MULTIPLIED_OUT, (before, after, *bracket.args)


def _is_outer(factors: tuple[Expr, ...]) -> bool:
    """Return whether a product is square, and of a column and a row."""
    columns = any(is_one(factor.shape[1]) for factor in factors[:-1])
    return columns and same_size(factors[0].shape[0], factors[-1].shape[1])


def _signs(terms: tuple[Expr, ...]) -> Iterator[Rewrite]:
    """A term that is subtracted, where the opposite of a sum in it is as short to add.

    A residual stays as it is beside its transpose, as in I - r rᵀ.
    """
    for term in terms:
        scalar, _ = split_coefficient(term)
        factors = matrices(term)
        sums = [i for i, factor in enumerate(factors) if isinstance(factor, MatAdd)]
        if len(sums) == 1 < len(terms) and is_negative(scalar):
            (i,) = sums
            rows, cols = map(identity, factors[i].shape)
            if mostly_negative(factors[i]) and transpose(factors[i]) not in factors:
                around = mul(*factors[:i], rows), mul(cols, *factors[i + 1 :])
                yield algebra.SIGN_OF_SUM, (scalar, *around, *factors[i].args)


def _diagonals(terms: tuple[Expr, ...]) -> Iterator[Rewrite]:
    """Diagonal matrices, of which the sum is one."""
    pairs = {term: split_coefficient(term) for term in terms}
    diagonal = [term for term in terms if isinstance(pairs[term][1], DiagMatrix)]
    if len(diagonal) > 1:
        vectors = tuple((pairs[term][0], pairs[term][1].args[0]) for term in diagonal)
        rest = (term for term in terms if term not in diagonal)
        yield algebra.SUM_OF_DIAGONALS, (vectors, *rest)


def in_scalar_sum(expr: Expr, _: Facts) -> Iterator[Rewrite]:
    """The factors that all terms share."""
    if expr.is_Matrix:  # SymPy's sum of matrices is a sum too
        return
    factors = [Mul.make_args(term) for term in expr.args]
    shared = [f for f in factors[0] if not f.is_number and all(f in rest for rest in factors)]
    if shared:
        common = scalar_product(*shared)
        share = scalar_power(common, S.NegativeOne)
        yield algebra.SCALAR_FACTOR, (common, *(mul(share, term) for term in expr.args))


def _common_multiple(coefficients: list[Expr]) -> Expr:
    """The scalar that all coefficients are multiples of.

    Of numbers it is a divisor only where there are many: 4 A - 2 Diag(A) reads well.
    """
    if len(set(coefficients)) == 1 and not coefficients[0].is_number:
        return coefficients[0]
    numbers, scalars = zip(*(c.as_coeff_Mul() for c in coefficients), strict=True)
    if len(numbers) > 2 and all(n.is_Integer for n in numbers):
        number = Integer(gcd(*map(int, numbers)))
    else:
        number = abs(numbers[0]) if len({abs(n) for n in numbers}) == 1 else S.One
    if all(n.is_negative for n in numbers):
        number = -number
    first, *others = [scalar.as_powers_dict() for scalar in scalars]
    exponents = {
        base: _common_exponent([power, *(powers.get(base, S.Zero) for powers in others)])
        for base, power in first.items()
    }
    return scalar_product(number, *(scalar_power(*factor) for factor in exponents.items()))


def _common_exponent(exponents: list[Expr]) -> Expr:
    """The exponent nearest to zero, if all are equal or are numbers of one sign."""
    if len(set(exponents)) == 1:
        return exponents[0]
    for nearest, has_sign in ((min, "is_positive"), (max, "is_negative")):
        if all(e.is_number and getattr(e, has_sign) for e in exponents):
            return nearest(exponents)
    return S.Zero


def _common_factors(first: Expr, second: Expr, *, alone: bool) -> Iterator[tuple[int, Rewrite]]:
    """The longest product that two terms end with, or begin with."""
    (c, _), (k, _) = split_coefficient(first), split_coefficient(second)
    a, b = matrices(first), matrices(second)
    last = shared(a[::-1], b[::-1])
    if last and _worth(a[:-last], b[:-last], alone=alone):
        one = identity(a[-last].shape[0])
        remainders = mul(c, *a[:-last], one), mul(k, *b[:-last], one)
        yield last, (algebra.RIGHT_FACTOR, (mul(*a[-last:]), *remainders))
    head = shared(a, b)
    if head and _worth(a[head:], b[head:], alone=alone):
        one = identity(a[head - 1].shape[1])
        remainders = mul(c, one, *a[head:]), mul(k, one, *b[head:])
        yield head, (algebra.LEFT_FACTOR, (mul(*a[:head]), *remainders))
    if len(a) == len(b) == 1:
        among, others = _hadamard_factors(a[0]), _hadamard_factors(b[0])
        common = [factor for factor in among if factor in others]
        left, right = ([f for f in every if f not in common] for every in (among, others))
        if common and left and right:
            remainders = mul(c, hadamard(*left)), mul(k, hadamard(*right))
            yield len(common), (algebra.HADAMARD_FACTOR, (hadamard(*common), *remainders))
    if len(a) == len(b) == 1 and two(a[0]) and two(b[0]):
        (a1, a2), (b1, b2) = a[0].args, b[0].args
        if a2 == b2:
            yield 1, (algebra.RIGHT_KRONECKER_FACTOR, (a2, mul(c, a1), mul(k, b1)))
        if a1 == b1:
            yield 1, (algebra.LEFT_KRONECKER_FACTOR, (a1, mul(c, a2), mul(k, b2)))


def _hadamard_factors(matrix: Expr) -> tuple[Expr, ...]:
    return matrix.args if isinstance(matrix, HadamardProduct) else ()


def _worth(a: tuple[Expr, ...], b: tuple[Expr, ...], *, alone: bool) -> bool:
    """Return whether the sum of what remains reads well: I + A does where A is symmetric.

    :param alone: whether the two are all terms.
    """
    if a and b:
        return True
    rest = a or b
    if len(rest) == 1:
        return isinstance(rest[0], Commutation)
    square = same_size(rest[0].shape[0], rest[-1].shape[1])
    return alone and square and is_symmetric(mul(*rest))


def _commuted(terms: tuple[Expr, ...]) -> Iterator[Rewrite]:
    """Move a commutation matrix to the left where that makes a factor common."""
    tails = {matrices(term)[-1] for term in terms}
    for term in terms:
        factors = matrices(term)
        if len(factors) < 2 or not isinstance(factors[-1], Commutation) or not two(factors[-2]):
            continue
        first, second = factors[-2].args
        fits = factors[-1].of_shape == (first.shape[1], second.shape[1])
        if fits and kronecker(second, first) in tails:
            yield algebra.COMMUTED_KRONECKER, (first, second)
