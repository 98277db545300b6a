"""The foot of every executed page: what was compared with what, and the page to take away.

What it says comes from the ledger that lay open while the page's cells ran. A page that ran
cells and had nothing checked is a warning by name, and with `-W` stops the build.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from execution.downloads import Download
from execution.inside import summary
from execution.records import Record

logger = logging.getLogger(__name__)

COMPARED = {
    "derivative": ("derivative", "derivatives", "against those the judge found itself"),
    "equation": ("equation", "equations", "one side against the other at random points"),
    "identification": (
        "identification",
        "identifications",
        "against the differential, direction by direction",
    ),
    "steps": ("chain of equalities", "chains of equalities", "line against line at random points"),
    "entries": (
        "expression written out",
        "expressions written out",
        "against what is typed by hand",
    ),
    "rule": (
        "rule",
        "rules",
        "one side against the other, with random matrices for the placeholders",
    ),
    "numbers": ("statement", "statements", "against numbers calculated from the definition"),
}
"""What a check is called, one and many, and what was compared with what."""

METHODS = {"exact": "exactly", "numeric": "numerically", "double": "in double precision"}
FEW_SIZES = 4
SHOWN_VERSIONS = ("derivlib", "sympy", "mpmath")
NAMES = {"sympy": "SymPy"}


class PageVerdict(nodes.General, nodes.Element):
    """What was checked on a page."""


def note_checks(env: Any, ledger: Any) -> None:
    """Count checks that were made while a page was read, by a directive, as the page's own.

    :param env: the environment of the build.
    :param ledger: the checks.
    """
    env.temp_data.setdefault("ledgers", []).append(summary(ledger))


def merged(summaries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Put summaries of several ledgers together; see `inside.summary`."""
    total: dict[str, Any] = {
        "agreed": 0, "refused": 0, "kinds": {}, "entries": {}, "sizes": [], "seeds": [],
        "agreements": [], "refusals": [],
    }  # fmt: skip
    for one in filter(None, summaries):
        for name in ("agreed", "refused"):
            total[name] += one[name]
        for name in ("kinds", "entries"):
            for key, count in one[name].items():
                total[name][key] = total[name].get(key, 0) + count
        for name in ("sizes", "seeds", "agreements", "refusals"):
            total[name] += [each for each in one[name] if each not in total[name]]
    return total


def put_verdict(
    app: Sphinx, document: nodes.document, record: Record, downloads: list[Download]
) -> None:
    """Put the verdict at the foot of a page.

    :param app: the build.
    :param document: the page.
    :param record: its execution.
    :param downloads: what it offers to take away.
    """
    checks = merged([record.checks, *app.env.temp_data.pop("ledgers", [])])
    if not checks["agreed"] and not record.error:
        logger.warning(
            "the page runs %d cells and nothing on it is checked; add a cell with its verdict, "
            "such as `d.verify({n: 4, m: 3})`",
            len(record.outputs),
            location=app.env.docname,
            type="execution",
        )
        return
    versions = {name: v for name, v in record.versions.items() if name in SHOWN_VERSIONS}
    versions = {app.config.project: app.config.release, **versions, "Python": record.python}
    foot = PageVerdict(checks=checks, versions=versions, downloads=downloads)
    sections = [node for node in document.children if isinstance(node, nodes.section)]
    (sections[-1] if sections else document).append(foot)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def in_words(checks: Mapping[str, Any]) -> list[str]:
    """What was compared with what, in sentences."""
    parts = []
    for kind, number in sorted(checks["kinds"].items(), key=lambda item: -item[1]):
        one, many, how = COMPARED.get(kind, (kind, f"{kind}s", "by code of this page's own"))
        parts.append(f"{_count(number, one, many)} {how}")
    methods = [
        f"{_count(number, 'value', 'values')} equal {METHODS.get(method, method)}"
        for method, number in checks["entries"].items()
    ]
    said = [f"{'; '.join(parts)}: {', '.join(methods)}."]
    if checks["refused"]:
        said.append(f"{_count(checks['refused'], 'false claim', 'false claims')} refused.")
    return said


def facts(checks: Mapping[str, Any], versions: Mapping[str, str]) -> list[str]:
    """At which sizes, with which seeds and versions."""
    sizes = [each for each in checks["sizes"] if each]
    said = []
    if sizes:
        more = f" and {len(sizes) - FEW_SIZES} more" if len(sizes) > FEW_SIZES else ""
        said.append(f"Sizes {'; '.join(sizes[:FEW_SIZES])}{more}")
    if checks["seeds"]:
        plural = "s" * (len(checks["seeds"]) > 1)
        said.append(f"seed{plural} {', '.join(map(str, checks['seeds']))}")
    said.append(", ".join(f"{NAMES.get(name, name)} {v}" for name, v in versions.items()))
    return said


def _items(lines: Iterable[Any]) -> str:
    items = []
    for (subject, how), times in lines:
        often = f" (×{times})" if times > 1 else ""
        items.append(f"<li><code>{escape(subject)}</code> {escape(how)}{often}</li>")
    return "\n".join(items)


def visit_verdict(self: HTML5Translator, node: PageVerdict) -> None:
    """Write it."""
    checks = node["checks"]
    depth = self.builder.current_docname.count("/")
    links = " · ".join(
        f'<a href="{"../" * depth}{escape(str(each.path))}" download>{each.label}</a>'
        for each in node["downloads"]
    )
    refusals = ""
    if checks["refusals"]:
        refusals = f"<p>Refused:</p>\n<ul>{_items(checks['refusals'])}</ul>\n"
    taken = f"<p>Download this page: {links}</p>\n" if links else ""
    self.body.append(
        '<div class="page-verdict" role="note" aria-label="What was checked on this page">\n'
        f"<p><strong>Checked.</strong> {escape(' '.join(in_words(checks)))}</p>\n"
        f'<p class="page-verdict-facts">{escape("; ".join(facts(checks, node["versions"])))}.</p>\n'
        f"<details><summary>Each check</summary>\n<ul>{_items(checks['agreements'])}</ul>\n"
        f"{refusals}</details>\n{taken}</div>\n"
    )
    raise nodes.SkipNode


def skip_verdict(self: Any, node: PageVerdict) -> None:
    """Leave it out where there is no HTML."""
    raise nodes.SkipNode


def register(app: Sphinx) -> None:
    """Tell Sphinx how it is written."""
    others = dict.fromkeys(("latex", "text", "man", "texinfo"), (skip_verdict, None))
    app.add_node(PageVerdict, html=(visit_verdict, None), **others)
