"""Derivatives of operations of two matrices, where an argument moves without a derivative."""

from __future__ import annotations

from sympy import MatrixSymbol, Symbol, symbols

from derivlib import derive, hardmax, squared_distances

n, m, k = symbols("n m k", integer=True, positive=True)
X, Y = MatrixSymbol("X", n, m), MatrixSymbol("Y", k, m)
t = Symbol("t")


def test_distances_of_points_whose_derivative_is_zero():
    d = derive(squared_distances(hardmax(t * X), hardmax(t * Y)), t)
    assert str(d) == "∂F/∂t = 0[n×k]"
    assert d.verify({n: 2, m: 3, k: 4}).method == "exact"
