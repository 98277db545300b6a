"""Products, powers and inner products: their differentials, and how a factor leaves them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import Expr, MatAdd, MatMul

from derivlib.expressions.construction import (
    add,
    hadamard,
    hadamard_power,
    identity,
    inverse,
    is_one,
    is_zero,
    kronecker,
    mul,
    ones_like,
    power,
    transpose,
)
from derivlib.expressions.guarded import scalar_power
from derivlib.nodes import DifferentialNode, Inner, numel
from derivlib.nodes.builders import commutation, diagonal_matrix, frobenius, unvec, vec
from derivlib.nodes.elementwise import elementwise
from derivlib.rules.conditions import each, of_matrix_power, of_power
from derivlib.rules.declare import differential, moving, scalars
from derivlib.rules.placeholders import a, e, m, matrix, n, p, q, u, v
from derivlib.rules.rule import Arguments, Differentiate
from derivlib.rules.sources import (
    CHAIN_RULE,
    COMMUTATION_ALGEBRA,
    HADAMARD_ALGEBRA,
    TRACE_ALGEBRA,
    VEC_ALGEBRA,
    cookbook,
)

U, V, T, W = matrix("U", n, m), matrix("V", m, p), matrix("T", p, q), matrix("V", n, m)
A, E, B = matrix("A", n, m), matrix("E", n, m), matrix("B", n, m)
Q = matrix("U", n, n)


def _leibniz(
    of: type, name: str, times: Callable[..., Expr], *instances: Arguments, **more: Any
) -> None:
    """A sum over the factors, each in turn replaced by its differential."""

    @differential(of, name, *instances, **more)
    def right(d: Differentiate, *factors: Expr) -> Expr:
        return add(*(times(*factors[:i], d(f), *factors[i + 1 :]) for i, f in enumerate(factors)))


_leibniz(sp.MatMul, "product", mul, (U, V), (U, V, T), (u, U), (u, U, V), source=cookbook(37))
_leibniz(sp.Mul, "scalar product", mul, (u, v), source=cookbook(37), arguments=scalars)
_leibniz(
    sp.HadamardProduct,
    "Hadamard product",
    hadamard,
    (U, W),
    (U, W, matrix("T", n, m)),
    source=cookbook(38),
)
_leibniz(
    sp.KroneckerProduct, "Kronecker product", kronecker, (U, matrix("V", p, q)), source=cookbook(39)
)


@differential(
    sp.HadamardPower,
    "Hadamard power",
    (U, sp.Integer(3)),
    (U, sp.Integer(-1)),
    source=CHAIN_RULE,
    conditions=of_power,
    arguments=lambda expr: (
        expr.args if expr.args[0].is_Matrix and not expr.args[1].is_Matrix else None
    ),
)
def _hadamard_power(d: Differentiate, base: Expr, exponent: Expr) -> Expr:
    reduced = hadamard_power(base, exponent - 1)
    by_base = mul(exponent, hadamard(reduced, d(base)))
    if is_zero(moving := d(exponent)):
        return by_base
    by_exponent = hadamard(elementwise(sp.log, base), hadamard_power(base, exponent))
    return add(by_base, mul(moving, by_exponent))


def _of_matrix_power(d: Differentiate, base: Expr, exponent: Expr) -> Expr:
    if exponent.is_negative:
        outer = power(base, exponent)
        return mul(sp.Integer(-1), outer, _of_matrix_power(d, base, -exponent), outer)
    differential = d(base)
    return add(
        *(
            mul(power(base, sp.Integer(i)), differential, power(base, exponent - 1 - i))
            for i in range(int(exponent))
        )
    )


differential(
    sp.MatPow,
    "matrix power",
    *((Q, sp.Integer(exponent)) for exponent in (3, 2, -2)),
    source=cookbook(90),
    conditions=of_matrix_power,
    arguments=lambda expr: expr.args if expr.args[1].is_Integer else None,
)(_of_matrix_power)


@differential(
    sp.Inverse,
    "inverse",
    (Q,),
    source=cookbook(40),
    conditions=each("invertible"),
    arguments=lambda expr: expr.args[:1],
)
def _inverse(d: Differentiate, base: Expr) -> Expr:
    return mul(sp.Integer(-1), inverse(base), d(base), inverse(base))


@differential(
    sp.Pow,
    "scalar power",
    (u, sp.Integer(3)),
    (u, sp.Integer(-2)),
    source=CHAIN_RULE,
    conditions=of_power,
    arguments=scalars,
)
def _scalar_power(d: Differentiate, base: Expr, exponent: Expr) -> Expr:
    by_base = mul(exponent, scalar_power(base, exponent - 1), d(base))
    if is_zero(moving := d(exponent)):
        return by_base
    return add(by_base, mul(sp.log(base), scalar_power(base, exponent), moving))


# --- how a moving factor E leaves a product -----------------------------------------------


def moves(expr: Expr) -> bool:
    """Return whether a differential occurs."""
    return isinstance(expr, DifferentialNode) or any(map(moves, expr.args))


def _split(expr: Expr) -> tuple[Arguments, Expr, Arguments]:
    """The factors before the one that moves, that one, and the factors after it."""
    factors = expr.args
    i = next(i for i, factor in enumerate(factors) if moves(factor))
    return factors[:i], factors[i], factors[i + 1 :]


def _around_matrix(expr: Expr) -> Arguments:
    before, moving, after = _split(expr)
    rows, cols = map(identity, moving.shape)
    return mul(*before, rows), moving, mul(*after, cols)


def _scalar_and_matrix(expr: Expr) -> Arguments | None:
    return expr.args if len(expr.args) == 2 and not expr.args[0].is_Matrix else None


def _moving_scalar_and_rest(expr: Expr) -> Arguments | None:
    if expr.args[0].is_Matrix:  # scalars come first
        return None
    before, moving, after = _split(expr)
    return None if moving.is_Matrix else (moving, mul(*before, *after))


# Of these three the last is tried first, and the first takes what is left.
moving(
    sp.MatMul,
    mul,
    (A, matrix("E", m, p), matrix("B", p, q)),
    at=1,
    adjoint=lambda G, A, E, B: mul(transpose(A), G, transpose(B)),
    matrix=lambda A, E, B: kronecker(transpose(B), A),
    trace=("cyclic property of the trace", TRACE_ALGEBRA),
    vec=("vec of a product", VEC_ALGEBRA),
    arguments=_around_matrix,
)

moving(
    sp.MatMul,
    mul,
    (a, E),
    at=1,
    adjoint=lambda G, a, E: mul(a, G),
    matrix=lambda a, E: mul(a, identity(numel(E))),
    trace=("scalar factor", TRACE_ALGEBRA),
    vec=("scalar factor of a stacked term", VEC_ALGEBRA),
    arguments=_scalar_and_matrix,
    minor=True,
)

moving(
    sp.MatMul,
    mul,
    (e, A),
    at=0,
    adjoint=lambda G, e, A: frobenius(G, A),
    matrix=lambda e, A: vec(A),
    trace=("moving scalar", TRACE_ALGEBRA),
    vec=("vec of a moving multiple", VEC_ALGEBRA),
    arguments=_moving_scalar_and_rest,
    minor=True,
)


def _scalar_factors(expr: Expr) -> Arguments:
    before, moving, after = _split(expr)
    return mul(*before, *after), moving


moving(
    sp.Mul,
    mul,
    (a, e),
    at=1,
    adjoint=lambda g, a, e: mul(g, a),
    trace=("scalar coefficient", TRACE_ALGEBRA),
    arguments=_scalar_factors,
    minor=True,
)


def _around_entries(expr: Expr) -> Arguments:
    before, moving, after = _split(expr)
    ones = ones_like(moving)
    return hadamard(ones, *before), moving, hadamard(ones, *after)


moving(
    sp.HadamardProduct,
    hadamard,
    (A, E, B),
    at=1,
    adjoint=lambda G, A, E, B: hadamard(G, A, B),
    matrix=lambda A, E, B: diagonal_matrix(vec(hadamard(A, B))),
    trace=("Hadamard product in the trace", HADAMARD_ALGEBRA),
    vec=("vec of a Hadamard product", HADAMARD_ALGEBRA),
    arguments=_around_entries,
)

_, INNER_AS_ROW = moving(
    Inner,
    Inner,
    (A, E),
    (a, e),
    at=1,
    adjoint=lambda g, A, E: mul(g, A),
    matrix=lambda A, E: transpose(vec(A)) if A.is_Matrix else A,
    trace=("scalar times inner product", TRACE_ALGEBRA),
    vec=("inner product as a row times vec", VEC_ALGEBRA),
    arguments=lambda expr: expr.args[::-1] if moves(expr.args[0]) else expr.args,
    minor=True,
)


def _swap(first: Expr, second: Expr) -> Expr:
    """The I ⊗ K ⊗ I of vec(A ⊗ B) = (I ⊗ K ⊗ I) (vec A ⊗ vec B)."""
    (rows, cols), (inner_rows, inner_cols) = first.shape, second.shape
    return kronecker(identity(cols), commutation(inner_cols, rows), identity(inner_rows))


def outer_products(matrix: Expr) -> list[tuple[Expr, Expr]] | None:
    """The columns u and v of a sum of products u vᵀ, if a matrix is written as one."""
    pairs = []
    for term in matrix.args if isinstance(matrix, MatAdd) else (matrix,):
        factors = term.args if isinstance(term, MatMul) else (term,)
        cut = next((i for i, f in enumerate(factors, 1) if f.is_Matrix and is_one(f.shape[1])), 0)
        if not 0 < cut < len(factors):
            return None
        pairs.append((mul(*factors[:cut]), transpose(mul(*factors[cut:]))))
    return pairs


def _between(u: Expr, v: Expr, at: int, first: Expr, second: Expr) -> Expr:
    """The derivative of uᵀ (A ⊗ B) v = tr(Uᵀ B V Aᵀ) with respect to A or B."""
    (rows, cols), (inner_rows, inner_cols) = first.shape, second.shape
    U, V = unvec(u, (inner_rows, rows)), unvec(v, (inner_cols, cols))
    if at == 0:
        return mul(transpose(U), second, V)
    return mul(U, first, transpose(V))


def _kronecker_moving(on_the: str, at: int, instance: Arguments) -> None:
    """The rules for a Kronecker product of which one factor moves."""

    def stacked(*factors: Expr) -> Expr:
        """The S of vec A ⊗ vec B = S vec(E)."""
        parts = [vec(factor) for factor in factors]
        parts[at] = identity(numel(factors[at]))
        return kronecker(*parts)

    def adjoint(left: Expr, *factors: Expr) -> Expr:
        outer = outer_products(left)
        if outer is not None:
            return add(*(_between(u, v, at, *factors) for u, v in outer))
        swap = transpose(_swap(*factors))
        return unvec(mul(transpose(stacked(*factors)), swap, vec(left)), factors[at].shape)

    def arguments(expr: Expr) -> Arguments | None:
        first, *rest = expr.args
        return (first, kronecker(*rest)) if moves(first) is (at == 0) else None

    moving(
        sp.KroneckerProduct,
        kronecker,
        instance,
        at=at,
        adjoint=adjoint,
        matrix=lambda *factors: mul(_swap(*factors), stacked(*factors)),
        trace=(f"Kronecker product in the trace, moving on the {on_the}", COMMUTATION_ALGEBRA),
        vec=(f"vec of a Kronecker product, moving on the {on_the}", COMMUTATION_ALGEBRA),
        arguments=arguments,
    )


_kronecker_moving("left", 0, (E, matrix("B", p, q)))
_kronecker_moving("right", 1, (matrix("A", p, q), E))
