"""Code of results by complex variables, beside differences of NumPy's own functions."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sympy import (
    Abs,
    Adjoint,
    Determinant,
    HadamardProduct,
    I,
    Identity,
    ImmutableMatrix,
    Lambda,
    MatrixSymbol,
    Q,
    Symbol,
    Trace,
    conjugate,
    exp,
    im,
    re,
    sqrt,
    symbols,
    tanh,
)

from derivlib import (
    InputError,
    UnsupportedError,
    expm,
    logabsdet,
    logdet,
    logm,
    norm,
    scalar,
    sqrtm,
    sum_entries,
    wirtinger,
)

n, m, p = symbols("n m p", integer=True, positive=True)
A, x, b = MatrixSymbol("A", p, n), MatrixSymbol("x", n, 1), MatrixSymbol("b", p, 1)
B, S, R = MatrixSymbol("B", n, n), MatrixSymbol("S", n, n), MatrixSymbol("R", n, n)
H, Z, w = MatrixSymbol("H", n, m), MatrixSymbol("Z", n, m), MatrixSymbol("w", n, 1)
z, c, t = Symbol("z"), Symbol("c"), Symbol("t", real=True)
SIZES = {n: 3, m: 2, p: 4}
HERMITIAN = Q.hermitian(R)


def of(vector):
    """The adjoint of an array."""
    return vector.conj().T


def of_eigenvalues(function, matrix):
    """A function of a matrix, by its eigenvalues."""
    values, vectors = np.linalg.eig(matrix)
    return vectors @ np.diag(function(values)) @ np.linalg.inv(vectors)


def det(matrix):
    return np.linalg.det(matrix)


CASES = {
    "least squares": (norm(A * x - b) ** 2, x, (), lambda x, A, b: np.linalg.norm(A @ x - b) ** 2),
    "residual": (norm(A * x - b), x, (), lambda x, A, b: np.linalg.norm(A @ x - b)),
    "real matrix": (
        norm(A * x - b) ** 2, x, Q.real_elements(A), lambda x, A, b: np.linalg.norm(A @ x - b) ** 2
    ),
    "ridge": (
        norm(A * x - b) ** 2 + t * norm(x) ** 2, x, (),
        lambda x, A, b, t: np.linalg.norm(A @ x - b) ** 2 + t * np.linalg.norm(x) ** 2,
    ),
    "Hermitian form": (scalar(Adjoint(x) * R * x), x, HERMITIAN, lambda x, R: of(x) @ R @ x),
    "form": (scalar(Adjoint(x) * B * x), x, (), lambda x, B: of(x) @ B @ x),
    "capacity": (
        logdet(Identity(n) + H * Adjoint(H)), H, (), lambda H: np.log(det(np.eye(3) + H @ of(H)))
    ),
    "covariance": (
        logabsdet(R + t * H * Adjoint(H)), H, [HERMITIAN, Q.real(t)],
        lambda H, R, t: np.linalg.slogdet(R + t * H @ of(H))[1],
    ),
    "beam": (Abs(scalar(Adjoint(w) * x)) ** 2, w, (), lambda w, x: abs(of(w) @ x) ** 2),
    "Rayleigh quotient": (
        scalar(Adjoint(x) * R * x) / scalar(Adjoint(x) * x), x, HERMITIAN,
        lambda x, R: (of(x) @ R @ x) / (of(x) @ x),
    ),
    "output power": (
        Abs(scalar(Adjoint(w) * x)) ** 2 / scalar(Adjoint(w) * R * w), w, HERMITIAN,
        lambda w, x, R: abs(of(w) @ x) ** 2 / (of(w) @ R @ w),
    ),
    "absolute determinant": (logabsdet(S), S, (), lambda S: np.linalg.slogdet(S)[1]),
    "determinant": (Determinant(Adjoint(Z) * B * Z), Z, (), lambda Z, B: det(of(Z) @ B @ Z)),
    "inverse": (Trace(B * S.inv()), S, (), lambda S, B: np.trace(B @ np.linalg.inv(S))),
    "conjugate inverse": (
        Trace(B * Adjoint(S).inv()), S, (), lambda S, B: np.trace(B @ np.linalg.inv(of(S)))
    ),
    "real part": (re(Trace(B * S)), S, (), lambda S, B: np.trace(B @ S).real),
    "imaginary part": (im(Trace(B * S)), S, (), lambda S, B: np.trace(B @ S).imag),
    "matrix": (Adjoint(Z) * B * Z, Z, (), lambda Z, B: of(Z) @ B @ Z),
    "resolvent": (
        Trace((S + z * Identity(n)).inv()), z, Q.real_elements(S),
        lambda z, S: np.trace(np.linalg.inv(S + z * np.eye(3))),
    ),
    "by a scalar": (
        z * B + conjugate(z) * Adjoint(B), z, (), lambda z, B: z * B + z.conjugate() * of(B)
    ),
    "entries with i": (
        sum_entries(Z.applyfunc(Lambda(z, exp(I * c * z))).conjugate()), Z, (),
        lambda Z, c: np.exp(1j * c * Z).conj().sum(),
    ),
    "moduli of entries": (
        sum_entries(HadamardProduct(Z, Z.conjugate())), Z, (), lambda Z: (abs(Z) ** 2).sum()
    ),
    "explicit": (
        ImmutableMatrix([[z, I * conjugate(z)], [2, z**2]]), z, (),
        lambda z: np.array([[z, 1j * z.conjugate()], [2, z**2]]),
    ),
    "constants": (
        exp(I) * Abs(z) ** 3 * sqrt(1 + I), z, (),
        lambda z: np.exp(1j) * abs(z) ** 3 * np.sqrt(1 + 1j),
    ),
    "real number": (t * Abs(z * c + t) ** 2, z, (), lambda z, c, t: t * abs(z * c + t) ** 2),
    "exponential": (
        Trace(B * expm(S)), S, (), lambda S, B: np.trace(B @ of_eigenvalues(np.exp, S))
    ),
    "exponential, real": (
        norm(expm(Adjoint(S)) - B) ** 2, S, (),
        lambda S, B: np.linalg.norm(of_eigenvalues(np.exp, of(S)) - B) ** 2,
    ),
    "exponential by a scalar": (
        Trace(B * expm(z * S)), z, (), lambda z, S, B: np.trace(B @ of_eigenvalues(np.exp, z * S))
    ),
    "exponential, a matrix": (expm(S), S, (), lambda S: of_eigenvalues(np.exp, S)),
    "logarithm": (
        Trace(B * logm(S)), S, (), lambda S, B: np.trace(B @ of_eigenvalues(np.log, S))
    ),
    "logarithm, real": (
        re(Trace(B * logm(S))), S, (), lambda S, B: np.trace(B @ of_eigenvalues(np.log, S)).real
    ),
    "square root": (
        Trace(B * sqrtm(S)), S, (), lambda S, B: np.trace(B @ of_eigenvalues(np.sqrt, S))
    ),
    "square root, real": (
        norm(sqrtm(S) - B) ** 2, S, (),
        lambda S, B: np.linalg.norm(of_eigenvalues(np.sqrt, S) - B) ** 2,
    ),
}  # fmt: skip

NEED_SCIPY = {name for name in CASES if name.startswith(("exponential", "logarithm", "square"))}

BACKENDS = [
    "numpy",
    *(pytest.param(name, marks=pytest.mark.needs(name)) for name in ("jax", "torch")),
]


def named(cases=CASES):
    """Code for NumPy calls SciPy for functions of matrices."""
    return pytest.mark.parametrize(
        "name",
        [
            pytest.param(name, marks=pytest.mark.needs("scipy") if name in NEED_SCIPY else ())
            for name in cases
        ],
    )


def arrays_for(function, assumed, seed):
    """Random complex arrays, by the names of the arguments."""
    rng = np.random.default_rng(seed)
    given = {}
    stated = assumed if isinstance(assumed, list) else [assumed] if assumed != () else []
    real = {each.arguments[0] for each in stated if each.function in (Q.real_elements, Q.real)}
    for each in (argument.symbol for argument in function._listing.arguments):
        is_real = each in real or (not each.is_Matrix and each.is_real)
        sizes = [int(size.subs(SIZES)) for size in (each.shape if each.is_Matrix else ())]
        shape = tuple(size for size in sizes if size != 1)
        value = rng.normal(size=shape) + (0 if is_real else 1j) * rng.normal(size=shape)
        if is_real:
            value = value.real
        if each == R:  # positive, so that logarithms of determinants are those of real numbers
            value = value @ of(value) + np.eye(3)
        given[each.name] = value if shape else value[()]
    return given


def slopes(function, given, name, step=1e-6):
    """Differences along both parts of each entry, column by column: ∂/∂X and ∂/∂Y."""
    at = np.asarray(given[name])
    places = sorted(np.ndindex(at.shape), key=lambda place: place[::-1])
    found = []
    for unit in (1, 1j):
        along = []
        for place in places:
            moved = np.zeros(at.shape, complex)
            moved[place] = step * unit
            ends = [function(**{**given, name: at + sign * moved}) for sign in (1, -1)]
            along.append(np.subtract(*ends).ravel(order="F") / (2 * step))
        found.append(np.array(along).T)
    return found


def laid_out(jacobian, value, at):
    """A derivative in the layout of the library."""
    if np.ndim(value) == 0:
        return jacobian.reshape(np.shape(at), order="F")
    return jacobian if np.ndim(at) else jacobian.reshape(np.shape(value), order="F")


def to(backend, given, is_single=False):
    """Arrays of a backend."""
    if is_single:
        given = {
            key: np.asarray(value, np.complex64 if np.iscomplexobj(value) else np.float32)
            for key, value in given.items()
        }
    if backend == "numpy":
        return given
    if backend == "torch":
        import torch

        return {key: torch.tensor(value) for key, value in given.items()}
    import jax.numpy as jnp

    return {key: jnp.asarray(value) for key, value in given.items()}


@named()
@pytest.mark.parametrize("backend", BACKENDS)
def test_functions_calculate_values_and_both_derivatives(name, backend):
    expr, wrt, assumed, by_hand = CASES[name]
    function = wirtinger(expr, wrt, assuming=assumed).to_function(backend, value=True)
    given = arrays_for(function, assumed, list(CASES).index(name))
    value, by_variable, by_conjugate = map(np.asarray, function(**to(backend, given)))
    truth = by_hand(**given)
    real, imaginary = slopes(by_hand, given, wrt.name)
    for found, expected in (
        (value, truth),
        (by_variable, laid_out((real - 1j * imaginary) / 2, truth, given[wrt.name])),
        (by_conjugate, laid_out((real + 1j * imaginary) / 2, truth, given[wrt.name])),
    ):
        assert found.shape == np.shape(expected)
        assert np.allclose(found, expected, rtol=1e-6, atol=1e-6)


REAL = [
    "least squares", "residual", "real matrix", "ridge", "Hermitian form", "capacity", "covariance",
    "beam", "Rayleigh quotient", "output power", "absolute determinant", "real part",
    "imaginary part", "moduli of entries", "real number", "exponential, real", "logarithm, real",
    "square root, real",
]  # fmt: skip


@named()
def test_values_are_real_where_the_function_is(name):
    expr, wrt, assumed, _ = CASES[name]
    function = wirtinger(expr, wrt, assuming=assumed).to_function(value=True, by="variable")
    value, derivative = function(**arrays_for(function, assumed, 1))
    assert np.iscomplexobj(value) == (name not in REAL)
    assert np.iscomplexobj(derivative) or name in ("explicit",)


@named([name for name in CASES if name not in ("explicit", "constants")])
@pytest.mark.parametrize("backend", BACKENDS)
def test_types_are_kept(name, backend):
    """Single precision stays single, with arrays and with a number of Python's beside them."""
    expr, wrt, assumed, _ = CASES[name]
    function = wirtinger(expr, wrt, assuming=assumed).to_function(backend, value=True)
    given = to(backend, arrays_for(function, assumed, 2), is_single=True)
    for result in function(**given):
        assert str(getattr(result, "dtype", "complex64")).split(".")[-1] in ("complex64", "float32")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", REAL)
