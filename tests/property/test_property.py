"""Whatever is derived is right, and whatever is refused has no rule: 1,000 random examples.

The session with the oldest SymPy examines another thousand.
`python3 noxfile.py -s property -- 100000 [seed]` examines as many as one likes.
"""

from __future__ import annotations

import os

import pytest
from blocks import block
from generate import RUNNING

TOTAL, CHUNK = 1000, 100
"""How many examples in all, and in one test."""
FIRST_SEED = int(os.environ.get("DERIVLIB_FIRST_SEED", "0"))


@pytest.mark.parametrize("chunk", range(-(-TOTAL // CHUNK // len(RUNNING))))
@pytest.mark.parametrize("kind", RUNNING)
def test_every_outcome_is_in_order(kind, chunk):
    report = block(kind, FIRST_SEED + 1000 * chunk, CHUNK)
    assert not report.failures
    assert report.outcomes.total() == CHUNK
    assert report.outcomes["right"] >= CHUNK // 2
