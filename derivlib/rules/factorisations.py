"""Differentials of inverses and factors: Moore–Penrose, eigenvalues, polar, Cholesky."""

from __future__ import annotations

from sympy import Expr, Lambda, S, Symbol, sin

from derivlib.expressions.construction import (
    add,
    hadamard,
    hadamard_power,
    identity,
    inverse,
    kronecker,
    mul,
    ones,
    transpose,
)
from derivlib.nodes import Eigvalsh, Eigvecs, LambdaMax, LambdaMin, Pinv, Projector
from derivlib.nodes.builders import diagonal, diagonal_matrix, inner, tril, unvec, vec
from derivlib.nodes.cholesky import Cholesky
from derivlib.nodes.divided_differences import DividedDifferences
from derivlib.nodes.eigen_functions import EigenFunction, EigenSum
from derivlib.nodes.eigvalsh import EigvecMax, EigvecMin, ResolventMax, ResolventMin
from derivlib.nodes.elementwise import elementwise
from derivlib.nodes.pinv import pinv_of, projector_of
from derivlib.nodes.singular_values import NuclearNorm, Polar, SpectralNorm, polar_of
from derivlib.rules.conditions import each
from derivlib.rules.declare import differential
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import Differentiate, Source
from derivlib.rules.sources import cookbook, higham
from derivlib.rules.symmetry import is_symmetric

U, S_ = matrix("U", n, m), matrix("S", n, n)

CONSTANT_RANK = each("of the same rank nearby")
GOLUB_PEREYRA = Source("Golub & Pereyra", 1973, "section 4")


def _without(projection: Expr) -> Expr:
    """What a projector leaves out, I - P."""
    return add(identity(projection.shape[0]), mul(S.NegativeOne, projection))


@differential(Pinv, "Moore–Penrose inverse", (U,), source=GOLUB_PEREYRA, conditions=CONSTANT_RANK)
def _pinv(d: Differentiate, base: Expr) -> Expr:
    inverted, moving = pinv_of(base), d(base)
    turned, turned_moving = transpose(inverted), transpose(moving)
    return add(
        mul(S.NegativeOne, inverted, moving, inverted),
        mul(inverted, turned, turned_moving, _without(mul(base, inverted))),
        mul(_without(mul(inverted, base)), turned_moving, turned, inverted),
    )


@differential(Projector, "projector", (U,), source=GOLUB_PEREYRA, conditions=CONSTANT_RANK)
def _projector(d: Differentiate, base: Expr) -> Expr:
    turning = mul(_without(projector_of(base)), d(base), pinv_of(base))
    return add(turning, transpose(turning))


# --- eigenvalues of symmetric matrices ------------------------------------------------------

SYMMETRIC = ((S_,), (add(S_, transpose(S_)),))
"""A matrix whose symmetric part is taken, and one that is symmetric wherever it moves."""

DISTINCT = each("with distinct eigenvalues")


def _symmetric_part(d: Differentiate, base: Expr) -> Expr:
    """That of a differential, which is the whole where a matrix is seen to be symmetric."""
    moving = d(base)
    return moving if is_symmetric(base) else mul(S.Half, add(moving, transpose(moving)))


_z = Symbol("z")
OF_FUNCTION = tuple((base, Lambda(_z, sin(2 * _z))) for (base,) in SYMMETRIC)
FRECHET = higham("chapter 3, the Fréchet derivative")


def _slope(function: Lambda) -> Lambda:
    (variable,) = function.variables
    return Lambda(variable, function.expr.diff(variable))


@differential(Eigvalsh, "eigenvalues", *SYMMETRIC, source=cookbook(67), conditions=DISTINCT)
def _eigenvalues(d: Differentiate, base: Expr) -> Expr:
    vectors = Eigvecs(base)
    return diagonal(mul(transpose(vectors), d(base), vectors))


@differential(Eigvecs, "eigenvectors", *SYMMETRIC, source=cookbook(68), conditions=DISTINCT)
def _eigenvectors(d: Differentiate, base: Expr) -> Expr:
    """V (F ∘ (VᵀdS V)) with F = 1/(λⱼ - λᵢ), and zero on the diagonal."""
    vectors, values, size = Eigvecs(base), Eigvalsh(base), base.shape[0]
    row, unit = ones(S.One, size), identity(size)
    gaps = add(transpose(mul(values, row)), mul(S.NegativeOne, values, row), unit)
    turned = mul(transpose(vectors), _symmetric_part(d, base), vectors)
    return mul(
        vectors,
        hadamard(add(hadamard_power(gaps, S.NegativeOne), mul(S.NegativeOne, unit)), turned),
    )


@differential(EigenSum, "sum over eigenvalues", *OF_FUNCTION, source=FRECHET)
def _sum_over_eigenvalues(d: Differentiate, base: Expr, function: Lambda) -> Expr:
    return inner(EigenFunction(base, _slope(function)), d(base))


