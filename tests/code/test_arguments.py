"""Which arguments a function has, in which order, and what may be given by name."""

from __future__ import annotations

import functools
import inspect

import numpy as np
import pytest
from sympy import (
    HadamardProduct,
    Identity,
    KroneckerProduct,
    Lambda,
    MatrixSymbol,
    Piecewise,
    Q,
    Symbol,
    Trace,
    exp,
    log,
    symbols,
)
from test_compiled import BACKENDS

from derivlib import InputError, SizesError, derive, hessian, norm, sum_entries

n, m, k = symbols("n m k", integer=True, positive=True)
A, C = MatrixSymbol("A", n, n), MatrixSymbol("C", n, n)
X, w = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1)
x, y, b = (MatrixSymbol(name, n, 1) for name in "xyb")
t, z = Symbol("t"), Symbol("z")

ridge = norm(X * w - y) ** 2 + t * norm(w) ** 2
"""Its Hessian, 2 (tI + XᵀX), depends neither on w nor on y."""

logistic = sum_entries((X * w).applyfunc(Lambda(z, log(1 + exp(z))))) - Trace(y.T * X * w)


def parameters(function):
    return list(inspect.signature(function).parameters)


rng = np.random.default_rng(0)
DATA = {"w": rng.normal(size=3), "X": rng.normal(size=(20, 3)), "y": rng.normal(size=20), "t": 0.5}

# --- the order ----------------------------------------------------------------------------

ORDERS = {
    "equal shapes": (derive(Trace((A - C).T * (A - C)), A), ["A", "C"]),
    "equal shapes, the other variable": (derive(Trace((A - C).T * (A - C)), C), ["C", "A"]),
    "least squares": (derive((X * w - y).T * (X * w - y), w), ["w", "X", "y"]),
    "a difference turned round": (derive(norm(b - A * x), x), ["x", "A", "b"]),
    "a scalar": (derive(t * norm(x) ** 2 + norm(A * x - b) ** 2, x), ["x", "A", "b", "t"]),
    "a scalar variable": (derive(ridge, t), ["w"]),
    "several variables, as they are listed": (derive(ridge, [y, w]), ["y", "w", "X", "t"]),
    "a Hessian": (hessian(logistic, w), ["w", "X"]),
    "what a Hessian does not need": (hessian(ridge, w), ["X", "t"]),
    "a size that no array tells": (derive(Trace(Identity(n)) * t**2, t), ["t", "n"]),
    "an array that is there for its size": (hessian(x.T * x, x), ["x"]),
    "a constant": (derive(sum_entries(A), y), ["y"]),
}


@pytest.mark.parametrize("name", ORDERS)
def test_variables_come_first_and_the_others_by_name(name):
    d, wanted = ORDERS[name]
    assert parameters(d.to_function()) == wanted
    assert f"({', '.join(wanted)}):" in d.to_code()


def test_the_gradient_has_its_sign():
    """In SymPy's inner order (C, A) the same call has the sign reversed."""
    d = derive(Trace((A - C).T * (A - C)), A)
    first, second = rng.normal(size=(2, 4, 4))
    np.testing.assert_allclose(d.to_function()(first, second), 2 * (first - second))
    np.testing.assert_allclose(d.to_function(args=[C, A])(second, first), 2 * (first - second))


def test_the_value_needs_what_the_gradient_does_not():
    d = derive(Trace(A * X * X.T), A)
    assert parameters(d.to_function()) == ["X"]
    assert parameters(d.to_function(value=True)) == ["A", "X"]


# --- args ---------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [[X, y, w, t], ["X", "y", "w", "t"], ("X", y, "w", t)])
@pytest.mark.parametrize("backend", BACKENDS)
def test_args_in_any_order_as_symbols_or_names(args, backend):
    d = derive(ridge, w)
    function = d.to_function(backend, args=args)
    assert parameters(function) == ["X", "y", "w", "t"]
    by_hand = 2 * (DATA["X"].T @ (DATA["X"] @ DATA["w"] - DATA["y"]) + DATA["t"] * DATA["w"])
    found = function(DATA["X"], DATA["y"], DATA["w"], DATA["t"])
    np.testing.assert_allclose(np.asarray(found), by_hand)


