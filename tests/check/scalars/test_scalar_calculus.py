"""Scalar calculus of the judge gives what SymPy's own `diff` gives, each part once."""

from __future__ import annotations

import pytest
from sympy import (
    Abs,
    Function,
    Integer,
    Piecewise,
    Rational,
    Symbol,
    atan,
    atan2,
    cosh,
    erf,
    exp,
    gamma,
    log,
    sin,
    sqrt,
    symbols,
    tanh,
)

from derivlib.check.scalars.scalar_calculus import Derivatives
from derivlib.errors import UnsupportedError
from derivlib.nodes import AbstractPartial

x, y = symbols("x y", real=True)
p = Symbol("p", positive=True)
f = AbstractPartial("f", (), ((0, 0, 0), (0, 0, 1)), x**2 + y, sin(x * y))

EXPRESSIONS = {
    "number": Integer(3),
    "symbol": x,
    "another symbol": y,
    "sum": x + y + 3 * x**2,
    "product of four": x * y * sin(x) * exp(y),
    "quotient": (x + y) / (x**2 + 1),
    "root": sqrt(x**2 + y**2 + 1) * x,
    "negative power": (x**2 + 1) ** Rational(-3, 2),
    "power of another": x**y,
    "exponent that moves": p**x + x**x,
    "nested": tanh(sin(x * y) + log(1 + exp(x))),
    "same part twice": (sin(x) + 1) ** 3 * cosh((sin(x) + 1) ** 3),
    "two arguments": atan2(x, x**2 + 1),
    "absolute value": Abs(x**3 - x),
    "pieces": Piecewise((x**2, x > 0), (sin(x), True)),
    "special functions": erf(x) * gamma(x + 2) + atan(1 / x),
    "abstract": f * x,
    "abstract, its slope": f.partial(1) * f,
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_derivatives_are_those_of_sympy(name):
    expr = EXPRESSIONS[name]
    assert (Derivatives(x).of(expr) - expr.diff(x)).equals(0) or (
        Derivatives(x).of(expr).expand() == expr.diff(x).expand()
    )


def test_what_sympy_cannot_differentiate_is_refused_by_name():
    with pytest.raises(UnsupportedError, match=r"no derivative of .g\(x\)."):
        Derivatives(x).of(y * Function("g")(x))


def test_a_shared_part_is_differentiated_once(monkeypatch):
    asked = []
    slope = sin.fdiff
    monkeypatch.setattr(sin, "fdiff", lambda self, k=1: asked.append(self) or slope(self, k))
    derivatives, part = Derivatives(x), sin(x * y)
    for expr in (part**2 + part, part * y, exp(part)):
        derivatives.of(expr)
    assert asked == [part]
