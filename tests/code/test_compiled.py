"""Code for derivatives, against the derivative found entry by entry."""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache

import numpy as np
import pytest
from expressions import DERIVATIONS, derivation
from sympy import (
    Abs,
    Determinant,
    Function,
    HadamardProduct,
    Heaviside,
    Identity,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatPow,
    Matrix,
    MatrixSymbol,
    Max,
    Min,
    OneMatrix,
    Piecewise,
    Q,
    Rational,
    S,
    Symbol,
    Trace,
    cos,
    erf,
    exp,
    log,
    sign,
    sin,
    sqrt,
    symbols,
    tanh,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib import (
    BackendError,
    Eigvalsh,
    Expm,
    ExpmFrechet,
    InputError,
    LambdaMax,
    LambdaMin,
    Logm,
    LogmFrechet,
    MatrixFunction,
    NuclearNorm,
    Pinv,
    Polar,
    Projector,
    ResolventMax,
    ResolventMin,
    SizesError,
    SpectralNorm,
    Sqrtm,
    Sylvester,
    amax,
    amin,
    cholesky,
    circulant,
    convolve,
    cross,
    derive,
    eigvalsh,
    hardmax,
    hessian,
    khatri_rao,
    lambda_max,
    lambda_min,
    logabsdet,
    logdet,
    logsumexp,
    mean,
    norm,
    pinv,
    polar,
    projector,
    relu,
    skew,
    softmax,
    squared_distances,
    sum_entries,
    take_columns,
    take_rows,
    tril,
    vec,
    vstack,
)
from derivlib.check import size_symbols
from derivlib.derivation.code_task import source_of
from derivlib.nodes import LogDet, MatrixFunctionApplication
from derivlib.nodes.properties import BY_EQUATION

n, m, p = symbols("n m p", integer=True, positive=True)
A, X, W = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
x, y, B = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), MatrixSymbol("B", m, m)
t, z = Symbol("t"), Symbol("z")
sigma, lam = Function("sigma"), Function("lambda")

SIZES = {"n": 4, "m": 3, "p": 2, "q": 5, "k": 6, "l": 2}
CONCRETE = {"sigma": tanh, "tau": sin, "mu": cos}
BACKENDS = [
    "numpy",
    *(pytest.param(name, marks=pytest.mark.needs(name)) for name in ("jax", "torch")),
]


def stands_for(function, arguments):
    """A concrete function in place of an abstract one."""
    if len(arguments) > 1 or arguments[0].is_Matrix:
        return lambda *args: sum(
            sum_entries(HadamardProduct(a, a)) if a.is_Matrix else a**2 for a in args
        )
    return CONCRETE.get(function.__name__, lambda s: s**3)


def concrete(d):
    """A derivation with concrete functions."""
    applied = set()
    for part in d._asked.parts:
        applied |= part.atoms(AppliedUndef)
        for function in part.atoms(Lambda):
            applied |= function.expr.atoms(AppliedUndef)
    return d.instantiate({a.func: stands_for(a.func, a.args) for a in applied}) if applied else d


def is_abstract(d):
    return any(part.atoms(MatrixFunctionApplication) for part in d._asked.parts)


def arguments_of(source, sizes, assumed):
    """Random arrays for the symbols of a derivation, with what is assumed of them, and sizes."""
    rng = np.random.default_rng(1)
    given = dict(sizes)
    found = {a.symbol: given[a.symbol] for a in source.arguments if a.symbol in given}
    for symbol in source.task.inputs:
        shape = [S(size).xreplace(given) for size in (symbol.shape if symbol.is_Matrix else ())]
        shape = tuple(int(size) for size in shape if size != 1)
        array = rng.integers(5, 20, shape) / 16
        told = assumed.get(symbol, "")
        if told in BY_EQUATION:
            array = declared(array, told)
        elif len(shape) == 2 and shape[0] == shape[1]:
            array = structured(array + 2 * np.eye(shape[0]), told)
        found[symbol] = 2 if symbol.is_integer else array
    return found


