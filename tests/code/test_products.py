"""Products with Hessians and Jacobians, against differences of functions written by hand."""

from __future__ import annotations

import copy
import inspect
import pickle
import sys

import numpy as np
import pytest
from sympy import (
    Determinant,
    Function,
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
    exp,
    log,
    sqrt,
    symbols,
    tanh,
)
from test_compiled import BACKENDS

from derivlib import (
    BackendError,
    InputError,
    SizesError,
    UndefinedError,
    UnsupportedError,
    VerificationError,
    derive,
    hessian,
    logdet,
    mean,
    norm,
    softmax,
    sum_entries,
    vec,
)
from derivlib.check import check_equation
from derivlib.derivation import products

n, m, p = symbols("n m p", integer=True, positive=True)
A, B, C = MatrixSymbol("A", n, n), MatrixSymbol("B", m, m), MatrixSymbol("C", n, m)
X, W, T = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p), MatrixSymbol("T", n, p)
U, V, Y = MatrixSymbol("U", n, p), MatrixSymbol("V", m, p), MatrixSymbol("Y", n, m)
w, x, y = MatrixSymbol("w", m, 1), MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
K, M, r = MatrixSymbol("K", p, m), MatrixSymbol("M", p, p), MatrixSymbol("r", 1, m)
S = MatrixSymbol("S", n, p)
t, z = Symbol("t"), Symbol("z")

SHAPES = {
    "A": (4, 4), "B": (3, 3), "C": (4, 3), "X": (4, 3), "W": (3, 2), "T": (4, 2), "U": (4, 2),
    "V": (3, 2), "Y": (4, 3), "K": (2, 3), "M": (2, 2), "w": (3,), "x": (4,), "y": (4,),
    "r": (3,), "t": (),
}  # fmt: skip


def arrays(*names, seed=0):
    """Random arrays of four, three and two rows and columns; square ones far from singular."""
    rng = np.random.default_rng(seed)
    found = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
    for name in ("A", "B", "M"):
        found[name] = found[name] / 3 + 2 * np.eye(len(found[name]))
    found["t"], found["y"] = 0.7, abs(found["y"]) + 0.5
    return {name: found[name] for name in names}


def soft(values, axis=-1):
    e = np.exp(values)
    return e / e.sum(axis, keepdims=True)


def length(values):
    return np.sqrt((values * values).sum())


logistic = Lambda(z, log(1 + exp(z)))
ones = OneMatrix(n, 1)
centred = x - mean(x) * ones
P = softmax(x)
layer = (X * W).applyfunc(tanh)

