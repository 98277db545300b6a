"""Results in the layouts of other books, against SymPy's own scalar calculus."""

from __future__ import annotations

import pytest
from expressions import A, B, C, U, X, n, t, x
from sympy import ImmutableDenseMatrix, Matrix, Trace

from derivlib import InputError, derive, explicit, hessian, sum_entries, vec

SIZES = {"n": 3, "m": 2}


def entries(expr):
    return Matrix(explicit(expr, SIZES))


@pytest.mark.parametrize("expr", [x.T * A * x, sum_entries(A * x)])
def test_the_numerator_layout_of_a_gradient_is_the_jacobian_of_a_scalar(expr):
    d = derive(expr, x)
    row = Matrix([explicit(expr, SIZES)]).jacobian(entries(x))
    assert entries(d.in_layout("numerator")).expand() == row.expand()
    assert d.in_layout("denominator") == d.in_layout("mixed") == d.result
    assert d.in_layout("numerator").shape == (1, n)


def test_the_denominator_layout_of_a_jacobian_has_a_column_for_each_value():
    expr = A * X * B
    d = derive(expr, X)
    values, variables = entries(vec(expr)), entries(vec(X))
    assert entries(d.in_layout("denominator")) == values.jacobian(variables).T
    assert d.in_layout("numerator") == d.in_layout("mixed") == d.result


def test_gradients_by_matrices_and_rates_are_turned_where_they_are():
    gradient, rate = derive(Trace(C.T * X), X), derive(t**2 * C, t)
    assert gradient.in_layout("numerator") == C.T
    assert rate.in_layout("denominator") == 2 * t * C.T
    assert rate.in_layout("numerator") == rate.result


def test_a_hessian_and_a_scalar_are_the_same_in_all():
    for d in (hessian(x.T * A * x, x), hessian(t**3, t), derive(t**3, t)):
        assert d.in_layout("numerator") == d.in_layout("denominator") == d.result


def test_an_explicit_result_is_turned():
    d = derive(Matrix([[t, 1], [t**2, t]]), t)
    assert d.in_layout("denominator") == ImmutableDenseMatrix([[1, 2 * t], [0, 1]])


def test_what_is_symmetric_is_not_written_transposed():
    d = derive(Trace(U.T * U), U, structure="symmetric")
    assert d.in_layout("numerator").shape == d.result.shape


def test_several_variables_are_turned_together():
    d = derive(x.T * A * x, [x, A])
    assert d.in_layout("numerator") == {v: d[v].in_layout("numerator") for v in (x, A)}


@pytest.mark.parametrize("name", ["Numerator", "row", None, 1, []])
def test_other_layouts_are_refused(name):
    with pytest.raises(InputError, match=r"there is no layout .*'mixed', 'numerator', 'denomin"):
        derive(x.T * x, x).in_layout(name)
