"""As many random examples as one likes, with all failures collected in a report.

    python tests/property/campaign.py [texts] 100000 [seed] [kind …]

prints and saves the seed, with which the same examples come again. With "texts" they and their
derivatives are printed and read back; otherwise derivatives are judged.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import compare
import round_trip
from blocks import Check, Report, block
from generate import KINDS, RUNNING
from tqdm import tqdm

_BLOCK = 500
"""How many examples a process examines before it reports."""

_SEEDS = 1000
"""By how much the seeds of blocks differ: a block may need several."""

FOLDER = Path(".property")
"""Folder for seeds and reports, below the current one."""


def _examine(kinds: Sequence[str], total: int, start: int, check: Check) -> Report:
    """Examine blocks in as many processes as there are processors, with a progress bar."""
    report = Report()
    sizes = [min(_BLOCK, total - done) for done in range(0, total, _BLOCK)]
    with (
        ProcessPoolExecutor(os.cpu_count()) as pool,
        tqdm(total=total, unit=" examples", smoothing=0.1) as bar,
    ):
        tasks = {
            pool.submit(block, kinds[k % len(kinds)], start + _SEEDS * k, size, check): size
            for k, size in enumerate(sizes)
        }
        for task in as_completed(tasks):
            if task.exception() is not None:
                pool.shutdown(cancel_futures=True)
            part = task.result()
            for name in part.failures.keys() - report.failures.keys():
                bar.write(f"{name}\n    {part.failures[name]}")
            report.add(part)
            bar.update(tasks[task])
            bar.set_postfix(failures=len(report.failures))
    return report


def main(arguments: Sequence[str]) -> int:
    """Run a campaign.

    :param arguments: "texts" if these are what is examined, how many examples, the seed if it is
        to be repeated, and the kinds of derivatives if not all that are tested.
    :returns: 0 if nothing failed.
    """
    numbers = [int(word) for word in arguments if word.isdigit()]
    kinds = [word for word in arguments if not (word.isdigit() or word == "texts")] or list(RUNNING)
    check = round_trip.examine if "texts" in arguments else compare.examine
    if not set(kinds) <= set(KINDS) or len(numbers) > 2:
        kind = " | ".join(map(repr, KINDS))
        tqdm.write(f"usage: campaign.py [texts] [examples] [seed] [{kind}]")
        return 2
    total = numbers[0] if numbers else 2000
    start = numbers[1] if len(numbers) > 1 else secrets.randbelow(10**9)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "seed").write_text(f"{start}\n")
    tqdm.write(f"{total} examples with seed {start}: {', '.join(kinds)}")
    began = time.monotonic()
    report = _examine(kinds, total, start, check)
    told = {
        "seed": start,
        "examples": total,
        "kinds": kinds,
        "seconds": round(time.monotonic() - began),
        "outcomes": dict(report.outcomes.most_common()),
        "failures": dict(sorted(report.failures.items())),
        "alike": report.alike,
    }
    path = FOLDER / f"report-{start}.json"
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    tqdm.write(f"{told['outcomes']} in {told['seconds']} s")
    tqdm.write(f"{len(report.failures)} minimal failures; the report is in {path}")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