# What is differentiated, and the same as a person writes it for arrays of complex numbers.
LOSSES = {
    "least squares": (norm(X * w - y) ** 2, w, lambda X, w, y: ((X @ w - y) ** 2).sum()),
    "ridge of a matrix": (
        norm(X * W - T) ** 2 + t * norm(W) ** 2,
        W,
        lambda X, W, T, t: ((X @ W - T) ** 2).sum() + t * (W**2).sum(),
    ),
    "a norm that is not squared": (norm(X * w - y), w, lambda X, w, y: length(X @ w - y)),
    "logistic regression": (
        sum_entries((X * w).applyfunc(logistic)) - Trace(y.T * X * w),
        w,
        lambda X, w, y: np.log(1 + np.exp(X @ w)).sum() - y @ X @ w,
    ),
    "softmax cross-entropy": (
        -sum_entries(HadamardProduct(T, softmax(X * W, axis=1).applyfunc(log))),
        W,
        lambda X, W, T: -(T * np.log(soft(X @ W))).sum(),
    ),
    "log-sum-exp": (
        log(sum_entries((A * x).applyfunc(exp))), x, lambda A, x: np.log(np.exp(A @ x).sum())),
    "log-determinant": (logdet(A), A, lambda A: np.log(np.linalg.det(A))),
    "a bilinear form of an inverse": (
        x.T * Inverse(A) * y, A, lambda A, x, y: x @ np.linalg.inv(A) @ y),
    "Gaussian likelihood": (
        logdet(A) + Trace(x.T * Inverse(A) * x),
        A,
        lambda A, x: np.log(np.linalg.det(A)) + x @ np.linalg.inv(A) @ x,
    ),
    "log-determinant of a Gram matrix": (
        logdet(X.T * X), X, lambda X: np.log(np.linalg.det(X.T @ X))),
    "a determinant": (Determinant(A), A, np.linalg.det),
    "attention": (
        sum_entries(HadamardProduct(C, softmax(U * K * t, axis=1) * B)),
        U,
        lambda U, K, B, C, t: (C * (soft(U @ K * t) @ B)).sum(),
    ),
    "Kullback-Leibler divergence": (
        Trace(P.T * (P.applyfunc(log) - y.applyfunc(log))),
        x,
        lambda x, y: (soft(x) * (np.log(soft(x)) - np.log(y))).sum(),
    ),
    "batch norm": (
        y.T * centred / sqrt(norm(centred) ** 2 + t),
        x,
        lambda x, y, t: y @ (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).sum() + t),
    ),
    "quadratic form": (x.T * A * x, x, lambda A, x: x @ A @ x),
    "quadratic form of a matrix": (
        Trace(X.T * A * X * B), X, lambda A, B, X: np.trace(X.T @ A @ X @ B)),
    "quadratic form of a row": (r * B * r.T, r, lambda B, r: r @ B @ r),
    "a cubic trace": (Trace(A * A * A), A, lambda A: np.trace(A @ A @ A)),
    "distance from orthogonality": (
        norm(X.T * X - Identity(m)) ** 2, X, lambda X: ((X.T @ X - np.eye(3)) ** 2).sum()),
    "factorisation, with a letter V": (
        norm(Y - U * V.T) ** 2, U, lambda U, V, Y: ((Y - U @ V.T) ** 2).sum()),
    "factorisation of a fourth power": (
        norm(Y - U * V.T) ** 4, V, lambda U, V, Y: ((Y - U @ V.T) ** 2).sum() ** 2),
    "two layers": (
        norm((layer * M).applyfunc(tanh) - T) ** 2,
        W,
        lambda X, W, M, T: ((np.tanh(np.tanh(X @ W) @ M) - T) ** 2).sum(),
    ),
    "an elementwise function": (sum_entries(X.applyfunc(exp)), X, lambda X: np.exp(X).sum()),
}  # fmt: skip

MAPS = {
    "AXB": (A * X * B, X, lambda A, X, B: A @ X @ B),
    "a Gram matrix": (X.T * X, X, lambda X: X.T @ X),
    "a transpose": (t * X.T, X, lambda X, t: t * X.T),
    "a layer": (layer, W, lambda X, W: np.tanh(X @ W)),
    "an inverse": (Inverse(A) * C, A, lambda A, C: np.linalg.inv(A) @ C),
    "softmax of a column": (softmax(A * x), x, lambda A, x: soft(A @ x)),
    "softmax of rows": (softmax(X * W, axis=1), W, lambda X, W: soft(X @ W)),
    "attention": (
        softmax(U * K, axis=1) * B, U, lambda U, K, B: soft(U @ K) @ B),
    "a norm times a vector": (norm(x) * x, x, lambda x: length(x) * x),
    "an outer product": (x * x.T, x, lambda x: np.outer(x, x)),
    "a row": (x.T * X, X, lambda x, X: x @ X),
    "batch norm": (
        centred / sqrt(norm(centred) ** 2 + t),
        x,
        lambda x, t: (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).sum() + t),
    ),
    "a Kronecker product": (KroneckerProduct(X, M), X, np.kron),
    "entries times entries": (HadamardProduct(X, A * X), X, lambda A, X: X * (A @ X)),
    "explicit entries": (
        Matrix([[w[0, 0] * w[1, 0]], [w[2, 0] ** 2]]), w,
        lambda w: np.array([w[0] * w[1], w[2] ** 2])),
}  # fmt: skip


