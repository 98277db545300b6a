"""The tokens of a text, whichever language its signs come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lark import Token

from derivlib.errors import ParseError
from derivlib.expressions.text import GREEK

LONGEST, DEEPEST = 10_000, 1_000
"""How many characters a text may have, and how deep its brackets may nest."""

LETTERS = {letter: name for name, letter in GREEK.items()} | {
    "ϕ": "phi",
    "ϵ": "epsilon",
    "ϑ": "theta",
}

_GREEK_NAMES = {name.lower() for name in LETTERS.values()} | {
    *("zeta", "iota", "upsilon", "varepsilon", "vartheta", "varphi", "varrho", "varsigma", "ell"),
}

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀᴴ", "0123456789-TH")

_STYLES = "mathbf|mathrm|mathsf|mathit|mathcal|mathbb|boldsymbol|bm|vec|operatorname|text"

_PATTERNS = {
    "SPACE": r"\s+|\\[,;:!]|[“”]|\\q?quad\b|~|\$|&|\\left\b|\\right\b|\\[bB]igg?[lr]?\b"
    r"|\\displaystyle\b|\\mathopen|\\mathclose|\\limits\b|\\nolimits\b",
    "ACCENT": r"\\(?P<accent>hat|bar|tilde)\s*\{?\s*\\?(?P<accented>[A-Za-z]+)\s*\}?",
    "ONES": r"\\(?:mathbf|boldsymbol|bm)\s*\{\s*[01]\s*\}",
    "STYLED": rf"\\(?:{_STYLES})\*?\s*\{{\s*\\?(?P<styled>[A-Za-z]+[0-9]*)\s*\}}"
    rf"|\\(?:{_STYLES})\s+(?P<letter>[A-Za-z])",
    "FRACTION": r"\\[dt]?frac\b",
    "ROOT": r"\\sqrt(?=\s*\{)",
    "TOP": r"\\top\b|\\intercal\b|⊤",
    "SIGN": r"\\(?:cdot|times|odot|circ|oslash|otimes|lVert|rVert|Vert|lvert|rvert|vert|ast|"
    r"langle|rangle|prime)(?![A-Za-z])|\\[{}|]",
    "OVER": r"/\s*(?:∂|\\partial(?![A-Za-z]))",
    "PARTIAL": r"(?:∂|\\partial(?![A-Za-z]))"
    r"(?:[²³⁴-⁹]|\^[2-9]|\^\{[2-9]\}|[₁-₉]|_[1-9]|_\{[1-9]\})?",
    "COMMAND": r"\\[A-Za-z]+",
    "NUMBER": r"(?:\d+(?:\.(?![*/^\\'])\d*)?|\.\d+)(?:[eE][+-]?\d+)?",
    "NAME": r"[^\W\d_ᵀᴴ⁻⁰¹²³⁴⁵⁶⁷⁸⁹][^\W_ᵀᴴ⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*(?:_(?:[^\W_ᵀᴴ⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\{[^{}]*\}))*",
    "STRING": r"\"[^\"]*\"",
    "DOTTED": r"\.[A-Za-z_]\w*",
    "SUPER": r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹ᵀᴴ]+",
    "OPERATOR": r"\.\*\*|\.\*|\./|\.\^|\.'|\*\*|\^\s*(?:⊙|\{\s*\\odot|\\odot\b|\\circ\b|∘)"
    r"|>=|<=|!=|\|\||==|[-+*/@^()\[\]{},;:=<>|'"
    r"\\·⋅∗×⊙∘⊘⊗‖∥−∂′’†≥≤≠⟨⟩…]",
}
_TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS.items()))

_COMMAND = re.compile(r"\\([A-Za-z]+)")
_TEX = re.compile(
    r"\\[|{,;!]|\^\s*\{|\\(?:[dt]?frac|sqrt|top|intercal|left|right|cdot|times|odot|otimes|circ"
    r"|[lr]?[vV]ert|math\w+|operatorname|boldsymbol|bm|hat|bar|tilde|quad|text)(?![A-Za-z])"
)
"""What only a text in TeX has."""

_SIZED = re.compile(r"\[([^\[\]]*)\]\(")
"""The sizes in unvec[n×m](x)."""

_INDEX = re.compile(r"\s*_\s*(?:\{([^{}]*)\}|(\w))")

_SIGNS = {
    "+": "PLUS", "-": "MINUS", "−": "MINUS", "*": "TIMES", "·": "TIMES", "×": "TIMES",
    "⋅": "TIMES", "∗": "TIMES",
    "@": "AT", "/": "DIVIDE", "\\": "LDIVIDE", ".*": "DOTTIMES", "./": "DOTDIVIDE",
    "⊙": "ODOT", "∘": "ODOT", "⊘": "ODIVIDE", "⊗": "OTIMES",
    "^": "POWER", "**": "POWER", ".^": "DOTPOWER", ".**": "DOTPOWER",
    "'": "QUOTE", "′": "QUOTE", "’": "QUOTE", "†": "QUOTE", ".'": "QUOTE",
    "…": "ELLIPSIS", ",": "COMMA", ";": "SEMICOLON", ":": "COLON",
    "=": "EQUALS", "<": "COMPARE", ">": "COMPARE", ">=": "COMPARE", "<=": "COMPARE",
    "≥": "COMPARE", "≤": "COMPARE", "==": "COMPARE", "!=": "COMPARE", "≠": "COMPARE",
    "(": "LPAR", ")": "RPAR", "{": "LBRACE", "}": "RBRACE", "[": "LSQB", "]": "RSQB",
    "|": "BAR", "||": "NORM", "‖": "NORM", "∥": "NORM",
    r"\cdot": "TIMES", r"\times": "TIMES", r"\ast": "TIMES", r"\odot": "ODOT", r"\circ": "ODOT",
    r"\oslash": "ODIVIDE", r"\otimes": "OTIMES", r"\prime": "QUOTE",
    r"\lVert": "LNORM", r"\rVert": "RNORM", r"\Vert": "NORM", r"\|": "NORM",
    r"\lvert": "LBAR", r"\rvert": "RBAR", r"\vert": "BAR", r"\{": "LPAR", r"\}": "RPAR",
    "⟨": "LANGLE", "⟩": "RANGLE", r"\langle": "LANGLE", r"\rangle": "RANGLE",
}  # fmt: skip

_OPENING = {"LPAR": "RPAR", "LBRACE": "RBRACE", "LSQB": "RSQB", "LINDEX": "RSQB", "CALL": "RPAR",
            "METHOD": "RPAR", "LBAR": "RBAR", "LNORM": "RNORM",
            "LANGLE": "RANGLE"}  # fmt: skip
_CLOSING = {"RPAR", "RBRACE", "RSQB", "RBAR", "RNORM", "RANGLE"}
_ENDS_OPERAND = {"NUMBER", "NAME", "TOP", "STRING", "SUPER", "QUOTE", "ATTRIBUTE", *_CLOSING}
_STARTS_OPERAND = {"NUMBER", "NAME", "CALL", "PREFIX", "LPAR", "LBRACE", "LSQB", "LBAR", "LNORM",
                   "LANGLE", "FRACTION", "ROOT", "PARTIAL"}  # fmt: skip
_SHOWN = {"LPAR": "(", "LBRACE": "{", "LSQB": "[", "LINDEX": "[", "CALL": "(", "METHOD": "(",
          "LBAR": "|", "LNORM": "‖", "LANGLE": "⟨"}  # fmt: skip
_MODULES = {"np", "numpy", "jnp", "jax", "torch", "tf", "sp", "sympy", "scipy", "math"}


@dataclass(frozen=True)
class Names:
    """What the tokens depend on.

    :param is_function: whether a name is that of a known or declared function.
    :param is_stated: whether it is stated what a name is.
    :param takes_no_brackets: whether it may be written without brackets: tr A, log det X.
    """

    is_function: Callable[[str], bool]
    is_stated: Callable[[str], bool]
    takes_no_brackets: Callable[[str], bool]


def name_of(written: str) -> str:
    """The plain form of a name: σ_{max} is sigma_max."""
    stem, *indices = written.replace("{", "").replace("}", "").replace(" ", "").split("_")
    return "_".join([LETTERS.get(stem, stem), *(LETTERS.get(part, part) for part in indices)])


class _Tokens:
    """The tokens of one text, as they are found from left to right."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.found: list[Token] = []
        self.open: list[Token] = []
        commands = _COMMAND.findall(text)
        self.is_tex = bool(_TEX.search(text)) or any(map(self._is_command, commands))
        self.at = 0

    def error(self, message: str, start: int, end: int) -> ParseError:
        return ParseError(message, self.text, [(start, end)])

    @property
    def after_operand(self) -> bool:
        return bool(self.found) and self.found[-1].type in _ENDS_OPERAND

    def add(self, kind: str, value: str, start: int, end: int) -> None:
        token = Token(kind, value, start, end_pos=end)
        if kind in _OPENING:
            self.open.append(token)
            if len(self.open) > DEEPEST:
                raise self.error(
                    f"brackets nest deeper than {DEEPEST:,}; give parts of it names of their own",
                    start,
                    end,
                )
        elif kind in _CLOSING:
            self.close(kind, start, end)
        self.found.append(token)

    def close(self, kind: str, start: int, end: int) -> None:
        shown = self.text[start:end]
        if not self.open:
            raise self.error(f"{shown} closes no bracket; take it away or open one", start, end)
        opened = self.open.pop()
        if _OPENING[opened.type] != kind:
            raise ParseError(
                f"{shown} does not close the {_SHOWN[opened.type]} before it",
                self.text,
                [((opened.end_pos or 1) - 1, opened.end_pos or 1), (start, end)],
            )

    def bar(self, kind: str, start: int, end: int) -> None:
        """A bar opens or closes: |x| and ‖x‖ have the same sign on both sides."""
        inside = self.open[-1].type if self.open else ""
        if self.text[start:end] == "||" and self.after_operand and inside == "LBAR":
            self.add("RBAR", "|", start, start + 1)
            self.at = start + 1
        elif self.after_operand and inside == f"L{kind}":
            self.closing_bar(f"R{kind}", start, end)
        else:
            self.add(f"L{kind}", self.text[start:end], start, end)

    def closing_bar(self, kind: str, start: int, end: int) -> None:
        """A closing bar, with the index that says which norm it is: ‖x‖_1."""
        index = _INDEX.match(self.text, end) if kind == "RNORM" else None
        self.at = end = index.end() if index else end
        self.add(kind, (index.group(1) or index.group(2)) if index else "", start, end)

    def name(self, name: str, start: int, end: int) -> None:
        """A name, or the name of a function with the bracket that follows it."""
        text = self.text
        if name == "unvec" and (sized := _SIZED.match(text, end)):
            self.at = sized.end()
            self.add("CALL", f"unvec[{sized.group(1)}]", start, sized.end())
            return
        primes = len(text[end:]) - len(text[end:].lstrip("'′"))
        after = end + primes
        is_called = text[after : after + 1] == "(" or text[after : after + 6] == "\\left("
        if is_called and (not primes or self.names.is_function(name)):
            self.at = opened = text.index("(", after) + 1
            self.add("CALL", name + "'" * primes, start, opened)
            return
        if text[end : end + 1] == "[" and self.names.is_function(name) and name not in "IKDJeΔ":
            raise self.error(
                f"write {name}(…): square brackets hold entries, or what is done entry by entry",
                start,
                end + 1,
            )
        kind = "PREFIX" if self.names.takes_no_brackets(name) else "NAME"
        self.add(kind, name, start, end)

    def letters(self, value: str, start: int, end: int) -> None:
        """A name; in TeX letters side by side are a product, unless they are a function's name."""
        name = name_of(value)
        is_run = self.is_tex and value[:2].isalpha() and len(value) > 1
        if not is_run or self.names.is_function(name) or self.names.is_stated(name):
            self.name(name, start, end)
            return
        self.at = start + 1
        self.name(name_of(value[0]), start, start + 1)

    def dotted(self, value: str, start: int, end: int) -> None:
        """An attribute, a method, or a name in a module: np.linalg.norm is norm."""
        if self.found and self.found[-1].type == "NAME" and self.found[-1].value in _MODULES:
            module = self.found.pop()
            if self.text[end : end + 1] == ".":
                self.found.append(module)
            else:
                self.name(value[1:], module.start_pos or 0, end)
        elif not self.after_operand:
            raise self.error(f"{value} follows nothing that has it", start, end)
        elif self.text[end : end + 1] == "(":
            self.at = end + 1
            self.add("METHOD", value[1:], start, end + 1)
        else:
            self.add("ATTRIBUTE", value[1:], start, end)

    def sign(self, value: str, start: int, end: int) -> None:
        kind = _SIGNS.get(value)
        if kind is None and value.startswith("^"):
            kind = "DOTPOWER"
            if "{" in value:  # ^{\odot 2}: what is left of the braces is the exponent
                self.add(kind, value, start, end)
                self.add("LBRACE", "{", start, end)
                return
        if kind is None:
            raise self.error(f"{value} has no meaning here", start, end)
        if kind == "LDIVIDE" and self.is_tex:  # a space in TeX
            return
        if kind in {"BAR", "NORM"}:
            self.bar(kind, start, end)
        elif kind in {"RBAR", "RNORM"}:
            self.closing_bar(kind, start, end)
        elif kind == "LSQB" and self.after_operand and not self.text[start - 1].isspace():
            self.add("LINDEX", value, start, end)
        elif value == "×" and self.open and self.open[-1].type == "LINDEX":
            self.add("CROSS", value, start, end)
        elif kind == "QUOTE" and not self.after_operand:
            self.quoted(start)
        else:
            self.add(kind, value, start, end)

    def quoted(self, start: int) -> None:
        """A quote where nothing can be transposed begins a string: norm(A, 'fro')."""
        end = self.text.find("'", start + 1)
        if end < 0:
            raise self.error(
                "' transposes what is before it, and there is nothing", start, start + 1
            )
        self.at = end + 1
        self.add("STRING", self.text[start : end + 1], start, end + 1)

    def read(self) -> list[Token]:
        at = 0
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if found is None:
                raise self.error(f"{self.text[at]} has no meaning in a formula", at, at + 1)
            # What is next may change it: a name takes the bracket that follows it.
            self.at = found.end()
            self.one(str(found.lastgroup), found, *found.span())
            at = self.at
        if self.open:
            last = self.open[-1]
            raise self.error(
                f"{_SHOWN[last.type]} is not closed", (last.end_pos or 1) - 1, last.end_pos or 1
            )
        return self.found

    def one(self, kind: str, found: re.Match[str], start: int, end: int) -> None:
        value = found.group()
        match kind:
            case "SPACE":
                pass
            case "ACCENT":
                name = f"{found.group('accented')}_{found.group('accent')}"
                self.name(name_of(name), start, end)
            case "ONES":
                self.add("NUMBER", f"\\mathbf{value.strip('}{ ')[-1]}", start, end)
            case "STYLED":
                self.command(found.group("styled") or found.group("letter"), start, end)
            case "COMMAND" if self._is_command(value[1:]):
                self.command(value[1:], start, end)
            case "COMMAND" if self.after_operand:  # A\b solves a system in MATLAB
                self.add("LDIVIDE", "\\", start, start + 1)
                self.at = start + 1
            case "COMMAND":
                raise self.error(f"{value} is no command of TeX that is known here", start, end)
            case "NAME":
                self.letters(value, start, end)
            case "TOP" if self.after_operand:  # x⊤ without ^
                self.add("SUPER", "T", start, end)
            case "DOTTED":
                self.dotted(value, start, end)
            case "SUPER":
                self.add(kind, value.translate(_SUPERSCRIPTS), start, end)
            case "SIGN" | "OPERATOR":
                self.sign(value, start, end)
            case _:
                self.add(kind, value, start, end)

    def _is_command(self, name: str) -> bool:
        return name.lower() in _GREEK_NAMES or self.names.is_function(name)

    def command(self, name: str, start: int, end: int) -> None:
        r"""A name in TeX, with its index: \mathbf{x}_i, \lambda, \log."""
        index = _INDEX.match(self.text, end)
        if index is not None and not self.names.is_function(name):
            name += f"_{index.group(1) or index.group(2)}"
            self.at = end = index.end()
        self.name(name_of(name), start, end)


def tokens_of(text: str, names: Names) -> list[Token]:
    """Split a text into tokens.

    :raises ParseError: if it is too long, a character has no meaning, or brackets do not match.
    """
    if len(text) > LONGEST:
        raise ParseError(
            f"a text of {len(text):,} characters is longer than {LONGEST:,}; build what is that "
            "long from SymPy's symbols"
        )
    return list(_with_prefixes(_Tokens(text, names).read()))


def _with_prefixes(found: list[Token]) -> Iterator[Token]:
    """A function without brackets that no operand follows is a name like any other."""
    for token, after in zip(found, [*found[1:], None], strict=False):
        if token.type == "PREFIX" and (after is None or after.type not in _STARTS_OPERAND):
            yield Token.new_borrow_pos("NAME", token.value, token)
        else:
            yield token
