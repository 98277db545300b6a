"""Every example of the docstrings, the pages and the README is a test of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

import pytest
from sybil import Document, Region, Sybil
from sybil.document import PythonDocStringDocument
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.myst import CodeBlockParser
from sybil.sybil import SybilCollection


class ExampleParser:
    """Finds prompts in fenced `pycon` blocks; each prompt is an example."""

    def __init__(self) -> None:
        self.blocks = CodeBlockParser("pycon", PythonEvaluator())
        self.prompts = DocTestStringParser(DocTestEvaluator())

    def __call__(self, document: Document) -> Iterable[Region]:
        for block in self.blocks(document):
            for prompt in self.prompts(block.parsed, document.path):
                prompt.adjust(block, block.parsed)
                yield prompt


EXAMPLES = ExampleParser()
CELLS = CodeBlockParser("ipython3", PythonEvaluator())

docstrings = Sybil(
    path="derivlib",
    parsers=[EXAMPLES],
    pattern="*.py",
    document_types={".py": PythonDocStringDocument},
)
pages = Sybil(
    path="docs",
    parsers=[EXAMPLES, CELLS],
    pattern="*.md",
    excludes=["_build/*", "node_modules/*", "reference/api/*"],
)
readme = Sybil(parsers=[EXAMPLES], filenames=["README.md"])

pytest_collect_file = SybilCollection((docstrings, pages, readme)).pytest()

ALLOWED_SKIPS = os.environ.get("DERIVLIB_SKIP", "all")
"""What may be skipped, as the sessions of nox set it: `all` is for plain pytest.

`never` is for a session that installs everything its tests need, `needs` for one without the
optional libraries, whose tests the session `backends` runs. A platform's limits always may.
"""
PLATFORM = "platform: "
"""How the reason of a test starts that is skipped because of the operating system."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of tests that need an optional library."""
    config.addinivalue_line(
        "markers", "needs(module): needs an optional library; the session `backends` has them all"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose optional library is not installed."""
    for marker in item.iter_markers("needs"):
        if find_spec(marker.args[0]) is None:
            pytest.skip(f"{marker.args[0]} is not installed: python3 noxfile.py -s backends")


def forbid_skip(report: pytest.TestReport | pytest.CollectReport, *, allowed: bool) -> None:
    """Turn a skip into a failure where the session of nox does not allow it."""
    if not report.skipped or hasattr(report, "wasxfail") or ALLOWED_SKIPS == "all":
        return
    reason = report.longrepr[2].removeprefix("Skipped: ")
    if not allowed and not reason.startswith(PLATFORM):
        report.outcome = "failed"
        report.longrepr = (
            f"{report.nodeid} would be skipped: {reason}\n"
            "This session must not skip it. A test that needs an optional library is marked "
            f"`needs`; the reason of one that cannot run here starts with {PLATFORM!r}."
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let no test be skipped unnoticed."""
    report = yield
    needs = ALLOWED_SKIPS == "needs" and item.get_closest_marker("needs") is not None
    forbid_skip(report, allowed=needs)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """Let no module be skipped unnoticed."""
    report = yield
    forbid_skip(report, allowed=False)
    return report
