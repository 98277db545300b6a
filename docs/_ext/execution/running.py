"""Executing pages: several at a time, the slowest first, each in a kernel of its own."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from execution.inside import MIME
from execution.kernels import kernel_manager
from execution.records import Record, Records, cells_of, versions_of

BEFORE = "from execution.inside import begin\nbegin()\ndel begin"
AFTER = "from execution.inside import finish\nfinish({root!r})"


@dataclass(frozen=True)
class Page:
    """A page to execute.

    :param name: its name, as Sphinx has it.
    :param path: the file.
    :param notebook: its cells; their outputs are filled in.
    :param seconds: how long it is expected to take; nothing if that is not known.
    """

    name: str
    path: Path
    notebook: NotebookNode
    seconds: float | None = None


def slowest_first(pages: Sequence[Page]) -> list[Page]:
    """Put pages in the order in which the last of them ends soonest.

    Of a page never measured nothing is known but the length of its cells.
    """

    def measure(page: Page) -> tuple[bool, float, str]:
        code = sum(len(c.source) for c in page.notebook.cells if c.cell_type == "code")
        unknown = page.seconds is None
        return unknown, code if page.seconds is None else page.seconds, page.name

    return sorted(pages, key=measure, reverse=True)


def execute_all(
    pages: Sequence[Page],
    records: Records,
    root: Path,
    *,
    at_once: int,
    timeout: int,
    done: Callable[[Page, Record], None],
) -> None:
    """Execute pages and keep what they gave.

    :param pages: the pages.
    :param records: where results are kept.
    :param root: the folder of the project.
    :param at_once: how many kernels run at a time.
    :param timeout: how many seconds a cell may take.
    :param done: called with each page as it is done.
    """

    async def every() -> None:
        places = asyncio.Semaphore(at_once)

        async def one(page: Page) -> None:
            async with places:
                record = await execute(page, records, root, timeout)
            records.save(page.name, record)
            done(page, record)

        async with asyncio.TaskGroup() as group:
            for page in slowest_first(pages):
                group.create_task(one(page))

    asyncio.run(every())


async def execute(page: Page, records: Records, root: Path, timeout: int) -> Record:
    """Execute one page; what goes wrong is said in the record."""
    with tempfile.TemporaryDirectory(prefix="page-") as folder:
        return await execute_in(Path(folder), page, records, root, timeout)


async def execute_in(
    folder: Path, page: Page, records: Records, root: Path, timeout: int
) -> Record:
    """Execute one page, with a folder for what its kernel is reached by."""
    started = time.perf_counter()
    client = NotebookClient(
        page.notebook,
        km=kernel_manager(folder),
        timeout=timeout,
        coalesce_streams=True,  # in how many pieces print arrives depends on the time it takes
        resources={"metadata": {"path": str(page.path.parent)}},
    )
    found: dict[str, Any] = {}
    error = ""
    try:
        found = await run_cells(client, root)
    except CellTimeoutError:
        error = f"a cell took longer than {timeout} s{where(client)}"
    except DeadKernelError:
        error = f"its kernel died{where(client)}"
    except CellExecutionError as failure:
        error = f"a cell failed{where(client)}\n{failure}"
    except RuntimeError as failure:
        error = f"its kernel did not start or answer: {failure}"
    finally:
        await end(client)
    cells = [cell for cell in page.notebook.cells if cell.cell_type == "code"]
    return Record(
        cells=cells_of(page.notebook),
        outputs=[cell.outputs for cell in cells],
        language=dict(page.notebook.metadata.get("language_info", {})),
        files=records.depends(found.get("files", ())),
        versions=versions_of(found.get("modules", ())),
        libraries=list(found.get("libraries", ())),
        python=found.get("python", ""),
        checks=found.get("checks", {}),
        seconds=round(time.perf_counter() - started, 3),
        calculated=found.get("calculated", 0.0),
        error=error,
    )


async def run_cells(client: NotebookClient, root: Path) -> dict[str, Any]:
    """Start the kernel and run every cell, with our own before the first and after the last."""
    client.reset_execution_trackers()
    await client.async_start_new_kernel()
    await client.async_start_new_kernel_client()
    assert client.kc is not None
    answer = await client.async_wait_for_reply(client.kc.kernel_info())
    client.nb.metadata["language_info"] = (answer or {}).get("content", {}).get("language_info", {})
    count = len(client.nb.cells)
    await own_cell(client, BEFORE)
    for index in range(count):
        client.nb.metadata["running"] = index
        await client.async_execute_cell(client.nb.cells[index], index)
    outputs = await own_cell(client, AFTER.format(root=str(root)))
    client.set_widgets_metadata()
    return next(output.data[MIME] for output in outputs if MIME in output.get("data", {}))


async def own_cell(client: NotebookClient, source: str) -> list[Any]:
    """Run a cell that is not part of the page, and give its outputs."""
    client.nb.cells.append(new_code_cell(source))
    try:
        cell = client.nb.cells[-1]
        await client.async_execute_cell(cell, len(client.nb.cells) - 1, store_history=False)
        return list(cell.outputs)
    finally:
        client.nb.cells.pop()


def where(client: NotebookClient) -> str:
    """Which cell was running, and the line of the page in which it starts."""
    index = client.nb.metadata.get("running")
    if index is None:
        return " before its first cell"
    lines = client.nb.metadata.get("source_map")
    source = client.nb.cells[index].source.strip()
    line = f" in line {lines[index]}" if lines else ""
    first = source.splitlines()[0] if source else ""
    return f": the cell{line} that starts with {first!r}"


async def end(client: NotebookClient) -> None:
    """End the kernel; nothing of it is needed any more."""
    if client.kc is not None:
        client.kc.stop_channels()
    if client.km is not None and client.km.has_kernel:
        with contextlib.suppress(RuntimeError):
            await client.km.shutdown_kernel(now=True)
