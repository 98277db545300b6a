"""Executed pages as notebooks and scripts that run elsewhere.

A page that imports modules of the site's own, or reads files beside it, comes as an archive
that has them with it.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from execution.plain_markdown import plain

FOLDER = "downloads"
ENDS = (".ipynb", ".py", ".zip")
DATE = (1980, 1, 1, 0, 0, 0)
"""Of everything in an archive: the oldest it can state, so that it says nothing of the build."""


@dataclass(frozen=True)
class Origin:
    """Where a page is from, and what it needs.

    :param page: its name, as Sphinx has it.
    :param sources: the folder of the pages.
    :param modules: folders in which pages find modules of their own.
    :param project: the name of the library.
    :param version: its version.
    :param others: the other libraries it was built with, and their versions.
    :param base: the address of the site; empty if it has none.
    """

    page: str
    sources: Path
    modules: tuple[Path, ...]
    project: str
    version: str
    others: tuple[tuple[str, str], ...] = ()
    base: str = ""

    @property
    def file(self) -> PurePosixPath:
        """The page, relative to the sources."""
        return PurePosixPath(f"{self.page}.md")

    @property
    def name(self) -> str:
        """What the files are called."""
        return self.file.stem


@dataclass(frozen=True)
class Download:
    """A file for readers.

    :param label: what a link to it says.
    :param path: where it lies in the site.
    """

    label: str
    path: PurePosixPath


def files_needed(origin: Origin, read: tuple[str, ...]) -> dict[PurePosixPath, Path]:
    """The files of the site that a page read, and where they belong beside it.

    :param origin: the page.
    :param read: every file of the project that it read.
    :raises ValueError: if one of them is neither in a folder of modules nor beside the page.
    """
    own = origin.sources / "_ext"
    folders = (*origin.modules, (origin.sources / origin.file).parent)
    found = {}
    for path in map(Path, read):
        if not path.is_relative_to(origin.sources) or path.is_relative_to(own):
            continue  # of the library, which is installed, or of the build
        places = [path.relative_to(folder) for folder in folders if path.is_relative_to(folder)]
        if not places:
            raise ValueError(
                f"{origin.page} reads {path}, which is neither beside it nor in "
                f"{', '.join(str(folder) for folder in origin.modules) or 'a folder of modules'}; "
                "its download could not run"
            )
        found[PurePosixPath(places[0].as_posix())] = path
    return dict(sorted(found.items()))


def portable(notebook: NotebookNode, origin: Origin) -> NotebookNode:
    """Make a notebook that needs nothing but the library.

    :param notebook: the page, as the build reads it.
    :param origin: where it is from.
    """
    others = ", ".join(f"{name} {version}" for name, version in origin.others)
    needs = (
        f"From the site of {origin.project}. It needs {origin.project} {origin.version}: "
        f"`pip install {origin.project}=={origin.version}`, or `pip install .` in a clone of it."
        + (f" The site ran it with {others}." if others else "")
    )
    cells = [new_markdown_cell(needs)]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tags = [tag for tag in cell.metadata.get("tags", ()) if tag == "raises-exception"]
            cells.append(new_code_cell(cell.source, metadata={"tags": tags} if tags else {}))
        elif cell.cell_type == "markdown":
            page, sources = origin.file, origin.sources
            text = plain(cell.source, page=page, sources=sources, base=origin.base)
            if text:
                cells.append(new_markdown_cell(text))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    about = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    made = new_notebook(cells=cells, metadata=about)
    nbformat.validate(made)
    return made


def contents(notebook: NotebookNode, origin: Origin) -> dict[str, bytes]:
    """The notebook and the script, by the end of their names."""
    made = portable(notebook, origin)
    return {
        ".ipynb": (nbformat.writes(made) + "\n").encode(),
        ".py": jupytext.writes(made, fmt="py:percent").encode(),
    }


def archive(files: dict[PurePosixPath, bytes]) -> bytes:
    """Pack files so that the same files give the same bytes."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(str(path), DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, content)
    return packed.getvalue()


def paths(origin: Origin, needed: Any) -> list[Download]:
    """What a page offers, and where."""
    base = PurePosixPath(FOLDER) / origin.page
    if needed:
        return [Download("notebook, script and modules", base.with_name(f"{origin.name}.zip"))]
    return [
        Download("notebook", base.with_name(f"{origin.name}.ipynb")),
        Download("script", base.with_name(f"{origin.name}.py")),
    ]


def write(
    notebook: NotebookNode, origin: Origin, needed: dict[PurePosixPath, Path], site: Path
) -> None:
    """Write what a page offers into the site.

    :param notebook: the page, as the build reads it.
    :param origin: where it is from.
    :param needed: the files of the site it needs; see `files_needed`.
    :param site: the folder the site is built into.
    """
    made = contents(notebook, origin)
    if needed:
        top = {PurePosixPath(f"{origin.name}{end}"): content for end, content in made.items()}
        beside = {path: file.read_bytes() for path, file in needed.items()}
        made = {".zip": archive({**beside, **top})}
    for end in ENDS:
        path = site / FOLDER / f"{origin.page}{end}"
        content = made.get(end)
        if content is None:
            path.unlink(missing_ok=True)  # what the page offered before
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
