"""A function that was made is an object: it is copied, pickled, read, and taken by other tools."""

from __future__ import annotations

import concurrent.futures
import copy
import inspect
import multiprocessing
import pickle

import numpy as np
import pytest
from sympy import MatrixSymbol, Symbol, Trace, symbols, tanh
from test_compiled import BACKENDS

from derivlib import (
    BackendError,
    InputError,
    SizesError,
    UndefinedError,
    derive,
    hessian,
    logdet,
    norm,
    sum_entries,
)
from derivlib.code import GeneratedFunction

n, m = symbols("n m", integer=True, positive=True)
A, X, w = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1)
x, y, t = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), Symbol("t")
i, j = symbols("i j", integer=True)

layer = derive(sum_entries((X * w).applyfunc(tanh)) + t * norm(w) ** 2, w)
rng = np.random.default_rng(0)
GIVEN = {"w": rng.normal(size=3), "X": rng.normal(size=(4, 3)), "t": 0.5}

# --- copies -------------------------------------------------------------------------------


def through_pickle(function):
    return pickle.loads(pickle.dumps(function))


COPIES = {"pickle": through_pickle, "copy": copy.copy, "deepcopy": copy.deepcopy}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_copies_calculate_the_same(backend, copied):
    function = layer.to_function(backend, value=True)
    again = copied(function)
    for one, other in zip(function(**GIVEN), again(**GIVEN), strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    assert inspect.getsource(again) == inspect.getsource(function)
    assert inspect.signature(again) == inspect.signature(function)
    with pytest.raises(SizesError, match="X is 4×2 and should be n×m"):
        again(GIVEN["w"], X=np.ones((4, 2)), t=1)
    with pytest.raises(InputError, match="has no argument z"):
        again(z=1)


def test_copies_look_at_places_too():
    again = through_pickle(derive(X[i, j] ** 2, X).to_function())
    with pytest.raises(SizesError, match="has no entry"):
        again(np.ones((2, 2)), 2, 0)


@pytest.mark.needs("joblib")
@pytest.mark.needs("cloudpickle")
def test_joblib_and_cloudpickle_take_them():
    import cloudpickle
    import joblib

    function = layer.to_function()
    again = pickle.loads(cloudpickle.dumps(function))
    np.testing.assert_array_equal(again(**GIVEN), function(**GIVEN))
    assert joblib.hash(function) == joblib.hash(again)


def test_a_process_that_is_spawned_takes_them():
    function = layer.to_function()
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
        found = pool.submit(function, **GIVEN).result(timeout=120)
    np.testing.assert_array_equal(found, function(**GIVEN))


@pytest.mark.needs("torch")
def test_unpickling_where_the_library_is_missing(monkeypatch):
    data = pickle.dumps(layer.to_function("torch"))

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(BackendError, match="PyTorch is not installed"):
        pickle.loads(data)


# --- reading ------------------------------------------------------------------------------


def test_what_inspect_finds():
    function = layer.to_function(name="slope")
    assert isinstance(function, GeneratedFunction)
    assert function.__name__ == "slope"
    assert layer.to_code(name="slope").endswith(inspect.getsource(function))
    assert str(inspect.signature(function)) == "(w, X, t)"
    assert inspect.getdoc(function).startswith("∂L/∂w = ")
    assert repr(function) == "<slope(w, X, t) of NumPy arrays>"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("NumPy", "numpy"), ("np", "numpy"), (np, "numpy"), ("JAX", "jax"), ("jnp", "jax"),
     ("pytorch", "torch"), ("Torch", "torch"), ("pytroch", "torch")],
)  # fmt: skip
def test_another_name_of_a_backend_is_refused_with_the_right_one(name, meant):
    with pytest.raises(InputError, match=f"must be one of .*; did you mean '{meant}'"):
        layer.to_code(name)


@pytest.mark.parametrize("name", ["julia", None, 7])
def test_what_is_no_backend(name):
    with pytest.raises(InputError, match=r"must be one of 'numpy', 'jax', 'torch', not [^;]*$"):
        layer.to_code(name)


# --- stacks of arrays ---------------------------------------------------------------------

quadratic = derive(x.T * A * x, x)
stack, matrix = rng.normal(size=(5, 3)), rng.normal(size=(3, 3))
BY_HAND = np.stack([(matrix + matrix.T) @ row for row in stack])


def advice(function, *given, **named):
    """The call that the refusal of a stack advises."""
    with pytest.raises(SizesError, match="for a stack of them call") as refused:
        function(*given, **named)
    return str(refused.value).split("call ")[1]


def test_a_stack_in_numpy():
    gradient = quadratic.to_function()
    told = advice(gradient, stack, matrix)
    assert told == 'numpy.vectorize(gradient, signature="(n),(n,n)->(n)")'
    stacked = np.vectorize(gradient, signature="(n),(n,n)->(n)")
    np.testing.assert_allclose(stacked(stack, matrix), BY_HAND)