def step_of(given, name, direction):
    """The rate of a function along a direction, by a step into the complex numbers."""

    def rate(function):
        moved = {**given, name: given[name] + 1e-30j * direction}
        return np.imag(function(**moved)) / 1e-30

    return rate


def gradient_by_hand(function, given, name):
    """∂L/∂X, entry by entry."""
    found = np.zeros(np.shape(given[name]))
    for place in np.ndindex(found.shape):
        direction = np.zeros(found.shape)
        direction[place] = 1
        found[place] = step_of(given, name, direction)(function)
    return found


def names_of(function):
    return list(inspect.signature(function).parameters)


def given_to(function):
    names = ["A"] if function is np.linalg.det else names_of(function)
    return arrays(*(["X", "M"] if function is np.kron else names))


def by_position(function):
    """A function of arrays by name, also where NumPy has other names."""
    own = {np.linalg.det: ["A"], np.kron: ["X", "M"]}.get(function)
    return function if own is None else lambda **given: function(*(given[name] for name in own))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", LOSSES)
def test_a_hessian_times_a_direction(name, backend):
    expr, wrt, function = LOSSES[name]
    given, loss = given_to(function), by_position(function)
    product = hessian(expr, wrt).to_function(backend, form="product")
    direction = np.random.default_rng(1).normal(size=np.shape(given[wrt.name]))
    letter = product._names[1]
    found = np.asarray(product(**given, **{letter: direction}))
    ahead, behind = (
        gradient_by_hand(loss, {**given, wrt.name: given[wrt.name] + step * direction}, wrt.name)
        for step in (1e-5, -1e-5)
    )
    wanted = (ahead - behind) / 2e-5
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6 * abs(wanted).max())


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", MAPS)
def test_a_jacobian_times_a_direction_from_either_side(name, backend):
    expr, wrt, function = MAPS[name]
    given, value = given_to(function), by_position(function)
    d = derive(expr, wrt)
    rng = np.random.default_rng(1)
    direction = rng.normal(size=np.shape(given[wrt.name]))
    product = d.to_function(backend, form="product")
    found = np.asarray(product(**given, **{product._names[1]: direction}))
    wanted = step_of(given, wrt.name, direction)(value)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-10)
    weights = rng.normal(size=wanted.shape)
    product = d.to_function(backend, form="transposed product")
    found = np.asarray(product(**given, **{product._names[1]: weights}))
    wanted = gradient_by_hand(lambda **at: (weights * value(**at)).sum(), given, wrt.name)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", ["quadratic form of a matrix", "softmax cross-entropy"])
def test_the_judge_puts_a_product_against_the_hessian(name):
    d = hessian(*LOSSES[name][:2])
    direction = MatrixSymbol("V", *d.wrt.shape)
    product = products.product_of(d)
    assert product.verify({n: 4, m: 3, p: 2}, code="numpy").entries > 5
    sizes = {n: 4, m: 3, p: 2}
    assert check_equation(d.result * vec(direction), vec(product.result), sizes=sizes)
    with pytest.raises(VerificationError):
        check_equation(d.result * vec(2 * direction), vec(product.result), sizes=sizes)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("name", ["AXB", "a layer", "a norm times a vector", "a transpose"])
def test_the_judge_puts_a_product_against_the_jacobian(name, transposed):
    d = derive(*MAPS[name][:2])
    product = products.product_of(d, transposed=transposed)
    assert product.verify()
    assert product.replay() == product.result
    letter, shape = ("U", d.expr.shape) if transposed else ("V", d.wrt.shape)
    direction = MatrixSymbol(letter if shape[1] != 1 else letter.lower(), *shape)
    matrix = d.result.T if transposed else d.result
    assert check_equation(matrix * vec(direction), vec(product.result))


