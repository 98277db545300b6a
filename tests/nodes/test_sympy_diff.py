"""SymPy's diff, subs and rewrite on results."""

from __future__ import annotations

import pytest
import sympy as sp
from results import (
    A,
    C,
    W,
    X,
    f,
    lam,
    m,
    n,
    sigma,
    t,
    v,
    w,
    x,
    y,
    z,
)
from sympy import Lambda, Trace, ZeroMatrix

from derivlib import (
    InputError,
    Prime,
    UnsupportedError,
    derive,
    explicit,
    hessian,
    is_derivative,
    latex,
    logdet,
    logsumexp,
    norm,
    partial,
    prime,
    softmax,
    sum_entries,
    text,
    tril,
    vec,
)

SCALARS = {
    "coefficient": (2 * logdet(A), A),
    "power": (norm(x) ** 2, x),
    "function": (sp.exp(norm(x)), x),
    "scalar factor": (t * norm(A), A),
    "sum": (logdet(A) / 2 + Trace(A), A),
    "product": (norm(A) * logdet(A), A),
    "SymPy's determinant in it": (sp.Determinant(A) ** 2 * norm(A), A),
    "SymPy's determinant beside it": (sp.Determinant(A) * norm(x), A),
    "by itself": (logsumexp(x), x),
    "by a scalar": (norm(t * v), t),
    "by a scalar in a function": (sp.sin(norm(t * v)) + t, t),
    "matrix by a scalar": (softmax(t * x), t),
    "triangle by a scalar": (tril(t * A), t),
}


@pytest.mark.parametrize("name", SCALARS)
def test_diff_is_right(name):
    expr, wrt = SCALARS[name]
    found = expr.diff(wrt)
    assert is_derivative(found, expr, wrt)
    assert not is_derivative(2 * found, expr, wrt)


