"""What is written about a run of the benchmark beside its times."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Any

import peers
import processors


def pytest_addoption(parser: Any) -> None:
    """Let whoever calls it say how many processors take part."""
    parser.addoption("--processors", type=int, default=1, help="how many processors take part")


def pytest_configure(config: Any) -> None:
    """Confine the run, before any library asks how many processors there are."""
    processors.confine(config.getoption("--processors"))


def pytest_benchmark_update_json(config: Any, benchmarks: Any, output_json: dict[str, Any]) -> None:
    """Say what the times were taken with, and which peers are missing."""
    output_json["measured_with"] = {
        "processors": os.cpu_count(),
        "processors used": config.getoption("--processors"),
        "Python": platform.python_version(),
        "NumPy": version("numpy"),
        "pytest-benchmark": version("pytest-benchmark"),
    }
    output_json["peers"] = peers.versions()
