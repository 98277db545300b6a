"""Triangles that hold nothing, or everything, by the size of a matrix or by another triangle."""

from __future__ import annotations

from itertools import product

import pytest
from sympy import Identity, Matrix, MatrixSymbol, OneMatrix, Trace, Transpose, ZeroMatrix, symbols

from derivlib import Tril, Triu, derive, explicit, tril, triu
from derivlib.nodes.triangles import lower_triangle, upper_triangle

n = symbols("n", integer=True, positive=True)
A, X = MatrixSymbol("A", n, n), MatrixSymbol("X", n, n)
b, c = MatrixSymbol("b", 1, n), MatrixSymbol("c", n, 1)
OFFSETS = range(-4, 5)


def kept(matrix, name, offset):
    """A triangle of an explicit matrix, entry by entry."""
    inside = {"tril": lambda i, j: j - i <= offset, "triu": lambda i, j: j - i >= offset}[name]
    return Matrix(*matrix.shape, lambda i, j: matrix[i, j] if inside(i, j) else 0)


NORMAL = {"tril": lower_triangle, "triu": upper_triangle}
KINDS = {"tril": Tril, "triu": Triu}


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("name", NORMAL)
def test_beyond_the_corners_there_is_nothing_or_everything(name, size):
    matrix = MatrixSymbol("M", size, size)
    for offset in OFFSETS:
        expected = kept(matrix.as_explicit(), name, offset)
        normal = NORMAL[name](matrix, offset)
        assert Matrix(explicit(normal)) == expected
        is_all_or_nothing = expected in (matrix.as_explicit().as_mutable(), Matrix.zeros(size))
        assert isinstance(normal, KINDS[name]) != is_all_or_nothing


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("outer", "inner"), list(product(NORMAL, NORMAL)))
def test_a_triangle_of_a_triangle(outer, inner, turned):
    """Of a matrix of any size, and compared at one beyond whose corners no offset goes."""
    four = Matrix(explicit(A, {n: 4}))
    for first, second in product(range(-2, 3), repeat=2):
        part = NORMAL[inner](A, first)
        normal = NORMAL[outer](Transpose(part) if turned else part, second)
        expected = kept(four, inner, first)
        expected = kept(expected.T if turned else expected, outer, second)
        assert Matrix(explicit(normal, {n: 4})) == expected
        assert isinstance(normal, ZeroMatrix) == (expected == Matrix.zeros(4))


@pytest.mark.parametrize("added", [Identity(1), OneMatrix(1, 1)], ids=str)
@pytest.mark.parametrize("vanishing", [tril(b * X * c, -1), triu(b * X * c, 2)], ids=str)
def test_one_entry_has_no_strict_triangle(vanishing, added):
    d = derive(added + vanishing, X)
    assert d.result == ZeroMatrix(n, n)
    d.replay()
    assert d.verify({n: 3})


def test_strict_triangles_on_one_side_have_no_trace_together():
    d = derive(Trace(triu(A, 1) * triu(X * A, 1)), X)
    assert d.result == ZeroMatrix(n, n)
    d.replay()
    assert d.verify({n: 3})
