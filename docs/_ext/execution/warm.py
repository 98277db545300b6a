"""What the server of the kernels imports before the first page: modules, and nothing else."""

from __future__ import annotations

import contextlib
import importlib

__all__: list[str] = []

MODULES = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "IPython.core.completer",
    "IPython.lib.pretty",
    "numpy",
    "sympy",
    "sympy.stats",
    "derivlib.check",
)

for name in MODULES:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
