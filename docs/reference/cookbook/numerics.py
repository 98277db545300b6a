"""Both sides of the claims about eigenvalues, singular matrices, sines and complex variables."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
from sympy import (
    I,
    ImmutableDenseMatrix,
    Integer,
    Matrix,
    MatrixSymbol,
    Poly,
    Rational,
    Symbol,
    eye,
    im,
    re,
)

from .computed import Pair

STEP = "1e-15"
"""Of the central differences, in 60-digit arithmetic: they err by about 10⁻³⁰."""


def _integers(rng: random.Random, rows: int, cols: int, size: int = 5) -> Matrix:
    return Matrix(rows, cols, lambda *_: Rational(rng.randint(-9, 9), rng.randint(1, size)))


def gaussian(rng: random.Random, rows: int, cols: int) -> Matrix:
    """Complex numbers with small whole parts, none of them zero."""
    parts = (-3, -2, -1, 1, 2, 3)
    return Matrix(rows, cols, lambda *_: rng.choice(parts) + I * rng.choice(parts))


def _mp(matrix: Matrix) -> Any:
    return mpmath.matrix([[mpmath.mpf(x.p) / x.q for x in row] for row in matrix.tolist()])


def rows_of(matrix: Any) -> list[list[Any]]:
    """The entries as lists of rows."""
    return [[matrix[i, j] for j in range(matrix.cols)] for i in range(matrix.rows)]


# --- exact slopes of polynomials ----------------------------------------------------------


def _slope(function: Callable[[Matrix], Any], at: Matrix, direction: Matrix) -> Any:
    """The derivative of a polynomial of the entries of a matrix, along a direction."""
    t = Symbol("t")
    return Poly(function(at + t * direction), t).coeff_monomial(t)


def _unit(rows: int, cols: int, i: int, j: int) -> Matrix:
    return Matrix(rows, cols, lambda a, b: Integer((a, b) == (i, j)))


def _gradient(function: Callable[[Matrix], Any], at: Matrix) -> Matrix:
    return Matrix(*at.shape, lambda i, j: _slope(function, at, _unit(*at.shape, i, j)))


def _determinant(matrix: Matrix) -> Any:
    """By the first row, so that no division is needed."""
    if matrix.rows == 0:
        return Integer(1)
    terms = [
        (-1) ** j * matrix[0, j] * _determinant(matrix.minor_submatrix(0, j))
        for j in range(matrix.cols)
    ]
    return sum(terms).expand()


def _singular(rng: random.Random, size: int, rank: int) -> Matrix:
    return _integers(rng, size, rank) * _integers(rng, rank, size)


def adjugate_at_singular(seed: int) -> Sequence[Pair]:
    """The slope of the determinant against tr(adj(X) V), X of rank n - 1 and n - 2."""
    rng = random.Random(seed)
    pairs = []
    for size, rank in ((2, 1), (3, 2), (3, 1)):
        at, along = _singular(rng, size, rank), _integers(rng, size, size)
        found = _slope(_determinant, at, along)
        pairs.append(Pair("the slope", [[found]], [[(at.adjugate() * along).trace()]]))
    return pairs


def cofactor_rows_at_singular(seed: int) -> Sequence[Pair]:
    """The gradient of the determinant times Xᵀ against det(X) I, X singular."""
    rng = random.Random(seed)
    pairs = []
    for size, rank in ((2, 1), (3, 2), (3, 1)):
        at = _singular(rng, size, rank)
        sums = _gradient(_determinant, at) * at.T
        pairs.append(Pair("the sums", rows_of(sums), rows_of(_determinant(at) * eye(size))))
    return pairs


# --- central differences ------------------------------------------------------------------


def _central(function: Callable[[Any], Any], at: Any, direction: Any) -> Any:
    step = mpmath.mpf(STEP)
    return (function(at + step * direction) - function(at - step * direction)) / (2 * step)


def _central_gradient(function: Callable[[Any], Any], at: Matrix) -> list[list[Any]]:
    rows, cols = at.shape
    return [
        [_central(function, _mp(at), _mp(_unit(rows, cols, i, j))) for j in range(cols)]
        for i in range(rows)
    ]


def _eigenvalues(matrix: Any) -> list[Any]:
    return list(mpmath.eig(matrix, left=False, right=False))


def sum_of_eigenvalues(seed: int) -> Sequence[Pair]:
    """The sum of the eigenvalues, complex ones included, differentiated by every entry."""
    at = _integers(random.Random(seed), 3, 3)
    found = _central_gradient(lambda X: mpmath.fsum(_eigenvalues(X)), at)
    return [Pair("the gradient", found, rows_of(eye(3)))]


def product_of_eigenvalues(seed: int) -> Sequence[Pair]:
    """The product of the eigenvalues against det(X) X⁻ᵀ."""
    at = _integers(random.Random(seed), 3, 3)
    found = _central_gradient(lambda X: mpmath.fprod(_eigenvalues(X)), at)
    claimed = at.det() * at.inv().T
    return [Pair("the gradient", found, rows_of(_mp(claimed)))]


def _symmetric(rng: random.Random, size: int) -> Matrix:
    half = _integers(rng, size, size)
    return half + half.T


def _eigenpair(matrix: Any, index: int, like: Any = None) -> tuple[Any, Any]:
    """An eigenvalue and its unit eigenvector, on the side on which `like` points."""
    values, vectors = mpmath.eigsy(matrix)
    vector = vectors[:, index]
    if like is not None and (vector.T * like)[0] < 0:
        vector = -vector
    return values[index], vector


def eigenvalue(seed: int) -> Sequence[Pair]:
    """Every eigenvalue of a symmetric matrix, along a symmetric direction."""
    rng = random.Random(seed)
    at, along = _mp(_symmetric(rng, 4)), _mp(_symmetric(rng, 4))
    pairs = []
    for index in range(4):
        _, vector = _eigenpair(at, index)
        found = _central(lambda A, index=index: _eigenpair(A, index)[0], at, along)
        pairs.append(Pair("the slope", [[found]], [[(vector.T * along * vector)[0]]]))
    return pairs


def _pseudo_inverse(symmetric: Any) -> Any:
    """Of a symmetric matrix, one of whose eigenvalues is zero up to rounding."""
    values, vectors = mpmath.eigsy(symmetric)
    small = min(range(len(values)), key=lambda k: abs(values[k]))
    size = symmetric.rows
    total = mpmath.zeros(size)
    for k in range(size):
        if k != small:
            total += vectors[:, k] * vectors[:, k].T / values[k]
    return total


def eigenvector(seed: int) -> Sequence[Pair]:
    """Every unit eigenvector of a symmetric matrix, along a symmetric direction."""
    rng = random.Random(seed)
    at, along = _mp(_symmetric(rng, 4)), _mp(_symmetric(rng, 4))
    pairs = []
    for index in range(4):
        value, vector = _eigenpair(at, index)
        found = _central(lambda A, i=index, v=vector: _eigenpair(A, i, v)[1], at, along)
        inverse = _pseudo_inverse(value * mpmath.eye(4) - at)
        pairs.append(Pair("the slope", rows_of(found), rows_of(inverse * along * vector)))
    return pairs


def _power_series(matrix: Any, first: int) -> Any:
    """Sine (first = 1) or cosine (first = 0) of a matrix, by its power series."""
    term = matrix if first else mpmath.eye(matrix.rows)
    total, k = term.copy(), first
    while mpmath.mnorm(term, 1) > mpmath.mpf(10) ** -58:
        term = term * matrix * matrix / (-(k + 1) * (k + 2))
        total, k = total + term, k + 2
    return total


def _trace(matrix: Any) -> Any:
    return mpmath.fsum(matrix[i, i] for i in range(matrix.rows))


def trace_of_sine(seed: int) -> Sequence[Pair]:
    """tr(sin X) differentiated by every entry, against the cosine from the exponential."""
    at = _integers(random.Random(seed), 3, 3) / 6
    found = _central_gradient(lambda X: _trace(_power_series(X, 1)), at)
    turned = mpmath.expm(1j * _mp(at))
    claimed = ((turned + mpmath.inverse(turned)) / 2).T
    return [Pair("the gradient", found, [[x.real for x in row] for row in rows_of(claimed)])]


# --- complex variables --------------------------------------------------------------------


def complex_transpose(seed: int) -> Sequence[Pair]:
    """X(t) = X₀ + tV with complex X₀ and V and real t, along V and along iV."""
    rng = random.Random(seed)
    pairs = []
    for rows, cols in ((3, 2), (2, 3)):
        at, along = gaussian(rng, rows, cols), gaussian(rng, rows, cols)
        t = Symbol("t", real=True)
        for direction in (along, (I * along).expand()):
            found = (at + t * direction).H.diff(t).expand()
            real, imaginary = direction.applyfunc(re).T, direction.applyfunc(im).T
            pairs.append(
                Pair("the slope", rows_of(found), rows_of((real - I * imaginary).expand()))
            )
    return pairs


def by_parts(function: Callable[[Matrix], Any], at: Matrix) -> tuple[Matrix, Matrix]:
    """The derivatives of a polynomial by the real and by the imaginary part of each entry."""
    t = Symbol("t", real=True)

    def slope(i: int, j: int, unit: Any) -> Any:
        moved = at + t * unit * _unit(*at.shape, i, j)
        return function(moved).expand(complex=True).diff(t).subs(t, 0).expand()

    real = Matrix(*at.shape, lambda i, j: slope(i, j, Integer(1)))
    imaginary = Matrix(*at.shape, lambda i, j: slope(i, j, I))
    return real, imaginary


CONVENTIONS: dict[str, Callable[[Matrix, Matrix], Matrix]] = {
    "by x": lambda real, imaginary: ((real - I * imaginary) / 2).expand(),
    "by the conjugate of x": lambda real, imaginary: ((real + I * imaginary) / 2).expand(),
    "the sum of both parts": lambda real, imaginary: (real + I * imaginary).expand(),
}
"""What ∂f/∂x may mean for a complex x, from the derivatives by its two parts."""


def complex_square(
    convention: str, *, modulus: bool = False, conjugate: bool = True, factor: int = -2
) -> Callable[[int], Sequence[Pair]]:
    """(a - xᴴb)², or the squared modulus, against factor · b (a - xᴴb)*."""

    def pairs(seed: int) -> Sequence[Pair]:
        rng = random.Random(seed)
        x, b = gaussian(rng, 2, 1), gaussian(rng, 2, 1)
        a = gaussian(rng, 1, 1)[0]

        def square(at: Matrix) -> Any:
            rest = a - (at.H * b)[0]
            return rest * rest.conjugate() if modulus else rest**2

        found = CONVENTIONS[convention](*by_parts(square, x))
        rest = (a - (x.H * b)[0]).expand()
        claimed = (factor * b * (rest.conjugate() if conjugate else rest)).expand()
        point = (
            (Symbol("a"), a),
            (MatrixSymbol("b", 2, 1), ImmutableDenseMatrix(b)),
            (MatrixSymbol("x", 2, 1), ImmutableDenseMatrix(x)),
        )
        return [Pair("the derivative", rows_of(found), rows_of(claimed), point)]

    return pairs


def complex_norm(seed: int) -> Sequence[Pair]:
    """tr(XXᴴ) for a complex X against 2X, the derivatives by both parts added up."""
    at = gaussian(random.Random(seed), 3, 2)
    real, imaginary = by_parts(lambda X: (X * X.H).trace(), at)
    found = (real + I * imaginary).expand()
    return [Pair("the gradient", rows_of(found), rows_of(2 * at))]
