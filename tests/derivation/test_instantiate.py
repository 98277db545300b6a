"""What is put in place of abstract functions and symbols is checked, and replaced at once."""

from __future__ import annotations

import numpy as np
import pytest
from expressions import A, U, W, X, lam, m, n, sigma, t, tau, x
from sympy import (
    Function,
    HadamardProduct,
    Lambda,
    MatrixSymbol,
    Symbol,
    Trace,
    exp,
    sin,
    symbols,
    tanh,
)

from derivlib import (
    InputError,
    MatrixFunction,
    ShapeError,
    derive,
    explicit,
    partial,
    prime,
    sum_entries,
)
from derivlib.derivation.instantiate import instantiate

nu = MatrixFunction("nu", (n, m))
z, s = symbols("z s")
Y = MatrixSymbol("Y", n, m)
layer = derive(lam((X * W).applyfunc(sigma)), W)
several = derive(lam((X * W).applyfunc(sigma)), [W, X])
inner = derive(t * lam(nu(X) + Y), X)


def broken(_):
    raise RuntimeError("out of order")


REFUSED = {
    "not a mapping": (None, InputError, r"takes a mapping.*not None"),
    "a list": ([(sigma, tanh)], InputError, "takes a mapping"),
    "a name in quotes": ({"sigma": tanh}, InputError, "'sigma' of type str takes no other value"),
    "a known function": ({tanh: sigma}, InputError, "takes no other value"),
    "an expression": ({X * W: X}, InputError, "takes no other value"),
    "text for a function": ({sigma: "tanh"}, InputError, "sigma is a function.*not 'tanh'"),
    "nothing for a function": ({sigma: None}, InputError, "sigma is a function.*not None"),
    "a number for a function": ({sigma: 3}, InputError, "sigma is a function.*not 3"),
    "an array for a function": ({sigma: np.eye(2)}, InputError, "sigma is a function"),
    "an expression for a function": ({lam: Trace(A)}, InputError, "lambda is a function"),
    "a function that gives text": ({sigma: lambda z: "x"}, InputError, "sigma.*gives 'x'"),
    "a function that gives nothing": ({sigma: lambda z: None}, InputError, "sigma.*gives None"),
    "a function that gives an array": ({sigma: lambda z: np.eye(2)}, InputError, "sigma.*gives"),
    "too few arguments": ({sigma: lambda: t}, InputError, "sigma.*raised TypeError"),
    "too many arguments": ({lam: lambda M, N: Trace(M)}, InputError, "lambda.*raised TypeError"),
    "a function that raises": ({sigma: broken}, InputError, "sigma.*RuntimeError: out of order"),
    "a refusal of ours": ({lam: lambda M: sum_entries(t)}, InputError, "lambda.*scalar t"),
    "a misfit of SymPy's": ({lam: lambda M: Trace(M * A)}, ShapeError, "sizes do not fit"),
    "a matrix for a scalar function": ({lam: lambda M: 2 * M}, ShapeError, "lambda.*a scalar"),
    "a matrix function for a scalar one": (
        {lam: MatrixFunction("mu", (n, n))}, ShapeError, "lambda.*expected a scalar"),
    "a matrix for a function of entries": ({sigma: lambda z: z * A}, ShapeError, "sigma"),
    "the variable": ({W: W}, InputError, "W(: a| is the) variable"),
    "a size": ({n: 3}, InputError, "n is a size"),
    "what does not occur": ({tau: sin}, InputError, "tau does not occur"),
    "a scalar for a matrix": ({X: t}, ShapeError, "X is t, a scalar; expected a matrix of n×m"),
    "another shape": ({X: x}, ShapeError, "X is x, n×1; expected a matrix of n×m"),
    "text for a matrix": ({X: "Y"}, InputError, "X is 'Y' of type str"),
    "an array for a matrix": ({X: np.eye(2)}, InputError, "X is"),
    "a function for a matrix": ({X: tanh}, InputError, "X is"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_take_a_place_is_refused_by_name(name):
    values, kind, message = REFUSED[name]
    with pytest.raises(kind, match=message):
        layer.instantiate(values)


@pytest.mark.parametrize("name", [name for name, case in REFUSED.items() if case[0] is None
    or X not in dict(case[0])])  # fmt: skip
def test_several_variables_refuse_the_same(name):
    values, kind, message = REFUSED[name]
    with pytest.raises(kind, match=message):
        several.instantiate(values)


INSIDE = {
    "a scalar for a matrix function": (
        {nu: lambda M: t},
        ShapeError,
        "nu.*expected a matrix of n×m",
    ),
    "another shape for a matrix function": ({nu: lambda M: M.T}, ShapeError, "nu.*Xᵀ, m×n"),
    "text for a matrix function": ({nu: lambda M: "X"}, InputError, "nu.*gives 'X'"),
    "a matrix for a scalar": ({t: A}, ShapeError, "t is A, n×n; expected a scalar"),
    "text for a scalar": ({t: "s"}, InputError, "t is 's' of type str"),
    "nothing for a scalar": ({t: None}, InputError, "t is None"),
    "a function for a scalar": ({t: sin}, InputError, "t is sin"),
}


@pytest.mark.parametrize("name", INSIDE)
def test_values_inside_are_checked_too(name):
    values, kind, message = INSIDE[name]
    with pytest.raises(kind, match=message):
        inner.instantiate(values)


def test_fitting_values_take_their_places():
    assert inner.instantiate({t: 3, Y: X, nu: lambda M: 2 * M, lam: sum_entries}).result.shape
    squares = derive(t * Trace(X.T * X), X).instantiate({t: 3})
    assert squares.result == 6 * X


def test_a_1x1_value_stands_for_a_scalar():
    def form(v):
        return v.T * A * v

    for outer in (lam(x), lam(x) + t, exp(lam(x)), 2 * lam(x) ** 2):
        assert derive(outer, x).instantiate({lam: form}).verify({n: 3}).shape == (3, 1)
    scale = Function("lambda", commutative=True)
    assert derive(scale(x) * x, x).instantiate({scale: form}).verify({n: 2}).shape == (2, 2)


def test_functions_may_change_places():
    both = sum_entries(X.applyfunc(Lambda(z, sigma(z) + 2 * tau(z)))) + sigma(t)
    swapped = sum_entries(X.applyfunc(Lambda(z, tau(z) + 2 * sigma(z)))) + tau(t)
    assert instantiate(both, {sigma: tau, tau: sigma}) == instantiate(swapped, {})


def test_symbols_in_the_body_of_a_function_are_replaced():
    expr = sum_entries(X.applyfunc(Lambda(z, t * z**2))) + t * Trace(X.T * X)
    assert derive(expr, X).instantiate({t: 3}).result == 12 * X


def test_what_takes_a_place_keeps_its_own_symbols():
    scaled = derive(sum_entries(X.applyfunc(sigma)), X).instantiate({sigma: lambda u: u**2 * z})
    sizes = {n: 2, m: 1}
    assert explicit(scaled.result, sizes) == 2 * z * explicit(X, sizes)


def test_symbols_in_indices_are_replaced():
    i = Symbol("i", integer=True)
    assert instantiate(i * X[i, 0], {i: 2}) == 2 * X[2, 0]


def test_the_prime_of_a_function_follows_it():
    rate = prime(sigma)(t) * Trace(U) + sigma(t)
    assert derive(rate, t).instantiate({sigma: sin}).verify({n: 2}).shape == (1, 1)
    assert instantiate(prime(sigma, 2)(t), {sigma: sin}) == -sin(t)


def test_a_derivative_that_is_not_carried_out_is_not_passed_over():
    expr = Trace(partial(Function("f")(U)) * U) + Function("f")(U)
    with pytest.raises(InputError, match="f stands in the derivative"):
        instantiate(expr, {Function("f"): Trace})


def test_a_shape_that_is_equal_once_expanded_fits():
    wide = MatrixSymbol("M", n * (m + 1), 1)
    value = MatrixSymbol("V", n * m + n, 1)
    assert instantiate(2 * wide, {wide: value}) == 2 * value


def test_squares_of_a_layer():
    d = layer.instantiate({lam: lambda M: sum_entries(HadamardProduct(M, M)), sigma: tanh})
    assert d.verify({n: 2, m: 3, W.shape[1]: 2}).entries == 6
