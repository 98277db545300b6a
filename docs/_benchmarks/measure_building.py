"""Measure how long building the site takes: `python3 noxfile.py -s bench-site`.

Everything is measured in one run on one machine, and what is quoted are ratios. Stock myst-nb
builds the same pages, in its mode "force" with ordinary kernels. Folders of pages can be named
to measure these alone: `-- derivations how-to`.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from copies import Build, Copy, adopt_orphans

DATA = Path(__file__).with_name("building.json")
PAGE = "docs/derivations/notebook/hadamard.md"
STOCK = """
# Stock myst-nb executes the pages.
extensions.remove("execution.pages")
nb_execution_mode = "force"
"""
EXECUTED = re.compile(r"^ +\[ *\d+/(\d+)\] +([\d.]+) s  (\S+)", re.MULTILINE)


def keep(copy: Copy, folders: Sequence[str]) -> None:
    """Take out the executed pages that are not in one of some folders; keep all if there are none.

    :raises SystemExit: if one of them is not a folder of pages.
    """
    docs = copy.root / "docs"
    for folder in folders:
        if not (docs / folder / "index.md").exists():
            raise SystemExit(f"{folder!r} is no folder of pages in {docs.name}/")
    for page in docs.rglob("*.md") if folders else ():
        kept = page.relative_to(docs).parts[0] in (*folders, "node_modules", "index.md")
        if not kept and "{code-cell}" in page.read_text(encoding="utf-8"):
            page.unlink()


def measured(folder: Path, parts: Sequence[str]) -> Iterator[tuple[str, Build]]:
    """Build in every way, and say which as it is done."""
    stock, own = (Copy.make(folder / name) for name in ("stock", "own"))
    for copy in (stock, own):
        keep(copy, parts)
    stock.append("docs/conf.py", STOCK)
    yield "stock", stock.build(processes="1")
    yield "stock parallel", stock.build("-E")
    yield "cold", own.build()
    yield "unchanged", own.build()
    own.append(PAGE, "\nAnother sentence.\n")
    yield "prose", own.build()
    own.append(PAGE, "\n```{code-cell} ipython3\n1 + 1\n```\n")
    yield "cell", own.build()
    own.append("derivlib/verbs.py", "\n# Changed.\n")
    yield "library", own.build()


def main() -> int:
    """Measure, print and write the data.

    :returns: 0.
    """
    parts = sys.argv[1:]
    adopt_orphans()
    builds: dict[str, Build] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, build in measured(Path(folder), parts):
            builds[name] = build
            print(f"{name:10} {build.seconds:7.1f} s {build.processor:7.1f} s", flush=True)
    pages = [(name, float(seconds)) for _, seconds, name in EXECUTED.findall(builds["cold"].output)]
    executed = {name: len(EXECUTED.findall(build.output)) for name, build in builds.items()}
    if executed["library"] != executed["cold"]:
        raise SystemExit("a change in the library did not execute all pages again")
    data: dict[str, Any] = {
        "machine": {
            "processors": os.cpu_count(),
            "python": platform.python_version(),
            **{name: version(name) for name in ("sphinx", "myst-nb", "sympy")},
        },
        "part": parts,
        "executed": executed,
        "seconds": {name: round(build.seconds, 1) for name, build in builds.items()},
        "processor": {name: round(build.processor, 1) for name, build in builds.items()},
        "pages": dict(sorted(pages, key=lambda page: -page[1])),
    }
    DATA.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    print(f"stock / cold: {builds['stock'].seconds / builds['cold'].seconds:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
