"""Sums over an index, which SymPy makes of entries of products."""

from __future__ import annotations

import pytest
from sympy import Dummy, Identity, KroneckerProduct, MatrixSymbol, Sum, Symbol, sin, symbols

from derivlib import derive, text

m, n = symbols("m n", integer=True, positive=True)
t = Symbol("t", real=True)
A, a = MatrixSymbol("A", 1, 1), MatrixSymbol("a", m, 1)
entry_of_product = (a.T * KroneckerProduct(A, a))[0, 0]
"""A sum over k of a[k]·A[0]·a[k mod m], which is tr(A)·aᵀa."""


@pytest.mark.parametrize("rows", [1, 2, 5])
@pytest.mark.parametrize("method", ["exact", "double"])
def test_remainders_of_an_index_are_right_at_every_size(rows, method):
    """SymPy 1.13 says that Mod(1, m) is 1 - m."""
    assert derive(t**2 * entry_of_product * Identity(n), t).verify({m: rows, n: 2}, method=method)


def test_an_index_that_sympy_invents_has_a_free_letter():
    i, k = Symbol("i", integer=True), Dummy("i_1", integer=True)
    assert text(entry_of_product) == "Sum(A[0, 0]*a[i, 0]*a[Mod(i, m), 0], (i, 0, m - 1))"
    nested = Sum(sin(a[i, 0] * a[k, 0]), (i, 0, m - 1), (k, 0, m - 1))
    assert text(nested) == "Sum(sin(a[i, 0]*a[j, 0]), (i, 0, m - 1), (j, 0, m - 1))"
