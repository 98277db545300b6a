"""Run the cells of a built page by derivlib's own runner, in a process of their own."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import sympy.stats

import derivlib.verbs
from derivlib.site.cells.running import PageRun

HIDDEN = {"IPython", "ipykernel", "jax", "numpy", "scipy", "torch"}
"""What is not there in a browser."""
assert sympy.stats
assert derivlib.verbs


class AsInABrowser:
    """Finds modules, but none of what browsers do not have."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
        """Where a module is."""
        if name.partition(".")[0] in HIDDEN:
            return None
        return PathFinder.find_spec(name, path, target)


def _run(given: str, answer: Any) -> None:
    sys.meta_path[sys.meta_path.index(PathFinder)] = AsInABrowser
    for name in [*sys.modules]:
        if name.partition(".")[0] in HIDDEN:
            del sys.modules[name]
    page = json.loads(given)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        events: list[dict[str, Any]] = []
        last = PageRun(page, folder).run([cell["source"] for cell in page["cells"]], events.append)
    answer.send([*events, last])


def events_of(page: Path) -> list[dict[str, Any]]:
    """What running all cells of a page tells.

    :param page: what the browser is given of it.
    """
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=_run, args=(page.read_text(encoding="utf-8"), theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join()
