"""Functions in pieces, typed with Piecewise: hinge, Huber, leaky relu, elu, scalars."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sympy import (
    Abs,
    And,
    HadamardProduct,
    Heaviside,
    Lambda,
    MatrixSymbol,
    Not,
    Or,
    Piecewise,
    Rational,
    exp,
    log,
    sin,
    sqrt,
    symbols,
)

from derivlib import (
    derive,
    dot,
    hessian,
    is_derivative,
    latex,
    norm,
    relu,
    sum_entries,
)

n, m = symbols("n m", integer=True, positive=True)
X, w, x, y = (MatrixSymbol(*of) for of in (("X", n, m), ("w", m, 1), ("x", n, 1), ("y", n, 1)))
s, t, z = symbols("s t z")
SIZES = {n: 4, m: 3}
BACKENDS = ["numpy", *(pytest.param(b, marks=pytest.mark.needs(b)) for b in ("jax", "torch"))]

HINGE = Lambda(z, Piecewise((1 - z, z < 1), (0, True)))
HUBER = Lambda(z, Piecewise((z**2 / 2, Abs(z) <= 1), (Abs(z) - Rational(1, 2), True)))
LEAKY = Lambda(z, Piecewise((z, z > 0), (z / 100, True)))
ELU = Lambda(z, Piecewise((z, z > 0), (exp(z) - 1, True)))
ENTROPY = Lambda(z, Piecewise((z * log(z), z > 0), (0, True)))
ROOT = Lambda(z, Piecewise((sqrt(z - 1), z > 2), (z**3, And(z > 0, z < 1)), (1 / (z - 9), True)))

FUNCTIONS = {
    "hinge": (HINGE, ["[x - 1] without zero entries"]),
    "Huber": (HUBER, ["[Abs(x) - 1] without zero entries"]),
    "leaky relu": (LEAKY, ["x without zero entries"]),
    "elu": (ELU, ["x without zero entries"]),
    "entropy": (ENTROPY, ["x without zero entries"]),
    "three pieces": (ROOT, None),
}


def conditions(derivation):
    return [str(c) for c in derivation.assumptions if c.property != "constant"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_entries(name):
    function, told = FUNCTIONS[name]
    first = derive(sum_entries(x.applyfunc(function)), x)
    for found in (first, derive(sum_entries((X * w).applyfunc(function)), w)):
        assert found.verify(SIZES, code="numpy").code == "NumPy"
        if name != "three pieces":  # whose root has no value in double precision elsewhere
            assert found.verify(SIZES, method="double").method == "double"
        assert found.replay() == found.result
    assert hessian(sum_entries((X * w).applyfunc(function)), w).verify(SIZES, code="numpy")
    if told is not None:
        assert conditions(first) == told


SCALARS = {
    "of a number": (Piecewise((t**2, t > 0), (-t, True)), t, ["t not zero"]),
    "a factor": (
        Piecewise((dot(x, y) ** 2, dot(x, y) > 0), (t, True)) * norm(x) ** 2,
        x,
        ["xᵀ*y not zero"],
    ),
    "by a scalar in it": (
        Piecewise((dot(x, y) ** 2, dot(x, y) > 0), (t**2, True)) * norm(x) ** 2,
        t,
        ["xᵀ*y not zero"],
    ),
    "of a hinge": (Piecewise((1 - s * t, s * t < 1), (0, True)), t, ["s*t - 1 not zero"]),
    "conditions joined": (
        Piecewise((t**2, And(t > 0, s > 1)), (t * s, Or(t < -1, s < 0)), (sin(t), True)),
        t,
        None,
    ),
    "a condition denied": (Piecewise((t**2, Not(And(t > 0, s > 1))), (t, True)), t, None),
    "inside a function": (exp(Piecewise((t**2, t > 0), (-t, True))) * t, t, ["t not zero"]),
    "constant but where it jumps": (Piecewise((1, t > 0), (2, True)) * s, t, ["t not zero"]),
    "not of the variable": (Piecewise((1, s > 0), (2, True)) * t**2, t, []),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SCALARS)
def test_scalars(name, backend):
    expr, wrt, told = SCALARS[name]
    for derivation in (derive(expr, wrt), hessian(expr, wrt)):
        assert derivation.verify(SIZES, code=backend)
        assert derivation.verify(SIZES, method="double")
        assert derivation.replay() == derivation.result
    if told is not None:
        assert set(conditions(derive(expr, wrt))) >= set(told)


@pytest.mark.parametrize(
    ("claim", "expr"),
    [
        (Piecewise((2 * t, t > 0), (1, True)), Piecewise((t**2, t > 0), (-t, True))),
        (Piecewise((2 * t, t < 0), (-1, True)), Piecewise((t**2, t > 0), (-t, True))),
        (2 * t, Piecewise((t**2, t > 0), (-t, True))),
        (0, Piecewise((t**2, t > 1000), (0, True))),
    ],
)
def test_the_judge_looks_at_every_piece(claim, expr):
    assert not is_derivative(claim, expr, t)


def arrays(backend, values):
    if backend == "torch":
        import torch

        return torch.tensor(values, dtype=torch.float32)
    return np.asarray(values, "float32")


WANTED = {
    "hinge": (HINGE, [-1, -1, 0], [0, 0, 0]),
    "Huber": (HUBER, [-1, 0, 1], [0, 1, 0]),
    "leaky relu": (LEAKY, [0.01, 0.01, 1], [0, 0, 0]),
    "elu": (ELU, [0, 1, 1], [0, 1, 0]),
    "entropy": (ENTROPY, [0, 0, np.log(1e30) + 1], [0, 0, 1e-30]),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", WANTED)
def test_code_takes_nothing_from_the_other_piece(name, backend):
    function, slope, curvature = WANTED[name]
    expr = sum_entries(x.applyfunc(function))
    at = arrays(backend, [-1000.0, 0.0, 1e30])
    for derivation, wanted in ((derive(expr, x), slope), (hessian(expr, x), np.diag(curvature))):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = np.asarray(derivation.to_function(backend)(at))
        assert found.dtype == "float32"
        assert np.allclose(found, wanted, atol=1e-30, rtol=1e-5)


def test_how_it_is_written():
    found = derive(sum_entries((X * w).applyfunc(HINGE)), w)
    assert str(found) == "∂L/∂w = Xᵀ*where(X*w < 1, -1, 0)"
    pieces = (
        r"\left(\begin{cases} -1 & \text{for}\: X w < 1 \\ 0 & \text{otherwise} \end{cases}\right)"
    )
    assert latex(found.result) == rf"X^{{\mathsf{{T}}}} {pieces}"
    joined = Lambda(z, Piecewise((z, And(z > 0, z <= 1)), (1, Or(z > 1, z < -1)), (0, True)))
    shown = latex(x.applyfunc(joined))
    assert r"0 < x \le 1" in shown
    assert r"\vee" in shown


SMOOTH_AT_KINKS = {
    "cube of relu": (relu(t) ** 3, t, 0),
    "square of a magnitude": (Abs(t) ** 2, t, 2),
    "cube of a magnitude": (Abs(t) ** 3, t, 0),
    "magnitude times itself": (Abs(t) * Abs(-t), t, 2),
    "fourth power of relu": (relu(t) ** 4 + t**2, t, 2),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SMOOTH_AT_KINKS)
def test_smooth_functions_of_kinks(name, backend):
    expr, wrt, wanted = SMOOTH_AT_KINKS[name]
    second = hessian(expr, wrt)
    assert (
        second.result.subs(wrt, 0) == wanted if second.result.has(wrt) else second.result == wanted
    )
    assert (
        float(second.to_function(backend)(**{str(wrt): 0.0} if second.result.has(wrt) else {}))
        == wanted
    )


STEP = Lambda(z, Heaviside(z, 0))


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [
        (HadamardProduct(relu(X * w), (X * w).applyfunc(STEP)), relu(X * w)),
        (
            HadamardProduct((X * w).applyfunc(STEP), (X * w).applyfunc(STEP)),
            (X * w).applyfunc(STEP),
        ),
        ((X * w).applyfunc(Lambda(z, relu(z) * Heaviside(z, 0))), relu(X * w)),
        ((X * w).applyfunc(Lambda(z, Heaviside(z, 0) ** 2)), (X * w).applyfunc(STEP)),
        ((X * w).applyfunc(Lambda(z, exp(Heaviside(z, 0) ** 2))), None),
        (HadamardProduct(relu(X * w), relu(X * w), (X * w).applyfunc(STEP)), None),
    ],
)
def test_indicators_are_joined(expr, wanted):
    found = derive(y.T * expr, y).result
    assert str(found).count("> 0") <= 1
    if wanted is not None:
        assert found == derive(y.T * wanted, y).result
