"""Code at the extremes, against the loss typed in scalars and differentiated by SymPy there.

What is compared with is evaluated with a thousand digits. Nothing of derivlib's engine or code is
in it.
"""

from __future__ import annotations

import functools
import importlib.util
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import (
    Determinant,
    DiagMatrix,
    Function,
    HadamardPower,
    HadamardProduct,
    Inverse,
    Lambda,
    Matrix,
    MatrixSymbol,
    OneMatrix,
    Rational,
    Symbol,
    Trace,
    cosh,
    diff,
    erf,
    erfc,
    exp,
    lambdify,
    log,
    pi,
    sinh,
    sqrt,
    symbols,
    tanh,
)
from test_compiled import BACKENDS

from derivlib import derive, hessian, logsumexp, norm, softmax, sum_entries

n, m, p = symbols("n m p", integer=True, positive=True)
X, W, Y = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p), MatrixSymbol("Y", n, p)
A, Z = MatrixSymbol("A", n, n), MatrixSymbol("Z", n, p)
x, y, a, b = (MatrixSymbol(name, n, 1) for name in "xyab")
w = MatrixSymbol("w", m, 1)
z, t, s, r, q = symbols("z t s r q")
ones = OneMatrix(n, 1)
logistic = Lambda(z, 1 / (1 + exp(-z)))

DIGITS = 1000
KNOWN = {"below": functools.cache(lambda u: mpmath.erfc(-u / mpmath.sqrt(2)) / 2)}
WHAT = ("value", "gradient", "Hessian")


@dataclass(frozen=True)
class Loss:
    """A loss, the same in scalars, and where both are evaluated.

    :param expr: the loss in matrices.
    :param wrt: the variable.
    :param scalar: the loss again, a function of the explicit matrices, by names.
    :param points: the arrays, by names.
    :param order: 2 with the Hessian, 1 without, 0 without the gradient too.
    :param beside: whether the scalars have no value at zero, but a limit.
    :param single: whether the points are within the range of single precision too.
    """

    expr: Any
    wrt: Any
    scalar: Callable[..., Any]
    points: list[dict[str, Any]]
    order: int = 2
    single: bool = True
    beside: bool = False


def over(function, *columns):
    """The sum of a function of the entries of columns."""
    return sum(function(*entries) for entries in zip(*columns, strict=True))


class below(Function):
    """Φ(u), without the cancellation of 1 + erf(u/√2)."""

    def fdiff(self, argindex=1):
        return exp(-(self.args[0] ** 2) / 2) / sqrt(2 * pi)


def sigma(u):
    return 1 / (1 + exp(-u))


LOGITS = [0.0, 1e-9, 2.0, -20.0, 36.5, 40.0, 88.0, -90.0]
FAR = [1000.0, -1000.0, 0.0, 710.0, -745.0]
columns = [{"x": LOGITS}, {"x": FAR}]
numbers = [{"t": value} for value in (*LOGITS, *FAR)]
labels = [
    {"x": LOGITS, "y": [1.0, 0.0] * 4},
    {"x": LOGITS, "y": [0.0, 1.0] * 4},
    {"x": FAR, "y": [1.0, 0.0, 1.0, 0.0, 1.0]},
    {"x": FAR, "y": [0.0, 1.0, 0.0, 1.0, 0.0]},
]
data = [
    {"X": [[1.0], [2.0]], "y": [first, second], "w": [logit]}
    for logit in (0.0, 20.0, 36.5, 40.0, -44.0, 500.0, -500.0)
    for first, second in ((0.0, 1.0), (1.0, 0.0))
]
signs = [{**each, "y": [-1.0, 1.0]} for each in data]
gaps = [
    {"x": gap, "y": [0.0, 1.0, 0.0]}
    for gap in ([1000.0, 0.0, 0.0], [0.0, 0.0, 0.0], [-90.0, 90.0, 3.0], [0.0, 1000.0, -1000.0])
]
scores = [{"x": each["x"]} for each in gaps]
far_apart = [*scores, {"x": [-310.0, 0.0, 3.0]}, {"x": [45.0, 0.0, -45.0]}]
zeros = [{"x": [0.0, 0.0]}, {"x": [3.0, 0.0]}]
nearer = [{"x": [300.0, 0.0, 0.0]}, {"x": [40.0, 0.0, 0.0]}, {"x": [0.0, 90.0, -90.0]}]
pairs = [{"s": u, "t": v} for u in (*FAR, 2.0, 90.0, -90.0) for v in (0.0, 2.0, -1000.0, 1000.0)]


