"""Outputs that are computation graphs: each becomes a figure with a legend and its words.

A cell whose last line is `d.graph` is enough. A figure that cannot be drawn is a warning that
names the page, and with `-W` it stops the build.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer, load_mime_renders
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

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


def _title(graph: Mapping[str, Any]) -> str:
    output, variable = graph["output"]["text"], graph["variable"]["text"]
    return f"Computation graph of {output}, with the derivatives on the way to {variable}"


def _description(graph: Mapping[str, Any]) -> str:
    way = "with" if graph["forwards"] else "against"
    told = " ".join(node["text"] for node in graph["nodes"])
    return f"Values flow from the inputs to the output, derivatives {way} them. {told}"


def _has_derivatives(graph: Mapping[str, Any]) -> bool:
    return any(edge["derivative"] is not None for edge in graph["edges"])


SAMPLE = (
    '<svg class="sample" viewBox="0 0 36 10" aria-hidden="true"><g class="edge {kind}">'
    '<path class="line" d="M1,5L{end},5"/><path class="head" d="M27,1L35,5L27,9{close}"/></g></svg>'
)
FRAME = (
    '<svg class="sample" viewBox="0 0 24 14" aria-hidden="true"><g class="node variable">'
    '<rect class="frame" x="1" y="1" width="22" height="12" rx="3"/>'
    '<rect class="inner" x="3.5" y="3.5" width="17" height="7" rx="1.5"/></g></svg>'
)


def _legend(graph: Mapping[str, Any]) -> str:
    """Say how values, derivatives and the variable are told apart."""
    entries = [SAMPLE.format(kind="value", end=27, close="Z") + " values, with their shapes"]
    if _has_derivatives(graph):
        entries.append(
            SAMPLE.format(kind="derivative", end=34, close="") + " derivatives, with theirs"
        )
    entries.append(FRAME + " the variable")
    return "".join(f'<span class="legend">{entry}</span> ' for entry in entries)


def visit_figure(self: HTML5Translator, node: Figure) -> None:
    """Write the figure and its legend; its words, which fold out, are its children."""
    graph, key = node["graph"], node["key"]
    try:
        drawn = svg(graph, _title(graph), _description(graph), key)
    except DrawingError as error:
        logger.warning("the figure cannot be drawn: %s", error, location=node, type="figures")
        drawn = "<p>This figure could not be drawn.</p>"
    self.body.append(
        '<figure class="computation-graph">'
        f'<div class="graph-scroll" tabindex="0" role="group" aria-label="{_title(graph)}">'
        f"{drawn}</div>\n<figcaption>{_legend(graph)}</figcaption>\n"
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
