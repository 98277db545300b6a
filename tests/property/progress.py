"""What came of the blocks of a run, saved as they are done."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from blocks import Report


class Progress:
    """The reports of the blocks that are done, one in each line of a file.

    :param path: the file.
    :param resume: whether what the file holds counts; else the run starts anew.
    """

    def __init__(self, path: Path, *, resume: bool) -> None:
        self.path = path
        self.done: dict[str, Report] = {}
        lines = path.read_text(encoding="utf-8").splitlines() if resume and path.exists() else []
        for line in lines:
            try:
                told = json.loads(line)
            except json.JSONDecodeError:
                continue  # cut off where the run was interrupted
            outcomes = Counter(told["outcomes"])
            self.done[told["block"]] = Report(outcomes, told["failures"], told["alike"])
        # anew, so that the next line is not written behind half of one
        path.write_text("", encoding="utf-8")
        for name, report in self.done.items():
            self._write(name, report)

    def add(self, name: str, report: Report) -> None:
        """Save what came of a block."""
        self.done[name] = report
        self._write(name, report)

    def _write(self, name: str, report: Report) -> None:
        told = {
            "block": name,
            "outcomes": report.outcomes,
            "failures": report.failures,
            "alike": report.alike,
        }
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
