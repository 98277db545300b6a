"""Punctuation stays with the formula it belongs to: a browser would break the line between them.

Only short formulas are kept together with it; a long one has to be broken itself on a phone, and
then there is room.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from formulas import rule_links
from formulas.typesetter import FormulaError, set_formula

LONGEST = 10.0
"""How wide a formula may be that is not broken, in em: half the line of a phone of 390 px."""
OPENING = re.compile(r"[(\[“‘]+$")
CLOSING = re.compile(r"[.,;:!?)\]’”…]+")


def is_short(formula: nodes.math) -> bool:
    """Tell whether a formula needs no break; what cannot be set is reported where it is written."""
    with suppress(FormulaError):
        return set_formula(rule_links.linked(formula.astext()), False).width <= LONGEST
    return False


def cut(text: nodes.Node, start: int, end: int) -> nodes.Text:
    """Take a piece off the beginning or the end of a text.

    It is looked for by identity: an equal text may stand before it.
    """
    words, parent = text.astext(), text.parent
    place = next(i for i, child in enumerate(parent) if child is text)
    parent[place] = nodes.Text(words[:start] + words[end:])
    return nodes.Text(words[start:end])


class KeepPunctuation(SphinxPostTransform):
    """Put a formula and the punctuation beside it into a span that is not broken."""

    default_priority = 600
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Go through the formulas in the text of a page."""
        for formula in list(self.document.findall(nodes.math)):
            parent = formula.parent
            place = parent.index(formula)
            before = parent[place - 1] if place else None
            after = parent[place + 1] if place + 1 < len(parent) else None
            opened = isinstance(before, nodes.Text) and OPENING.search(before.astext())
            closed = isinstance(after, nodes.Text) and CLOSING.match(after.astext())
            if not (opened or closed) or not is_short(formula):
                continue
            span = nodes.inline("", "", classes=["unbroken"])
            span += [cut(before, *opened.span())] if opened else []
            parent.replace(formula, span)
            span += formula
            span += [cut(after, *closed.span())] if closed else []


def setup(app: Sphinx) -> None:
    """Register the transformation with Sphinx."""
    app.add_post_transform(KeepPunctuation)
