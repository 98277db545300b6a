"""DotProduct(x, y), SymPy's scalar product of two vectors, columns or rows."""

from __future__ import annotations

from typing import Any

from sympy import DotProduct, Expr

from derivlib.errors import ShapeError
from derivlib.expressions.construction import is_one, mul, transpose
from derivlib.expressions.facets import PRINTED, Absent, Entries, Example, tell
from derivlib.expressions.shapes import same_size, scalar, shown_shape
from derivlib.expressions.text import text
from derivlib.nodes.node import as_vector_operand
from derivlib.nodes.products import dot as sum_of_products
from derivlib.nodes.trace import trace


def _row(vector: Expr) -> Expr:
    return vector if is_one(vector.shape[0]) else transpose(vector)


def _joined(x: Expr, y: Expr) -> Expr:
    """The trace of a row times a column, which is written as their product."""
    return trace(mul(_row(x), transpose(_row(y))))


def dot(x: Any, y: Any) -> Expr:
    """The scalar product xᵀy of two vectors, as a scalar.

    ```pycon
    >>> from sympy import MatrixSymbol, exp, symbols
    >>> from derivlib import derive
    >>> n = symbols("n", integer=True, positive=True)
    >>> x, y = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
    >>> gradient = derive(exp(-dot(x, y)), x)
    >>> print(gradient)
    ∂L/∂x = -exp(-(xᵀ*y))*y
    >>> gradient.verify({n: 3}).entries
    3

    ```

    :param x: a column or a row.
    :param y: another with as many entries.
    :returns: a scalar expression.
    :raises InputError: if one of them is not a matrix.
    :raises ShapeError: if one is neither a column nor a row, or they differ in size.
    """
    vectors = [as_vector_operand(vector, "dot") for vector in (x, y)]
    first, second = map(_row, vectors)
    if not same_size(first.shape[1], second.shape[1]):
        shapes = " and ".join(f"{text(v)} is {shown_shape(v.shape)}" for v in vectors)
        raise ShapeError(f"dot takes two vectors of one size, but {shapes}")
    return _joined(*vectors)


def _example(w: Any, d: int) -> Any:
    r = w.square()
    return DotProduct(w.matrix(r, (), d), w.matrix(r, (), d))


tell(
    DotProduct,
    **PRINTED,
    shape=scalar,
    normal=_joined,
    entries=Entries(lambda calc, _, x, y: sum_of_products(calc, x.entries, y.entries)),
    arrays=Absent("its definition is used: it is met as the reader wrote it, and once"),
    code=Absent("results hold the product of a row and a column"),
    example=Example(_example, "scalar"),
)
