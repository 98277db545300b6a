"""The verb: derive(expression, variable)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, Symbol

from derivlib.derivation import Derivation
from derivlib.differential import supports
from derivlib.errors import UnsupportedError
from derivlib.graph import name_intermediates
from derivlib.inputs import as_expression, as_variable
from derivlib.shapes import same_size
from derivlib.sweep import sweep

__all__ = ["derive"]


def _output_name(expr: Expr) -> Symbol:
    taken = {str(symbol).split("_")[0] for symbol in expr.free_symbols}
    return Symbol(next((name for name in ("L", "J", "f", "y") if name not in taken), "L_0"))


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
    expr = as_expression(expr, "expr")
    wrt = as_variable(wrt, expr)
    graph = name_intermediates(expr, wrt, supports)
    if expr.is_Matrix and not all(same_size(size, S.One) for size in expr.shape):
        raise UnsupportedError(
            f'"{expr}" is a {expr.shape[0]}×{expr.shape[1]} matrix; derive differentiates scalars, '
            "so take its trace, the sum of its entries or a norm first"
        )
    output = _output_name(expr)
    return Derivation(expr, wrt, output, graph, sweep(graph, wrt, output))
