"""Build a small site, of the pages a test writes, the way the real one is built."""

from __future__ import annotations

import importlib.util
import runpy
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
KATEX = DOCS / "node_modules" / "katex"
SLOW = {"autodoc2", "derivlib.site.cells.extension"}
"""Extensions that write pages of their own, whichever the source has, or pack Python for them."""


def missing() -> list[str]:
    """What is not installed, each with the command that installs it."""
    found = []
    if any(importlib.util.find_spec(name) is None for name in ("sphinx", "myst_nb", "furo")):
        found.append("Sphinx: python3 -m pip install --group docs")
    if not KATEX.exists():
        found.append("KaTeX: (cd docs && npm ci)")
    return found


@dataclass(frozen=True)
class Build:
    """What came of building a site.

    :param status: the exit status; 0 only if there was nothing to complain of.
    :param said: all that was printed.
    :param site: the folder with the pages.
    """

    status: int
    said: str
    site: Path

    def complaints(self, page: str) -> list[str]:
        """The lines that name a page."""
        return [line for line in self.said.splitlines() if page in line]


def build(folder: Path, pages: dict[str, str]) -> Build:
    """Build these pages with the configuration of the real site.

    :param folder: an empty folder.
    :param pages: the text of each page, by its name; an index that lists them is added.
    """
    source, site = folder / "source", folder / "site"
    listed = "\n".join(pages)
    for name, text in {"index": f"# Pages\n\n```{{toctree}}\n{listed}\n```\n", **pages}.items():
        path = source / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in DOCS.glob("*.bib"):
        shutil.copy(path, source)
    extensions = runpy.run_path(str(DOCS / "conf.py"))["extensions"]
    chosen = ",".join(name for name in extensions if name not in SLOW)
    command = [sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-c", str(DOCS)]
    command += ["-D", f"extensions={chosen}", "-b", "html", str(source), str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Build(done.returncode, done.stdout + done.stderr, site)
