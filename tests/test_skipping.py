"""No test is skipped unnoticed: what a session may skip, and that the rest fails instead."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = (Path(__file__).parents[1] / "conftest.py").read_text(encoding="utf-8")
SKIPPED = """
import pytest

def test_runs():
    pass

@pytest.mark.needs("no_such_library")
def test_of_an_optional_library():
    assert False

@pytest.mark.skipif(True, reason="platform: has no such thing")
def test_of_another_platform():
    assert False

def test_that_skips():
    pytest.skip("it is not Sunday")
"""


@pytest.fixture
def outcomes(pytester, monkeypatch):
    """Run tests as a session does that allows these skips; return how many ended in which way."""

    def run(allowed, text):
        monkeypatch.setenv("DERIVLIB_SKIP", allowed)
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(text)
        return pytester.runpytest_subprocess("-p", "no:xdist").parseoutcomes()

    return run


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ("all", {"passed": 1, "skipped": 3}),
        ("needs", {"passed": 1, "skipped": 2, "failed": 1}),
        ("never", {"passed": 1, "skipped": 1, "failed": 1, "errors": 1}),
    ],
)
def test_what_a_session_does_not_allow_fails(outcomes, allowed, expected):
    assert outcomes(allowed, SKIPPED) == expected


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [("all", {"skipped": 1}), ("needs", {"errors": 1}), ("never", {"errors": 1})],
)
def test_a_module_is_not_skipped_either(outcomes, allowed, expected):
    assert outcomes(allowed, "import pytest\npytest.importorskip('no_such_library')") == expected
