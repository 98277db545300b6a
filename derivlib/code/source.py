"""The source of a function: its signature, its docstring and its body."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, MatrixSymbol, Symbol, solve

from derivlib.code.backends import Backend
from derivlib.code.emit import used_helpers, written
from derivlib.code.forms import array_shape
from derivlib.code.ir import Array
from derivlib.code.lowering import Lowering
from derivlib.code.stable_exp import stabilise
from derivlib.code.task import Task
from derivlib.errors import InputError
from derivlib.expressions.text import text
from derivlib.nodes import FormalNode

__all__ = ["Argument", "Source"]


@dataclass(frozen=True)
class Argument:
    """An argument of a function.

    :param name: its name in the code.
    :param symbol: what it stands for.
    :param shape: the sizes of its axes.
    """

    name: str
    symbol: Expr
    shape: tuple[Expr, ...]


_LENGTH = Symbol("length_of_the_axis", positive=True)


def identifier(name: str) -> str:
    """Make a name of Python's from a name of SymPy's: W_1, theta, lambda_."""
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"\W", "_", plain)
    if not plain or plain[0].isdigit():
        plain = f"_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) or keyword.issoftkeyword(plain) else plain


class Source:
    """The source of a function.

    :param task: what is to be calculated.
    :param backend: the library it is written for.
    :raises UnsupportedError: if something is not written as code, or the backend lacks it.
    :raises InputError: if the name of the function is none in Python.
    """

    def __init__(self, task: Task, backend: Backend) -> None:
        if not task.name.isidentifier() or keyword.iskeyword(task.name):
            raise InputError(f"a function cannot be called {task.name!r}; choose another name")
        self.task, self.backend = task, backend
        self._taken = {"math", task.name, *backend.helpers, *dir(builtins)}
        for line in backend.imports:
            self._taken.add(line.split()[-1].split(".")[0])
        self._defined = {identifier(self._code_name(name)) for name in task.definitions}
        self._names = {symbol: self._fresh(str(symbol.name)) for symbol in task.inputs}
        sizes = {s for symbol in task.inputs if symbol.is_Matrix for size in symbol.shape
                 for s in size.free_symbols}  # fmt: skip
        for expr in (*task.definitions.values(), *(output for _, output in task.outputs)):
            sizes |= expr.free_symbols - set(task.inputs) - set(task.definitions)
        plain = (s for s in sizes if isinstance(s, Symbol) and s.is_integer)
        self._sizes = sorted(plain, key=str)
        self._names |= {size: self._fresh(str(size)) for size in self._sizes}
        lowering = Lowering(task, self._code_name)
        outputs: list[Array] = [lowering.calculate(output) for _, output in task.outputs]
        stabilise(lowering.program, outputs)
        self._lines = written(lowering.program, outputs, backend, self._names, self._fresh)

    def _fresh(self, name: str, *others: str) -> str:
        """A name that is not taken; of several, one that is not the name of a definition."""
        wanted = candidate = identifier(name)
        for free in (name, *others) if others else ():
            if free not in self._taken and free not in self._defined:
                candidate = free
                break
        count = 2
        while candidate in self._taken:
            candidate, count = f"{wanted}{count}" if count > 2 else f"{wanted}_", count + 1
        self._taken.add(candidate)
        return candidate

    @classmethod
    def _code_name(cls, name: Expr) -> str:
        if isinstance(name, FormalNode):
            return f"d{cls._code_name(name.numerator)}_d{cls._code_name(name.denominator)}"
        return str(name.name)

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments, in order; sizes that no array tells come last."""
        own = [
            Argument(self._names[s], s, array_shape(*s.shape) if s.is_Matrix else ())
            for s in self.task.inputs
        ]
        alone = [Argument(self._names[size], size, ()) for size in self._free_sizes]
        return (*own, *alone)

    @cached_property
    def _from_shapes(self) -> dict[Expr, tuple[str, frozenset[Expr]]]:
        """How each size is found from the shape of an argument, and from which other sizes."""
        found: dict[Expr, tuple[str, frozenset[Expr]]] = {}
        places = [
            (f"{self._names[symbol]}.shape[{axis}]", size)
            for symbol in self.task.inputs
            if isinstance(symbol, MatrixSymbol)
            for axis, size in enumerate(array_shape(*symbol.shape))
        ]
        for code, size in places:
            if isinstance(size, Symbol):
                found.setdefault(size, (code, frozenset()))
        for code, size in places:
            unknown = [s for s in size.free_symbols if s not in found]
            if len(unknown) == 1 and size.is_polynomial() and size.diff(unknown[0]).is_number:
                (solution,) = solve(size - _LENGTH, unknown[0])
                named = solution.xreplace({s: Symbol(self._names[s]) for s in size.free_symbols})
                written_out = str(named).replace(str(_LENGTH), code).replace("/", "//")
                found[unknown[0]] = written_out, frozenset(size.free_symbols - {unknown[0]})
        return found

    @property
    def _free_sizes(self) -> list[Expr]:
        return [size for size in self._needed_sizes if size not in self._from_shapes]

    @cached_property
    def _needed_sizes(self) -> list[Expr]:
        """The sizes that occur, and those they are found from, which come first."""
        needed: set[Expr] = set(self._lines.sizes)
        for size in (*needed,):
            needed |= self._from_shapes.get(size, ("", frozenset()))[1]
        told = [size for size in self._from_shapes if size in needed]
        return [*told, *(size for size in self._sizes if size in needed and size not in told)]

    @cached_property
    def body(self) -> list[str]:
        """The statements."""
        sizes = [
            f"{self._names[size]} = {self._from_shapes[size][0]}"
            for size in self._needed_sizes
            if size in self._from_shapes
        ]
        results = ", ".join(self._lines.results)
        return [*sizes, *self._lines.lines, f"return {results}"]

    def _docstring(self) -> list[str]:
        formulas = [
            f"{label} = {text(output)}" if label else text(output)
            for label, output in self.task.outputs
        ]
        lines = [*formulas]
        used = [f"{text(n)} = {text(v)}" for n, v in self.task.definitions.items()]
        if used:
            lines += ["", "with " + ",\n     ".join(used)]
        lines += ["", *(self._told(argument) for argument in self.arguments), *self.task.told]
        return [part for line in lines for part in line.split("\n")]

    def _told(self, argument: Argument) -> str:
        if argument.symbol in self._sizes:
            return f":param {argument.name}: a size, which no argument tells."
        kind = {0: "a number", 1: f"{self.backend.array} of length", 2: self.backend.array}
        shape = "×".join(str(size) for size in argument.shape)
        what = f"{kind[len(argument.shape)]} {shape}".rstrip()
        return f":param {argument.name}: {what}."

    @property
    def code(self) -> str:
        """The whole source, with what it imports and the helpers it calls."""
        name = self.task.name
        signature = f"def {name}({', '.join(argument.name for argument in self.arguments)}):"
        docstring = _quoted(self._docstring())
        lines = [f"    {line}" if line else "" for line in (*docstring, *self.body)]
        function = "\n".join([signature, *lines])
        helpers = list(used_helpers(self._lines.helpers, self.backend))
        everything = "\n".join([*helpers, *self.body])
        imports = [line for line in ("import math", *self.backend.imports)
                   if re.search(rf"\b{line.split()[-1].split('.')[0]}\.", everything)]  # fmt: skip
        blocks = ["\n".join(imports)] if imports else []
        return "\n\n\n".join([*blocks, *helpers, function]) + "\n"


def _quoted(lines: Sequence[str]) -> list[str]:
    first, *others = (line.replace("\\", "\\\\").replace('"""', "'''") for line in lines)
    return [f'"""{first}', *others, '"""'] if others else [f'"""{first}"""']
