"""The link "Change it" below each derivation of a page, and the box that opens where it stands.

The questions come with the outputs of cells, where what executes the cells has put them; see
`questions.told_of`.
"""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer, load_mime_renders
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from derivlib.site.ask.examples import address_of
from derivlib.site.ask.questions import KEY

logger = logging.getLogger(__name__)


class change_links(nodes.General, nodes.Element):  # noqa: N801, docutils names nodes so
    """The place of the links below an output; `told` is what `questions.told_of` says of each."""


class ask_box(nodes.General, nodes.Element):  # noqa: N801, docutils names nodes so
    """The place of a box on a page; with `here` it is filled with the question above it."""


class Questions:
    """Looks at every output for questions, and leaves it to others to show the output."""

    mime_priority_overrides: ClassVar[list[tuple[str, str, int | None]]] = []

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> None:
        """Note the questions of an output with its cell; each of its forms has the same."""
        told = data.output_metadata.get(KEY)
        if told and not inline:
            noted = renderer.renderer.document.attributes.setdefault(KEY, {})
            noted.setdefault(data.cell_index, {})[data.output_index] = told


def place_links(app: Sphinx, document: nodes.document) -> None:
    """Put the links below the outputs, and the questions into the boxes that follow them."""
    noted = document.attributes.pop(KEY, {})
    for cell in document.findall(nodes.container):
        outputs = noted.get(cell.get("cell_index"))
        if outputs and cell.get("nb_element") == "cell_code":
            told = [each for shown in outputs.values() for each in shown]
            parts = cell.findall(nodes.container)
            place = next(part for part in parts if part.get("nb_element") == "cell_code_output")
            place += change_links(told=told)
    question = None
    for node in document.findall(lambda each: isinstance(each, change_links | ask_box)):
        if isinstance(node, change_links):
            question = next((e["question"] for e in node["told"] if "question" in e), None)
        elif node["here"]:
            node["question"] = question
            if question is None:
                message = "there is no derivation right above this box that can be asked for"
                logger.warning(message, location=node, type="ask")


def put_addresses(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None
) -> None:
    """Put the address of the page to ask on into links that a page has written itself."""
    body = context.get("body", "")
    if 'href="ask:#' in body:
        uri = app.builder.get_relative_uri(page, app.config.ask_page)
        context["body"] = body.replace('href="ask:#', f'href="{uri}#')
        app.add_css_file("ask/links.css")


def _name(question: dict[str, Any]) -> str:
    twice = " twice" if question["order"] == 2 else ""
    variable = f"{'complex ' if question['numbers'] else ''}{question['variable']}"
    return f"{question['formula']}, differentiated{twice} with respect to {variable}"


def visit_change_links(self: HTML5Translator, node: change_links) -> None:
    """Write the links; where the site has no page to ask on there are none."""
    page = self.config.ask_page
    told = [each for each in node["told"] if "question" in each]
    if not told or page not in self.builder.env.found_docs:
        raise nodes.SkipNode
    uri = self.builder.get_relative_uri(self.builder.current_docname, page)
    links = []
    for each in told:
        question = each["question"]
        shown = "Change it" if len(told) == 1 else f"Change {each['name']}"
        links.append(
            f'<a href="{escape(uri + address_of(question))}" '
            f'title="{escape(_name(question))}">{escape(shown)}</a>'
        )
    self.body.append(f'<p class="ask-change">{" ".join(links)}</p>\n')
    raise nodes.SkipNode


def skip(self: Any, node: nodes.Element) -> None:
    """Leave it out where there is no HTML."""
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the links with Sphinx, and with MyST-NB what looks at outputs."""
    others: Any = dict.fromkeys(("latex", "text", "man", "texinfo"), (skip, None))
    app.add_node(change_links, html=(visit_change_links, None), **others)
    app.connect("doctree-read", place_links)
    app.connect("html-page-context", put_addresses)
    renderers = load_mime_renders()  # one list, in which others may stand already
    if Questions not in renderers:
        renderers.insert(0, Questions)
