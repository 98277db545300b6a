"""Ways to write a matrix or a scalar with one operation on top.

Each is a function of the writer (see `generate`), of the sizes of the matrix to be written,
and of how many operations may nest below. Most are the examples that nodes tell of themselves;
what is more than one node is written here. Lists start with the simplest way, because Hypothesis
shrinks towards the first of what it chooses from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import Function, Lambda
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib import Relu
from derivlib.expressions.facets import Example, told

Writer = Any
Size = tuple[str, ...]
"""A size as the names whose product it is: () is 1, ("m", "n") is mn."""

t, z = sp.symbols("t z")


def _examples(*places: str) -> tuple[Callable[..., Any], ...]:
    """The examples of nodes that can stand somewhere, the simplest first."""
    found = [
        (facets.example, kind.__name__)
        for kind, facets in told().items()
        if isinstance(facets.example, Example) and facets.example.place in places
    ]
    found.sort(key=lambda pair: (-pair[0].weight, pair[1]))
    return tuple(example.write for example, _ in found for _ in range(example.weight))


FUNCTIONS = (
    "undefined",
    sp.sin,
    sp.tanh,
    sp.exp,
    Lambda(z, z**3 - z),
    Lambda(z, t * z),
    Lambda(z, sp.sin(t * z) + z**2),
    Lambda(z, 1 / (1 + sp.exp(-z))),
    sp.log,
    Relu,
    sp.Abs,
    Lambda(z, sp.Max(z, t)),
    Lambda(z, sp.atan(z) * Function("sigma")(z)),
    Lambda(z, t**2 + 1),
)
"""Functions of one scalar that are applied to each entry; logarithms to what is positive."""

# --- matrices ---------------------------------------------------------------------------


def _scaled(w: Writer, r: Size, c: Size, d: int) -> Any:
    return w.pick([2, -1, t, sp.Rational(1, 3), -t]) * w.matrix(r, c, d)


def _coefficient(w: Writer, r: Size, c: Size, d: int) -> Any:
    return w.scalar(d) * w.matrix(r, c, d)


def _divided(w: Writer, r: Size, c: Size, d: int) -> Any:
    return w.matrix(r, c, d) / w.positive(d)


def _row_times_column(w: Writer, r: Size, c: Size, d: int) -> Any:
    """An outer product, or the sum of a matrix with a repeated bias."""
    if w.flip():
        return w.matrix(r, c, d) + w.matrix(r, (), d) * sp.OneMatrix(1, w.size(c))
    return w.matrix(r, (), d) * w.matrix((), c, d)


def _kept_diagonal(w: Writer, r: Size, c: Size, d: int) -> Any:
    diagonal = sp.DiagonalOf(w.matrix(r, r, d))
    # of zeros SymPy would make a zero in the shape of the vector
    return DiagMatrix(w.symbol("d", r, ()) if diagonal.has(sp.ZeroMatrix) else diagonal)


def odd_matrix(w: Writer, r: Size, c: Size, d: int) -> Any:
    return sp.Adjoint(w.matrix(c, r, d))


ANY = (*_examples("any"), _scaled, _coefficient, _divided, _row_times_column)
SQUARE = (*_examples("square"), _kept_diagonal)
COLUMN = _examples("column", "vector")
ROW = _examples("row", "vector")

# --- scalars ----------------------------------------------------------------------------


def _scalar_abstract(w: Writer, d: int) -> Any:
    arguments = [w.scalar(d) for _ in range(1 + w.below(2))]
    return w.function(("f", "g", "sigma"))(*arguments)


def odd_scalar(w: Writer, d: int) -> Any:
    if w.flip():
        r = w.square()
        return sp.Permanent(w.matrix(r, r, d))
    return sp.conjugate(w.scalar(d))


SCALAR = (
    *_examples("scalar"),
    _scalar_abstract,
    lambda w, d: w.scalar(d) / w.positive(d),
    lambda w, d: sp.log(w.positive(d)),
    lambda w, d: sp.sqrt(w.positive(d)),
)
