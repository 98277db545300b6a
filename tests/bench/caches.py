"""Caches, emptied before each round, so that every answer is a first one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from sympy.core.cache import clear_cache

OURS_AND_THEIRS = ("derivlib", "tensorgrad")


@cache
def caches_of(loaded: int) -> list[Any]:
    """The functions to empty, looked for once for so many loaded modules.

    Looking through all modules before each round would also empty the processor's caches.
    """
    return list(cached_functions())


def cached_functions() -> Iterator[Any]:
    """Functions of modules loaded so far that keep what they returned."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS_AND_THEIRS:
            for value in vars(module).values():
                if callable(getattr(value, "cache_clear", None)):
                    yield value


def forget() -> None:
    """Empty SymPy's cache and all those of derivlib and of tensorgrad."""
    clear_cache()
    for function in caches_of(len(sys.modules)):
        function.cache_clear()
