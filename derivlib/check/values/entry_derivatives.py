"""Derivatives entry by entry, by scalar calculus from the expanded expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr, ImmutableDenseMatrix

from derivlib.check.points.domain import EVERYWHERE, Domain, domain_of
from derivlib.check.scalars.differentiable import Differentiable
from derivlib.check.scalars.scalar_calculus import Derivatives
from derivlib.check.values.explicit import as_matrix, entry_function, taken_definitions
from derivlib.errors import DerivlibError, InputError, UnsupportedError
from derivlib.expressions.sizes import expression, resolve_sizes, symbol_to_differentiate_by
from derivlib.expressions.text import text
from derivlib.nodes import Structure
from derivlib.nodes.evaluation import Evaluation
from derivlib.nodes.free_entries import free_entries, spread_out
from derivlib.nodes.grid import Grid
from derivlib.nodes.symbolic import Entry, element_of


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
    structure: Structure | None = None,
    assuming: Any = (),
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
    >>> U, B = MatrixSymbol("U", n, n), MatrixSymbol("B", n, n)
    >>> elementwise(Trace(B * U), U, {n: 2}, structure="symmetric")
    Matrix([
    [          B[0, 0], B[0, 1] + B[1, 0]],
    [B[0, 1] + B[1, 0],           B[1, 1]]])

    ```

    :param expr: a scalar or a matrix expression; a 1×1 expression counts as a scalar.
    :param wrt: a symbol or a matrix symbol.
    :param sizes: a positive integer for each symbol that stands in a shape.
    :param entry: what stands for entry (i, j), counted from 0, of a matrix symbol X.
    :param definitions: expressions to put in for symbols, such as N = XW.
    :param order: 2 for the Hessian of a scalar on vec(X), numel(X) × numel(X).
    :param structure: the structure of `wrt`, such as "symmetric": only its free entries
        move, and all places of one move together.
    :param assuming: what SymPy's assumptions say of symbols, such as `Q.symmetric(A)`;
        entries that are zero or equal are written so.
    :returns: a scalar if both are scalars; the gradient, in the shape of `wrt`, of a scalar;
        a matrix in the shape of `expr` for a scalar `wrt`; otherwise the Jacobian
        ∂vec(F)/∂vec(X)ᵀ, numel(F) × numel(X). With a structure, the gradient has at each
        place the derivative by the free entry there, and zero where there is none; the
        Jacobian is ∂vec(F)/∂θᵀ for the free entries θ in the order of
        :class:`derivlib.BasisMatrix`, and the Hessian is on θ.
    :raises InputError: if `wrt` is not a symbol, a structure or an assumption not known, or
        `order` is 2 and `expr` not a scalar.
    :raises ShapeError: if a matrix with a structure is not square.
    :raises SizesError: if a size is missing, unknown or not a positive integer.
    :raises UnsupportedError: if the entries of a node, or a scalar derivative, are not known.
    """
    expr = expression(expr)
    entry = entry_function(entry)
    definitions = taken_definitions(definitions)
    wrt = symbol_to_differentiate_by(wrt, expr, *definitions.values())
    given = resolve_sizes(sizes, expr, wrt, *definitions, *definitions.values())
    domain = domain_of(
        given,
        (expr, wrt, *definitions.values()),
        structures=None if structure is None else {wrt: structure},
        assuming=assuming,
    )
    derivatives = differentiate_entries(
        expr, wrt, given, entry=entry, definitions=definitions, domain=domain, order=order
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
    domain: Domain = EVERYWHERE,
    order: int = 1,
) -> EntryDerivatives:
    """Differentiate every entry, leaving the result in terms of real scalars.

    :raises UnsupportedError: if SymPy cannot write them out; of choices within choices it may
        compare values that are not taken, and are infinite or not real.
    """
    refuse_unknown_order(order)
    try:
        return _differentiated(expr, wrt, sizes, entry, definitions, domain, order)
    except DerivlibError:
        raise
    except (TypeError, ValueError) as error:
        raise UnsupportedError(
            f'the entries of "{text(expr)}" cannot be written out and differentiated: SymPy says '
            f'"{error}"'
        ) from error


def _differentiated(
    expr: Expr,
    wrt: Any,
    sizes: Mapping[Any, int],
    entry: Entry | None,
    definitions: Mapping[Any, Expr] | None,
    domain: Domain,
    order: int,
) -> EntryDerivatives:
    scalars = Differentiable(entry or element_of, domain=domain)
    evaluation = Evaluation(lambda _: scalars, sizes, definitions or {})
    variable = evaluation.value(wrt) if wrt.is_Matrix else scalars.symbol(wrt)
    function = evaluation.value(expr)
    if isinstance(function, Grid) and tuple(expr.shape) == (1, 1):
        function = function.entries[0]
    structure = domain.structures.get(wrt)
    value = _laid_out(function, variable, structure)
    if order == 2:
        if isinstance(function, Grid):
            raise InputError(f'only a scalar has a Hessian, and "{expr}" is a matrix')
        value = _second(value, variable, structure)
    return EntryDerivatives(value, scalars)


def refuse_unknown_order(order: Any) -> None:
    """Refuse to differentiate any other number of times than once or twice.

    :raises InputError: if `order` is something else.
    """
    if order not in (1, 2):
        raise InputError(f"order must be 1, or 2 for a Hessian, not {order!r}")


def _second(gradient: Any, variable: Any, structure: Structure | None) -> Any:
    """Differentiate a gradient again, by each free entry of the variable."""
    if not isinstance(variable, Grid):
        return Derivatives(variable).of(gradient)
    free = free_entries(structure, *variable.shape)
    by = [Derivatives(variable[place]) for place in free]
    return Grid.of(len(free), len(free), lambda a, b: by[b].of(gradient[free[a]]))


def _laid_out(function: Any, variable: Any, structure: Structure | None) -> Any:
    """Arrange the scalar derivatives in the layout of the contract."""
    if not isinstance(variable, Grid):
        by_scalar = Derivatives(variable)
        return function.map(by_scalar.of) if isinstance(function, Grid) else by_scalar.of(function)
    by = {place: Derivatives(variable[place]) for place in free_entries(structure, *variable.shape)}
    if not isinstance(function, Grid):
        derivatives = {place: derivatives.of(function) for place, derivatives in by.items()}
        return spread_out(structure, *variable.shape, derivatives)
    entries, columns = list(function.stacked()), list(by.values())
    return Grid.of(len(entries), len(columns), lambda i, j: columns[j].of(entries[i]))
