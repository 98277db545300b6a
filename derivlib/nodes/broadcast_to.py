"""broadcast_to(b, shape): a row, a column or a scalar repeated, as a product with ones."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S

from derivlib.errors import ShapeError
from derivlib.expressions.construction import is_one, mul, ones
from derivlib.expressions.shapes import same_size, shown_shape
from derivlib.nodes.arguments import as_operand, as_shape
from derivlib.nodes.trace import trace


def broadcast_to(array: Any, shape: tuple[Any, Any]) -> Expr:
    """Repeat a row, a column or a scalar to a shape (NumPy's name).

    A row bᵀ becomes 1 bᵀ, a column c becomes c 1ᵀ: the bias of a layer is
    `X*W + broadcast_to(b.T, (n, p))`.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, norm
    >>> n, m, p = symbols("n m p", integer=True, positive=True)
    >>> X, W, Y = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p), MatrixSymbol("Y", n, p)
    >>> b = MatrixSymbol("b", p, 1)
    >>> bias = derive(norm(X*W + broadcast_to(b.T, (n, p)) - Y)**2, b)
    >>> print(bias)
    ∂L/∂b = 2*(X*W + 1[n×1]*bᵀ - Y)ᵀ*1[n×1]
    >>> bias.verify({n: 4, m: 3, p: 2}).entries
    2

    ```

    :param array: a 1×m row, an n×1 column, a scalar, or a matrix of the shape already.
    :param shape: rows and columns of the result.
    :returns: a matrix of that shape.
    :raises InputError: if `array` is not an expression, or `shape` not a pair.
    :raises ShapeError: if it does not fit; NumPy repeats what has one row or one column.
    """
    taken = as_operand(array, "broadcast_to")
    rows, cols = as_shape(shape, "broadcast_to")
    if not getattr(taken, "is_Matrix", False):
        return mul(taken, ones(rows, cols))
    height, width = taken.shape
    if same_size(height, rows) and same_size(width, cols):
        return taken
    if is_one(height) and is_one(width):
        return mul(trace(taken), ones(rows, cols))
    if is_one(height) and same_size(width, cols):
        return mul(ones(rows, S.One), taken)
    if is_one(width) and same_size(height, rows):
        return mul(taken, ones(S.One, cols))
    column = f"; write {taken}.T for a row" if is_one(width) and same_size(height, cols) else ""
    raise ShapeError(
        f"broadcast_to cannot repeat {taken}, which is {shown_shape(taken.shape)}, to "
        f"{rows}×{cols}: that takes a 1×{cols} row, a {rows}×1 column or a scalar{column}"
    )
