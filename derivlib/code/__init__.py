"""From a derivative to code: functions on the arrays of NumPy, JAX and PyTorch."""

from derivlib.code.compiled import backend_of, compiled
from derivlib.code.source import Source
from derivlib.code.task import Task

__all__ = ["Source", "Task", "backend_of", "compiled"]
