"""Results have the type of what is handed in, are on its device, and belong to its library."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from sympy import (
    Abs,
    BlockMatrix,
    DiagMatrix,
    Heaviside,
    Identity,
    KroneckerProduct,
    Lambda,
    Matrix,
    MatrixSymbol,
    Max,
    OneMatrix,
    Piecewise,
    S,
    Symbol,
    Trace,
    ZeroMatrix,
    symbols,
    tanh,
)
from test_compiled import BACKENDS

from derivlib import (
    amax,
    amin,
    cholesky,
    circulant,
    convolve,
    cross,
    derive,
    eigvalsh,
    hessian,
    khatri_rao,
    lambda_max,
    logdet,
    norm,
    pinv,
    projector,
    relu,
    skew,
    softmax,
    squared_distances,
    sum_entries,
    take_rows,
)
from derivlib.derivation.code_task import source_of
from derivlib.nodes import DiagonalSums, Tril

n, m = symbols("n m", integer=True, positive=True)
A, B, X = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n), MatrixSymbol("X", n, m)
C, x, y = MatrixSymbol("C", 3, 3), MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
v = MatrixSymbol("v", 2, 1)
t, z = Symbol("t"), Symbol("z")

T = MatrixSymbol("T", n, m)
slope = Lambda(z, Piecewise((1, z > 0), (S.One / 10, True)))
constants = Matrix([[1, 2], [3, 4]])

MADE = {
    "identity": hessian(x.T * x, x),
    "identity in a trace": derive(Trace(KroneckerProduct(A, B)), A),
    "zeros": hessian(sum_entries(X), X),
    "zeros of the variable": derive(sum_entries(A), y),
    "ones": derive(sum_entries(X), X),
    "a fraction everywhere": derive(sum_entries(X) / 3, X),
    "a calculated number everywhere": derive(sum_entries(X) ** 2, X),
    "a size in a number": derive(sum_entries(X) / n, X),
    "a single entry": derive(C[0, 1], C),
    "an entry of an array": derive(X[0, 1] ** 2, X),
    "commutation": derive(X.T, X),
    "commutation in a product": derive(X.T * A * X, X),
    "blocks": derive(A * X, X),
    "spread": derive(A * A, A),
    "stacked blocks": hessian(sum_entries((A * X).applyfunc(tanh)), X),
    "basis of diagonals": derive(DiagMatrix(x), x),
    "basis of symmetric matrices": derive(A * x, A, structure="symmetric"),
    "explicit numbers": derive(v.T * constants * v, v),
    "explicit fractions": derive(v.T * (constants / 7) * v, v),
    "explicit scalars": derive(v.T * Matrix([[t, 1], [1, t**2]]) * v, v),
    "blocks of blocks": derive(
        sum_entries((BlockMatrix([[A, Identity(n)], [ZeroMatrix(n, n), A]])
                     * BlockMatrix([[X], [X]])).applyfunc(tanh)), X),
    "a diagonal is added": derive(norm(A * x) ** 2 + t * norm(x) ** 2, x),
    "a diagonal added to a matrix": hessian(norm(A * x) ** 2 + t * norm(x) ** 2, x),
    "sums of diagonals": derive(Trace(DiagonalSums(A) * B), A),
    "a triangle": derive(sum_entries(Tril(A)), A),
    "a choice between numbers": derive(Trace(T.T * X.applyfunc(slope)), T),
    "softmax": derive(Trace(softmax(x).T * y), x),
    "Jacobian of softmax": derive(softmax(x), x),
    "softmax of rows": derive(Trace(softmax(X, axis=1).T * T), X),
    "largest entry": derive(amax(X) ** 2, X),
    "smallest of rows": derive(norm(amin(X, axis=1)) ** 2, X),
    "norms of rows": derive(sum_entries(norm(X, axis=1)), X),
    "a kernel": derive(Trace(A * squared_distances(X).applyfunc(tanh)), X),
    "slice": derive(norm(X[0:2, :]) ** 2, X),
    "rows by number": derive(norm(take_rows(X, [0, 2, 2])) ** 2, X),
    "convolution": derive(norm(convolve(x[0:2, :], y[0:3, :], "same")) ** 2, x),
    "circulant matrix": derive(Trace(A * circulant(x)), x),
    "Khatri–Rao product": derive(norm(khatri_rao(X, A * X)) ** 2, X),
    "skew matrix": derive(Trace(A[0:3, 0:3] * skew(x[0:3, :])), x),
    "cross product": derive(norm(cross(x[0:3, :], y[0:3, :])) ** 2, x),
    "rectified": derive(norm(relu(X)) ** 2, X),
    "rectified scalar": derive(relu(Trace(A)) * sum_entries(X) * Max(n, 2), X),
    "a tie": derive(sum_entries(X.applyfunc(Lambda(z, Max(z, t) ** 2))), X),
    "magnitudes": derive(sum_entries(X.applyfunc(Abs)) * Heaviside(Trace(A)), X),
    "a scalar variable": derive(sum_entries((t * X).applyfunc(tanh)), t),
    "a matrix and a scalar": derive(t * X + t**2 * OneMatrix(n, m), t),
}  # fmt: skip

OF_ORDERED_NUMBERS = {
    *(
        "largest entry",
        "smallest of rows",
        "a choice between numbers",
        "rectified",
        "rectified scalar",
        "a tie",
        "magnitudes",
    ),
}
OF_REAL_NUMBERS = OF_ORDERED_NUMBERS | {"softmax", "Jacobian of softmax", "softmax of rows"}
"""Complex numbers have no order, and PyTorch has no softmax of them."""
TYPED = [
    (name, dtype)
    for name in MADE
    for dtype in ("float16", "bfloat16", "float32", "float64", "complex64")
    if dtype != "complex64" or name not in OF_REAL_NUMBERS
]
SOLVED = {
    "log det": derive(logdet(A * A.T + Identity(n)), A),
    "Moore–Penrose inverse": derive(norm(pinv(X)) ** 2, X),
    "spectral norm": derive(norm(X, 2), X),
    "nuclear norm": derive(norm(X, "nuc") ** 2, X),
    "Cholesky factor": derive(Trace(A * cholesky(A * A.T + Identity(n))), A),
    "projector": derive(y.T * projector(X) * x, X),
    "eigenvalues": derive(norm(eigvalsh(A + A.T)) ** 3, A),
    "largest eigenvalue": derive(lambda_max(A + A.T), A),
}
"""What libraries do in 32 and 64 bits only."""


def arrays(d, dtype):
    """Arguments of one type for every symbol of a derivation; scalars are numbers of Python's."""
    sizes = {n: 3, m: 2}
    rng = np.random.default_rng(0)
    found = {}
    for symbol in source_of(d, "numpy", value=False, name=None, sizes=None).task.inputs:
        if not symbol.is_Matrix:
            found[symbol.name] = 0.5
            continue
        shape = [int(S(size).xreplace(sizes)) for size in symbol.shape if size != 1]
        found[symbol.name] = rng.integers(1, 9, shape).astype(dtype) / dtype(4)
    return found


