"""Whatever is derived is right, and whatever is refused has no rule: 2,000 random examples.

`python3 noxfile.py -s property -- 100000 [seed]` examines as many as one likes.
"""

from __future__ import annotations

import pytest
from blocks import block
from generate import RUNNING

TOTAL, CHUNK = 2000, 100
"""How many examples in all, and in one test."""


@pytest.mark.parametrize("chunk", range(-(-TOTAL // CHUNK // len(RUNNING))))
@pytest.mark.parametrize("kind", RUNNING)
def test_every_outcome_is_in_order(kind, chunk):
    report = block(kind, 1000 * chunk, CHUNK)
    assert not report.failures
    assert report.outcomes.total() == CHUNK
    assert report.outcomes["right"] >= CHUNK // 2
