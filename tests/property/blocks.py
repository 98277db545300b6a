"""Blocks of random examples: each is examined, each new kind of failure is reduced.

A block is examined from one seed to the end without being stopped by failures. Then, for each
kind of failure, Hypothesis goes through it again and reduces the first of that kind to a
minimal example; what has the same operations and fails at the same place is counted with it.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from compare import PropertyError, SlowError, examine
from generate import Example, examples
from hypothesis import HealthCheck, Phase, given, seed, settings
from sympy import preorder_traversal

_ROUND = 250
"""How many examples Hypothesis is asked for at a time."""

_MOST_REDUCTIONS = 2
"""How many failures at the same place are reduced in one block."""

Place = tuple[Any, ...]
Check = Callable[[Example], str]
"""What is done with an example; it says how that ended, or raises a PropertyError."""


@dataclass
class Report:
    """What came of some examples.

    :param outcomes: how many, all different, ended how.
    :param failures: minimal examples by kind of failure and expression, with the message.
    :param alike: how many failures had the operations of a minimal one in them, and failed
        at the same place; they were not reduced.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    alike: int = 0

    def add(self, other: Report) -> None:
        """Take in what came of other examples."""
        self.outcomes += other.outcomes
        self.failures |= other.failures
        self.alike += other.alike


@dataclass(frozen=True)
class _Failed:
    """A failure, and what failed."""

    example: Example
    message: str
    kind: str
    place: Place

    @property
    def operations(self) -> frozenset[str]:
        nodes = preorder_traversal(self.example.expr)
        return frozenset(type(node).__name__ for node in nodes if node.args)

    def explains(self, other: _Failed) -> bool:
        """Tell whether another failure is likely to have the same reason."""
        return self.place == other.place and self.operations <= other.operations


def _failed(failure: PropertyError, example: Example) -> _Failed:
    cause = failure.__cause__
    frames = (cause or failure).__traceback__
    while frames is not None and frames.tb_next is not None:
        frames = frames.tb_next
    line = (frames.tb_frame.f_code.co_filename, frames.tb_lineno) if frames else None
    kind = type(failure).__name__
    return _Failed(example, str(failure), kind, (kind, type(cause).__name__, line))


def run_examples(kind: str, start: int, action: Callable[[Example], None], *phases: Phase) -> None:
    """Let Hypothesis hand examples to an action; only the seed counts, and no time limit."""

    @seed(start)
    @settings(
        max_examples=_ROUND,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=phases,
        print_blob=False,
        report_multiple_bugs=False,
    )
    @given(examples(kind))
    def run(example: Example) -> None:
        action(example)

    run()


def _reduced(failed: _Failed, start: int, known: Sequence[_Failed], check: Check) -> _Failed:
    """The smallest example Hypothesis finds that fails at the same place.

    What is slow is not reduced: it is quicker, the second time.
    """
    least = failed
    if failed.kind == SlowError.__name__:
        return least

    def action(example: Example) -> None:
        nonlocal least
        try:
            check(example)
        except PropertyError as failure:
            found = _failed(failure, example)
            if found.place == failed.place and not any(one.explains(found) for one in known):
                least = found
                raise

    with suppress(Exception):  # errors while writing are reported where the block is examined
        run_examples(failed.example.kind, start, action, Phase.generate, Phase.shrink)
    return least


def _broken_off(kind: str, start: int, action: Callable[[Example], None]) -> str | None:
    """Let Hypothesis write examples from a seed; what the error says that ended it, if one did."""
    try:
        run_examples(kind, start, action, Phase.generate)
    except Exception:
        return traceback.format_exc()
    return None


def block(kind: str, start: int, count: int, check: Check = examine) -> Report:
    """Examine random examples, all different, and reduce what fails.

    An error while an example is written is a failure too, and the next seed comes; where it
    comes before any new example, the block ends there.

    :param kind: the kind of derivative.
    :param start: the seed; the same seed gives the same report.
    :param count: how many examples.
    :param check: how each is examined.
    """
    report = Report()
    seen: set[tuple[Any, Any]] = set()
    known: list[_Failed] = []
    attempt = start
    while len(seen) < count:
        failures: list[_Failed] = []

        def action(example: Example, failures: list[_Failed] = failures) -> None:
            key = (example.expr, example.wrt)
            if key in seen or len(seen) >= count:
                return
            seen.add(key)
            try:
                report.outcomes[check(example)] += 1
            except PropertyError as failure:
                failures.append(_failed(failure, example))
                report.outcomes[failures[-1].kind] += 1

        before = len(seen)
        error = _broken_off(kind, attempt, action)
        if error is not None:
            report.failures[f"broken off: {kind}, seed {attempt}"] = error
        for failed in failures:
            alike = sum(one.place == failed.place for one in known)
            if alike == _MOST_REDUCTIONS or any(one.explains(failed) for one in known):
                report.alike += 1
                continue
            least = _reduced(failed, attempt, known, check)
            known.append(least)
            report.failures[f"{least.kind}: {least.example!r}"] = least.message
        if error is not None and len(seen) == before:
            break
        attempt += 1
    return report
