"""The verb: derive(expression, variable)."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, MatrixSymbol, S, Symbol, sympify
from sympy.core.sympify import SympifyError

from derivlib.derivation import Derivation
from derivlib.differential import supports
from derivlib.errors import InputError, UnsupportedError
from derivlib.graph import name_intermediates
from derivlib.shapes import same_size
from derivlib.sweep import sweep

__all__ = ["derive"]


def _expression(value: Any, what: str) -> Expr:
    try:
        expr = sympify(value, strict=True)
    except SympifyError:
        raise InputError(
            f"{what} must be a SymPy expression, not {value!r} of type {type(value).__name__}"
        ) from None
    if not isinstance(expr, Basic) or not isinstance(expr, Expr) and not getattr(
        expr, "is_Matrix", False
    ):
        raise InputError(f"{what} must be a scalar or a matrix expression, not {expr!r}")
    return expr


def _variable(wrt: Any) -> Expr:
    expr = _expression(wrt, "wrt")
    if isinstance(expr, (MatrixSymbol, Symbol)):
        return expr
    raise InputError(
        f'wrt must be a symbol, a Symbol or a MatrixSymbol, not the expression "{expr}"; '
        "to differentiate by a compound expression, give it a symbol of its own first"
    )


def _output_name(expr: Expr) -> Symbol:
    taken = {str(symbol).split("_")[0] for symbol in expr.free_symbols}
    return Symbol(next((name for name in ("L", "J", "f", "y") if name not in taken), "L_0"))


def _refuse_size(expr: Expr, wrt: Expr) -> None:
    for symbol in expr.atoms(MatrixSymbol) | {wrt}:
        if isinstance(symbol, MatrixSymbol) and any(wrt in size.free_symbols for size in symbol.shape):
            raise InputError(f"{wrt} is a size of {symbol}; a size cannot be differentiated by")


def derive(expr: Any, wrt: Any) -> Derivation:
    """Differentiate a scalar expression, keeping every step.

    ```pycon
    >>> from sympy import Function, HadamardProduct, MatrixSymbol, Trace, symbols
    >>> n, m, p = symbols("n m p", integer=True, positive=True)
    >>> X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", n, n)
    >>> derive(Trace(X.T*A*X), X).result
    A*X + A.T*X
    >>> [step.rule for step in derive(Trace(X.T*A*X), X).steps][:3]
    ['trace', 'product', 'transpose']

    ```

    :param expr: a scalar SymPy expression, or a 1×1 matrix expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :returns: the derivation; its `result` has the shape of `wrt`.
    :raises InputError: if `expr` is not a SymPy expression or `wrt` not a symbol.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if an operation that depends on `wrt` has no rule.
    """
    expr, wrt = _expression(expr, "expr"), _variable(wrt)
    graph = name_intermediates(expr, wrt, supports)
    _refuse_size(expr, wrt)
    if expr.is_Matrix and not all(same_size(size, S.One) for size in expr.shape):
        raise UnsupportedError(
            f'"{expr}" is a {expr.shape[0]}×{expr.shape[1]} matrix; derive differentiates scalars, '
            "so take its trace, the sum of its entries or a norm first"
        )
    output = _output_name(expr)
    return Derivation(expr, wrt, output, graph, sweep(graph, wrt, output))
