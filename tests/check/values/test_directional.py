"""Dual numbers along every direction at once give what scalar calculus gives, entry by entry."""

from __future__ import annotations

import random

import pytest
from sympy import (
    Determinant,
    Function,
    HadamardProduct,
    Inverse,
    MatrixSymbol,
    Symbol,
    Trace,
    exp,
    log,
    sqrt,
    symbols,
    tanh,
)

from derivlib import sum_entries
from derivlib.check.claims.comparison import as_grid
from derivlib.check.claims.judgement import Directional, WrittenOut
from derivlib.check.points.domain import domain_of
from derivlib.check.scalars.dual import Change, Dual
from derivlib.check.scalars.fields import Exact, HighPrecision
from derivlib.check.scalars.numbers import at_points
from derivlib.check.values.entry_derivatives import differentiate_entries

n, m, p = symbols("n m p", integer=True, positive=True)
SIZES = {n: 3, m: 2, p: 4}
X, W, A = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p), MatrixSymbol("A", n, n)
U, x = MatrixSymbol("U", n, n), MatrixSymbol("x", n, 1)
t = Symbol("t")
lam, sigma = Function("lambda"), Function("sigma")

SCALARS = {
    "quadratic form": (x.T * A * x, x, None),
    "product of two quadratic forms": (Trace(X.T * A * X) * Trace(X * X.T), X, None),
    "quotient": (Trace(X.T * A * X) / (1 + Trace(X.T * X)), X, None),
    "layer": (lam((X * W).applyfunc(sigma)), X, None),
    "elementwise": (sum_entries((X * W).applyfunc(tanh)), X, None),
    "root": (sqrt(1 + Trace(X.T * X)), X, None),
    "exponential": (exp(Trace(A * U) / 9), U, None),
    "inverse": (Trace(A * Inverse(U)), U, None),
    "log-determinant": (log(Determinant(U) ** 2), U, None),
    "by a scalar": (Trace(HadamardProduct(t * A, A + t**2 * A)), t, None),
    "symmetric": (Trace(U * A * U), U, "symmetric"),
    "symmetric inverse": (Trace(A * Inverse(U)), U, "symmetric"),
    "Toeplitz": (Trace(U * A * U * U), U, "toeplitz"),
    "upper triangular": (Determinant(U) * Trace(A * U), U, "upper triangular"),
}


def both(expr, wrt, structure, order):
    """The derivative found in both ways at one point."""
    used = {size: SIZES[size] for size in SIZES if size in expr.free_symbols | sizes_in(expr, wrt)}
    domain = domain_of(used, (expr, wrt), structures={wrt: structure} if structure else None)
    derivatives = differentiate_entries(expr, wrt, used, domain=domain, order=order)
    written = WrittenOut(derivatives, used, {})
    along = Directional(expr, wrt, used, {}, order)

    def values(point):
        return as_grid(written.at(point)), as_grid(along.at(point)), point.arithmetic

    (found,) = at_points(HighPrecision(), 5, 1, values, domain=domain)
    return found


def sizes_in(*expressions):
    shapes = [side for e in expressions for s in e.atoms(MatrixSymbol) for side in s.shape]
    return set().union(*(side.free_symbols for side in shapes))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", SCALARS)
def test_gradients_and_hessians_are_those_of_scalar_calculus(name, order):
    expr, wrt, structure = SCALARS[name]
    one, other, arithmetic = both(expr, wrt, structure, order)
    assert one.shape == other.shape
    assert all(map(arithmetic.equal, one.entries, other.entries))
    assert any(entry != 0 for entry in one.entries)


def test_a_hessian_is_exact_where_the_numbers_are():
    """Halves of whole numbers: no entry may become a floating-point number."""

    def values(point):
        return Directional(Trace(X.T * A * X), X, {n: 3, m: 2}, {}, 2).at(point)

    (found,) = at_points(Exact(), 0, 1, values)
    assert found == found.transpose()
    assert not any(isinstance(entry, float) for entry in found.entries)


# --- changes along every direction ------------------------------------------------------


def drawn(rng):
    """A quadratic change in three coefficients."""
    places = [(), (0,), (1,), (2,), (0, 1), (2, 2), (1, 2)]
    return Change({each: rng.randint(-9, 9) for each in rng.sample(places, 4)})


def value(change, coefficients):
    """The number a change is where the coefficients have values."""
    total = 0
    for places, number in change.terms.items():
        for place in places:
            number *= coefficients[place]
        total += number
    return total


@pytest.mark.parametrize("seed", range(20))
def test_changes_calculate_as_the_numbers_they_stand_for(seed):
    rng = random.Random(seed)
    one, other, number = drawn(rng), drawn(rng), rng.randint(-9, 9)
    at = [rng.randint(-9, 9) for _ in range(3)]
    left, right = value(one, at), value(other, at)
    assert value(one + other, at) == left + right
    assert value(one - other, at) == left - right
    assert value(one * other, at) == left * right
    assert value(number * one - number, at) == number * left - number
    assert value(number - one, at) == number - left
    assert one + other == other + one
    assert one * other == other * one


def test_a_change_is_told_from_another_and_a_vanishing_one_is_zero():
    change = Change({(0,): 2, (1,): 0})
    assert change == Change({(0,): 2})
    assert change != Change({(1,): 2})
    assert change != 2
    assert change - change == 0


def test_dual_numbers_take_changes_in_both_of_their_parts():
    """(a + bε)(c + dε), where b and d are changes, and the product with a change itself."""
    b, d = Change({(0,): 3}), Change({(1,): 5})
    product = Dual(2, b) * Dual(7, d)
    assert product.real == 14
    assert product.part == Change({(0,): 21, (1,): 10})
    scaled = b * Dual(2, d)
    assert scaled == Dual(2, d) * b
    assert (scaled.real, scaled.part) == (Change({(0,): 6}), Change({(0, 1): 15}))
    assert (b + Dual(2, d)).part == d