def bernoulli(u, v):
    return -v * log(sigma(u)) - (1 - v) * log(1 - sigma(u))


def elementwise(body, name=None):
    """Σ f(xᵢ), in matrices and in scalars."""
    return Loss(
        sum_entries(x.applyfunc(Lambda(z, body(z)))),
        x,
        lambda x: over(body, x),
        columns,
    )


def cumulative(body, told=None):
    """Σ f(Φ(xᵢ)), where Φ is written with erf; in scalars with erfc."""
    return Loss(
        sum_entries(x.applyfunc(Lambda(z, body((1 + erf(z / sqrt(2))) / 2)))),
        x,
        lambda x: over(told or (lambda u: body(below(u))), x),
        columns,
    )


def scalar(body, points=numbers):
    return Loss(body(t), t, body, points)


P = (X * w).applyfunc(logistic)
Phi = (X * w).applyfunc(Lambda(z, (1 + erf(z / sqrt(2))) / 2))
E = Z.applyfunc(exp)

LOSSES = {
    "log-sigmoid": elementwise(lambda u: log(1 / (1 + exp(-u)))),
    "log-sigmoid, scalar": scalar(lambda t: log(1 / (1 + exp(-t)))),
    "log(1 - sigmoid)": elementwise(lambda u: log(1 - 1 / (1 + exp(-u)))),
    "log(1 - sigmoid), scalar": scalar(lambda t: log(1 - 1 / (1 + exp(-t)))),
    "binary cross-entropy": Loss(
        -y.T * P.applyfunc(log) - (ones - y).T * (ones - P).applyfunc(log),
        w,
        lambda X, y, w: over(bernoulli, X * w, y),
        data,
    ),
    "binary cross-entropy, products": Loss(
        -sum_entries(
            HadamardProduct(y, P.applyfunc(log))
            + HadamardProduct(ones - y, (ones - P).applyfunc(log))
        ),
        w,
        lambda X, y, w: over(bernoulli, X * w, y),
        data,
    ),
    "binary cross-entropy, one label": Loss(
        -s * log(sigma(t)) - (1 - s) * log(1 - sigma(t)),
        t,
        lambda s, t: bernoulli(t, s),
        [{"s": label, **each} for each in numbers for label in (0.0, 1.0)],
    ),
    "logistic loss with softplus": Loss(
        sum_entries((X * w).applyfunc(Lambda(z, log(1 + exp(z))))) - Trace(y.T * X * w),
        w,
        lambda X, y, w: over(lambda u, v: log(1 + exp(u)) - v * u, X * w, y),
        data,
    ),
    "logistic loss with margins": Loss(
        sum_entries((-HadamardProduct(y, X * w)).applyfunc(Lambda(z, log(1 + exp(z))))),
        w,
        lambda X, y, w: over(lambda u, v: log(1 + exp(-u * v)), X * w, y),
        signs,
    ),
    "logistic loss with margins, chained": Loss(
        sum_entries((ones + (-HadamardProduct(y, X * w)).applyfunc(exp)).applyfunc(log)),
        w,
        lambda X, y, w: over(lambda u, v: log(1 + exp(-u * v)), X * w, y),
        signs,
    ),
    "smooth hinge": Loss(
        sum_entries((ones - HadamardProduct(y, X * w)).applyfunc(Lambda(z, log(1 + exp(z)) ** 2))),
        w,
        lambda X, y, w: over(lambda u, v: log(1 + exp(1 - u * v)) ** 2, X * w, y),
        signs,
    ),
    "sigmoid by a power": Loss(
        sum_entries(HadamardPower(ones + (-X * w).applyfunc(exp), -1)),
        w,
        lambda X, w: over(sigma, X * w),
        [{"X": each["X"], "w": each["w"]} for each in data],
    ),
    "Brier score": Loss(
        norm(P - y) ** 2, w, lambda X, y, w: over(lambda u, v: (sigma(u) - v) ** 2, X * w, y), data
    ),
    "focal loss": elementwise(lambda u: -((1 - sigma(u)) ** 2) * log(sigma(u))),
    "log odds": elementwise(lambda u: log(sigma(u) / (1 - sigma(u))) ** 2),
    "softplus": elementwise(lambda u: log(1 + exp(u))),
    "swish": elementwise(lambda u: u / (1 + exp(-u))),
    "mish": elementwise(lambda u: u * tanh(log(1 + exp(u)))),
    "log-cosh": elementwise(lambda u: log(cosh(u))),
    "log-cosh, scalar": scalar(lambda t: log(cosh(t))),
    "log-cosh in exponentials": elementwise(lambda u: log(exp(u) + exp(-u))),
    "two exponentials": elementwise(lambda u: log(exp(u) + exp(2 * u))),
    "three exponentials": elementwise(lambda u: log(exp(u) + 2 + exp(-u / 2))),
    "hyperbolic tangent as a quotient": elementwise(lambda u: sinh(u) / cosh(u)),
    "hyperbolic tangent in exponentials": elementwise(
        lambda u: (exp(u) - exp(-u)) / (exp(u) + exp(-u))
    ),
    "hyperbolic secant": elementwise(lambda u: 1 / cosh(u)),
    "log-sum-exp of two": Loss(log(exp(s) + exp(t)), t, lambda s, t: log(exp(s) + exp(t)), pairs),
    "log-sum-exp of three": Loss(
        log(exp(s) + exp(t) + exp(-t)), t, lambda s, t: log(exp(s) + exp(t) + exp(-t)), pairs
    ),
    "Bradley-Terry": Loss(
        -log(exp(t) / (exp(s) + exp(t))), t, lambda s, t: -log(exp(t) / (exp(s) + exp(t))), pairs
    ),
    "softmax cross-entropy": Loss(
        -y.T * softmax(x).applyfunc(log),
        x,
        lambda x, y: over(lambda u, v: -v * log(exp(u) / over(exp, x)), x, y),
        gaps,
    ),
    "softmax cross-entropy of one class": Loss(
        -log(softmax(x)[1, 0]), x, lambda x: -log(exp(x[1]) / over(exp, x)), nearer
    ),
    "softmax cross-entropy of one class, far apart": Loss(
        -log(softmax(x)[1, 0]), x, lambda x: -log(exp(x[1]) / over(exp, x)), far_apart
    ),
    "softmax cross-entropy of one class, in exponentials": Loss(
        -log(exp(x[1, 0]) / sum_entries(x.applyfunc(exp))),
        x,
        lambda x: -log(exp(x[1]) / over(exp, x)),
        far_apart,
    ),
    "softmax cross-entropy of one class, of a layer": Loss(
        -log(softmax(X * w)[1, 0]),
        w,
        lambda X, w: -log(exp((X * w)[1]) / over(exp, X * w)),
        [
            {"X": [[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]], "w": far}
            for far in ([400.0, 0.0], [0.0, 45.0], [-45.0, 2.0], [1.0, 1000.0])
        ],
    ),
    "log-sum-exp less a logit": Loss(
        logsumexp(x) - x[1, 0], x, lambda x: log(over(exp, x)) - x[1], scores
    ),
    "log-sum-exp written out": Loss(
        log(sum_entries(x.applyfunc(exp))) - Trace(y.T * x),
        x,
        lambda x, y: log(over(exp, x)) - (y.T * x)[0],
        gaps,
    ),
    "share of exponentials": Loss(
        Trace(y.T * x.applyfunc(exp)) / sum_entries(x.applyfunc(exp)),
        x,
        lambda x, y: over(lambda u, v: v * exp(u), x, y) / over(exp, x),
        gaps,
    ),
    "logarithm of a weighted sum of exponentials": Loss(
        log(Trace(y.T * x.applyfunc(exp))),
        x,
        lambda x, y: log(over(lambda u, v: v * exp(u), x, y)),
        [{**each, "y": [0.5, 2.0, 1.0]} for each in gaps],
    ),
    "exponential loss": Loss(
        sum_entries((-HadamardProduct(y, x)).applyfunc(exp)),
        x,
        lambda x, y: over(lambda u, v: exp(-u * v), x, y),
        [{"x": [80.0, 0.0, -80.0], "y": [1.0, -1.0, -1.0]}],
    ),
    "Poisson": Loss(
        sum_entries(x.applyfunc(exp)) - Trace(y.T * x),
        x,
        lambda x, y: over(lambda u, v: exp(u) - u * v, x, y),
        [{"x": [-1000.0, 0.0, 80.0], "y": [0.0, 3.0, 1.0]}],
    ),
    "complementary log-log": Loss(
        sum_entries(x.applyfunc(Lambda(z, log(1 - exp(-exp(z)))))),
        x,
        lambda x: over(lambda u: log(1 - exp(-exp(u))), x),
        [
            {"x": [-40.0, -1.0, 0.0, 3.0, 6.0, 90.0]},
            {"x": [-300.0, 7.0, 500.0, 1000.0]},
            {"x": [-45.0, -1e-9, -90.0, -700.0, -1000.0]},
        ],
    ),
    "complementary log-log, scalar": scalar(lambda t: log(1 - exp(-exp(t)))),
    "complementary log-log, both labels": Loss(
        -sum_entries(
            HadamardProduct(y, x.applyfunc(Lambda(z, log(1 - exp(-exp(z))))))
            + HadamardProduct(ones - y, x.applyfunc(Lambda(z, log(exp(-exp(z))))))
        ),
        x,
        lambda x, y: over(lambda u, v: -v * log(1 - exp(-exp(u))) + (1 - v) * exp(u), x, y),
        [{"x": [-40.0, 3.0, -300.0, 6.0], "y": [1.0, 1.0, 1.0, 0.0]}],
    ),
    "log-log": elementwise(lambda u: log(exp(-exp(-u)))),
    "log(1 - exp(-exp)) squared": elementwise(lambda u: log(1 - exp(-exp(u))) ** 2),
    "logarithm of an Expm1": Loss(
        sum_entries(x.applyfunc(Lambda(z, log(exp(z) - 1)))),
        x,
        lambda x: over(lambda u: log(exp(u) - 1), x),
        [{"x": [1e-9, 1e-3, 1.0, 40.0, 80.0]}, {"x": [710.0, 1000.0]}],
    ),
    "log(1 - exp(-u))": Loss(
        sum_entries(x.applyfunc(Lambda(z, log(1 - exp(-z))))),
        x,
        lambda x: over(lambda u: log(1 - exp(-u)), x),
        [{"x": [1e-9, 1e-3, 1.0, 40.0, 80.0]}, {"x": [710.0, 1000.0]}],
    ),
    "mixture of two Gaussians": Loss(
        log(q * exp(-((t - 2) ** 2) / 2) + (1 - q) * exp(-((t + s) ** 2) / 2)),
        t,
        lambda q, s, t: log(q * exp(-((t - 2) ** 2) / 2) + (1 - q) * exp(-((t + s) ** 2) / 2)),
        [
            {"q": q, "s": s, "t": t}
            for q in (0.25, 0.0, 1.0)
            for s in (2.0, 100.0)
            for t in (0.0, 3.0, 100.0, -98.0)
        ],
    ),
    "mixture of two Gaussians, its weight": Loss(
        log(q * exp(-((t - 2) ** 2) / 2) + (1 - q) * exp(-((t + s) ** 2) / 2)),
        q,
        lambda q, s, t: log(q * exp(-((t - 2) ** 2) / 2) + (1 - q) * exp(-((t + s) ** 2) / 2)),
        [{"q": 0.25, "s": s, "t": t} for s in (2.0, 6.0) for t in (0.0, 3.0, 10.0)],
    ),
    "mixture of two Gaussians of vectors": Loss(
        log(t * exp(-(norm(x - a) ** 2) / 2) + (1 - t) * exp(-(norm(x - b) ** 2) / 2)),
        x,
        lambda x, a, b, t: log(
            t * exp(-over(lambda u, v: (u - v) ** 2, x, a) / 2)
            + (1 - t) * exp(-over(lambda u, v: (u - v) ** 2, x, b) / 2)
        ),
        [
            {"x": far, "a": [0.0, 1.0], "b": [1.0, -1.0], "t": 0.25}
            for far in ([0.0, 0.0], [100.0, 0.0], [-100.0, 100.0])
        ],
    ),
    "rows of logits": Loss(
        sum_entries((E * OneMatrix(p, 1)).applyfunc(log)) - Trace(Y.T * Z),
        Z,
        lambda Z, Y: sum(
            log(sum(exp(Z[i, j]) for j in range(2))) - sum(Z[i, j] * Y[i, j] for j in range(2))
            for i in range(3)
        ),
        [
            {
                "Z": [[1000.0, 0.0], [0.0, 1.0], [-3.0, -1000.0]],
                "Y": [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]],
            },
            {
                "Z": [[90.0, 0.0], [0.0, 0.0], [-3.0, -90.0]],
                "Y": [[1.0, 0.0], [0.5, 0.5], [0, 1.0]],
            },
        ],
    ),
    "rows of logits, weighted": Loss(
        Trace(a.T * (E * OneMatrix(p, 1)).applyfunc(log)) - Trace(Y.T * Z),
        Z,
        lambda Z, Y, a: sum(
            a[i] * log(sum(exp(Z[i, j]) for j in range(2)))
            - sum(Z[i, j] * Y[i, j] for j in range(2))
            for i in range(2)
        ),
        [
            {"Z": [[1000.0, 0.0], [-3.0, -1000.0]], "Y": [[0.0, 1.0], [1.0, 0.0]], "a": [1.0, 2.0]},
            {"Z": [[90.0, 0.0], [0.0, -1e-9]], "Y": [[1.0, 0.0], [0.5, 0.5]], "a": [0.5, 0.0]},
        ],
    ),
    "columns of logits": Loss(
        sum_entries((OneMatrix(1, n) * E).applyfunc(log)),
        Z,
        lambda Z: sum(log(sum(exp(Z[i, j]) for i in range(3))) for j in range(2)),
        [{"Z": [[1000.0, 0.0], [0.0, 1.0], [-3.0, -1000.0]]}],
    ),
    "rows of logits, a layer": Loss(
        sum_entries(((X * W).applyfunc(exp) * OneMatrix(p, 1)).applyfunc(log)) - Trace(Y.T * X * W),
        W,
        lambda X, W, Y: sum(
            log(sum(exp((X * W)[i, j]) for j in range(2)))
            - sum((X * W)[i, j] * Y[i, j] for j in range(2))
            for i in range(2)
        ),
        [
            {"X": [[1.0, 2.0], [0.5, -1.0]], "W": weights, "Y": [[0.0, 1.0], [1.0, 0.0]]}
            for weights in ([[1000.0, 0.0], [3.0, -1000.0]], [[40.0, 1.0], [0.0, -44.0]])
        ],
    ),
    "probit": cumulative(lambda c: -log(c)),
    "probit by erfc": Loss(
        -sum_entries(x.applyfunc(Lambda(z, log(erfc(-z / sqrt(2)) / 2)))),
        x,
        lambda x: over(lambda u: -log(below(u)), x),
        columns,
    ),
    "probit, scalar": Loss(-log((1 + erf(t / sqrt(2))) / 2), t, lambda t: -log(below(t)), numbers),
    "probit, other label": cumulative(lambda c: -log(1 - c), lambda u: -log(below(-u))),
    "probit, both labels": Loss(
        -sum_entries(
            HadamardProduct(y, Phi.applyfunc(log))
            + HadamardProduct(ones - y, (ones - Phi).applyfunc(log))
        ),
        w,
        lambda X, y, w: over(lambda u, v: -v * log(below(u)) - (1 - v) * log(below(-u)), X * w, y),
        data,
    ),
    "probit with margins": Loss(
        -sum_entries(
            HadamardProduct(y, X * w).applyfunc(
                Lambda(z, log(Rational(1, 2) + erf(z / sqrt(2)) / 2))
            )
        ),
        w,
        lambda X, y, w: over(lambda u, v: -log(below(u * v)), X * w, y),
        signs,
    ),
    "normal distribution": cumulative(lambda c: c),
    "complementary error function": elementwise(erfc),
    "gelu": Loss(
        sum_entries(x.applyfunc(Lambda(z, z * (1 + erf(z / sqrt(2))) / 2))),
        x,
        lambda x: over(lambda u: u * below(u), x),
        columns,
    ),
    "inverse Mills ratio": Loss(
        sum_entries(x.applyfunc(Lambda(z, exp(-(z**2) / 2) / (1 + erf(z / sqrt(2)))))),
        x,
        lambda x: over(lambda u: exp(-(u**2) / 2) / (2 * below(u)), x),
        columns,
        order=1,
    ),
    "Gaussian log-density": Loss(
        log(
            exp(-Trace((x - a).T * Inverse(A) * (x - a)) / 2) / sqrt((2 * pi) ** n * Determinant(A))
        ),
        x,
        lambda x, a, A: -((x - a).T * A.inv() * (x - a))[0] / 2 - log((2 * pi) ** 2 * A.det()) / 2,
        [{"x": [100.0, 0.0], "a": [0.0, 0.0], "A": [[1.0, 0.25], [0.25, 1.0]]}],
    ),
    "Gaussian log-density, covariance": Loss(
        log(
            exp(-Trace((x - a).T * Inverse(A) * (x - a)) / 2) / sqrt((2 * pi) ** n * Determinant(A))
        ),
        A,
        lambda x, a, A: -((x - a).T * A.inv() * (x - a))[0] / 2 - log((2 * pi) ** 2 * A.det()) / 2,
        [{"x": [100.0, 0.0], "a": [0.0, 0.0], "A": [[1.0, 0.25], [0.25, 1.0]]}],
    ),
    "logarithm of a determinant": Loss(
        log(Determinant(A)), A, lambda A: log(A.det()), [{"A": [[2.0, 1.0], [0.5, 4.0]]}]
    ),
    "logarithm of a determinant out of range": Loss(
        log(Determinant(A)),
        A,
        lambda A: log(A.det()),
        [{"A": np.diag([1e110, 1e120, 1e115])}, {"A": np.diag([1e-110, 1e-120, 1e-115])}],
        single=False,
    ),
    "power of a determinant out of range": Loss(
        sqrt(Determinant(A)),
        A,
        lambda A: sqrt(A.det()),
        [{"A": np.diag([1e110, 1e120, 1e115])}, {"A": np.diag([1e-110, 1e-120, 1e-115])}],
        single=False,
    ),
    "squared norm": Loss(norm(x) ** 2, x, lambda x: over(lambda u: u**2, x), zeros),
    "product with itself": Loss(x.T * x, x, lambda x: over(lambda u: u**2, x), zeros),
    "cube of a norm": Loss(
        norm(x) ** 3, x, lambda x: over(lambda u: u**2, x) ** Rational(3, 2), zeros, beside=True
    ),
    "fourth power of a norm": Loss(
        norm(x - a) ** 4,
        x,
        lambda x, a: over(lambda u, v: (u - v) ** 2, x, a) ** 2,
        [{"x": [1.0, -2.0], "a": [1.0, -2.0]}],
    ),
    "product of entries": Loss(
        x[0, 0] * x[1, 0] * x[2, 0],
        x,
        lambda x: x[0] * x[1] * x[2],
        [{"x": [0.0, 0.0, 3.0]}, {"x": [2.0, 0.0, 3.0]}, {"x": [0.0, 0.0, 0.0]}],
    ),
    "entropy": Loss(
        x.T * x.applyfunc(log),
        x,
        lambda x: x[1] * log(x[1]),
        [{"x": [0.0, 0.5]}],
        order=0,
    ),
    "cross-entropy of probabilities": Loss(
        -y.T * x.applyfunc(log),
        x,
        lambda x, y: -y[1] * log(x[1]),
        [{"x": [0.0, 1.0], "y": [0.0, 1.0]}, {"x": [0.0, 1e-300], "y": [0.0, 0.5]}],
        single=False,
    ),
    "binary cross-entropy of probabilities": Loss(
        -y.T * x.applyfunc(log) - (ones - y).T * (ones - x).applyfunc(log),
        x,
        lambda x, y: -log(1 - x[0]) - log(x[1]),
        [{"x": [0.0, 1.0], "y": [0.0, 1.0]}],
    ),
    "cross-entropy of a layer": Loss(
        -y.T * (X * w).applyfunc(log),
        w,
        lambda X, y, w: -y[1] * log((X * w)[1]),
        [
            {"X": [[1.0, -1.0], [1.0, 0.5]], "y": [0.0, 2.0], "w": [1.0, 1.0]},
            {"X": [[0.0, 0.0], [1.0, 0.5]], "y": [0.0, 2.0], "w": [1.0, 1.0]},
        ],
    ),
    "cross-entropy of probabilities, a diagonal matrix": Loss(
        -Trace(DiagMatrix(x.applyfunc(log)) * DiagMatrix(y)),
        x,
        lambda x, y: -y[1] * log(x[1]),
        [{"x": [0.0, 0.25], "y": [0.0, 0.5]}],
    ),
    "cross-entropy of probabilities, weighted": Loss(
        -y.T * DiagMatrix(a) * x.applyfunc(log),
        x,
        lambda x, y, a: -a[1] * y[1] * log(x[1]),
        [
            {"x": [0.0, 0.25], "y": [0.0, 0.5], "a": [2.0, 3.0]},
            {"x": [0.0, 0.25], "y": [2.0, 0.5], "a": [0.0, 3.0]},
        ],
    ),
    "cross-entropy of a matrix of probabilities": Loss(
        -Trace(Y.T * Z.applyfunc(log)),
        Z,
        lambda Z, Y: -sum(Y[i, 1] * log(Z[i, 1]) for i in range(2)),
        [{"Z": [[0.0, 0.5], [0.0, 0.25]], "Y": [[0.0, 1.0], [0.0, 2.0]]}],
    ),
    "Poisson of a layer": Loss(
        sum_entries(X * w) - Trace(y.T * (X * w).applyfunc(log)),
        w,
        lambda X, y, w: over(lambda u: u, X * w) - y[1] * log((X * w)[1]),
        [{"X": [[1.0, -1.0], [1.0, 0.5]], "y": [0.0, 2.0], "w": [1.0, 1.0]}],
    ),
    "relative entropy by the other": Loss(
        sum_entries(HadamardProduct(x, x.applyfunc(log) - y.applyfunc(log))),
        y,
        lambda x, y: x[1] * log(x[1] / y[1]),
        [{"x": [0.0, 0.5], "y": [0.0, 0.25]}],
    ),
    "negative entropy, far out": Loss(
        x.T * x.applyfunc(log),
        x,
        lambda x: over(lambda u: u * log(u), x),
        [{"x": [1e-300, 0.5]}],
        single=False,
    ),
    "binary cross-entropy of one probability": Loss(
        -s * log(t) - (1 - s) * log(1 - t), t, lambda s, t: -log(t), [{"s": 1.0, "t": 1.0}]
    ),
    "relative entropy": Loss(
        sum_entries(HadamardProduct(y, HadamardProduct(y, HadamardPower(x, -1)).applyfunc(log))),
        x,
        lambda x, y: y[1] * log(y[1] / x[1]),
        [{"x": [0.5, 0.25], "y": [0.0, 0.5]}],
    ),
    "powers": Loss(
        sum_entries(HadamardPower(x, t)),
        x,
        lambda x, t: x[0] ** t + x[1] ** t,
        [{"x": [0.0, 2.0], "t": 1.0}, {"x": [0.0, 2.0], "t": 2.0}, {"x": [3.0, 2.0], "t": 0.0}],
        beside=True,
    ),
    "Cauchy": elementwise(lambda u: log(1 + u**2)),
    "pseudo-Huber": elementwise(lambda u: sqrt(1 + u**2)),
    "Gaussian kernel": Loss(
        exp(-(norm(x - a) ** 2) / 2),
        x,
        lambda x, a: exp(-over(lambda u, v: (u - v) ** 2, x, a) / 2),
        [{"x": [100.0, 0.0], "a": [0.0, 0.0]}, {"x": [1.0, 0.0], "a": [0.0, 0.0]}],
    ),
    "determinant": Loss(
        Determinant(A),
        A,
        lambda A: A.det(),
        [
            {"A": [[1.0, 2.0], [2.0, 4.0]]},
            {"A": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]},
            {"A": [[0.0, 0.0], [0.0, 0.0]]},
            {"A": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [5.0, 7.0, 9.0]]},
        ],
    ),
}


