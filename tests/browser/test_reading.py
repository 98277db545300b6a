"""Reading with the keyboard alone, on paper, without a server, without scripts, without motion."""

from __future__ import annotations

from contextlib import ExitStack

import inspection
import needs
import pytest
import visits

PAGES = sorted(needs.SITE.rglob("*.html"), key=lambda path: path.stat().st_size)
HEAVY = [path.relative_to(needs.SITE).as_posix() for path in PAGES[-4:]]
"""The pages that are longest to lay out."""
SAMPLE = ["index.html", *HEAVY]
NARROW = {"viewport": {"width": 390, "height": 844}}

SCROLLING = """() => [...document.querySelectorAll('article *')].filter(e =>
  ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.checkVisibility()
  && e.scrollWidth > e.clientWidth + 1)"""
HIGHEST = """() => Math.max(0, ...[...document.querySelectorAll('div.math-set')]
  .filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().height))"""
FOCUS = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  return {
    place: e === document.body ? null : window.scrolling.indexOf(e),
    text: e.textContent.trim().slice(0, 60),
    outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
  };
}"""


@pytest.fixture
def visit(browser, origin):
    """Open a page for a reader with these settings."""
    with ExitStack() as stack:

        def open_page(address, start=origin, **settings):
            context = stack.enter_context(visits.visitor(browser, **settings))
            return stack.enter_context(visits.opened(context, start, address))

        yield open_page


@pytest.mark.parametrize("address", ["index.html", "tutorials/first-gradient.html"])
def test_tab_skips_to_the_text_and_reaches_every_box_that_scrolls(visit, address):
    page = visit(address, **NARROW).page
    page.wait_for_timeout(300)
    expected = page.evaluate(f"() => (window.scrolling = ({SCROLLING})()).length")
    reached = set()
    assert expected
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["text"] == "Skip to content"
    for _ in range(400):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["place"] is None:
            break
        if focus["place"] >= 0 and focus["place"] not in reached:
            reached.add(focus["place"])
            assert focus["outline"], f"the focus cannot be seen on: {focus['text']}"
            before = page.evaluate("document.activeElement.scrollLeft")
            for _ in range(20):  # the first press may meet a page that still scrolls to the box
                page.keyboard.press("ArrowRight")
                page.wait_for_timeout(50)
                if page.evaluate("document.activeElement.scrollLeft") > before:
                    break
            else:
                raise AssertionError(f"it does not scroll: {focus['text']}")
    assert reached == set(range(expected))


def test_tab_stops_only_where_there_is_something_to_scroll(visit):
    page = visit("tutorials/first-gradient.html", **visits.DESKTOP).page
    page.wait_for_timeout(300)
    kept = '[...document.querySelectorAll(\'pre[tabindex="0"], .math-scroll[tabindex="0"]\')]'
    assert (
        page.evaluate(
            f"{kept}.filter(e => e.scrollWidth <= e.clientWidth + 1"
            " && e.scrollHeight <= e.clientHeight + 1).length"
        )
        == 0
    )
    assert page.locator("pre").count()


@pytest.mark.parametrize("address", SAMPLE)
def test_formulas_are_printed_within_the_sheet(visit, address):
    """A4 is 794 × 1123 CSS pixels; 38 on each side are margin. What is higher is cut in two."""
    page = visit(address, viewport={"width": 718, "height": 1047}).page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate(HIGHEST) <= 1047
    assert inspection.formulas(page) == []
    assert inspection.width(page) == []
    assert inspection.boxes(page) == []
    assert page.locator("article").is_visible()
    assert not page.locator(".sidebar-drawer").is_visible()


@pytest.mark.parametrize("address", SAMPLE)
def test_nothing_moves_for_who_asked_for_less_motion(visit, address):
    assert inspection.without_motion(visit(address, reduced_motion="reduce").page) == []


@pytest.mark.parametrize("address", SAMPLE)
@pytest.mark.parametrize("screen", [visits.DESKTOP, visits.PHONE], ids=["desktop", "phone"])
def test_a_page_stays_where_it_is_while_it_loads(browser, origin, address, screen):
    with (
        visits.visitor(browser, **screen) as context,
        visits.opened(context, origin, "search.html") as visit,
    ):
        context.new_cdp_session(visit.page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
        visit.page.goto(origin + address, wait_until="load")
        assert inspection.layout_shift(visit.page) <= 0.02


@pytest.mark.parametrize("address", SAMPLE)
def test_a_page_is_complete_without_a_server(visit, address):
    opened = visit(address, start=needs.SITE.as_uri() + "/", **visits.DESKTOP)
    assert inspection.formulas(opened.page) == []
    assert opened.faults == []


@pytest.mark.parametrize("start", ["index.html", "reference/rules.html"])
def test_the_navigation_needs_no_script(visit, start):
    page = visit(start, **NARROW, java_script_enabled=False).page
    link = page.locator(".sidebar-tree .toctree-l1 > a").nth(1)
    page.locator("label.nav-overlay-icon").click()
    target = link.evaluate("link => link.href")
    visits.follow(link)
    assert page.url == target
    page.locator("h1").wait_for(state="visible")


def test_the_navigation_of_a_phone_is_reached_with_the_keyboard(visit):
    page = visit("index.html", **NARROW).page
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.sidebar-drawer') !== null"):
            break
    inside = "document.activeElement.getBoundingClientRect().left >= 0"
    visits.until(page, f"document.activeElement.closest('.sidebar-drawer') && {inside}")
