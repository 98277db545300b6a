"""Formulas set by KaTeX while the site is built: HTML for the eye, MathML for the ear.

A formula that cannot be set is a warning that names the page and the TeX, and with `-W` it stops
the build. So is a rule without an entry in the catalogue.
"""

from __future__ import annotations

import html
from functools import partial
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from formulas import boxes, equation_labels, punctuation, rule_links, typefaces
from formulas.typesetter import FormulaError, TypesetterMissingError, set_formula

logger = logging.getLogger(__name__)


def refused(self: HTML5Translator, node: nodes.Element, tex: str, error: FormulaError) -> str:
    """Report a formula that cannot be set, and show its TeX in its place."""
    logger.warning("KaTeX cannot set %r: %s", tex, error, location=node, type="katex")
    return f"<code>{html.escape(tex)}</code>"


def rule_address(self: HTML5Translator, node: nodes.Element, label: str) -> str:
    """Find the entry of a rule as seen from the page that is written; it has to exist."""
    standard = self.builder.env.get_domain("std")
    target, anchor = standard.anonlabels.get(label, ("", ""))
    if not anchor:
        logger.warning("there is no entry for %r", label, location=node, type="rules")
        return "#"
    page = self.builder.current_docname
    return f"{self.builder.get_relative_uri(page, target)}#{anchor}"


def linked(self: HTML5Translator, node: nodes.Element, markup: str, tex: str) -> str:
    """Put the addresses of rules into a formula, and list them for the Tab key."""
    shown = rule_links.names(tex)
    if not shown:
        return markup
    labels = map(rule_links.label, shown)
    addresses = {label: rule_address(self, node, label) for label in labels}
    links = rule_links.listed(shown, addresses.__getitem__)
    return rule_links.addressed(markup, addresses.__getitem__) + links


def numbered(node: nodes.Element) -> str:
    """Write the number of an equation, with a link to it."""
    if not node.get("number"):
        return ""
    link = ""
    if node["ids"]:
        title = 'class="headerlink" title="Link to this equation"'
        link = f'<a {title} href="#{node["ids"][0]}">¶</a>'
    return f'<span class="eqno">({node["number"]}){link}</span>'


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula; names of rules in it are links."""
    tex = node.astext()
    try:
        shown = boxes.with_source(set_formula(rule_links.linked(tex), False).html, tex)
    except FormulaError as error:
        shown = refused(self, node, tex, error)
    if rule_links.names(tex):
        shown = rule_links.addressed(shown, partial(rule_address, self, node))
    self.body.append(f'<span class="math">{shown}</span>')
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula in a box that scrolls by itself."""
    tex = boxes.with_rows(node.astext().strip())
    try:
        variants = boxes.variants(tex, node.get("number"))
        shown = linked(self, node, boxes.markup(variants, tex), tex)
        name = html.escape(boxes.name(variants, tex, node.get("number")))
    except FormulaError as error:
        shown, name = refused(self, node, tex, error), "Formula"
    # The box that the theme puts around a formula has taken over its name.
    names = [name for name in node["ids"] if name not in node.parent["ids"]]
    attributes = {"CLASS": "math math-block", "ids": names}
    self.body.append(self.starttag({}, "div", "", **attributes))
    self.body.append(
        f'<div class="math-scroll" tabindex="0" role="group" aria-label="{name}">{shown}</div>'
        f"{numbered(node)}</div>\n"
    )
    raise nodes.SkipNode


def require_typesetter(app: Sphinx) -> None:
    """Stop before any page is executed if formulas could not be set."""
    if app.builder.format != "html" or app.config.html_math_renderer != "katex":
        return
    try:
        set_formula("x", False)
    except TypesetterMissingError as error:
        raise ExtensionError(str(error)) from error


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the typesetter with Sphinx."""
    app.add_html_math_renderer("katex", (visit_math, None), (visit_math_block, None))
    app.connect("builder-inited", require_typesetter)
    equation_labels.setup(app)
    punctuation.setup(app)
    typefaces.setup(app)
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": True}
