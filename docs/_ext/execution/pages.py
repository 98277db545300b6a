"""Executed pages: run ahead of the reading, with their progress, and run again when they must be.

Sphinx reads pages in equal shares, one for each process, and a share with slow pages keeps all
others waiting. So pages are executed before they are read, and what reads them finds the
results. Which of them have to be executed is told by content: see `records`.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import myst_nb.sphinx_
from myst_nb.core.execute.base import NotebookClientBase
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

from execution import downloads, kernels, verdict
from execution.records import Record, Records, cells_of, digest, digest_of_file, digest_of_folder
from execution.running import Page, execute_all

logger = logging.getLogger(__name__)

CODE = (".py", ".mjs", ".js", ".html", ".json")
SLOWEST = 3


def records_of(app: Sphinx) -> Records:
    """The results kept for this build."""
    return Records(Path(app.doctreedir) / "executed")


def begin(app: Sphinx) -> None:
    """Start importing what the kernels share, while Sphinx goes on."""
    confdir = Path(app.confdir)
    shared = [confdir / "_ext", *(confdir / name for name in app.config.execution_modules)]
    home = Path(app.doctreedir) / "ipython"
    kernels.start_server(home, shared, fork=app.config.execution_fork)


def page_of(
    env: BuildEnvironment, name: str, records: Records
) -> tuple[Page, Record | None] | None:
    """A page as a notebook, with its last result; nothing if it has no cells to execute."""
    path = Path(env.doc2path(name))
    text = path.read_bytes().decode("utf-8", "replace")
    settings: Any = env
    reader = create_nb_reader(str(path), settings.myst_config, settings.mystnb_config, text)
    if reader is None:
        return None
    try:
        notebook = reader.read(text)
    except Exception:  # Sphinx says what is wrong with it when it reads the page
        return None
    if not any(cell.cell_type == "code" for cell in notebook.cells):
        return None
    record = records.load(name)
    return Page(name, path, notebook), record


def text_digests(env: BuildEnvironment, name: str) -> str:
    """Tell apart what a page and the files it includes hold."""
    files = [Path(env.doc2path(name))]
    files += [Path(env.srcdir) / file for file in sorted(map(str, env.dependencies.get(name, ())))]
    return digest(" ".join(map(digest_of_file, files)))


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the pages to read again although Sphinx, going by dates, may not see a change."""
    lock = Path(app.confdir) / "package-lock.json"
    code = digest_of_folder(Path(app.confdir) / "_ext", CODE) + digest_of_file(lock)
    state: dict[str, Any] = env.__dict__.setdefault("executed_pages", {})
    if state.get("code") != code:
        known = "code" in state
        state["code"] = code
        if known:
            logger.info("the site's own code changed: all pages are read again")
            return sorted(env.found_docs - added - changed)
    records, reasons = records_of(app), {}
    noted: dict[str, tuple[str, str]] = state.setdefault("noted", {})
    for name in sorted(env.found_docs - added - changed):
        text, cells = noted.get(name, ("", ""))
        if text != text_digests(env, name):
            reasons[name] = "its text changed"
        elif cells:
            reasons[name] = records.outdated(records.load(name), cells)
    again = {name: reason for name, reason in reasons.items() if reason}
    for name, reason in again.items():
        logger.verbose("%s: %s", name, reason)
    return sorted(again)


