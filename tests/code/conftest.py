"""Sixty-four bits in every test of code."""

from __future__ import annotations

import importlib.util

import pytest


@pytest.fixture(autouse=True)
def _sixty_four_bits():
    """JAX calculates with 32 bits unless it is told otherwise."""
    if importlib.util.find_spec("jax") is not None:
        import jax

        jax.config.update("jax_enable_x64", True)