COLUMNS = {
    "softmax": (softmax(x), x),
    "of a product": (A * softmax(A * x), x),
    "scaled": (norm(x) * x, x),
    "constant beside it": (norm(y) * A * x, x),
    "Hadamard product": (sp.HadamardProduct(softmax(x), x), x),
    "gradient of a norm": (derive(norm(X * w - y), w).result, w),
    "determinant before it": (norm(x) * sp.Determinant(A) * softmax(x), x),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_diff_of_a_column_is_the_transposed_jacobian(name):
    """SymPy's own layout: (A*x).diff(x) is A.T."""
    expr, wrt = COLUMNS[name]
    assert (A * x).diff(x) == A.T
    found = expr.diff(wrt)
    assert is_derivative(found.T, expr, wrt)
    assert not is_derivative(2 * found.T, expr, wrt)


def test_diff_refuses_what_has_no_layout_and_never_says_zero():
    for expr, wrt in (
        (tril(A), A),
        (Trace(tril(A) * C), A),
        (vec(X), X),
        (partial(lam(X)), X),
        (softmax(v), v[0, 0]),
    ):
        with pytest.raises(UnsupportedError):
            expr.diff(wrt)
    assert norm(v).diff(v[1, 0]) == v[1, 0] / norm(v)
    assert norm(y).diff(x) == ZeroMatrix(n, 1)
    assert Trace(A * X * X.T).diff(X) == A * X + A.T * X


# --- the derivative of an undefined function ---------------------------------------------


def test_a_scalar_derivative_is_sympys():
    slope = derive(f(t), t).result
    assert slope == f(t).diff(t)
    assert slope.subs(f, sp.sin).doit() == slope.replace(f, sp.sin).doit() == sp.cos(t)
    assert slope.has(f)
    assert sp.dsolve(slope - f(t), f(t)) == sp.Eq(f(t), sp.Symbol("C1") * sp.exp(t))
    assert sp.integrate(slope, t) == f(t)
    assert derive(slope, t).result == f(t).diff(t, 2)
    assert slope.diff(t) == f(t).diff(t, 2)


def test_a_scalar_derivative_at_something_else():
    d = derive(f(2 * t), t)
    slope = d.result
    assert slope == f(2 * t).diff(t) == d.replay()
    assert d.end == d.steps[-1].after == 2 * Prime(f, 1, 2 * t)
    assert d.verify()
    assert str(d) == "∂L/∂t = 2*f'(2*t)"
    assert (text(slope), latex(slope)) == ("2*f'(2*t)", "2 f'(2 t)")
    assert slope.has(f)
    assert slope.subs(f, sp.sin).doit() == 2 * sp.cos(2 * t)
    assert slope.subs(f, Lambda(z, z**3)).doit() == 24 * t**2
    assert slope.diff(t) == derive(slope, t).result == f(2 * t).diff(t, 2)
    assert derive(f(f(2 * t)), t).result == f(f(2 * t)).diff(t)
    assert sp.Matrix(derive(f(2 * t), sp.Matrix([t])).result) == sp.Matrix([f(2 * t)]).diff(t)


def test_a_partial_derivative_of_scalars_is_sympys():
    s = sp.Symbol("s")
    for expr, shown in (
        (f(s, t), "∂f(s, t)/∂t"),
        (f(2 * s, t), "∂f(2*s, t)/∂t"),
        (f(s * t, t), "s*∂f(s*t, t)/∂(s*t) + ∂f(s*t, t)/∂t"),
        (f(s, 2 * t), "2*∂f(s, 2*t)/∂(2*t)"),
    ):
        d = derive(expr, t)
        assert d.result == expr.diff(t) == d.replay()
        assert (text(d.result), str(d)) == (shown, f"∂L/∂t = {shown}")
        assert d.verify()
    twice = hessian(f(s * t, t), t)
    assert twice.verify()
    product = Lambda((z, s), z * s**2)
    assert twice.result.subs(f, product).doit().expand() == 6 * s * t
    assert latex(derive(f(s * t, s), t).result) == (
        r"s \left.\frac{\partial f(n, s)}{\partial n}\right|_{n = s t}"
    )
    # of f(y, y), y = g(t), SymPy's diff doubles what it calls the derivative by y
    g = sp.Function("g")
    both = derive(f(g(t), g(t)), t).result.subs(f, Lambda((z, s), z**2 * s)).doit()
    assert both == (g(t) ** 3).diff(t)


def test_sympys_derivative_is_not_taken_where_it_takes_two_symbols_for_one():
    a, b = sp.Symbol("a"), sp.Symbol("a", real=True)
    assert f(a * t).diff(t) / a - f(b * t).diff(t) / b == 0
    d = derive(f(a * t) - f(b * t), t)
    assert d.result == a * Prime(f, 1, a * t) - b * Prime(f, 1, b * t)
    assert d.verify()
    for constant in (a, b):  # one after the other too
        d = derive(f(constant * t, z), t)
        assert d.result == f(constant * t, z).diff(t)
        assert d.verify()
    # SymPy prints ones without their sizes
    long, short = (norm(t * sp.OneMatrix(size, 1)) for size in (3, 2))
    d = derive(f(long) - f(short), t)
    assert not d.result.has(sp.Subs)
    assert d.verify()


def test_derivatives_are_understood():
    u = sp.Symbol("u")
    for expr in (f(t).diff(t), f(2 * t).diff(t), f(t, u).diff(t), f(t * u, u).diff(u).doit()):
        found = derive(expr * x, t)
        assert found.verify({n: 2})
        assert found.verify({n: 30})
        assert not is_derivative(2 * found.result, expr * x, t)
    assert derive(sp.Derivative(t**3, t), t).result == 6 * t
    assert is_derivative(f(t).diff(t), f(t), t)
    assert is_derivative(f(2 * t).diff(t), f(2 * t), t)
    assert not is_derivative(f(2 * t).diff(t) / 2, f(2 * t), t)
    with pytest.raises(UnsupportedError, match="not carried out"):
        derive(sp.Derivative(sp.totient(t), t), t)


def test_an_elementwise_derivative_becomes_that_of_the_function_put_in():
    slope = derive(sum_entries((X * W).applyfunc(f)), W).result
    known = derive(sum_entries((X * W).applyfunc(sp.sin)), W).result
    assert str(slope) == "X.T*f'(X*W)"
    assert sp.latex(slope) == "X^{T} f'(X W)"
    assert slope.subs(f, sp.sin).doit() == slope.replace(f, sp.sin).doit() == known
    assert slope.has(f)
    assert not slope.subs(f, sp.sin).has(f)
    assert slope.subs(f, sigma) == derive(sum_entries((X * W).applyfunc(sigma)), W).result
    mixed = derive(sum_entries(X.applyfunc(Lambda(z, f(z) ** 2))), X).result
    assert explicit(mixed.subs(f, sp.exp).doit(), {n: 3, m: 2}) == explicit(
        2 * X.applyfunc(Lambda(z, sp.exp(2 * z))), {n: 3, m: 2}
    )


def test_prime_of_known_functions():
    assert prime(sp.sin) is sp.cos
    assert prime(sp.exp, 3) is sp.exp
    assert prime(sp.tanh)(t) == 1 - sp.tanh(t) ** 2
    assert prime(Lambda(z, z**3))(t) == 3 * t**2
    with pytest.raises(UnsupportedError):
        prime(sp.totient)
    with pytest.raises(InputError, match="one scalar"):
        prime(sp.atan2)
    with pytest.raises(InputError, match="one scalar"):
        prime(f)(X)


def test_a_gradient_of_a_function_that_is_known_is_refused():
    with pytest.raises(InputError, match="instantiate"):
        partial(lam(X)).subs(lam(X), Trace(X.T * X))
