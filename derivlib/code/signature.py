"""The arguments of a function: which there are, in what order, and which sizes they tell."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, MatrixSymbol, Symbol, solve

from derivlib.code.forms import array_shape
from derivlib.errors import InputError
from derivlib.expressions.text import text


@dataclass(frozen=True)
class Argument:
    """An argument of a function.

    :param name: its name in the code.
    :param symbol: what it stands for.
    :param shape: the sizes of its axes.
    :param needed: whether the function looks at it; if not, it is ignored.
    :param size: whether it is a size of matrices.
    :param is_complex: whether its numbers are complex.
    """

    name: str
    symbol: Expr
    shape: tuple[Expr, ...]
    needed: bool = True
    size: bool = False
    is_complex: bool = False


def identifier(name: str) -> str:
    """Make a name of Python's from a name of SymPy's: W_1, theta, lambda_."""
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"\W", "_", plain)
    if not plain or plain[0].isdigit():
        plain = f"_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) or keyword.issoftkeyword(plain) else plain


def spellings(symbol: Expr) -> set[str]:
    """What a symbol is called by SymPy, in text, and in code."""
    return {str(symbol), text(symbol), identifier(str(symbol))}


def listed(args: Any, known: Sequence[Expr]) -> list[Expr]:
    """The symbols that `args` lists, also those that the expression does not have.

    :raises InputError: if something else is listed, a symbol twice, or another of the same name.
    """
    if isinstance(args, str | Basic):
        raise InputError(f"args must be a list of symbols or their names, not {args!r}")
    found: list[Expr] = []
    for arg in args:
        if not isinstance(arg, str | Symbol | MatrixSymbol):
            raise InputError(f"args must list symbols or their names, not {arg!r}")
        symbol = _symbol(arg, known)
        if symbol in found:
            raise InputError(f"args lists {arg} twice")
        found.append(symbol)
    return found


def _symbol(arg: Any, known: Sequence[Expr]) -> Expr:
    if arg in known:
        return arg
    namesakes = [symbol for symbol in known if str(arg) in spellings(symbol)]
    if not namesakes:
        return Symbol(arg) if isinstance(arg, str) else arg
    if isinstance(arg, str) and len(namesakes) == 1:
        return namesakes[0]
    raise InputError(
        f"args lists {arg}, and the expression has another symbol of that name, with another "
        "shape or other assumptions; make the symbol once, or list its name"
        if len(namesakes) == 1
        else f"args lists {arg}, which several symbols are called; list the symbol itself"
    )


def needed_arguments(
    inputs: Sequence[Expr], used: Collection[Expr], sizes: Collection[Expr]
) -> list[Expr]:
    """The inputs that a function has to be given, and the sizes that none of them tells.

    :param inputs: the matrices and scalars of the expression, in the order of arguments.
    :param used: those that something is calculated from.
    :param sizes: the sizes that something is calculated from; matrices that tell them are kept.
    """
    kept = [symbol for symbol in inputs if symbol in used]
    for symbol in inputs:
        if symbol not in used:
            told, then = Shapes(kept).found, Shapes([*kept, symbol]).found
            if any(size in then and size not in told for size in sizes):
                kept.append(symbol)
    told, then = Shapes(kept).found, Shapes(inputs).found
    if any(size in then and size not in told for size in sizes):
        kept, told = list(inputs), then  # only several shapes together tell it
    alone = sorted((size for size in sizes if size not in told), key=str)
    return [*(symbol for symbol in inputs if symbol in kept), *alone]


_LENGTH = Symbol("length_of_the_axis", positive=True)


class Shapes:
    """The sizes that the shapes of arguments tell.

    :param symbols: the arguments, of which matrices count.
    """

    def __init__(self, symbols: Sequence[Expr]) -> None:
        self.found: dict[Expr, tuple[Expr, int, Expr]] = {}
        """Each size with an argument, an axis, and the size in terms of the length of that."""
        places = [
            (symbol, axis, size)
            for symbol in symbols
            if isinstance(symbol, MatrixSymbol)
            for axis, size in enumerate(array_shape(*symbol.shape))
        ]
        for symbol, axis, size in places:
            if isinstance(size, Symbol):
                self.found.setdefault(size, (symbol, axis, _LENGTH))
        for symbol, axis, size in places:
            unknown = [s for s in size.free_symbols if s not in self.found]
            if len(unknown) == 1 and size.is_polynomial() and size.diff(unknown[0]).is_number:
                (solution,) = solve(size - _LENGTH, unknown[0])
                self.found[unknown[0]] = symbol, axis, solution

    def with_parts(self, sizes: Collection[Expr]) -> list[Expr]:
        """Those of some sizes that are told, after those they are found from."""
        needed = set(sizes)
        for size in sizes:
            if size in self.found:
                needed |= self.found[size][2].free_symbols - {_LENGTH}
        return [size for size in self.found if size in needed]

    def code(self, size: Expr, names: Mapping[Expr, str]) -> str:
        """The code that finds a size."""
        symbol, axis, solution = self.found[size]
        named = solution.xreplace({s: Symbol(names[s]) for s in solution.free_symbols - {_LENGTH}})
        length = f"{names[symbol]}.shape[{axis}]"
        return str(named).replace(str(_LENGTH), length).replace("/", "//")
