"""The API reference: attributes by type and meaning, and plain names for what is not public."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from autodoc2.render.myst_ import MystRenderer
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

PACKAGE = "derivlib"


class ApiRenderer(MystRenderer):
    """autodoc2's renderer, leaving out the values of attributes and data."""

    def render_data(self, item: Any) -> Iterable[str]:
        """Write an attribute or a constant: `field(...)` says nothing to a reader."""
        lines = iter(super().render_data(item))
        for line in lines:
            if line.startswith(":value:"):
                next(lines, None)
            else:
                yield line


def is_internal(target: str) -> bool:
    """Returns whether a full name is one of the package's that readers do not import.

    :param target: the name with its module, as signatures and bases are written by autodoc2.
    :returns: False too for a name that does not exist, so that a misspelt one is found.
    """
    module, _, name = target.rpartition(".")
    if module.partition(".")[0] != PACKAGE or name in import_module(PACKAGE).__all__:
        return False
    try:
        return hasattr(import_module(module), name)
    except ModuleNotFoundError:
        return False


def show_internal_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.Element
) -> nodes.Element | None:
    """Set a name that is not for readers without a link, where it is a base or a type."""
    return shown if node["refdomain"] == "py" and is_internal(node["reftarget"]) else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("missing-reference", show_internal_name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
