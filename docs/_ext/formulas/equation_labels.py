"""Numbers for the formulas that cells show.

A cell with the option `:label: name` gives the name to the formula it shows, and the text refers
to it as {eq}`name`. Numbers follow the order of the page, typed and generated formulas alike. A
label given twice, on one page or on two, and a cell that shows no formula or several, are
warnings that name the page and the label; with `-W` they stop the build.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)


def note(app: Sphinx, message: str, *values: object, location: Any) -> None:
    """Report what is wrong with a label."""
    logger.warning(message, *values, location=location, type="equation_labels")


def formulas_of(cell: nodes.container) -> list[nodes.math_block]:
    """The displayed formulas among the outputs of a cell."""
    outputs = [
        part
        for part in cell.findall(nodes.container)
        if part.get("nb_element") == "cell_code_output"
    ]
    return [block for part in outputs for block in part.findall(nodes.math_block)]


def label_cell(app: Sphinx, cell: nodes.container) -> None:
    """Give the label of a cell to the formula it shows."""
    label = cell.get("cell_metadata", {}).get("label")
    if label is None:
        return
    if not isinstance(label, str) or not label.strip() or set(label) & set(" `\n"):
        note(app, "the label %r is not one word", label, location=cell)
        return
    found = formulas_of(cell)
    if len(found) != 1:
        shown = f"{len(found)} formulas" if found else "no formula"
        wanted = "end the cell with one, like `show(...)` or `d.equation`"
        message = "the cell labelled %r shows %s, and a label names exactly one; %s"
        note(app, message, label, shown, wanted, location=cell)
        return
    found[0]["label"] = label


def number_equations(app: Sphinx, document: nodes.document) -> None:
    """Number the labelled formulas of a page in the order in which they stand."""
    env = app.env
    for cell in document.findall(nodes.container):
        if cell.get("nb_element") == "cell_code":
            label_cell(app, cell)
    equations = env.get_domain("math").equations
    labels: dict[str, int] = {}
    for block in document.findall(nodes.math_block):
        label = block.get("label")
        if not label:
            continue
        if label in labels:
            if block.get("number") is None:
                message = "the label %r is given to two formulas of this page"
                note(app, message, label, location=block)
            continue
        labels[label] = len(labels) + 1
        block["number"] = labels[label]
        block["docname"] = env.docname
        equations[label] = (env.docname, labels[label])
        anchor = nodes.make_id(f"equation-{label}")
        if anchor not in document.ids:
            block["ids"].append(anchor)
            document.ids[anchor] = block
    pages: dict[str, list[str]] = env.__dict__.setdefault("equation_labels", {})
    pages[env.docname] = list(labels)


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget the labels of a page that is read again."""
    env.__dict__.setdefault("equation_labels", {}).pop(page, None)


def merge(app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    known = env.__dict__.setdefault("equation_labels", {})
    known.update((page, labels) for page, labels in other.equation_labels.items() if page in pages)


def require_unique(app: Sphinx, env: BuildEnvironment) -> None:
    """Report labels that stand on two pages; processes that read apart cannot see them."""
    pages = env.__dict__.setdefault("equation_labels", {})
    first: dict[str, str] = {}
    for page in sorted(pages):
        for label in pages[page]:
            if label in first:
                message = "the label %r is given on two pages: here and in %s"
                note(app, message, label, first[label], location=page)
            first.setdefault(label, page)


def setup(app: Sphinx) -> None:
    """Register the numbering with Sphinx."""
    app.connect("doctree-read", number_equations)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", require_unique)