def in_double(d):
    return d.to_function()(**arrays(d, np.float64))


def assert_near(found, d, dtype):
    near = 1e-5 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(found, in_double(d), rtol=near, atol=near)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("name", MADE)
def test_numpy_keeps_the_type(name, dtype):
    d = MADE[name]
    found = d.to_function()(**arrays(d, dtype))
    assert found.dtype == dtype
    assert_near(found, d, dtype)


@pytest.mark.parametrize("name", MADE)
def test_numpy_keeps_half_precision(name):
    d = MADE[name]
    assert d.to_function()(**arrays(d, np.float16)).dtype == np.float16


@pytest.mark.parametrize("name", sorted(MADE.keys() - OF_ORDERED_NUMBERS))
def test_numpy_keeps_complex_numbers(name):
    d = MADE[name]
    given = arrays(d, np.complex128)
    found = d.to_function()(**given)
    assert found.dtype == np.complex128
    np.testing.assert_allclose(found, in_double(d), rtol=1e-12)


@pytest.mark.parametrize("name", SOLVED)
def test_solving_keeps_the_type(name):
    d = SOLVED[name]
    assert d.to_function()(**arrays(d, np.float32)).dtype == np.float32


@pytest.mark.needs("jax")
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", MADE)
def test_jax_keeps_the_type_and_answers_with_its_own_arrays(name, dtype):
    import jax
    import jax.numpy as jnp

    d = MADE[name]
    given = {
        key: jnp.asarray(value, dtype) if isinstance(value, np.ndarray) else value
        for key, value in arrays(d, np.float64).items()
    }
    found = d.to_function("jax")(**given)
    assert isinstance(found, jax.Array)
    assert found.dtype == dtype
    if dtype in ("float32", "float64"):
        assert_near(found, d, np.dtype(dtype))


