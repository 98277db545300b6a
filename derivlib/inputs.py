"""What may be handed in, and what is said when it is something else."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, MatrixSymbol, S, Symbol, sympify
from sympy.core.sympify import SympifyError

from derivlib.display.text import text
from derivlib.errors import InputError
from derivlib.expressions.shapes import same_size

__all__ = ["as_expression", "as_variable", "refuse_matrix"]


def as_expression(value: Any, what: str) -> Expr:
    """Take a value as a scalar or matrix expression.

    :param value: what was handed in.
    :param what: the name of the argument, for the message.
    :raises InputError: if it is not a SymPy expression.
    """
    try:
        expr = sympify(value, strict=True)
    except SympifyError:
        raise InputError(
            f"{what} must be a SymPy expression, not {value!r} of type {type(value).__name__}"
        ) from None
    if not isinstance(expr, Basic) or (
        not isinstance(expr, Expr) and not getattr(expr, "is_Matrix", False)
    ):
        raise InputError(f"{what} must be a scalar or a matrix expression, not {expr!r}")
    return expr


def as_variable(wrt: Any, expr: Expr) -> Expr:
    """Take a value as the symbol to differentiate by.

    :param wrt: what was handed in.
    :param expr: the expression to differentiate.
    :raises InputError: if it is not a symbol, or is a size of a matrix.
    """
    symbol = as_expression(wrt, "wrt")
    if isinstance(symbol, (MatrixSymbol, Symbol)):
        _refuse_size(expr, symbol)
        return symbol
    raise InputError(
        f'wrt must be a Symbol or a MatrixSymbol, not the expression "{text(symbol)}"; '
        "to differentiate by a compound expression, give it a symbol of its own first"
    )


def _refuse_size(expr: Expr, wrt: Expr) -> None:
    for symbol in expr.atoms(MatrixSymbol) | {wrt}:
        if isinstance(symbol, MatrixSymbol) and any(
            wrt in size.free_symbols for size in symbol.shape
        ):
            raise InputError(f"{wrt} is a size of {symbol}; a size cannot be differentiated by")


def refuse_matrix(expr: Expr) -> None:
    """Refuse what has no Hessian.

    :raises InputError: if the expression is a matrix larger than 1×1.
    """
    if expr.is_Matrix and not all(same_size(size, S.One) for size in expr.shape):
        rows, cols = expr.shape
        raise InputError(
            f'only a scalar has a Hessian, and "{text(expr)}" is {rows}×{cols}; '
            "take its trace, the sum of its entries, or derive the Jacobian twice"
        )
