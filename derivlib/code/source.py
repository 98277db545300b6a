"""The source of a function: its signature, its docstring and its body."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Sequence
from functools import cached_property

from sympy import Expr

from derivlib.code.backends import Backend
from derivlib.code.emit import Writing
from derivlib.code.forms import array_shape
from derivlib.code.ir import Array, Task
from derivlib.code.lowering import Lowering
from derivlib.code.signature import Argument, Shapes, identifier, listed, needed_arguments
from derivlib.code.stable_exp import stabilise
from derivlib.errors import InputError
from derivlib.expressions.facets import Call, told
from derivlib.expressions.text import text
from derivlib.nodes import FormalNode, Inner


def _written_out(library: str) -> set[str]:
    """The names of the functions that nodes bring with them."""
    codes = (code for facets in told().values() for code in (facets.code, facets.complex_code))
    return {code.helper_name(library) for code in codes if isinstance(code, Call)} - {""}


class Source:
    """The source of a function.

    :raises UnsupportedError: if something is not written as code, or the backend lacks it.
    :raises InputError: if the name of the function is none in Python.
    """

    def __init__(self, task: Task, backend: Backend) -> None:
        if not task.name.isidentifier() or keyword.iskeyword(task.name):
            raise InputError(f"a function cannot be called {task.name!r}; choose another name")
        self.task, self.backend = task, backend
        self._taken = {"cmath", "math", task.name, *backend.helpers, *dir(builtins)}
        self._taken |= _written_out(backend.name)
        for line in backend.imports:
            self._taken.add(line.split()[-1].split(".")[0])
        self._defined = {identifier(self._code_name(name)) for name in task.definitions}
        self._names = {symbol: self._fresh(str(symbol.name)) for symbol in task.inputs}
        sizes = {s for symbol in task.inputs if symbol.is_Matrix for size in symbol.shape
                 for s in size.free_symbols}  # fmt: skip
        for expr in (*task.definitions.values(), *(output for _, output in task.outputs)):
            sizes |= expr.free_symbols - set(task.inputs) - set(task.definitions)
        self._sizes = sorted((s for s in sizes if s.is_Symbol and s.is_integer), key=str)
        args = None if task.args is None else listed(task.args, [*task.inputs, *self._sizes])
        for symbol in (*self._sizes, *(args or ())):
            if symbol not in self._names:
                self._names[symbol] = self._fresh(str(symbol))
        lowering = Lowering(task, self._code_name, of_one_type=backend.devices)
        outputs: list[Array] = [lowering.calculate(output) for _, output in task.outputs]
        if task.real is None:
            outputs = stabilise(lowering.program, outputs)
        elif backend.devices:
            outputs = [lowering.algebra.resolved(output) for output in outputs]
        self.results = [array.shape for array in outputs]
        """The shapes of what it returns."""
        operations = lowering.program.operations
        used = {operations[i].extra for i in lowering.program.needed(outputs)
                if operations[i].kind == "input"}  # fmt: skip
        model = self._model(used, task.inputs if args is None else args)
        self._lines = Writing(
            lowering.program, outputs, backend, self._names, self._fresh, self._names.get(model)
        )
        if self._lines.following:
            used.add(model)
        symbols = self._symbols(used, args)
        self._shapes = Shapes(sorted(symbols, key=lambda symbol: symbol not in used))
        told = self._shapes.with_parts(self._lines.sizes)
        self._found = [size for size in told if size not in symbols]
        used |= {*self._lines.sizes, *told}
        used |= {self._shapes.found[size][0] for size in self._found}
        self.arguments = tuple(
            Argument(
                self._names[s],
                s,
                array_shape(*s.shape) if s.is_Matrix else (),
                needed=s in used,
                size=s in self._sizes,
                is_complex=self._numbers_of(s).startswith("complex") and not s.is_integer,
            )
            for s in symbols
        )
        """The arguments, in order."""

    def _model(self, used: Collection[Expr], inputs: Sequence[Expr]) -> Expr | None:
        """The argument whose type and device arrays have that are made from nothing."""
        arrays = [s for s in inputs if s.is_Matrix and array_shape(*s.shape)]
        arrays.sort(key=lambda s: s in (self.task.real or ()))
        numbers = [s for s in inputs if s in used and s not in arrays and not s.is_integer]
        candidates = [*(s for s in arrays if s in used), *arrays]
        return next(iter([*candidates, *(numbers if self.backend.devices else ())]), None)

    def _symbols(self, used: Collection[Expr], args: Sequence[Expr] | None) -> list[Expr]:
        """What the arguments stand for.

        :raises InputError: if `args` does not list what is needed.
        """
        needed = needed_arguments(self.task.inputs, used, list(self._lines.sizes))
        if args is None:
            return [*self.task.kept, *(symbol for symbol in needed if symbol not in self.task.kept)]
        told = {*Shapes(args).found, *args}
        known = all(size in told for size in self._lines.sizes)
        missing = [s for s in needed if s not in args and not (known and s not in used)]
        if missing:
            names = ", ".join(map(str, missing))
            raise InputError(f"args does not list {names}, which {self.task.name} needs")
        return list(args)

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
        if isinstance(name, Inner):
            return "_".join(map(cls._code_name, name.args))
        if isinstance(name, FormalNode):
            return f"d{cls._code_name(name.numerator)}_d{cls._code_name(name.denominator)}"
        return str(name.name)

    @cached_property
    def body(self) -> list[str]:
        """The statements."""
        names = self._names
        sizes = [f"{names[size]} = {self._shapes.code(size, names)}" for size in self._found]
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
        if argument.size:
            return f":param {argument.name}: a size."
        if not argument.needed:
            return f":param {argument.name}: not needed."
        of = self._numbers_of(argument.symbol)
        array = f"{of}{self.backend.array}"
        kind = {0: f"a {of}number", 1: f"{array} of length", 2: array}
        shape = "×".join(str(size) for size in argument.shape)
        what = f"{kind[len(argument.shape)]} {shape}".rstrip()
        return f":param {argument.name}: {what}."

    def _numbers_of(self, symbol: Expr) -> str:
        """What is said of the numbers of an argument: where some are complex, what these are."""
        if self.task.real is None:
            return ""
        return "real " if symbol in self.task.real else "complex "

    @property
    def code(self) -> str:
        """The whole source, with what it imports and the helpers it calls."""
        name = self.task.name
        signature = f"def {name}({', '.join(argument.name for argument in self.arguments)}):"
        docstring = _quoted(self._docstring())
        lines = [f"    {line}" if line else "" for line in (*docstring, *self.body)]
        function = "\n".join([signature, *lines])
        helpers = [code.strip("\n") for code in self._lines.helpers.values()]
        everything = "\n".join([*helpers, *self.body])
        imports = [line for line in ("import cmath", "import math", *self.backend.imports)
                   if re.search(rf"\b{re.escape(line.split()[-1])}\.", everything)]  # fmt: skip
        blocks = ["\n".join(imports)] if imports else []
        return "\n\n\n".join([*blocks, *helpers, function]) + "\n"


def _quoted(lines: Sequence[str]) -> list[str]:
    first, *others = (line.replace("\\", "\\\\").replace('"""', "'''") for line in lines)
    return [f'"""{first}', *others, '"""'] if others else [f'"""{first}"""']
