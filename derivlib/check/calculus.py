"""Derivatives entry by entry, by scalar calculus from the expanded expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import (
    Derivative,
    Expr,
    ImmutableDenseMatrix,
    MatrixSymbol,
    Subs,
    Symbol,
)

from derivlib.check.entries import as_matrix
from derivlib.check.evaluation import Evaluation
from derivlib.check.grid import Grid
from derivlib.check.operations import operation_of
from derivlib.check.sizes import expression, resolve_sizes
from derivlib.check.symbolic import Differentiable, Entry
from derivlib.errors import InputError, UnsupportedError

__all__ = ["EntryDerivatives", "check_variable", "differentiate_entries", "elementwise"]


@dataclass(frozen=True)
class EntryDerivatives:
    """Derivatives of every entry by every entry.

    :param value: a scalar or a grid, in the layout of the contract.
    :param scalars: the scalars the derivatives are written in.
    """

    value: Any
    scalars: Differentiable


def elementwise(
    expr: Any,
    wrt: Any,
    sizes: Mapping[Any, Any] | None = None,
    *,
    entry: Entry | None = None,
    definitions: Mapping[Any, Expr] | None = None,
    order: int = 1,
) -> Expr | ImmutableDenseMatrix:
    """Differentiate every entry of an expression by every entry of a variable.

    The expression is written out first, and then only scalar calculus is used.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", m, n)
    >>> elementwise(Trace(A * X), X, {n: 2, m: 1})
    Matrix([
    [A[0, 0]],
    [A[0, 1]]])

    ```

    :param expr: a scalar or a matrix expression; a 1×1 expression counts as a scalar.
    :param wrt: a symbol or a matrix symbol.
    :param sizes: a positive integer for each symbol that stands in a shape.
    :param entry: what stands for entry (i, j), counted from 0, of a matrix symbol X.
    :param definitions: expressions to put in for symbols, such as N = XW.
    :param order: 2 for the Hessian of a scalar on vec(X), numel(X) × numel(X).
    :returns: a scalar if both are scalars; the gradient, in the shape of `wrt`, of a scalar;
        a matrix in the shape of `expr` for a scalar `wrt`; otherwise the Jacobian
        ∂vec(F)/∂vec(X)ᵀ, numel(F) × numel(X).
    :raises InputError: if `wrt` is not a symbol, or `order` is 2 and `expr` not a scalar.
    :raises SizesError: if a size is missing, unknown or not a positive integer.
    :raises UnsupportedError: if the entries of a node, or a scalar derivative, are not known.
    """
    expr, wrt = expression(expr), expression(wrt)
    definitions = dict(definitions or {})
    given = resolve_sizes(sizes, expr, wrt, *definitions, *definitions.values())
    derivatives = differentiate_entries(
        expr, wrt, given, entry=entry, definitions=definitions, order=order
    )
    published = derivatives.scalars.published
    value = derivatives.value
    return as_matrix(value.map(published) if isinstance(value, Grid) else published(value))


def differentiate_entries(
    expr: Expr,
    wrt: Any,
    sizes: Mapping[Any, int],
    *,
    entry: Entry | None = None,
    definitions: Mapping[Any, Expr] | None = None,
    order: int = 1,
) -> EntryDerivatives:
    """Differentiate every entry, leaving the result in terms of real scalars."""
    check_variable(wrt)
    scalars = Differentiable(entry) if entry else Differentiable()
    evaluation = Evaluation(operation_of, lambda _: scalars, sizes, definitions or {})
    variable = evaluation.value(wrt) if wrt.is_Matrix else scalars.symbol(wrt)
    function = evaluation.value(expr)
    if isinstance(function, Grid) and tuple(expr.shape) == (1, 1):
        function = function.entries[0]
    derivatives = _laid_out(function, variable)
    if order == 2:
        if isinstance(function, Grid):
            raise InputError(f'only a scalar has a Hessian, and "{expr}" is a matrix')
        derivatives = _second(derivatives, variable)
    return EntryDerivatives(derivatives, scalars)


def _second(gradient: Any, variable: Any) -> Any:
    """Differentiate a gradient again, its stacked entries by those of the variable."""
    if not isinstance(variable, Grid):
        return _derivative(gradient, variable)
    return _laid_out(gradient, variable)


def check_variable(wrt: Any) -> None:
    """Refuse to differentiate by anything but a symbol.

    :raises InputError: if it is something else.
    """
    if not isinstance(wrt, (Symbol, MatrixSymbol)):
        raise InputError(f"differentiate with respect to a symbol, not {wrt}")


def _laid_out(function: Any, variable: Any) -> Any:
    """Arrange the scalar derivatives in the layout of the contract."""
    if not isinstance(variable, Grid):
        if not isinstance(function, Grid):
            return _derivative(function, variable)
        return function.map(lambda entry: _derivative(entry, variable))
    if not isinstance(function, Grid):
        return variable.map(lambda entry: _derivative(function, entry))
    entries, variables = list(function.stacked()), list(variable.stacked())
    return Grid.of(len(entries), len(variables), lambda i, j: _derivative(entries[i], variables[j]))


def _derivative(expr: Expr, symbol: Symbol) -> Expr:
    derivative = expr.diff(symbol)
    if derivative.has(Derivative, Subs):
        raise UnsupportedError(f'SymPy knows no derivative of "{expr}" with respect to {symbol}')
    return derivative
