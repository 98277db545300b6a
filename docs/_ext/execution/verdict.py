"""The foot of every executed page: what was compared with what, and the page to take away.

What it says comes from the ledger that lay open while the page's cells ran. A page that ran
cells and had nothing checked is a warning by name, and with `-W` stops the build.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from derivlib.site.checks import merged, summary
from derivlib.site.foot import verdict
from execution.downloads import Download
from execution.records import Record

logger = logging.getLogger(__name__)

SHOWN_VERSIONS = ("derivlib", "sympy", "mpmath")


class PageVerdict(nodes.General, nodes.Element):
    """What was checked on a page."""


def note_checks(env: Any, ledger: Any) -> None:
    """Count checks that were made while a page was read, by a directive, as the page's own.

    :param env: the environment of the build.
    :param ledger: the checks.
    """
    env.temp_data.setdefault("ledgers", []).append(summary(ledger))


def versions_shown(app: Sphinx, record: Record) -> dict[str, str]:
    """The versions of what took part, in the order in which they are shown."""
    found = {name: v for name, v in record.versions.items() if name in SHOWN_VERSIONS}
    return {app.config.project: app.config.release, **found, "Python": record.python}


def put_verdict(
    app: Sphinx,
    document: nodes.document,
    record: Record,
    downloads: list[Download],
    ledgers: list[dict[str, Any]],
) -> None:
    """Put the verdict at the foot of a page.

    :param app: the build.
    :param document: the page.
    :param record: its execution.
    :param downloads: what it offers to take away.
    :param ledgers: what directives had checked while the page was read.
    """
    checks = merged([record.checks, *ledgers])
    if not checks["agreed"] and not record.error:
        logger.warning(
            "the page runs %d cells and nothing on it is checked; add a cell with its verdict, "
            "such as `d.verify({n: 4, m: 3})`",
            len(record.outputs),
            location=app.env.docname,
            type="execution",
        )
        return
    versions = versions_shown(app, record)
    foot = PageVerdict(checks=checks, versions=versions, downloads=downloads)
    sections = [node for node in document.children if isinstance(node, nodes.section)]
    (sections[-1] if sections else document).append(foot)


def visit_verdict(self: HTML5Translator, node: PageVerdict) -> None:
    """Write it."""
    depth = self.builder.current_docname.count("/")
    links = " · ".join(
        f'<a href="{"../" * depth}{escape(str(each.path))}" download>{each.label}</a>'
        for each in node["downloads"]
    )
    taken = f"<p>Download this page: {links}</p>\n" if links else ""
    self.body.append(
        '<div class="page-verdict" role="note" aria-label="What was checked on this page">\n'
        f"{verdict(node['checks'], node['versions'])}{taken}</div>\n"
    )
    raise nodes.SkipNode


def skip_verdict(self: Any, node: PageVerdict) -> None:
    """Leave it out where there is no HTML."""
    raise nodes.SkipNode


def register(app: Sphinx) -> None:
    """Tell Sphinx how it is written."""
    others = dict.fromkeys(("latex", "text", "man", "texinfo"), (skip_verdict, None))
    app.add_node(PageVerdict, html=(visit_verdict, None), **others)
