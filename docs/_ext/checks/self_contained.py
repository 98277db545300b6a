"""The built site is complete: it asks no other host for anything, and its links lead to one place.

What does not, stops the build by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

from checks.contents import contents_of_site
from checks.site_links import broken_links

logger = logging.getLogger(__name__)


def require_self_contained(app: Sphinx, exception: Exception | None) -> None:
    """Report whatever in the site is loaded from elsewhere, or leads to no place or to two."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    contents = contents_of_site(site, Path(app.doctreedir) / "contents.json")
    for path, page in contents.items():
        if page.foreign:
            addresses = ", ".join(page.foreign)
            logger.warning("%s loads %s from another host", path.relative_to(site), addresses)
        if page.repeated:
            names = ", ".join(page.repeated)
            logger.warning("%s gives a name to two places: %s", path.relative_to(site), names)
    for link in broken_links(site, contents):
        logger.warning("a link leads nowhere, in %s", link)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the check with Sphinx."""
    app.connect("build-finished", require_self_contained, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
