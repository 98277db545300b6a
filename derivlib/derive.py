"""The verb: derive(expression, variable)."""

from __future__ import annotations

from typing import Any

from derivlib.derivation import Derivation, carry_out
from derivlib.inputs import as_expression, as_variable

__all__ = ["derive"]


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
    return carry_out(expr, wrt)
