"""The peak memory of deriving a deep network, in a process of its own: `one 300` or `all 300`."""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc
from pathlib import Path

from networks import derived, network


def peak(who: str, layers: int) -> int:
    """The most bytes that Python held at one time beyond what it held before."""
    loss, parameters, where = network(layers)
    gc.collect()
    tracemalloc.start()
    derived(loss, parameters if who == "all" else parameters[0], where)
    return tracemalloc.get_traced_memory()[1]


def peak_in_a_process(who: str, layers: int) -> int:
    """The same, found in a process that has derived nothing before."""
    command = [sys.executable, str(Path(__file__)), who, str(layers)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout)


if __name__ == "__main__":
    sys.stdout.write(str(peak(sys.argv[1], int(sys.argv[2]))))
