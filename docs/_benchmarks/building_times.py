"""What `measure_building` measured, as tables for a page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUILDS = {
    "stock": "all pages, stock myst-nb as it comes",
    "stock parallel": "all pages, stock myst-nb with as many processes",
    "cold": "all pages",
    "library": "all pages again, after a change in the library",
    "cell": "one page, a cell of it changed",
    "prose": "one page, a sentence changed",
    "unchanged": "nothing changed",
}


def measured() -> dict[str, Any]:
    """The data of the last run of the benchmark."""
    path = Path(__file__).with_name("building.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def about(data: dict[str, Any]) -> str:
    """Which pages were built, and on what."""
    pages = f"{data['executed']['cold']} executed pages"
    if data["part"]:
        pages += f", those in {' and '.join(data['part'])}"
    machine = data["machine"]
    versions = ", ".join(f"{name} {v}" for name, v in machine.items() if name != "processors")
    return f"{pages}; {machine['processors']} processors; {versions}"


def ratio(data: dict[str, Any], above: str, below: str) -> float:
    """How many times longer one build took than another, by the clock."""
    return float(data["seconds"][above] / data["seconds"][below])


@dataclass(frozen=True)
class Table:
    """A table that a page shows.

    :param heads: what stands above the columns.
    :param rows: the cells.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def _repr_markdown_(self) -> str:
        marks = ("---", *("---:" for _ in self.heads[1:]))
        return "\n".join(f"| {' | '.join(line)} |" for line in (self.heads, marks, *self.rows))


def times(data: dict[str, Any]) -> Table:
    """Each build: pages executed, seconds by the clock and on the processors, and the ratio."""
    rows = []
    for name in (name for name in BUILDS if name in data["seconds"]):
        executed = "" if name.startswith("stock") else str(data["executed"][name])
        seconds, processor = data["seconds"][name], data["processor"][name]
        share = f"{ratio(data, 'stock', name):.1f}"
        rows.append((BUILDS[name], executed, f"{seconds:.1f}", f"{processor:.1f}", share))
    heads = (
        "what is built",
        "pages executed",
        "seconds",
        "on all processors",
        "times as fast",
    )
    return Table(heads, tuple(rows))


def slowest_pages(data: dict[str, Any], count: int = 8) -> Table:
    """The pages that took longest."""
    pages = sorted(data["pages"].items(), key=lambda page: -page[1])
    rows = tuple((f"`{name}`", f"{seconds:.1f}") for name, seconds in pages[:count])
    return Table(("page", "seconds"), rows)
