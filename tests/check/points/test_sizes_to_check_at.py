"""Sizes that are chosen where none are given: what is inverted can be invertible there."""

from __future__ import annotations

import pytest
from sympy import Eq, Identity, ImmutableMatrix, Inverse, MatMul, MatPow, MatrixSymbol, symbols

from derivlib import derive, logdet, norm
from derivlib.check.points.sizes import sizes_to_check_at

n, m, k = symbols("n m k", integer=True, positive=True)
X, C, x = MatrixSymbol("X", n, m), MatrixSymbol("C", n, n), MatrixSymbol("x", n, 1)
NUMBERS = ImmutableMatrix([[1, 0, 1], [0, 1, 1]])


@pytest.mark.parametrize(
    "expr", [Inverse(X.T * X), MatPow(X.T * C * X, -2), logdet(X.T * X), logdet(X.T * X) * norm(x)]
)
def test_a_product_that_is_inverted_has_room_for_full_rank(expr):
    sizes = sizes_to_check_at(None, expr)
    assert sizes[n] >= sizes[m]


def test_other_products_change_nothing():
    assert sizes_to_check_at(None, X.T * X) == {m: 4, n: 3}


def test_where_no_sizes_will_do_some_are_chosen():
    assert sizes_to_check_at(None, Inverse(X.T * X) * X.T * Inverse(X * X.T)) == {m: 4, n: 3}


def test_sizes_that_are_given_stay():
    assert sizes_to_check_at({n: 2, m: 7}, Inverse(X.T * X)) == {m: 7, n: 2}


def test_orthonormal_columns_have_room():
    declared = Eq(X.T * X, Identity(m))
    sizes = sizes_to_check_at(None, X.T * C * X, assuming=declared)
    assert sizes[n] >= sizes[m]


def test_what_is_declared_of_a_matrix_that_does_not_occur_changes_nothing():
    other = MatrixSymbol("Q", k, m)
    declared = Eq(other.T * other, Identity(m))
    assert sizes_to_check_at(None, C * x, assuming=declared) == {n: 4}


def test_products_of_explicit_matrices_have_sizes_of_their_own():
    """SymPy gives them Python's int, which knows no symbols."""
    inside = MatMul(NUMBERS, NUMBERS.T)
    assert derive(logdet(inside) * norm(x) ** 2, x).verify().sizes == (("n", 4),)
