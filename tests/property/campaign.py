"""As many random examples as one likes, with all failures collected in a report.

    python tests/property/campaign.py [texts] 100000 [seed] [kind …] [--resume]

prints and saves the seed, with which the same examples come again. With "texts" they and their
derivatives are printed and read back; otherwise derivatives are judged.

What comes of each block of examples is saved when it is done. With `--resume`, and the seed or
that of the last run, a run that was interrupted goes on with the blocks that are not done, also
to a larger number of examples.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import compare
import round_trip
from blocks import Check, Report, block
from generate import KINDS, RUNNING
from progress import Progress
from tqdm import tqdm

_BLOCK = 500
"""How many examples a process examines before it reports."""

_SEEDS = 1000
"""By how much the seeds of blocks differ: a block may need several."""

FOLDER = Path(".property")
"""Folder for seeds, progress and reports, below the current one."""


@dataclass(frozen=True)
class _Part:
    """A block of a run: the same examples come again with its seed.

    :param seed: its own seed.
    :param size: how many examples.
    """

    kind: str
    seed: int
    size: int

    @property
    def name(self) -> str:
        """What repeats it."""
        return f"{self.size} {self.seed} {self.kind!r}"


def _parts(kinds: Sequence[str], total: int, start: int) -> Iterator[_Part]:
    for k, done in enumerate(range(0, total, _BLOCK)):
        yield _Part(kinds[k % len(kinds)], start + _SEEDS * k, min(_BLOCK, total - done))


def _examine(parts: Sequence[_Part], progress: Progress, check: Check) -> Report:
    """Examine what is not done, in as many processes as there are processors, with a bar.

    A process that ends takes all others with it: their blocks are not done then.
    """
    report = Report()
    for part in parts:
        if part.name in progress.done:
            report.add(progress.done[part.name])
    total, before = sum(part.size for part in parts), report.outcomes.total()
    with (
        ProcessPoolExecutor(os.cpu_count()) as pool,
        tqdm(total=total, initial=before, unit=" examples", smoothing=0.1) as bar,
    ):
        left = [part for part in parts if part.name not in progress.done]
        tasks = {pool.submit(block, p.kind, p.seed, p.size, check): p for p in left}
        for task in as_completed(tasks):
            part = tasks[task]
            if (error := task.exception()) is not None:
                # not saved: the block is examined again when the run goes on
                found = Report(failures={f"block {part.name}": f"{type(error).__name__}: {error}"})
            else:
                found = task.result()
                progress.add(part.name, found)
            for name in found.failures.keys() - report.failures.keys():
                bar.write(f"{name}\n    {found.failures[name]}\n    in the block {part.name}")
            report.add(found)
            bar.update(found.outcomes.total())
            bar.set_postfix(failures=len(report.failures))
    return report


def main(arguments: Sequence[str]) -> int:
    """Run a campaign.

    :param arguments: "texts" if these are what is examined, how many examples, the seed if it is
        to be repeated, the kinds of derivatives if not all that are tested, and whether the last
        run goes on.
    :returns: 0 if nothing failed.
    """
    resume, texts = "--resume" in arguments, "texts" in arguments
    words = [word for word in arguments if word not in {"--resume", "texts"}]
    numbers = [int(word) for word in words if word.isdigit()]
    kinds = [word for word in words if not word.isdigit()] or list(RUNNING)
    if not set(kinds) <= set(KINDS) or len(numbers) > 2:
        kind = " | ".join(map(repr, KINDS))
        tqdm.write(f"usage: campaign.py [texts] [examples] [seed] [{kind}] [--resume]")
        return 2
    total = numbers[0] if numbers else 2000
    FOLDER.mkdir(exist_ok=True)
    saved = FOLDER / "seed"
    if len(numbers) > 1:
        start = numbers[1]
    elif resume and saved.exists():
        start = int(saved.read_text())
    else:
        start = secrets.randbelow(10**9)
    saved.write_text(f"{start}\n")
    name = f"texts-{start}" if texts else str(start)
    progress = Progress(FOLDER / f"progress-{name}.jsonl", resume=resume)
    tqdm.write(f"{total} examples with seed {start}: {', '.join(kinds)}")
    began = time.monotonic()
    check = round_trip.examine if texts else compare.examine
    report = _examine(list(_parts(kinds, total, start)), progress, check)
    told = {
        "seed": start,
        "examples": report.outcomes.total(),
        "kinds": kinds,
        "seconds": round(time.monotonic() - began),
        "outcomes": dict(report.outcomes.most_common()),
        "failures": dict(sorted(report.failures.items())),
        "alike": report.alike,
    }
    path = FOLDER / f"report-{name}.json"
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    tqdm.write(f"{told['outcomes']} in {told['seconds']} s")
    tqdm.write(f"{len(report.failures)} minimal failures; the report is in {path}")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
