"""Calculating derivatives in numbers: by hand, by derivlib's code, by JAX and by PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from contestants import CONTESTANTS, HAND, contestant
from losses import LOSSES
from tasks import TASKS
from turns import in_turn, say

TURNS = 9


def test_every_task_has_a_loss() -> None:
    assert set(LOSSES) == set(TASKS)


def test_a_contestant_that_differs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(name: str) -> Any:
        right = CONTESTANTS[HAND](name)
        return type(right)(right.run, right.value + 1e-3 * np.abs(right.value).max(), None)

    monkeypatch.setitem(CONTESTANTS, "wrong", wrong)
    with pytest.raises(AssertionError, match=r"wrong differs .* on 'ridge regression'"):
        contestant("ridge regression", "wrong")


@pytest.mark.benchmark(min_rounds=3, max_time=0.05, warmup=False)
@in_turn(TASKS, CONTESTANTS, TURNS)
def test_code(benchmark: Any, subject: str, turn: int, who: str) -> None:
    competitor = contestant(subject, who)
    more: dict[str, Any] = {"peak": competitor.peak} if turn == 0 else {}
    if who == HAND:
        more["sizes"] = {str(size): value for size, value in TASKS[subject].sizes.items()}
    say(benchmark, "code", subject, who, turn, **more)
    benchmark(competitor.run)
