"""The built site is complete: it asks no other host for anything, and its links lead somewhere.

What does not, stops the build by name.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

from checks.site_links import broken_links

logger = logging.getLogger(__name__)

LOADED = re.compile(
    r"""<(?:script|img|iframe|source|audio|video|embed)\b[^>]*\bsrc\s*=\s*["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|<link\b(?![^>]*\brel\s*=\s*["']?(?:canonical|next|prev|license))[^>]*\bhref\s*=\s*["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|(?:@import\s+|url\()\s*["']?((?:https?:)?//[^"'\s)]+)""",
    re.IGNORECASE,
)


def foreign(text: str) -> list[str]:
    """The addresses on other hosts that a page or a style sheet would load."""
    return [next(filter(None, match)) for match in LOADED.findall(text)]


def require_self_contained(app: Sphinx, exception: Exception | None) -> None:
    """Report whatever in the site is loaded from elsewhere."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for path in sorted([*site.rglob("*.html"), *site.rglob("*.css")]):
        if found := foreign(path.read_text(encoding="utf-8")):
            addresses = ", ".join(sorted(set(found)))
            logger.warning("%s loads %s from another host", path.relative_to(site), addresses)
    for link in broken_links(site):
        logger.warning("a link leads nowhere, in %s", link)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the check with Sphinx."""
    app.connect("build-finished", require_self_contained, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
