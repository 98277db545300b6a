"""What code is written: no needless matrix, no product twice, no overflow, and why it fails."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sympy import (
    DiagMatrix,
    DiagonalOf,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    Lambda,
    Matrix,
    MatrixSymbol,
    OneMatrix,
    Q,
    Symbol,
    Trace,
    cos,
    exp,
    log,
    sin,
    sqrt,
    symbols,
    tanh,
)
from sympy.matrices.expressions.matexpr import MatrixElement
from test_compiled import BACKENDS, assert_calculates

from derivlib import InputError, SizesError, derive, hessian, logdet, norm, softmax, sum_entries

n, m, p, k = symbols("n m p k", integer=True, positive=True)
A, B, X, W = (MatrixSymbol(name, *size) for name, size in (
    ("A", (n, n)), ("B", (n, n)), ("X", (n, m)), ("W", (m, p))))  # fmt: skip
x, y, a, b = (MatrixSymbol(name, n, 1) for name in "xyab")
Omega, U, V, T = (MatrixSymbol(name, *size) for name, size in (
    ("Omega", (n, m)), ("U", (n, k)), ("V", (m, k)), ("T", (n, m))))  # fmt: skip
w, gamma = MatrixSymbol("w", m, 1), MatrixSymbol("gamma", m, 1)
t, z = Symbol("t"), Symbol("z")
theta = Symbol("theta", positive=True)

covariance = theta * A + B
centred = (Identity(n) - OneMatrix(n, n) / n) * X
weighted = sum_entries(HadamardProduct(Omega, T - U * V.T, T - U * V.T))
exponentials = X.applyfunc(exp)
in_rows = Inverse(DiagMatrix(exponentials * OneMatrix(m, 1))) * exponentials
in_columns = exponentials * Inverse(DiagMatrix(exponentials.T * OneMatrix(n, 1)))

WRITTEN = {
    "a common factor": (
        derive(Trace(softmax(x).T * y), x), "return u * (y - u @ y)"),
    "divided once": (
        derive(Trace(x.T * y) / norm(x), x), "return (y - (x @ y) / a**2 * x) / a"),
    "a sign that is taken off": (
        derive(Trace(x.T * y) - Trace(x.T * A * x), x), "return y - (A @ x + A.T @ x)"),
    "a mirrored product once": (
        derive(-(logdet(covariance) + Trace(y.T * Inverse(covariance) * y)) / 2, theta,
               assuming=Q.symmetric(A) & Q.symmetric(B)),
        "return 0.5 * (u @ (A @ u) - (M_inverse * A).sum())"),
    "a trace of a square": (
        hessian(-logdet(theta * A + B), theta), "return (P * P.T).sum()"),
    "a Gram matrix is not formed": (
        derive(Trace(X * W * W.T * X.T), W), "return 2 * (X.T @ (X @ W))"),
    "centring": (derive(sum_entries(HadamardPower(centred, 2)), X), "X.sum(0) / n"),
    "the diagonal of a product": (
        derive(sum_entries(DiagonalOf(A * B).applyfunc(sin)), A), "(A * B.T).sum(1)"),
    "columns are divided": (
        derive(sum_entries((Inverse(DiagMatrix(x)) * X).applyfunc(sin)), X), "X / x[:, None]"),
    "outer products apart": (
        derive(norm(A * x) ** 2 - norm(A * y) ** 2, A), "np.outer(A @ x, x) - np.outer(A @ y, y)"),
    "the Jacobian of softmax": (
        derive(X.T * softmax(A * x), x), "return (u * X.T - np.outer(X.T @ u, u)) @ A"),
    "a power of three": (derive(sum_entries(HadamardPower(X, 4)), X), "return 4 * (X * X**2)"),
    "blocks of a Hessian": (
        hessian(sum_entries((X * W).applyfunc(tanh)), W), "return -blocks(Q, p)"),
    "blocks that are spread": (hessian(weighted, U), "P = (V.T * Omega[:, None, :]) @ V"),
    "blocks behind a commutation": (hessian(weighted, V), "P = (U.T * Omega.T[:, None, :]) @ U"),
    "the formula that is verified": (
        derive(-y.T * softmax(x).applyfunc(log), x), "return y.sum() * z - y"),
    "softmax in each row": (
        derive(norm(in_rows) ** 2, X), "return 2 * ((S - (S**2).sum(1)[:, None]) * S)"),
    "softmax in each column": (
        derive(norm(in_columns) ** 2, X), "return 2 * ((S - (S**2).sum(0)) * S)"),
    "softmax as it is defined": (
        derive(Trace(y.T * x.applyfunc(exp)) / sum_entries(x.applyfunc(exp)), x),
        "return (y - u @ y) * u"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_code_is_short_and_cheap(name):
    d, wanted = WRITTEN[name]
    code = d.to_code()
    assert wanted in code, code
    body = code[code.rindex('"""') :]
    assert not re.search(r"np\.(ones|eye|diag|kron|full)\(|add_diagonal", body), code


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", WRITTEN)
def test_short_code_calculates_the_derivative(name, backend):
    assert_calculates(WRITTEN[name][0], backend)


