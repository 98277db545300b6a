"""A limit to the time that something may compute."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def limited(seconds: int, error: type[Exception]) -> Iterator[None]:
    """Raise an error after so much time on a processor, where the operating system counts it.

    What other programs do meanwhile makes no difference.

    :param seconds: how long it may take.
    :param error: what is raised then.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: Any) -> None:
        raise error(f"nothing within {seconds} seconds of computing")

    before = signal.signal(signal.SIGPROF, ring)
    # Again and again: Python drops an error that is raised while it collects garbage.
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
