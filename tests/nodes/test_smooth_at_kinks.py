"""Smooth functions that are written with kinks: their derivatives at the kinks, by mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy import Abs, Heaviside, Lambda, MatrixSymbol, Max, Min, Piecewise, Rational, sign, symbols

from derivlib import (
    absolute,
    clip,
    derive,
    elu,
    hessian,
    hinge,
    huber,
    leaky_relu,
    maximum,
    minimum,
    relu,
    sum_entries,
)
from derivlib.rules.kinks import meeting, without_kinks

t, s, z = symbols("t s z")
n = symbols("n", integer=True, positive=True)
x = MatrixSymbol("x", n, 1)


EVERYWHERE = {
    "|t|²": (lambda t, f: f.abs(t) ** 2, 0),
    "|t| |t|": (lambda t, f: f.mul(f.abs(t), f.abs(t)), 0),
    "|t|³": (lambda t, f: f.abs(t) ** 3, 0),
    "|t|⁴": (lambda t, f: f.abs(t) ** 4, 0),
    "t |t|": (lambda t, f: t * f.abs(t), 0),
    "t² |t|": (lambda t, f: t**2 * f.abs(t), 0),
    "t³ |t|": (lambda t, f: t**3 * f.abs(t), 0),
    "|t²|": (lambda t, f: f.abs(t**2), 0),
    "|t³|": (lambda t, f: f.abs(t**3), 0),
    "|t| |t³|": (lambda t, f: f.abs(t) * f.abs(t**3), 0),
    "|t| |2t|": (lambda t, f: f.abs(t) * f.abs(2 * t), 0),
    "|t| |sin t|": (lambda t, f: f.abs(t) * f.abs(f.sin(t)), 0),
    "|t| |sin t| exp t": (lambda t, f: f.abs(t) * f.abs(f.sin(t)) * f.exp(t), 0),
    "t sign(t) |sin t|": (lambda t, f: t * f.sign(t) * f.abs(f.sin(t)), 0),
    "|t| |exp(-t) - 1|": (lambda t, f: f.abs(t) * f.abs(f.exp(-t) - 1), 0),
    "|t - 1| |t² - 1|": (lambda t, f: f.abs(t - 1) * f.abs(t**2 - 1), 1),
    "|t - 1| |log t|": (lambda t, f: f.abs(t - 1) * f.abs(f.log(t)), 1),
    "|2t - 1| |cos πt|": (lambda t, f: f.abs(2 * t - 1) * f.abs(f.cos(f.pi * t)), 0.5),
    "cos|t|": (lambda t, f: f.cos(f.abs(t)), 0),
    "cosh|t|": (lambda t, f: f.cosh(f.abs(t)), 0),
    "|t| sin|t|": (lambda t, f: f.abs(t) * f.sin(f.abs(t)), 0),
    "|t| tanh|t|": (lambda t, f: f.abs(t) * f.tanh(f.abs(t)), 0),
    "Matérn's covariance": (lambda t, f: f.exp(-f.abs(t)) * (1 + f.abs(t)), 0),
    "√(1 + |t|²)": (lambda t, f: f.sqrt(1 + f.abs(t) ** 2), 0),
    "log(1 + |t|³)": (lambda t, f: f.log(1 + f.abs(t) ** 3), 0),
    "relu(t)²": (lambda t, f: f.relu(t) ** 2, 0),
    "relu(t) relu(t)": (lambda t, f: f.mul(f.relu(t), f.relu(t)), 0),
    "relu(t)³": (lambda t, f: f.relu(t) ** 3, 0),
    "t relu(t)": (lambda t, f: t * f.relu(t), 0),
    "t² relu(t)": (lambda t, f: t**2 * f.relu(t), 0),
    "t² relu(sin t)": (lambda t, f: t**2 * f.relu(f.sin(t)), 0),
    "relu(t) relu(-t)": (lambda t, f: f.relu(t) * f.relu(-t), 0),
    "relu(t) - relu(-t)": (lambda t, f: f.relu(t) - f.relu(-t), 0),
    "(relu(t) + relu(-t))²": (lambda t, f: (f.relu(t) + f.relu(-t)) ** 2, 0),
    "|t| relu(t)": (lambda t, f: f.abs(t) * f.relu(t), 0),
    "t max(t, 0)": (lambda t, f: t * f.max(t, 0), 0),
    "t² max(t, 0)": (lambda t, f: t**2 * f.max(t, 0), 0),
    "max(t, 0)²": (lambda t, f: f.max(t, 0) ** 2, 0),
    "max(t, 0)³": (lambda t, f: f.max(t, 0) ** 3, 0),
    "max(t, 1) min(t, 1)": (lambda t, f: f.max(t, 1) * f.min(t, 1), 1),
    "max(t, 1) + min(t, 1)": (lambda t, f: f.max(t, 1) + f.min(t, 1), 1),
    "max(0, 1 - t)³": (lambda t, f: f.max(0, 1 - t) ** 3, 1),
}
"""Functions of a number, with what |t| and the like are, and where they have a kink."""


class Symbolic:
    """What functions are to us."""

    abs, sign, max, min, relu, pi = Abs, sign, Max, Min, staticmethod(relu), sp.pi
    sin, cos, cosh, tanh, exp, log, sqrt = sp.sin, sp.cos, sp.cosh, sp.tanh, sp.exp, sp.log, sp.sqrt

    @staticmethod
    def mul(a, b):
        return sp.Mul(a, b, evaluate=False)


class Numeric:
    """What they are to mpmath."""

    abs, sign, max, min, pi = staticmethod(abs), mpmath.sign, max, min, mpmath.pi
    sin, cos, cosh, tanh = mpmath.sin, mpmath.cos, mpmath.cosh, mpmath.tanh
    exp, log, sqrt = mpmath.exp, mpmath.log, mpmath.sqrt

    @staticmethod
    def relu(value):
        return max(value, mpmath.mpf(0))

    @staticmethod
    def mul(a, b):
        return a * b


def derivatives_at(function, place):
    """The first and second derivative on the right and on the left of a place."""
    with mpmath.workdps(60):
        return [
            [
                float(mpmath.diff(function, place, order, direction=side, h=1e-12))
                for side in (1, -1)
            ]
            for order in (1, 2)
        ]


def told(derivation):
    return [c for c in derivation.assumptions if c.property != "constant"]


@pytest.mark.parametrize("name", EVERYWHERE)
def test_derivatives_at_a_kink_are_what_they_are(name):
    function, place = EVERYWHERE[name]
    expr = function(t, Symbolic)
    found = derive(expr, t), hessian(expr, t)
    exists = True
    for derivation, (right, left) in zip(
        found, derivatives_at(lambda at: function(at, Numeric), mpmath.mpf(place)), strict=True
    ):
        exists = exists and right == pytest.approx(left, abs=1e-6)
        if not exists:
            assert told(derivation)
            continue
        assert float(derivation.result.subs(t, sp.nsimplify(place))) == pytest.approx(
            right, abs=1e-6
        )
        arguments = {"t": float(place)} if derivation.result.has(t) else {}
        assert float(derivation.to_function()(**arguments)) == pytest.approx(right, abs=1e-6)
    assert derive(found[0].result, t).result.subs(t, place) == found[1].result.subs(t, place)
    assert found[0].verify(code="numpy")
    assert all(derivation.replay() == derivation.result for derivation in found)


def test_functions_of_entries_have_the_same_values():
    meeting_kinks = sum_entries(x.applyfunc(Lambda(z, Abs(z) * Abs(sp.sin(z)))))
    apart = sum_entries(sp.HadamardProduct(x.applyfunc(Abs), x.applyfunc(sp.sin).applyfunc(Abs)))
    at = np.array([0.0, 1.0, -2.0])
    near = np.array([1e-9, 1.0, -2.0])
    for expr in (meeting_kinks, apart):
        second = hessian(expr, x)
        assert np.allclose(second.to_function()(x=at), second.to_function()(x=near))
        assert second.to_function()(x=at)[0, 0] == 2
        assert second.verify({n: 2})
    cosines = derive(sum_entries(x.applyfunc(Lambda(z, sp.cos(Abs(z))))), x)
    assert str(cosines) == "∂L/∂x = -sin(x)"
    assert not told(cosines)


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [
        (Abs(t) * sign(t), t),
        (sp.exp(-Abs(t)) * Abs(t) * sign(t), t * sp.exp(-Abs(t))),
        (Abs(t - s) * sign(s - t), s - t),
        (absolute(t, 1) * Abs(t), t**2),
        (maximum(t, s, 1) * minimum(t, s, 0), s * t),
        (Piecewise((1, t >= 0), (-1, True)) * Abs(t), t),
        (Heaviside(-t) * Max(t, 0), 0),
        (Heaviside(-t, 1) + Heaviside(t, 0), 1),
    ],
)
def test_kinks_that_cancel(expr, wanted):
    assert without_kinks(expr) == wanted


@pytest.mark.parametrize(
    "expr",
    [
        sign(t) ** 2,
        t * sign(t),
        Max(t, s) - Min(t, s),
        Heaviside(-t, 1) + Heaviside(t, 1),
        Piecewise((1, t > 0), (0, t < 0), (2, True)) * t,
        Piecewise((1, t > 0), (-1, t < 0), (2, True)) * Abs(t) + sign(t) ** 2,
        sp.log(Abs(t)),
        leaky_relu(t) + leaky_relu(-t),
        Abs(t) * Abs(sp.sin(t)),
        Abs(t) * sign(1 / Abs(t)),
        Abs(t) * Max(2, 1 / Abs(t)),
        Abs(t) * clip(1 / Abs(t), -1, 2),
        Abs(t) * Piecewise((t, 1 / relu(t) > 1), (2, True)),
        sp.exp(-relu(sp.sqrt(sp.Min(t, -2)))),
    ],
)
def test_kinks_that_stay(expr):
    """Sides differ, or the value between them is another, or there is none."""
    assert without_kinks(expr) == expr


def test_a_choice_needs_what_is_chosen_only():
    safe = Piecewise((t, sp.Eq(s, 0)), (1 / s, True))
    assert without_kinks(Abs(s) * sign(s) * safe) == s * safe
    between = Piecewise((0, sp.Eq(t, 0)), (Abs(t) ** 2 / t, True))
    assert without_kinks(between) == Piecewise((0, sp.Eq(t, 0)), (t, True))


def test_a_constant_factor_is_what_it_is_at_its_kinks():
    steps = sign(t) * sign(sp.sin(t))
    assert meeting(steps, t) == (0, 1)
    assert derive(steps * s, s).result == steps
    assert derive(sign(t) ** 2 * s, s).result == sign(t) ** 2
    assert meeting(sign(t) * sign(t - 1), t) is None
    assert meeting(sign(t) * Abs(sp.sin(t)) + sign(sp.sin(t)), t) is None


@pytest.mark.parametrize(
    "expr",
    [huber(t), elu(t), elu(t, 2), clip(t, 0, 1) ** 2, hinge(t) ** 2, Abs(t) ** Rational(5, 2)],
)
def test_other_functions_in_pieces_stay_as_they_are(expr):
    assert derive(expr, t).verify(code="numpy")
    assert without_kinks(expr) == expr