# --- nothing of the size of the whole matrix ------------------------------------------------


@pytest.mark.parametrize(
    ("expr", "wrt", "code"),
    [
        (LOSSES["ridge of a matrix"][0], W, "return 2 * t * V + 2 * (X.T @ (X @ V))"),
        (
            norm(X * w - y) ** 2 + t * norm(w) ** 2,
            w,
            "return 2 * t * v + 2 * (X.T @ (X @ v))",
        ),
        (LOSSES["logistic regression"][0], w, "return X.T @ ((X @ v) * ((1 - u) * u))"),
    ],
)
def test_no_matrix_is_formed_on_the_way(expr, wrt, code):
    source = hessian(expr, wrt).to_code(form="product")
    assert source.splitlines()[-1].strip() == code


def test_equations_have_one_right_side():
    """A diagonal matrix beside what is solved with scales the right side, and is not one."""
    source = hessian(LOSSES["logistic regression"][0] + t * norm(w) ** 2, w).to_code(form="solve")
    assert "np.linalg.solve(" in source
    assert "np.diag(" not in source


def test_products_of_many_layers_keep_names():
    """Sixty layers, each calculated once, and both products as steps into the complex give them."""
    columns, value, weights = symbols("N", integer=True, positive=True), None, []
    value = MatrixSymbol("S0", n, columns)
    where = {}
    for i in range(1, 61):
        weights.append(MatrixSymbol(f"W{i}", n, n))
        name = MatrixSymbol(f"S{i}", n, columns)
        where[name], value = (weights[-1] * value).applyfunc(tanh), name
    d = derive(value, weights[0], where=where)
    rng = np.random.default_rng(0)
    given = {"S0": rng.normal(size=(3, 2))}
    given |= {str(each): np.eye(3) + rng.normal(size=(3, 3)) / 9 for each in weights}

    def network(S0, **given):
        for each in weights:
            S0 = np.tanh(given[str(each)] @ S0)
        return S0

    product = d.to_function(form="product", value=True)
    assert d.to_code(form="product", value=True).count("np.tanh(") == 60
    direction, weighting = rng.normal(size=(3, 3)), rng.normal(size=(3, 2))
    end, slope = product(**given, V=direction)
    np.testing.assert_allclose(end, network(**given))
    np.testing.assert_allclose(slope, step_of(given, "W1", direction)(network))
    back = d.to_function(form="transposed product")(**given, U=weighting)
    wanted = gradient_by_hand(lambda **at: (weighting * network(**at)).sum(), given, "W1")
    np.testing.assert_allclose(back, wanted)


def test_a_hessian_that_no_memory_holds():
    """With 20,000 weights H has 3.2 GB; a product is right against differences of gradients."""
    rng = np.random.default_rng(2)
    points, labels = rng.normal(size=(50, 20_000)) / 100, rng.integers(0, 2, 50).astype(float)
    weights, direction = rng.normal(size=20_000), rng.normal(size=20_000)
    expr, wrt, _ = LOSSES["logistic regression"]
    d = hessian(expr, wrt)
    found = d.to_function(form="product")(weights, direction, points)
    assert found.shape == (20_000,)

    def slope(at):
        return points.T @ (1 / (1 + np.exp(-points @ at)) - labels)

    wanted = (slope(weights + 1e-5 * direction) - slope(weights - 1e-5 * direction)) / 2e-5
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6 * abs(wanted).max())


def test_solving_with_a_hessian_that_no_memory_holds():
    rng = np.random.default_rng(2)
    points, weights = rng.normal(size=(50, 20_000)) / 100, rng.normal(size=20_000)
    expr, wrt, _ = LOSSES["logistic regression"]
    d = hessian(expr + t * norm(w) ** 2 / 2, wrt)
    right = rng.normal(size=20_000)
    found = d.to_function(form="solve")(weights, right, points, 0.3)
    slopes = 1 / (1 + np.exp(-points @ weights))
    back = points.T @ (slopes * (1 - slopes) * (points @ found)) + 0.3 * found
    np.testing.assert_allclose(back, right, rtol=1e-9, atol=1e-9)


