"""From the structure of a text to an expression: what each part is, and what it makes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, partial
from typing import Any

import sympy as sp
from sympy import Expr, Function, Integer, Rational, S, Symbol

from derivlib.errors import ParseError
from derivlib.expressions.construction import identity, ones, zeros
from derivlib.nodes import builders
from derivlib.nodes.basis_matrix import BasisMatrix
from derivlib.nodes.column_basis import MODES, ColumnBasis
from derivlib.nodes.convolution import MODES as KEPT
from derivlib.nodes.matrix_slice import take_columns, take_rows
from derivlib.nodes.single_entry import SingleEntry
from derivlib.nodes.trace import scalar
from derivlib.parsing import operations
from derivlib.parsing.constructs import (
    ADJUGATE_JACOBIAN,
    BARS,
    CONNECTIVES,
    INVERSE_OR_RECIPROCAL,
    MARKED,
    OF_VECTOR,
    Comparison,
    Joined,
    blocks_of,
    choice,
    convolution,
    entries_of,
    entry_at,
    partial_of,
    partial_shape,
    slice_of,
    step,
    unvec,
    value_of,
    within,
)
from derivlib.parsing.declared import Declarations, Declared
from derivlib.parsing.kinds import IDENTITY, IDENTITY_ALONE, LITERAL, Kind
from derivlib.parsing.operations import BINARY, FUNCTIONS, Operation
from derivlib.parsing.power_sums import is_power_sum, power_sum, summed_powers
from derivlib.parsing.sizes import SCALAR, Shape, Sizes
from derivlib.parsing.syntax import Part, Syntax, syntax_of
from derivlib.parsing.tokens import Names


@dataclass(frozen=True)
class Term:
    """A part that has a value.

    :param part: the part of the text.
    :param parts: the positions of the terms it is made of.
    :param operation: what is done with them; for a name or a written constant there is none.
    :param name: the name, or a text of its own for a constant of any shape.
    :param value: what a written constant is, by its shape.
    :param costs: how far from habit it is that a written constant is of a kind.
    """

    part: int
    parts: tuple[int, ...] = ()
    operation: Operation | None = None
    name: str = ""
    value: Callable[[Shape], Expr] | None = None
    costs: Mapping[Kind, float] = field(default_factory=lambda: LITERAL)


@dataclass
class Builder:
    """The terms of a text, found part by part."""

    syntax: Syntax
    declared: Declarations
    terms: list[Term] = field(default_factory=list)
    of_part: dict[int, int] = field(default_factory=dict)
    like: dict[int, int] = field(default_factory=dict)
    """Brackets around a single name or number are that name or number."""
    sizes_named: dict[str, Expr] = field(default_factory=dict)
    """Names that stand for sizes."""
    exact: bool = False
    """Whether an identity may be 1×1, which nobody types and which is printed."""
    in_brackets: dict[int, str] = field(default_factory=dict)
    """What stands in [ ] around one formula: directly, as an argument, or nested in one."""
    first: Counter[int] = field(default_factory=Counter)
    """Parts that others refer to by a name, and how many such parts each is in."""
    arguments: set[int] = field(default_factory=set)
    """The parts that are named so: what a function of each entry is applied to."""
    entrywise: set[int] = field(default_factory=set)
    """The terms that are functions of each entry: with [ ] around them, or choices."""
    conditions: set[int] = field(default_factory=set)
    """Parts that have no value of their own: conditions, a choice within another, indices."""

    def run(self) -> int:
        """Find all terms; the last is the whole."""
        self._name_sizes()
        self._mark_conditions()
        self._mark_brackets()
        for index in sorted(range(len(self.syntax.parts)), key=lambda k: -self.first[k]):
            part = self.syntax.parts[index]
            handler = getattr(self, f"on_{part.kind}", None)
            if handler is not None and index not in self.conditions:
                handler(index, part)
        return self.operand(len(self.syntax.parts) - 1)

    # --- parts and terms ------------------------------------------------------------------

    def _name_sizes(self) -> None:
        """Names that are written or stated as sizes are no variables."""
        for name, known in self.declared.of.items():
            for size in known.sizes:
                for symbol in size.free_symbols:
                    self.sizes_named[str(symbol)] = symbol
            if known.role == "size":
                self.sizes_named[name] = Symbol(name, integer=True, positive=True)
        for part in self.syntax.parts:
            name = str(part.tokens[0]) if part.tokens else ""
            sized: tuple[int, ...] = ()
            if part.kind == "call" and operations.plain(name) in operations.CONSTANTS:
                sized = tuple(self._arguments(part.parts[-1])[0])
            elif part.kind == "call" and operations.plain(name) == operations.SIZED:
                sized = tuple(self._arguments(part.parts[-1])[0][1:2])
            elif part.kind == "indexed":
                owner = self.syntax.parts[part.parts[0]]
                if owner.kind == "number":
                    sized = self.syntax.parts[part.parts[1]].parts
            for k in sized:
                self.size(k)

    def _mark_brackets(self) -> None:
        """Mark what stands in [ ] around a single formula, where all is done entry by entry."""
        parts = self.syntax.parts
        for index in range(len(parts) - 1, -1, -1):
            part = parts[index]
            mark = self.in_brackets.get(index)
            if part.kind == "brackets" and (cell := self._single_cell(part)) is not None:
                self.in_brackets[cell] = "direct"
                self._name_argument(part, cell)
                continue
            is_between = index in self.conditions or part.kind == "arguments"
            if mark and (is_between or self._is_choice(part)):
                pass  # what is chosen between is done entry by entry too
            elif mark and part.kind in {"call", "grouped", "method"}:
                mark = "argument"
            elif mark == "argument" and not _is_product(part):
                mark = "nested"
            elif part.kind == "compared":
                mark = None
            if mark:
                for child in part.parts:
                    self.in_brackets[child] = mark

    def _is_choice(self, part: Part) -> bool:
        """Return whether a part is where(…)."""
        name = str(part.tokens[0]) if part.kind == "call" else ""
        return name.lower() == "where" and not self.declared.of.get(name, Declared()).role

    def _mark_conditions(self) -> None:
        """Mark what has no value of its own.

        That is what where(…) asks, a choice that is another's value elsewhere, and what a sum over
        an index repeats.
        """
        for part in self.syntax.parts:
            if is_power_sum(self.syntax, part) and (summed := power_sum(self.syntax, part)):
                self.conditions |= summed.unread
            if not self._is_choice(part):
                continue
            condition, *values = self._arguments(part.parts[-1])[0]
            self._mark_condition(condition)
            if len(values) == 2 and self._is_choice(self.syntax.parts[values[1]]):
                self.conditions.add(values[1])

    def _mark_condition(self, index: int) -> None:
        part = self.syntax.parts[index]
        is_joined = part.kind == "call" and str(part.tokens[0]).lower() in CONNECTIVES
        if part.kind == "compared" or is_joined:
            self.conditions.add(index)
        if is_joined:
            for each in self._arguments(part.parts[-1])[0]:
                self._mark_condition(each)

    def _single_cell(self, part: Part) -> int | None:
        """The formula in [ ] around one, or in [1/(1 + z); z = N]."""
        cells = [self.syntax.parts[row].parts for row in part.parts]
        if any(len(row) != 1 for row in cells) or len(cells) > 2:
            return None
        if len(cells) == 2 and self.syntax.parts[cells[1][0]].kind != "keyword":
            return None
        return cells[0][0]

    def _name_argument(self, part: Part, body: int) -> None:
        """In [1/(1 + z); z = N], z is N."""
        if len(part.parts) != 2:
            return
        keyword = self.syntax.parts[self.syntax.parts[part.parts[1]].parts[0]]
        name, (matrix,) = str(keyword.tokens[0]), keyword.parts
        for index in self._within(body):
            inside = self.syntax.parts[index]
            if inside.kind == "name" and str(inside.tokens[0]) == name:
                self.like[index] = matrix
        self.first.update(self._within(matrix))
        self.arguments.add(matrix)

    def _within(self, index: int) -> Iterator[int]:
        stack = [index]
        while stack:
            yield (found := stack.pop())
            stack.extend(self.syntax.parts[found].parts)

    def written(self, index: int) -> str:
        """A part as it was typed."""
        return self.syntax.written(index)

    def error(self, message: str, *indices: int, choices: Sequence[str] = ()) -> ParseError:
        """An error at some parts."""
        places = [self.syntax.place(k) for k in indices]
        return ParseError(message, self.syntax.text, places, choices)

    def raw(self, index: int) -> Part:
        """A part without brackets around it."""
        while index in self.like:
            index = self.like[index]
        return self.syntax.parts[index]

    def operand(self, index: int) -> int:
        """The term of a part."""
        while index in self.like:
            index = self.like[index]
        if index not in self.of_part:
            part = self.syntax.parts[index]
            match part.kind:
                case "name":
                    self._add_name(index, str(part.tokens[0]))
                case "number":
                    self._add_number(index, str(part.tokens[0]))
                case "top":
                    raise self.error("⊤ is an exponent: X^⊤", index)
                case "string":
                    raise self.error("a text in quotes is no formula", index)
                case "sign":
                    raise self.error("-T is an exponent: X^-T", index)
                case "tuple":
                    raise self.error("a comma separates arguments only", index)
                case _:
                    raise self.error(f"{self.written(index)} is no formula", index)
        return self.of_part[index]

    def add(self, index: int, operation: Operation, *parts: int) -> int:
        """Make a term of other parts."""
        terms = tuple(self.operand(k) for k in parts)
        return self.put(index, Term(index, terms, operation))

    def put(self, index: int, term: Term) -> int:
        """Take down a term of a part; an unnamed one in between has the part of the whole."""
        self.terms.append(term)
        self.of_part[index] = len(self.terms) - 1
        return self.of_part[index]

    # --- names and numbers ----------------------------------------------------------------

    def _add_name(self, index: int, name: str) -> None:
        known = self.declared.of.get(name, Declared())
        if known.role and known.role != "size":
            raise self.error(f"{name} is stated to be a {known.role}; write {name}(…)", index)
        if known == Declared() and name in {"I", "eye"}:
            self.put(
                index,
                Term(
                    index,
                    name=f"literal {index}",
                    value=lambda shape: S.One if shape == SCALAR else identity(shape[0]),
                    costs=IDENTITY if self.exact else IDENTITY_ALONE,
                ),
            )
        elif known == Declared() and name in {"pi", "π"}:
            self._constant(index, sp.pi)
        elif name in self.sizes_named:
            self._constant(index, self.sizes_named[name])
        elif known == Declared() and operations.is_known(name):
            raise self.error(
                f"{name} is a function; write {name}(…), or state what it is: {name}='vector'",
                index,
            )
        elif known == Declared() and self._is_differential(name):
            self.terms.append(Term(index, name=name[1:]))
            of = len(self.terms) - 1
            self.put(index, Term(index, (of,), FUNCTIONS[operations.DIFFERENTIAL, 1]))
        else:
            self._refuse_run_together(index, name, known)
            self.put(index, Term(index, name=name))

    def _is_differential(self, name: str) -> bool:
        """Return whether a name is dX, of a symbol X that was handed in, as in other lines."""
        sign, of = name[:1], self.declared.of.get(name[1:], Declared())
        is_symbol = of.symbol is not None and not of.role
        return sign == operations.DIFFERENTIAL and is_symbol

    def _refuse_run_together(self, index: int, name: str, known: Declared) -> None:
        """Ask back where a name may be a product: Ax where x is another name."""
        stem = name.split("_")[0]
        if known == Declared() and "_" in name and stem in _OVER_INDICES:
            raise self.error(
                f"{name}: there are no sums or minima over an index here; write sum(x.^2)",
                index,
            )
        if known != Declared() or not name.isalpha() or not 2 <= len(name) <= 3:
            return
        is_run = any(letter.isupper() for letter in name[1:]) or (
            name[0].isupper() and len(name) == 2 and name[1].islower()
        )
        if is_run or len(set(name)) == 1:
            raise self.error(
                f"{name} is one name here; write {'*'.join(name)} for the product, or state what "
                f'it is, as in {name}="matrix"',
                index,
            )

    def _constant(self, index: int, value: Expr) -> None:
        operation = Operation(operations.to_number, lambda _, __: value)
        self.put(index, Term(index, (), operation))

    def _add_number(self, index: int, written: str) -> None:
        is_matrix = written.startswith("\\mathbf")
        written = written.removeprefix("\\mathbf")
        _, _, exponent = written.lower().partition("e")
        if abs(int(exponent or 0)) > _LARGEST_EXPONENT:
            raise self.error(f"{written} is outside of what computers count with", index)
        number = Rational(written)
        if number in {S.Zero, S.One} and written in {"0", "1"}:
            make = ones if number is S.One else zeros
            self.put(
                index,
                Term(
                    index,
                    name=f"literal {index}",
                    value=lambda shape: number if shape == SCALAR else make(*shape),
                    costs={**LITERAL, Kind.COLUMN: 0, Kind.SCALAR: 2} if is_matrix else LITERAL,
                ),
            )
        else:
            self._constant(index, number)

    # --- signs ----------------------------------------------------------------------------

    def on_start(self, index: int, part: Part) -> None:
        self.like[index] = part.parts[0]

    def on_grouped(self, index: int, part: Part) -> None:
        self.like[index] = part.parts[0]

    on_braced = on_grouped

    def on_binary(self, index: int, part: Part) -> None:
        left, right = part.parts
        sign = _PLAIN_SIGNS[part.tokens[0].type]
        if sign == "/" and self.syntax.parts[right].kind == "juxtaposed":
            raise self.error(
                f"{self.written(index)} can be read in two ways; write brackets around what is "
                "divided by, or * after it",
                right,
            )
        if mark := self.in_brackets.get(index):
            sign = self._sign_in_brackets(sign, mark, left, right)
        elif part.tokens[0].type == "AT":
            sign = "@"
        elif sign == "*" and self.is_numpy:
            sign = "numpy *"
        self.add(index, MARKED.get(sign) or BINARY[sign], left, right)

    @cached_property
    def is_numpy(self) -> bool:
        """Whether the text is NumPy's, where * and ** are entry by entry."""
        has_at = any(token.type == "AT" for part in self.syntax.parts for token in part.tokens)
        return has_at or _NUMPY.search(self.syntax.text) is not None

    def _sign_in_brackets(self, sign: str, mark: str, left: int, right: int) -> str:
        """Entry by entry is what the brackets say; what is applied to is a matrix as elsewhere."""
        if sign == "/":
            return "./"
        if sign != "*" or mark == "direct":
            return f".{sign}" if sign == "*" else sign
        called = self.has_call(left) or self.has_call(right)
        if mark == "argument":  # of a function, or what stands in brackets as a whole
            return "[*]" if called else "*"
        # What is printed there is a product of matrices: entries are multiplied with a function.
        return ".*" if called else "*" if self.exact else "[*]"

    def has_call(self, index: int) -> bool:
        """Return whether a function or a power is in a part."""
        kinds = {"call", "power", "prefixed"}
        return any(self.syntax.parts[k].kind in kinds for k in self._within(index))

    def on_juxtaposed(self, index: int, part: Part) -> None:
        left, right = part.parts
        if self.raw(right).kind == "number" and self.syntax.parts[right].kind != "grouped":
            raise self.error(
                f"{self.written(right)} cannot follow {self.written(left)} without a sign; "
                "write * for a product, a comma between the entries of [ ]",
                right,
            )
        self.add(index, BINARY["*"], left, right)

    def on_sign(self, index: int, part: Part) -> None:
        (inside,) = part.parts
        raw = self.raw(inside)
        if raw.kind == "top" or (raw.kind == "name" and str(raw.tokens[0]) == "T"):
            return  # an exponent, -T, or a name, which the sum that holds it finds
        if part.tokens[0].type == "PLUS":
            self.like[index] = inside
        else:
            self.add(index, operations.NEGATIVE, inside)

    def on_transposed(self, index: int, part: Part) -> None:
        self.add(index, operations.TRANSPOSE, *part.parts)

    def on_raised(self, index: int, part: Part) -> None:
        (base,) = part.parts
        exponent = str(part.tokens[0])
        if exponent.lstrip("-") in operations.TURNED:
            self._turned(index, base, exponent)
        elif exponent.lstrip("-").isdigit():
            self._powered(index, base, Integer(exponent))
        else:
            raise self.error(f"{part.tokens[0]} is no exponent", index)

    def _turned(self, index: int, base: int, exponent: str) -> None:
        turned = operations.TURNED[exponent.lstrip("-")]
        if exponent in operations.TURNED:
            self.add(index, turned, base)
        else:
            self.add(index, operations.INVERSE, base)
            self.put(index, Term(index, (self.of_part[index],), turned))

    def _powered(self, index: int, base: int, exponent: Expr) -> None:
        if exponent == -1:
            self.add(index, INVERSE_OR_RECIPROCAL, base)
            return
        fixed = Operation(operations.to_number, lambda _, __: exponent)
        base_term = self.operand(base)
        self.terms.append(Term(index, (), fixed))
        operation = BINARY[".^" if self.in_brackets.get(index) else "^"]
        self.put(index, Term(index, (base_term, len(self.terms) - 1), operation))

    def on_power(self, index: int, part: Part) -> None:
        base, exponent = part.parts
        by_entries = part.tokens[0].type == "DOTPOWER" or bool(self.in_brackets.get(index))
        raw = self.raw(exponent)
        turned = self._turning(raw)
        if turned and not by_entries:
            self._turned(index, base, turned)
            return
        inside = self.raw(base)
        if self.syntax.parts[base].kind == "power":
            raise self.error(
                f"{self.written(index)} is read in different ways; write (a^b)^c or a^(b^c)", index
            )
        if inside.kind == "name" and str(inside.tokens[0]) == "e" and "e" not in self.declared.of:
            raise self.error("write exp(…) for a power of Euler's number, or state what e is", base)
        if not by_entries and self._is_minus_one(raw):
            self.add(index, INVERSE_OR_RECIPROCAL, base)
            return
        sign = ".^" if by_entries else "^"
        if sign == "^" and part.tokens[0].value == "**" and self.is_numpy:
            sign = "numpy **"
        self.add(index, MARKED.get(sign) or BINARY[sign], base, exponent)

    def _turning(self, raw: Part) -> str:
        """T or H where an exponent says transposed or adjoint, -T or -H for the inverse of that."""
        sign = ""
        if raw.kind == "sign" and raw.tokens[0].type == "MINUS":
            sign, raw = "-", self.raw(raw.parts[0])
        if raw.kind == "top":
            return f"{sign}T"
        name = str(raw.tokens[0]) if raw.kind == "name" else ""
        is_t = name in operations.TURNED and "T" not in self.declared.of
        return f"{sign}{name}" if is_t else ""

    def _is_minus_one(self, raw: Part) -> bool:
        if raw.kind != "sign" or raw.tokens[0].type != "MINUS":
            return False
        inside = self.raw(raw.parts[0])
        return inside.kind == "number" and str(inside.tokens[0]) == "1"

    def on_fraction(self, index: int, part: Part) -> None:
        if len(part.tokens) > 1:  # ∂ above and below
            self.on_partial(index, part)
        else:
            self.add(index, BINARY["./" if self.in_brackets.get(index) else "/"], *part.parts)

    def on_root(self, index: int, part: Part) -> None:
        self.add(index, FUNCTIONS["sqrt", 1], *part.parts)

    def on_bars(self, index: int, part: Part) -> None:
        self.add(index, BARS, *part.parts)

    def on_double_bars(self, index: int, part: Part) -> None:
        which = str(part.tokens[-1]).replace("\\", "").strip("{} ")
        if which in {"", "F", "fro", "Fro"}:
            self.add(index, operations.NORM, *part.parts)
        elif which in {"1", "2"}:
            self.add(index, OF_VECTOR[which], *part.parts)
        else:
            raise self.error(f"there is no norm ‖…‖_{which} here; write norm(…) or norm1(…)", index)

    def on_inner(self, index: int, part: Part) -> None:
        self.add(index, FUNCTIONS["dot", 2], *part.parts)

    def on_brackets(self, index: int, part: Part) -> None:
        inside = self._single_cell(part)
        if inside is not None and self.syntax.parts[inside].kind == "juxtaposed":
            raise self.error(
                f"{self.written(index)}: write a comma between blocks, or * for a product",
                index,
            )
        if inside is not None:
            self.like[index] = inside
            self.entrywise.add(self.operand(inside))
            return
        rows = [list(self.syntax.parts[row].parts) for row in part.parts]
        width = len(rows[0])
        for row, position in zip(rows, part.parts, strict=True):
            if len(row) != width:
                raise self.error(
                    f"rows of [ ] have the same number of entries, here {width} and {len(row)}",
                    position,
                )
        self.add(index, blocks_of(len(rows), width), *(cell for row in rows for cell in row))

    def on_compared(self, index: int, part: Part) -> None:
        signs = tuple(map(str, part.tokens))
        if len(signs) > 1:
            self.add(index, within(signs), *part.parts)
            self.entrywise.add(self.of_part[index])
            return
        (sign,) = signs
        if sign in {"==", "!=", "≠"}:
            raise self.error(f"{sign} compares nothing here; write [x > 0] or [x < 0]", index)
        left, right = part.parts if sign[0] in ">≥" else reversed(part.parts)
        at_zero = S.One if sign in {">=", "≥", "<=", "≤"} else S.Zero
        difference = self.add(index, BINARY["-"], left, right)
        self.put(index, Term(index, (difference,), step(at_zero)))

    # --- functions ------------------------------------------------------------------------

    def on_prefixed(self, index: int, part: Part) -> None:
        self._apply(index, str(part.tokens[0]), list(part.parts), {})

    def on_call(self, index: int, part: Part) -> None:
        token = str(part.tokens[0])
        name = token.rstrip("'")
        positional, named = self._arguments(part.parts[-1])
        if token.startswith("unvec["):
            self._unvec_of(index, token[6:-1], positional)
            return
        if self._is_choice(part):
            self._choose(index)
            return
        if is_power_sum(self.syntax, part):
            self._sum_powers(index, part)
            return
        known = self.declared.of.get(name, Declared())
        if known.role and known.role != "size":
            self._apply_declared(index, name, len(token) - len(name), positional, named, known)
        elif not operations.is_known(name) and self._is_variable(name) and len(positional) == 1:
            self._times(index, name, positional[0])  # X(Y + Z), a product
        else:
            self._apply(index, name, positional, named)

    def _sum_powers(self, index: int, part: Part) -> None:
        """Σ(A**i*E*A**(k - i - 1), i=0…k - 1)."""
        found = power_sum(self.syntax, part)
        if found is None:
            raise self.error(
                "a sum over an index is that of A**i*E*A**(k - i - 1) or of their Kronecker "
                "products only",
                index,
            )
        self.add(index, summed_powers(self.written(index)), found.base, found.last, *found.between)

    def _choose(self, index: int) -> None:
        """where(x > 0, x, 0); another choice in the last place goes on with this one."""
        conditions: list[Comparison | Joined] = []
        parts: list[int] = []
        last = index
        while self._is_choice(self.syntax.parts[last]):
            arguments, named = self._arguments(self.syntax.parts[last].parts[-1])
            if len(arguments) != 3 or named:
                raise self.error("where takes a condition and two values: where(x > 0, x, 0)", last)
            condition, value, last = arguments
            conditions.append(self._condition(condition, parts))
            parts.append(value)
        is_total = self.written(last) != "nan" or "nan" in self.declared.of
        parts += [last] if is_total else []
        self.add(index, choice(conditions, is_total=is_total), *parts)
        self.entrywise.add(self.of_part[index])

    def _condition(self, index: int, parts: list[int]) -> Comparison | Joined:
        """A condition; what it compares is added to the parts."""
        part = self.syntax.parts[index]
        if index not in self.conditions:
            raise self.error(
                f"{self.written(index)} is no condition; write x > 0, 0 < x < 1, or several in "
                "logical_and(…), logical_or(…), logical_not(…)",
                index,
            )
        if part.kind == "compared":
            parts += part.parts
            return Comparison(tuple(map(str, part.tokens)))
        by = str(part.tokens[0]).lower()
        arguments, _ = self._arguments(part.parts[-1])
        if not arguments or (by == "logical_not" and len(arguments) > 1):
            raise self.error(f"{by} takes conditions: {by}(x > 0)", index)
        return Joined(by, tuple(self._condition(each, parts) for each in arguments))

    def _unvec_of(self, index: int, sizes: str, positional: list[int]) -> None:
        rows, _, cols = sizes.partition("×")
        if not cols or len(positional) != 1:
            raise self.error("write unvec[n×m](x), with rows and columns", index)
        self.add(index, unvec((self._read_size(rows), self._read_size(cols))), *positional)

    def _read_size(self, typed: str) -> Expr:
        """A size that is written in a name."""
        other = Builder(syntax_of(typed, _NO_FUNCTIONS), self.declared)
        other.sizes_named = self.sizes_named
        return other.size(len(other.syntax.parts) - 1)

    def _times(self, index: int, name: str, other: int) -> None:
        right = self.operand(other)
        self.terms.append(Term(index, name=name))
        self.put(index, Term(index, (len(self.terms) - 1, right), BINARY["*"]))

    def _is_variable(self, name: str) -> bool:
        """Return whether a name is known as that of no function."""
        if name in self.declared.of:
            return not self.declared.of[name].role
        return any(
            part.kind == "name" and str(part.tokens[0]) == name for part in self.syntax.parts
        )

    def on_method(self, index: int, part: Part) -> None:
        owner, arguments = part.parts
        name = str(part.tokens[0])
        positional, named = self._arguments(arguments)
        if name == "dot" and len(positional) == 1:
            self.add(index, MARKED["@"], owner, positional[0])
        elif name == "t" and not positional:
            self.add(index, operations.TRANSPOSE, owner)
        elif name in {"applyfunc", "map"} and len(positional) == 1:
            self._apply_function(index, owner, positional[0])
        else:
            self._apply(index, name, [owner, *positional], named)

    def _apply_function(self, index: int, owner: int, function: int) -> None:
        raw = self.raw(function)
        name = str(raw.tokens[0]) if raw.kind == "name" else ""
        known = self.declared.of.get(name, Declared())
        if known.role:
            self._apply_declared(index, name, 0, [owner], {}, known)
        elif (operations.plain(name), 1) in FUNCTIONS:
            self._apply(index, name, [owner], {})
        else:
            raise self.error(f"{self.written(function)} is no function of one number", function)

    def on_attribute(self, index: int, part: Part) -> None:
        name = str(part.tokens[0])
        (owner,) = part.parts
        if name in {"T", "H", "mT", "mH"}:
            self.add(index, operations.TURNED[name[-1]], owner)
        elif name == "I":
            self.add(index, operations.INVERSE, owner)
        else:
            raise self.error(f".{name} is nothing known; write a function, {name}(…)", index)

    def _arguments(self, index: int) -> tuple[list[int], dict[str, int]]:
        positional: list[int] = []
        named: dict[str, int] = {}
        for child in self.syntax.parts[index].parts:
            part = self.syntax.parts[child]
            if part.kind == "keyword":
                named[str(part.tokens[0])] = part.parts[0]
            elif part.kind == "tuple" and len(self.syntax.parts[index].parts) == 1:
                positional += part.parts
            else:
                positional.append(child)
        return positional, named

    def _apply(self, index: int, name: str, positional: list[int], named: dict[str, int]) -> None:
        plain = operations.plain(name)
        if plain in operations.CONSTANTS or name in operations.POLYMORPHIC:
            self._sized_constant(index, name, plain, positional)
            return
        if plain == operations.SIZED and len(positional) in {2, 3} and not named:
            column, width, *mode = positional
            self._convolution(index, column, width, *map(self.written, mode))
            return
        if "ord" in named and plain == "norm" and len(positional) == 1:
            positional = [*positional, named.pop("ord")]
        if "at_tie" in named and plain in operations.TIED and len(positional) == 1:
            self._apply_at_tie(index, name, plain, positional, named)
            return
        if plain in operations.OPTIONS and operations.OPTIONS[plain][0] in named:
            self._apply_with_option(index, name, plain, positional, named)
            return
        along = named.pop("axis", named.pop("dim", None))
        if named:
            raise self.error(f"{name} takes no argument {next(iter(named))}=", index)
        if along is not None:
            self.add(index, self._along(index, plain, positional, along)[0], *positional)
            return
        if plain == "norm" and len(positional) == 2:
            self._norm_of_order(index, *positional)
            return
        operation = FUNCTIONS.get((plain, len(positional)))
        if operation is not None:
            self.add(index, operation, *positional)
            return
        raise self._not_applied(index, name, plain, positional)

    def _convolution(self, index: int, column: int, width: int, mode: str = "full") -> None:
        """convolution_matrix(a, n, "same")."""
        mode = mode.strip("\"' ")
        if mode not in KEPT:
            raise self.error(f"of a convolution are kept {', '.join(KEPT)}, not {mode}", index)
        self.add(index, convolution(self.size(width), mode), column)

    def _apply_with_option(
        self, index: int, name: str, plain: str, positional: list[int], named: dict[str, int]
    ) -> None:
        """relu(x, at_zero=1), by what its derivative is at a kink."""
        option, function = operations.OPTIONS[plain]
        value = named.pop(option)
        if named:
            raise self.error(f"{name} takes no argument {next(iter(named))}=", index)
        if option == "at_tie" and len(positional) != 2:
            raise self.error(
                f"at_tie is said of one argument or of two; of several write {name}(a, {name}(b, "
                "c, at_tie=1), at_tie=1)",
                index,
            )
        operation = FUNCTIONS.get((plain, len(positional)))
        if operation is None:
            raise self._not_applied(index, name, plain, positional)
        changed = operations.with_option(operation, function, option)
        self.add(index, changed, *positional, value)

    def _apply_at_tie(
        self, index: int, name: str, plain: str, positional: list[int], named: dict[str, int]
    ) -> None:
        """max(X, axis=1, at_tie=1), by which of several largest entries has the slope."""
        value, along = named.pop("at_tie"), named.pop("axis", named.pop("dim", None))
        if named:
            raise self.error(f"{name} takes no argument {next(iter(named))}=", index)
        function, operation = operations.TIED[plain], FUNCTIONS[plain, 1]
        if along is not None:
            operation, axis = self._along(index, plain, positional, along)
            function = partial(function, axis=axis)
        changed = operations.with_option(operation, function, "at_tie")
        self.add(index, changed, *positional, value)

    def _not_applied(self, index: int, name: str, plain: str, positional: list[int]) -> ParseError:
        """Why a function is not applied to so many arguments, or is none."""
        counts = sorted(count for known, count in FUNCTIONS if known == plain)
        if counts and (plain, 0) in operations.ALONG and len(positional) == 2:
            return self.error(
                f"write {name}(…, axis=0) for each column or {name}(…, axis=1) for each row; "
                "a number alone is counted differently in different languages",
                index,
            )
        if counts:
            takes = f"{counts[0]} or more" if len(counts) > 1 else str(counts[0])
            return self.error(f"{name} takes {takes} arguments, not {len(positional)}", index)
        return self._unknown_function(index, name)

    def _unknown_function(self, index: int, name: str) -> ParseError:
        if name.lower() in CONNECTIVES:
            return self.error(
                f"{name} joins conditions within where( ): where({name}(…), 1, 0)", index
            )
        token = self.syntax.parts[index].tokens[0]
        start = (token.start_pos or 0) + (token.type == "METHOD")
        place = (start, start + len(name))
        if name.lower() in operations.NOT_YET:
            return ParseError(
                f"{name} cannot be differentiated here; the page What can be typed lists what can",
                self.syntax.text,
                [place],
            )
        arguments = self.syntax.parts[index].parts[-1:]
        inside = self.syntax.parts[arguments[0]].parts if arguments else ()
        if inside and all(self.raw(k).kind == "number" for k in inside):
            return self.error(f"write {name}[…] for an entry, counted from 0: X[0, 1]", index)
        near = get_close_matches(name.lower(), operations.known_names(), 1, 0.75)
        near = ["sigmoid"] if name == "sigma" else near
        meant = f"; did you mean {near[0]}?" if near else "."
        message = (
            f"{name} is no function known here{meant} An undefined function is stated: "
            f'elementwise="{name}" for one of each entry, function="{name}" for one whose value is '
            f'a scalar, "{name} function in R^(n x m)" behind the formula for one whose value is a '
            f"matrix; a product is written {name}*(…)"
        )
        return ParseError(message, self.syntax.text, [place], near)

    def _along(
        self, index: int, plain: str, positional: list[int], along: int
    ) -> tuple[Operation, int]:
        """The operation on each row or each column, and the axis."""
        axis = {"0": 0, "1": 1, "-1": 1}.get(self.written(along).replace(" ", ""))
        operation = None if axis is None else operations.ALONG.get((plain, axis))
        if axis is None or operation is None or len(positional) != 1:
            known = sorted({known for known, _ in operations.ALONG})
            raise self.error(
                f"axis=0 (each column) and axis=1 (each row) belong to {', '.join(known)}", index
            )
        return operation, axis

    def _norm_of_order(self, index: int, matrix: int, order: int) -> None:
        written = self.written(order).strip("'\" ").lower()
        if written in {"fro", "f"}:
            self.add(index, operations.NORM, matrix)
        elif written == "nuc":
            self.add(index, operations.NUCLEAR_NORM, matrix)
        elif written in {"1", "2"}:
            self.add(index, OF_VECTOR[written], matrix)
        else:
            raise self.error(f"there is no norm of order {written} here", order)

    def _sized_constant(self, index: int, name: str, plain: str, positional: list[int]) -> None:
        if name in {"vector", "matrix"} and len(positional) == 1:
            value = self.written(positional[0]).strip()
            if value in {"0", "1"}:
                make = ones if value == "1" else zeros
                kind = Kind.COLUMN if name == "vector" else Kind.MATRIX
                self.put(
                    index,
                    Term(
                        index,
                        name=f"literal {index}",
                        costs={kind: 0},
                        value=lambda shape: make(*shape),
                    ),
                )
                return
        sizes = [self.size(k) for k in positional]
        if plain not in operations.CONSTANTS or not 1 <= len(sizes) <= 2:
            raise self.error(f"{name} takes one or two sizes: {name}(n), {name}(n, m)", index)
        if len(sizes) == 1:
            sizes.append(sizes[0] if plain == "eye" else S.One)
        self._fixed(index, operations.CONSTANTS[plain]((sizes[0], sizes[1])))

    def _fixed(self, index: int, value: Expr) -> None:
        """A constant matrix of the sizes that are written with it."""
        shape = value.shape
        self.put(index, Term(index, (), Operation(lambda _, __: shape, lambda _, __: value)))

    def size(self, index: int) -> Expr:
        """A size that is written in a text: a whole number, a name, or a product of both."""
        part = self.raw(index)
        if part.kind in {"start", "grouped"}:
            return self.size(part.parts[0])
        if part.kind == "number" and str(part.tokens[0]).isdigit():
            return Integer(str(part.tokens[0]))
        if part.kind == "name":
            name = str(part.tokens[0])
            known = self.sizes_named.get(name)
            if known is None:
                known = self.sizes_named[name] = Symbol(name, integer=True, positive=True)
            return known
        if part.kind == "power" and self.raw(part.parts[1]).kind == "number":
            return self.size(part.parts[0]) ** self.size(part.parts[1])
        if part.kind in {"binary", "juxtaposed"}:
            left, right = (self.size(k) for k in part.parts)
            sign = _PLAIN_SIGNS[part.tokens[0].type] if part.tokens else "*"
            if sign in {"*", "+", "-"}:
                return {"*": left * right, "+": left + right, "-": left - right}[sign]
        raise self.error(f"{self.written(index)} is no size", index)

    def _apply_declared(
        self,
        index: int,
        name: str,
        order: int,
        positional: list[int],
        named: dict[str, int],
        known: Declared,
    ) -> None:
        if named or not positional:
            raise self.error(f"{name} is applied to scalars or matrices: {name}(X)", index)
        function = known.symbol if known.symbol is not None else Function(name)
        is_entrywise = known.role == "function of each entry" or (
            known.role == "undefined function" and len(positional) == 1
        )
        if order and len(positional) > 1:
            raise self.error(f"{name}' needs one argument; write ∂{name}(X, t)/∂t", index)
        if known.role == "matrix-valued function":
            if order:
                raise self.error(
                    f"{name}' is that of a function whose value is a scalar; write "
                    f"∂{name}(t)/∂t, or ∂vec({name}(X))/∂vec(X)ᵀ",
                    index,
                )
            shape = known.symbol.shape
            operation = Operation(lambda _, __: shape, lambda parts, _: function(*parts))
        elif is_entrywise:
            if len(positional) != 1:
                raise self.error(f"{name} is a function of one number at each entry", index)
            operation = Operation(operations.same_shape, entries_of(function, order))
        else:
            operation = Operation(operations.to_number, value_of(function, order))
        self.add(index, operation, *positional)

    # --- entries and constants with indices -------------------------------------------------

    def on_indexed(self, index: int, part: Part) -> None:
        owner, indices = part.parts
        inside = self.syntax.parts[indices].parts
        raw = self.raw(owner)
        name = str(raw.tokens[0]) if raw.kind in {"name", "number"} else ""
        known = self.declared.of.get(name, Declared())
        if raw.kind == "number" and name in {"0", "1"} and len(inside) == 2:
            make = ones if name == "1" else zeros
            self._fixed(index, make(*(self.size(k) for k in inside)))
        elif name == "I" and known == Declared() and len(inside) == 1:
            self._fixed(index, identity(self.size(inside[0])))
        elif known.role == "commutation matrix" and len(inside) == 2:
            self._fixed(index, builders.commutation(*(self.size(k) for k in inside)))
        elif name == "Δ" and self.written(inside[0]).lower() in MODES:
            self._column_basis(index, *inside)
        elif name == "Δ" and len(inside) == 2:
            self._fixed(index, BasisMatrix(self.written(inside[0]).lower(), self.size(inside[1])))
        elif known.role == "duplication matrix" and len(inside) == 1:
            self._fixed(index, BasisMatrix("symmetric", self.size(inside[0])))
        elif known.role == "matrix with a single 1" and len(inside) == 4:
            place, shape = map(self._index, inside[:2]), tuple(map(self.size, inside[2:]))
            self._fixed(index, SingleEntry(shape, *place))
        elif known.role == "matrix with a single 1" and len(inside) in {1, 2}:
            self._single_entry(index, [self._index(k) for k in inside])
        elif any(self.raw(k).kind == "brackets" for k in inside):
            self._take(index, owner, inside)
        elif any(self.syntax.parts[k].kind == "span" for k in inside):
            self.add(index, slice_of([self._range(k) for k in inside]), owner)
        elif len(inside) in {1, 2}:
            at = [self._index(k) for k in inside]
            self.add(index, entry_at(at), owner)
        else:
            raise self.error("an entry has one index or two: x[0], X[0, 1]", index)

    def _column_basis(self, index: int, kind: int, *sizes: int) -> None:
        """Δ[skew], Δ[circulant, n] and Δ[full, n, m]."""
        mode = self.written(kind).lower()
        if len(sizes) != MODES[mode]:
            raise self.error(f"Δ[{mode}] has {MODES[mode]} sizes behind it", index)
        told = [self.size(k) for k in sizes]
        length, cols = {"skew": [S(3), S(3)], "circulant": told * 2}.get(mode, told)
        self._fixed(index, ColumnBasis(mode, length, cols))

    def _single_entry(self, index: int, at: Sequence[Expr]) -> None:
        """e[i] and J[i, j], of the shape that fits."""
        position = at if len(at) == 2 else (*at, S.Zero)
        self.put(
            index,
            Term(
                index,
                name=f"literal {index}",
                value=lambda shape: SingleEntry(shape, *position),
                costs={Kind.MATRIX if len(at) == 2 else Kind.COLUMN: 0},
            ),
        )

    def _take(self, index: int, owner: int, inside: Sequence[int]) -> None:
        """X[[0, 2], :] and X[:, [0, 2]], rows and columns by their numbers."""
        listed = [self.raw(k).kind == "brackets" for k in inside]
        if len(inside) != 2 or all(listed) or self.written(inside[listed.index(False)]) != ":":
            raise self.error("rows by their numbers are X[[0, 2], :], columns X[:, [0, 2]]", index)
        (row,) = self.raw(inside[listed.index(True)]).parts
        numbers = [self._index(k) for k in self.syntax.parts[row].parts]
        axis = listed.index(True)

        def shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
            count = Integer(len(numbers))
            return (shapes[0][0], count) if axis else (count, shapes[0][1])

        def build(parts: Sequence[Expr], _: Shape) -> Expr:
            return (take_columns if axis else take_rows)(parts[0], [int(k) for k in numbers])

        self.add(index, Operation(shape, build, of_matrix=True), owner)

    def _range(self, index: int) -> tuple[Any, Any]:
        """From where to where a slice goes; nothing where it is from the start or to the end."""
        part = self.raw(index)
        if part.kind != "span":
            at = self._index(index)
            return at, at + 1
        colon = part.tokens[0].start_pos or 0
        first = [self.size(k) for k in part.parts if self.syntax.parts[k].start < colon]
        last = [self.size(k) for k in part.parts if self.syntax.parts[k].start > colon]
        return (first[0] if first else None), (last[0] if last else None)

    def _index(self, index: int) -> Expr:
        part = self.raw(index)
        if part.kind == "number" and str(part.tokens[0]).isdigit():
            return Integer(str(part.tokens[0]))
        if part.kind == "name":
            return Symbol(str(part.tokens[0]), integer=True, nonnegative=True)
        raise self.error(f"{self.written(index)} is no index; they are counted from 0", index)

    # --- derivatives of abstract functions --------------------------------------------------

    def on_partial(self, index: int, part: Part) -> None:
        above, *below = part.parts
        if self._is_adjugate(index, above, below):
            return
        applied, at = self._differentiated(index, part)
        arguments = self._arguments(self.syntax.parts[applied].parts[-1])[0]
        terms = [self.operand(k) for k in (applied, *arguments)]
        operation = Operation(partial_shape(at), partial_of(at), of_matrix=False)
        self.put(index, Term(index, tuple(terms), operation))

    def _differentiated(self, index: int, part: Part) -> tuple[int, list[tuple[int, bool]]]:
        """The abstract function that is differentiated, and by what, as `partial_shape` says."""
        above, *below = part.parts
        sign = next(str(token) for token in part.tokens if token.type == "PARTIAL")
        number = next((unicodedata.digit(mark) for mark in sign if mark.isdigit()), 1)
        names_argument = any(mark in sign for mark in "_₁₂₃₄₅₆₇₈₉")
        order = 1 if names_argument else number
        if order > 1 and len(below) == 1:
            below *= order
        if len(below) != order:
            raise self.error("write ∂f(X)/∂X, or ∂²f(X)/∂X∂Xᵀ for a second derivative", index)
        inside = above
        is_stacked = self.raw(above).kind == "call" and str(self.raw(above).tokens[0]) == "vec"
        if is_stacked:
            inside = self._inside_vec(above)
        while inside in self.like:
            inside = self.like[inside]
        inner = self.syntax.parts[inside]
        at: list[tuple[int, bool]] = []
        if inner.kind == "partial":
            inside, at = self._differentiated(inside, inner)
            inner = self.syntax.parts[inside]
        name = str(inner.tokens[0]) if inner.kind == "call" else ""
        if not self.declared.of.get(name, Declared()).role:
            raise self.error("only a stated function such as λ(X) is differentiated so", above)
        powers = {self._power(k) for k in part.parts[1:]} - {None}
        if powers - {number if order > 1 else None}:
            raise self.error(
                "write brackets around what a power is taken of: (∂f(u, v)/∂u)**2", index
            )
        arguments = self._arguments(inner.parts[-1])[0]
        if not names_argument:
            return inside, [*at, *((self._position(k, arguments), is_stacked) for k in below)]
        places = [k + 1 for k in self._positions(below[0], arguments)]
        if number not in places:
            raise self.error(f"{self.written(below[0])} is not the argument {number}", below[0])
        return inside, [*at, (number - 1, is_stacked)]

    def _inside_vec(self, index: int) -> int:
        while index in self.like:
            index = self.like[index]
        return self._arguments(self.syntax.parts[index].parts[-1])[0][0]

    def _power(self, index: int) -> int | None:
        """The number that stands as an exponent behind what is below a ∂, outside of brackets."""
        part = self.syntax.parts[index]
        if part.kind == "raised":
            exponent = str(part.tokens[0])
            digits = [unicodedata.digit(mark) for mark in exponent if mark.isdigit()]
            return digits[0] if digits else None
        if part.kind == "power" and self.raw(part.parts[1]).kind == "number":
            return int(float(str(self.raw(part.parts[1]).tokens[0])))
        return None

    def _without_power(self, index: int) -> int:
        """X of ∂X², ∂Xᵀ and ∂vec(X)ᵀ."""
        part = self.raw(index)
        if part.kind in {"raised", "power", "transposed"}:
            index = part.parts[0]
            part = self.raw(index)
        if part.kind == "call" and str(part.tokens[0]) == "vec":
            index = self._inside_vec(index)
        return index

    def _position(self, index: int, arguments: Sequence[int]) -> int:
        places = self._positions(index, arguments)
        if not places:
            raise self.error(f"{self.written(index)} is not one of the arguments", index)
        if len(places) > 1:
            raise self.error(
                f"{self.written(index)} is an argument twice: write ∂₁ above for the derivative by "
                "the first, ∂₂ for that by the second",
                index,
            )
        return places[0]

    def _positions(self, index: int, arguments: Sequence[int]) -> list[int]:
        """Where among the arguments stands what is below a ∂."""
        plain = [self._squeezed(k) for k in arguments]
        for wanted in (self._squeezed(index), self._squeezed(self._without_power(index))):
            if wanted in plain:
                return [k for k, argument in enumerate(plain) if argument == wanted]
        return []

    def _is_adjugate(self, index: int, above: int, below: Sequence[int]) -> bool:
        """∂vec(adj(X))/∂vec(X)ᵀ, the one known function whose Jacobian has no shorter form."""
        part = self.raw(above)
        if part.kind != "call" or str(part.tokens[0]) != "vec":
            return False
        inside = self.raw(self._inside_vec(above))
        if inside.kind != "call" or operations.plain(str(inside.tokens[0])) != "adj":
            return False
        (matrix,) = self._arguments(inside.parts[-1])[0]
        if self._squeezed(self._without_power(below[0])) != self._squeezed(matrix):
            raise self.error(f"the Jacobian of adj({self.written(matrix)}) is by that", below[0])
        self.add(index, ADJUGATE_JACOBIAN, matrix)
        return True

    def _squeezed(self, index: int) -> str:
        while index in self.like:
            index = self.like[index]
        return "".join(self.written(index).split())


def _is_product(part: Part) -> bool:
    """Return whether a part is a product, whose factors mean in [ ] what the whole means."""
    return part.kind == "juxtaposed" or (
        part.kind == "binary" and _PLAIN_SIGNS[part.tokens[0].type] == "*"
    )


_LARGEST_EXPONENT = 400
_OVER_INDICES = {"sum", "prod", "min", "max", "argmin", "argmax"}
_NUMPY = re.compile(r"\b(?:np|jnp|jax|numpy|torch|tf)\.|\.(?:sum|mean|dot|trace)\(")
"""What only a text in NumPy's language, or in one like it, has."""


_NO_FUNCTIONS = Names(lambda _: False, lambda _: False, lambda _: False)


_PLAIN_SIGNS = {
    "PLUS": "+", "MINUS": "-", "TIMES": "*", "AT": "*", "DIVIDE": "/", "LDIVIDE": "\\",
    "DOTTIMES": ".*", "DOTDIVIDE": "./", "ODOT": ".*", "ODIVIDE": "./", "OTIMES": "⊗",
}  # fmt: skip


def as_scalar(expr: Expr) -> Expr:
    """A 1×1 matrix as a scalar."""
    return scalar(expr) if expr.is_Matrix else expr
