"""Make the data that pages show of what pytest-benchmark wrote: `condense.py raw.json`.

Contestants take turns. In each turn the median of one is divided by that of the one it is
compared with, and the median of these ratios is kept: what else the machine did in a turn has
hit both.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
REFERENCES = {
    "code": "by hand",
    "deriving": "derivlib",
    "importing": "SymPy",
    "verifying": "derive",
}
"""Whom the others are divided by, in each part; in the part on depth there are no ratios."""
FILES = {"code.json": ("code",), "deriving.json": ("deriving", "depth", "importing", "verifying")}
"""Which parts go where."""

Turns = dict[int, list[float]]


def condensed(raw: Mapping[str, Any], parts: Iterable[str]) -> dict[str, Any]:
    """Condense some parts of a run.

    :param raw: what pytest-benchmark wrote.
    :param parts: their names.
    :returns: with what was measured, the version of each peer or none if it is missing, and for
        each part its subjects with `seconds`, `ratio` and what else was noted, for everyone.
    :raises ValueError: if something was measured twice in one turn, or a part is missing.
    """
    data: dict[str, Any] = {"measured_with": raw["measured_with"], "peers": raw["peers"]}
    for part in parts:
        found = [one for one in raw["benchmarks"] if one["extra_info"]["part"] == part]
        if not found:
            raise ValueError(f"nothing was measured of {part}")
        data[part] = list(_subjects(found, REFERENCES.get(part)))
    return data


def _subjects(found: Iterable[Mapping[str, Any]], reference: str | None) -> Iterable[Any]:
    times: dict[str, dict[str, Turns]] = defaultdict(lambda: defaultdict(dict))
    noted: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in found:
        told = dict(one["extra_info"])
        del told["part"]
        subject, who, turn = (told.pop(name) for name in ("subject", "who", "turn"))
        if turn in times[subject][who]:
            raise ValueError(f"{who} was measured twice on {subject!r} in turn {turn}")
        times[subject][who][turn] = one["stats"]["data"]
        for name, value in told.items():
            noted[subject].setdefault(name, {})[who] = value
    for subject, everyone in times.items():
        yield {
            "subject": subject,
            "seconds": {who: _rounded(_median(turns)) for who, turns in everyone.items()},
            **({"ratio": _ratios(everyone, reference)} if reference else {}),
            **noted[subject],
        }


def _median(turns: Turns) -> float:
    return median(time for times in turns.values() for time in times)


def _ratios(everyone: Mapping[str, Turns], reference: str) -> dict[str, float]:
    by_turn = {turn: median(times) for turn, times in everyone[reference].items()}
    return {
        who: _rounded(median(median(times) / by_turn[turn] for turn, times in turns.items()))
        for who, turns in everyone.items()
    }


def _rounded(value: float) -> float:
    """Keep four digits, which is more than is certain."""
    return float(f"{value:.4g}")


def main() -> int:
    """Read a run and write the data.

    :returns: 0.
    """
    raw = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for name, parts in FILES.items():
        text = json.dumps(condensed(raw, parts), indent=1, ensure_ascii=False)
        (HERE / name).write_text(text + "\n", encoding="utf-8")
        print(f"written: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