@functools.cache
def derivatives(name):
    """The loss in scalars with its derivatives, as functions for mpmath."""
    loss = LOSSES[name]
    found = {}
    for point in loss.points:
        shapes = tuple((key, np.shape(value)) for key, value in point.items())
        if shapes not in found:
            given = {key: _entries(key, shape) for key, shape in shapes}
            expr = loss.scalar(**given)
            free = _flat(given[str(loss.wrt)])
            first = [diff(expr, v) for v in free]
            second = [[diff(f, v) for v in free] for f in first]
            arguments = [v for each in given.values() for v in _flat(each)]
            found[shapes] = lambdify(arguments, [expr, first, second], [KNOWN, "mpmath"])
    return found


def _entries(name, shape):
    if not shape:
        return Symbol(name)
    rows, cols = (*shape, 1)[:2]
    return Matrix(rows, cols, lambda i, j: Symbol(f"{name}{i}_{j}", real=True))


def _flat(value):
    """The entries, column by column, as those of vec."""
    return list(value.T) if hasattr(value, "T") else [value]


@functools.cache
def known(name, number):
    """Value, gradient and Hessian at one of the points."""
    point = LOSSES[name].points[number]
    shapes = tuple((key, np.shape(value)) for key, value in point.items())
    function = derivatives(name)[shapes]
    flat = [v for value in point.values() for v in np.ravel(value, order="F")]
    with mpmath.workdps(DIGITS):
        zero = mpmath.mpf("1e-400" if LOSSES[name].beside else "0")
        return function(*(mpmath.mpf(float(v)) if v else zero for v in flat))


