"""What the server of the kernels imports before the first page: modules, and nothing else."""

from __future__ import annotations

import contextlib
import gc
import importlib

MODULES = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.extensions.storemagic",
    "argcomplete",
    "psutil",
    "IPython.lib.pretty",
    "numpy.random",
    "sympy",
    "sympy.stats",
    "derivlib.check",
    "derivlib.elements",
    "derivlib.site.ask.questions",
    "derivlib.verbs",
    "execution.inside",
)

for name in MODULES:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)

# What is here stays where it is: no process looks through it, and so none copies its memory.
gc.collect()
gc.freeze()
