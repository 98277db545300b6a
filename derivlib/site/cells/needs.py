"""Whether the cells of a page can be run in a browser, and if not, why."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping, Sequence

from derivlib.site.ask.bundle import PACKAGES

NAMES = {
    "IPython": "IPython",
    "jax": "JAX",
    "matplotlib": "Matplotlib",
    "numpy": "NumPy",
    "scipy": "SciPy",
    "sphinx": "Sphinx",
    "torch": "PyTorch",
}
"""How libraries are called."""

ABSENT = {
    *("_thread", "ctypes", "multiprocessing", "socket", "sqlite3", "ssl", "subprocess"),
    *("threading", "tkinter"),
}
"""Modules of the standard library that do nothing in a browser, or are not there."""

SLOWER = 3
"""How many times as long Python takes in a browser."""

SOURCE_READERS = {"getsource", "getsourcelines", "getsourcefile"}
"""Functions of `inspect` that read what the browser has only as bytecode."""


def imported(source: str) -> set[str]:
    r"""The packages that a text of Python imports anywhere.

    ```pycon
    >>> sorted(imported("import numpy.linalg as la\ndef f():\n    from sympy import symbols"))
    ['numpy', 'sympy']

    ```

    :param source: a module or a cell.
    """
    return {name.partition(".")[0] for name in _names(source) if not name.startswith(".")}


def _names(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def missing(
    sources: Iterable[str], files: Mapping[str, str], libraries: Iterable[str]
) -> list[str]:
    """What a page wants that the browser does not have.

    :param sources: the cells.
    :param files: what goes with them, by name.
    :param libraries: what was imported while they ran, beside what all pages have.
    """
    texts = [*sources, *(text for name, text in files.items() if name.endswith(".py"))]
    own = {name.partition("/")[0].removesuffix(".py") for name in files}
    wanted = {name for text in texts for name in imported(text)} | {*libraries}
    there = own | {*PACKAGES} | (sys.stdlib_module_names - ABSENT)
    known = sorted(wanted - there)
    return [name for name in known if name in NAMES] or known


def why_not(
    sources: Sequence[str],
    files: Mapping[str, str],
    libraries: Iterable[str],
    seconds: float | None,
    longest: float,
) -> str:
    """Why the cells of a page cannot be run in a browser; empty if they can.

    ```pycon
    >>> why_not(["import numpy as np"], {}, (), None, 20)
    'need NumPy'
    >>> why_not(["from sympy import symbols"], {}, (), 13, 20)
    'take about 40 s'
    >>> why_not(["from sympy import symbols"], {}, (), 1, 20)
    ''

    ```

    :param sources: the cells.
    :param files: what goes with them, by name.
    :param libraries: what was imported while they ran, beside what all pages have.
    :param seconds: how long they take outside of a browser; nothing if that is not known.
    :param longest: how long they may take in a browser.
    """
    if wanted := missing(sources, files, libraries):
        return f"need {' and '.join(NAMES.get(name, name) for name in wanted)}"
    if any(name.rpartition(".")[2] in SOURCE_READERS for text in sources for name in _names(text)):
        return "read the source of the library"
    if seconds is not None and SLOWER * seconds > longest:
        return f"take about {max(10, round(SLOWER * seconds, -1)):.0f} s"
    return ""
