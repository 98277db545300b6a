"""Sizes: which ones an expression has, and whether the given ones fit."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

from sympy import (
    Basic,
    Expr,
    Identity,
    Integer,
    MatrixSymbol,
    OneMatrix,
    Symbol,
    SympifyError,
    ZeroMatrix,
    sympify,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.errors import InputError, ShapeError, SizesError
from derivlib.vocabulary import (
    BasisMatrix,
    Commutation,
    MatrixFunctionApplication,
    SingleEntry,
    Unvec,
)

__all__ = ["all_nodes", "at_size", "expression", "largest_index", "resolve_sizes", "size_symbols"]

_SHAPED = (
    MatrixSymbol,
    Identity,
    ZeroMatrix,
    OneMatrix,
    MatrixFunctionApplication,
    SingleEntry,
    Unvec,
    BasisMatrix,
    Commutation,
)


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

    :raises InputError: if it is something else, such as text.
    """
    try:
        taken = sympify(value, strict=True)
    except (SympifyError, TypeError):
        taken = None
    if not isinstance(taken, Expr) and not getattr(taken, "is_Matrix", False):
        raise InputError(f"a SymPy expression is wanted, not {value!r}")
    return taken


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
        if isinstance(node, _SHAPED):
            for size in node.shape:
                found |= getattr(size, "free_symbols", set())
    return tuple(sorted(found, key=lambda symbol: symbol.name))


def _indices(*expressions: Expr) -> Iterable[Expr]:
    """What stands in the indices of entries."""
    for node in all_nodes(expressions):
        if isinstance(node, MatrixElement | SingleEntry):
            yield from node.args[1:]


def _index_symbols(*expressions: Expr) -> set[Symbol]:
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
        stands in an index may be given one too.
    :param expressions: scalar or matrix expressions.
    :returns: the sizes as Python integers, in alphabetical order.
    :raises SizesError: if a size is missing, unknown, or not a positive integer.
    """
    wanted = size_symbols(*expressions)
    given = dict(sizes or {})
    missing = [size for size in wanted if size not in given]
    indices = sorted(_index_symbols(*expressions) & set(given), key=str)
    wanted += tuple(index for index in indices if index not in wanted)
    unknown = [size for size in given if size not in wanted]
    if missing or unknown:
        raise SizesError(_complaint(missing, unknown, wanted))
    return {size: _positive_integer(size, given[size]) for size in wanted}


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
        raise ShapeError(f"{size} is not a whole number")
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


def _positive_integer(size: Symbol, value: Any) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        raise SizesError(f"the size {size} must be a positive integer, not {value!r}")
    return number
