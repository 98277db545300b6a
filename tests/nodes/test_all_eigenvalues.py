"""Functions of all eigenvalues, where some of them are equal, beside what is found by hand."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from sympy import DiagMatrix, Lambda, MatrixSymbol, symbols

from derivlib import (
    derive,
    eigvalsh,
    hessian,
    is_derivative,
    lambda_max,
    logsumexp,
    norm,
    parse,
    sum_entries,
)

n, m = symbols("n m", integer=True, positive=True)
S, X, x, c = (MatrixSymbol(*of) for of in (("S", n, n), ("X", n, m), ("x", n, 1), ("c", n, 1)))
z = sp.Symbol("z")

BY_SCIPY = pytest.mark.needs("scipy")
FUNCTIONS = [
    pytest.param(z**3 - 2 * z + 5, id="polynomial"),
    pytest.param(1 / z, id="reciprocal"),
    pytest.param(sp.log(z), id="logarithm"),
    pytest.param(sp.tanh(z), id="hyperbolic tangent"),
    pytest.param(sp.log(1 + sp.exp(z)) + z**2, id="softplus and a square"),
    pytest.param(sp.exp(-(z**2)) * sp.cos(z), id="product"),
    pytest.param(sp.exp(-z / 2), id="exponential", marks=BY_SCIPY),
    pytest.param(sp.sqrt(z), id="root", marks=BY_SCIPY),
    pytest.param(2 / sp.sqrt(z) + sp.exp(z + 1), id="several", marks=BY_SCIPY),
]

UNDONE = ("root", "several")
"""Of a sylvester equation there is no matrix on vec that is short."""

MIRROR = np.eye(3) - 2 * np.outer([1, 2, 2], [1, 2, 2]) / 9
"""An orthogonal matrix, and so a basis of eigenvectors."""

VALUES = np.array([2.0, 2.0, 5.0])


def total(body, base):
    """The sum of a function of all eigenvalues."""
    return sum_entries(eigvalsh(base).applyfunc(Lambda(z, body)))


def distinct(derivation):
    """What is asked of eigenvalues."""
    return [str(a) for a in derivation.assumptions if "eigenvalues" in a.property]


def divided(body):
    """(f'(a) - f'(b))/(a - b) for all pairs of eigenvalues, f'' where they are equal."""
    first, second = (sp.lambdify(z, body.diff(z, k), "math") for k in (1, 2))
    return np.array(
        [[second(a) if a == b else (first(a) - first(b)) / (a - b) for b in VALUES] for a in VALUES]
    )


@pytest.mark.parametrize("body", FUNCTIONS)
def test_the_gradient_is_the_slope_of_the_function_at_the_matrix(body):
    d = derive(total(body, S + S.T), S)
    slope = np.vectorize(sp.lambdify(z, body.diff(z), "math"))(VALUES)
    at = MIRROR @ np.diag(VALUES) @ MIRROR.T / 2
    expected = 2 * MIRROR @ np.diag(slope) @ MIRROR.T
    assert np.allclose(d.to_function()(at), expected, 1e-9)
    assert "S + Sᵀ with distinct eigenvalues" not in distinct(d)
    assert d.verify({n: 3})
    assert d.replay() == d.result


@pytest.mark.parametrize("body", [each for each in FUNCTIONS if each.id not in UNDONE])
def test_the_hessian_has_divided_differences_and_their_limits(body):
    d = hessian(total(body, S + S.T), S)
    at = MIRROR @ np.diag(VALUES) @ MIRROR.T / 2
    E = np.array([[1.0, 2, 0], [-1, 3, 1], [4, 0, 2]])
    turned = MIRROR.T @ (E + E.T) @ MIRROR
    stacked = E.ravel(order="F")
    found = stacked @ d.to_function()(at) @ stacked
    assert found == pytest.approx((divided(body) * turned**2).sum(), 1e-9)
    assert distinct(d) == []


@pytest.mark.parametrize("verb", [derive, hessian])
@pytest.mark.parametrize("body", [sp.exp(z), z**2 - sp.exp(z / 3), z**4])
def test_it_is_verified_where_eigenvalues_have_to_be_equal(verb, body):
    """All but one eigenvalue of x xᵀ are 0."""
    d = verb(total(body, x * x.T), x)
    assert distinct(d) == []
    assert d.verify({n: 4})


@pytest.mark.parametrize("body", [sp.tanh(z), sp.cos(z) + z, sp.log(1 + z**2)])
def test_the_gradient_of_other_functions_is_verified_there_too(body):
    d = derive(total(body, x * x.T), x)
    assert distinct(d) == []
    assert d.verify({n: 4})
    slope = body.diff(z).subs(z, sp.Trace(x.T * x))
    assert is_derivative(d.result, total(body, x * x.T), x, {n: 3})
    assert is_derivative(2 * slope * x, total(body, x * x.T), x, {n: 3})


def test_divided_differences_tend_to_slopes():
    """Where two eigenvalues are nearly one, their quotient would be that of rounding."""
    d = hessian(total(sp.tanh(z), S + S.T), S)
    E = np.array([[1.0, 2, 0], [-1, 3, 1], [4, 0, 2]]).ravel(order="F")
    found = []
    for gap in (0, 1e-14, 1e-9, 1e-7, 1e-5):
        at = MIRROR @ np.diag([1.0, 1.0 + gap, 0.5]) @ MIRROR.T / 2
        found.append(E @ d.to_function()(at) @ E)
    assert np.allclose(found[1:], found[0], 1e-4)
    assert np.allclose(found[1:4], found[0], 1e-6)


def test_the_judge_has_the_slope_of_any_sum_over_equal_eigenvalues():
    """The only other eigenvalue of x xᵀ is xᵀx, so that the sum is a function of that."""
    length = sp.Trace(x.T * x)
    for function in (sp.tanh, sp.sin, lambda t: t * sp.exp(t) + t**4):
        expr, slope = total(function(z), x * x.T), function(z).diff(z).subs(z, length)
        assert is_derivative(2 * slope * x, expr, x, {n: 4})
        assert not is_derivative(slope * x, expr, x, {n: 4})


def test_products_lengths_and_the_like():
    at = MIRROR @ np.diag(VALUES) @ MIRROR.T / 2
    A = 2 * at
    values = eigvalsh(S + S.T)
    cases = {
        sp.Determinant(DiagMatrix(values)): 2 * 20 * np.linalg.inv(A),
        norm(values) ** 2: 4 * A,
        norm(values): 2 * A / np.linalg.norm(A),
    }
    for expr, expected in cases.items():
        d = derive(expr, S)
        assert np.allclose(d.to_function()(at), expected)
        assert distinct(d) == []
        assert d.verify({n: 3})
    softly = derive(logsumexp(values), S)
    assert [str(a) for a in softly.assumptions] == []
    assert softly.verify({n: 3})


def test_typed_sums_over_eigenvalues():
    typed = derive("sum(exp(eigvalsh(S)))", "S", symmetric=["S"])
    assert str(typed).endswith("= expm(S)")
    assert typed.verify({"n": 3})
    product = derive(parse("prod(eigvalsh(X'*X))"), "X")
    assert distinct(product) == []


def test_the_condition_stays_where_it_is_needed():
    assert distinct(derive(c.T * eigvalsh(S + S.T), S)) == ["S + Sᵀ with distinct eigenvalues"]
    weighted = derive(sum_entries(sp.HadamardProduct(c, eigvalsh(S + S.T))), S)
    assert distinct(weighted) == ["S + Sᵀ with distinct eigenvalues"]
    assert str(derive(lambda_max(S + S.T), S).assumptions[0]).endswith("simple largest eigenvalue")
    for kinked in (sp.Abs(z), sp.Max(z, 1), sp.Function("f")(z)):
        assert distinct(derive(total(kinked, S + S.T), S)) == ["S + Sᵀ with distinct eigenvalues"]
    of_roots = derive(total(sp.log(z), X.T * X), X)
    assert "Xᵀ*X positive definite" in map(str, of_roots.assumptions)
