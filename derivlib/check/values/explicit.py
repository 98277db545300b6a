"""Every entry of an expression, written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Adjoint, Expr, ImmutableDenseMatrix, conjugate, im, re

from derivlib.errors import DerivlibError, InputError
from derivlib.expressions.sizes import expression, resolve_sizes
from derivlib.nodes.evaluation import ComplexEvaluation, Evaluation
from derivlib.nodes.grid import Grid
from derivlib.nodes.symbolic import Entry, Symbolic


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
    Conjugates are written where there are some.

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
    :raises InputError: if `expr` is not an expression, or `entry` not a function.
    :raises SizesError: if a size is missing, unknown or not a positive integer.
    :raises UnsupportedError: if the entries of a node are not known.
    :raises ShapeError: if the sizes do not fit together.
    """
    expr = expression(expr)
    entry = entry_function(entry)
    definitions = taken_definitions(definitions)
    given = resolve_sizes(sizes, expr, *definitions, *definitions.values())
    scalars = Symbolic(entry) if entry else Symbolic()
    kind = ComplexEvaluation if expr.has(Adjoint, conjugate, re, im) else Evaluation
    evaluation = kind(lambda _: scalars, given, definitions)
    return as_matrix(evaluation.value(expr))


def entry_function(entry: Any) -> Entry | None:
    """Take over what stands for entries, and refuse what is no function of X, i, j.

    :raises InputError: if it is not a function, or once it gives something else than a scalar.
    """
    if entry is None:
        return None
    wanted = "entry must be a function of X, i, j that gives a scalar, such as small_letters"
    if not callable(entry):
        raise InputError(f"{wanted}, not {entry!r}")

    def checked(symbol: Any, i: int, j: int) -> Expr:
        try:
            named = expression(entry(symbol, i, j))
        except DerivlibError as error:
            raise type(error)(f"{wanted}; for {symbol}, {i}, {j}: {error}") from error
        except Exception as error:
            raise InputError(
                f"{wanted}; for {symbol}, {i}, {j} it raised {type(error).__name__}: {error}"
            ) from error
        if named.is_Matrix:
            raise InputError(f"{wanted}; for {symbol}, {i}, {j} it gives the matrix {named}")
        return named

    return checked


def taken_definitions(definitions: Any) -> dict[Any, Expr]:
    """Take over what names stand for.

    :raises InputError: if it is not a mapping of expressions to expressions.
    """
    if definitions is None:
        return {}
    if not isinstance(definitions, Mapping):
        raise InputError(f"definitions must map names to expressions, not {definitions!r}")
    return {expression(name): expression(value) for name, value in definitions.items()}


def as_matrix(value: Any) -> Any:
    """Turn a grid of expressions into an explicit SymPy matrix."""
    if isinstance(value, Grid):
        return ImmutableDenseMatrix(value.rows, value.cols, value.entries)
    return value
