"""A bar on each executed page, from which its cells are run and edited in the browser.

Whatever executes pages says so by the event `page-executed`, with what it knows of the page.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from derivlib.site.ask.extension import FOLDER as PYTHON
from derivlib.site.ask.extension import STATIC as SHARED
from derivlib.site.ask.extension import WORKERS
from derivlib.site.ask.links import skip
from derivlib.site.cells.needs import why_not
from derivlib.site.cells.outputs import digest

HERE = Path(__file__).parent
STATIC = HERE / "static"
FOLDER = "_static/cells"
PAGES = "cells"
MARKDOWN = Path("markdown-it", "dist", "markdown-it.min.js")
EVENT = "page-executed"


class cells_bar(nodes.General, nodes.Element):  # noqa: N801, docutils names nodes so
    """The place of the bar on a page."""


def given(page: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """What the browser is given of a page when a reader wants to run it.

    :param page: its `sources`, their `outputs`, its `checks` by directives and `versions`.
    :param files: what goes with it, by name.
    """
    outputs = map(digest, page["outputs"])
    return {
        "cells": [
            {"source": source, "outputs": told}
            for source, told in zip(page["sources"], outputs, strict=True)
        ],
        "files": dict(files),
        "checks": page["checks"],
        "versions": page["versions"],
    }


def add_bar(app: Sphinx, document: nodes.document, page: Mapping[str, Any]) -> None:
    """Put the bar below the title of an executed page, which is written again when it changes.

    :param document: the page.
    :param page: see `given`; beside that its `files` and the `libraries` it asked for.
    """
    name = app.env.docname
    for path in (*STATIC.iterdir(), SHARED / Path(WORKERS).name, Path(__file__)):
        app.env.note_dependency(str(path))
    try:
        files = {str(at): path.read_text(encoding="utf-8") for at, path in page["files"].items()}
    except UnicodeDecodeError:
        bar = cells_bar(why="read files that are no texts", given=None)
    else:
        seconds = app.config.cells_seconds.get(name)
        asked = page["sources"], files, page["libraries"], seconds, app.config.cells_longest
        why = why_not(*asked)
        bar = cells_bar(why=why, given=None if why else given(page, files))
    shown = [each for each in document.findall(nodes.container) if _is_cell(each)]
    if len(shown) != len(page["sources"]):
        return  # a cell is hidden, and the page is not what one would run
    section = next(iter(document.findall(nodes.section)), None)
    if section is not None:
        section.insert(1, bar)


def _is_cell(node: nodes.container) -> bool:
    return node.get("nb_element") == "cell_code"


def visit_cells_bar(self: HTML5Translator, node: cells_bar) -> None:
    """Write the bar, which a script shows, and what it hands to the browser."""
    page = self.builder.current_docname
    place = f"{PAGES}/{page}.json"
    path = Path(self.builder.outdir) / place
    if node["why"]:
        path.unlink(missing_ok=True)  # the page may have been one that can be run
        self.body.append(
            f'<p class="cells-why">The cells of this page {escape(node["why"])}: '
            "they are not run in the browser.</p>\n"
        )
        raise nodes.SkipNode
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(node["given"]), encoding="utf-8")
    up = "../" * page.count("/")
    self.body.append(
        f'<div class="cells" role="group" aria-label="Cells" data-page="{up}{escape(place)}" '
        f'data-scripts="{up}{FOLDER}/" data-python="{up}{PYTHON}/">'
        '<button type="button">Edit and run</button>'
        '<span class="cells-status" role="status"></span></div>\n'
    )
    raise nodes.SkipNode


def add_to_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None
) -> None:
    """Let a page with a bar load its script and style, and no other."""
    if tree is not None and any(tree.findall(cells_bar)):
        app.add_js_file(WORKERS, loading_method="defer")
        app.add_js_file("cells/cells.js", loading_method="defer")
        app.add_css_file("cells/cells.css")


def copy_scripts(app: Sphinx) -> None:
    """Put the scripts into the site before its pages, which name them with their checksums."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir) / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(STATIC, target)
    markdown = Path(app.srcdir) / app.config.ask_node_modules / MARKDOWN
    if markdown.exists():
        shutil.copy(markdown, target)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the bar with Sphinx."""
    app.setup_extension("derivlib.site.ask.extension")
    app.add_config_value("cells_seconds", {}, "env", dict)
    app.add_config_value("cells_longest", 20, "env", (int, float))
    others: Any = dict.fromkeys(("latex", "text", "man", "texinfo"), (skip, None))
    app.add_node(cells_bar, html=(visit_cells_bar, None), **others)
    app.connect("html-page-context", add_to_page)
    app.connect("builder-inited", copy_scripts)
    if EVENT not in app.events.events:
        app.add_event(EVENT)
    app.connect(EVENT, add_bar)
    are_safe = {"parallel_read_safe": True, "parallel_write_safe": True}
    return {"version": "1", "env_version": 1, **are_safe}
