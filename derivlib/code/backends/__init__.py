"""How each library writes the operations of a program."""

from derivlib.code.backends.backend import Backend
from derivlib.code.backends.jax import JAX
from derivlib.code.backends.numpy import NUMPY
from derivlib.code.backends.torch import TORCH

__all__ = ["BACKENDS", "Backend"]

BACKENDS = {backend.name: backend for backend in (NUMPY, JAX, TORCH)}
"""Every backend by its name."""
