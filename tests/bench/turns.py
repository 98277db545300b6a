"""Contestants take turns, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def in_turn(subjects: Iterable[str], who: Iterable[str], turns: int) -> pytest.MarkDecorator:
    """Parametrise a test: all subjects once, everyone on one after the other, then all again."""
    everyone = list(who)
    every = list(subjects)
    cases = [(s, turn, w) for turn in range(turns) for s in every for w in everyone]
    ids = ["-".join(map(str, case)) for case in cases]
    return pytest.mark.parametrize(("subject", "turn", "who"), cases, ids=ids)


def say(benchmark: Any, part: str, subject: str, who: str, turn: int, **more: Any) -> None:
    """Write beside a measurement what it is of."""
    benchmark.group = f"{part}: {subject}"
    benchmark.extra_info.update(part=part, subject=subject, who=who, turn=turn, **more)
