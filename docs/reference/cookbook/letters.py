"""The letters of the book, and how a matrix, a vector or an unevaluated product is typed."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, MatAdd, MatMul, MatrixSymbol, Transpose, symbols, sympify

n, m, p, q, u, v = symbols("n m p q u v", integer=True, positive=True)
"""Sizes."""

i, j, k, l, r = symbols("i j k l r", integer=True)
"""Indices, and exponents."""


def matrix(name: str, rows: Any, cols: Any = None) -> MatrixSymbol:
    """A matrix, square if the number of columns is not given."""
    return MatrixSymbol(name, rows, rows if cols is None else cols)


def vector(name: str, rows: Any) -> MatrixSymbol:
    """A column."""
    return MatrixSymbol(name, rows, 1)


def T(expr: Expr) -> Expr:
    """A transpose that stands where the book has it, not pushed into a product."""
    return Basic.__new__(Transpose, expr)


def times(*factors: Any) -> Expr:
    """A matrix product as it is written."""
    return Basic.__new__(MatMul, *map(sympify, factors))


def plus(*terms: Any) -> Expr:
    """A sum of matrices as it is written."""
    return Basic.__new__(MatAdd, *terms)


def minus(*factors: Any) -> Expr:
    """The negative of a matrix product as it is written."""
    return times(-1, *factors)
