"""adj(A) and the derivatives of a determinant where a matrix is singular, against SymPy's own."""

import numpy as np
import pytest
from sympy import Determinant, Function, Identity, Matrix, MatrixSymbol, Trace, hessian, symbols

import derivlib
from derivlib import adjugate, derive, explicit
from derivlib.check.arrays.evaluator import Evaluator
from derivlib.check.arrays.jets import constant
from derivlib.nodes.adjugate import AdjugateJacobian

n, p = symbols("n p", integer=True, positive=True)
X = MatrixSymbol("X", n, n)
SINGULAR = {
    "rank 2 of 3": [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    "rank 1 of 3": [[1, 2, 3], [2, 4, 6], [-1, -2, -3]],
    "rank 0 of 2": [[0, 0], [0, 0]],
    "rank 3 of 4": [[1, 0, 2, 1], [0, 3, 1, 1], [1, 3, 3, 2], [2, 1, 0, 5]],
    "regular": [[2, 1, 0], [0, 1, 3], [1, 0, 1]],
    "one entry": [[0]],
}


def entries_of(size):
    return Matrix(size, size, lambda i, j: symbols(f"x{i}{j}"))


@pytest.fixture(params=SINGULAR)
def value(request):
    return Matrix(SINGULAR[request.param])


def at(expr, value):
    """An expression of the entries at a matrix."""
    return expr.subs(dict(zip(entries_of(value.rows), value, strict=True)))


def test_entries_are_cofactors(value):
    assert explicit(adjugate(X).subs(n, value.rows).subs(X.subs(n, value.rows), value)).equals(
        value.adjugate()
    )


def test_gradient_of_the_determinant(value):
    letters = entries_of(value.rows)
    by_hand = at(letters.applyfunc(lambda letter: letters.det().diff(letter)), value)
    gradient = derive(Determinant(X), X)
    assert np.allclose(gradient.to_function()(np.array(value, float)), np.array(by_hand, float))
    assert not any(condition.property != "constant" for condition in gradient.assumptions)


def test_hessian_of_the_determinant(value):
    letters = entries_of(value.rows)
    by_hand = at(hessian(letters.det(), list(letters.T)), value)
    second = derivlib.hessian(Determinant(X), X).to_function()
    assert np.allclose(second(np.array(value, float)), np.array(by_hand, float), atol=1e-9)


def test_arrays_have_it_where_a_matrix_is_singular(value):
    like = (1, 1)
    on = Evaluator({n: value.rows}, {X: constant(np.array(value, float), like)}, like)
    found = on.value(adjugate(X))[0, 0]
    assert np.allclose(np.asarray(found, float), np.array(value.adjugate(), float))
    slope = on.value(AdjugateJacobian(X))[0, 0]
    letters = entries_of(value.rows)
    by_hand = at(letters.adjugate().vec().jacobian(letters.vec()), value)
    assert np.allclose(np.asarray(slope, float), np.array(by_hand, float))


def test_a_product_that_is_always_singular():
    B, C = MatrixSymbol("B", p, n), MatrixSymbol("C", n, p)
    d = derive(Determinant(B * X * C), X)
    assert d.verify({n: 2, p: 3}).method == "exact"


def test_of_an_explicit_matrix_of_one_entry():
    """A 1×1 product of explicit matrices is a scalar: their sizes are Python's."""
    v, N = Matrix([2, -1, 3]), MatrixSymbol("N", n, 3)
    square = v.T * N.T * N * v
    found = derive(Determinant(Identity(1) + square), N)
    assert found.result == derive(Trace(square), N).result
    assert not found.result.has(adjugate(X).func)


def test_a_partial_derivative_with_respect_to_an_entry_is_replayed():
    lam = Function("lambda")
    second = derivlib.hessian(lam(X, X[0, 0]), X)
    assert second.replay() == second.result
    assert second.verify({n: 2}).entries == 16
