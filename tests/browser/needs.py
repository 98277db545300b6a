"""What the browser tests need, and what installs it."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
SITE = DOCS / "_build" / "html"
AXE = DOCS / "node_modules" / "axe-core" / "axe.min.js"


def missing_tools() -> list[str]:
    """What is not installed, each with the command that installs it."""
    found = []
    if importlib.util.find_spec("playwright") is None:
        found.append("playwright: python3 -m pip install --group browser")
    if shutil.which("chromium") is None:
        found.append("chromium: apt-get install chromium")
    if not AXE.exists():
        found.append("axe-core: (cd docs && npm ci)")
    return found


def missing_site() -> list[str]:
    """The site, if it has not been built, with the command that builds it."""
    return [] if (SITE / "index.html").exists() else ["the site: python3 noxfile.py -s docs"]
