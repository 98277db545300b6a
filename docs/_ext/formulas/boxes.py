"""The box of a displayed formula: its variants, its size before it is laid out, its name.

The build knows how wide and how high a formula will be. So lines are broken for a page and for a
phone, a browser may put off laying out what is not on the screen without anything moving
later, and paper gets type small enough for the widest line.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from formulas import rule_links
from formulas.broken_lines import broken
from formulas.spoken import first_words
from formulas.typesetter import SetFormula, set_formula, width_of

WIDE, NARROW, NUMBER = 43.0, 21.0, 2.0
"""The room for a formula on a page and on a phone of 390 px, and what a number takes, in em."""
WORTHWHILE = 0.8
"""How much narrower a second version has to be; of a wide matrix it would only be a copy."""
LINE = 1.2
"""The height of a line of type, in em."""
ROWS = re.compile(r"\\\\|(?<!\\)&")
ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
ANNOTATION = re.compile(r'(<annotation encoding="application/x-tex">).*?(</annotation>)', re.DOTALL)
ENDS = re.compile(r"\\\\(?:\[[^\]]*\])?\n")


@dataclass(frozen=True)
class Variant:
    """A formula set for one width of the page.

    :param kind: `wide`, `narrow`, or `any` if one serves all.
    :param set: the formula.
    """

    kind: str
    set: SetFormula


def with_rows(tex: str) -> str:
    """Wrap a formula of several rows that brings no environment of its own."""
    if not ROWS.search(ENVIRONMENT.sub("", tex)):
        return tex
    return f"\\begin{{aligned}}\n{tex}\n\\end{{aligned}}"


def width(tex: str) -> float:
    """The width of a formula or of a piece of one, in em.

    A piece may begin with what binds it to the piece before.
    """
    return width_of(tex)


def fit(tex: str, room: float) -> str:
    """Break the lines of a formula that are too wide for its box.

    The names of rules stay beside the lines where there is room for both.
    """
    if width(tex) <= room:
        return tex
    if not rule_links.names(tex):
        return broken(tex, room, width)
    beside = broken(tex, room, width) if room > NARROW else tex
    return beside if width(beside) <= room else broken(rule_links.stacked(tex), room, width)


def variants(tex: str, number: str | None = None) -> list[Variant]:
    """Set a formula for a page and, if it is too wide for one, for a phone.

    :param tex: the formula; names of rules are linked to addresses that no page knows yet.
    :param number: its number, if it has one.
    :raises FormulaError: if it cannot be set.
    """
    taken = NUMBER if number else 0.0
    wide, narrow = fit(tex, WIDE - taken), fit(tex, NARROW - taken)
    saved = wide != narrow and width(narrow) < WORTHWHILE * width(wide)
    texts = {"wide": wide, "narrow": narrow} if saved else {"any": wide}
    return [
        Variant(kind, set_formula(rule_links.linked(text), True)) for kind, text in texts.items()
    ]


def with_source(markup: str, tex: str) -> str:
    """Let a formula say the TeX it was written in, which is what readers copy."""
    source = html.escape(tex, quote=False)
    return ANNOTATION.sub(lambda found: found[1] + source + found[2], markup)


def markup(shown: list[Variant], tex: str) -> str:
    """Write the variants; which of them is shown depends on the width of the page."""
    written = []
    for variant in shown:
        size = variant.set
        height = max(size.height, LINE)
        written.append(
            f'<div class="math-set math-{variant.kind}" '
            f'style="--w:{size.width:.1f};--h:{height:.2f}">{with_source(size.html, tex)}</div>'
        )
    return "".join(written)


def name(shown: list[Variant], tex: str, number: str | None = None) -> str:
    """Name the box of a formula for who cannot see it."""
    kind = f"Equation {number}" if number else "Formula"
    begin = first_words(shown[0].set.html)
    if rule_links.names(tex):
        lines = len(ENDS.findall(tex)) + 1
        kind = f"Equation {number}, derivation" if number else "Derivation"
        return f"{kind} in {lines} lines: {begin}"
    return f"{kind}: {begin}"
