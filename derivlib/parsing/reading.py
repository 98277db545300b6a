"""A text read as an expression, with all that was understood on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sympy import Eq, Expr, Lambda, MatrixSymbol, S, Symbol, sympify

from derivlib.errors import DerivlibError, InputError, ParseError
from derivlib.expressions.construction import identity, mul
from derivlib.expressions.text import text as written_text
from derivlib.nodes.elementwise import elementwise
from derivlib.parsing import operations
from derivlib.parsing.building import Builder, Term, as_scalar
from derivlib.parsing.declared import (
    Declarations,
    Declared,
    assumptions,
    declarations_of,
    kinds_in,
    sides_of,
    split_declarations,
    squares_in,
    take_clauses,
)
from derivlib.parsing.kinds import (
    ANY,
    IDENTITY_ALONE,
    WORDS,
    Kind,
    Search,
    Step,
    differing,
    habits,
    kind_of,
    outcome,
    shape_of_kind,
)
from derivlib.parsing.operations import BINARY, FUNCTIONS, TURNED
from derivlib.parsing.sizes import SCALAR, MisfitError, Shape, Sizes, Unknown
from derivlib.parsing.syntax import syntax_of
from derivlib.parsing.tokens import Names, name_of
from derivlib.parsing.words import SCALAR_FACTS

_ENTRY = Symbol("z")
_MOST_DIGITS = 1_000
_INFINITE = (S.ComplexInfinity, S.NaN, S.Infinity, S.NegativeInfinity)
_SIZE_NAMES = "nmpqrsklduvwabcefghijotxyz"


@dataclass(frozen=True)
class Reading:
    """What a text was understood to say.

    ```pycon
    >>> reading = read_text("norm2(X*w - y)^2 + c*norm2(w)^2")
    >>> print(reading)
    norm(X*w - y)**2 + c*norm(w)**2, where X is n×m, w is m×1, y is n×1, c is a scalar
    >>> reading.symbols["X"].shape
    (n, m)

    ```

    :param text: the text.
    :param expr: the expression.
    :param symbols: the symbols of its names, in order of appearance.
    :param kinds: what each name was understood to be: "scalar", "vector", "row vector", "matrix".
    :param assuming: what is stated about them, as SymPy's predicates and equations.
    """

    text: str
    expr: Expr
    symbols: Mapping[str, Expr]
    kinds: Mapping[str, str]
    assuming: tuple[Any, ...]

    def __str__(self) -> str:
        told = [f"{name} is {self._told(name)}" for name in self.symbols]
        return ", ".join(
            [
                f"{written_text(self.expr)}{', where' if told else ''} {told[0]}"
                if told
                else written_text(self.expr),
                *told[1:],
            ]
        )

    def _told(self, name: str) -> str:
        symbol = self.symbols[name]
        if not symbol.is_Matrix:
            return "a scalar"
        rows, cols = symbol.shape
        return f"{rows}×{cols}"


def parse(text: str, **kinds: Any) -> Expr:
    r"""Read a text as a SymPy expression.

    What `'`, `*`, `.*`, `^` and the functions mean, and what else is understood (the notations
    of NumPy, MATLAB, Julia, SymPy and TeX, and every formula that this library prints), the page
    "Type it" lists. What a name is and how large follows from the formula: small Latin letters
    are vectors, Greek ones scalars and capital letters matrices, unless something else is stated
    or is the only thing that fits.

    ```pycon
    >>> parse("norm2(X*w - y)^2").free_symbols == {*map(read_text("X*w - y").symbols.get, "Xwy")}
    True
    >>> parse(r"\operatorname{tr}(X^\top A X)")
    Trace(X.T*A*X)
    >>> parse("X'*S*X, S symmetric", X=("n", "m")).shape
    (m, m)

    ```

    :param text: the formula, and behind a comma what names are, as in `S symmetric`.
    :param kinds: what names are: a word with names, as in `symmetric="S"`, `scalar=["a", "b"]`,
        or a name with a word, with sizes, or with its symbol: `a="scalar"`, `X=("n", 3)`, `A=A`.
        Words are scalar, vector, row, matrix, square, symmetric, diagonal, positive_definite,
        orthogonal, invertible, lower_triangular, upper_triangular, integer, positive, negative,
        nonnegative, nonzero, real; elementwise (a function of each entry), function (one whose
        value is a scalar, or with sizes a matrix: `K function in R^(n x m)`), commutation,
        duplication, single_entry and size. `like=expr` takes all names as they are in an
        expression, and `shape=(n, m)` states the shape of the whole.
    :returns: an ordinary expression of SymPy's and this library's nodes.
    :raises ParseError: if it cannot be read, if sizes do not fit, or if there are several
        readings of which none is nearer than the others; with a mark below the place.
    :raises InputError: if a keyword says nothing.
    """
    return read_text(text, **kinds).expr


def read_text(text: str, **kinds: Any) -> Reading:
    """Read a text, and tell what was understood; see :func:`parse`.

    ```pycon
    >>> dict(read_text("x'*A*x + b'*x").kinds)
    {'x': 'vector', 'A': 'matrix', 'b': 'vector'}

    ```

    :param text: as in :func:`parse`.
    :param kinds: as in :func:`parse`.
    """
    if not isinstance(text, str):
        raise InputError(f"a text is read, not {text!r} of type {type(text).__name__}")
    whole = kinds.pop("shape", None)
    if (like := kinds.pop("like", None)) is not None:
        kinds = kinds_in(like) | kinds
    declared = declarations_of(kinds)
    formula, clauses = split_declarations(text)
    equations = [clause for _, clause in clauses if len(sides_of(clause)) > 1]
    words = [each for each in clauses if each[1] not in equations]
    take_clauses(
        declared, text, [*words, *((0, f"{name} square") for name in squares_in(equations))]
    )
    try:
        reading = _Reader(text, formula, declared, whole, exact=like is not None).run()
    except RecursionError:
        raise ParseError(
            "the formula nests too deeply for SymPy; give parts of it names of their own"
        ) from None
    told = tuple(_equation(clause, dict(reading.symbols)) for clause in equations)
    return replace(reading, assuming=(*reading.assuming, *told)) if told else reading


def read_equations(text: str, kinds: Mapping[str, Any]) -> tuple[Any, ...]:
    """Read equations, apart by commas, between symbols that are known: Q'*Q = I, 1'*p = 1.

    :param kinds: the symbols, by their names.
    :raises ParseError: if one cannot be read, or is about another name.
    """
    first, others = split_declarations(text)
    return tuple(_equation(clause, kinds) for clause in (first, *(other for _, other in others)))


def _equation(clause: str, kinds: Mapping[str, Any]) -> Any:
    """An equation that is declared; the side that says more tells the shape of the other."""
    clause = clause.strip()
    sides = sides_of(clause)
    if len(sides) != 2:
        raise ParseError("declare an equation such as Q'*Q = I, 1'*p = 1 or S = S'", clause)
    plain, telling = sides if _CONSTANT.fullmatch(sides[0]) else reversed(sides)
    first = read_text(_with_ones(telling, kinds), **kinds)
    shape = first.expr.shape if first.expr.is_Matrix else (1, 1)
    if not first.expr.is_Matrix and plain.strip(" '\u1d40") == "I":
        raise ParseError(
            f"in {telling.strip()}, {next(iter(first.symbols), 'it')} is a number, and I is a "
            f'matrix; state what it is, as in matrix="{next(iter(first.symbols), "A")}"',
            clause,
        )
    second = read_text(plain, **kinds, shape=shape)
    for name in (*first.symbols, *second.symbols):
        if name not in kinds:
            raise ParseError(f"{name} does not occur in the formula; leave it out", clause)
    return Eq(first.expr, second.expr)


def _with_ones(side: str, kinds: Mapping[str, Any]) -> str:
    """P*1 with the vector of ones written out: in an equation 1 is no number beside a matrix."""
    found = _TIMES_ONE.fullmatch(side)
    matrix = kinds.get(name_of(found["name"])) if found else None
    if found is None or not isinstance(matrix, MatrixSymbol) or matrix.shape[1] == 1:
        return side
    return f"{found['name']}*ones({matrix.shape[1]})"


_TIMES_ONE = re.compile(r"\s*(?P<name>[^\W\d]\w*)(?:\s*\*\s*|\s+)1\s*")
_CONSTANT = re.compile(r"\s*[01I]\s*['ᵀ]?\s*")


class _Reader:
    """One text on its way to an expression."""

    def __init__(
        self,
        text: str,
        formula: str,
        declared: Declarations,
        whole: Sequence[Any] | None,
        *,
        exact: bool,
    ) -> None:
        self.text = text
        self.declared = declared
        self.whole = whole
        names = Names(
            self._is_function, declared.of.__contains__, operations.NO_BRACKETS.__contains__
        )
        self.syntax = syntax_of(formula, names)
        self.builder = Builder(self.syntax, declared, exact=exact)

    def _is_function(self, name: str) -> bool:
        return bool(self.declared.of.get(name, Declared()).role) or operations.is_known(name)

    def run(self) -> Reading:
        root = self.builder.run()
        self.terms = self.builder.terms[: root + 1]
        kinds = self._kinds()
        self.sizes = Sizes()
        self.shapes: list[Shape] = []
        self.of_name: dict[str, Shape] = {}
        self._fit(kinds)
        if self.whole is not None and self.shapes[root] != SCALAR:
            self._equate(root, self.whole)
        self._solve()
        self._name_sizes()
        values = self._built()
        self._refuse_infinite(root, values)
        names = self._names()
        return Reading(
            self.text,
            values[root],
            {name: self.symbols[name] for name in names},
            {name: WORDS[kinds[name]] for name in names},
            tuple(
                fact
                for name in names
                for fact in assumptions(self.declared.of.get(name, Declared()), self.symbols[name])
            ),
        )

    # --- kinds ------------------------------------------------------------------------------

    def _kinds(self) -> Mapping[str, Kind]:
        steps = [
            Step(
                term.parts,
                op.shape,
                of_matrix=op.of_matrix,
                broadcasts=op.broadcasts,
                adds=op in (BINARY["+"], BINARY["-"]),
                divides=op.divides,
                multiplies=op is BINARY["*"],
            )
            if (op := term.operation)
            else Step(name=term.name)
            for term in self.terms
        ]
        costs = {term.name: self._costs(term) for term in self.terms if term.operation is None}
        whole = ANY if self.whole is None else kind_of((*map(sympify, self.whole),))
        search = Search(steps, costs, whole, self.builder.exact)
        found = search.run()
        if not found and search.left >= 0:
            raise self._misfit(steps, costs)
        if search.left < 0:
            raise ParseError(
                "there are too many ways to read this; state what the names are, as in "
                'scalar="a b", vector="x"'
            )
        if len(found) > 1:
            raise self._ask(found)
        return found[0]

    def _costs(self, term: Term) -> Mapping[Kind, float]:
        if term.value is not None:
            is_turned = term.name in self._transposed and len(term.costs) > 1
            return {k: v for k, v in term.costs.items() if not (is_turned and k is Kind.SCALAR)}
        stated = self.declared.of.get(term.name, Declared()).kind
        if stated is not None:
            return {stated: 0}
        costs = habits(term.name)
        if term.name in self._transposed:
            return {kind: cost for kind, cost in costs.items() if kind is not Kind.SCALAR}
        if self._is_about_numbers and costs.get(Kind.COLUMN) == 0:
            return {Kind.SCALAR: 0, Kind.COLUMN: costs[Kind.SCALAR]}
        return costs

    @cached_property
    def _transposed(self) -> set[str]:
        """The names that are transposed, which nobody does to a scalar."""
        turned = (t for t in self.terms if t.operation in TURNED.values())
        return {self.terms[k].name for t in turned for k in t.parts}

    @cached_property
    def _is_about_numbers(self) -> bool:
        """Whether there is a power or a quotient of small letters, and nothing of vectors."""
        operations_used = [t.operation for t in self.terms if t.operation is not None]
        names = [t.name for t in self.terms if t.operation is None and t.value is None]
        if any(name[0].isupper() or name in self.declared.of for name in names):
            return False
        if any(op.of_matrix or op in (BINARY[".*"], BINARY["./"]) for op in operations_used):
            return False
        raised = [t.parts[0] for t in self.terms if t.operation is BINARY["^"]]
        below = [t.parts[1] for t in self.terms if t.operation is BINARY["/"]]
        names = [name for k in (*raised, *below) if (name := self.terms[k].name)]
        return any(habits(name).get(Kind.COLUMN) == 0 for name in names)

    def _ask(self, found: Sequence[Mapping[str, Kind]]) -> ParseError:
        named = [
            {name: kind for name, kind in reading.items() if not name.startswith("literal ")}
            for reading in found
        ]
        choices = list(
            dict.fromkeys(
                " and ".join(f"{name} is a {WORDS[kind]}" for name, kind in reading.items())
                for reading in differing(named)
            )
        )
        names = {name for reading in differing(named) for name in reading}
        places = [self.syntax.place(t.part) for t in self.terms if t.name in names]
        ways = "several" if len(names) > 4 else len(choices)
        return ParseError(
            f"this can be read in {ways} ways: {', or '.join(choices)}. State what you "
            'mean, as in scalar="…" or vector="…"; x\'*y is the product of two vectors as a '
            "scalar, x.*y is entry by entry",
            self.text,
            places,
            choices,
        )

    def _misfit(
        self, steps: Sequence[Step], costs: Mapping[str, Mapping[Kind, float]]
    ) -> ParseError:
        """Where it does not fit, with each name read as its letter suggests."""
        kinds: list[Kind] = []
        for index, step in enumerate(steps):
            if step.rule is None:
                known = costs[step.name]
                kinds.append(min(known, key=lambda kind: known[kind]))
                continue
            parts = tuple(kinds[k] for k in step.parts)
            kind = outcome(step.rule, parts)
            if not kind:
                return self._does_not_fit(index, [WORDS[part] for part in parts])
            kinds.append(kind)
        for index, step in enumerate(steps):
            if step.of_matrix and any(kinds[k] is Kind.SCALAR for k in step.parts):
                return self._does_not_fit(index, [WORDS[kinds[k]] for k in step.parts])
        for index, step in enumerate(steps):
            alone = [k for k in step.parts if self.terms[k].costs is IDENTITY_ALONE]
            if step.broadcasts and alone and any(kinds[k] is Kind.SCALAR for k in step.parts):
                return self._does_not_fit(index, [WORDS[kinds[k]] for k in step.parts])
        if self.whole is not None and kind_of((*map(sympify, self.whole),)) is not kinds[-1]:
            rows, cols = self.whole
            return ParseError(
                f"the formula is a {WORDS[kinds[-1]]}, and {rows}×{cols} was expected",
                self.text,
                [self.syntax.place(self.terms[-1].part)],
            )
        return ParseError("no reading of this formula fits; state what the names are", self.text)

    def _does_not_fit(self, index: int, told: Sequence[str]) -> ParseError:
        term = self.terms[index]
        parts = [self.syntax.written(self.terms[k].part) for k in term.parts]
        described = ", ".join(
            dict.fromkeys(
                f"{part} is {'a ' if what in WORDS.values() else ''}{what}"
                for part, what in zip(parts, told, strict=True)
            )
        )
        advice = term.operation.advice if term.operation else ""
        whole = self.syntax.written(term.part)
        return ParseError(
            f"{whole} does not fit: {described}{'; ' if advice else ''}{advice}",
            self.text,
            [self.syntax.place(self.terms[k].part) for k in term.parts],
        )

    # --- sizes ------------------------------------------------------------------------------

    def _fit(self, kinds: Mapping[str, Kind]) -> None:
        for index, term in enumerate(self.terms):
            if term.operation is None:
                self.shapes.append(self._shape_of_leaf(term, kinds[term.name]))
                continue
            parts = [self.shapes[k] for k in term.parts]
            try:
                self.shapes.append(term.operation.shape(self.sizes, parts))
            except MisfitError:
                self._name_sizes()
                raise self._does_not_fit(
                    index, [self._shown(self.shapes[k]) for k in term.parts]
                ) from None

    def _shown(self, shape: Shape) -> str:
        rows, cols = self.sizes.shape(shape)
        return "a scalar" if (rows, cols) == SCALAR else f"{rows}×{cols}"

    def _shape_of_leaf(self, term: Term, kind: Kind) -> Shape:
        if term.value is not None:
            shape = shape_of_kind(kind)
            return (shape[0], shape[0]) if self._is_identity(term) else shape
        if term.name not in self.of_name:
            stated = self.declared.of.get(term.name, Declared())
            shape = stated.shape or shape_of_kind(kind)
            if stated.is_square and stated.shape is None:
                shape = shape[0], shape[0]
            self.of_name[term.name] = shape
        return self.of_name[term.name]

    def _is_identity(self, term: Term) -> bool:
        return self.syntax.written(term.part).strip() in {"I", "eye"}

    def _equate(self, root: int, whole: Sequence[Any]) -> None:
        try:
            self.sizes.alike(self.shapes[root], (sympify(whole[0]), sympify(whole[1])))
        except MisfitError:
            self._name_sizes()
            raise ParseError(
                f"the formula is {self._shown(self.shapes[root])}, and {whole[0]}×{whole[1]} was "
                "expected",
                self.text,
                [self.syntax.place(self.terms[root].part)],
            ) from None

    def _solve(self) -> None:
        try:
            self.sizes.solve()
        except MisfitError:
            raise ParseError(
                "sizes do not fit: a product of sizes would have to equal another; state the "
                'sizes of names, as in X=("n", "m")',
                self.text,
            ) from None

    def _names(self) -> list[str]:
        terms = sorted(
            (t for t in self.terms if t.operation is None and t.value is None),
            key=lambda term: self.syntax.parts[term.part].start,
        )
        return list(dict.fromkeys(term.name for term in terms))

    def _name_sizes(self) -> None:
        """Unknown sizes become n, m, p …, in the order in which they appear."""
        taken = {*self._names(), *self.builder.sizes_named}
        free: Iterator[str] = (
            f"{letter}{number}" for number in ("", *range(1, 100)) for letter in _SIZE_NAMES
        )
        ordered = [self.of_name[name] for name in self._names() if name in self.of_name]
        for shape in [*ordered, *self.shapes]:
            for size in self.sizes.shape(shape):
                unnamed = self.sizes.value(size).atoms(Unknown)
                for part in sorted(unnamed, key=lambda each: int(each.name[4:])):
                    name = next(name for name in free if name not in taken)
                    self.sizes.known[part] = Symbol(name, integer=True, positive=True)

    # --- the expression ---------------------------------------------------------------------

    def _built(self) -> list[Any]:
        self.symbols: dict[str, Expr] = {}
        self.exponents = self._exponents_of_matrices()
        values: list[Any] = []
        for index, term in enumerate(self.terms):
            shape = self.sizes.shape(self.shapes[index])
            if term.value is not None:
                value = term.value(shape)
            elif term.operation is None:
                value = self.symbols.setdefault(term.name, self._symbol(term.name, shape))
            else:
                is_function = index in self.builder.entrywise and shape != SCALAR
                value = self._of_each_entry(index, values) if is_function else None
                if value is None:
                    value = self._applied(term, [values[k] for k in term.parts], shape)
            values.append(as_scalar(value) if shape == SCALAR else value)
        return values

    def _exponents_of_matrices(self) -> set[str]:
        """The names in exponents of matrices, which are positive whole numbers if not stated."""
        found: set[str] = set()
        stack = [
            term.parts[1]
            for term, shape in zip(self.terms, self.shapes, strict=True)
            if term.operation is BINARY["^"] and self.sizes.shape(shape) != SCALAR
        ]
        while stack:
            term = self.terms[stack.pop()]
            stack.extend(term.parts)
            if term.operation is None and term.value is None:
                found.add(term.name)
        return found

    @cached_property
    def named(self) -> set[int]:
        """The parts that a function of each entry is applied to by a name."""
        return {self.terms[self.builder.operand(k)].part for k in self.builder.arguments}

    def _refuse_infinite(self, root: int, values: Sequence[Any]) -> None:
        if values[root].has(*_INFINITE):
            first = next((k for k, value in enumerate(values) if value in _INFINITE), root)
            raise ParseError(
                f"{self.syntax.written(self.terms[first].part)} has no value",
                self.text,
                [self.syntax.place(self.terms[first].part)],
            )

    def _of_each_entry(self, root: int, values: Sequence[Any]) -> Any:
        """[1 - tanh(N)**2] as one function of the entries of N; nothing of several matrices."""
        if self._is_argument(root):
            return None
        needed: list[int] = []
        stack = [root]
        while stack:
            index = stack.pop()
            needed.append(index)
            if not self._is_argument(index):
                stack.extend(self.terms[index].parts)
        bodies: dict[int, Any] = {}
        arguments: set[Any] = set()
        for index in sorted(set(needed)):
            term = self.terms[index]
            if self.shapes[index] == SCALAR:
                bodies[index] = values[index]
            elif self._is_argument(index):
                bodies[index] = _ENTRY
                arguments.add(values[index])
            elif term.operation is not None:
                bodies[index] = self._applied(term, [bodies[k] for k in term.parts], SCALAR)
        if len(arguments) != 1:
            return None
        return elementwise(Lambda(_ENTRY, bodies[root]), arguments.pop())

    def _is_argument(self, index: int) -> bool:
        """Return whether a term in [ ] is what the function of the entries is applied to."""
        term = self.terms[index]
        if term.part in self.named:
            return True
        scalars = any(self.shapes[k] == SCALAR for k in term.parts)
        if term.operation is BINARY["*"] and scalars:
            return False
        if term.operation is None or not term.operation.by_entries:
            return self.shapes[index] != SCALAR
        is_nested = self.builder.in_brackets.get(term.part) in {"argument", "nested"}
        return is_nested and not scalars and not self.builder.has_call(term.part)

    def _applied(self, term: Term, parts: Sequence[Any], shape: Shape) -> Any:
        assert term.operation is not None
        self._refuse_large(term, parts)
        if term.operation.of_matrix:  # a scalar counts as a 1×1 matrix
            parts = [p if p.is_Matrix else mul(p, identity(S.One)) for p in parts]
        try:
            return term.operation.build(parts, shape)
        except ParseError:
            raise
        except (DerivlibError, ValueError, ArithmeticError) as error:
            raise ParseError(str(error), self.text, [self.syntax.place(term.part)]) from None

    def _refuse_large(self, term: Term, parts: Sequence[Any]) -> None:
        """Refuse a number that would be written out with more digits than anyone reads."""
        if not parts or not all(getattr(part, "is_Rational", False) for part in parts):
            return
        digits = max(len(str(n)) for n in (parts[0].p, parts[0].q))
        if term.operation in (BINARY["^"], BINARY[".^"]):
            is_large = digits * abs(parts[1]) > _MOST_DIGITS and abs(parts[0]) not in (0, 1)
        else:
            is_large = term.operation is FUNCTIONS["gamma", 1] and abs(parts[0]) > _MOST_DIGITS
        if is_large:
            raise ParseError(
                f"{self.syntax.written(term.part)} has too many digits; put a name in its place",
                self.text,
                [self.syntax.place(term.part)],
            )

    def _symbol(self, name: str, shape: Shape) -> Expr:
        stated = self.declared.of.get(name, Declared())
        if stated.symbol is not None:
            return stated.symbol
        if shape == SCALAR:
            facts = {fact: True for fact in stated.facts if fact in SCALAR_FACTS}
            if name in self.exponents:
                facts = {"integer": True} | (facts or {"positive": True})
            return Symbol(name, **(facts if "complex" in facts else {"real": True} | facts))
        return MatrixSymbol(name, *shape)
