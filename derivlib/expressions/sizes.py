"""Sizes: which ones an expression has, and whether the given ones fit."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, permutations
from typing import Any

from sympy import (
    Basic,
    Expr,
    Integer,
    MatrixSymbol,
    S,
    Symbol,
    SympifyError,
    srepr,
    sympify,
)
from sympy.core.numbers import ComplexInfinity, Infinity, NaN, NegativeInfinity

from derivlib.errors import DerivlibError, InputError, ShapeError, SizesError, UndefinedError
from derivlib.expressions.facets import facets_of
from derivlib.expressions.scalar_factors import with_scalar_factors

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
    except DerivlibError:  # of a JointDerivation, which says what to hand in instead
        raise
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


def _sizes_in(expressions: Iterable[Expr]) -> Iterator[Any]:
    """What stands in the shapes of matrices."""
    for node in all_nodes(expressions):
        yield from map(sympify, facets_of(type(node)).sizes(node))


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
    found = set[Symbol]().union(*(size.free_symbols for size in _sizes_in(expressions)))
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


def resolve_sizes(
    sizes: Mapping[Any, Any] | None,
    *expressions: Expr,
    choose: bool = False,
    not_below: Sequence[tuple[Expr, Expr]] = (),
) -> dict[Symbol, int]:
    """Find a value for every size of expressions among those given.

    What is given and does not occur is passed over, so that one mapping serves many expressions.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> n, m, k = symbols("n m k", integer=True, positive=True)
    >>> X = MatrixSymbol("X", n, m)
    >>> resolve_sizes({n: 4, "m": 3, k: 5}, X)
    {m: 3, n: 4}
    >>> resolve_sizes(None, X[2, 0] * MatrixSymbol("Y", n - 4, n - m), choose=True)
    {m: 5, n: 6}

    ```

    :param sizes: a positive integer for each symbol that stands in a shape, or for its name; a
        symbol that stands in an index may be given a number too, which counts from 0.
    :param expressions: scalar or matrix expressions.
    :param choose: choose small sizes, pairwise different, where none are given.
    :param not_below: pairs of which the first is chosen to be at least the second, if possible.
    :returns: the sizes as Python integers, in alphabetical order.
    :raises SizesError: if a size is missing or not a positive integer, if a name means several
        symbols, or if they are not given by a mapping.
    """
    wanted = size_symbols(*expressions)
    if sizes is None and choose:
        return _chosen(wanted, expressions, not_below)
    positive = frozenset(wanted)
    indices = sorted(index_symbols(*expressions) - positive, key=str)
    given, unknown = _by_symbol(sizes, (*wanted, *indices))
    if missing := [size for size in wanted if size not in given]:
        raise SizesError(_complaint(missing, unknown, wanted))
    wanted += tuple(index for index in indices if index in given)
    return {size: _whole_number(size, given[size], least=int(size in positive)) for size in wanted}


def _by_symbol(sizes: Any, known: Iterable[Symbol]) -> tuple[dict[Symbol, Any], list[Any]]:
    """The values given for known symbols, and the keys that mean none of them."""
    if not isinstance(sizes, Mapping | None):
        raise SizesError(f"sizes must be a mapping such as {{n: 4, m: 3}}, not {sizes!r}")
    given: dict[Symbol, Any] = {}
    unknown = []
    for key, value in (sizes or {}).items():
        if not isinstance(key, str | Symbol):
            raise SizesError(f"a size is given by its symbol or its name, not by {key!r}")
        meant = [symbol for symbol in known if key in (symbol, symbol.name)]
        if len(meant) > 1:
            raise SizesError(
                f"{key} is the name of several symbols: {' and '.join(map(srepr, meant))}; give "
                "their sizes by the symbols, or make the symbol once and use it everywhere"
            )
        if not meant:
            unknown.append(key)
        elif given.setdefault(meant[0], value) != value:
            raise SizesError(f"{key} is given twice: {given[meant[0]]!r} and {value!r}")
    return given, unknown


_SMALL = (4, 3, 2, 5, 6, 7, 8, 9)
"""Sizes to choose from, in the alphabetical order of the symbols."""

_MOST_CHOICES = 5_000
"""How many choices of sizes are tried until every shape is made of positive numbers."""


def _chosen(
    symbols: tuple[Symbol, ...],
    expressions: tuple[Expr, ...],
    not_below: Sequence[tuple[Expr, Expr]],
) -> dict[Symbol, int]:
    """Choose pairwise different sizes for which all shapes are possible and all indices inside."""
    if len(symbols) > len(_SMALL):
        raise SizesError(f"state the sizes: there are {len(symbols)} size symbols, {symbols}")
    more = max(0, 1 + largest_index(*expressions) - min(_SMALL))
    compound = {size for size in _sizes_in(expressions) if size.args}
    known = set(symbols)
    wider = [S(large) - small for large, small in not_below]
    wider = [more for more in wider if more.free_symbols <= known]
    best: dict[Symbol, int] | None = None
    for numbers in islice(permutations([s + more for s in _SMALL], len(symbols)), _MOST_CHOICES):
        chosen = dict(zip(symbols, numbers, strict=True))
        at = {symbol: Integer(size) for symbol, size in chosen.items()}
        values = (size.xreplace(at) for size in compound)
        if not all(value.is_Integer and value > 0 for value in values):
            continue
        best = best or chosen
        if all(more.xreplace(at) >= 0 for more in wider):
            best = chosen
            break
    if best is None:
        told = ", ".join(sorted(map(str, compound)))
        raise SizesError(f"state the sizes: none were found at which {told} are positive numbers")
    free = set().union(*(expr.free_symbols for expr in expressions))
    indices = sorted(index_symbols(*expressions) & free - {*symbols}, key=str)
    return {**best, **{index: 1 - k % 2 for k, index in enumerate(indices)}}


def at_size(size: Any, sizes: Mapping[Any, int]) -> int:
    """Put the sizes into a number of rows or columns, or into an index.

    :param size: a number, or an expression of size symbols.
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
    told = f"no value for the {_listed('size', missing)}"
    if unknown:
        told += f"; {_listed('size', unknown)} {'does' if len(unknown) == 1 else 'do'} not occur"
    if names := {symbol.name for symbol in missing} & {str(symbol) for symbol in unknown}:
        told += f"; {', '.join(sorted(names))} was given as another symbol of the same name"
        told += " (with other assumptions)"
    if unknown or len(wanted) > len(missing):
        return f"{told}: the expression has the {_listed('size', wanted)}"
    return f"{told}; give a number for each, as in {{{missing[0]}: 4}}"


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
