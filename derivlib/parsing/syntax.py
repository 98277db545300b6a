"""The structure of a text: its parts in an order in which each stands after its own parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken
from lark.lexer import Lexer

from derivlib.errors import ParseError
from derivlib.parsing.tokens import Names, tokens_of


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text.

    :param kind: what it is, by the name of its rule in the grammar.
    :param parts: the positions of its own parts in the list of all parts.
    :param tokens: the tokens that are its own.
    :param start: where it begins in the text.
    :param end: where it ends.
    """

    kind: str
    parts: tuple[int, ...]
    tokens: tuple[Token, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Syntax:
    """A text and its parts, the whole last."""

    text: str
    parts: tuple[Part, ...]

    def written(self, index: int) -> str:
        """A part as it was typed."""
        part = self.parts[index]
        return self.text[part.start : part.end]

    def place(self, index: int) -> tuple[int, int]:
        """Where a part stands."""
        part = self.parts[index]
        return part.start, part.end


class _Tokens(Lexer):
    """Lark asks for tokens here; they have been made before."""

    def __init__(self, _: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
        return iter(lexer_state)


@cache
def _parser() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=_Tokens, keep_all_tokens=True)


def syntax_of(text: str, names: Names) -> Syntax:
    """Find the structure of a text.

    :raises ParseError: if it has none.
    """
    found = tokens_of(text, names)
    if not found:
        raise ParseError("there is no formula in the text; write one such as x'*A*x")
    try:
        tree = _parser().parse(found)
    except UnexpectedInput as error:
        raise _unexpected(text, found, error) from None
    return Syntax(text, tuple(_flat(tree)))


def _flat(tree: Tree[Token]) -> list[Part]:
    """The parts of a tree, children first; without recursion, as trees may be deep."""
    parts: list[Part] = []
    at: dict[int, int] = {}
    for branch in tree.iter_subtrees():
        own = [child for child in branch.children if isinstance(child, Token)]
        below = [at[id(child)] for child in branch.children if isinstance(child, Tree)]
        starts = [token.start_pos for token in own] + [parts[k].start for k in below]
        ends = [token.end_pos for token in own] + [parts[k].end for k in below]
        at[id(branch)] = len(parts)
        start, end = (min(starts), max(ends)) if starts else (0, 0)  # type: ignore[type-var]
        parts.append(Part(str(branch.data), tuple(below), tuple(own), start or 0, end or 0))
    return parts


def _unexpected(text: str, found: Sequence[Token], error: UnexpectedInput) -> ParseError:
    """Say what is missing, or what is too much."""
    token = error.token if isinstance(error, UnexpectedToken) else None
    if token is None or token.type == "$END":
        last = found[-1]
        place = (last.start_pos or 0, last.end_pos or 0)
        return ParseError(
            f"the text ends after {last}, where something has to follow", text, [place]
        )
    place = (token.start_pos or 0, token.end_pos or 0)
    before = next((t for t in reversed(found) if (t.start_pos or 0) < place[0]), None)
    shown = text[slice(*place)]
    if before is None:
        message = f"a formula cannot begin with {shown}"
    elif token.type in {"POWER", "DOTPOWER", "SUPER"} and before.type != "QUOTE":
        message = f"{shown} after a power: write brackets, (a^b)^c or a^(b^c)"
    elif token.type == "COMMA":
        message = "a comma separates the arguments of a function or the entries of [ ]"
    elif token.type == "EQUALS":
        message = "= says nothing here; write one side of the equation only"
    elif token.type == "COLON":
        message = "write vec(X) for X(:), and X[0, :] for a row, counted from 0"
    elif token.type == "COMPARE":
        message = (
            f"{shown} compares within [ ] and where( ) only: [x > 0] is 1 where x is positive, 0 "
            "elsewhere"
        )
    else:
        message = f"{shown} cannot follow {text[before.start_pos : before.end_pos]}"
    return ParseError(message, text, [place])
