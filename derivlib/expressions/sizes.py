"""Sizes: which ones an expression has, and whether the given ones fit."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

from sympy import (
    Basic,
    Expr,
    Integer,
    MatrixSymbol,
    Symbol,
    SympifyError,
    sympify,
)
from sympy.core.numbers import ComplexInfinity, Infinity, NaN, NegativeInfinity

from derivlib.errors import InputError, ShapeError, SizesError, UndefinedError
from derivlib.expressions.facets import facets_of
from derivlib.expressions.scalar_factors import with_scalar_factors

__all__ = [
    "all_nodes",
    "at_size",
    "expression",
    "given_sizes",
    "index_symbols",
    "known_sizes",
    "largest_index",
    "refuse_unknown_sizes",
    "resolve_sizes",
    "size_symbols",
    "symbol_to_differentiate_by",
]

_WITHOUT_VALUE = (NaN, ComplexInfinity, Infinity, NegativeInfinity)


def all_nodes(roots: Iterable[Any]) -> Iterable[Basic]:
    """Visit every node once, shared ones too, without recursion."""
    stack = [root for root in roots if isinstance(root, Basic)]
    seen: dict[int, Basic] = {}
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen[id(node)] = node
        yield node
        stack.extend(node.args)


def expression(value: Any) -> Expr:
    """Take over a SymPy expression, an explicit matrix or a number.

    A 1×1 matrix among the factors of a product is a scalar.

    :raises InputError: if it is something else, such as text.
    :raises UndefinedError: if an infinity or nan stands in it.
    """
    try:
        taken = sympify(value, strict=True)
    except (SympifyError, TypeError):
        taken = None
    if not isinstance(taken, Expr) and not getattr(taken, "is_Matrix", False):
        raise InputError(f"expected a SymPy expression, not {value!r}")
    for node in all_nodes([taken]):
        if isinstance(node, _WITHOUT_VALUE):
            raise UndefinedError(
                f"{node} is not a number, and an expression with it has no value; leave out "
                "what is infinite or undefined"
            )
    return with_scalar_factors(taken)


def symbol_to_differentiate_by(wrt: Any, *expressions: Expr) -> Any:
    """Take over a variable, which is a symbol and neither a size nor an index.

    :param wrt: what is differentiated by.
    :param expressions: what is differentiated, and what stands for names in it.
    :raises InputError: if it is something else.
    """
    symbol = expression(wrt)
    if not isinstance(symbol, (Symbol, MatrixSymbol)):
        raise InputError(f"differentiate with respect to a symbol, not {symbol}")
    for found, what in ((size_symbols, "a size of a matrix"), (index_symbols, "an index")):
        if symbol in found(*expressions):
            raise InputError(
                f"{symbol} is {what}, a whole number; differentiate with respect to a Symbol or a "
                "MatrixSymbol that varies"
            )
    return symbol


def size_symbols(*expressions: Expr) -> tuple[Symbol, ...]:
    """The symbols that stand in the shapes of matrices, in alphabetical order.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> n, m, p = symbols("n m p", integer=True, positive=True)
    >>> size_symbols(MatrixSymbol("X", n, m) * MatrixSymbol("W", m, p))
    (m, n, p)

    ```

    :param expressions: scalar or matrix expressions.
    """
    found: set[Symbol] = set()
    for node in all_nodes(expressions):
        for size in facets_of(type(node)).sizes(node):
            found |= getattr(size, "free_symbols", set())
    return tuple(sorted(found, key=lambda symbol: symbol.name))


def _indices(*expressions: Expr) -> Iterable[Expr]:
    """What stands in the indices of entries."""
    for node in all_nodes(expressions):
        yield from facets_of(type(node)).indices(node)


def index_symbols(*expressions: Expr) -> set[Symbol]:
    """The symbols that stand in the indices of entries."""
    return {symbol for index in _indices(*expressions) for symbol in index.free_symbols}


def largest_index(*expressions: Expr) -> int:
    """The largest number that stands in an index, -1 if there is none.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X = MatrixSymbol("X", n, m)
    >>> largest_index(X[3, 0] + X[1, 2]), largest_index(X.T * X)
    (3, -1)

    ```

    :param expressions: scalar or matrix expressions.
    """
    return max((int(index) for index in _indices(*expressions) if index.is_Integer), default=-1)


def resolve_sizes(sizes: Mapping[Any, Any] | None, *expressions: Expr) -> dict[Symbol, int]:
    """Check that every size of the expressions, and nothing else, has a value.

    :param sizes: a positive integer for each symbol that stands in a shape; a symbol that
        stands in an index may be given a number too, which counts from 0.
    :param expressions: scalar or matrix expressions.
    :returns: the sizes as Python integers, in alphabetical order.
    :raises SizesError: if a size is missing, unknown, or not a positive integer, or if they
        are not given by a mapping.
    """
    wanted = size_symbols(*expressions)
    positive = frozenset(wanted)
    given = given_sizes(sizes)
    missing = [size for size in wanted if size not in given]
    indices = sorted(index_symbols(*expressions) & set(given), key=str)
    wanted += tuple(index for index in indices if index not in wanted)
    unknown = [size for size in given if size not in wanted]
    if missing or unknown:
        raise SizesError(_complaint(missing, unknown, wanted))
    return {size: _whole_number(size, given[size], least=int(size in positive)) for size in wanted}


def given_sizes(sizes: Any) -> dict[Any, Any]:
    """Take over sizes as they were given, nothing if there are none.

    :raises SizesError: if they are not a mapping.
    """
    if sizes is None:
        return {}
    if not isinstance(sizes, Mapping):
        raise SizesError(f"sizes must be a mapping such as {{n: 4, m: 3}}, not {sizes!r}")
    return dict(sizes)


def known_sizes(sizes: Mapping[Any, Any], *expressions: Expr) -> dict[Any, Any]:
    """Those of the given sizes and indices that occur in expressions."""
    known = {*size_symbols(*expressions), *index_symbols(*expressions)}
    return {symbol: size for symbol, size in sizes.items() if symbol in known}


def refuse_unknown_sizes(sizes: Mapping[Any, Any], *expressions: Expr) -> None:
    """Refuse sizes that do not occur in any of several expressions.

    :raises SizesError: if there are some.
    """
    known = known_sizes(sizes, *expressions)
    if unknown := [size for size in sizes if size not in known]:
        raise SizesError(_complaint([], unknown, size_symbols(*expressions)))


def at_size(size: Any, sizes: Mapping[Any, int]) -> int:
    """Put the sizes into a number of rows or columns, or into an index.

    :param size: a number, or an expression of size symbols.
    :param sizes: a positive integer for each size symbol.
    :raises ShapeError: if what remains is not a whole number.
    """
    number = sympify(size)
    if not number.is_Integer:
        known = {s: Integer(sizes[s]) for s in number.free_symbols if s in sizes}
        number = number.xreplace(known).doit()
    if not number.is_Integer:
        free = sorted(getattr(number, "free_symbols", ()), key=str)
        named = ", ".join(f"{symbol}: 0" for symbol in free)
        told = f"; give {{{named}}}, or other numbers, among the sizes" if free else ""
        raise ShapeError(f"{size} is not a whole number{told}")
    return int(number)


def _complaint(missing: list[Symbol], unknown: list[Any], wanted: tuple[Symbol, ...]) -> str:
    parts = []
    if missing:
        parts.append("no value for the " + _listed("size", missing))
    if unknown:
        parts.append(
            _listed("size", unknown)
            + " does not occur" * (len(unknown) == 1)
            + " do not occur" * (len(unknown) > 1)
        )
    names = {symbol.name for symbol in missing} & {str(symbol) for symbol in unknown}
    if names:
        parts.append(
            f"{', '.join(sorted(names))} was given as another symbol of the same name "
            "(other assumptions, or a string)"
        )
    has = f"has the {_listed('size', wanted)}" if wanted else "has no symbolic sizes"
    return "; ".join(parts) + f": the expression {has}"


def _listed(noun: str, symbols: Iterable[Any]) -> str:
    names = [str(symbol) for symbol in symbols]
    return f"{noun}{'s' * (len(names) > 1)} {', '.join(names)}"


def _whole_number(symbol: Symbol, value: Any, least: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number < least or isinstance(value, bool):
        raise SizesError(
            f"the size {symbol} must be a positive integer, not {value!r}"
            if least
            else f"the index {symbol} must be a whole number, counted from 0, not {value!r}"
        )
    return number
