"""scalar(A) and dot(x, y): what SymPy refuses to add, to divide by and to take functions of."""

import numpy as np
import pytest
from sympy import Matrix, MatrixSymbol, exp, symbols

from derivlib import InputError, ShapeError, derive, dot, hessian, latex, norm, scalar

n, m = symbols("n m", integer=True, positive=True)
x, y, w = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), MatrixSymbol("w", m, 1)
A, X, t = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m), symbols("t")
SIZES = {n: 3, m: 2}


@pytest.mark.parametrize(
    ("expr", "wrt", "gradient", "second"),
    [
        (scalar(x.T * A * x) + 1, x, "(A + Aᵀ)*x", "A + Aᵀ"),
        (1 / scalar(x.T * x), x, "-2*x/(xᵀ*x)**2", "1/(xᵀ*x)**2*(8*x*xᵀ/(xᵀ*x) - 2*I)"),
        (exp(-dot(x, y)), x, "-exp(-(xᵀ*y))*y", "exp(-(xᵀ*y))*y*yᵀ"),
        (t * dot(X * w, y.T), w, "t*Xᵀ*y", "0[m×m]"),
        ((x.T * A * x)[0, 0] + t * norm(x) ** 2, x, "(A + Aᵀ)*x + 2*t*x", "A + Aᵀ + 2*t*I"),
    ],
)
def test_derivatives_are_as_short_as_of_matrices(expr, wrt, gradient, second):
    for derivation, shown in ((derive(expr, wrt), gradient), (hessian(expr, wrt), second)):
        assert str(derivation).partition(" = ")[2] == shown
        assert derivation.verify(SIZES)
        assert derivation.replay()


def test_they_are_written_as_the_matrix_is():
    assert latex(scalar(x.T * A * x)) == r"x^{\mathsf{T}} A x"
    assert latex(dot(x, y.T)) == latex(dot(x.T, y)) == r"x^{\mathsf{T}} y"
    assert dot(x, y) == scalar(x.T * y)


def test_numbers_are_scalars():
    assert scalar(Matrix([[3]])) == 3 == scalar(3)
    assert dot(Matrix([1, 2, 3]), Matrix([[1, 0, 2]])) == 7


def test_code():
    values = {"x": np.array([0.5, -1.0, 2.0]), "A": np.arange(9.0).reshape(3, 3)}
    quotient = scalar(x.T * A * x) / dot(x, x)
    gradient = derive(quotient, x).to_function()(**values)

    def value(at):
        return at @ values["A"] @ at / (at @ at)

    step = 1e-6 * np.eye(3)
    slopes = [(value(values["x"] + h) - value(values["x"] - h)) / 2e-6 for h in step]
    assert np.allclose(gradient, slopes, atol=1e-8)


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: scalar(A), ShapeError, "scalar takes a 1×1 matrix, but A is n×n"),
        (lambda: scalar(x.T * y * x), ShapeError, "but .* is n×1"),
        (lambda: scalar("x"), InputError, "scalar takes a SymPy expression"),
        (lambda: dot(x, w), ShapeError, "one size, but x is n×1 and w is m×1"),
        (lambda: dot(x, X), ShapeError, "dot takes a vector, but X is n×m"),
        (lambda: dot(x, t), InputError, "dot takes a matrix, not the scalar t"),
    ],
)
def test_what_is_refused(make, error, said):
    with pytest.raises(error, match=said):
        make()