SCALED = {
    "the exponentials are a result": derive(sum_entries(exponentials), X),
    "their scale does not cancel": derive(
        sum_entries(x.applyfunc(exp))
        + Trace(y.T * x.applyfunc(exp)) / sum_entries(x.applyfunc(exp)),
        x,
    ),
    "rows are divided by the sums of columns": derive(
        norm(exponentials) ** 2 / sum_entries(exponentials), X
    ),
}


@pytest.mark.parametrize("name", list(SCALED)[:2])
def test_exponentials_whose_scale_matters_are_kept(name):
    assert "scaled_exp" not in SCALED[name].to_code()


@pytest.mark.parametrize("name", SCALED)
def test_exponentials_are_right_either_way(name):
    assert_calculates(SCALED[name], "numpy")


@pytest.mark.parametrize("backend", BACKENDS)
def test_softmax_in_each_row_does_not_overflow(backend):
    gradient = derive(Trace(in_rows.T * T), X).to_function(backend)
    far = np.array([[800.0, 0.0], [-900.0, -800.0], [1.0, 2.0]])
    weights = np.exp(far - far.max(1, keepdims=True))
    weights /= weights.sum(1, keepdims=True)
    slopes = np.arange(6.0).reshape(3, 2)
    wanted = weights * (slopes - (weights * slopes).sum(1, keepdims=True))
    with np.errstate(over="raise", invalid="raise"):
        found = gradient(X=far, T=slopes)
    np.testing.assert_allclose(np.asarray(found), wanted, atol=1e-14)


def test_the_logistic_function_is_exact_far_below_zero():
    """1 / (1 + exp(-z)) by the hyperbolic tangent is zero from −40 on."""
    slope = derive(sum_entries(x.applyfunc(Lambda(z, log(1 + exp(z))))), x).to_function()
    with np.errstate(over="raise"):
        np.testing.assert_allclose(
            slope([-60.0, -700.0, -1e4]), np.exp([-60.0, -700.0, -1e4]), atol=1e-307
        )


