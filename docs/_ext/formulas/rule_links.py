r"""From the name of a rule in a derivation to its entry in the catalogue.

The library sets names of rules, and nothing else, in `\textrm`. Here they become links to
`rule:<slug>`, the only protocol the typesetter is told to trust, and once the formula is set
each page puts in the address of the entry as seen from there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from derivlib.rules.rule import slug

__all__ = ["addressed", "label", "linked", "names", "stacked"]

NAME = re.compile(r"\\textrm\{([^{}]*)\}")
TARGET = re.compile(r'href="rule:([^"]*)"')
ROW = re.compile(r" && (\\textrm\{.*?)(?: \\\\\[[12]ex\]\n|(?=\n\\end\{aligned\}\Z))", re.DOTALL)
DEFINITION = re.compile(r",\\quad ([^=\n]*?) = ")


def names(tex: str) -> list[str]:
    """The rules a formula names, each once."""
    return list(dict.fromkeys(NAME.findall(tex)))


def label(name: str) -> str:
    """The label of the entry of a rule."""
    return f"rule-{slug(name)}"


def linked(tex: str) -> str:
    """Make each name of a rule a link to an address that no page knows yet."""
    return NAME.sub(lambda found: rf"\href{{rule:{slug(found[1])}}}{{\text{{{found[1]}}}}}", tex)


def stacked(tex: str) -> str:
    """Set a derivation for a narrow screen, each definition and each remark on its own line."""
    tex = DEFINITION.sub(r" \\\\[0.6ex]\n\1 &= ", tex)
    return ROW.sub(r" \\\\\n& \\quad {\\small \1} \\\\[1.6ex]\n", tex)


def addressed(markup: str, address: Callable[[str], str]) -> str:
    """Put the addresses in.

    :param markup: a formula, set.
    :param address: gives the address of the entry with a label.
    """
    return TARGET.sub(lambda found: f'href="{address(f"rule-{found[1]}")}"', markup)
