"""Formulas set by KaTeX while the site is built: HTML for the eye, MathML for the ear.

One Node process serves each Sphinx process. A formula that cannot be set is a warning that
names the page and the TeX, and with `-W` it stops the build. So is a rule without an entry in
the catalogue.
"""

from __future__ import annotations

import atexit
import html
import json
import os
import re
import shutil
import subprocess
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from formulas import rule_links

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
KATEX = HERE.parents[1] / "node_modules" / "katex" / "dist"
ROWS = re.compile(r"\\\\|(?<!\\)&")


class FormulaError(Exception):
    """A formula that the typesetter refuses."""


class Typesetter:
    """A Node process that answers one formula at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ["node", str(HERE / "katex_server.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        atexit.register(self.process.kill)

    def set(self, tex: str, *, display: bool) -> str:
        """Set one formula.

        :raises FormulaError: if KaTeX refuses it.
        """
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline() or '{"error": "the typesetter has ended"}')
        if "error" in answer:
            raise FormulaError(answer["error"])
        return str(answer["html"])


@lru_cache(maxsize=8)
def typesetter(process_id: int) -> Typesetter:
    """The typesetter of a process; a forked process gets its own."""
    return Typesetter()


@lru_cache(maxsize=4096)
def set_formula(tex: str, display: bool) -> str:
    """Set a formula, once for each TeX."""
    return typesetter(os.getpid()).set(tex, display=display)


def with_rows(tex: str) -> str:
    """Wrap a formula of several rows that brings no environment of its own."""
    outside = re.sub(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", "", tex, flags=re.DOTALL)
    if not ROWS.search(outside):
        return tex
    return f"\\begin{{aligned}}\n{tex}\n\\end{{aligned}}"


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


def set_block(self: HTML5Translator, node: nodes.Element, tex: str) -> str:
    """Set a displayed formula; one that names rules twice, for wide and for narrow screens."""
    if not rule_links.names(tex):
        return set_formula(with_rows(tex), True)
    variants = {"wide": tex, "narrow": rule_links.stacked(tex)}
    markup = "".join(
        f'<div class="math-{width}">{set_formula(rule_links.linked(variant), True)}</div>'
        for width, variant in variants.items()
    )
    labels = map(rule_links.label, rule_links.names(tex))
    addresses = {label: rule_address(self, node, label) for label in labels}
    links = rule_links.listed(rule_links.names(tex), addresses.__getitem__)
    return rule_links.addressed(markup, addresses.__getitem__) + links


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula; names of rules in it are links."""
    tex = node.astext()
    try:
        shown = set_formula(rule_links.linked(tex), False)
    except FormulaError as error:
        shown = refused(self, node, tex, error)
    if rule_links.names(tex):
        shown = rule_links.addressed(shown, partial(rule_address, self, node))
    self.body.append(f'<span class="math">{shown}</span>')
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula in a box that scrolls by itself."""
    tex = node.astext().strip()
    try:
        shown = set_block(self, node, tex)
    except FormulaError as error:
        shown = refused(self, node, tex, error)
    number = ""
    if node.get("number"):
        number = f'<span class="eqno">({node["number"]})'
        anchor = node["ids"][0] if node["ids"] else ""
        if anchor:
            number += f'<a class="headerlink" href="#{anchor}" title="Link to this equation">¶</a>'
        number += "</span>"
    attributes = {"CLASS": "math math-block", "ids": node["ids"]}
    self.body.append(self.starttag({}, "div", "", **attributes))
    self.body.append(
        f'<div class="math-scroll" tabindex="0" role="group" aria-label="Formula">{shown}</div>'
        f"{number}</div>\n"
    )
    raise nodes.SkipNode


def copy_typefaces(app: Sphinx, exception: Exception | None) -> None:
    """Put KaTeX's style sheet and fonts into the built site."""
    if exception is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    shutil.copy(KATEX / "katex.min.css", target)
    for font in (KATEX / "fonts").glob("*.woff2"):
        shutil.copy(font, target / "fonts")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the typesetter with Sphinx."""
    app.add_html_math_renderer("katex", (visit_math, None), (visit_math_block, None))
    app.add_css_file("katex/katex.min.css")
    app.connect("build-finished", copy_typefaces)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
