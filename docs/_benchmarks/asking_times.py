"""How soon the page "Ask" answers, as tables for a page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from building_times import Table

DATA = Path(__file__).parent / "asking.json"
SLOWEST = 5
"""How many of the questions that take longest are shown."""


@dataclass(frozen=True)
class Asking:
    """The results of one run.

    :param data: what was written down.
    """

    data: dict[str, Any]

    @property
    def versions(self) -> str:
        """With what it was measured."""
        named = (f"{name} {number}" for name, number in self.data["versions"].items())
        return f"{', '.join(named)}, {self.data['processors']} processors"

    def _visit(self, visit: str, stage: str) -> tuple[str, str]:
        times = self.data["visits"][visit][stage]
        return f"{median(times) / 1000:.2f} s", f"{times[0] / 1000:.2f}–{times[-1] / 1000:.2f} s"

    @property
    def goals(self) -> Table:
        """What was aimed at beside what was found."""
        answered = [*self.data["answers"].values()]
        size = self.data["bytes"]
        rows = (
            (
                "loaded before anybody asks, compressed",
                "60 kB",
                f"{size['before'] / 1000:.0f} kB",
                "",
            ),
            ("loaded then", "14 MB", f"{size['then'] / 1e6:.1f} MB", ""),
            ("first visit, to the result", "", *self._visit("first", "derived")),
            ("first visit, to the verdict", "2.5 s", *self._visit("first", "verified")),
            ("second visit, to the verdict", "0.8 s", *self._visit("second", "verified")),
            (
                f"an answer thereafter, median of {len(answered)} questions",
                "150 ms",
                f"{median(answered):.0f} ms",
                f"{min(answered)}–{max(answered)} ms",
            ),
        )
        return Table(("what", "goal", "median", "range"), rows)

    @property
    def slowest(self) -> Table:
        """The questions that take longest, from asking to the verdict."""
        ordered = sorted(self.data["answers"].items(), key=lambda item: -item[1])[:SLOWEST]
        return Table(
            ("question", "milliseconds"), tuple((f"`{name}`", f"{ms}") for name, ms in ordered)
        )


def asking() -> Asking:
    """Read the results."""
    return Asking(json.loads(DATA.read_text(encoding="utf-8")))