def test_args_that_are_not_needed_are_taken_and_ignored():
    """So that a loss, its gradient and its Hessian are called alike."""
    curvature = hessian(ridge, w).to_function(args=[w, X, y, t, "u", MatrixSymbol("V", m, m)])
    assert parameters(curvature) == ["w", "X", "y", "t", "u", "V"]
    by_hand = 2 * (DATA["X"].T @ DATA["X"] + DATA["t"] * np.eye(3))
    for ignored in (np.zeros(3), np.zeros((7, 7)), None, "anything"):
        found = curvature(ignored, DATA["X"], ignored, DATA["t"], ignored, ignored)
        np.testing.assert_allclose(found, by_hand)
    assert ":param w: not needed." in curvature.__doc__


def test_sizes_may_be_arguments():
    function = derive(Trace(A) * t**n, t).to_function(args=[t, A, n])
    assert function(2.0, np.eye(3), 3) == 36
    with pytest.raises(SizesError, match="n is 3 by the arrays, not 4"):
        function(2.0, np.eye(3), np.int64(4))
    only_size = hessian(x.T * x, x).to_function(args=["n"])
    np.testing.assert_allclose(only_size(3), 2 * np.eye(3))


def test_a_size_told_by_several_arguments():
    """An argument that is not needed for its entries may be needed for its size."""
    function = hessian(x.T * x + y.T * b, x).to_function(args=[y, x])
    np.testing.assert_allclose(function(np.zeros(3), None), 2 * np.eye(3))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([w, X], "args does not list t, y, which gradient needs"),
        ([w, "X", "Y", t], "args does not list y, which gradient needs"),
        ([w, X, y, t, w], "args lists w twice"),
        ("wXyt", "args must be a list of symbols or their names, not 'wXyt'"),
        ([w, X, y, t, 3], "args must list symbols or their names, not 3"),
        ([w, MatrixSymbol("X", 5, 3), y, t], "args lists X, and the expression has another"),
    ],
)
def test_args_that_will_not_do(args, said):
    with pytest.raises(InputError, match=said):
        derive(ridge, w).to_code(args=args)


def test_args_without_an_array_that_tells_a_size():
    with pytest.raises(InputError, match="args does not list x, which hessian needs"):
        hessian(x.T * x, x).to_code(args=[])


# --- by name ------------------------------------------------------------------------------


def test_one_dictionary_serves_loss_gradient_and_hessian():
    both, curvature = derive(ridge, w).to_function(value=True), hessian(ridge, w).to_function()
    value, gradient = both(**DATA)
    moved = {**DATA, "w": DATA["w"] + 1e-6 * gradient}
    np.testing.assert_allclose((both(**moved)[0] - value) / 1e-6, gradient @ gradient, rtol=1e-4)
    change = both(**moved)[1] - gradient
    np.testing.assert_allclose(curvature(**DATA) @ gradient, change / 1e-6, rtol=1e-6)


def test_printed_names_of_arguments():
    """A name that Python has taken is changed in code; θ is printed so and written theta."""
    lambda_, theta = Symbol("lambda"), Symbol("theta")
    function = derive(lambda_ * theta**2 * Trace(A), theta).to_function()
    assert parameters(function) == ["theta", "A", "lambda_"]
    for names in ({"lambda": 3.0, "theta": 5.0}, {"lambda_": 3.0, "θ": 5.0}, {"λ": 3, "theta": 5}):
        assert function(A=np.eye(2), **names) == 60
    listed = derive(lambda_ * theta**2, theta).to_function(args=["λ", "theta"])
    assert parameters(listed) == ["lambda_", "theta"]


