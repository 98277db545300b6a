"""What a reader calls: derive and differential."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from derivlib.derivation.derivation import Derivation, carry_out, carry_out_twice
from derivlib.engine.expansion import expand, supports
from derivlib.engine.graph import name_intermediates
from derivlib.expressions.substitution import resolve, substitute
from derivlib.inputs import as_expression, as_variable
from derivlib.vocabulary import d

__all__ = ["derive", "differential", "hessian"]


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
    >>> from derivlib import explicit
    >>> d, sizes = derive(Trace(X.T*A*X), X), {n: 2, m: 3}
    >>> (explicit(d.result, sizes) - d.elementwise(sizes)).expand().is_zero_matrix
    True

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


def hessian(expr: Any, wrt: Any) -> Derivation:
    """X"""
    expr = as_expression(expr, "expr")
    wrt = as_variable(wrt, expr)
    return carry_out_twice(expr, wrt)


def differential(expr: Any, wrt: Any) -> Expr:
    """Write the differential of an expression in terms of that of one symbol.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib.display import text
    >>> X, A = MatrixSymbol("X", 4, 3), MatrixSymbol("A", 4, 4)
    >>> print(text(differential(X.T*A*X, X)))
    (dX)ᵀ*A*X + Xᵀ*A*dX

    ```

    :param expr: a scalar or a matrix expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :returns: an expression in the shape of `expr`, linear in `d(wrt)`.
    :raises InputError: if `expr` is not a SymPy expression or `wrt` not a symbol.
    :raises ShapeError: if sizes in `expr` do not fit.
    :raises UnsupportedError: if an operation that depends on `wrt` has no rule.
    """
    expr = as_expression(expr, "expr")
    wrt = as_variable(wrt, expr)
    graph = name_intermediates(expr, wrt, supports)
    known: dict[Expr, Expr] = {}
    for name, definition in graph.definitions.items():
        known[d(name)] = substitute(expand(definition, graph, lambda *_: None), known)
    whole = substitute(expand(graph.root, graph, lambda *_: None), known)
    return resolve(whole, graph.definitions)
