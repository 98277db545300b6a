"""Functions whose values at rational numbers are not rational are compared in high precision."""

from __future__ import annotations

from fractions import Fraction

import pytest
from expressions import n, t, x
from sympy import (
    Abs,
    Function,
    Max,
    Trace,
    besselj,
    beta,
    binomial,
    digamma,
    erf,
    factorial,
    floor,
    gamma,
    log,
    loggamma,
    polygamma,
    sign,
    zeta,
)

from derivlib import UnsupportedError, derive, is_derivative, sum_entries
from derivlib.check import explicit
from derivlib.check.scalars.fields import Exact, NotRational

EXPRESSIONS = {
    "gamma": (gamma(t), t),
    "loggamma of entries": (sum_entries(x.applyfunc(loggamma)), x),
    "digamma": (digamma(t), t),
    "polygamma": (polygamma(2, t), t),
    "beta": (beta(t, t + 1), t),
    "erf": (erf(t), t),
    "Bessel function": (besselj(2, t), t),
    "factorial": (factorial(t), t),
    "factorial of a size": (factorial(n) * Trace(x.T * x), x),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_special_functions_are_verified_in_high_precision(name):
    expr, wrt = EXPRESSIONS[name]
    assert derive(expr, wrt).verify({n: 3} if wrt == x else {}).method == "numeric"


def test_claims_about_special_functions_are_judged():
    assert is_derivative(digamma(t), loggamma(t), t)
    assert is_derivative(2 * digamma(t), loggamma(t), t).hint == "off by the factor 2"


@pytest.mark.parametrize("function", [gamma, loggamma, factorial, zeta, erf], ids=str)
def test_exact_numbers_are_not_put_into_special_functions(function):
    with pytest.raises(NotRational):
        Exact().call(function, [5])


def test_binomials_are_not_calculated_of_large_numbers():
    with pytest.raises(NotRational):
        Exact().call(binomial, [7, 2])


class Twice(Function):
    """A function of the reader's own that is exact on rational numbers."""

    @classmethod
    def eval(cls, value):
        return 2 * value if value.is_number else None


def test_functions_that_are_exact_on_rationals_stay_exact():
    half = Fraction(-7, 2)
    assert Exact().call(Abs, [half]) == Fraction(7, 2)
    assert Exact().call(sign, [half]) == -1
    assert Exact().call(floor, [half]) == -4
    assert Exact().call(Max, [half, 1]) == 1
    assert Exact().call(log, [1]) == 0
    assert Exact().call(Twice, [half]) == -7


def test_a_function_without_a_derivative_is_refused_by_name():
    with pytest.raises(UnsupportedError, match=r"zeta\(t\)"):
        derive(zeta(t), t)
    with pytest.raises(UnsupportedError, match="zeta"):
        is_derivative(t, zeta(t), t)
    assert explicit(zeta(t)) == zeta(t)
