"""How many processors take part, the same for every library.

Libraries keep threads of their own and wait for them in different ways. Where other programs run
too, waiting costs more than calculating, and most for who waits most eagerly. With one processor
nobody waits.
"""

from __future__ import annotations

import os

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def confine(count: int) -> None:
    """Confine this process, and what it starts, to some processors.

    NumPy, PyTorch and JAX ask how many there are when they are imported. Where the system does
    not confine processes, the variables do what they can.
    """
    os.environ.update(dict.fromkeys(POOLS, str(count)))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])
