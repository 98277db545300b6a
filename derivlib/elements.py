"""Matrices written out: x_ij beside the abstract X, and tables that lead from one to the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, Function, ImmutableDenseMatrix, MatrixSymbol, Symbol

from derivlib.errors import InputError


def _indexed(name: str, i: int, j: int) -> str:
    separator = "" if i < 10 and j < 10 else ","
    return f"{name}_{i}{separator}{j}"


def element(name: str, i: int, j: int) -> Symbol:
    """Name the entry in row i and column j of a matrix, both counted from 1.

    ```pycon
    >>> element("x", 2, 1)
    x_21
    >>> element("x", 12, 1)
    x_12,1

    ```

    :param name: the letter of the entries, in the field's habit the small letter.
    :param i: the row, from 1.
    :param j: the column, from 1.
    """
    return Symbol(_indexed(name, i, j))


def element_matrix(
    matrix: str | MatrixSymbol, rows: int | None = None, cols: int | None = None
) -> ImmutableDenseMatrix:
    """Write a matrix out by its elements x_ij.

    ```pycon
    >>> element_matrix("x", 2, 3)
    Matrix([
    [x_11, x_12, x_13],
    [x_21, x_22, x_23]])
    >>> element_matrix(MatrixSymbol("W", 1, 2))
    Matrix([[w_11, w_12]])

    ```

    :param matrix: the letter of the elements, or a matrix symbol of integer sizes, whose
        elements get the small letter of its name.
    :param rows: how many rows, if `matrix` is a letter or has symbolic sizes.
    :param cols: how many columns, likewise.
    :raises InputError: if the sizes are not known.
    """
    name = matrix
    if isinstance(matrix, MatrixSymbol):
        name = matrix.name.lower()
        rows = matrix.shape[0] if rows is None else rows
        cols = matrix.shape[1] if cols is None else cols
    try:
        height, width = int(rows), int(cols)  # type: ignore[arg-type]
    except TypeError:
        raise InputError(
            f"element_matrix needs the sizes of {matrix} as integers, not {rows}×{cols}; "
            'call element_matrix("x", 4, 3)'
        ) from None
    return ImmutableDenseMatrix(height, width, lambda i, j: element(str(name), i + 1, j + 1))


def small_letters(matrix: MatrixSymbol, i: int, j: int) -> Symbol:
    """Name the entry (i, j), counted from 0, of a matrix by the small letter of its name.

    It is meant as the `entry` of :func:`derivlib.explicit` and of `elementwise`.

    ```pycon
    >>> small_letters(MatrixSymbol("W", 3, 2), 0, 1)
    w_12

    ```

    :param matrix: a matrix symbol.
    :param i: the row, from 0.
    :param j: the column, from 0.
    """
    return element(matrix.name.lower(), i + 1, j + 1)


def element_functions(name: str, rows: int, cols: int, *arguments: Any) -> ImmutableDenseMatrix:
    """Write a matrix out by abstract functions n_ij of the same arguments.

    ```pycon
    >>> X = MatrixSymbol("X", 3, 2)
    >>> element_functions("n", 1, 2, X)
    Matrix([[n_11(X), n_12(X)]])

    ```

    :param name: the letter of the functions.
    :param rows: how many rows.
    :param cols: how many columns.
    :param arguments: what each function is applied to.
    """
    return ImmutableDenseMatrix(
        rows, cols, lambda i, j: Function(_indexed(name, i + 1, j + 1))(*arguments)
    )


def entry_table(left: Any, right: Any) -> dict[Expr, Expr]:
    """Pair the entries of two matrices of one shape, for substituting one by the other.

    ```pycon
    >>> entry_table(element_matrix("n", 1, 2), element_matrix("m", 1, 2))
    {n_11: m_11, n_12: m_12}

    ```

    :param left: the matrix whose entries become the keys.
    :param right: the matrix whose entries become the values.
    :raises InputError: if the shapes differ.
    """
    if left.shape != right.shape:
        raise InputError(
            f"entry_table pairs matrices of one shape, not {left.shape} and {right.shape}"
        )
    return dict(zip(left, right, strict=True))


def compose(*functions: Callable[..., Any]) -> Callable[..., Any]:
    """Chain functions so that the last is applied first: f ∘ g ∘ h.

    ```pycon
    >>> from sympy import Symbol
    >>> f, g = Function("f"), Function("g")
    >>> compose(f, g)(Symbol("x"))
    f(g(x))

    ```

    :param functions: the outermost first; only the innermost may take several arguments.
    :raises InputError: if there is none.
    """
    if not functions:
        raise InputError("compose needs at least one function")
    *outer, innermost = functions

    def composition(*arguments: Any) -> Any:
        value = innermost(*arguments)
        for function in reversed(outer):
            value = function(value)
        return value

    return composition