# --- arguments ------------------------------------------------------------------------------


def test_the_direction_is_the_second_argument_and_the_variable_is_kept():
    d = hessian(x.T * A * x, x)
    assert str(inspect.signature(d.to_function(form="product"))) == "(x, v, A)"
    assert "x: not needed" in d.to_code(form="product")
    chosen = d.to_function(form="product", args=["A", "v"])
    assert str(inspect.signature(chosen)) == "(A, v)"
    np.testing.assert_array_equal(chosen([[1, 2], [3, 4]], [1, 0]), [2, 5])
    with pytest.raises(InputError, match="args does not list v"):
        d.to_code(form="product", args=["x", "A"])


def test_a_letter_of_the_author_is_not_taken_for_the_direction():
    v, V_1 = MatrixSymbol("v", n, 1), MatrixSymbol("V_1", m, p)
    d = hessian(x.T * A * x * (v.T * x), x)
    assert str(inspect.signature(d.to_function(form="product"))) == "(x, v_1, A, v)"
    d = hessian(norm(Y - U * (V + V_1).T) ** 2, U)
    assert str(inspect.signature(d.to_function(form="product"))) == "(U, V_2, V, V_1)"


def test_names_of_the_author_stay():
    d = hessian(norm(S - T) ** 4, W, where={S: layer})
    code = d.to_code(form="product")
    assert "S = np.tanh(N)" in code
    given = arrays("X", "W", "T", "V")
    plain = hessian(norm(layer - T) ** 4, W)
    np.testing.assert_allclose(
        d.to_function(form="product")(**given), plain.to_function(form="product")(**given)
    )


def test_one_dictionary_serves_all_forms():
    expr, wrt, _ = LOSSES["ridge of a matrix"]
    given = arrays("X", "W", "T", "t", "V")
    assert hessian(expr, wrt).to_function(form="product")(**given).shape == (3, 2)
    assert hessian(expr, wrt).to_function(form="solve")(**given).shape == (3, 2)


def test_the_value_with_a_product():
    given = arrays("X", "W", "V")
    value, slope = derive(layer, W).to_function(form="product", value=True)(**given)
    np.testing.assert_allclose(value, np.tanh(given["X"] @ given["W"]))
    np.testing.assert_allclose(slope, (1 - value**2) * (given["X"] @ given["V"]))
    at = arrays("A", "x")
    loss, gradient, product = hessian(x.T * A * x, x).to_function(form="product", value=True)(
        at["x"], 2 * at["x"], at["A"]
    )
    np.testing.assert_allclose(loss, at["x"] @ at["A"] @ at["x"])
    np.testing.assert_allclose(product, 2 * gradient)


def test_a_vector_of_another_length_is_refused():
    product = hessian(x.T * A * x, x).to_function(form="product")
    with pytest.raises(SizesError, match="A is 3×3 and should be n×n, and n is 2"):
        product([1, 2, 3], [1, 2], np.eye(3))


@pytest.mark.needs("scipy")
def test_scipy_takes_a_product_as_it_is():
    from scipy.optimize import minimize

    expr = sum_entries((X * w).applyfunc(logistic)) - Trace(y.T * X * w) + t * norm(w) ** 2
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(30, 3)), rng.integers(0, 2, 30).astype(float)
    objective = derive(expr, w).to_function(value=True, args=["w", "X", "t", "y"])
    product = hessian(expr, w).to_function(form="product", args=["w", "v", "X", "t", "y"])
    found = minimize(
        objective, np.zeros(3), args=(points, 0.1, labels), jac=True, hessp=product,
        method="Newton-CG", options={"xtol": 1e-10},
    )  # fmt: skip
    slope = points.T @ (1 / (1 + np.exp(-points @ found.x)) - labels) + 0.2 * found.x
    assert found.success
    assert abs(slope).max() < 1e-6


