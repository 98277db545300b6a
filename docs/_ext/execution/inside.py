"""What runs in a page's kernel before its first cell and after its last.

Before, a ledger is opened that records every check, and random numbers are given a fixed start.
After, the kernel says what was checked, which versions took part, and which files of the
project the page has read, so that it is executed again when one of them changes.
"""

from __future__ import annotations

import os
import platform
import random
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

import derivlib
from derivlib.check import Ledger
from derivlib.site.ask.questions import KEY, told_of
from derivlib.site.checks import summary

MIME = "application/vnd.derivlib.page+json"
NOT_SOURCES = {
    "__pycache__",
    "_build",
    "node_modules",
    ".nox",
    ".git",
    ".venv",
    ".ipynb_checkpoints",
}

PRELOADED = ("numpy",)
"""What the server has imported although few pages want it."""

STARTED = 0.0
"""How long the processor had worked when the first cell began."""

LEDGER = Ledger()
KNOWN: set[str] = set()
"""The packages that were there before the first cell, beside those of `PRELOADED`."""
OPENED: set[str] = set()


def begin() -> None:
    """Open the ledger for every cell from here on, and take note of the files that are read."""
    global STARTED
    STARTED = time.process_time()
    shell: Any = get_ipython()
    shell.events.register("pre_run_cell", lambda _info: LEDGER.listen())
    shell.display_formatter.format = with_questions(shell.display_formatter.format)
    sys.addaudithook(_note_opened)
    random.seed(0)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(0)
    found = {name: sys.modules.pop(name) for name in PRELOADED if name in sys.modules}
    sys.meta_path.insert(0, Preloaded(found))
    KNOWN.update(name.partition(".")[0] for name in sys.modules if name not in PRELOADED)


class Preloaded(MetaPathFinder, Loader):
    """Hands out what the server has imported, and takes note of who wants it.

    :param modules: these modules, by their names.
    """

    def __init__(self, modules: Mapping[str, ModuleType]) -> None:
        self.modules = modules
        self.about = {name: module.__spec__ for name, module in modules.items()}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in self.modules else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        KNOWN.discard(spec.name)
        return self.modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.about[module.__name__]


def with_questions(display_of: Callable[..., Any]) -> Callable[..., Any]:
    """Put the questions of the derivations that an output shows among what is said of it.

    :param display_of: what gives the forms in which a notebook shows an object.
    """

    def formatted(shown: Any, *options: Any, **named: Any) -> tuple[Any, Any]:
        forms, told = display_of(shown, *options, **named)
        derivations = getattr(shown, "derivations", ())
        if isinstance(derivations, tuple) and derivations:
            told = {**told, KEY: [*map(told_of, derivations)]}
        return forms, told

    return formatted


def _note_opened(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        OPENED.add(os.path.abspath(os.fsdecode(arguments[0])))


def finish(root: str) -> None:
    """Hand over what the build wants to know.

    :param root: the folder of the project.
    """
    roots = (Path(root), Path(derivlib.__file__).parent)
    modules = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    libraries = [name for name, file in modules.items() if not _is_source(file, roots)]
    found = {
        "files": sorted(path for path in {*modules.values(), *OPENED} if _is_source(path, roots)),
        "libraries": sorted(_tops(libraries) - KNOWN),
        "modules": sorted(_tops(modules)),
        "python": platform.python_version(),
        "checks": summary(LEDGER),
        "calculated": round(time.process_time() - STARTED, 1),
    }
    display({MIME: found}, raw=True)


def _tops(modules: Iterable[str]) -> set[str]:
    """The packages that modules belong to, without the standard library."""
    return {name.partition(".")[0] for name in modules} - sys.stdlib_module_names


def _is_source(file: str | None, roots: tuple[Path, ...]) -> bool:
    """Tell whether a file is one of the project, or of the library if that is elsewhere."""
    if not file:
        return False
    path = Path(file)
    return any(
        path.is_relative_to(root)
        and not NOT_SOURCES.intersection(path.relative_to(root).parts)
        and path.is_file()
        for root in roots
    )
