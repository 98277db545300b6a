"""What the functions of the vocabulary may be handed, and what is said of anything else."""

from __future__ import annotations

import operator
from typing import Any

from sympy import Basic, Expr, Tuple, sympify
from sympy.core.sympify import SympifyError

from derivlib.errors import InputError, ShapeError


def as_operand(value: Any, what: str) -> Expr:
    """Take a value as a scalar or matrix expression.

    ```pycon
    >>> as_operand(3, "d")
    3

    ```

    :param what: the name of the function it was handed to, for the message.
    :raises InputError: if it is not a SymPy expression.
    """
    try:
        expr = sympify(value, strict=True)
    except (SympifyError, TypeError, ValueError, AttributeError):
        expr = None
    is_expression = isinstance(expr, Expr) or getattr(expr, "is_Matrix", False)
    if isinstance(expr, Basic) and is_expression:
        return expr
    raise InputError(
        f"{what} takes a SymPy expression, not {value!r} of type {type(value).__name__}"
    )


def as_whole_number(value: Any, what: str, least: int = 0) -> int:
    """Take a value as a whole number.

    :param what: what it counts, for the message.
    :param least: the smallest number there is.
    :raises InputError: if it is something else.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least or isinstance(value, bool):
        raise InputError(f"{what} must be a whole number from {least}, not {value!r}")
    return number


def as_axis(value: Any, what: str) -> int:
    """Take a value as NumPy's axis of a matrix: 1 along each row, 0 along each column.

    :param value: what was handed in; -1 is the last axis, as in NumPy.
    :param what: the name of the function it was handed to, for the message.
    :raises InputError: if it is something else.
    """
    if isinstance(value, bool) or value not in (0, 1, -1, -2):
        raise InputError(
            f"axis of {what} is 1 for each row of a matrix or 0 for each column, not {value!r}"
        )
    return int(value) % 2


def as_size(value: Any, what: str) -> Expr:
    """Take a value as a number of rows or columns: a whole number, or an expression of symbols.

    :param what: what it is the size of, for the message.
    :raises InputError: if it is not a scalar expression.
    :raises ShapeError: if it cannot be a positive whole number.
    """
    size = as_operand(value, what)
    if getattr(size, "is_Matrix", False):
        raise InputError(f"{what} has numbers and symbols as its sizes, not the matrix {size}")
    if size.is_integer is False or size.is_positive is False:
        raise ShapeError(f"{what} cannot have the size {size}; take a positive whole number")
    return size


def as_shape(value: Any, what: str) -> tuple[Expr, Expr]:
    """Take a value as rows and columns.

    :param what: what it is the shape of, for the message.
    :raises InputError: if it is not a pair of scalars.
    :raises ShapeError: if one of them cannot be a positive whole number.
    """
    if not isinstance(value, (tuple, list, Tuple)) or len(value) != 2:
        raise InputError(f"{what} needs its shape as a pair (rows, columns), not {value!r}")
    rows, cols = value
    return as_size(rows, what), as_size(cols, what)
