"""What executing a page gave, and what that depends on, kept from one build to the next.

A result is used again only if the page's cells, every file of the project that it read, and the
version of everything it imported are what they were, by content and not by date.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Any

OWN_CODE = [Path(__file__).with_name(f"{name}.py") for name in ("kernels", "running", "warm")]


def digest(text: str) -> str:
    """Tell texts apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_of_file(path: Path) -> str:
    """Tell contents of a file apart; a file that is gone is told from every other."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "gone"


def digest_of_folder(folder: Path, suffixes: Iterable[str]) -> str:
    """Tell apart what all files of some kinds in a folder hold together."""
    wanted = tuple(suffixes)
    files = (path for path in sorted(folder.rglob("*")) if path.name.endswith(wanted))
    return digest("\n".join(f"{path.relative_to(folder)} {digest_of_file(path)}" for path in files))


def cells_of(notebook: Any) -> str:
    """Tell apart what is executed: the code cells of a notebook and how they are to be run."""
    cells = [
        [cell.source, sorted(cell.metadata.get("tags", ()))]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    return digest(json.dumps([cells, notebook.metadata.get("execution", {})]))


@cache
def distributions() -> Mapping[str, list[str]]:
    """The distribution that each importable name comes from."""
    return packages_distributions()


@cache
def version_of(distribution: str) -> str:
    """The installed version; empty if there is none."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def versions_of(modules: Iterable[str]) -> dict[str, str]:
    """The versions of all distributions that some modules come from."""
    names = {name for module in modules for name in distributions().get(module, ())}
    return {name: version_of(name) for name in sorted(names)}


@dataclass(frozen=True)
class Record:
    """A page, executed.

    :param cells: tells its cells apart from others.
    :param outputs: the outputs of each code cell.
    :param language: what the kernel says of its language.
    :param files: the files of the project it depends on, each with its content told apart.
    :param versions: the distributions it imported.
    :param libraries: the packages that it asked for beside those that all pages have.
    :param python: the version of Python.
    :param checks: what was checked; see `inside.summary`.
    :param seconds: how long it took.
    :param calculated: how many seconds of these its processor was at work.
    :param error: what went wrong; empty if nothing did.
    """

    cells: str
    outputs: list[list[dict[str, Any]]]
    language: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    libraries: list[str] = field(default_factory=list)
    python: str = ""
    checks: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    calculated: float = 0.0
    error: str = ""


class Records:
    """The records in a folder; contents of files are looked at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: dict[str, str] = {}

    def path(self, page: str) -> Path:
        """Where the record of a page is kept."""
        return self.folder / f"{page}.json"

    def load(self, page: str) -> Record | None:
        """The record of a page; nothing if there is none that can be read."""
        try:
            return Record(**json.loads(self.path(page).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, page: str, record: Record) -> None:
        """Keep a record, whole or not at all."""
        path = self.path(page)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(asdict(record)), encoding="utf-8")
        unfinished.replace(path)

    def digest(self, file: str) -> str:
        """Tell contents of a file apart."""
        if file not in self.seen:
            self.seen[file] = digest_of_file(Path(file))
        return self.seen[file]

    def depends(self, files: Sequence[str]) -> dict[str, str]:
        """The files a page depends on: those it read, and the code that executes pages."""
        return {file: self.digest(file) for file in dict.fromkeys([*files, *map(str, OWN_CODE)])}

    def outdated(self, record: Record | None, cells: str) -> str:
        """Say why a page has to be executed.

        :param record: what is known of its last execution.
        :param cells: tells its cells apart, as they are now.
        :returns: the reason; empty if the record still holds.
        """
        if record is None:
            return "not executed yet"
        if record.error:
            return "failed the last time"
        if record.cells != cells:
            return "its cells changed"
        if record.python != platform.python_version():
            return f"Python {record.python} became {platform.python_version()}"
        for name, before in record.versions.items():
            if version_of(name) != before:
                return f"{name} {before} became {version_of(name) or 'uninstalled'}"
        for file, before in record.files.items():
            if self.digest(file) != before:
                return f"{Path(file).name} changed"
        return ""
