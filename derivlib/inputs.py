"""What may be handed in, and what is said when it is something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sympy import (
    Basic,
    Expr,
    ImmutableDenseMatrix,
    MatAdd,
    MatrixSymbol,
    S,
    Symbol,
    Trace,
    Transpose,
    sympify,
)
from sympy.core.sympify import SympifyError
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from derivlib.errors import DerivlibError, InputError
from derivlib.expressions.facets import facets_of, is_holomorphic
from derivlib.expressions.problem import Written, letters_in
from derivlib.expressions.scalar_factors import with_scalar_factors
from derivlib.expressions.shapes import same_size, shown_shape
from derivlib.expressions.sizes import all_nodes, size_symbols
from derivlib.expressions.text import text
from derivlib.expressions.traversal import children
from derivlib.nodes import SingleEntry


def as_expression(value: Any, what: str) -> Expr:
    """Take a value as a scalar or matrix expression.

    :param what: the name of the argument, for the message.
    :raises InputError: if it is not a SymPy expression.
    """
    try:
        expr = sympify(value, strict=True)
    except DerivlibError:  # of a JointDerivation, which says what to hand in instead
        raise
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
    if isinstance(symbol, Transpose) and isinstance(symbol.arg, MatrixSymbol):
        raise InputError(
            f"{text(symbol)} moves as {symbol.arg} does; differentiate with respect to "
            f'{symbol.arg}, and take in_layout("numerator") for the transpose'
        )
    raise InputError(
        f'wrt must be a Symbol or a MatrixSymbol, not the expression "{text(symbol)}"; '
        "to differentiate with respect to a compound expression, put a symbol in its place first"
    )


def as_matrix_of_symbols(wrt: MatrixBase, written: Written) -> ImmutableDenseMatrix:
    """Take an explicit matrix as the symbols to differentiate by.

    :raises InputError: if an entry is no symbol, or stands there twice, and as
        :func:`as_variable`.
    """
    for entry in wrt:
        if not isinstance(entry, Symbol):
            raise InputError(
                f'a Matrix as a variable is made of symbols, and "{text(entry)}" is none; '
                "for all entries of a MatrixSymbol take the MatrixSymbol itself"
            )
    as_variables(list(wrt), written)
    return ImmutableDenseMatrix(wrt)


def with_entries_named(written: Written, wrt: Sequence[Any]) -> tuple[Written, tuple[Any, ...]]:
    """Give a symbol to each entry of a matrix that is differentiated by: A = A₀ + a₁₁ E₁₁.

    :param written: the expression to differentiate.
    :param wrt: what to differentiate by.
    :returns: the expression, in which A is defined by its entry, and the symbols.
    :raises InputError: if a matrix is defined, or is a variable beside its own entry.
    """
    entries = [
        e for e in wrt if isinstance(e, MatrixElement) and isinstance(e.args[0], MatrixSymbol)
    ]
    if not entries:
        return written, tuple(wrt)
    taken = {str(letter) for letter in written.letters}
    symbols = {entry: _entry_symbol(entry, taken) for entry in entries}
    where: dict[Expr, Expr] = {}
    for matrix in dict.fromkeys(entry.args[0] for entry in entries):
        if matrix in written.where or matrix == written.name:
            raise InputError(f"{matrix} is defined, and its entries are no variables")
        if matrix in wrt:
            raise InputError(f"{matrix} and an entry of it are no independent variables")
        if matrix in written.letters:
            rest = MatrixSymbol(_free_name((f"{matrix}_0", f"{matrix}_00"), taken), *matrix.shape)
            own = (entry for entry in entries if entry.args[0] == matrix)
            moved = (symbols[e] * SingleEntry(matrix.shape, *e.args[1:]) for e in own)
            where[matrix] = MatAdd(rest, *moved)
    if where:
        written = Written(written.expr, {**where, **written.where}, written.name)
    return written, tuple(symbols[each] if each in entries else each for each in wrt)


def _entry_symbol(entry: Expr, taken: set[str]) -> Symbol:
    """A letter for an entry, counted from 1: a_11."""
    matrix, *indices = entry.args
    counted = [str(index + 1) if index.is_Integer else str(index) for index in indices]
    index = ("" if all(map(str.isalnum, counted)) and max(map(len, counted)) == 1 else ",").join(
        counted
    )
    return Symbol(_free_name((f"{matrix.name.lower()}_{index}", f"t_{index}"), taken))


def _free_name(names: Sequence[str], taken: set[str]) -> str:
    found = next((name for name in names if name not in taken), None)
    if found is None:
        raise InputError(f"{', '.join(names)} are taken; call one of these symbols otherwise")
    taken.add(found)
    return found


def refuse_complex(written: Written) -> None:
    """Refuse a scalar that is stated to be complex where that would make a difference.

    :raises InputError: if a conjugate, a part, or an absolute value is taken of it.
    """
    stated = {s for s in written.free if not s.is_Matrix and _is_complex(s)}
    for node in written.nodes if stated else ():
        differs = facets_of(type(node)).complex_entries is not None and not is_holomorphic(node)
        if differs and node.free_symbols & stated:
            raise InputError(
                f'"{text(node)}" is of a complex number, and here all are real; take '
                "derivlib.wirtinger, or a symbol that is not stated to be complex"
            )


def _is_complex(symbol: Any) -> bool:
    return bool(symbol._assumptions_orig.get("complex")) and symbol.is_real is None


def _refuse_size(written: Written, wrt: Expr) -> None:
    if wrt not in written.sizes:
        return
    matrices = [node for node in all_nodes(written.parts) if getattr(node, "is_Matrix", False)]
    shaped = (matrix for matrix in matrices if not children(matrix))
    sized = [f"a size of {text(matrix)}" for matrix in shaped if wrt in size_symbols(matrix)]
    first = min(sized, default=f"a whole number, an exponent in {text(written.expr)}")
    raise InputError(
        f"{wrt} is {first}; differentiate with respect to a symbol that may be any number"
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