def execute(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """Execute those of the pages about to be read whose results no longer hold."""
    records = records_of(app)
    expected = app.config.execution_expected
    waiting, reasons = [], {}
    for name in names:
        if found := page_of(env, name, records):
            page, record = found
            reason = records.outdated(record, cells_of(page.notebook))
            if reason:
                seconds = record.seconds if record else expected.get(name)
                waiting.append(replace(page, seconds=seconds))
                reasons.setdefault(reason, name)
    if not waiting:
        return
    started, results = time.perf_counter(), {}
    width, total = len(str(len(waiting))), len(waiting)
    kind = "forked" if kernels.OwnKernels.fork else "ordinary"
    logger.info("executing %d pages by %d processes, in %s kernels", total, app.parallel, kind)
    for reason, name in list(reasons.items())[:SLOWEST]:
        logger.info("  because: %s (%s)", reason, name)

    def done(page: Page, record: Record) -> None:
        results[page.name] = record
        failed = f"  FAILED: {record.error.splitlines()[0]}" if record.error else ""
        count = f"{len(results):{width}}/{total}"
        logger.info("  [%s] %6.1f s  %s%s", count, record.seconds, page.name, failed)

    execute_all(
        waiting,
        records,
        Path(app.confdir).parent,
        # Kernels that start or end wait more than they calculate.
        at_once=2 * min(app.parallel, os.cpu_count() or 1) + 1,
        timeout=app.config.nb_execution_timeout,
        done=done,
    )
    slowest = sorted(results, key=lambda name: -results[name].seconds)[:SLOWEST]
    logger.info(
        "executed %d pages in %.1f s; the slowest: %s",
        total,
        time.perf_counter() - started,
        ", ".join(f"{name} {results[name].seconds:.1f} s" for name in slowest),
    )


class Executed(NotebookClientBase):
    """Fills in the outputs of a page that has been executed."""

    def start_client(self) -> None:
        """Take them from the record, which has to be one of these very cells."""
        record: Record = self._kwargs["record"]
        cells = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        for cell, outputs in zip(cells, record.outputs, strict=True):
            cell.outputs = [myst_nb.sphinx_.nbformat.from_dict(output) for output in outputs]
        self.notebook.metadata["language_info"] = record.language


def executed_client(
    app: Sphinx, notebook: Any, source: str, nb_config: Any, log: Any, read_fmt: Any = None
) -> NotebookClientBase:
    """What myst-nb asks for the outputs of a page, in the place of its own executor.

    :raises ExtensionError: if the page was changed while the site was built.
    """
    path = Path(source)
    if not any(cell.cell_type == "code" for cell in notebook.cells):
        return NotebookClientBase(notebook, path, nb_config, log)
    name = app.project.path2doc(source) or ""
    record = records_of(app).load(name)
    if record is None or record.cells != cells_of(notebook):
        raise ExtensionError(f"{name} changed while the site was built; build it again")
    if record.error:
        message = "the page could not be executed: %s"
        logger.warning(message, record.error, location=name, type="execution")
    return Executed(notebook, path, nb_config, log, record=record)


def origin_of(app: Sphinx, name: str, record: Record) -> downloads.Origin:
    """Where the files of a page are from, and what they need."""
    names = {"sympy": "SymPy", "numpy": "NumPy"}
    others = [(names[each], v) for each, v in record.versions.items() if each in names]
    return downloads.Origin(
        page=name,
        sources=Path(app.srcdir),
        modules=tuple(Path(app.confdir) / folder for folder in app.config.execution_modules),
        project=app.config.project,
        version=app.config.release,
        others=(("Python", record.python), *others),
        base=app.config.html_baseurl,
    )


def finish_page(app: Sphinx, document: Any) -> None:
    """Put the verdict at the foot of an executed page, with what can be taken away."""
    name = app.env.docname
    found = page_of(app.env, name, records_of(app))
    if found is None or found[1] is None:
        return
    page, record = found
    offered: list[downloads.Download] = []
    ledgers = app.env.temp_data.pop("ledgers", [])
    if not record.error:
        origin = origin_of(app, name, record)
        try:
            needed = downloads.files_needed(origin, tuple(record.files))
        except ValueError as error:
            logger.warning("%s", error, location=name, type="execution")
        else:
            downloads.write(page.notebook, origin, needed, Path(app.outdir))
            offered = downloads.paths(origin, needed)
            cells = [cell for cell in page.notebook.cells if cell.cell_type == "code"]
            executed = {
                "sources": [cell.source for cell in cells],
                "outputs": record.outputs,
                "files": needed,
                "libraries": record.libraries,
                "checks": ledgers,
                "versions": verdict.versions_shown(app, record),
            }
            app.emit("page-executed", document, executed)
    verdict.put_verdict(app, document, record, offered, ledgers)


def note_contents(app: Sphinx, env: BuildEnvironment) -> None:
    """Take note of the text and the cells of every page, to see whether they change."""
    state = env.__dict__.setdefault("executed_pages", {})
    records, before, now = records_of(app), state.get("noted", {}), {}
    for name in sorted(env.found_docs):
        text = text_digests(env, name)
        now[name] = before.get(name, ("", ""))
        if now[name][0] != text:
            found = page_of(env, name, records)
            now[name] = text, cells_of(found[0].notebook) if found else ""
    state["noted"] = now


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx, and with myst-nb as what executes pages."""
    app.add_config_value("execution_modules", [], "env", [list])
    app.add_config_value("execution_fork", True, "")
    app.add_config_value("execution_expected", {}, "", [dict])
    app.connect("builder-inited", begin, priority=100)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", execute)
    app.connect("doctree-read", finish_page)
    app.connect("env-updated", note_contents)
    verdict.register(app)
    if "page-executed" not in app.events.events:
        app.add_event("page-executed")  # the page, and what is known of its execution
    myst_nb.sphinx_.create_client = partial(executed_client, app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