ALIKE = {
    "sums of the same": derive(Trace(A * x * x.T) + Trace(A.T * x * x.T), x),
    "equal rows": derive(sum_entries((X * DiagMatrix(gamma) + 2 * OneMatrix(n, 1) * w.T)
                                     .applyfunc(cos)), gamma),
    "the inverse of a root": derive(sum_entries((X * W).applyfunc(Lambda(z, 1 / sqrt(z)))), W),
    "a sum of outer products": derive((x * y.T + y * x.T + Identity(n)) * A * x, x),
    "two sums of outer products": derive(
        Trace((x * y.T + Identity(n)) * A * (DiagMatrix(y) + a * b.T)), x
    ),
    "diagonals that are scaled": derive(
        sum_entries(DiagonalOf(DiagMatrix(x) * A * X * X.T * DiagMatrix(y)).applyfunc(sin)), X
    ),
    "a Kronecker product with a number": derive(
        KroneckerProduct(softmax(t * MatrixSymbol("c", 1, 1)), Matrix([t**3, 2, t**2])), t
    ),
    "a Hessian by two sums": hessian(sum_entries((X * W).applyfunc(cos))
                                     + 2 * sum_entries((X * W).applyfunc(sin)), X),
}  # fmt: skip


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ALIKE)
def test_gathered_terms_are_right(name, backend):
    assert_calculates(ALIKE[name], backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_blocks_of_a_single_row_or_column(backend):
    """PyTorch's own Kronecker product takes no slices of one row for contiguous."""
    function = derive(A * X, X).to_function(backend)
    for rows, cols in ((1, 3), (3, 1), (1, 1)):
        first, second = np.full((rows, rows), 2.0), np.ones((rows, cols))
        found = np.asarray(function(A=first, X=second))
        np.testing.assert_allclose(found, np.kron(np.eye(cols), first))
    gram = derive(X.T * X, X).to_function(backend)
    np.testing.assert_allclose(np.asarray(gram([[3.0, 0.0]])).sum(), 12)


# --- what is handed in --------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("value", ["three", None, [[1, 2], [3]], np.array([object()])])
def test_what_is_no_array_of_numbers(backend, value):
    with pytest.raises(InputError, match="x is no array of numbers, but"):
        derive(x.T * A * x, x).to_function(backend)(value, np.eye(2))


@pytest.mark.parametrize("backend", BACKENDS)
def test_lists_and_arrays_go_together(backend):
    """Lists are of double precision, as arrays are; strides may be negative."""
    function = derive(x.T * A * x, x).to_function(backend)
    found = np.asarray(function([0.1, 0.2], np.eye(2)[::-1]))
    assert found.dtype == float
    np.testing.assert_allclose(found, [0.4, 0.2])


def test_a_size_is_a_whole_number():
    function = derive(Trace(Identity(n)) * t**2, t).to_function()
    assert function(2.0, 3) == 12
    with pytest.raises(InputError, match=r"n is a size, a whole number, not 3\.5"):
        function(2.0, 3.5)


def test_shapes_are_looked_at_again_when_they_change():
    function = derive(x.T * A * x, x).to_function()
    function(np.ones(2), np.eye(2))
    function(np.ones(3), np.eye(3))
    for _ in range(2):
        with pytest.raises(SizesError, match="A is 3×3 and should be n×n, and n is 2"):
            function(np.ones(2), np.eye(3))
    function(np.ones(2), A=np.eye(2))
    with pytest.raises(InputError, match="was not given A"):
        function(np.ones(2))


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_entry_that_the_arrays_do_not_have(backend):
    """JAX would take the nearest entry, and NumPy count a negative index from the end."""
    i, j = symbols("i j", integer=True)
    concrete = derive(X[1, 0] ** 2, X).to_function(backend)
    symbolic = derive(X[i, j] ** 2, X).to_function(backend)
    found = (concrete(np.ones((2, 3))), symbolic(np.ones((2, 3)), 1, np.int64(0)))
    for one in found:
        np.testing.assert_array_equal(np.asarray(one), [[0, 0, 0], [2, 0, 0]])
    with pytest.raises(SizesError, match=r"X is 1×2 and has no entry \(1, 0\)"):
        concrete(np.ones((1, 2)))
    for place in ((2, 0), (0, 3), (-1, 0), (0, np.int64(-1))):
        with pytest.raises(SizesError, match=r"X is 2×3 and has no entry"):
            symbolic(np.ones((2, 3)), *place)


def test_an_entry_of_a_power_of_a_written_matrix():
    """Its shape has the plain numbers that SymPy gives a Matrix."""
    t = Symbol("t")
    squares = HadamardPower(Matrix([[t, 1], [t, t * exp(t)]]), 2)
    d = derive(MatrixElement(squares, 1, 1), t)
    assert d.to_function()(1) == pytest.approx(4 * np.exp(2))