# --- operators ------------------------------------------------------------------------------


@pytest.mark.needs("scipy")
@pytest.mark.parametrize("name", ["AXB", "a row", "a Gram matrix", "softmax of a column"])
def test_an_operator_is_the_jacobian(name):
    expr, wrt, function = MAPS[name]
    given = given_to(function)
    d = derive(expr, wrt)
    operator = d.to_operator()
    linear = operator(**given)
    columns = [
        np.ravel(step_of(given, wrt.name, unit)(function), order="F")
        for unit in units_of(np.shape(given[wrt.name]))
    ]
    jacobian = np.column_stack(columns)
    assert linear.shape == jacobian.shape
    assert linear.dtype == float
    np.testing.assert_allclose(linear @ np.eye(jacobian.shape[1]), jacobian, atol=1e-10)
    np.testing.assert_allclose(linear.H @ np.eye(jacobian.shape[0]), jacobian.T, atol=1e-10)
    again = pickle.loads(pickle.dumps(operator))(**given)
    ones_in_all = np.ones(jacobian.shape[1])
    np.testing.assert_array_equal(again @ ones_in_all, linear @ ones_in_all)
    assert repr(copy.copy(operator)) == repr(operator)


def units_of(shape):
    """Matrices with a single one, column by column."""
    size = int(np.prod(shape))
    return [np.eye(size)[i].reshape(shape, order="F") for i in range(size)]


@pytest.mark.needs("scipy")
def test_an_operator_is_the_hessian_and_its_inverse():
    from scipy.sparse.linalg import cg

    expr, wrt, _ = LOSSES["ridge of a matrix"]
    given = arrays("X", "W", "T", "t")
    d = hessian(expr, wrt)
    H = d.to_operator()(**given)
    dense = np.kron(np.eye(2), 2 * (given["X"].T @ given["X"] + 0.7 * np.eye(3)))
    np.testing.assert_allclose(H @ np.eye(6), dense)
    np.testing.assert_allclose(H.rmatvec(np.arange(6)), dense @ np.arange(6))
    inverse = d.to_operator("solve")(given["W"], given["X"], given["t"])
    np.testing.assert_allclose(inverse @ dense, np.eye(6), atol=1e-12)
    right = np.arange(6.0)
    found, failed = cg(H, right, rtol=1e-12, M=inverse)
    assert failed == 0
    np.testing.assert_allclose(dense @ found, right, atol=1e-9)


@pytest.mark.needs("scipy")
def test_what_an_operator_is_handed_is_looked_at():
    operator = hessian(LOSSES["ridge of a matrix"][0], W).to_operator(args=["X", "W", "t", "T"])
    given = arrays("X", "W", "t", "T")
    assert operator(*given.values()).shape == (6, 6)
    assert repr(operator) == "<operator hessian(X, W, t, T) of NumPy arrays>"
    with pytest.raises(InputError, match="was not given T"):
        operator(given["X"], given["W"], given["t"])
    with pytest.raises(InputError, match="was given X twice"):
        operator(given["X"], **given)
    with pytest.raises(InputError, match="takes 4 arguments, and 5 were given"):
        operator(*given.values(), 1)
    with pytest.raises(InputError, match="has no argument q"):
        operator(**given, q=1)
    with pytest.raises(SizesError, match="V is 5×2 and should be m×p"):
        operator(**{**given, "W": np.ones((5, 2))})