def declared(array, told):
    """An array of which an equation holds."""
    if told == "skew-symmetric":
        return array - array.T
    if told == "idempotent":
        return np.full(array.shape, 1 / len(array))
    if told == "involutory":
        return np.eye(len(array))[::-1]
    if told == "of length 1":
        return np.array([0.6, -0.8, *[0.0] * (len(array) - 2)])
    if told.endswith(("orthonormal columns", "orthonormal rows")):
        return np.eye(*array.shape)
    axis = 1 if "rows" in told else 0
    total = array.sum(axis, keepdims=True)
    return array / total if told.endswith("1") else array - total / array.shape[axis]


def structured(array, told):
    """An array with a structure."""
    i, j = np.indices(array.shape)
    if told == "orthogonal":
        return np.eye(len(array))[::-1]
    if told == "diagonal":
        return array * (i == j)
    if told == "lower triangular":
        return np.tril(array)
    if told == "upper triangular":
        return np.triu(array)
    if told == "toeplitz":
        return np.where(i >= j, array[i - j, 0], array[0, j - i])
    if told == "symmetric toeplitz":
        return array[abs(i - j), 0]
    return array + array.T if told else array


def assumed_of(d):
    """What is known of each matrix."""
    known = {}
    for assumption in d.premises.assumed:
        if known.get(assumption.subject) not in BY_EQUATION:
            known[assumption.subject] = assumption.property
    if d.premises.structure:
        known[d.wrt] = d.premises.structure
    return known


@cache
def entries_of(d, sizes):
    """The derivative found entry by entry: the same for each backend."""
    return d.elementwise(dict(sizes))


def by_entries(d, sizes, values):
    """The derivative found entry by entry, with numbers put in."""
    entries = entries_of(d, frozenset(sizes.items()))
    numbers = {}
    for symbol, value in values.items():
        if symbol in sizes:
            continue
        if not symbol.is_Matrix:
            numbers[symbol] = Rational(float(value))
            continue
        shape = tuple(int(S(size).xreplace(sizes)) for size in symbol.shape)
        for i, j in np.ndindex(shape):
            entry = Rational(float(np.reshape(value, shape)[i, j]))
            numbers[symbol[i, j]] = numbers[MatrixSymbol(symbol.name, *shape)[i, j]] = entry
    matrix = Matrix(entries) if hasattr(entries, "shape") else Matrix([[entries]])
    return np.array(matrix.xreplace(numbers).evalf(20).tolist(), dtype=float)


WRITTEN_OUT = (Determinant, LogDet, Inverse)
"""What has too many terms, entry by entry, where it is of a Kronecker product of usual sizes."""


OF_ROOTS = (
    *(Eigvalsh, LambdaMax, LambdaMin, ResolventMax, ResolventMin),
    *(SpectralNorm, NuclearNorm, Polar),
)
"""What is written out, entry by entry, at the size 2 alone."""

OF_WHOLE_MATRICES = (Expm, ExpmFrechet, Logm, LogmFrechet, Sqrtm, Sylvester)
"""What is not written out in its entries, or too long, as powers with a symbol are too."""

OF_GRAM_MATRICES = (Pinv, Projector)
"""What is too long to be written out at usual sizes."""