@pytest.mark.needs("torch")
@pytest.mark.parametrize("device", ["cpu", "meta"])
@pytest.mark.parametrize(("name", "dtype"), TYPED)
def test_torch_keeps_type_and_device(name, device, dtype):
    """No arithmetic is done on the device `meta`, but what is not on it is refused."""
    import torch

    d, wanted = MADE[name], getattr(torch, dtype)
    given = {
        key: torch.tensor(value, dtype=wanted, device=device) if isinstance(value, np.ndarray)
        else value
        for key, value in arrays(d, np.float64).items()
    }  # fmt: skip
    found = d.to_function("torch")(**given)
    assert found.dtype == wanted
    assert found.device.type == device
    if device == "cpu" and dtype in ("float32", "float64"):
        assert_near(found.numpy(), d, np.dtype(dtype))


@pytest.mark.parametrize("backend", BACKENDS)
def test_constants_are_of_full_precision(backend):
    """A choice between two numbers of Python's would be of 32 bits in PyTorch."""
    d = derive(y.T * x.applyfunc(slope), y)
    found = np.asarray(d.to_function(backend)(np.array([1.0, -1.0])))
    assert found.tolist() == [1.0, 0.1]


@pytest.mark.parametrize("backend", BACKENDS)
def test_arrays_of_integers_do_not_cut_fractions_off(backend):
    """The source alone does not look at what it is handed: ½ in an array of integers is 0."""
    namespace = {}
    d = derive(sum_entries(X) / 2 + Trace(X.T * X), X)
    half = derive(sum_entries(X) / 2, X)
    exec(half.to_code(backend), namespace)
    module = importlib.import_module({"jax": "jax.numpy"}.get(backend, backend))
    found = np.asarray(namespace["gradient"](module.ones((2, 2), dtype=module.int32)))
    np.testing.assert_array_equal(found, np.full((2, 2), 0.5))
    np.testing.assert_array_equal(np.asarray(d.to_function(backend)([[1, 2]])), [[2.5, 4.5]])


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_an_array_the_type_is_that_of_the_library(backend):
    function = derive(t**2 * Matrix([[1, 2], [t, 4]]), t).to_function(backend)
    found = np.asarray(function(3))
    assert found.dtype == float
    np.testing.assert_allclose(found, [[6, 12], [27, 24]])
    assert np.asarray(derive(t**2 * Identity(n), t).to_function(backend)(1.0, 3)).dtype == float


@pytest.mark.needs("torch")
def test_numbers_beside_tensors_take_their_type_and_device():
    import torch

    function = derive(norm(x) ** 2 * t + sum_entries(x) * t**2, x).to_function("torch", value=True)
    value, gradient = function(torch.ones(3, dtype=torch.float32, device="meta"), 0.5)
    assert value.dtype == gradient.dtype == torch.float32
    assert value.device.type == gradient.device.type == "meta"
    listed = derive(x.T * A * y, x).to_function("torch")
    assert listed(torch.eye(2, dtype=torch.float16), y=[1, 2]).dtype == torch.float16


@pytest.mark.needs("torch")
def test_gradients_go_through_what_is_made_in_torch():
    """Of 2 Σ X the slope is 2 in each entry; a matrix made of t passes the slope on to t."""
    import torch

    X_ = torch.ones((3, 2), dtype=torch.float64, requires_grad=True)
    MADE["a calculated number everywhere"].to_function("torch")(X_).sum().backward()
    assert X_.grad.tolist() == [[12.0, 12.0]] * 3
    t_ = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    v_ = torch.ones(2, dtype=torch.float64)
    MADE["explicit scalars"].to_function("torch")(v_, t_).sum().backward()
    np.testing.assert_allclose(t_.grad, 2 + 4 * 3)
