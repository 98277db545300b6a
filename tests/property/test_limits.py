"""Limits hold, whatever becomes of the first error."""

from __future__ import annotations

import signal
import time
from contextlib import suppress

import pytest
from limits import limited

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="platform: no timers")


def compute(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_what_takes_too_long_is_ended():
    with pytest.raises(TimeoutError, match="1 second"), limited(1, TimeoutError):
        compute(20)


def test_an_error_that_is_dropped_comes_again():
    def drops() -> None:
        with suppress(TimeoutError):
            compute(20)
        compute(20)

    with pytest.raises(TimeoutError), limited(1, TimeoutError):
        drops()


def test_what_ends_in_time_is_left_alone():
    with limited(1, TimeoutError):
        compute(0.1)
    compute(1.5)
