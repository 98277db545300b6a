"""Each page that can be run in a browser gives what its kernel gave: our runner, and IPython."""

from __future__ import annotations

import html
import json
import re

import needs
import pytest
from cells_alone import events_of

# Python warns of forks beside the threads of the process that runs the tests.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
PAGES = sorted((needs.SITE / "cells").rglob("*.json"))
MOST_NOT_RUN = 14
"""How many executed pages may be left out: they need a library, or take too long."""


def named(path):
    return path.relative_to(needs.SITE / "cells").with_suffix("").as_posix()


def foot(told):
    text = re.search(r'class="page-verdict".*?</details>', told, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", (text or [told])[0])).split())


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_outputs_and_verdict_are_those_of_the_kernel(path):
    *events, last = events_of(path)
    done = [event for event in events if event["event"] == "done"]
    assert len(done) == len(json.loads(path.read_text(encoding="utf-8"))["cells"])
    assert [event["outputs"] for event in done if not event["same"]] == []
    built = (needs.SITE / f"{named(path)}.html").read_text(encoding="utf-8")
    assert foot(last["verdict"]) in foot(built)
    assert "agreed" not in last or not last["failed"]


def test_most_executed_pages_can_be_run():
    pages = [path.read_text(encoding="utf-8") for path in needs.SITE.rglob("*.html")]
    told = [page for page in pages if '<p class="cells-why"' in page]
    runnable = [page for page in pages if '<div class="cells"' in page]
    assert len(runnable) == len(PAGES)
    assert 0 < len(told) <= MOST_NOT_RUN
    executed = [page for page in pages if 'class="cell_input' in page]
    assert len(executed) == len(told) + len(runnable)


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("how-to/take-the-code", "need NumPy and SciPy"),
        ("explanation/what-the-checks-prove", "need NumPy"),
        ("reference/cookbook/index", r"take about \d0 s"),
        ("how-to/add-a-rule", "read the source of the library"),
    ],
)
def test_a_page_that_cannot_be_run_says_why(page, why):
    told = (needs.SITE / f"{page}.html").read_text(encoding="utf-8")
    assert re.search(rf'<p class="cells-why">The cells of this page {why}:', told)
    assert "Content-Security-Policy" not in told
