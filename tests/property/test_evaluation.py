"""The numerical derivatives are derivatives, and each kind of failure is told from the others."""

from __future__ import annotations

from types import SimpleNamespace

import compare
import numpy as np
import pytest
from compare import evaluator, examine, numerical_derivative, points, symbols_of
from expressions import CASES, SIZES, U, W, X, lam, nu, sigma, t, x
from generate import Example
from sympy import (
    Function,
    Inverse,
    Lambda,
    MatrixSymbol,
    Permanent,
    Trace,
    ZeroMatrix,
    exp,
    sin,
    symbols,
    tanh,
)

from derivlib import derive, partial, prime, sum_entries
from derivlib.derivation import derivation as implementation
from derivlib.nodes import AbstractJacobian

u, v, z = symbols("u v z")
f = Function("f")
STEP = 1e-5


def at(expr, wrt, seed=0):
    return points(symbols_of(SIZES, expr, wrt), SIZES, seed)


def value(expr, values):
    return evaluator(values, SIZES).value(expr)[0, 0]


def differences(expr, wrt, values):
    """Central differences, entries of the variable in the order of stacked columns."""
    columns = []
    rows, cols = values[wrt].shape
    for j in range(cols):
        for i in range(rows):
            sides = []
            for step in (STEP, -STEP):
                moved = dict(values)
                moved[wrt] = values[wrt].astype(np.longdouble)
                moved[wrt][i, j] += step
                sides.append(value(expr, moved))
            columns.append(((sides[0] - sides[1]) / (2 * STEP)).flatten(order="F"))
    return np.array(columns).T


def close(left, right, tolerance=1e-6):
    return np.abs(left - right).max() <= tolerance * (1 + np.abs(right).max())


@pytest.mark.parametrize("name", CASES)
def test_scalars_against_differences(name):
    expr, wrt = CASES[name]
    values = at(expr, wrt)
    truth = numerical_derivative("scalar", expr, wrt, values, SIZES)
    assert truth.shape == values[wrt].shape
    assert close(truth.flatten(order="F"), differences(expr, wrt, values)[0])


MATRICES = {
    "product": (X * W, X),
    "layer": ((X * W).applyfunc(sigma), W),
    "inverse": (Inverse(U) * x, U),
    "abstract": (nu(X, W), W),
    "by a scalar": ((t * X).applyfunc(Lambda(z, sin(t * z))), t),
}


@pytest.mark.parametrize("name", MATRICES)
def test_matrices_against_differences(name):
    expr, wrt = MATRICES[name]
    values = at(expr, wrt)
    truth = numerical_derivative("matrix", expr, wrt, values, SIZES)
    expected = differences(expr, wrt, values)
    if not wrt.is_Matrix:
        expected = expected.reshape(truth.shape, order="F")
    assert truth.shape == expected.shape
    assert close(truth, expected)


@pytest.mark.parametrize("expr", [lam(X), Trace(X.T * X) * sum_entries(X.applyfunc(exp))])
def test_hessians_against_differences_of_gradients(expr):
    values = at(expr, X)
    truth = numerical_derivative("hessian", expr, X, values, SIZES)
    for k in range(values[X].size):
        i, j = k % values[X].shape[0], k // values[X].shape[0]
        sides = []
        for step in (STEP, -STEP):
            moved = dict(values)
            moved[X] = values[X].astype(np.longdouble)
            moved[X][i, j] += step
            sides.append(numerical_derivative("scalar", expr, X, moved, SIZES))
        expected = ((sides[0] - sides[1]) / (2 * STEP)).flatten(order="F")
        assert close(truth[:, k], expected)


NODES = {
    "gradient": (partial(lam(X)), lam(X), X),
    "gradient, second": (partial(lam(W, X), 1), lam(W, X), X),
    "of a scalar": (partial(lam(X, t), 1), lam(X, t), t),
    "Jacobian": (partial(nu(X, W), 1), nu(X, W), W),
    "matrix partial": (partial(nu(t)), nu(t), t),
    "scalar partial": (partial(f(u, v), 1), f(u, v), v),
    "prime": (prime(f)(u), f(u), u),
    "second prime": (prime(f, 2)(u), prime(f)(u), u),
    "gradient of a gradient": (AbstractJacobian(partial(lam(X)), 0), partial(lam(X)), X),
    "mixed": (AbstractJacobian(partial(lam(X, W), 0), 1), partial(lam(X, W), 0), W),
    "Jacobian of a Jacobian": (
        AbstractJacobian(partial(nu(X), 0), 0),
        partial(nu(X), 0),
        X,
    ),
}


