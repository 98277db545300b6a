"""Small sites of formulas, built with the extension that sets them and no other."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n"
CONF = f"""
import sys
sys.path.insert(0, {str(DOCS / "_ext")!r})
extensions = ["myst_nb", "formulas.katex_math"]
html_theme = "basic"
html_math_renderer = "katex"
html_static_path = [{str(DOCS / "_static")!r}]
nb_execution_mode = "force"
myst_enable_extensions = ["amsmath", "dollarmath"]
"""


@dataclass(frozen=True)
class Built:
    """How the build of a site ended.

    :param code: the exit code.
    :param said: all that was said.
    :param folder: where the site is.
    """

    code: int
    said: str
    folder: Path

    def warnings(self, page: str) -> str:
        """What was said of one page."""
        return "\n".join(line for line in self.said.splitlines() if f"{page}.md" in line)


def missing() -> list[str]:
    """What the tests of sites need and this machine lacks."""
    needed = {
        "Node": shutil.which("node"),
        "KaTeX in docs/node_modules": (DOCS / "node_modules" / "katex").exists(),
        "the dependency group docs": importlib.util.find_spec("myst_nb"),
    }
    return [name for name, there in needed.items() if not there]


def build(
    folder: Path,
    pages: Mapping[str, str],
    *options: str,
    environment: Mapping[str, str] = os.environ,
) -> Built:
    """Build a site of these pages in an empty folder."""
    source, site = folder / "source", folder / "html"
    source.mkdir()
    (source / "conf.py").write_text(CONF)
    tree = "# Site\n\n```{toctree}\n" + "\n".join(sorted(pages)) + "\n```\n"
    for name, text in {"index": tree, **pages}.items():
        (source / f"{name}.md").write_text(FRONT + text)
    command = [sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run(
        [*command, *options, str(source), str(site)],
        capture_output=True,
        text=True,
        check=False,
        env=dict(environment),
    )
    return Built(done.returncode, done.stdout + done.stderr, site)
