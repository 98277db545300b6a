"""A formula in one line of text, for the name of its box.

It is read off the MathML that the typesetter wrote, so it needs no knowledge of TeX.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from xml.etree import ElementTree

MATHML = re.compile(r"<math\b.*?</math>", re.DOTALL)
INVISIBLE = re.compile("[\u2061-\u2064\u200b]")
LONG = 70


def children(element: ElementTree.Element) -> list[str]:
    """What the parts of an element say."""
    return [words(child) for child in element]


def grouped(text: str) -> str:
    """Put parentheses around what would otherwise be read apart."""
    return text if re.fullmatch(r"\W?\w+(\(\w+\))?|\(.*\)", text) else f"({text})"


def fraction(parts: list[str]) -> str:
    """A numerator over a denominator."""
    return f" {grouped(parts[0])}/{grouped(parts[1])} "


def raised(parts: list[str]) -> str:
    """A base with its exponent, in one character where there is one."""
    upper = parts[1].replace(" ", "")
    mark = {"T": "ᵀ", "⊤": "ᵀ", "2": "²", "3": "³", "′": "′", "−1": "⁻¹"}.get(upper)
    return parts[0] + (mark or f"^{grouped(upper)}")


def row(parts: list[str]) -> str:
    """Cells with a comma between, as in a matrix; none before a sign of relation."""
    text = ""
    for part in filter(None, map(str.strip, parts)):
        text += (" " if part[0] in "=≈" or not text else ", ") + part
    return text


WRITTEN: dict[str, Callable[[list[str]], str]] = {
    "mfrac": fraction,
    "msup": raised,
    "msub": lambda parts: f"{parts[0]}_{grouped(parts[1])}",
    "msubsup": lambda parts: raised([f"{parts[0]}_{grouped(parts[1])}", parts[2]]),
    "msqrt": lambda parts: f"√({' '.join(parts)})",
    "mtable": "; ".join,
    "mtr": row,
}
"""How each kind of element is written in a line, from what its parts are."""


def words(element: ElementTree.Element) -> str:
    """What an element says, from what its parts say."""
    name = element.tag.rpartition("}")[2]
    if name == "annotation":
        return ""
    if len(element) == 0:
        text = INVISIBLE.sub("", (element.text or "").strip())
        return f" {text} " if name == "mo" and text in "=+−⊙⊗∘→" and text else text
    return WRITTEN.get(name, "".join)(children(element))


def first_words(markup: str, longest: int = LONG) -> str:
    """Begin to say a formula.

    :param markup: the formula as KaTeX set it.
    :param longest: how many characters are enough.
    :returns: its beginning as text, the end marked where there is more.
    """
    found = MATHML.search(markup)
    if found is None:
        return ""
    mathml = found[0].replace("&nbsp;", " ")
    text = " ".join(unescape(words(ElementTree.fromstring(mathml))).split())
    if len(text) <= longest:
        return text
    return text[:longest].rpartition(" ")[0].rstrip(" =+−,;(") + " …"
