"""Putting concrete functions in place of abstract ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Expr, Lambda, MatrixSymbol, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.matrixbase import MatrixBase

from derivlib.display.text import text
from derivlib.errors import InputError
from derivlib.expressions.entrywise import as_lambda, elementwise
from derivlib.expressions.structure import children, with_children
from derivlib.expressions.written import Written
from derivlib.vocabulary import MatrixFunction, MatrixFunctionApplication, is_undefined

__all__ = ["instantiate", "instantiate_all"]


def _in_body(function: Any, values: Mapping[Any, Callable[..., Any]]) -> Lambda:
    """Replace undefined functions in the body of a function of one scalar."""
    function = as_lambda(function)
    body = function.expr
    for abstract, concrete in values.items():
        if not isinstance(abstract, (MatrixFunction, MatrixSymbol, Symbol)):
            body = body.replace(abstract, lambda *args, f=concrete: f(*args))
    return Lambda(function.variables, body)


def _key(expr: Expr, values: Mapping[Any, Any]) -> Any:
    """What an expression is looked up by; functions of one name count as one."""
    if isinstance(expr, MatrixFunctionApplication):
        return MatrixFunction(expr.name, expr.shape)
    if isinstance(expr, AppliedUndef):
        names = {key.__name__: key for key in values if is_undefined(key)}
        return names.get(expr.func.__name__, expr.func)
    return expr


def instantiate(expr: Expr, values: Mapping[Any, Any]) -> Expr:
    """Replace abstract functions, and symbols, by concrete ones.

    :param expr: an expression.
    :param values: as for :func:`instantiate_all`.
    :raises InputError: if something to be replaced does not occur.
    """
    return instantiate_all(Written(expr), values).expr


def instantiate_all(written: Written, values: Mapping[Any, Any]) -> Written:
    """Replace abstract functions, and symbols, in an expression and in its definitions.

    :param written: an expression; what its names stand for is instantiated too.
    :param values: for each undefined function, `MatrixFunction` or symbol what takes its
        place: a function of the same arguments, or a value of the same shape.
    :raises InputError: if something to be replaced does not occur.
    """
    done: dict[Expr, Expr] = {}
    met: set[Any] = set()

    def replaced(part: Expr) -> Expr:
        if part in done:
            return done[part]
        if isinstance(part, MatrixBase):
            done[part] = part.applyfunc(replaced)
            return done[part]
        parts = tuple(replaced(child) for child in children(part))
        key = _key(part, values)
        if isinstance(part, ElementwiseApplyFunction):
            function = as_lambda(part.args[0])
            met.update({type(f) for f in function.expr.atoms(AppliedUndef)} & set(values))
            new = elementwise(_in_body(function, values), parts[0])
        elif key in values:
            met.add(key)
            value = values[key]
            new = value if key is part else value(*parts)
        else:
            new = with_children(part, parts)
        done[part] = new
        return new

    if defined := [str(key) for key in values if key in written.where]:
        raise InputError(f"{', '.join(defined)} is defined already, and takes no other value")
    where = {name: replaced(definition) for name, definition in written.where.items()}
    result = replaced(written.expr)
    if missing := [str(key) for key in values if key not in met]:
        raise InputError(f'{", ".join(missing)} does not occur in "{text(written.expr)}"')
    return Written(result, where, written.name)
