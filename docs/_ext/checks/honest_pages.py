"""Pages that calculate must also assert, and a failing page shows its error in full."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

JUDGED = ("tutorials/", "derivations/")
CELL = re.compile(r"^```\{code-cell\}.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
VERDICT = re.compile(r"^\s*assert\b|\.verify\(|\bcheck_rule\(", re.MULTILINE)


def require_verdict(app: Sphinx, docname: str, source: list[str]) -> None:
    """Refuse a page that executes cells none of which could fail."""
    cells = CELL.findall(source[0])
    if docname.startswith(JUDGED) and cells and not any(map(VERDICT.search, cells)):
        logger.warning(
            "the page executes %d cells and asserts nothing; add a cell with its verdict",
            len(cells),
            location=docname,
            type="honest_pages",
        )


def show_failures(app: Sphinx, exception: Exception | None) -> None:
    """Print the traceback of every cell that failed, under the name of its page."""
    for report in sorted(Path(app.outdir).glob("reports/**/*.err.log")):
        page = report.relative_to(Path(app.outdir) / "reports").as_posix()
        print(f"\n=== {page.removesuffix('.err.log')}: a cell failed ===\n{report.read_text()}")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both with Sphinx."""
    app.connect("source-read", require_verdict)
    app.connect("build-finished", show_failures)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
