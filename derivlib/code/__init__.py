"""From a derivative to code: functions on the arrays of NumPy, JAX and PyTorch."""

from derivlib.code.compiled import GeneratedFunction, backend_of, compiled
from derivlib.code.ir import Task
from derivlib.code.operators import GeneratedOperator
from derivlib.code.signature import Argument
from derivlib.code.source import Source

__all__ = [
    "Argument",
    "GeneratedFunction",
    "GeneratedOperator",
    "Source",
    "Task",
    "backend_of",
    "compiled",
]
