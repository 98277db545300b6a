"""Differentials in typed text, beside variables that have the same name as their sign."""

from __future__ import annotations

import pytest
from sympy import MatrixSymbol

from derivlib import ParseError, UnsupportedError, check_steps, derive, parse
from derivlib.display import text
from derivlib.nodes.differentials import MatrixDifferential, ScalarDifferential


def test_a_differential_has_the_shape_of_what_it_is_of():
    (differential,) = parse("tr(A*d(X))").atoms(MatrixDifferential)
    assert differential.shape == differential.of.shape
    (scalar,) = parse("2*t*d(t)", t="scalar").atoms(ScalarDifferential)
    assert str(scalar.of) == "t"


@pytest.mark.parametrize("typed", ["tr(A*d(X))", "d(x)ᵀ*A*x + xᵀ*A*d(x)", "x'*x*d(x)"])
def test_it_is_read_back(typed):
    expr = parse(typed)
    symbols = {str(symbol): symbol for symbol in expr.free_symbols}
    assert parse(text(expr), **symbols) == expr


def test_a_name_d_is_a_variable_wherever_it_stands_alone():
    assert not parse("d'*(x + y)").atoms(MatrixDifferential)
    assert not parse("c*d + d(x + y)", scalar="c d x y").atoms(ScalarDifferential)
    with pytest.raises(ParseError, match="D is no function known here"):
        parse("D(X)")


def test_a_name_that_begins_with_d_is_a_differential_of_a_symbol_alone():
    x = MatrixSymbol("x", 3, 1)
    assert parse("x'*dx", x=x).atoms(MatrixDifferential)
    assert not parse("x'*dx").atoms(MatrixDifferential)
    assert not parse("x'*dx", x=x, dx="vector").atoms(MatrixDifferential)
    assert not parse("x'*da", x=x).atoms(MatrixDifferential)


def test_a_typed_derivation_begins_with_the_differential():
    lines = ["d(logdet(X))", "tr(inv(X)*d(X))", "tr(d(X)*inv(X))", "tr(d(X)*X)"]
    assert check_steps(lines[:3])
    assert check_steps(lines).first_wrong == 3


def test_a_differential_is_not_differentiated_again():
    with pytest.raises(UnsupportedError, match="it is the differential of X, and does not depend"):
        derive("tr(A*d(X))", "X")
