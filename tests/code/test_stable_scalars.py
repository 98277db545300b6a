"""Stable forms of random expressions in exponentials, against what they are forms of."""

from __future__ import annotations

import random

import mpmath
from sympy import (
    Expr,
    Rational,
    S,
    cosh,
    erf,
    erfc,
    exp,
    lambdify,
    log,
    nan,
    pi,
    sqrt,
    symbols,
    tanh,
    zoo,
)

from derivlib.code.guarded import guarded
from derivlib.code.stable_scalars import stable
from derivlib.nodes.sigmoid import Sigmoid

x, y, p = symbols("x y p", real=True)
FUNCTIONS = {
    "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
    "Largest": lambda *values: max(values),
    "Unless": lambda factor, exponent: exponent if factor else -mpmath.inf,
    "Guarded": lambda factor, value: value if factor else 1,
    "Exponential": mpmath.exp,
    "Softplus": lambda u: mpmath.log1p(mpmath.exp(u)),
    "Expm1": mpmath.expm1,
    "Erfc": mpmath.erfc,
    "ScaledErfc": lambda u: mpmath.exp(max(u, 0) ** 2) * mpmath.erfc(u),
    "ScaledErfcIntegral": lambda u: (
        mpmath.exp(max(u, 0) ** 2)
        * (mpmath.exp(-(u**2)) / mpmath.sqrt(mpmath.pi) - u * mpmath.erfc(u))
    ),
    "LogErfc": lambda u: mpmath.log(mpmath.erfc(u) / 2),
    "ExpRemainder": lambda u, k: mpmath.nsum(lambda i: u**i / mpmath.factorial(i + k), [0, 60]),
    "NearZero": lambda u, near, far: near if abs(u) < 1 else far,
}


def drawn(rng, depth):
    """A random expression that is real where 0 < p < 3."""
    if not depth:
        return rng.choice([x, y, p, x, y, S.One, S(2), S.Half])
    a, b = (drawn(rng, depth - 1) for _ in range(2))
    return rng.choice(
        [
            lambda: a + b,
            lambda: a * b,
            lambda: a - b,
            lambda: a / (1 + exp(b)),
            lambda: exp(a / 2),
            lambda: 1 / (exp(a) + exp(b)),
            lambda: log(exp(a) + 2),
            lambda: tanh(a),
            lambda: Sigmoid(a),
            lambda: 1 / cosh(a),
            lambda: log(p * exp(a) + (3 - p) * exp(b)),
            lambda: 1 - 1 / (1 + exp(a)),
            lambda: a / (1 - exp(-exp(a))),
            lambda: log(1 - exp(-exp(a))),
            lambda: (a * exp(a) - exp(a) + 1) / (exp(a) - 1) ** 2,
            lambda: exp(-(a**2)) / (1 + erf(a)) + b,
            lambda: (2 * a - sqrt(pi) * a * (1 + erf(a)) * exp(a**2)) / (1 + erf(a)) ** 2,
            lambda: log(1 - erf(a)) - log(erfc(a) / 2),
        ]
    )()


def value(expr, at):
    with mpmath.workdps(60):
        return lambdify((x, y, p), expr, [FUNCTIONS, "mpmath"])(
            *(mpmath.mpf(v.p) / v.q for v in at)
        )


def test_stable_forms_have_the_value():
    rng, changed = random.Random(7), 0
    for _ in range(120):
        expr = drawn(rng, rng.choice((2, 3)))
        if not isinstance(expr, Expr) or expr.has(nan, zoo):
            continue
        at = [Rational(rng.randint(-20, 20), 8) for _ in range(2)] + [
            Rational(rng.randint(1, 20), 8)
        ]
        try:
            wanted = value(expr, at)
        except ZeroDivisionError:
            continue
        found = value(guarded(stable(expr), ()), at)
        assert abs(found - wanted) <= 1e-30 * (1 + abs(wanted)), (expr, stable(expr), at)
        changed += stable(expr) != expr
    assert changed > 20