def close(got, wanted, dtype, scale):
    """Whether a number is right, or inf or nan where its type cannot hold it."""
    kind = np.finfo(dtype)
    if abs(wanted) > float(kind.max):
        return not np.isfinite(got)
    if not np.isfinite(got):
        return False
    relative = 1e-10 if dtype == "float64" else 1e-5
    allowed = relative * abs(wanted) + 16 * float(kind.eps) * scale + float(kind.tiny)
    return abs(mpmath.mpf(float(got)) - wanted) <= allowed


@functools.cache
def functions(name, backend):
    loss = LOSSES[name]
    derivation = hessian if loss.order == 2 else derive
    return derivation(loss.expr, loss.wrt).to_function(backend, value=True)


def arrays(backend, point, dtype):
    given = {key: np.asarray(value, dtype) for key, value in point.items()}
    if backend == "torch":
        import torch

        return {key: torch.tensor(value) for key, value in given.items()}
    if backend == "jax":
        import jax.numpy as jnp

        return {key: jnp.asarray(value) for key, value in given.items()}
    return given


def assert_right(name, backend, dtype):
    loss = LOSSES[name]
    for number, point in enumerate(loss.points):
        if dtype == "float32" and not all(
            np.abs(value).max() <= 90 for value in map(np.asarray, point.values())
        ):
            continue
        wanted = known(name, number)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = functions(name, backend)(**arrays(backend, point, dtype))
        size = max(1.0, *(float(np.abs(value).max()) for value in point.values()))
        for what, got, exact in zip(WHAT[: loss.order + 1], found, wanted, strict=False):
            entries = np.ravel(np.asarray(got), order="F")
            exact = np.array(exact, dtype=object).ravel(order="F")
            assert len(entries) == len(exact)
            for place, (left, right) in enumerate(zip(entries, exact, strict=True)):
                assert close(left, right, dtype, max(size, float(abs(exact).max()))), (
                    f"{what} {place} at {point} in {dtype} is {left}, not {mpmath.nstr(right, 17)}"
                )


@pytest.fixture(autouse=True)
def _sixty_four_bits():
    if importlib.util.find_spec("jax") is not None:
        import jax

        jax.config.update("jax_enable_x64", True)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", LOSSES)
def test_code_is_right_at_the_extremes(name, backend):
    assert_right(name, backend, "float64")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", [name for name, loss in LOSSES.items() if loss.single])
def test_code_is_right_in_single_precision(name, backend):
    assert_right(name, backend, "float32")


@pytest.mark.parametrize(
    ("got", "wanted", "right"),
    [
        (0.63359, "1", False),
        (1 + 1e-9, "1", False),
        (np.inf, "1", False),
        (np.nan, "0", False),
        (1e308, "1e400", False),
        (0.0, "1e-400", True),
        (np.inf, "1e400", True),
        (1 + 1e-15, "1", True),
    ],
)
def test_what_counts_as_right(got, wanted, right):
    assert close(got, mpmath.mpf(wanted), "float64", 1.0) == right
