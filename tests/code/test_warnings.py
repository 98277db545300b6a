"""What NumPy, JAX and PyTorch say where the result is infinite or not a number."""

from __future__ import annotations

import importlib
import warnings

import numpy as np
import pytest
from sympy import Determinant, Lambda, MatrixSymbol, Trace, exp, log, sqrt, symbols
from test_compiled import BACKENDS

from derivlib import derive, hessian, sum_entries

n = symbols("n", integer=True, positive=True)
x, A = MatrixSymbol("x", n, 1), MatrixSymbol("A", n, n)
s, t, z = symbols("s t z")

CASES = {
    "1/0 of a number": (derive(log(t), t), {"t": 0.0}, "divide by zero"),
    "1/0 of a whole number": (hessian(1 / t, t), {"t": 0}, "divide by zero"),
    "0/0 of numbers": (derive(s * log(t), t), {"t": 0.0, "s": np.float64(0)}, None),
    "overflow of a number": (derive(t**5, t), {"t": 1e100}, "overflow"),
    "overflow of exp": (derive(exp(t), t), {"t": 1000.0}, "overflow"),
    "overflow beside an array": (
        derive(t**5 * Trace(A * A), A),
        {"t": 1e100, "A": np.eye(2)},
        "overflow",
    ),
    "1/0 in an array": (derive(sum_entries(x.applyfunc(log)), x), {"x": [0.0, 1.0]}, "divide"),
    "overflow in an array": (derive(sum_entries(x.applyfunc(exp)), x), {"x": [1e3]}, "overflow"),
    "a root of what is negative": (
        derive(sum_entries(x.applyfunc(sqrt)), x),
        {"x": [-1.0]},
        "invalid value",
    ),
    "a determinant": (
        derive(Determinant(A) ** 2, A),
        {"A": [[1e200, 0.0], [0.0, 1e200]]},
        "overflow",
    ),
    "a pole": (
        derive(sum_entries(x.applyfunc(Lambda(z, log(exp(z) - 1)))), x),
        {"x": [0.0]},
        "divide by zero",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_numpy_warns_where_the_result_is_not_finite(name):
    d, point, message = CASES[name]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = np.asarray(d.to_function()(**point))
    if message is None:
        assert found == 0
        return
    assert not np.isfinite(found).all()
    assert all(w.category is RuntimeWarning for w in caught)
    assert any(message in str(w.message) for w in caught)


@pytest.mark.parametrize("backend", BACKENDS[1:])
@pytest.mark.parametrize("name", CASES)
def test_other_libraries_are_silent(name, backend):
    d, point, message = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = np.asarray(d.to_function(backend)(**point))
    assert np.isfinite(found).all() == (message is None)


@pytest.mark.needs("jax")
def test_compiled_code_of_jax_is_silent():
    jax = importlib.import_module("jax")
    d, point, _ = CASES["1/0 in an array"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = jax.jit(d.to_function("jax"))(jax.numpy.asarray(point["x"]))
    assert np.isinf(np.asarray(found)[0])


def test_numbers_keep_the_type_of_arrays():
    d = derive(sum_entries(x) / t, x)
    with np.errstate(all="ignore"):
        found = d.to_function()(x=np.ones(2, "float32"), t=0.0)
    assert found.dtype == "float32"
    assert np.isinf(found).all()