def assert_calculates(d, backend, **options):
    """Compare what code calculates with the derivative found entry by entry."""
    sizes = {size: SIZES[size.name] for size in size_symbols(*d._asked.parts, d.wrt)}
    if d.expr.has(*OF_WHOLE_MATRICES) or any(
        node.exp.free_symbols for node in d.expr.atoms(MatPow)
    ):
        assert d.verify({size: min(value, 3) for size, value in sizes.items()}, code=backend)
        return
    if d.expr.has(*OF_ROOTS) or (d.expr.has(*WRITTEN_OUT) and d.expr.has(KroneckerProduct)):
        sizes = dict.fromkeys(sizes, 2)
    elif d.expr.has(*OF_GRAM_MATRICES):
        sizes = {size: {"n": 3, "m": 2}.get(size.name, 2) for size in sizes}
    elif d.expr.has(Inverse) and d.result.has(Inverse):
        sizes = {size: min(value, 3) for size, value in sizes.items()}
    source = source_of(d, backend, value=False, name=None, sizes=options.get("sizes"))
    values = arguments_of(source, sizes, assumed_of(d))
    named = {str(symbol): value for symbol, value in values.items()}
    got = np.asarray(d.to_function(backend, **options)(**named), float)
    wanted = by_entries(d, sizes, values)
    assert got.size == wanted.size
    np.testing.assert_allclose(got.reshape(wanted.shape), wanted, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", DERIVATIONS)
def test_code_calculates_the_derivative(name, backend):
    d = derivation(name)
    if is_abstract(d):
        with pytest.raises(InputError, match="abstract"):
            d.to_code(backend)
        return
    assert_calculates(concrete(d), backend)


def test_a_wrong_derivative_is_noticed():
    """The comparison above tells a derivative from its double."""
    d = derive(Trace(X.T * A * X), X)
    found = dict(d._computed.found.derivatives)
    d._computed.found.derivatives[X] = 2 * found[X]
    with pytest.raises(AssertionError, match="Not equal"):
        assert_calculates(d, "numpy")


MORE = {
    "stable softplus": (sum_entries(x.applyfunc(Lambda(z, log(1 + exp(z))))), x),
    "logistic": (sum_entries(x.applyfunc(Lambda(z, 1 / (1 + exp(-z))))), x),
    "a choice": (sum_entries(x.applyfunc(Lambda(z, Piecewise((z**2, z > 0), (z**3, True))))), y),
    "sizes in the formula": (Trace(X.T * X) / n - sum_entries(X) * log(m), X),
    "vec trick": (sum_entries((KroneckerProduct(B, A) * vec(X)).applyfunc(sin)), X),
    "rows of ones": (sum_entries((X + OneMatrix(n, 1) * OneMatrix(1, m) * t).applyfunc(tanh)), t),
    "diagonal and identity": (logdet(DiagMatrix(x) + A * A.T + t * Identity(n)), x),
    "inverse in products": (Trace(X.T * Inverse(A) * X * B), A),
    "log-sum-exp of a product": (logsumexp(X.T * x), x),
    "rectified layers": (norm(relu(relu(A * X) * B)) ** 2, X),
    "rectified scalar": (relu(Trace(A)) * relu(t), t),
    "largest": (Max(Trace(A), t, norm(x)) * Min(t, 2), A),
    "largest of each entry": (sum_entries(X.applyfunc(Lambda(z, Max(z, t) * Min(2, z)))), X),
    "absolute values": (sum_entries((A * x).applyfunc(Abs)) * sign(t) * Heaviside(t, 0), x),
    "softmax of rows": (Trace(X.T * softmax(A * X, axis=1)), X),
    "softmax of columns": (softmax(A * X, axis=0), X),
    "log-sum-exp of rows": (y.T * logsumexp(A * X, axis=1), X),
    "log-sum-exp of columns": (logsumexp(A * X, axis=0), X),
    "norms of rows": (sum_entries(norm(A * X, axis=1)), X),
    "norms of columns": (norm(X, axis=0), X),
    "sums and means": (norm(sum_entries(A * X, axis=1) - x) ** 2 * mean(X), X),
    "largest entry": (amax(A * X) ** 2, X),
    "smallest entry of rows": (norm(amin(A * X, axis=1)) ** 2, X),
    "largest entry of columns": (amax(A * X, axis=0), X),
    "where the largest is": (Trace(X.T * hardmax(A, axis=1) * X), X),
    "Moore–Penrose inverse": (norm(pinv(X)) ** 2, X),
    "Moore–Penrose inverse of rank one": (x.T * pinv(x * y.T) * y, x),
    "eigenvalues": (x.T * eigvalsh(A + A.T), A),
    "largest eigenvalue": (lambda_max(A + A.T) * Trace(A), A),
    "smallest eigenvalue": (lambda_min(X.T * X), X),
    "spectral norm": (norm(X, 2) * Trace(A), X),
    "nuclear norm": (norm(X * W, "nuc") ** 2, X),
    "orthogonal polar factor": (Trace(A * polar(A)), A),
    "Cholesky factor": (Trace(A * cholesky(A * A.T)), A),
    "projector": (y.T * projector(X) * x, X),
    "squared distances": (Trace(A * squared_distances(X)), X),
    "a kernel": (x.T * squared_distances(X, A * X).applyfunc(Lambda(z, exp(-z))) * y, X),
    "slice": (norm((A * X)[0:2, 1:3]) ** 2, X),
    "a row": (X[1, :] * W, X),
    "a column of a slice": (norm(X[0:2, 1]) ** 3, X),
    "slice to a size": (norm((A * X)[n - 2 : n, :]) ** 2, X),
    "slice of a vector": (norm((A * x)[1:3, :]) ** 3, x),
    "rows by number": (norm(take_rows(A * X, [0, 2, 2])) ** 4, X),
    "one row by number": (take_rows(A * X, [1]), X),
    "columns by number": (norm(take_columns(A * X, [2, 0])) ** 4, X),
    "entries by number": (norm(take_rows(A * x, [1, 1])) ** 4, x),
    "triangle below the diagonal": (Trace(A * tril(A, -1) * X * X.T), A),
    "stacked": (norm(vstack([A * X, X])) ** 3, X),
    "Khatri–Rao product": (norm(khatri_rao(A * X, X)) ** 2, X),
    "Jacobian of a Khatri–Rao product": (khatri_rao(A, A * x * y.T), x),
    "circulant matrix": (norm(circulant(x) * y - x) ** 3, x),
    "circulant matrix of data": (Trace(A * circulant(x)), x),
    "convolution": (norm(convolve(A * x, x[0:2, :])) ** 3, x),
    "convolution of the same length": (convolve(A[0:2, :] * x, x[0:3, :], "same"), x),
    "valid convolution": (norm(convolve(x[0:3, :], A[0:2, :] * x, "valid")) ** 3, x),
    "basis of convolutions": (convolve(x[0:2, :], y[0:2, :]) * x.T, x),
    "log-determinant of either sign": (logabsdet(A) ** 2, A),
    "cross product": (norm(cross(A[0:3, :] * x, x[0:3, :])) ** 3, x),
    "skew matrix": (Trace(A[0:3, 0:3] * skew(A[0:3, :] * x)), x),
    "normalised": (Trace(x.T * y) / norm(x), x),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", MORE)
def test_code_of_what_people_write(name, backend):
    assert_calculates(derive(*MORE[name]), backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_value_and_gradient_together(backend):
    d = derive(sum_entries((X * W).applyfunc(tanh)), W)
    rng = np.random.default_rng(0)
    given = {"X": rng.normal(size=(4, 3)), "W": rng.normal(size=(3, 2))}
    value, gradient = d.to_function(backend, value=True)(**given)
    hidden = np.tanh(given["X"] @ given["W"])
    np.testing.assert_allclose(float(value), hidden.sum())
    np.testing.assert_allclose(np.asarray(gradient), given["X"].T @ (1 - hidden**2))


@pytest.mark.parametrize("backend", BACKENDS)
def test_several_gradients_together(backend):
    b = MatrixSymbol("b", p, 1)
    d = derive(sum_entries((X * W + OneMatrix(n, 1) * b.T).applyfunc(tanh)), [W, b])
    rng = np.random.default_rng(0)
    weights, bias, points = [rng.normal(size=shape) for shape in ((3, 2), (2,), (4, 3))]
    by_weight, by_bias = map(np.asarray, d.to_function(backend)(weights, bias, points))
    slope = 1 - np.tanh(points @ weights + bias) ** 2
    np.testing.assert_allclose(by_weight, points.T @ slope)
    np.testing.assert_allclose(by_bias, slope.sum(0))


def test_a_hundred_layers_are_calculated():
    """Names are kept: as many lines as layers, and the gradient that differences give."""
    size, columns = symbols("n N", integer=True, positive=True)
    value, where, weights = MatrixSymbol("S0", size, columns), {}, []
    for i in range(1, 101):
        weights.append(MatrixSymbol(f"W{i}", size, size))
        name = MatrixSymbol(f"S{i}", size, columns)
        where[name], value = (weights[-1] * value).applyfunc(sin), name
    d = derive(sum_entries(value), weights[0], where=where)
    assert d.to_code(value=True).count("np.sin(") == 100
    rng = np.random.default_rng(0)
    first, *others = [rng.normal(size=(3, 2)), *(rng.normal(size=(3, 3)) for _ in range(100))]
    calculate = d.to_function(value=True)
    arguments = {"S0": first, **{f"W{i + 1}": w for i, w in enumerate(others)}}
    loss, gradient = calculate(**arguments)
    moved = {**arguments, "W1": arguments["W1"] + 1e-7}
    np.testing.assert_allclose((calculate(**moved)[0] - loss) / 1e-7, gradient.sum(), rtol=1e-3)


# --- what a careful person would write --------------------------------------------------

WRITTEN = {
    "matrix times vector first": (
        derive(y.T * A * X * B * X.T * x, y), r"A @ \(X @ \(B @ \(X.T @ x"),
    "row sums": (derive(sum_entries(A * X), X), r"A\.sum\(0\)"),
    "scaling, not a diagonal matrix": (
        derive(Trace(X.T * DiagMatrix(x) * X), X), r"x\[:, None\] \* X"),
    "a trace as a sum": (derive(Trace(A * X * X.T), A), r"X @ X.T"),
    "solved, not inverted": (derive(y.T * Inverse(A) * x, x), r"solve"),
    "value of a function once": (
        derive(sum_entries(X.applyfunc(tanh)), X), r"1 - np.tanh\(X\)\*\*2"),
    "Kronecker product with the identity": (derive(A * X, X), r"blocks\(A, m\)"),
    "logistic without overflow": (
        derive(sum_entries(x.applyfunc(Lambda(z, log(1 + exp(z))))), x), r"return sigmoid\(x\)"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_code_is_what_a_careful_person_would_write(name):
    d, wanted = WRITTEN[name]
    code = d.to_code()
    assert re.search(wanted, code), code
    body = code[code.rindex('"""') :]
    assert not re.search(r"np\.(ones|eye|diag|kron|linalg\.inv)\(", body), code


def test_code_says_what_it_calculates():
    d = derive(Trace(X.T * A * X), X, assuming=Q.symmetric(A))
    code = d.to_code(name="slope")
    assert code.startswith("def slope(X, A):\n")
    for said in ("∂L/∂X = 2*A*X", ":param X: array n×m.", "Rules: trace,", "Assumed: A symmetric"):
        assert said in code
    assert "derivlib" not in code
    assert "import" not in code


def test_code_runs_by_itself():
    d = hessian(logsumexp(A * x), x)
    namespace = {}
    exec(d.to_code(value=True), namespace)
    value, gradient, curvature = namespace["hessian"](np.arange(3.0), np.eye(3))
    weights = np.exp(np.arange(3.0)) / np.exp(np.arange(3.0)).sum()
    np.testing.assert_allclose(value, np.log(np.exp(np.arange(3.0)).sum()))
    np.testing.assert_allclose(gradient, weights)
    np.testing.assert_allclose(curvature, np.diag(weights) - np.outer(weights, weights))


def test_the_source_of_a_function_can_be_read():
    function = derive(Trace(A), A).to_function()
    assert inspect.getsource(function).startswith("def gradient(A):")


def test_names_that_python_has_taken():
    lambda_, np_ = MatrixSymbol("lambda", n, 1), MatrixSymbol("np", n, 1)
    d = derive(lambda_.T * np_ * (lambda_.T * np_), lambda_)
    function = d.to_function()
    assert function([1.0, 2.0], [3.0, 4.0]).tolist() == [66.0, 88.0]


def test_names_of_builtins_are_taken_and_those_of_dictionaries_free():
    """A matrix called `float` would hide what `np.full(…, float)` calls."""
    float_, keys = MatrixSymbol("float", n, n), MatrixSymbol("keys", n, n)
    function = derive(t * sum_entries(float_) + t * Trace(keys * float_), keys).to_function(
        value=True
    )
    assert set(inspect.signature(function).parameters) == {"float_", "keys", "t"}


def test_large_numbers_do_not_overflow():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        far = np.array([-800.0, 0.0, 800.0])
        loss = derive(sum_entries(x.applyfunc(Lambda(z, log(1 + exp(z))))), x)
        value, slope = loss.to_function(value=True)(far)
        np.testing.assert_allclose(value, 800 + np.log(2))
        np.testing.assert_allclose(slope, [0, 0.5, 1], atol=1e-12)
        assert derive(logsumexp(x), x).to_function()(far).tolist() == [0, 0, 1]
        rows = np.array([[-800.0, 800.0], [0.0, -800.0]])
        for axis, turned in ((1, rows), (0, rows.T)):
            value, slope = derive(sum_entries(logsumexp(X, axis=axis)), X).to_function(value=True)(
                turned
            )
            assert value == 800
            assert slope.tolist() == (turned >= 0).tolist()


def test_a_negative_determinant_has_no_logarithm():
    value, _ = derive(logdet(A), A).to_function(value=True)([[0.0, 1.0], [1.0, 0.0]])
    assert np.isnan(value)


# --- bad input --------------------------------------------------------------------------


def test_a_backend_that_is_none():
    with pytest.raises(InputError, match="backend must be one of 'numpy', 'jax', 'torch'"):
        derive(Trace(A), A).to_code("fortran")


def test_a_backend_that_is_not_installed(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(ImportError, match="pip install torch"):
        derive(Trace(A), A).to_function("torch")


@pytest.mark.parametrize(
    ("expr", "said"),
    [
        (lam(X), "lambda is abstract"),
        (sum_entries(X.applyfunc(sigma)), r"sigma is abstract; .* `instantiate\(\{sigma: …\}\)`"),
        (lam((X * B).applyfunc(sigma)), "lambda, sigma are abstract"),
        (sum_entries(MatrixFunction("nu", (n, p))(X)), "nu is abstract"),
    ],
)
def test_what_is_still_abstract(expr, said):
    with pytest.raises(InputError, match=said):
        derive(expr, X).to_code()


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (((4, 4), (3, 2)), SizesError, "A is 4×4 and should be n×n, and n is 3 by the shape of X"),
        (((4, 3), (4, 2)), SizesError, "A is 4×3 and should be n×n, and n is 4"),
        (((4,), (4, 2)), SizesError, "A is of shape .* should be a matrix, of two axes"),
        (((4, 4),), InputError, r"gradient\(X, A\) was not given A"),
        (((4, 4), (4, 2), (1,)), InputError, "takes 2 arguments, and 3 were given"),
    ],
)
def test_arrays_that_do_not_fit(arguments, error, said):
    function = derive(Trace(X.T * A * X), X).to_function()
    arrays = [np.ones(shape) for shape in reversed(arguments)]
    if len(arguments) == 1:
        arrays = [np.ones((4, 2))]
    if len(arguments) == 3:
        arrays = [np.ones((4, 2)), np.ones((4, 4)), np.ones(1)]
    with pytest.raises(error, match=said):
        function(*arrays)


def test_a_column_with_two_axes():
    with pytest.raises(SizesError, match=r"x is of shape \(3, 1\) .*; hand in x.ravel\(\)"):
        derive(x.T * y, y).to_function()(np.ones((3, 1)))


def test_arguments_that_are_unknown_or_given_twice():
    function = derive(Trace(X.T * A * X), X).to_function()
    with pytest.raises(InputError, match="has no argument B"):
        function(np.ones((2, 2)), B=np.ones((2, 2)))
    with pytest.raises(InputError, match="was given X twice"):
        function(np.ones((2, 2)), X=np.ones((2, 2)))
    with pytest.raises(InputError, match="A is no array of numbers"):
        function(np.ones((2, 2)), "A")


def test_a_name_that_is_none():
    with pytest.raises(InputError, match="cannot be called 'my gradient'"):
        derive(Trace(A), A).to_code(name="my gradient")


@pytest.mark.parametrize("backend", BACKENDS)
def test_gelu(backend):
    if backend == "numpy":
        pytest.importorskip("scipy")
    gelu = Lambda(z, z * (1 + erf(z / sqrt(2))) / 2)
    assert_calculates(derive(sum_entries(X.applyfunc(gelu)), X), backend)


def test_numpy_without_scipy_has_no_error_function(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.delitem(sys.modules, "scipy.special", raising=False)
    d = derive(sum_entries(HadamardProduct(X.applyfunc(erf), X)), X)
    with pytest.raises(BackendError, match="calls SciPy, which is not installed; install it"):
        d.to_function()
    assert "scipy.special.erf" in d.to_code()
