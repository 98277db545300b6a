"""Cells that are run and edited in Chromium: whole pages, a false assertion, an endless loop."""

from __future__ import annotations

import json
import re

import inspection
import needs
import pytest
import visits
from playwright.sync_api import expect

SECONDS = 60
WHOLE = ("gallery/least-squares", "derivations/notebook/factors", "reference/cookbook/norms")
ONE = WHOLE[1]


@pytest.fixture(scope="module")
def opened(reader, origin):
    """A page with its cells open, which the tests below it share."""
    with visits.opened(reader, origin, f"{ONE}.html") as visit:
        visit.page.get_by_role("button", name="Edit and run").click()
        visit.page.get_by_role("button", name="Run all").wait_for()
        yield visit


def status(page):
    return page.locator(".cells-status")


def run_all(page, said):
    page.get_by_role("button", name="Run all").click()
    expect(status(page)).to_have_text(said, timeout=1000 * SECONDS)


def texts(page):
    """What each output shows, without the versions, which are those of the browser's Python."""
    found = page.locator("div.cell > .cell_output").all_text_contents()
    words = [re.sub(r"Python 3\.\d+\.\d+", "Python", " ".join(text.split())) for text in found]
    return [text for text in words if text]


def foot(page):
    told = page.locator(".page-verdict").text_content()
    return re.sub(r"Python 3\.\d+\.\d+", "Python", " ".join(told.split()))


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_page_gives_what_it_shows(reader, origin, name):
    with visits.opened(reader, origin, f"{name}.html") as visit:
        page = visit.page
        built, built_foot = texts(page), foot(page)
        page.get_by_role("button", name="Edit and run").click()
        cells = json.loads((needs.SITE / "cells" / f"{name}.json").read_text(encoding="utf-8"))
        run_all(page, f"All {len(cells['cells'])} cells ran.")
        states = page.evaluate(
            "[...document.querySelectorAll('div.cell')].map(each => each.dataset.cells)"
        )
        # What tells the version of Python differs, and is set here.
        assert set(states) <= {"same", "new"}
        assert texts(page) == built
        said = f"Run here. All {len(cells['cells'])} cells ran."
        assert foot(page).startswith(said)
        assert foot(page).removeprefix(said).strip() == built_foot
        assert inspection.width(page) == []
        assert inspection.accessibility(page) == []
        assert visit.faults == []


def test_an_assertion_that_fails_is_shown(opened):
    page = opened.page
    field = page.locator("textarea").last
    field.fill("x = 1\nassert x == 2, 'no'")
    page.keyboard.press("Shift+Enter")
    count = page.locator("textarea").count()
    expect(status(page)).to_have_text(f"Cell {count} failed.", timeout=1000 * SECONDS)
    told = page.locator(".traceback").inner_text()
    assert "----> 2 assert x == 2, 'no'" in told
    assert told.rstrip().endswith("AssertionError: no")
    assert "/" not in told
    assert page.locator(".page-verdict.cells-failed").count() == 1
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert inspection.accessibility(page) == []


def test_what_is_edited_is_set_like_the_page(opened):
    page = opened.page
    page.locator("textarea").last.fill(
        "from derivlib import derive, logdet\nfrom sympy import MatrixSymbol\n"
        "display(derive(logdet(MatrixSymbol('Z', 3, 3)), MatrixSymbol('Z', 3, 3)))\n"
        "display({'text/html': '<b id=planted>b</b>'}, raw=True)"
    )
    page.keyboard.press("Shift+Enter")
    expect(status(page)).to_contain_text("cells ran.", timeout=1000 * SECONDS)
    output = page.locator("div.cell").last.locator(".cell_output")
    assert output.locator(".math-block .katex").count() >= 1
    assert output.locator("details.substitutions ol > li").count() >= 1
    assert output.locator(".katex-error").count() == 0
    assert "<b id=planted>" in output.inner_text()
    assert page.locator("#planted").count() == 0


def test_it_can_be_stopped_and_reset(opened):
    page = opened.page
    built = page.locator("textarea").first.input_value()
    page.locator("textarea").first.fill("print('begun')\nwhile True: pass")
    page.get_by_role("button", name="Run all").click()
    expect(page.locator("div.cell").first.locator(".cell_output")).not_to_have_text("begun")
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_have_text("Stopped.")
    page.get_by_role("button", name="Reset", exact=True).click()
    assert page.locator("textarea").first.input_value() == built
    assert page.locator(".cells-ran, .cells-edited").count() == 0
    page.get_by_role("button", name="Run this and those above it: cell 1", exact=True).click()
    expect(status(page)).to_contain_text("1 of ", timeout=1000 * SECONDS)
    assert opened.faults == []


def test_with_the_keyboard_alone(reader, origin):
    with visits.opened(reader, origin, f"{ONE}.html") as visit:
        page = visit.page
        page.get_by_role("button", name="Edit and run").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Run all").wait_for()
        expect(page.get_by_role("button", name="Run all")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Stop")).to_be_focused()
        page.keyboard.press("Enter")
        expect(status(page)).to_have_text("Stopped.")
        expect(page.get_by_role("button", name="Run all")).to_be_focused()
        seen = []
        for _ in range(12):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        assert "Cell 1" in seen
        assert "Run this and those above it: cell 1" in seen


def test_nothing_is_loaded_and_no_address_runs_anything(reader, origin):
    held = "#cells=print(1)&v=1&f=x&run=1"
    with visits.opened(reader, origin, f"{ONE}.html?code=print(1){held}") as visit:
        visit.page.wait_for_timeout(500)
        loaded = visit.page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
        own = [name for name in loaded if "/cells/" in name or "/ask/" in name]
        scripts = {name.partition("?")[0].rpartition("/")[2] for name in own}
        assert {"cells.js", "cells.css"} <= scripts
        assert scripts <= {"cells.js", "workers.js", "cells.css", "ask.js", "ask.css", "links.css"}
        assert visit.page.locator("textarea").count() == 0
        assert "print(1)" not in visit.page.locator("article").inner_text()


def test_the_policy_refuses_other_scripts(reader, origin):
    with visits.opened(reader, origin, f"{ONE}.html") as visit:
        visit.page.evaluate(
            "() => { const s = document.createElement('script'); s.text = 'window.ran = 1';"
            " document.head.append(s); }"
        )
        assert visit.page.evaluate("window.ran") is None
        assert any("Content Security Policy" in fault for fault in visit.faults)


def test_without_scripts_there_is_no_bar(browser, origin):
    with (
        visits.visitor(browser, **visits.UNSCRIPTED) as reader,
        visits.opened(reader, origin, f"{ONE}.html") as visit,
    ):
        assert not visit.page.get_by_role("button", name="Edit and run").is_visible()


def test_from_a_file_there_is_no_bar(browser):
    with visits.visitor(browser, **visits.DESKTOP) as reader:
        page = reader.new_page()
        page.goto((needs.SITE / f"{ONE}.html").as_uri())
        assert page.locator(".cells, .cells-why").count() == 0
