"""How expressions and derivations look. Nothing here knows how they were found."""

from derivlib.display.aligned_block import block, equation, sentence
from derivlib.display.formula import Formula, aligned, show, show_group
from derivlib.display.latex import latex
from derivlib.expressions.text import text

__all__ = [
    "Formula",
    "aligned",
    "block",
    "equation",
    "latex",
    "sentence",
    "show",
    "show_group",
    "text",
]