@differential(EigenFunction, "function of eigenvalues", *OF_FUNCTION, source=FRECHET)
def _function_of_eigenvalues(d: Differentiate, base: Expr, function: Lambda) -> Expr:
    """V (F ∘ (VᵀdS V)) Vᵀ with F = (f(λⱼ) - f(λᵢ))/(λⱼ - λᵢ), and f'(λᵢ) where both are equal.

    It is the same for all orthonormal eigenvectors, of which there are others where they are.
    """
    vectors, values = Eigvecs(base), Eigvalsh(base)
    quotients = DividedDifferences(
        values, elementwise(function, values), elementwise(_slope(function), values)
    )
    turned = mul(transpose(vectors), _symmetric_part(d, base), vectors)
    return mul(vectors, hadamard(quotients, turned), transpose(vectors))


def _extreme(eigenvalue: type, eigenvector: type, resolvent: type, what: str) -> None:
    """Declare the rules for the largest or the smallest eigenvalue, and its eigenvector."""
    simple = each(f"with a simple {what} eigenvalue")

    @differential(
        eigenvalue, f"{what} eigenvalue", *SYMMETRIC, source=cookbook(67), conditions=simple
    )
    def of_value(d: Differentiate, base: Expr) -> Expr:
        vector = eigenvector(base)
        return inner(mul(vector, transpose(vector)), d(base))

    @differential(
        eigenvector,
        f"eigenvector of the {what} eigenvalue",
        *SYMMETRIC,
        source=cookbook(68),
        conditions=simple,
    )
    def of_vector(d: Differentiate, base: Expr) -> Expr:
        return mul(resolvent(base), _symmetric_part(d, base), eigenvector(base))

    @differential(
        resolvent,
        f"Moore–Penrose inverse at the {what} eigenvalue",
        *SYMMETRIC,
        source=GOLUB_PEREYRA,
        conditions=simple,
    )
    def of_resolvent(d: Differentiate, base: Expr) -> Expr:
        """The differential of A⁺ for A = λI - S, where I - A A⁺ = v vᵀ."""
        vector, inverted, moving = eigenvector(base), resolvent(base), _symmetric_part(d, base)
        projection = mul(vector, transpose(vector))
        value = mul(inner(projection, d(base)), identity(base.shape[0]))
        turned = mul(inverted, inverted, moving, projection)
        return add(
            mul(inverted, add(moving, mul(S.NegativeOne, value)), inverted),
            mul(S.NegativeOne, add(turned, transpose(turned))),
        )


_extreme(LambdaMax, EigvecMax, ResolventMax, "largest")
_extreme(LambdaMin, EigvecMin, ResolventMin, "smallest")


# --- singular values ------------------------------------------------------------------------

WATSON = Source("Watson", 1992, "the norms of singular values")
POLAR = higham("chapter 8, the polar decomposition")
FULL_RANK = each("of full rank")


@differential(
    SpectralNorm,
    "spectral norm",
    (U,),
    source=WATSON,
    conditions=each("with a simple largest singular value"),
)
def _spectral_norm(d: Differentiate, base: Expr) -> Expr:
    """U vᵀ = X v vᵀ/‖X‖ for the eigenvector v of XᵀX."""
    vector = EigvecMax(mul(transpose(base), base))
    gradient = mul(base, vector, transpose(vector))
    return mul(SpectralNorm(base) ** -1, inner(gradient, d(base)))


@differential(NuclearNorm, "nuclear norm", (U,), source=WATSON, conditions=FULL_RANK)
def _nuclear_norm(d: Differentiate, base: Expr) -> Expr:
    return inner(polar_of(base), d(base))


@differential(Polar, "orthogonal polar factor", (U,), source=POLAR, conditions=FULL_RANK)
def _polar(d: Differentiate, base: Expr) -> Expr:
    """As P XᵀP = X, the differential dP solves (X Pᵀ) dP + dP (PᵀX) = dX - P dXᵀP."""
    factor, moving = polar_of(base), d(base)
    rows, cols = base.shape
    sides = add(
        kronecker(identity(cols), mul(base, transpose(factor))),
        kronecker(mul(transpose(factor), base), identity(rows)),
    )
    right = add(moving, mul(S.NegativeOne, factor, transpose(moving), factor))
    return unvec(mul(inverse(sides), vec(right)), base.shape)


# --- Cholesky factors -----------------------------------------------------------------------


@differential(
    Cholesky,
    "Cholesky factor",
    *((add(mul(square, transpose(square)), identity(n)),) for square in (S_, tril(S_))),
    source=Source("Murray", 2016, "section 3"),
    conditions=each("positive definite"),
    reading=(S_,),
)
def _cholesky(d: Differentiate, base: Expr) -> Expr:
    """L Φ(L⁻¹ dS L⁻ᵀ), where Φ is the lower triangle with half the diagonal."""
    factor, inverted = Cholesky(base), inverse(Cholesky(base))
    turned = mul(inverted, _symmetric_part(d, base), transpose(inverted))
    halved = mul(-S.Half, diagonal_matrix(diagonal(turned)))
    return mul(factor, add(tril(turned), halved))
