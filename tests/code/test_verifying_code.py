"""`verify` with the code that is generated, and code in which something is wrong."""

from __future__ import annotations

import importlib.util
import math
from copy import copy
from dataclasses import replace

import pytest
from sympy import Function, I, Inverse, Matrix, MatrixSymbol, Symbol, Trace, exp, sin, symbols
from test_compiled import BACKENDS

from derivlib import BackendError, InputError, VerificationError, derive, hessian, norm, wirtinger
from derivlib.code.backends import BACKENDS as LIBRARIES
from derivlib.derivation.writes_code import WritesCode

n, m = symbols("n m", integer=True, positive=True)
A, X, S = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m), MatrixSymbol("S", n, n)
x, t = MatrixSymbol("x", n, 1), Symbol("t")
u, v, r, s = symbols("u v r s")

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


P, B, c = MatrixSymbol("P", m, n), MatrixSymbol("B", n, n), MatrixSymbol("c", m, 1)
COMPLEX = {
    "both derivatives": wirtinger(norm(P * x - c) ** 2, x),
    "of a matrix": wirtinger(Trace(X.adjoint() * B * X), X),
    "the blocks": wirtinger(norm(P * x) ** 4, x).hessian,
    "a complex constant": wirtinger(I * t * x, x),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", COMPLEX)
def test_complex_code_is_verified(name, backend):
    found = COMPLEX[name].verify({n: 3, m: 2}, code=backend)
    each = found.values() if isinstance(found, dict) else found
    assert {verification.code for verification in each} == {LIBRARIES[backend].title}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["both derivatives", "of a matrix", "the blocks"])
def test_wrong_complex_code_is_found(monkeypatch, name, backend):
    """A conjugate that is left out changes nothing of a real number."""
    wrong = {**LIBRARIES[backend].templates, "conjugate": lambda w, x, s, a: a[0].atom}
    monkeypatch.setitem(LIBRARIES, backend, replace(LIBRARIES[backend], templates=wrong))
    assert COMPLEX[name].verify({n: 3, m: 2})
    with pytest.raises(VerificationError, match=r"the .* code has"):
        COMPLEX[name].verify({n: 3, m: 2}, code=backend)


BY_ENTRIES = {
    "a gradient": derive(u**2 * v + u * sin(t), Matrix([u, v])),
    "a gradient in a matrix": derive(u**2 * v * Trace(A) * r / s, Matrix([[u, v], [r, s]])),
    "a Jacobian": derive(Matrix([u * v, u + v, exp(u)]), Matrix([u, v])),
    "a Hessian": hessian(u**2 * v + exp(u * v), [u, v]),
    "over names": derive(t * v, Matrix([u, v]), where={t: u**2 * v}),
}


@pytest.mark.parametrize("method", [None, "double"])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", BY_ENTRIES)
def test_code_by_a_matrix_of_symbols_is_verified(name, backend, method):
    verification = BY_ENTRIES[name].verify(code=backend, method=method)
    assert verification.code == LIBRARIES[backend].title


@pytest.mark.parametrize("method", [None, "double"])
@pytest.mark.parametrize("name", BY_ENTRIES)
def test_faulty_code_by_a_matrix_of_symbols_is_found(monkeypatch, name, method):
    _planted(monkeypatch, lambda values, entries: entries[::-1])
    with pytest.raises(VerificationError, match="the NumPy code"):
        BY_ENTRIES[name].verify(code="numpy", method=method)


def test_what_cannot_be_run():
    d = derive(Trace(X.T * A * X), X)
    with pytest.raises(InputError, match=r"backend must be one of .*did you mean 'numpy'"):
        d.verify(code="nump")
    with pytest.raises(InputError, match="lambda is abstract"):
        derive(Function("lambda")(X), X).verify(code="numpy")
    if importlib.util.find_spec("jax") is None:
        with pytest.raises(BackendError, match="JAX is not installed"):
            d.verify(code="jax")


def _planted(monkeypatch, fault):
    """Let the code of a derivation run with a fault: a function of the arguments and its result."""
    made = WritesCode._calculation

    def faulty(self, backend):
        sound = made(self, backend)

        def run(values):
            return fault(values, sound.run(values))

        return replace(sound, run=run)

    monkeypatch.setattr(WritesCode, "_calculation", faulty)


class _Jumping:
    """Wrong wherever it is called first, and something else when it is called again."""

    def __init__(self, elsewhere):
        self.calls, self.elsewhere = 0, elsewhere

    def __call__(self, values, entries):
        self.calls += 1
        return [2 * e + 1 if self.calls % 2 else self.elsewhere * (e + 1) for e in entries]


FAULTS = {
    "a sign": lambda values, entries: [-e for e in entries],
    "a sign of one entry": lambda values, entries: [-entries[0], *entries[1:]],
    "clipped": lambda values, entries: [min(e, max(entries) * 0.999) for e in entries],
    "clipped below": lambda values, entries: [max(e, 0.0) for e in entries],
    "rounded to single precision": lambda values, entries: [float(f"{e:.6e}") for e in entries],
    "jumps": _Jumping(1e9),
    "infinite nearby": _Jumping(math.inf),
    "not a number nearby": _Jumping(math.nan),
    "infinite": lambda values, entries: [math.inf, *entries[1:]],
    "not a number": lambda values, entries: [*entries[:-1], math.nan],
    "an entry less": lambda values, entries: entries[1:],
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ["a matrix", "what rounding is felt in", "in double precision"])
def test_a_planted_fault_is_found(monkeypatch, name, fault):
    d, sizes = VERIFIED[name]
    _planted(monkeypatch, copy(FAULTS[fault]))
    with pytest.raises(VerificationError, match="the NumPy code"):
        d.verify(sizes, code="numpy")


def test_code_that_is_right_is_verified_where_much_is_lost_by_rounding(monkeypatch):
    d = derive(Trace(Inverse(A.T * A)), A)
    _planted(monkeypatch, lambda values, entries: entries)
    for seed in range(5):
        assert d.verify({n: 5}, code="numpy", seed=seed).code == "NumPy"
