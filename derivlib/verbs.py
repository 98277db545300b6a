"""What a reader calls: derive, hessian and differential."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from derivlib.derivation.derivation import Derivation, carry_out, carry_out_twice
from derivlib.derivation.premises import premises
from derivlib.engine.expansion import expand, supports
from derivlib.engine.graph import name_intermediates
from derivlib.expressions.substitution import resolve, substitute
from derivlib.inputs import as_expression, as_variable, refuse_matrix
from derivlib.vocabulary import Structure, d

__all__ = ["derive", "differential", "hessian"]


def derive(
    expr: Any, wrt: Any, *, structure: Structure | None = None, assuming: Any = ()
) -> Derivation:
    """Differentiate an expression, keeping every step.

    ```pycon
    >>> from sympy import MatrixSymbol, Q, Symbol, Trace, symbols
    >>> from derivlib import explicit
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", n, n)
    >>> d = derive(Trace(X.T*A*X), X)
    >>> d.result
    (A + A.T)*X
    >>> [step.rule for step in d.steps][:3]
    ['trace', 'product', 'transpose']
    >>> sizes = {n: 2, m: 3}
    >>> explicit(d.result, sizes).expand() == d.elementwise(sizes).expand()
    True
    >>> derive(Trace(X.T*A*X), X, assuming=Q.symmetric(A)).result
    2*A*X
    >>> jacobian = derive(A*X, X)
    >>> print(jacobian)
    ∂vec(F)/∂vec(X)ᵀ = I ⊗ A
    >>> explicit(jacobian.result, sizes) == jacobian.elementwise(sizes)
    True
    >>> t = Symbol("t")
    >>> print(derive(t**2*X, t))
    ∂F/∂t = 2*t*X
    >>> print(derive(Trace(A.T*A), A, structure="symmetric"))
    ∂L/∂A (A symmetric) = 4*A - 2*Diag(diag(A))

    ```

    A scalar (a 1×1 expression counts) by a matrix or vector has its gradient, in the shape of
    `wrt`; a matrix by a scalar the shape of the matrix; anything else its Jacobian
    ∂vec(F)/∂vec(X)ᵀ, numel(F) × numel(X).

    Source: Magnus & Neudecker (2019), chapters 5 and 9, for reading derivatives off
    differentials; chapter 3 for the duplication matrix.

    :param expr: a scalar or a matrix SymPy expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :param structure: "symmetric", "diagonal", "lower triangular", "upper triangular",
        "toeplitz" or "symmetric toeplitz": the derivative by the free entries of a `wrt` of
        that structure. A gradient has at each place the derivative by the free entry there,
        zero where there is none; a Jacobian is by the free entries in the order of
        :class:`derivlib.BasisMatrix`.
    :param assuming: SymPy's assumptions on constants, such as `Q.symmetric(A)`; the result
        holds, and is checked, where they hold.
    :returns: the derivation, with its `result`, `steps` and `verify`.
    :raises InputError: if `expr` is not a SymPy expression, `wrt` not a symbol, or a structure
        or an assumption is not understood.
    :raises ShapeError: if sizes in `expr` do not fit, or a matrix that has to be square is not.
    :raises UnsupportedError: if an operation that depends on `wrt` has no rule.
    """
    expr = as_expression(expr, "expr")
    wrt = as_variable(wrt, expr)
    return carry_out(expr, wrt, premises(expr, wrt, structure, assuming))


def hessian(
    expr: Any, wrt: Any, *, structure: Structure | None = None, assuming: Any = ()
) -> Derivation:
    """Differentiate a scalar expression twice, keeping every step.

    The gradient is derived first, and then its Jacobian, on vec(X).

    Source: Magnus & Neudecker (2019), chapters 6 and 10.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from derivlib import explicit
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> x, X = MatrixSymbol("x", n, 1), MatrixSymbol("X", n, m)
    >>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", m, m)
    >>> hessian(x.T*A*x, x).result
    A + A.T
    >>> d = hessian(Trace(X.T*A*X*B), X)
    >>> print(d)
    ∂²L/∂vec(X)∂vec(X)ᵀ = B ⊗ Aᵀ + Bᵀ ⊗ A
    >>> sizes = {n: 2, m: 3}
    >>> explicit(d.result, sizes).expand() == d.elementwise(sizes).expand()
    True

    ```

    :param expr: a scalar SymPy expression, or a 1×1 matrix expression.
    :param wrt: a `Symbol` or a `MatrixSymbol`.
    :param structure: as in :func:`derive`; the Hessian is by the free entries then.
    :param assuming: as in :func:`derive`.
    :returns: the derivation; its `result` is numel(X) × numel(X), a scalar for a scalar `wrt`.
    :raises InputError: if `expr` is a larger matrix, and as :func:`derive`.
    :raises ShapeError: as :func:`derive`.
    :raises UnsupportedError: as :func:`derive`.
    """
    expr = as_expression(expr, "expr")
    wrt = as_variable(wrt, expr)
    refuse_matrix(expr)
    return carry_out_twice(expr, wrt, premises(expr, wrt, structure, assuming))


def differential(expr: Any, wrt: Any) -> Expr:
    """Write the differential of an expression in terms of that of one symbol.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import check_steps, d
    >>> from derivlib.display import text
    >>> X, A = MatrixSymbol("X", 4, 3), MatrixSymbol("A", 4, 4)
    >>> written = differential(X.T*A*X, X)
    >>> print(text(written))
    (dX)ᵀ*A*X + Xᵀ*A*dX
    >>> bool(check_steps([d(X.T*A*X), written]))
    True

    ```

    Source: Magnus & Neudecker (2019), chapter 8.

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
