"""What may be handed in, and what is said when it is something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sympy import Basic, Expr, MatrixSymbol, S, Symbol, Trace, sympify
from sympy.core.sympify import SympifyError

from derivlib.errors import InputError
from derivlib.expressions.problem import Written, letters_in
from derivlib.expressions.scalar_factors import with_scalar_factors
from derivlib.expressions.shapes import same_size, shown_shape
from derivlib.expressions.sizes import all_nodes, size_symbols
from derivlib.expressions.text import text
from derivlib.expressions.traversal import children

__all__ = ["as_expression", "as_variable", "as_variables", "as_written", "refuse_matrix"]


def as_expression(value: Any, what: str) -> Expr:
    """Take a value as a scalar or matrix expression.

    :param value: what was handed in.
    :param what: the name of the argument, for the message.
    :raises InputError: if it is not a SymPy expression.
    """
    try:
        expr = sympify(value, strict=True)
    except SympifyError:
        advice = "; write Matrix([[1, 2], [3, 4]]) for a table of numbers or expressions"
        raise InputError(
            f"{what} must be a SymPy expression, not {value!r} of type {type(value).__name__}"
            f"{advice if isinstance(value, list | tuple) else ''}"
        ) from None
    if not isinstance(expr, Basic) or (
        not isinstance(expr, Expr) and not getattr(expr, "is_Matrix", False)
    ):
        raise InputError(f"{what} must be a scalar or a matrix expression, not {expr!r}")
    return with_scalar_factors(expr)


def as_written(value: Any, where: Mapping[Any, Any] | None = None) -> Written:
    """Take a value as an expression, with what the names in it stand for.

    :param value: what was handed in.
    :param where: for each name that is defined, a symbol, the expression it stands for.
    :raises InputError: if one of them is not a SymPy expression, if a name is no symbol, is a
        size, does not occur, or is defined by itself.
    """
    expr = as_expression(value, "expr")
    if where is None:
        return Written(expr)
    if not isinstance(where, Mapping):
        raise InputError(
            f"where must map names to expressions, as in {{S: A*X}}, not {where!r} of type "
            f"{type(where).__name__}"
        )
    definitions = {
        _as_name(name): _as_definition(name, as_expression(given, f"the definition of {name}"))
        for name, given in where.items()
    }
    used = {name: letters_in(given) & definitions.keys() for name, given in definitions.items()}
    try:
        ordered = [*TopologicalSorter(used).static_order()]
    except CycleError as error:
        circle = " → ".join(map(str, reversed(error.args[1])))
        raise InputError(
            f"the definitions refer to each other in a circle: {circle}; leave one of them out"
        ) from None
    needed = letters_in(expr)
    for name in reversed(ordered):
        if name not in needed:
            raise InputError(f'{name} is defined and does not occur in "{text(expr)}"')
        needed |= letters_in(definitions[name])
    for symbol in needed:
        if isinstance(symbol, MatrixSymbol):
            for size in sorted(letters_in(*symbol.shape) & definitions.keys(), key=str):
                raise InputError(f"{size} is defined and is a size of {symbol}; sizes are symbols")
    name = None
    while expr in definitions:
        name, expr = expr, definitions.pop(expr)
    return Written(expr, {key: definitions[key] for key in ordered if key in definitions}, name)


def _as_name(value: Any) -> Expr:
    if isinstance(value, (MatrixSymbol, Symbol)):
        return value
    raise InputError(f'only a Symbol or a MatrixSymbol can be defined, not "{value}"')


def _as_definition(name: Expr, given: Expr) -> Expr:
    """What a name stands for; a 1×1 matrix counts as a scalar."""
    is_entry = given.is_Matrix and all(same_size(size, S.One) for size in given.shape)
    return Trace(given) if is_entry and not name.is_Matrix else given


def as_variables(wrt: Sequence[Any], written: Written) -> tuple[Expr, ...]:
    """Take several values as the symbols to differentiate by.

    :raises InputError: if there are none, if one occurs twice, and as :func:`as_variable`.
    """
    variables = tuple(as_variable(each, written) for each in wrt)
    if not variables:
        raise InputError("wrt is empty; name at least one variable")
    twice = [str(each) for each, times in Counter(variables).items() if times > 1]
    if twice:
        raise InputError(f"{', '.join(twice)} occurs twice in wrt; name each variable once")
    return variables


def as_variable(wrt: Any, written: Written) -> Expr:
    """Take a value as the symbol to differentiate by.

    :param wrt: what was handed in.
    :param written: the expression to differentiate.
    :raises InputError: if it is not a symbol, is a size of a matrix, or is defined.
    """
    symbol = as_expression(wrt, "wrt")
    if isinstance(symbol, (MatrixSymbol, Symbol)):
        if symbol in written.where or symbol == written.name:
            raise InputError(
                f"{symbol} is defined, and not a variable; leave its definition out, or "
                "differentiate with respect to what it is made of"
            )
        _refuse_size(written, symbol)
        _refuse_namesake(written, symbol)
        return symbol
    raise InputError(
        f'wrt must be a Symbol or a MatrixSymbol, not the expression "{text(symbol)}"; '
        "to differentiate with respect to a compound expression, put a symbol in its place first"
    )


def _refuse_size(written: Written, wrt: Expr) -> None:
    if wrt not in written.sizes:
        return
    matrices = (node for node in all_nodes(written.parts) if getattr(node, "is_Matrix", False))
    shaped = (matrix for matrix in matrices if not children(matrix))
    first = min(text(matrix) for matrix in shaped if wrt in size_symbols(matrix))
    raise InputError(
        f"{wrt} is a size of {first}; differentiate with respect to a symbol that may be any number"
    )


def _refuse_namesake(written: Written, wrt: Expr) -> None:
    """Refuse a variable beside another symbol that is written the same.

    SymPy tells symbols apart by their assumptions and shapes too, so that the variable would not
    occur, or only in part.
    """
    for other in written.namesakes.get(wrt.name, ()):
        if other != wrt:
            if other.is_Matrix or wrt.is_Matrix:
                shapes = [shown_shape(s.shape if s.is_Matrix else None) for s in (other, wrt)]
                told = f"it is {shapes[0]} and the variable {shapes[1]}"
            else:
                told = "it has other assumptions, and is another symbol to SymPy"
            raise InputError(
                f"another {wrt} than the variable occurs: {told}; make the symbol once and use "
                "it everywhere"
            )


def refuse_matrix(expr: Expr) -> None:
    """Refuse what has no Hessian.

    :raises InputError: if the expression is a matrix larger than 1×1.
    """
    if expr.is_Matrix and not all(same_size(size, S.One) for size in expr.shape):
        rows, cols = expr.shape
        raise InputError(
            f'only a scalar has a Hessian, and "{text(expr)}" is {rows}×{cols}; '
            "take its trace, the sum of its entries, or differentiate its Jacobian"
        )
