"""The letters in which rules are stated.

U, V, T are matrices that vary, u and v scalars that vary, A, B, C matrices and a, c scalars
that stand for anything, E and F for what holds a differential, G and g for what it is paired
with. Different size symbols are given different sizes by the judge.
"""

from __future__ import annotations

from sympy import Function, MatrixSymbol, Symbol, symbols

n, m, p, q, k, l = symbols("n m p q k l", integer=True, positive=True)
u, v, t, a, c, e, g = symbols("u v t a c e g", real=True)
f, h, sigma, lam = (Function(name) for name in ("f", "h", "sigma", "lambda"))


def matrix(name: str, rows: Symbol, cols: Symbol) -> MatrixSymbol:
    """A placeholder for a matrix of a stated shape."""
    return MatrixSymbol(name, rows, cols)
