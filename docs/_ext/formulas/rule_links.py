r"""From the name of a rule in a derivation to its entry in the catalogue.

The library sets names of rules, and nothing else, in `\textrm`. Here they become links to
`rule:<slug>`, the only protocol the typesetter is told to trust, and once the formula is set
each page puts in the address of the entry as seen from there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from derivlib.rules import RULES
from derivlib.rules.rule import slug

NAME = re.compile(r"\\textrm\{([^{}]*)\}")
TARGET = re.compile(r'(<a\b[^<>]*?\s)?href="rule:([^"]*)"')
ROW = re.compile(r" && (\\textrm\{.*?)(?: \\\\\[[12]ex\]\n|(?=\n\\end\{aligned\}\Z))", re.DOTALL)
DEFINITION = re.compile(r",\\quad ([^=\n]*?) = ")


_STEPS = ("naming", "substitution", "known-differentials", "equal-checked")
"""What the catalogue has an entry for beside the rules: steps in which no rule is applied."""


def has_entry(name: str) -> bool:
    """Return whether a rule is in the catalogue; one that a page has registered is not."""
    return slug(name) in {*_STEPS, *(rule.slug for rule in RULES.values())}


def names(tex: str) -> list[str]:
    """The rules of the catalogue that a formula names, each once."""
    return [name for name in dict.fromkeys(NAME.findall(tex)) if has_entry(name)]


def label(name: str) -> str:
    """The label of the entry of a rule."""
    return f"rule-{slug(name)}"


def linked(tex: str) -> str:
    """Make each name of a rule of the catalogue a link to an address that no page knows yet."""

    def link(found: re.Match[str]) -> str:
        shown = rf"\text{{{found[1]}}}"
        return rf"\href{{rule:{slug(found[1])}}}{{{shown}}}" if has_entry(found[1]) else shown

    return NAME.sub(link, tex)


def stacked(tex: str) -> str:
    """Set a derivation for a narrow screen, each definition and each remark on its own line."""
    tex = DEFINITION.sub(r" \\\\[0.6ex]\n\1 &= ", tex)
    return ROW.sub(r" \\\\\n& \\quad {\\small \1} \\\\[1.6ex]\n", tex)


def addressed(markup: str, address: Callable[[str], str]) -> str:
    """Put the addresses in.

    What KaTeX sets for the eye is hidden from assistive technology, so its links are not for the
    Tab key; `listed` offers the same links to those who use it.

    :param markup: a formula, set.
    :param address: gives the address of the entry with a label.
    """

    def put(found: re.Match[str]) -> str:
        tag = f'{found[1]}tabindex="-1" ' if found[1] else ""
        return f'{tag}href="{address(f"rule-{found[2]}")}"'

    return TARGET.sub(put, markup)


def listed(shown: list[str], address: Callable[[str], str]) -> str:
    """Links to the rules a formula names, for assistive technology and the Tab key.

    :param shown: the names of the rules.
    :param address: gives the address of the entry with a label.
    """
    links = (f'<a href="{address(label(name))}">{escape(name)}</a>' for name in shown)
    return f'<p class="math-rules">Rules: {", ".join(links)}</p>'