@pytest.mark.parametrize("name", NODES)
def test_derivative_nodes_are_derivatives_of_what_they_are_of(name):
    node, expr, wrt = NODES[name]
    values = at(expr, wrt)
    truth = numerical_derivative("any", expr, wrt, values, SIZES)
    assert close(value(node, values), truth, 1e-12)


def test_the_second_partial_derivative_is_the_hessian():
    values = at(lam(X), X)
    truth = numerical_derivative("hessian", lam(X), X, values, SIZES)
    assert close(value(AbstractJacobian(partial(lam(X)), 0), values), truth, 1e-12)


def test_functions_of_one_scalar_are_the_same_entry_by_entry():
    """σ(z) of a scalar and σ of each entry have one definition, and so have their primes."""
    values = {t: np.array([[0.7]]), MatrixSymbol("a", 1, 1): np.array([[0.7]])}
    a = MatrixSymbol("a", 1, 1)
    for function in (sigma, prime(sigma), prime(sigma, 2), tanh):
        assert close(value(a.applyfunc(function), values), value(function(t), values), 1e-15)


# --- each kind of failure, planted ------------------------------------------------------

EXAMPLE = Example("scalar by matrix", lam((X * W).applyfunc(sigma)), W)
SQUARE = Example("scalar by matrix", Trace(U * U * U.T), U)


class Changed:
    """A derivation whose result is another, and whose steps end there."""

    def __init__(self, found, change):
        self.result = change(found.result)
        self.steps = (*found.steps, SimpleNamespace(after=self.result))
        self.shared = found.shared

    def replay(self):
        return self.result

    __str__ = _repr_latex_ = lambda self: ""


def with_result(monkeypatch, change):
    monkeypatch.setattr(compare, "derive", lambda expr, wrt: Changed(derive(expr, wrt), change))


WRONG = {
    "doubled": (EXAMPLE, lambda r: 2 * r, "WrongValueError"),
    "sign": (EXAMPLE, lambda r: -r, "WrongValueError"),
    "zero": (EXAMPLE, lambda r: ZeroMatrix(*r.shape), "WrongValueError"),
    "transposed": (EXAMPLE, lambda r: r.T, "WrongShapeError"),
    "transposed square": (SQUARE, lambda r: r.T, "WrongValueError"),
    "slightly off": (EXAMPLE, lambda r: r * (1 + sum_entries(r) / 10**7), "WrongValueError"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_result_is_noticed(name, monkeypatch):
    example, change, kind = WRONG[name]
    assert examine(example, SIZES) == "right"
    with_result(monkeypatch, change)
    with pytest.raises(compare.PropertyError) as caught:
        examine(example, SIZES)
    assert type(caught.value).__name__ == kind


def raises(error):
    def verb(expr, wrt):
        raise error

    return verb


def test_a_foreign_error_is_a_crash(monkeypatch):
    monkeypatch.setattr(compare, "derive", raises(AttributeError("x")))
    with pytest.raises(compare.CrashError):
        examine(EXAMPLE, SIZES)


def test_what_has_a_rule_must_not_be_refused(monkeypatch):
    error = compare.UnsupportedError("no differential rule for MatMul")
    monkeypatch.setattr(compare, "derive", raises(error))
    with pytest.raises(compare.WrongRefusalError):
        examine(EXAMPLE, SIZES)


def test_what_has_no_rule_may_be_refused_by_its_name():
    example = Example("scalar by matrix", Permanent(U), U)
    assert examine(example, SIZES) == "refused"


def test_a_refusal_that_names_something_else_is_wrong(monkeypatch):
    error = compare.UnsupportedError("no differential rule for Trace")
    monkeypatch.setattr(compare, "derive", raises(error))
    with pytest.raises(compare.WrongRefusalError):
        examine(Example("scalar by matrix", Permanent(U), U), SIZES)


def test_what_is_shown_has_no_dummies(monkeypatch):
    monkeypatch.setattr(compare, "text", lambda expr: "Lambda(_d, sin(_d))")
    with pytest.raises(compare.UnreadableError):
        examine(EXAMPLE, SIZES)


def test_steps_that_end_elsewhere_are_noticed(monkeypatch):
    monkeypatch.setattr(implementation.Derivation, "replay", lambda self: 2 * self.result)
    with pytest.raises(compare.WrongReplayError):
        examine(EXAMPLE, SIZES)
