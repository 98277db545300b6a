"""From programs to lines of code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sympy import Expr, NumberSymbol, Pow, Rational, S, Symbol, nan

from derivlib.code.backends.backend import (
    ATOM,
    POWER,
    PRODUCT,
    SIGN,
    SUM,
    Backend,
    Piece,
    Template,
    Writer,
)
from derivlib.code.ir import Array, Operation, Program
from derivlib.errors import UnsupportedError
from derivlib.expressions.facets import Call

_LONGEST = 88
"""How long an expression may become by putting values in that are used once."""

_OWN_LINE = ("solve", "inverse", "blocks", "spread", "kron", "stack")


_PLACE = r"(?P<alone>(?:(?<=\()|(?<=, ))(?=\{\d+\}[,)]))?\{(?P<i>\d+)\}"
"""Where an argument is put into a call; between brackets and commas it needs none of its own."""


class Writing:
    """Writes the part of a program that its outputs need.

    :param identifier: the names of inputs and of sizes in the code.
    :param fresh: gives a name that is not taken, one of those asked for or like the first.
    :param model: the name of the argument whose type and device new arrays have, if there is one.
    :raises UnsupportedError: if a number cannot be written.
    """

    def __init__(
        self,
        program: Program,
        outputs: Sequence[Array],
        backend: Backend,
        identifier: Mapping[Expr, str],
        fresh: Callable[..., str],
        model: str | None,
    ) -> None:
        self.program, self.outputs, self.backend = program, outputs, backend
        self.identifier, self.fresh, self.model = identifier, fresh, model
        self.pieces: dict[int, Piece] = {}
        self.uses: Counter[int] = Counter()
        self.lines: list[str] = []
        """The statements, one for each value that has a name or is used again."""
        self.helpers: dict[str, str] = {}
        """The functions that are called and written out, by name, in the order of use."""
        self.sizes: dict[Symbol, None] = {}
        """The size symbols that occur."""
        self.following = False
        """Whether an array is made whose type follows that of an argument."""
        needed = self.program.needed(self.outputs)
        for place in needed:
            operation = self.program.operations[place]
            twice = operation.kind == "fill"  # whose number says the type too
            self.uses.update(operation.arguments * (1 + twice))
        self.uses.update(array.place for array in self.outputs)
        for place in needed:
            self.pieces[place] = self._piece(place)
        self.results = [self.pieces[array.place].text for array in outputs]
        """The code of each result."""

    def _piece(self, place: int) -> Piece:
        operation = self.program.operations[place]
        piece = self._spelt(operation)
        if operation.kind in ("number", "input"):
            return piece
        again = self.uses[place] > 1 and operation.kind not in ("transpose", "column")
        long = len(piece.text) > _LONGEST or operation.kind in _OWN_LINE
        is_result = all(array.place == place for array in self.outputs)
        if is_result and self.uses[place] == 1:
            return piece
        if operation.name is None and not again and not long:
            return piece
        name = self.fresh(operation.name) if operation.name else self._plain_name(operation)
        self.lines.append(f"{name} = {piece.text}")
        return Piece(name)

    def _plain_name(self, operation: Operation) -> str:
        if operation.kind == "inverse":
            of = self.pieces[operation.arguments[0]].text
            return self.fresh(f"{of}_inverse" if of.isidentifier() else "inverse")
        return self.fresh(*_LETTERS[len(operation.shape)])

    def _spelt(self, operation: Operation) -> Piece:
        if operation.kind == "input":
            return Piece(self.identifier[operation.extra])
        if operation.kind == "number":
            return self.number(operation.extra)
        arguments = [self.pieces[i] for i in operation.arguments]
        of = [self.program.operations[i] for i in operation.arguments]
        shapes, static = [o.shape for o in of], [o.static for o in of]
        writer = Writer(self.size, shapes, static, self._like, self._model)
        own: Mapping[str, Template] = {"call": self._called, "node": self._node}
        template = own.get(operation.kind) or self.backend.templates[operation.kind]
        spelt = template(writer, operation.extra, operation.shape, arguments)
        piece = spelt if isinstance(spelt, Piece) else Piece(spelt)
        self._write_out(piece.text)
        return piece

    def _write_out(self, code: str) -> None:
        """Add the helpers that code calls, after those that they call."""
        for called in re.findall(r"(?<![\w.])(\w+)\(", code):
            if called in self.backend.helpers and called not in self.helpers:
                body = self.backend.helpers[called]
                self._write_out(body.replace(f"def {called}(", ""))
                self.helpers[called] = body

    def _node(self, _: Writer, call: Call, __: Any, arguments: Sequence[Piece]) -> Piece:
        """The call of a node, and the function it calls if that is written out."""
        code = call.for_library(self.backend.name).replace("{lib}", self.backend.prefix)
        if not code:
            raise UnsupportedError(
                f"an operation was registered with code for other libraries than "
                f"{self.backend.title}: register it with code for this one, or for all"
            )
        helper = call.helper_name(self.backend.name)
        if helper:
            self.helpers[helper] = code
            return Piece(f"{helper}({', '.join(piece.text for piece in arguments)})")

        def put_in(found: re.Match[str]) -> str:
            piece = arguments[int(found["i"])]
            return piece.atom if found["alone"] is None else piece.text

        return Piece(re.sub(_PLACE, put_in, code))

    def _called(self, writer: Writer, function: str, _: Any, arguments: Sequence[Piece]) -> Piece:
        (argument,) = arguments
        if writer.static[0]:
            name = _MATH.get(function, function)
            return Piece(f"{_module(argument.text)}.{name}({argument.text})")
        spelling = self.backend.functions[function]
        call = spelling if "{0}" in spelling else f"{spelling}({{0}})"
        return Piece(call.format(argument.text))

    def _like(self, number: str = "") -> str:
        """The type, and the device, of a new array that is to hold a number."""
        if self.model is None:
            return f", dtype={self._floating(number)}" if number else ""
        name = self._model()
        dtype = f"{name}.dtype"
        if not re.fullmatch(r"-?\d*", number):
            dtype = f"{self.backend.prefix}.result_type({name}, {number})"
        return f", dtype={dtype}" + (f", device={name}.device" if self.backend.devices else "")

    def _floating(self, number: str) -> str:
        """The type of a new array where no argument has one."""
        if "1j" not in number:
            return self.backend.floating
        return f"{self.backend.floating}.to_complex()" if self.backend.devices else "complex"

    def _model(self) -> str:
        """An array of the type and on the device of what is handed in."""
        self.following = self.model is not None
        return self.model or ("torch.zeros(())" if self.backend.devices else "0.0")

    # --- numbers and sizes ----------------------------------------------------------------

    def size(self, size: Any) -> str:
        """The code of a size, or of an index."""
        taken = S(size)
        return self.number(taken).within(SUM)

    def number(self, value: Expr) -> Piece:
        """The code of a number, or of a calculation with sizes."""
        if value is nan:
            return Piece('float("nan")')
        if value is S.NegativeInfinity:
            return Piece("-math.inf", SUM)
        if value is S.ImaginaryUnit:
            return Piece("1j")
        if value.is_Integer:
            return Piece(str(value), ATOM if value >= 0 else SIGN)
        if value.is_Rational:
            p, q = value.p, value.q
            if Rational(float(value)) == value and len(repr(float(value))) < 12:
                return Piece(repr(float(value)), ATOM if value >= 0 else SIGN)
            return Piece(f"{p} / {q}", PRODUCT if p >= 0 else SUM, "/")
        if isinstance(value, Symbol):
            self.sizes[value] = None
            return Piece(self.identifier[value])
        if value.is_Float or isinstance(value, NumberSymbol):
            spelt = {S.Pi: "math.pi", S.Exp1: "math.e"}.get(value, repr(float(value)))
            return Piece(spelt, ATOM if spelt[0] != "-" else SUM)
        return self._calculated(value)

    def _calculated(self, value: Expr) -> Piece:
        if value.is_Add:
            parts = [self.number(term) for term in value.as_ordered_terms()]
            code = parts[0].within(SUM)
            for part in parts[1:]:
                minus = part.text.startswith("-")
                code += f" - {part.text[1:]}" if minus else f" + {part.within(SUM)}"
            return Piece(code, SUM)
        if value.is_Mul:
            above, below = value.as_numer_denom()
            if below != 1:
                top, bottom = self.number(above), self.number(below)
                sign = "//" if value.is_integer else "/"
                return Piece(f"{top.within(PRODUCT)} {sign} {bottom.within(SIGN)}", PRODUCT, "/")
            factors = [self.number(factor).within(SIGN) for factor in value.as_ordered_factors()]
            if factors[0] in ("(-1)", "-1"):
                return Piece("-" + " * ".join(factors[1:]), SUM)
            return Piece(" * ".join(factors), PRODUCT, "*")
        if isinstance(value, Pow):
            base, exponent = self.number(value.base), self.number(value.exp)
            if value.exp is S.Half:
                return Piece(f"{_module(base.text)}.sqrt({base.text})")
            if value.exp.is_negative:
                below = self.number(1 / value)
                return Piece(f"1 / {below.within(SIGN)}", PRODUCT, "/")
            return Piece(f"{base.within(ATOM)}**{exponent.within(ATOM)}", POWER)
        name = _MATH.get(value.func.__name__, value.func.__name__)
        if len(value.args) == 1 and name in _IN_MATH:
            of = self.number(value.args[0]).text
            return Piece(f"{_module(of)}.{name}({of})")
        raise UnsupportedError(f"a number of this kind is not written as code: {value}")


def _module(number: str) -> str:
    """The module of Python with the functions of a number."""
    return "cmath" if "1j" in number else "math"


_MATH = {"Abs": "fabs", "Expm1": "expm1"}
_IN_MATH = {
    "log", "exp", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "asin", "acos", "atan",
    "fabs", "erf", "gamma", "lgamma",
}  # fmt: skip


_LETTERS = ("abcde", "uvwrs", "PQRTUVYZ", "PQRTUVYZ")
"""What scalars, vectors, matrices and stacks of them are called without a name."""
