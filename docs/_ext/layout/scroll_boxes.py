"""Code, outputs and tables that are wider than their box can be scrolled with the keyboard.

Each box is given a place in the order of the Tab key and a name. A script then takes out the
boxes in which everything is visible, so that Tab stops only where there is something to scroll.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

CODE = re.compile(
    r"""(?P<before><div\ class="(?P<classes>[^"]*\bhighlight-[^"]*)"[^>]*>\s*
        <div\ class="highlight">\s*)<pre\b(?![^>]*\btabindex)|<pre\b(?![^>]*\btabindex)""",
    re.VERBOSE,
)
TABLE = re.compile(r'<div class="table-wrapper\b(?=[^>]*>)(?![^>]*\btabindex)')


def named(tag: str, name: str) -> str:
    """The beginning of a tag whose box can be focused, with its name for assistive technology."""
    return f'<{tag} tabindex="0" role="group" aria-label="{name}"'


def code_box(match: re.Match[str]) -> str:
    """Tell what a cell printed from what was written."""
    classes = (match["classes"] or "").split()
    return (match["before"] or "") + named("pre", "Output" if "output" in classes else "Code")


def with_focusable_boxes(body: str) -> str:
    """Make what may scroll sideways in a page reachable.

    :param body: the HTML of a page's content.
    :returns: the same with `tabindex`, `role` and `aria-label` on its code, outputs and tables.
    """
    body = CODE.sub(code_box, body)
    return TABLE.sub(lambda match: named("div", "Table") + match[0].removeprefix("<div"), body)


def adapt_page(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Adapt the content of a page before it is put into the theme."""
    if "body" in context:
        context["body"] = with_focusable_boxes(context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the adaptation, the scripts and the style with Sphinx."""
    app.connect("html-page-context", adapt_page)
    app.add_js_file("scroll_boxes.js", loading_method="defer")
    app.add_js_file("search_marks.js", loading_method="defer")
    app.add_css_file("accessible.css", priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
