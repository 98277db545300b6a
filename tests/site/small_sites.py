"""Small sites of a few pages, built with the extensions of the real one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

CONF = """
import sys
sys.path.insert(0, {extensions!r})
project, version, release = "small", "1", "1"
extensions = ["myst_nb", "execution.labels", "execution.pages"]
exclude_patterns = ["_build"]
nb_execution_mode = "off"
nb_execution_timeout = {timeout}
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "dollarmath"]
execution_modules = ["modules"]
html_theme = "basic"
myst_update_mathjax = False
"""

FRONT = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

"""


@dataclass(frozen=True)
class Site:
    """A site in a folder of its own.

    :param root: the folder of the project; the pages are in `docs`.
    """

    root: Path

    @property
    def docs(self) -> Path:
        """Where the pages are."""
        return self.root / "docs"

    def write(self, pages: Mapping[str, str | bytes]) -> None:
        """Write files; a page with cells gets the front matter it needs."""
        for name, content in pages.items():
            path = self.docs / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                front = FRONT if name.endswith(".md") and "{code-cell}" in content else ""
                content = (front + content).encode()
            path.write_bytes(content)

    def command(self, *options: str, out: str = "html") -> list[str]:
        """What builds it."""
        build = self.root / "_build"
        options = ("-b", "html", "-d", str(build / f"{out}.doctrees"), *options)
        return [sys.executable, "-m", "sphinx", *options, str(self.docs), str(build / out)]

    def build(
        self, *options: str, out: str = "html", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Build it and give what was printed, errors included."""
        return subprocess.run(
            self.command(*options, out=out),
            env={**os.environ, "NO_COLOR": "1", **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )

    def page(self, name: str, out: str = "html") -> str:
        """The HTML of a page."""
        return (self.root / "_build" / out / f"{name}.html").read_text(encoding="utf-8")


def cell(source: str) -> str:
    """A cell of a page."""
    return f"```{{code-cell}} ipython3\n{source}\n```\n"


def new_site(root: Path, pages: Mapping[str, str | bytes], *, timeout: int = 60) -> Site:
    """Make a site of pages given as `{"page.md": text}`; the start page lists them."""
    site = Site(root)
    conf = CONF.format(extensions=str(ROOT / "docs" / "_ext"), timeout=timeout)
    names = [name.removesuffix(".md") for name in pages if name.endswith(".md")]
    toctree = "\n".join(["# Small", "", "```{toctree}", *names, "```", ""])
    site.write({"conf.py": conf, "index.md": toctree, **pages})
    return site
