"""The API reference: attributes by type and meaning, without how their defaults are spelt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autodoc2.render.myst_ import MystRenderer


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
