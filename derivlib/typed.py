"""What is typed as text where an expression or a symbol may stand."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import Any

from sympy import Expr, Matrix, MatrixSymbol, Symbol

from derivlib.errors import DerivlibWarning, InputError
from derivlib.parsing.declared import KIND_WORDS, clear_kinds_in, two_things
from derivlib.parsing.kinds import Kind, habits
from derivlib.parsing.reading import read_equations, read_text
from derivlib.parsing.tokens import name_of


class Typed:
    """Texts that are about the same names.

    :param kinds: what is stated about names, as :func:`derivlib.parse` takes it.
    :param exprs: what stands there as text or as an expression.
    :param known: expressions and symbols whose names mean the same in the texts.
    :raises InputError: if something is stated and nothing is a text.
    """

    def __init__(self, kinds: Mapping[str, Any], *exprs: Any, known: Any = ()) -> None:
        self.kinds = dict(kinds)
        self.assuming: tuple[Any, ...] = ()
        self.has_text = any(isinstance(expr, str) for expr in exprs)
        if kinds and not self.has_text:
            raise InputError(
                f"{next(iter(kinds))}= says what a name in a text is, and no text is given"
            )
        self.ambiguous: set[str] = set()
        for expr in (*exprs, *known):
            if not isinstance(expr, str) and hasattr(expr, "free_symbols"):
                clear, ambiguous = clear_kinds_in(expr)
                self.kinds |= clear
                self.ambiguous |= {*ambiguous}

    def expression(self, value: Any, shape: Any = None) -> Any:
        """The expression that is typed; anything else is returned as it is.

        :raises ParseError: if it cannot be read.
        """
        if not isinstance(value, str):
            return value
        if self.ambiguous:
            for name in map(name_of, re.findall(r"[^\W\d]\w*", value)):
                self._refuse_ambiguous(name)
        reading = read_text(value, **self.kinds, **({} if shape is None else {"shape": shape}))
        self.kinds |= reading.symbols
        self.assuming += tuple(fact for fact in reading.assuming if fact not in self.assuming)
        return reading.expr

    def _refuse_ambiguous(self, name: str) -> None:
        if name in self.ambiguous:
            raise two_things(name)

    def assumed(self, given: Any) -> Any:
        """What is assumed, with each text of equations as these.

        :raises ParseError: if one cannot be read.
        """
        if isinstance(given, str):
            return read_equations(given, self.kinds)
        return [*map(self.assumed, given)] if isinstance(given, list | tuple) else given

    def where(self, where: Any) -> Any:
        """Definitions, each of which may be typed; a name is what its definition is."""
        if not isinstance(where, Mapping):
            return where
        found = {}
        for name, given in where.items():
            value = self.expression(given)
            if isinstance(name, str):
                name = self._named(name_of(name), value)
            found[name] = value
        return found

    def _named(self, name: str, value: Any) -> Expr:
        symbol = self.kinds.get(name)
        if not isinstance(symbol, Symbol | MatrixSymbol):
            is_matrix = getattr(value, "is_Matrix", False)
            symbol = MatrixSymbol(name, *value.shape) if is_matrix else Symbol(name, real=True)
            self.kinds[name] = symbol
        return symbol

    def variable(self, wrt: Any) -> Any:
        """The symbol, the list of symbols, or the Matrix of symbols [u; v], that is typed.

        :raises InputError: if the name is that of no symbol, where no text says what it is, or
            what is typed in [ ] is no Matrix of symbols.
        """
        if _is_matrix(wrt):
            return self._of_symbols(wrt.strip())
        if isinstance(wrt, str):
            names = [part for part in re.split(r"[\s,]+", wrt) if part]
            if not names:
                raise InputError("wrt is empty; name at least one variable")
            found = [self._variable(name_of(name)) for name in names]
            return found[0] if len(found) == 1 else found
        if isinstance(wrt, list | tuple):
            for each in filter(_is_matrix, wrt):
                raise _more_than(each)
            return [self.variable(each) for each in wrt]
        return wrt

    def _of_symbols(self, typed: str) -> Matrix:
        """The symbols in [u, v; s, t], row by row."""
        rows = [re.findall(r"[^\s,]+", row) for row in typed[1:-1].split(";")]
        names = [name for row in rows for name in row]
        if (end := typed.find("]")) not in {-1, len(typed) - 1} and "[" not in typed[1:]:
            raise _more_than(typed[: end + 1])
        is_closed = typed[-1] == "]" and not re.search(r"[\[\]]", typed[1:-1])
        if not is_closed or not names or len({*map(len, rows)}) > 1:
            raise InputError(
                f"{typed} is no Matrix of names; its rows stand between semicolons and have the "
                "same number of names, as in [u; v] or [a, b; c, d]"
            )
        symbols = [[self._variable(name_of(name), Kind.SCALAR) for name in row] for row in rows]
        for symbol in (each for row in symbols for each in row):
            if symbol.is_Matrix:
                raise InputError(
                    f"{symbol} in {typed} is a matrix, and the entries are scalars; state it, as "
                    f"in {symbol} scalar, or leave the brackets out"
                )
        return Matrix(symbols)

    def _variable(self, name: str, kind: Kind | None = None) -> Expr:
        self._refuse_ambiguous(name)
        known = self.kinds.get(name)
        if isinstance(known, Symbol | MatrixSymbol):
            return known
        if re.search(r"[\[\](){};=]", name):
            raise InputError(f"{name} is no name; a variable is a name of the formula, as in x")
        symbols = [s for s in self.kinds.values() if isinstance(s, Symbol | MatrixSymbol)]
        names = ", ".join(map(str, symbols))
        if not self.has_text:
            raise InputError(f"there is no {name} in the expression; its symbols are {names}")
        warnings.warn(
            f"{name} does not occur, so that the derivative is 0; the names are {names}",
            DerivlibWarning,
            stacklevel=4,
        )
        kind = kind or KIND_WORDS.get(str(known))
        costs = habits(name)
        kind = kind or min(costs, key=lambda each: costs[each])
        if kind is Kind.SCALAR:
            return Symbol(name, real=True)
        rows, cols = (Symbol(size, integer=True, positive=True) for size in ("n", "m"))
        return MatrixSymbol(name, rows, cols if kind is Kind.MATRIX else 1)


def _is_matrix(wrt: Any) -> bool:
    """Return whether what is typed is to be a Matrix of names."""
    return isinstance(wrt, str) and wrt.lstrip().startswith("[")


def _more_than(matrix: str) -> InputError:
    return InputError(f"{matrix} stands alone: put all names into it, or leave the brackets out")


def shape_of_derivative(expr: Any, wrt: Any) -> Any:
    """The shape of a derivative by the layout of the contract; nothing for a scalar."""
    if not getattr(wrt, "is_Matrix", False):
        return expr.shape if getattr(expr, "is_Matrix", False) else None
    if not getattr(expr, "is_Matrix", False) or tuple(expr.shape) == (1, 1):
        return wrt.shape
    (rows, cols), (height, width) = expr.shape, wrt.shape
    return rows * cols, height * width
