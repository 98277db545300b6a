"""clip, leaky_relu, elu, huber and hinge: derivatives, kinks, text, TeX and code."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
import sympy as sp
from sympy import MatrixSymbol, Piecewise, Rational, Symbol, symbols

from derivlib import (
    InputError,
    UndefinedError,
    VerificationError,
    clip,
    derive,
    dot,
    elu,
    hessian,
    hinge,
    huber,
    is_derivative,
    latex,
    leaky_relu,
    parse,
    relu,
    sum_entries,
    text,
)

n, m = symbols("n m", integer=True, positive=True)
X, w, x, y = (MatrixSymbol(*of) for of in (("X", n, m), ("w", m, 1), ("x", n, 1), ("y", n, 1)))
t, lo, hi, s = symbols("t lo hi s")
M = Symbol("M", positive=True)
SIZES = {n: 4, m: 3}
BACKENDS = ["numpy", *(pytest.param(b, marks=pytest.mark.needs(b)) for b in ("jax", "torch"))]


def conditions(derivation):
    return [str(c) for c in derivation.assumptions if c.property != "constant"]


@pytest.mark.parametrize(
    ("expr", "wrt", "shown", "told"),
    [
        (sum_entries(clip(X * w, -1, 2)), w, "Xᵀ*[-1 <= X*w <= 2]", None),
        (clip(t, lo, hi), t, "[lo <= t <= hi]", ["lo - t not zero", "hi - t not zero"]),
        (clip(t, lo, hi), lo, "[t < lo < hi]", ["lo - t not zero", "hi - t not zero"]),
        (clip(t, 0, 1, at_ends=0), t, "[0 < t < 1]", ["t not zero", "t - 1 not zero"]),
        (leaky_relu(dot(x, y)), x, "where(xᵀ*y > 0, 1, 1/100)*y", ["xᵀ*y not zero"]),
        (leaky_relu(t, s), s, "-relu(-t)", ["t not zero"]),
        (elu(t, s), t, "where(t > 0, 1, s*exp(t))", ["t not zero"]),
        (elu(t), t, "where(t > 0, 1, exp(t))", []),
        (sum_entries(huber(X * w - y, M)), w, "2*Xᵀ*clip(X*w - y, -M, M)", []),
        (huber(t, M), M, "2*relu(Abs(t) - M)", []),
        (sum_entries(hinge(X * w)), w, "-Xᵀ*[1[n×1] - X*w > 0]", None),
    ],
)
def test_derivatives_and_where_they_exist(expr, wrt, shown, told):
    derivation = derive(expr, wrt)
    assert str(derivation).partition(" = ")[2] == shown
    assert told is None or conditions(derivation) == told
    assert derivation.verify(SIZES, code="numpy")
    assert derivation.verify(SIZES, method="double")
    assert derivation.replay() == derivation.result
    shape = wrt.shape if wrt.is_Matrix else (1, 1)
    again = parse(text(derivation.result), like=expr, shape=shape)
    assert text(again) == text(derivation.result)


def test_a_huber_loss_is_differentiated_twice():
    second = hessian(sum_entries(huber(X * w - y, M)), w)
    assert text(second.result) == "2*Xᵀ*Diag([-M <= X*w - y <= M])*X"
    assert conditions(second) == [
        "[(X*w - y) + M] without zero entries",
        "[M - (X*w - y)] without zero entries",
    ]
    assert second.verify(SIZES).method == "exact"


@pytest.mark.parametrize(
    ("claim", "expr"),
    [
        (Piecewise((1, t > lo), (0, True)), clip(t, lo, hi)),
        (Piecewise((1, t > 0), (s, True)), leaky_relu(t, s + 1)),
        (Piecewise((1, t > 0), (1, True)), elu(t)),
        (2 * t, huber(t, 2)),
        (clip(t, -1, 1), huber(t, 1)),
        (-1, hinge(t)),
    ],
)
def test_the_judge_looks_at_every_piece(claim, expr):
    assert not is_derivative(claim, expr, t)


@pytest.mark.parametrize("function", [clip, elu, huber, leaky_relu])
def test_the_judge_has_a_definition_of_its_own(function, monkeypatch):
    """A wrong slope told by the node is not what the judge compares with."""
    k = Symbol("k")
    value = function(k, 0, 1) if function is clip else function(k)
    monkeypatch.setattr(type(value), "fdiff", lambda self, argindex=1: 3 * self.args[0])
    with pytest.raises(VerificationError):
        derive(value * 5, k).verify()


KINKS = {
    "clip": (lambda a: clip(t, -1, 2, at_ends=a), 2, 1),
    "lower end": (lambda a: clip(t, -1, 2, at_ends=a), -1, 1),
    "leaky": (lambda a: leaky_relu(t, Rational(1, 5), at_zero=a), 0, Rational(1, 5)),
    "elu": (lambda a: elu(t, Rational(1, 5), at_zero=a), 0, Rational(1, 5)),
    "hinge": (lambda a: -hinge(t, a or 0), 1, 0),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", KINKS)
def test_what_a_kink_has_is_said(name, backend):
    of_slope, place, otherwise = KINKS[name]
    for slope, wanted in ((None, otherwise), (1, 1), (Rational(1, 2), Rational(1, 2))):
        derivation = derive(of_slope(slope), t)
        assert derivation.result.subs(t, place) == wanted
        found = derivation.to_function(backend)(float(place))
        assert float(found) == pytest.approx(float(wanted))


def test_bounds_share_what_the_scalar_leaves():
    """Adding a number to all three adds it to the value, also at a bound."""
    for a in (0, Rational(1, 4), 1):
        slopes = [derive(clip(t, lo, hi, at_ends=a), each).result for each in (t, lo, hi)]
        for at in ({t: 0, lo: 0, hi: 1}, {t: 1, lo: 0, hi: 1}, {t: 2, lo: 0, hi: 1}):
            assert sum(slope.subs(at) for slope in slopes) == 1


def test_upper_bounds_win_as_in_numpy():
    for at in ((0.5, 2.0, 1.0), (3.0, 2.0, 1.0), (0.2, 0.0, 1.0), (-3.0, 0.0, 1.0)):
        value = clip(t, lo, hi).subs(dict(zip((t, lo, hi), at, strict=True)))
        assert float(value) == np.clip(*at)


@pytest.mark.parametrize("backend", BACKENDS)
def test_code_at_the_extremes(backend):
    at = np.array([-1e30, -1e-9, 0.0, 1e-9, 1e30], "float32")
    if backend == "torch":
        import torch

        at = torch.from_numpy(at)
    wanted = {
        elu(x): [0, 1, 1, 1, 1],
        leaky_relu(x): [0.01, 0.01, 0.01, 1, 1],
        huber(x): [-2, -2e-9, 0, 2e-9, 2],
        clip(x, 0, 1): [0, 0, 1, 1, 0],
    }
    for function, slopes in wanted.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = np.asarray(derive(sum_entries(function), x).to_function(backend)(at))
        assert found.dtype == "float32"
        assert np.allclose(found, slopes, rtol=1e-6, atol=0)
    tiny = derive(s * sum_entries(elu(x)), s).to_function(backend)(x=at[1:2])
    assert float(tiny) == pytest.approx(-1e-9, rel=1e-5)


def test_how_they_are_written():
    assert str(clip(t, 0, 1)) == sp.pretty(clip(t, 0, 1)) == "clip(t, 0, 1)"
    assert text(relu(X * w, at_zero=1)) == "relu(X*w, at_zero=1)"
    assert text(clip(X * w, 0, 1, at_ends=0)) == "clip(X*w, 0, 1, at_ends=0)"
    assert text(leaky_relu(X * w)) == "leaky_relu(X*w, 1/100)"
    assert latex(leaky_relu(X * w)) == (
        r"\operatorname{leaky\_relu}\left(X w, \frac{1}{100}\right)"
    )
    assert latex(clip(t, 0, 1)) == r"\operatorname{clip}(t, 0, 1)"
    assert latex(derive(clip(t, 0, 1), t).result) == r"[0 \le t \le 1]"
    assert latex(derive(sum_entries(clip(x, 0, 1)), x).result) == r"[0 \le x \le 1]"
    assert pickle.loads(pickle.dumps(clip(t, 0, 1, 0))) == clip(t, 0, 1, 0) != clip(t, 0, 1)
    assert clip(sp.Integer(3), 0, 1) == 1
    assert huber(sp.Matrix([3, 1]), 2) == sp.Matrix([8, 1])
    assert leaky_relu(sp.Integer(-2)) == Rational(-1, 50)
    assert elu(t, 2, at_zero=2) == elu(t, 2)
    assert hinge(sp.Matrix([3, 0])) == sp.Matrix([0, 1])
    assert float(elu(t).subs(t, -1.0)) == pytest.approx(np.expm1(-1))


ROUND_TRIPS = [
    relu(X * w, at_zero=Rational(1, 3)),
    clip(X, lo, hi, at_ends=Rational(1, 2)),
    derive(sum_entries(clip(X, lo, hi, at_ends=Rational(1, 2))), X).result,
    derive(sum_entries(relu(X * w, at_zero=Rational(1, 3))), X).result,
    derive(sum_entries(elu(X * w - y, s, at_zero=2)), w).result,
    Piecewise((t, sp.And(t > 0, s > 1)), (s, sp.Or(t < -1, sp.Ne(s, 2))), (t * s, t > 9)),
    Piecewise((dot(x, y), dot(x, y) > t), (t**2, True)),
    X.applyfunc(sp.Lambda(t, Piecewise((t * sp.exp(t), t > 1), (t**2 - 1, True)))),
    (X * w).applyfunc(sp.Lambda(t, 1 + sp.exp(Piecewise((2 * t, t > s), (0, True))))),
]


@pytest.mark.parametrize("expr", ROUND_TRIPS, ids=text)
def test_what_is_printed_is_read_back(expr):
    shape = expr.shape if expr.is_Matrix else (1, 1)
    again = parse(text(expr), like=expr, shape=shape)
    assert text(again) == text(expr)
    assert again == expr or again.is_Matrix


def test_a_slope_outside_is_refused():
    for at in (-1, 2, t):
        with pytest.raises(InputError, match="at a kink"):
            leaky_relu(t, at_zero=at)


def test_pieces_within_pieces_are_printed_compiled_and_checked():
    """SymPy makes an ITE of a condition on pieces."""
    t = sp.Symbol("t", real=True)
    inner = sp.Piecewise((2, t > 1), (t, True))
    d = derive(clip(inner, -sp.Rational(1, 3), sp.Rational(1, 2)), t)
    assert parse(text(d.result), like=d.result).subs(t, sp.Rational(1, 4)) == 1
    assert [d.to_function()(value) for value in (0.2, 0.9, 3.0)] == [1, 0, 0]
    assert d.verify()


@pytest.mark.parametrize("value", [sp.zoo, sp.nan, sp.I], ids=str)
def test_what_cannot_be_compared_has_no_value(value):
    for function in (huber, leaky_relu, elu):
        assert function(t).subs(t, value).args[0] == value
    assert huber(sp.oo) is sp.oo


@pytest.mark.parametrize(
    "function",
    [relu, leaky_relu, elu, lambda z: clip(z, -2, 2)],
    ids=["relu", "leaky", "elu", "clip"],
)
def test_a_function_of_what_is_not_real_has_no_derivative(function):
    with pytest.raises(UndefinedError, match="not real"):
        derive(function(sp.sqrt(sp.Min(t, -2))), t)