def test_gradients_are_those_of_automatic_differentiation(name, backend):
    """JAX differentiates by Z and gives the conjugate of the gradient; PyTorch gives it."""
    expr, wrt, assumed, by_hand = CASES[name]
    function = wirtinger(expr, wrt, assuming=assumed).to_function(backend, by="gradient")
    valued = wirtinger(expr, wrt, assuming=assumed).to_function(backend, by="gradient", value=True)
    given = arrays_for(valued, assumed, 3)
    arrays = to(backend, given)
    found = np.asarray(function(**{key: arrays[key] for key in function._names}))
    if backend == "numpy":
        real, imaginary = slopes(by_hand, given, wrt.name)
        expected = laid_out(real + 1j * imaginary, 0.0, given[wrt.name])
    elif backend == "jax":
        import jax

        rest = {key: value for key, value in arrays.items() if key != wrt.name}
        slope = jax.grad(lambda at: valued(**rest, **{wrt.name: at})[0])
        expected = np.asarray(slope(arrays[wrt.name])).conj()
    else:
        arrays[wrt.name].requires_grad_()
        valued(**arrays)[0].backward()
        expected = arrays[wrt.name].grad.resolve_conj().numpy()
    assert np.allclose(found, expected, rtol=1e-6, atol=1e-6)


