"""Writing to wherever the output goes, which may know ASCII only."""

from __future__ import annotations

import re
import shutil
import sys
import unicodedata
from collections.abc import Callable
from typing import TextIO

WIDEST = 100
"""How long lines are, unless the terminal is narrower."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ", "0123456789-T")
_PLAIN = {
    "∂": "d", "′": "'", "⟨": "<", "⟩": ">", "×": "x", "⊙": r"\odot", "⊗": r"\otimes", "≤": "<=",
    "≥": ">=", "≠": "!=", "→": "->", "…": "...", "‖": "|", "−": "-", "“": '"', "”": '"', "‘": "'",
    "’": "'", "–": "-", "ℝ": "R", "∈": "in", "⊤": "T", "·": "*",
}  # fmt: skip


def width() -> int:
    """How long a line may be."""
    if not sys.stdout.isatty():
        return WIDEST
    return min(shutil.get_terminal_size().columns, WIDEST)


def in_ascii(written: str) -> str:
    """The same in ASCII; a formula means the same when it is read again."""
    written = re.sub(r"(?<=\[)([^\[\]×]*)×([^\[\]×]*)(?=\])", r"\1, \2", written)
    written = re.sub(r"(?<=\w)×(?=\w)", " x ", written).replace("^⊙", ".^")
    written = re.sub("([⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ]+)", r"^\1", written).translate(_SUPERSCRIPTS)
    return "".join(sign if sign.isascii() else _in_ascii(sign) for sign in written)


def _in_ascii(sign: str) -> str:
    if sign in _PLAIN:
        return _PLAIN[sign]
    name = unicodedata.name(sign, "")
    if name.startswith("GREEK"):
        letter = name.split()[3] if "LETTER" in name else name.split()[1]
        return letter.lower().replace("lamda", "lambda") if "SMALL" in name else letter.title()
    return sign.encode("ascii", "backslashreplace").decode()


def carries(stream: TextIO, written: str) -> bool:
    """Return whether a stream can write a text as it is."""
    try:
        written.encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def as_carried() -> Callable[[str], str]:
    """What makes a text one that the output can write: all of it as it is, or all in ASCII."""
    return str if carries(sys.stdout, "".join(_PLAIN)) else in_ascii


def say(written: str) -> None:
    """Write to the output, at once."""
    sys.stdout.write(written if carries(sys.stdout, written) else in_ascii(written))
    sys.stdout.flush()


def complain(message: str, marked: str = "") -> None:
    """Write to the output for errors.

    :param marked: a text with marks below it, which have to stay where they are.
    """
    if not carries(sys.stderr, message + marked):
        message, marked = in_ascii(message), marked.encode("ascii", "replace").decode()
    sys.stderr.write(f"derivlib: {message}{marked}\n")
