"""`verify` with the code that is generated, and code in which something is wrong."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import pytest
from sympy import Function, Inverse, MatrixSymbol, Symbol, Trace, symbols
from test_compiled import BACKENDS

from derivlib import BackendError, InputError, VerificationError, derive, hessian
from derivlib.code.backends import BACKENDS as LIBRARIES

n, m = symbols("n m", integer=True, positive=True)
A, X, S = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m), MatrixSymbol("S", n, n)
x, t = MatrixSymbol("x", n, 1), Symbol("t")

VERIFIED = {
    "a matrix": (derive(Trace(X.T * A * X), X), {n: 3, m: 2}),
    "a column": (derive(x.T * A * x, x), {n: 3}),
    "a row": (derive(x.T * A * t, t), {n: 3}),
    "a number": (derive(t**2 * Trace(A), t), {n: 2}),
    "a Hessian": (hessian(Trace(A * X * X.T), X), {n: 2, m: 2}),
    "a structure": (derive(Trace(A * S * S), S, structure="symmetric"), {n: 3}),
    "what rounding is felt in": (derive(Trace(Inverse(A + A.T)), A), {n: 3}),
    "a size that is used": (derive(Trace(A) * n**2, A), {n: 3}),
    "in double precision": (derive(Trace(X.T * A * X), X), {n: 30, m: 20}),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", VERIFIED)
def test_code_is_verified(name, backend):
    d, sizes = VERIFIED[name]
    verification = d.verify(sizes, code=backend)
    told = f"The {LIBRARIES[backend].title} code calculates it at each point."
    assert str(verification).endswith(told)
    assert not d.verify(sizes).code


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("name", "place"), [("a matrix", "(1, 1)"), ("a column", "(1, 1)"), ("in double precision", "")]
)
def test_wrong_code_is_found(monkeypatch, name, place, backend):
    wrong = {**LIBRARIES[backend].templates, "transpose": lambda w, x, s, a: a[0].text}
    monkeypatch.setitem(LIBRARIES, backend, replace(LIBRARIES[backend], templates=wrong))
    d, sizes = VERIFIED[name]
    assert not d.verify(sizes).code
    with pytest.raises(VerificationError, match=rf"entry \({place[1:-1]}.*the .* code has"):
        d.verify(sizes, code=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_result_of_a_joint_derivation(backend):
    found = derive(Trace(X.T * A * X), [X, A]).verify({n: 3, m: 2}, code=backend)
    assert [each.code for each in found.values()] == [LIBRARIES[backend].title] * 2


def test_what_cannot_be_run():
    d = derive(Trace(X.T * A * X), X)
    with pytest.raises(InputError, match=r"backend must be one of .*did you mean 'numpy'"):
        d.verify(code="nump")
    with pytest.raises(InputError, match="lambda is abstract"):
        derive(Function("lambda")(X), X).verify(code="numpy")
    if importlib.util.find_spec("jax") is None:
        with pytest.raises(BackendError, match="JAX is not installed"):
            d.verify(code="jax")
