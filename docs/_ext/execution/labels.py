"""Labels of formulas that have none of their own: counted, where MyST would draw lots."""

from __future__ import annotations

from typing import Any

from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from sphinx.application import Sphinx


def counted_label(renderer: SphinxRenderer) -> str:
    """The name of the page, and which of its formulas it is."""
    env = renderer.sphinx_env
    return f"{env.docname.replace('/', '-')}-{env.new_serialno('formula') + 1}"


def setup(app: Sphinx) -> dict[str, Any]:
    """Put it in the place of MyST's own, so that two builds give the same bytes.

    :raises AttributeError: if MyST labels formulas in another way by now.
    """
    _ = SphinxRenderer._random_label
    SphinxRenderer._random_label = counted_label
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
