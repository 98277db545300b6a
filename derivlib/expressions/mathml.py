"""The TeX that the facets of nodes write, as presentation MathML.

So a node tells once how it is set. Its parts are set by SymPy's own MathML printer: in the TeX a
character of the private use area stands for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Expr
from sympy.printing.latex import LatexPrinter, accepted_latex_functions

from derivlib.expressions.tex import TexNotation
from derivlib.expressions.text import GREEK

__all__ = ["InMathml", "NotUnderstood"]

_FIRST_PART = 0xE000
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+|'+|\S")
_SIGN_OF_PART = re.compile("-\\s*\N{WORD JOINER}")
_RAW = re.compile(r"\s*\{([^{}]*)\}")
_OPERATORS = {
    "odot": "⊙", "circ": "∘", "otimes": "⊗", "times": "×", "cdot": "⋅", "sum": "∑", "lVert": "‖",
    "rVert": "‖", "langle": "⟨", "rangle": "⟩", "-": "−", "partial": "∂",
}  # fmt: skip
_LETTERS = GREEK | {"Delta": "Δ", "Gamma": "Γ"}
_FUNCTIONS = {*accepted_latex_functions, "det", "exp"}
_SPACES = {" ": "0.25em", ",": "0.17em", ";": "0.28em", "quad": "1em"}
_VARIANTS = {"operatorname": "normal", "mathrm": "normal", "mathsf": "normal", "mathbf": "bold"}


class NotUnderstood(Exception):  # noqa: N818 - it is caught where it is raised from
    """A command of TeX that the facets here do not use."""


class InMathml(TexNotation):
    """Sets a node of ours as presentation MathML, its parts by a printer of SymPy's."""

    names: Mapping[Expr, Expr] = {}

    def __init__(self, printer: Any) -> None:
        self.printer = printer
        self.parts: list[Any] = []
        self._as_ordered_terms = printer._as_ordered_terms

    def _print(self, expr: Any) -> str:
        """What stands for a part in the TeX; a sign and single letters tell on parentheses."""
        shown = LatexPrinter().doprint(expr)
        if len(shown) == 1:
            return shown
        self.parts.append(expr)
        sign = "-\N{WORD JOINER}" if shown.startswith("-") else ""
        return sign + chr(_FIRST_PART + len(self.parts) - 1)

    def element(self, expr: Any, told: Any) -> Any:
        """A node as an element.

        :raises NotUnderstood: if its TeX has a command that is not known here.
        """
        self.tex = _SIGN_OF_PART.sub("", self.node(expr, told))
        self.place = 0
        return self._row(self._until(None))

    def _tokens(self) -> Iterator[str]:
        while found := _TOKEN.search(self.tex, self.place):
            self.place = found.end()
            yield found[0]

    def _next(self) -> str:
        return next(self._tokens(), "")

    def _make(self, tag: str, *inside: Any, **attributes: str) -> Any:
        made = self.printer.dom.createElement(tag)
        for each in inside:
            text = isinstance(each, str)
            made.appendChild(self.printer.dom.createTextNode(each) if text else each)
        for name, value in attributes.items():
            made.setAttribute(name, value)
        return made

    def _row(self, inside: list[Any]) -> Any:
        return inside[0] if len(inside) == 1 else self._make("mrow", *inside)

    def _until(self, closing: str | None) -> list[Any]:
        """Everything up to what closes it."""
        row: list[Any] = []
        for token in self._tokens():
            if token == closing:
                break
            if token in ("^", "_"):
                script = self._row(self._item(self._next()))
                row.append(self._make("msup" if token == "^" else "msub", row.pop(), script))
            elif token[0] == "'":
                row.append(self._make("msup", row.pop(), self._make("mo", "′" * len(token))))
            else:
                row += self._item(token)
        return row

    def _item(self, token: str) -> list[Any]:
        if token == "{":
            return [self._row(self._until("}"))]
        if token == "(":
            inside = [self._make("mo", "("), *self._until(")"), self._make("mo", ")")]
            return [self._make("mrow", *inside)]
        if token == r"\left":
            inside = [*self._delimiter(), *self._until(r"\right")]
            return [self._make("mrow", *inside, *self._delimiter())]
        if _FIRST_PART <= ord(token[0]) < _FIRST_PART + len(self.parts):
            return [self.printer._print(self.parts[ord(token) - _FIRST_PART])]
        if token.isdigit():
            return [self._make("mn", token)]
        name = token.removeprefix("\\")
        if name == "frac":
            return [self._make("mfrac", *(self._row(self._item(self._next())) for _ in "ab"))]
        if name == "sqrt":
            return [self._make("msqrt", *self._item(self._next()))]
        if name in _VARIANTS and (words := _RAW.match(self.tex, self.place)):
            self.place = words.end()
            written = words[1].replace("~", "\N{NO-BREAK SPACE}")
            return [self._make("mi", written, mathvariant=_VARIANTS[name])]
        if name in _SPACES and token != name:
            return [self._make("mspace", width=_SPACES[name])]
        if name in _OPERATORS:
            return [self._make("mo", _OPERATORS[name])]
        if name in _LETTERS or name in _FUNCTIONS or token.isalpha():
            return [self._make("mi", _LETTERS.get(name, name))]
        if token != name:
            raise NotUnderstood(token)
        return [self._make("mo", token)]

    def _delimiter(self) -> list[Any]:
        """What stands after left or right; nothing for a point."""
        token = self._next()
        name = token.removeprefix("\\")
        return [] if token == "." else [self._make("mo", _OPERATORS.get(name, name))]