def test_an_operator_needs_its_variable_and_scipy(monkeypatch):
    d = derive(A * X, X)
    with pytest.raises(InputError, match="args does not list X, the variable"):
        d.to_operator(args=["A"])
    with pytest.raises(InputError, match='form must be "product" or "solve" for an operator'):
        d.to_operator("transposed product")
    monkeypatch.setitem(sys.modules, "scipy.sparse.linalg", None)
    with pytest.raises(BackendError, match="SciPy is not installed"):
        d.to_operator()(X=np.ones((2, 2)), A=np.ones((2, 2)))


# --- solving --------------------------------------------------------------------------------

SOLVED = {
    "a multiple of the identity": (t * norm(X) ** 2, X),
    "diagonal": (sum_entries(y.applyfunc(Lambda(z, z * log(z)))), y),
    "diagonal, of a matrix": (sum_entries(X.applyfunc(exp)), X),
    "diagonal plus low rank": (LOSSES["logistic regression"][0] + t * norm(w) ** 2, w),
    "identity plus a Gram matrix": (LOSSES["least squares"][0] + t * norm(w) ** 2, w),
    "diagonal plus rank one": (LOSSES["log-sum-exp"][0].subs(A, Identity(n)) + t * norm(x) ** 2, x),
    "rank one, of a matrix": (norm(X) ** 4, X),
    "a name v on the way": (norm(w - r.T) ** 4 + t * norm(w) ** 2, w),
    "low rank around a sum": (
        log(sum_entries((X * w).applyfunc(exp))) + t * norm(w) ** 2, w),
    "Kronecker product": (LOSSES["ridge of a matrix"][0], W),
    "Kronecker product with columns": (norm(K * B * X.T) ** 2 + t * norm(X) ** 2, X),
    "Kronecker sum": (norm(A * X) ** 2 + norm(X * B) ** 2, X),
    "Kronecker product and transposition": (logdet(A), A),
}  # fmt: skip


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SOLVED)
def test_a_solution_solves(name, backend):
    d = hessian(*SOLVED[name])
    given = arrays(*SHAPES)
    known = {str(symbol) for symbol in d._asked.letters}
    given = {name: value for name, value in given.items() if name in known}
    solve, matrix = d.to_function(backend, form="solve"), d.to_function()(**given)
    shape = np.shape(given[d.wrt.name])
    right = np.random.default_rng(1).normal(size=shape)
    found = np.asarray(solve(**{**given, solve._names[1]: right}))
    assert found.shape == shape
    np.testing.assert_allclose(
        np.asarray(matrix) @ np.ravel(found, order="F"), np.ravel(right, order="F"), atol=1e-9
    )


def test_a_jacobian_is_solved_with_too():
    solve = derive(A * X * B, X).to_function(form="solve")
    given = arrays("A", "B", "C")
    found = solve(X=None, V=given["C"], A=given["A"], B=given["B"])
    np.testing.assert_allclose(given["A"] @ found @ given["B"], given["C"])


@pytest.mark.parametrize(
    ("d", "told"),
    [
        (hessian(x.T * A * x, x), r'"A \+ Aᵀ" is not seen to be one; form the whole matrix'),
        (hessian(LOSSES["least squares"][0], w), r'"Xᵀ\*X" is not seen to be one'),
        (hessian(norm(X.T * X) ** 2, X), "is not seen to be one"),
        (hessian(norm(w) ** 4 + norm(X * w) ** 2, w), "is not seen to be one"),
        (hessian(norm(x), x), r"is singular at the points where it was tried; .*minres"),
        (hessian(log(sum_entries(x.applyfunc(exp))), x), "singular"),
        (hessian(LOSSES["a bilinear form of an inverse"][0], A), "singular"),
        (hessian(x.T * y, x), "needs an invertible matrix, and this one is zero"),
        (derive(X.T * x, x), "needs a square matrix, and .* is m×n; .*lsqr"),
    ],
    ids=str,
)
def test_what_is_not_solved_with(d, told):
    with pytest.raises(UnsupportedError, match=told):
        d.to_function(form="solve")


