"""What is stated about names: by keyword, as in symmetric="S", or in the text: S symmetric."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from sympy import Dummy, Integer, Lambda, MatrixSymbol, Q, S, Symbol, sympify
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.errors import InputError, ParseError
from derivlib.expressions.sizes import all_nodes
from derivlib.nodes.basis_matrix import BasisMatrix
from derivlib.nodes.commutation import Commutation
from derivlib.nodes.matrix_function import MatrixFunction, MatrixFunctionApplication
from derivlib.nodes.prime import Prime
from derivlib.nodes.single_entry import SingleEntry
from derivlib.parsing.kinds import Kind, kind_of
from derivlib.parsing.tokens import name_of
from derivlib.parsing.words import KINDS, MATRIX_FACTS, ROLES, WORDS

KIND_WORDS = {word: Kind[kind] for word, kind in KINDS.items()}
MATRIX_PREDICATES = {fact: getattr(Q, fact) for fact in MATRIX_FACTS}


@dataclass(frozen=True)
class Declared:
    """What is stated about one name.

    :param kind: its kind, if that is stated or follows.
    :param shape: its sizes, where they are stated.
    :param facts: properties such as "symmetric".
    :param role: what it is instead of a variable, such as "function of each entry".
    :param symbol: what it stands for, where SymPy's own symbol was handed in.
    """

    kind: Kind | None = None
    shape: tuple[Any, Any] | None = None
    facts: frozenset[str] = frozenset()
    role: str = ""
    symbol: Any = None

    @property
    def sizes(self) -> tuple[Any, ...]:
        """The sizes that are stated, of the name or of the value of a function."""
        value = self.symbol
        return value.shape if isinstance(value, MatrixFunction) else self.shape or ()

    @property
    def is_square(self) -> bool:
        """Return whether a matrix has to be square by what is stated."""
        return "square" in self.facts or not self.facts.isdisjoint(MATRIX_FACTS)


@dataclass
class Declarations:
    """What is stated about all names of a text."""

    of: dict[str, Declared] = field(default_factory=dict)

    def say(self, name: str, word: str) -> None:
        """Take down that a name is what a word says.

        :raises InputError: if it contradicts what was stated before.
        """
        known = self.of.get(name, Declared())
        if word in ROLES:
            self._take_role(name, known, word)
            return
        kind = KIND_WORDS.get(word) or (Kind.MATRIX if word in MATRIX_FACTS else Kind.SCALAR)
        if known.kind not in {None, kind}:
            raise InputError(f"{name} is stated to be two things, {word} among them")
        facts = known.facts if word in KIND_WORDS and word != "square" else known.facts | {word}
        if known.role and kind is not Kind.SCALAR:
            raise _without_sizes(name, word)
        self.of[name] = replace(known, kind=kind, facts=facts)

    def _take_role(self, name: str, known: Declared, word: str) -> None:
        """Take down what a name stands for; a function with sizes has a matrix as its value."""
        if known.shape is not None and known.symbol is None:
            self._shape_value(name, ROLES[word], known.shape)
            return
        if known.symbol is None and known.kind not in {None, Kind.SCALAR}:
            raise _without_sizes(name, word)
        self.of[name] = replace(known, role=ROLES[word])

    def _shape_value(self, name: str, role: str, sizes: tuple[Any, Any]) -> None:
        """Take down the sizes of the value of a function."""
        known = self.of[name].symbol
        if role == ROLES["elementwise"]:
            raise InputError(
                f"{name} is a function of each entry, whose value has the shape of what it is "
                f"applied to; leave the sizes out, or state {name} function in R^(n x m)"
            )
        is_new = role == ROLES["function"]
        if not is_new and not (isinstance(known, MatrixFunction) and known.shape == sizes):
            raise InputError(f"{name} is stated to be two things, {sizes[0]}×{sizes[1]} among them")
        self.symbol(name, MatrixFunction(name, sizes))

    def shape(self, name: str, rows: Any, cols: Any) -> None:
        """Take down the sizes of a name."""
        sizes = as_declared_size(name, rows), as_declared_size(name, cols)
        kind = kind_of(sizes)
        known = self.of.get(name, Declared())
        if known.role:
            self._shape_value(name, known.role, sizes)
            return
        if known.kind not in {None, kind}:
            raise InputError(f"{name} is stated to be two things, {sizes[0]}×{sizes[1]} among them")
        self.of[name] = replace(known, kind=kind, shape=sizes)

    def symbol(self, name: str, value: Any) -> None:
        """Take down the symbol that a name stands for."""
        if isinstance(value, UndefinedFunction):
            role = self.of.get(name, Declared()).role or "undefined function"
            self.of[name] = Declared(role=role, symbol=value)
        elif isinstance(value, MatrixFunction):
            self.of[name] = Declared(role="matrix-valued function", symbol=value)
        elif isinstance(value, MatrixSymbol):
            self.shape(name, *value.shape)
            self.of[name] = replace(self.of[name], symbol=value)
        else:
            self.of[name] = Declared(Kind.SCALAR, (S.One, S.One), symbol=value)


def _without_sizes(name: str, word: str) -> InputError:
    return InputError(
        f"{name} is stated to be two things, {word} among them; of a function whose value is a "
        f"matrix the sizes are stated: {name} function in R^(n x m)"
    )


def as_declared_size(name: str, size: Any) -> Any:
    """A size as it is stated: a whole number, a symbol, or the name of one."""
    if isinstance(size, str):
        size = size.strip()
        size = Integer(int(size)) if size.isdigit() else _size_symbol(name, size)
    taken = sympify(size)
    if taken.is_integer is False or taken.is_positive is False:
        raise InputError(f"a size of {name} has to be a positive whole number, not {size}")
    return taken


def _size_symbol(name: str, size: str) -> Symbol:
    if not re.fullmatch(r"[^\W\d]\w*", size):
        raise InputError(f'a size of {name} is a whole number or a name such as "n", not {size!r}')
    return Symbol(size, integer=True, positive=True)


def declarations_of(kinds: Mapping[str, Any]) -> Declarations:
    """What is stated by keywords.

    :raises InputError: if a keyword or its value says nothing.
    """
    found = Declarations()
    for key, value in kinds.items():
        if key in WORDS:
            for name in _names(key, value):
                found.say(name_of(name), key)
            continue
        name = name_of(key)
        if isinstance(value, str):
            words = value.replace("positive definite", "positive_definite").split()
            for word in words:
                if word not in WORDS:
                    raise InputError(
                        f"{key} is stated to be {value!r}, which says nothing here; write one of "
                        f"{', '.join(WORDS)}"
                    )
                found.say(name, word)
        elif isinstance(value, tuple | list) and len(value) in {1, 2}:
            found.shape(name, value[0], value[1] if len(value) == 2 else 1)
        elif isinstance(value, Symbol | MatrixSymbol | UndefinedFunction | MatrixFunction):
            found.symbol(name, value)
        else:
            raise InputError(
                f'{key} is stated to be {value!r}; write a word such as "scalar", sizes such as '
                '("n", "m"), or a symbol of SymPy\'s'
            )
    return found


def _names(key: str, value: Any) -> Iterable[str]:
    names = re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(names, Iterable) or not all(
        isinstance(name, str) and re.match(r"[^\W\d]|\\", name) for name in names
    ):
        raise InputError(f'{key} takes names, as in {key}="S" or {key}=["S", "T"], not {value!r}')
    return names


_AFTER = re.compile(r"\\text\{\s*(?:where|with)\s*\}|\b(?:where(?!\()|with)\b|(?<!\\)[,;]")
_CLAUSE = re.compile(
    r"\s*(?P<names>[^\W\d]\w*(?:\s*(?:,|and)\s*[^\W\d]\w*)*?)\s*"
    r"(?:\bis\b|\bare\b|:|∈|\\in\b|\bin\b)?\s*(?P<rest>\S.*?)\s*",
)
_SPACE = r"(?:R|ℝ|\\mathbb\{R\}|\\R)\s*\^\s*[({]?\s*"
_SHAPED = re.compile(
    rf"{_SPACE}(?P<length>\w+)\s*[)}}]?"
    rf"|(?:{_SPACE})?(?P<rows>\w+)\s*(?:×|x|\\times|by|\*)\s*(?P<cols>\w+)\s*[)}}]?"
)


_VALUED = re.compile(r"(?P<role>function|elementwise)\s+(?:in\b|∈|\\in\b)?\s*(?P<value>\S.*)")
"""A function, and the shape of its value."""


def split_declarations(text: str) -> tuple[str, list[tuple[int, str]]]:
    """A formula, and what is stated behind it, each clause with its position.

    `x'*S*x, S symmetric` and `tr(S*X) where S symmetric, X in R^(n x m)`.
    """
    at = [0]
    depth = 0
    for found in re.finditer(r"[(\[{⟨]|\\langle|[)\]}⟩]|\\rangle|" + _AFTER.pattern, text):
        sign = found.group()
        if sign in {"(", "[", "{", "⟨", "\\langle"}:
            depth += 1
        elif sign in {")", "]", "}", "⟩", "\\rangle"}:
            depth -= 1
        elif depth == 0:
            at += [found.start(), found.end()]
    at.append(len(text))
    pieces = [(at[k], text[at[k] : at[k + 1]]) for k in range(0, len(at), 2)]
    return pieces[0][1], [(start, clause) for start, clause in pieces[1:] if clause.strip()]


_EQUALS = re.compile(r"[(\[{]|[)\]}]|(?<![<>=!])=(?!=)")
_OF_SQUARE = re.compile(
    r"\s*(?P<name>\w+)\s*(?:=\s*-?\s*(?P=name)\s*['ᵀ].*|(?:\^|\*\*)\s*2.*|\*\s*(?P=name)\s*=.*)"
)


def sides_of(clause: str) -> list[str]:
    """The sides of an equation; one part of what is none."""
    at, depth = [0], 0
    for found in _EQUALS.finditer(clause):
        if found.group() == "=":
            at += [found.start(), found.end()] if depth == 0 else []
        else:
            depth += 1 if found.group() in "([{" else -1
    at.append(len(clause))
    return [clause[at[k] : at[k + 1]] for k in range(0, len(at), 2)]


def squares_in(equations: Iterable[str]) -> list[str]:
    """The names that S = Sᵀ or P² = P says to be those of square matrices."""
    return [found["name"] for each in equations if (found := _OF_SQUARE.fullmatch(each))]


def take_clauses(found: Declarations, text: str, clauses: Iterable[tuple[int, str]]) -> None:
    """Take down what is stated in a text.

    :raises ParseError: if a clause says nothing.
    """
    waiting: list[str] = []
    for start, clause in clauses:
        place = start + len(clause) - len(clause.lstrip()), start + len(clause.rstrip())
        match = _CLAUSE.fullmatch(clause)
        if match is None and re.fullmatch(r"\s*[^\W\d]\w*\s*", clause):
            waiting.append(clause.strip())  # S, T symmetric
            continue
        if match is None or not _take(found, match, waiting, place, text):
            word = clause.split()[-1]
            near = get_close_matches(word, WORDS, 1, 0.6)
            raise ParseError(
                (f"{word} says nothing here; did you mean {near[0]}? " if near else "")
                + "what follows the formula states what a name is: S symmetric, c scalar, "
                "X in R^(n x m)",
                text,
                [place],
            )
        waiting = []
    if waiting:
        raise ParseError(
            f"what is {waiting[-1]}? State it as in {waiting[-1]} symmetric, or leave it out",
            text,
            [(len(text) - 1, len(text))],
        )


def _take(
    found: Declarations, match: re.Match[str], waiting: list[str], place: tuple[int, int], text: str
) -> bool:
    names = [*waiting, *re.split(r"\s*(?:,|\band\b)\s*", match["names"])]
    rest = match["rest"].replace("positive definite", "positive_definite")
    rest = re.sub(r"^(?:a|an)\s+", "", rest)
    words = re.split(r"[\s]+|\band\b", rest)
    try:
        if all(word in WORDS for word in words):
            for name in names:
                for word in words:
                    found.say(name_of(name), word)
            return True
        valued = _VALUED.fullmatch(rest)
        shaped = _SHAPED.fullmatch(valued["value"] if valued else rest)
        if shaped is None:
            return False
        for name in names:
            if valued:
                found.say(name_of(name), valued["role"])
            found.shape(name_of(name), shaped["length"] or shaped["rows"], shaped["cols"] or "1")
    except ParseError:
        raise
    except InputError as error:
        raise ParseError(str(error), text, [place]) from None
    return True


def kinds_in(*exprs: Any) -> dict[str, Any]:
    """What the names in expressions are, as :func:`derivlib.parse` takes it.

    With it a text that is printed of an expression is read as that expression again.

    ```pycon
    >>> from sympy import MatrixSymbol, Symbol
    >>> kinds_in(Symbol("t") * MatrixSymbol("A", 3, 3))
    {'A': A, 't': t}

    ```

    :raises InputError: if one name stands for matrices or for functions of two shapes.
    """
    kinds, ambiguous = clear_kinds_in(*exprs)
    for name in ambiguous:
        raise two_things(name)
    return kinds


def two_things(name: str) -> InputError:
    """What is said of a name in a text that does not tell which of two things it stands for."""
    return InputError(
        f"{name} stands for two things of different shapes or kinds in the expression; in a text "
        "a name is one thing, so give one of them another name"
    )


def _functions_of_entries(function: Any) -> set[str]:
    """The undefined functions in one that is applied to each entry."""
    if isinstance(function, UndefinedFunction):
        return {function.__name__}
    if not isinstance(function, Lambda):
        return set()
    bound = set(function.variables)
    applied = function.expr.atoms(AppliedUndef)
    return {node.func.__name__ for node in applied if bound & node.free_symbols}


def clear_kinds_in(*exprs: Any) -> tuple[dict[str, Any], list[str]]:
    """The same of names that stand for one thing, and the names of two shapes."""
    kinds: dict[str, Any] = {}
    ambiguous: dict[str, None] = {}

    def take(name: str, found: Any) -> None:
        known = kinds.setdefault(name, found)
        if getattr(known, "shape", None) != getattr(found, "shape", None):
            ambiguous[name] = None

    functions: dict[str, set[str]] = {"elementwise": set(), "function": set()}
    entrywise: set[str] = set()
    nodes = all_nodes(map(sympify, exprs))
    for node in sorted(nodes, key=lambda node: not isinstance(node, MatrixSymbol)):
        match node:
            case MatrixSymbol():
                take(node.name, node)
            case Symbol() if not isinstance(node, Dummy):
                kinds.setdefault(node.name, node)
            case MatrixFunctionApplication():
                take(node.name, MatrixFunction(node.name, node.shape))
            case AppliedUndef():
                of_entry = len(node.args) == 1 and not node.args[0].is_Matrix
                functions["elementwise" if of_entry else "function"].add(node.func.__name__)
            case Prime():
                functions["elementwise"].add(node.function.__name__)
            case ElementwiseApplyFunction():
                entrywise |= _functions_of_entries(node.function)
            case _ if type(node) in _LETTERS:
                for letter, word in _LETTERS[type(node)].items():
                    kinds.setdefault(letter, word)
    ambiguous |= dict.fromkeys(sorted(entrywise & functions["function"]))
    functions["elementwise"] |= entrywise
    functions["elementwise"] -= functions["function"]
    functions["function"] -= ambiguous.keys()
    told = {name: kind for name, kind in kinds.items() if name not in ambiguous}
    return told | {word: sorted(names) for word, names in functions.items() if names}, [*ambiguous]


_LETTERS: dict[type, dict[str, str]] = {
    Commutation: {"K": "commutation"},
    SingleEntry: {"J": "single_entry", "e": "single_entry"},
    BasisMatrix: {"D": "duplication"},
}
"""The letters with which constant matrices are printed."""


def assumptions(declared: Declared, symbol: Any) -> Iterable[Any]:
    """What is stated about a symbol, as SymPy's predicates."""
    return [MATRIX_PREDICATES[fact](symbol) for fact in sorted(declared.facts & {*MATRIX_FACTS})]
