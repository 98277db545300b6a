"""Outputs that are computation graphs: each becomes a figure with a legend and its words.

A cell whose last line is `d.graph` is enough. A figure that cannot be drawn is a warning that
names the page, and with `-W` it stops the build.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer, load_mime_renders
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from derivlib.display.graph_figure import legend, title_of
from derivlib.display.graph_text import MIME_TYPE
from figures.drawing import DrawingError, svg

logger = logging.getLogger(__name__)


class Figure(nodes.General, nodes.Element):
    """A computation graph, to be drawn when its page is written."""


class GraphOutput:
    """Takes outputs that are computation graphs."""

    mime_priority_overrides: ClassVar[list[tuple[str, str, int | None]]] = [("*", MIME_TYPE, 1)]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Make a figure of an output, unless it is another kind of output."""
        if inline or data.mime_type != MIME_TYPE:
            return None
        graph: Any = data.content
        figure = Figure(graph=graph, key=f"graph-{data.cell_index}-{data.output_index}")
        figure.source, figure.line = renderer.source, data.line
        figure += in_words(graph)
        return [figure]


def in_words(graph: Mapping[str, Any]) -> nodes.bullet_list:
    """List the nodes, a sentence each, with formulas."""
    items = nodes.bullet_list()
    for node in graph["nodes"]:
        paragraph = nodes.paragraph()
        for i, piece in enumerate(node["words"]):
            paragraph += nodes.math(piece, piece) if i % 2 else nodes.Text(piece)
        items += nodes.list_item("", paragraph)
    return items


def visit_figure(self: HTML5Translator, node: Figure) -> None:
    """Write the figure and its legend; its words, which fold out, are its children."""
    graph, key = node["graph"], node["key"]
    title = html.escape(title_of(graph))
    try:
        drawn = svg(graph, key)
    except DrawingError as error:
        logger.warning("the figure cannot be drawn: %s", error, location=node, type="figures")
        drawn = "<p>This figure could not be drawn.</p>"
    self.body.append(
        '<figure class="computation-graph">'
        f'<div class="graph-scroll" tabindex="0" role="group" aria-label="{title}">'
        f"{drawn}</div>\n<figcaption>{legend(graph)}</figcaption>\n"
        '<details class="graph-words"><summary>The figure in words</summary>\n'
    )


def depart_figure(self: HTML5Translator, node: Figure) -> None:
    """Close what was opened."""
    self.body.append("</details></figure>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the figure with Sphinx and the output with MyST-NB."""
    app.add_node(Figure, html=(visit_figure, depart_figure))
    # MyST-NB asks installed packages for such renderers; it keeps what it found in one list.
    renderers = load_mime_renders()
    if GraphOutput not in renderers:
        renderers.append(GraphOutput)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
