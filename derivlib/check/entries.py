"""Every entry of an expression, written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr, ImmutableDenseMatrix

from derivlib.check.evaluation import Evaluation
from derivlib.check.grid import Grid
from derivlib.check.operations import operation_of
from derivlib.check.sizes import expression, resolve_sizes
from derivlib.check.symbolic import Entry, Symbolic

__all__ = ["as_matrix", "explicit"]


def explicit(
    expr: Any,
    sizes: Mapping[Any, Any] | None = None,
    *,
    entry: Entry | None = None,
    definitions: Mapping[Any, Expr] | None = None,
) -> Expr | ImmutableDenseMatrix:
    """Write out every entry of an expression.

    An abstract scalar function of a matrix becomes a function of all its entries, row by
    row; an abstract matrix function ν becomes one abstract function ν₁₁, ν₁₂, … per entry.

    ```pycon
    >>> from sympy import Function, MatrixSymbol, symbols
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> A, x = MatrixSymbol("A", n, m), MatrixSymbol("x", m, 1)
    >>> explicit(A * x, {n: 1, m: 2})
    Matrix([[A[0, 0]*x[0, 0] + A[0, 1]*x[1, 0]]])
    >>> explicit(Function("lambda")(x), {m: 2})
    lambda(x[0, 0], x[1, 0])

    ```

    :param expr: a scalar or a matrix expression.
    :param sizes: a positive integer for each symbol that stands in a shape.
    :param entry: what stands for entry (i, j), counted from 0, of a matrix symbol X,
        as a function of X, i, j; otherwise it is `X[i, j]`.
    :param definitions: expressions to put in for symbols, such as N = XW.
    :returns: an explicit matrix of the expression's shape, or a scalar.
    :raises SizesError: if a size is missing, unknown or not a positive integer.
    :raises UnsupportedError: if the entries of a node are not known.
    :raises ShapeError: if the sizes do not fit together.
    """
    expr = expression(expr)
    definitions = dict(definitions or {})
    given = resolve_sizes(sizes, expr, *definitions, *definitions.values())
    scalars = Symbolic(entry) if entry else Symbolic()
    evaluation = Evaluation(operation_of, lambda _: scalars, given, definitions)
    return as_matrix(evaluation.value(expr))


def as_matrix(value: Any) -> Any:
    """Turn a grid of expressions into an explicit SymPy matrix."""
    if isinstance(value, Grid):
        return ImmutableDenseMatrix(value.rows, value.cols, value.entries)
    return value
