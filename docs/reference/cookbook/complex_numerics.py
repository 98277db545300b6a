"""Both sides of the claims of chapter 4 that are no derivatives by one variable, as fractions."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from sympy import I, ImmutableDenseMatrix, Integer, Matrix, MatrixSymbol, Symbol, eye, im, re

from .computed import Pair
from .numerics import CONVENTIONS, by_parts, gaussian, rows_of

z = Symbol("z")
BY_X, BY_CONJUGATE = CONVENTIONS["by x"], CONVENTIONS["by the conjugate of x"]

GIVEN = "the left side as the known derivative of a polynomial"
BOTH_PARTS = "both sides from slopes along the real and the imaginary parts"


def _pair(what: str, found: Any, claimed: Any, point: Any = ()) -> Pair:
    left, right = (
        Matrix([[side]]) if not hasattr(side, "rows") else side for side in (found, claimed)
    )
    return Pair(what, rows_of(left.expand()), rows_of(right.expand()), point)


def _exact(what: str, found: Matrix, claimed: Matrix, point: Any = ()) -> Pair:
    """Quotients of complex fractions as complex fractions."""
    sides = (side.applyfunc(lambda e: e.expand().radsimp().expand()) for side in (found, claimed))
    return Pair(what, *map(rows_of, sides), point)


def _slopes(function: Callable[[Any], Any], at: Any) -> tuple[Any, Any]:
    """The derivatives of a function of a scalar along the real and along the imaginary axis."""
    real, imaginary = by_parts(lambda X: function(X[0, 0]), Matrix([[at]]))
    return real[0, 0], imaginary[0, 0]


def _number(rng: random.Random) -> Any:
    return gaussian(rng, 1, 1)[0, 0]


def product_of_scalars(seed: int) -> Sequence[Pair]:
    """The parts of pq, against the real 2×2 matrix of p times the parts of q."""
    rng = random.Random(seed)
    p, q = _number(rng), _number(rng)
    r = (p * q).expand()
    turned = Matrix([[re(p), -im(p)], [im(p), re(p)]])
    return [_pair("the product", Matrix([re(r), im(r)]), turned * Matrix([re(q), im(q)]))]


def analytic(way: str) -> Callable[[int], Sequence[Pair]]:
    """The derivative of a polynomial in z, against its slopes along one of the axes."""

    def pairs(seed: int) -> Sequence[Pair]:
        rng = random.Random(seed)
        at, a = _number(rng), _number(rng)
        polynomial = z**3 + a * z**2 - 2 * z
        derivative = polynomial.diff(z).subs(z, at)
        real, imaginary = _slopes(lambda x: polynomial.subs(z, x), at)
        if way == "the axes":
            return [_pair("the slope", imaginary, I * real)]
        return [_pair("the derivative", derivative, real if way == "real" else -I * imaginary)]

    return pairs


def sum_of_parts(seed: int) -> Sequence[Pair]:
    """∂f/∂Re z + i ∂f/∂Im z is twice the derivative by z*, which is zero for a polynomial."""
    rng = random.Random(seed)
    at = _number(rng)
    pairs = []
    for function in (lambda x: x**2, lambda x: x * x.conjugate() ** 2):
        real, imaginary = _slopes(function, at)
        twice = 2 * BY_CONJUGATE(Matrix([[real]]), Matrix([[imaginary]]))[0, 0]
        pairs.append(_pair("the sum", real + I * imaginary, twice))
    return pairs


def chain_rule(seed: int, second: bool = False) -> Sequence[Pair]:
    """g(u) = u² u* of u = x x* + a x, by x, against the sum over u and u*."""
    rng = random.Random(seed)
    at, a = _number(rng), _number(rng)

    def inner(x: Any) -> Any:
        return x * x.conjugate() + a * x

    def outer(x: Any) -> Any:
        return x**2 * x.conjugate()

    def derivatives(function: Any, where: Any) -> tuple[Any, Any]:
        parts = [Matrix([[slope]]) for slope in _slopes(function, where)]
        return BY_X(*parts)[0, 0], BY_CONJUGATE(*parts)[0, 0]

    value = inner(at).expand()
    whole, _ = derivatives(lambda x: outer(inner(x)), at)
    by_u, by_conjugate = derivatives(outer, value)
    if second:
        by_conjugate = derivatives(lambda x: outer(x).conjugate(), value)[0].conjugate()
    moved, _ = derivatives(inner, at)
    conjugate_moved, _ = derivatives(lambda x: inner(x).conjugate(), at)
    return [_pair("the derivative", whole, by_u * moved + by_conjugate * conjugate_moved)]


def matrix_chain_rule(seed: int) -> Sequence[Pair]:
    """g(U) = tr(U* C U) of U = A X Xᴴ, by X, against both traces for each entry."""
    rng = random.Random(seed)
    A, C, at = gaussian(rng, 2, 2), gaussian(rng, 2, 2), gaussian(rng, 2, 1)

    def inner(X: Any) -> Any:
        return A * X * X.H

    def outer(U: Any) -> Any:
        return (U.conjugate() * C * U).trace()

    value = inner(at).expand()
    parts = by_parts(outer, value)
    total = Matrix(2, 1, [0, 0])
    for a, b in product(range(2), repeat=2):
        moved = BY_X(*by_parts(lambda X, a=a, b=b: inner(X)[a, b], at))
        conjugate_moved = BY_X(*by_parts(lambda X, a=a, b=b: inner(X)[a, b].conjugate(), at))
        total += BY_X(*parts)[a, b] * moved + BY_CONJUGATE(*parts)[a, b] * conjugate_moved
    return [_pair("the derivative", BY_X(*by_parts(lambda X: outer(inner(X)), at)), total)]


def quotient(
    convention: str, *, factor: int = 2, printed: bool = False, rewritten: bool = False
) -> Callable[[int], Sequence[Pair]]:
    """(Ax)ᴴ(Ax) / (Bx)ᴴ(Bx), against the formula, as printed or with BᴴB in both denominators."""

    def pairs(seed: int) -> Sequence[Pair]:
        rng = random.Random(seed)
        A, B, x = gaussian(rng, 2, 2), gaussian(rng, 2, 2), gaussian(rng, 2, 1)

        def ratio(at: Matrix) -> Any:
            above, below = ((each * at).H * (each * at) for each in (A, B))
            return above[0].expand() / below[0].expand()

        found = CONVENTIONS[convention](*by_parts(ratio, x))
        if rewritten:
            squares = (A.H * A, B.H * B)

            def again(at: Matrix) -> Any:
                above, below = ((at.H * each * at)[0].expand() for each in squares)
                return above / below

            return [_exact("the derivative", found, CONVENTIONS[convention](*by_parts(again, x)))]
        above, below = ((x.H * each.H * each * x)[0].expand() for each in (A, B))
        first = (x.H * B * B * x)[0].expand() if printed else below
        claimed = factor * (A.H * A * x / first - above * B.H * B * x / below**2)
        letters = (("A", A), ("B", B), ("x", x))
        point = tuple(
            (MatrixSymbol(name, *value.shape), ImmutableDenseMatrix(value))
            for name, value in letters
        )
        return [_exact("the derivative", found, claimed, point)]

    return pairs


def inverse_of_sum(form: Callable[[Any, Any, Any], Any]) -> Callable[[int], Sequence[Pair]]:
    """(A + iB)⁻¹ for real A and B, against a form in E = A + tB, F = B - tA and t."""

    def pairs(seed: int) -> Sequence[Pair]:
        rng = random.Random(seed)
        while True:
            A, B = (Matrix(2, 2, lambda *_: Integer(rng.randint(-4, 4))) for _ in range(2))
            E, F, t = A + 2 * B, B - 2 * A, Integer(2)
            if 0 not in (E.det(), (A + I * B).det().expand()):
                break
        return [_exact("the inverse", (A + I * B).inv(), form(E, F, t))]

    return pairs


def middle(E: Any, F: Any) -> Any:
    """(E + F E⁻¹ F)⁻¹."""
    return (E + F * E.inv() * F).inv()


FORMS: dict[int, Callable[[Any, Any, Any], Any]] = {
    255: lambda E, F, t: (1 - I * t) * (E + I * F).inv(),
    256: lambda E, F, t: (1 - I * t) * (middle(E, F) - I * middle(E, F) * F * E.inv()),
    257: lambda E, F, t: (1 - I * t) * middle(E, F) * (eye(2) - I * F * E.inv()),
    258: lambda E, F, t: (
        middle(E, F) * ((eye(2) - t * F * E.inv()) - I * (t * eye(2) + F * E.inv()))
    ),
    259: lambda E, F, t: (
        middle(E, F) * (eye(2) - t * F * E.inv()) - I * middle(E, F) * (t * eye(2) + F * E.inv())
    ),
}
"""The forms in which the book writes the inverse of a complex sum."""


def auxiliary(which: str) -> Callable[[int], Sequence[Pair]]:
    """E + iF is (1 - it)(A + iB), which is what E and F are chosen for."""

    def pairs(seed: int) -> Sequence[Pair]:
        rng = random.Random(seed)
        A, B = (Matrix(2, 2, lambda *_: Integer(rng.randint(-4, 4))) for _ in range(2))
        t = Integer(rng.randint(2, 5))
        whole = ((1 - I * t) * (A + I * B)).expand()
        part = re if which == "E" else im
        return [_pair(which, whole.applyfunc(part), A + t * B if which == "E" else B - t * A)]

    return pairs