def test_stacks_of_several_results_in_numpy():
    """Sizes that are products become single names."""
    d = hessian(sum_entries((X * X.T).applyfunc(tanh)), X)
    function = d.to_function(value=True)
    told = advice(function, rng.normal(size=(5, 3, 2)))
    assert told == 'numpy.vectorize(hessian, signature="(n,m)->(),(n,m),(m_n,m_n)")'
    value, gradient, curvature = eval(told, {"numpy": np, "hessian": function})(
        given := rng.normal(size=(5, 3, 2))
    )
    assert value.shape == (5,)
    for k in range(5):
        alone = function(given[k])
        for found, wanted in zip((value[k], gradient[k], curvature[k]), alone, strict=True):
            np.testing.assert_allclose(found, wanted)


@pytest.mark.needs("jax")
def test_a_stack_in_jax():
    import jax

    gradient = quadratic.to_function("jax")
    told = advice(gradient, stack, matrix)
    assert told == "jax.vmap(gradient, in_axes=(0, None))"
    stacked = eval(told, {"jax": jax, "gradient": gradient})
    np.testing.assert_allclose(stacked(stack, matrix), BY_HAND)
    np.testing.assert_allclose(jax.jit(stacked)(stack, matrix), BY_HAND)


@pytest.mark.needs("torch")
def test_a_stack_in_torch():
    import torch

    gradient = quadratic.to_function("torch")
    tensors = torch.tensor(stack), torch.tensor(matrix)
    told = advice(gradient, *tensors)
    assert told == "torch.func.vmap(gradient, in_dims=(0, None))"
    stacked = eval(told, {"torch": torch, "gradient": gradient})
    np.testing.assert_allclose(stacked(*tensors).numpy(), BY_HAND)


MAPPED = {
    "a Jacobian": derive(X.T * A * X, X),
    "logarithm of a determinant": derive(logdet(A * A.T), A),
    "a single entry": derive(X[0, 1] ** 2, X),
    "blocks": hessian(sum_entries((A * X).applyfunc(tanh)), X),
    "symmetric": derive(A * x, A, structure="symmetric"),
    "a calculated number everywhere": derive(sum_entries(X) ** 2 * Trace(A), X),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", MAPPED)
def test_what_is_made_of_nothing_is_mapped_too(name, backend):
    d = MAPPED[name]
    function = d.to_function(backend, value=name.startswith("log"))
    shapes = {"X": (5, 3, 2), "A": (5, 3, 3), "x": (5, 3)}
    names = list(inspect.signature(function).parameters)
    given = [rng.normal(size=shapes[name]) for name in names]
    if backend == "numpy":
        stacked = eval(advice(function, *given), {"numpy": np, function.__name__: function})
    elif backend == "jax":
        stacked = pytest.importorskip("jax").vmap(function)
    else:
        torch = pytest.importorskip("torch")
        stacked, given = torch.func.vmap(function), list(map(torch.tensor, given))
    found = stacked(*given)
    for k in range(5):
        alone = function(*(array[k] for array in given))
        pairs = zip(found, alone, strict=True) if isinstance(alone, tuple) else [(found, alone)]
        for stack_of, wanted in pairs:
            np.testing.assert_allclose(np.asarray(stack_of[k]), np.asarray(wanted), rtol=1e-7)


# --- compilers and derivatives of other libraries ------------------------------------------


@pytest.mark.needs("jax")
def test_jax_compiles_and_differentiates_it():
    import jax

    function = layer.to_function("jax", value=True)
    value, gradient = jax.jit(function)(**GIVEN)
    np.testing.assert_allclose(
        jax.grad(lambda w: function(w, GIVEN["X"], GIVEN["t"])[0])(GIVEN["w"]), gradient
    )
    np.testing.assert_allclose(value, function(**GIVEN)[0])


@pytest.mark.needs("torch")
def test_torch_differentiates_it():
    import torch

    function = layer.to_function("torch", value=True)
    given = {key: torch.tensor(value, dtype=torch.float64) for key, value in GIVEN.items()}
    value, gradient = function(**given)
    found = torch.func.grad(lambda w: function(w, given["X"], given["t"])[0])(given["w"])
    np.testing.assert_allclose(found.numpy(), gradient.numpy())
    assert value.dtype == torch.float64


@pytest.mark.needs("torch")
def test_torch_compiles_it():
    """Also where the code calls helpers: PyTorch looks for the module they would be in."""
    import torch

    function = derive(X.T * A * X, X).to_function("torch")
    given = torch.tensor(GIVEN["X"]), torch.eye(4, dtype=torch.float64)
    found = torch.compile(function, backend="eager")(*given)
    np.testing.assert_array_equal(found.numpy(), function(*given).numpy())


# --- where there is no value --------------------------------------------------------------


@pytest.mark.parametrize(
    "backend", ["numpy", pytest.param("torch", marks=pytest.mark.needs("torch"))]
)
def test_a_singular_matrix_is_told(backend):
    gradient = derive(Trace(A.inv()), A).to_function(backend)
    assert np.asarray(gradient(2 * np.eye(2))).tolist() == [[-0.25, 0], [0, -0.25]]
    with pytest.raises(
        UndefinedError, match=r"^gradient\(A\) has no value here.* says .*[Ss]ingular"
    ):
        gradient(np.zeros((2, 2)))
