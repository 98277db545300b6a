"""A limit to the time that something may take."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["limited"]


@contextmanager
def limited(seconds: int, error: type[Exception]) -> Iterator[None]:
    """Raise an error after a time, where the operating system has alarms.

    :param seconds: how long it may take.
    :param error: what is raised then.
    """
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_: Any) -> None:
        raise error(f"nothing within {seconds} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
