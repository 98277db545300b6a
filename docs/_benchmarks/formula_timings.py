"""What the benchmark of formulas found, as tables and as figures for a sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sympy_table import Table

DATA = Path(__file__).with_name("formulas.json")
NAMES = {"built": "set in the build", "mathjax": "set by MathJax in the browser"}


@dataclass(frozen=True)
class Timings:
    """The results of one run of the benchmark.

    :param data: what it wrote.
    """

    data: dict[str, Any]

    @property
    def versions(self) -> str:
        """With what it was measured."""
        return ", ".join(f"{name} {number}" for name, number in self.data["versions"].items())

    def row(self, page: str, slower: int, renderer: str) -> dict[str, Any]:
        """The medians of one renderer on one page."""
        wanted = (page, slower, renderer)
        return next(
            row
            for row in self.data["rows"]
            if (row["page"], row["slower"], row["renderer"]) == wanted
        )

    @property
    def pages(self) -> list[str]:
        """The pages measured, the heaviest first."""
        return list(dict.fromkeys(row["page"] for row in self.data["rows"]))

    def times_sooner(self, page: str, slower: int) -> float:
        """How many times sooner the formulas of a page are complete."""
        ours, theirs = (self.row(page, slower, name)["complete_ms"] for name in NAMES)
        return float(theirs / ours)

    def largest_shift(self) -> float:
        """The largest layout shift of the pages as they are, scrolled to their end."""
        ours = [row for row in self.data["rows"] if row["renderer"] == "built"]
        return max(max(row["shift_loading"], row["shift_with_scrolling"]) for row in ours)

    def table(self, slower: int) -> Table:
        """Both renderers on every page, at one speed of the processor."""
        heads = ("page", "formulas are", "complete", "all laid out", "shift", "transferred")
        rows = []
        for page in self.pages:
            for renderer, name in NAMES.items():
                row = self.row(page, slower, renderer)
                rows.append(
                    (
                        f"`{page}`" if renderer == "built" else "",
                        name,
                        f"{row['complete_ms'] / 1000:.2f} s",
                        f"{row['laid_out_ms'] / 1000:.2f} s",
                        f"{max(row['shift_loading'], row['shift_with_scrolling']):.4f}",
                        f"{row['bytes'] / 1000:.0f} kB",
                    )
                )
        return Table(heads, tuple(rows))


def timings() -> Timings:
    """Read what the benchmark wrote.

    :raises FileNotFoundError: if it has not been run.
    """
    if not DATA.exists():
        raise FileNotFoundError(f"{DATA.name} is missing: run `nox -s bench-site`")
    return Timings(json.loads(DATA.read_text(encoding="utf-8")))