@named([name for name in REAL if name != "imaginary part"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_hessians_are_calculated(name, backend):
    """The four blocks beside differences of the gradient, which is by hand of the value."""
    expr, wrt, assumed, _ = CASES[name]
    d = wirtinger(expr, wrt, assuming=assumed)
    function = d.hessian.to_function(backend, value=True)
    given = arrays_for(function, assumed, 4)
    _, by_variable, by_conjugate, *blocks = map(np.asarray, function(**to(backend, given)))
    first = d.to_function()
    names = first._names

    def derivatives(which):
        return lambda **at: np.asarray(first(**{key: at[key] for key in names})[which])

    for (rows, columns), block in zip(d.hessian, blocks, strict=True):
        real, imaginary = slopes(derivatives(rows == "conjugate"), given, wrt.name)
        sign = 1 if columns == "conjugate" else -1
        expected = (real + sign * 1j * imaginary) / 2
        assert np.allclose(block, expected.reshape(block.shape), rtol=1e-5, atol=1e-5)
    assert np.allclose(by_variable, by_conjugate.conj())
    mixed = blocks[0]
    assert np.allclose(mixed, np.conj(mixed.T))


def test_the_second_order_change_is_that_of_the_docstring():
    expr, wrt, assumed, by_hand = CASES["capacity"]
    d = wirtinger(expr, wrt, assuming=assumed)
    at, h = (np.random.default_rng(k).normal(size=(3, 2, 2)) @ [1, 1j] for k in (1, 2))
    _, _, conjugate_slope, mixed, _, by_variable, _ = d.hessian.to_function(value=True)(H=at)
    g, v = conjugate_slope.ravel(order="F"), h.ravel(order="F")
    change = 2 * (of(g) @ v).real + (of(v) @ mixed @ v).real + (v @ by_variable @ v).real
    # the parts of odd and of even order, from the values at -h, 0 and h
    step = 1e-4
    ends = [by_hand(at + k * step * h).real for k in (-1, 0, 1)]
    first, second = (ends[2] - ends[0]) / (2 * step), (ends[2] - 2 * ends[1] + ends[0]) / step**2
    assert change == pytest.approx(first + second / 2, rel=1e-5)


def test_the_code_is_that_of_a_book():
    d = wirtinger(norm(A * x - b) ** 2, x)
    for backend, last in (
        ("numpy", "return 2 * (A.conj().T @ (A @ x - b))"),
        ("jax", "return 2 * (jnp.conj(A).T @ (A @ x - b))"),
        ("torch", "return 2 * (A.conj().T @ (A @ x - b))"),
    ):
        assert d.to_code(backend, by="gradient").splitlines()[-1].strip() == last
    code = d.to_code(value=True)
    assert "u = A @ x - b" in code
    assert "return np.linalg.norm(u)**2, A.T @ u.conj(), A.conj().T @ u" in code
    assert ":param A: complex array p×n." in code
    told = wirtinger(scalar(Adjoint(x) * R * x), x, assuming=HERMITIAN).to_code()
    assert "R Hermitian" in told
    inverses = wirtinger(logabsdet(S), S).to_code()
    assert inverses.count("linalg.inv") == 1


def test_a_tensor_that_is_returned_is_no_view_with_a_conjugate_bit():
    d = wirtinger(norm(Z) ** 2, Z)
    assert d.to_code("torch", by="variable").splitlines()[-1].endswith("Z.conj().resolve_conj()")


def test_a_number_of_pythons_is_taken():
    function = wirtinger(Abs(z) ** 2 * c, z).to_function(value=True)
    assert function(1 + 2j, c=2) == pytest.approx((10, 2 - 4j, 2 + 4j))
    scaled = wirtinger(norm(z * Z) ** 2, z).to_function(by="gradient")
    arrays = np.ones((2, 2), np.complex64)
    assert scaled(1 + 1j, arrays) == pytest.approx(8 + 8j)


def test_a_real_array_takes_a_complex_multiple_of_the_identity():
    expr, wrt, assumed, _ = CASES["resolvent"]
    function = wirtinger(expr, wrt, assuming=assumed).to_function()
    assert function(1j, np.eye(3))[0] == pytest.approx(-3 / (1 + 1j) ** 2)


@pytest.mark.parametrize("backend", BACKENDS)
def test_real_arrays_are_taken_for_complex_ones(backend):
    """A root of a negative number is imaginary; real and complex tensors are multiplied."""
    root = wirtinger(sqrt(z) * Trace(S), z).to_function(backend, by="variable")
    given = to(backend, {"z": np.array(-1.0), "S": np.eye(3)})
    assert complex(root(**given)) == pytest.approx(-1.5j)
    assert complex(root(-1.0, given["S"])) == pytest.approx(-1.5j)
    product = wirtinger(norm(A * x) ** 2, x).to_function(backend, by="gradient")
    single = {"A": np.ones((2, 2), np.float32), "x": np.array([1, 1j], np.complex64)}
    result = np.asarray(product(**to(backend, single)))
    assert result.dtype == np.complex64
    assert np.allclose(result, 4 + 4j)


def test_functions_are_pickled():
    function = wirtinger(norm(Z) ** 2, Z).to_function(by="gradient")
    again = pickle.loads(pickle.dumps(function))
    assert again([[1j]]) == function([[1j]]) == 2j


def test_arguments_are_refused_as_those_of_real_functions_are():
    d = wirtinger(scalar(Adjoint(x) * B * x), x)
    with pytest.raises(InputError, match="by must be one of 'variable'"):
        d.to_code(by="z")
    with pytest.raises(InputError, match="only a real function"):
        d.to_code(by="gradient")
    with pytest.raises(InputError, match="by must be one of"):
        d.hessian.to_code(by="variable")
    with pytest.raises(InputError, match="numpy"):
        d.to_function("nump")
    with pytest.raises(InputError, match="args does not list B"):
        d.to_function(args=["x"])


def test_a_hessian_of_what_is_too_long_is_refused():
    value = x
    for k in range(20):
        value = (MatrixSymbol(f"W_{k}", n, n) * value).applyfunc(tanh)
    d = wirtinger(norm(value) ** 2, x)
    function = d.to_function(by="gradient")
    assert function.__name__ == "gradient"
    with pytest.raises(UnsupportedError, match="too long"):
        assert d.hessian