@pytest.mark.parametrize(
    ("values", "named", "said"),
    [
        ((1, 2, 3), {}, r"hessian\(X, t\) takes 2 arguments, and 3 were given; it does not need w"),
        ((), {"X": 1, "z": 2}, r"hessian\(X, t\) has no argument z"),
        ((1,), {"X": 1}, r"hessian\(X, t\) was given X twice"),
        ((), {"X": 1, "y": 1}, r"hessian\(X, t\) was not given t"),
    ],
)
def test_calls_that_will_not_do(values, named, said):
    with pytest.raises(InputError, match=said):
        hessian(ridge, w).to_function()(*values, **named)


def test_typical_sizes_by_name():
    B, D = MatrixSymbol("B", m, k), MatrixSymbol("D", k, n)
    chain = derive(Trace(X * B * D * A), A)
    for sizes in ({"n": 2, "m": 500, "k": 500}, {"n": 500, "m": 500, "k": 2}):
        by_symbol = {size: sizes[size.name] for size in (n, m, k)}
        assert chain.to_code(sizes={**sizes, "q": 3}) == chain.to_code(sizes=by_symbol)
    assert chain.to_code(sizes={"m": 2}) != chain.to_code(sizes={"k": 2})


# --- other libraries call it --------------------------------------------------------------


def test_scipy_minimises_without_a_wrapper():
    optimize = pytest.importorskip("scipy.optimize")
    points, labels = DATA["X"], (DATA["y"] > 0).astype(float)
    d = derive(logistic, w)
    f = d.to_function(value=True)
    found = optimize.minimize(f, np.zeros(3), args=(points, labels), jac=True)
    assert found.success
    # at the minimum the labels are, on average over the points, what the model says they are
    np.testing.assert_allclose(
        points.T @ (1 / (1 + np.exp(-points @ found.x)) - labels), 0, atol=1e-4
    )
    again = optimize.minimize(functools.partial(f, X=points, y=labels), np.zeros(3), jac=True)
    np.testing.assert_array_equal(again.x, found.x)
    curvature = hessian(logistic, w).to_function(args=[w, X, y])
    newton = optimize.minimize(
        f, np.zeros(3), args=(points, labels), jac=True, hess=curvature, method="Newton-CG"
    )
    np.testing.assert_allclose(newton.x, found.x, atol=1e-4)


def test_arguments_of_a_symmetric_variable():
    S = MatrixSymbol("S", n, n)
    d = derive(Trace(C * S * S) + Trace(KroneckerProduct(S, C)), S, assuming=Q.symmetric(C))
    assert parameters(d.to_function()) == ["S", "C"]
    joint = derive(sum_entries(HadamardProduct(A, C)), [C, A])
    assert parameters(joint.to_function()) == ["C", "A"]


def test_an_index_is_looked_at_each_time():
    """What is remembered of arguments that fit is their type and shape, not a value."""
    i, j = symbols("i j", integer=True)
    function = derive(X[i, j] ** 2, X).to_function()
    array = np.ones((2, 3))
    for _ in range(2):
        assert function(array, np.int64(1), np.int64(2))[1, 2] == 2
    with pytest.raises(SizesError, match="X is 2×3 and has no entry"):
        function(array, np.int64(1), np.int64(-1))


def test_a_condition_on_a_scalar_is_an_argument_of_code():
    choice = Piecewise((1, t > 1), (2, True))
    gradient = derive(choice * Trace(A * A), A).to_function()
    value = np.array([[1.0, 2], [3, 4]])
    for at, factor in ((2.0, 2), (0.0, 4)):
        assert np.array_equal(gradient(A=value, t=at), factor * value.T)


def test_an_array_is_no_expression():
    with pytest.raises(InputError, match="expr must be a SymPy expression"):
        derive(np.ones((2, 2)), A)