def test_a_singular_matrix_at_a_point():
    solve = derive(A * x, x).to_function(form="solve")
    with pytest.raises(UndefinedError, match=r"jacobian_solve\(x, v, A\) has no value here"):
        solve([0, 0], [1, 1], np.ones((2, 2)))


# --- what is refused ------------------------------------------------------------------------

REFUSED = {
    "a gradient": (derive(x.T * A * x, x), "this is a gradient, .*hessian"),
    "gradients": (derive(x.T * A * y, [x, y]), "this is a gradient"),
    "a rate": (derive(t**2 * X, t), "the scalar t is multiplied by a number itself"),
    "a derivative by a scalar": (derive(t**2, t), "this is a gradient"),
    "a second derivative by a scalar": (hessian(t**4, t), "is a number: multiply or divide"),
    "Jacobians": (derive(A * X, [A, X]), r'for one variable at a time; take d\[A\]\.to_function'),
    "a Matrix of symbols": (hessian(t**2 * z, [t, z]), "needs a MatrixSymbol as the variable"),
    "a symmetric variable": (
        hessian(logdet(A), A, structure="symmetric"),
        r'whose entries are all free, and A is declared symmetric; .*BasisMatrix\("symmetric", n\)',
    ),
    "a diagonal variable": (derive(A * X, A, structure="diagonal"), "A is declared diagonal"),
}  # fmt: skip


@pytest.mark.parametrize("form", ["product", "transposed product", "solve"])
@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_such_form(name, form):
    d, told = REFUSED[name]
    with pytest.raises(InputError, match=f'form="{form}".*{told}'):
        d.to_code(form=form)


def test_other_refusals():
    d = hessian(x.T * A * x, x)
    with pytest.raises(InputError, match='own transpose; take form="product"'):
        d.to_code(form="transposed product")
    with pytest.raises(InputError, match=r"form must be one of .*did you mean 'product'"):
        d.to_code(form="prodct")
    with pytest.raises(InputError, match=r"form must be one of .* not \['product'\]"):
        d.to_code(form=["product"])
    sigma = Function("sigma")
    with pytest.raises(InputError, match="sigma is abstract; say what stands there"):
        hessian(sum_entries((X * w).applyfunc(sigma)), w).to_code(form="product")


def test_an_advice_for_a_symmetric_variable_is_right():
    """With v for the free entries and vec(V) = B v, Bᵀ vec(HV) is the Hessian by them times v."""
    symmetric = hessian(logdet(A), A, structure="symmetric").to_function()
    product = hessian(logdet(A), A).to_function(form="product")
    at = np.array([[2.0, 0.3, 0.1], [0.3, 3.0, -0.4], [0.1, -0.4, 1.5]])
    v = np.arange(1.0, 7.0)
    basis = np.zeros((9, 6))
    for k, (i, j) in enumerate([(0, 0), (1, 0), (2, 0), (1, 1), (2, 1), (2, 2)]):
        basis[[3 * j + i, 3 * i + j], k] = 1
    direction = (basis @ v).reshape(3, 3, order="F")
    found = basis.T @ product(at, direction).ravel(order="F")
    np.testing.assert_allclose(symmetric(at) @ v, found)


def test_assumptions_stay():
    d = hessian(x.T * A * x, x, assuming=Q.symmetric(A))
    assert d.to_code(form="product").splitlines()[-1].strip() == "return 2 * (A @ v)"
    assert "A symmetric" in d.to_code(form="product")


# --- derivatives by a scalar, whose code the products share ----------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_norm_in_a_matrix_that_moves_with_a_scalar(backend):
    d = derive(norm(X + t * C) * Y, t)
    given = arrays("X", "C", "Y", "t")

    def value(X, C, Y, t):
        return length(X + t * C) * Y

    wanted = np.imag(value(**{**given, "t": given["t"] + 1e-30j})) / 1e-30
    np.testing.assert_allclose(np.asarray(d.to_function(backend)(**given)), wanted)
