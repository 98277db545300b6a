"""The logistic function has one name wherever it is written, and is no undefined σ."""

import pickle

import sympy as sp
from sympy import Function, MatrixSymbol, Symbol, symbols

from derivlib import derive, latex, sigmoid, sum_entries

n, m = symbols("n m", integer=True, positive=True)
X, W, t = MatrixSymbol("X", n, m), MatrixSymbol("W", m, n), Symbol("t")


def test_it_has_one_name_in_every_printer():
    assert str(sigmoid(t)) == sp.pretty(sigmoid(t)) == "sigmoid(t)"
    assert latex(sigmoid(t)) == r"\operatorname{sigmoid}(t)"
    assert r"\operatorname{sigmoid}" in sp.latex(sigmoid(t))
    slope = derive(sum_entries(sigmoid(X * W)), W)
    assert str(slope) == "∂L/∂W = Xᵀ*[sigmoid(X*W)*(1 - sigmoid(X*W))]"
    assert latex(slope.result).count(r"\operatorname{sigmoid}(X W)") == 2


def test_it_is_made_again():
    assert eval(sp.srepr(sigmoid(t)), {"sigmoid": sigmoid, "Symbol": Symbol}) == sigmoid(t)
    assert pickle.loads(pickle.dumps(sigmoid(t))) == sigmoid(t)


def test_an_undefined_function_is_written_otherwise():
    sigma = Function("sigma")
    assert latex(sigma(t)) != latex(sigmoid(t))
    assert latex((X * W).applyfunc(sigma)) != latex(sigmoid(X * W))
