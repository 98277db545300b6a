"""Derivatives read as a textbook prints them: what each case of simplification comes to."""

from __future__ import annotations

import pytest
from expressions import SIZES, U, derivation, n, t, x, z
from sympy import (
    Float,
    ImmutableMatrix,
    Lambda,
    MatMul,
    MatrixSymbol,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
)

from derivlib import derive, hessian, latex, norm, text
from derivlib.expressions.construction import mul

READ = {
    "Stein loss, of the estimate": "G⁻ᵀ - U⁻ᵀ",
    "Stein loss, of the truth": "U⁻ᵀ - U⁻ᵀ*Gᵀ*U⁻ᵀ",
    "function of the diagonal of an outer product": "Aᵀ*(exp((A*x) ⊙ y) ⊙ y)",
    "entropy": "log(x) + 1[n×1]",
    "relative entropy": "log(x) + 1[n×1] - log(y)",
    "relative entropy of a quotient": "log(x ⊙ [1/y]) + 1[n×1]",
    "cross-entropy of softmax": "y - sum(y)*softmax(x)",
    "log-determinant of a Kronecker product": "m*U⁻ᵀ",
    "log-determinant of a Kronecker product, right": "m*U⁻ᵀ",
    "determinant of a Kronecker product": "m*det(U ⊗ B)*U⁻ᵀ",
    "inverse of a Kronecker product": "-(A + t*U)⁻¹*U*(A + t*U)⁻¹ ⊗ B⁻¹",
    "function of an inner product": "(exp(xᵀ*y))*y",
    "trace of a power of a Gram matrix": "6*X*(Xᵀ*X)**2",
    "trace of a power of an outer Gram matrix": "6*X*(Xᵀ*X)**2",
    "trace of a power of a product": "4*Aᵀ*(Uᵀ*Aᵀ)**3",
    "log-determinant of a multiple": "n/t",
    "log-determinant of a mean": "(G + U)⁻ᵀ",
    "determinant of a multiple": "t**n*adj(U)ᵀ",
    "canonical correlation": (
        "1/sqrt((wᵀ*B*w)*(xᵀ*A*x))*(Xᵀ*x - (xᵀ*X*w)/(2*(wᵀ*B*w))*(B + Bᵀ)*w)"
    ),
}


@pytest.mark.parametrize("name", READ)
def test_simplified_derivatives_read_well(name):
    assert text(derivation(name).result) == READ[name]


SECOND = {
    "norm2(A*x - b)": "1/norm(A*x - b)*Aᵀ*(I - (A*x - b)*(A*x - b)ᵀ/norm(A*x - b)**2)*A",
    "(a'*x)^2*(b'*x)": "2*((aᵀ*x)*b*aᵀ + (bᵀ*x)*a*aᵀ + (aᵀ*x)*a*bᵀ)",
    "x'*S*x/(x'*x)": (
        "2/(xᵀ*x)*(S + 4*(xᵀ*S*x)/(xᵀ*x)**2*x*xᵀ - 2*S*x*xᵀ/(xᵀ*x) - 2*x*xᵀ*S/(xᵀ*x)"
        " - (xᵀ*S*x)/(xᵀ*x)*I)"
    ),
    "norm2(x)^4": "8*x*xᵀ + 4*norm(x)**2*I",
}
"""Outer products stand beside their mirror images, and brackets are symmetric."""


@pytest.mark.parametrize("typed", SECOND)
def test_hessians_are_symmetric_at_sight(typed):
    told = {"S": "symmetric"} if "S" in typed else {}
    second = hessian(typed, "x", **told)
    assert text(second.result) == SECOND[typed]
    assert second.verify()


def test_a_commutation_between_kronecker_products_moves_out():
    second = hessian("tr(inv(X))", "X")
    assert text(second.result) == "K[n, n]*(X⁻ᵀ ⊗ X**(-2) + (Xᵀ)**(-2) ⊗ X⁻¹)"
    assert second.verify()


def test_a_scalar_product_stays_as_it_is_written():
    d = derive("(v'*tanh(W*x) - y)^2", "W", y="scalar")
    assert text(d.result) == "2*(vᵀ*tanh(W*x) - y)*(v ⊙ [1 - tanh(W*x)**2])*xᵀ"
    assert d.verify()
    assert text(derive("(y'*x)^2*(x'*y)", "x").result) == "3*(xᵀ*y)**2*y"  # written both ways


def test_columns_and_rows_of_one_entry_are_told_from_matrices():
    second = hessian(x[0, 0] ** 2 * x[1, 0], x).result
    assert text(second) == ("2*(x[0, 0]*e[0]*e[1]ᵀ + x[0, 0]*e[1]*e[0]ᵀ + x[1, 0]*e[0]*e[0]ᵀ)")
    shown = latex(second)
    assert "J" not in shown
    assert r"x_{11} e_{1} e_{2}^{\mathsf{T}}" in shown
    assert latex(derive(U[0, 1], U).result) == "J^{12}"


def test_powers_of_a_norm_stand_below_the_fraction_bar():
    assert text(derive(x / norm(x), x).result) == "1/norm(x)*(I - x*xᵀ/norm(x)**2)"


@pytest.mark.parametrize(("number", "read"), [(0.5, "U"), (-0.5, "-U"), (1.5, "3.0*U")])
def test_a_coefficient_of_one_is_not_written(number, read):
    assert text(derive(Float(number) * Trace(U.T * U), U).result) == read


def test_matrices_of_numbers_are_added_and_multiplied():
    M, v = ImmutableMatrix([[1, 2], [3, 5]]), MatrixSymbol("v", 2, 1)
    symmetric, N = ImmutableMatrix([[2, 5], [5, 10]]), MatrixSymbol("N", 2, 2)
    gradient = derive(v.T * M * v, v)
    assert gradient.result == MatMul(symmetric, v)
    gradient.verify()
    product = derive(Trace(M * Transpose(M.T * N)), N)
    assert product.result == M * M
    product.verify()
    assert derive(v.T * M * v - v.T * M.T * v, v).result == ZeroMatrix(2, 1)


def test_factors_around_a_zero_need_not_fit_each_other():
    before, after = ImmutableMatrix(2, 3, range(6)), ImmutableMatrix(4, 5, range(20))
    assert mul(before, ZeroMatrix(3, 4), after) == ZeroMatrix(2, 5)
    derive(t * before * MatrixSymbol("C", 3, 4) * after, t).verify()


def test_a_parameter_called_like_the_argument_of_functions_stays_a_parameter():
    v = Symbol("v")
    d = derive(Trace(x.T * x.applyfunc(Lambda(v, (z + 1) / v))), x)
    assert "shorter function of entries" in {step.rule for step in d.steps}
    d.verify({n: SIZES[n]})
