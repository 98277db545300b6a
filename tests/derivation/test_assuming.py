"""What was assumed when something was derived is given to the judge, whenever it is asked."""

from __future__ import annotations

import pickle

import pytest
from expressions import A, G, X, n, x
from sympy import Identity, MatrixSymbol, Q, Trace
from sympy.assumptions import assuming, global_assumptions

from derivlib import VerificationError, derive, hessian, logdet, text
from derivlib.check import verify

FORM = x.T * A * x
S, V = MatrixSymbol("S", n, n), MatrixSymbol("V", n + 1, n)


def derived_in_a_block(make):
    with assuming(Q.symmetric(A)):
        return make()


def derived_before_clearing(make):
    global_assumptions.add(Q.symmetric(A))
    try:
        return make()
    finally:
        global_assumptions.clear()


@pytest.mark.parametrize("derived", [derived_in_a_block, derived_before_clearing])
@pytest.mark.parametrize(
    "make",
    [
        lambda: derive(FORM, x),
        lambda: hessian(FORM, x),
        lambda: derive(FORM, [x])[x],
    ],
)
def test_what_was_assumed_is_kept(derived, make):
    d = derived(make)
    verification = d.verify({n: 3})
    assert verification.assumptions == ("A symmetric",)
    with assuming(Q.symmetric(A)):
        assert d.elementwise({n: 2}) == make().elementwise({n: 2})
    assert pickle.loads(pickle.dumps(d)).verify({n: 3}) == verification


def test_several_variables_keep_it_too():
    d = derived_in_a_block(lambda: derive(FORM, [x]))
    assert pickle.loads(pickle.dumps(d)) == d
    assert d.verify({n: 3})[x].assumptions == ("A symmetric",)


def test_without_the_assumption_the_result_is_refused():
    d = derived_in_a_block(lambda: derive(FORM, x))
    with pytest.raises(VerificationError):
        verify(FORM, x, d, {n: 3})


def test_what_is_assumed_of_other_symbols_is_not_kept():
    d = derived_in_a_block(lambda: derive(Trace(X.T * X), X))
    assert d.assumptions == ()
    assert d.verify().assumptions == ()


def test_an_instance_keeps_it():
    d = derived_in_a_block(lambda: derive(x.T * A * G * x, x))
    assert d.instantiate({G: A}).verify({n: 3}).assumptions == ("A symmetric",)


@pytest.mark.parametrize(
    ("loss", "wrt", "meaning", "shown"),
    [
        (x.T * S * x, x, V.T * V, "2*S*x"),
        (logdet(S), V, V.T * V, "2*V*S⁻¹"),
        (Trace(S * S), V, V.T * V, "4*V*S"),
        (x.T * S * x, x, A + Identity(n), "2*S*x"),
    ],
)
def test_a_name_is_symmetric_where_its_definition_is(loss, wrt, meaning, shown):
    d = derive(loss, wrt, where={S: meaning}, assuming=Q.symmetric(A))
    assert text(d.result) == shown
    assert "S symmetric" not in map(str, d.assumptions)
    assert d.verify({n: 3})
    assert d.replay() == d.result


def test_a_name_is_not_symmetric_where_its_definition_is_not():
    d = derive(x.T * S * x, x, where={S: A + Identity(n)})
    assert text(d.result) == "(S + Sᵀ)*x"
