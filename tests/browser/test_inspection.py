"""The inspections find what they are for: each is shown a page with one fault, and a good one."""

from __future__ import annotations

from contextlib import ExitStack

import inspection
import needs
import pytest
import visits
from server import serve

GOOD = r"""<!doctype html>
<html lang="en">
<head>
  <title>A page</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="katex/katex.min.css">
  <style>
    .box { overflow-x: auto; overflow-y: hidden; padding: 0.5em 0; }
    @media (prefers-color-scheme: dark) {
      body { background: #111; color: #eee; }
      a { color: #9cf; }
    }
  </style>
  <script src="katex/katex.min.js"></script>
</head>
<body>
  <main>
    <h1>A page</h1>
    <p>Text with a <a href="index.html">link</a>, <code>\frac</code> and
      <span class="math">\tfrac{1}{2}</span>.</p>
    <div class="math box" tabindex="0" role="group" aria-label="Formula">WIDE</div>
    <!-- more -->
  </main>
  <script>
    for (const e of document.querySelectorAll(".math"))
      katex.render(e.textContent, e, {displayMode: e.matches(".box"), throwOnError: false});
  </script>
</body>
</html>
""".replace("WIDE", " + ".join(f"A_{{{i}}}^{{\\mathsf T}}" for i in range(80)))
MORE = "<!-- more -->"
BOX = '<div class="math box" tabindex="0" role="group" aria-label="Formula">'


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder that is served, with the typesetter's files."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "katex").symlink_to(needs.AXE.parents[1] / "katex" / "dist")
    return folder


@pytest.fixture(scope="module")
def small_origin(site):
    yield from serve(site)


@pytest.fixture(params=["desktop", "phone"])
def screen(request):
    return {"desktop": visits.DESKTOP, "phone": visits.PHONE}[request.param]


@pytest.fixture
def show(browser, small_origin, site):
    """Open a page with this text for a reader with these settings."""
    with ExitStack() as stack:

        def open_page(text, **settings):
            (site / "index.html").write_text(text, encoding="utf-8")
            context = stack.enter_context(visits.visitor(browser, **settings))
            return stack.enter_context(visits.opened(context, small_origin, "index.html"))

        yield open_page


def test_a_good_page_has_no_fault(show, screen):
    visit = show(GOOD, **screen)
    page = visit.page
    assert inspection.formulas(page) == []
    assert inspection.width(page) == []
    assert inspection.boxes(page) == []
    assert inspection.accessibility(page) == []
    assert inspection.without_motion(page) == []
    assert inspection.layout_shift(page) <= 0.02
    page.emulate_media(color_scheme="dark")
    assert inspection.accessibility(page, rules=inspection.COLOURS) == []
    assert page.locator("math").count() == page.locator(".katex-html").count() == 2
    assert visit.faults == []


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ('<script>console.error("oh")</script>', "console error: oh"),
        ('<script>console.warn("oh")</script>', "console warning: oh"),
        ('<script>throw new Error("oh")</script>', "uncaught: oh"),
        ('<script>Promise.reject(new Error("later"))</script>', "uncaught: later"),
        ('<img src="gone.png" alt="">', "status 404: http://127.0.0.1:"),
        ('<img src="https://example.org/a.png" alt="">', "off the site: https://example.org/a.png"),
        ('<script src="//example.org/a.js"></script>', "off the site: http://example.org/a.js"),
        ('<script>fetch("https://example.org/a")</script>', "off the site: https://example.org/a"),
    ],
)
def test_errors_and_requests_are_recorded(show, more, fault):
    visit = show(GOOD.replace(MORE, more), **visits.DESKTOP)
    assert any(fault in found for found in visit.faults)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (MORE, r"<p>then \frac{1}{2}</p>", r"TeX in the text: then \frac{1}{2}"),
        (MORE, "<p>then $$x$$</p>", "TeX in the text: then $$x$$"),
        (MORE, r'<span class="math">\frac{1</span>', "refused by KaTeX"),
        (MORE, r'<span class="math">\undefined</span>', "refused by KaTeX"),
        ("</body>", '<i class="math">x</i></body>', "not set: x"),
        ("throwOnError", 'output: "html", throwOnError', "no MathML"),
        ("throwOnError", 'output: "mathml", throwOnError', "not set"),
        ("</style>", ".katex-html { display: none; }</style>", "takes no room"),
        ("</style>", ".katex { font-size: 0; }</style>", "takes no room"),
        ("katex/katex.min.css", "data:text/css,", "no font of KaTeX's has been loaded"),
    ],
)
def test_formulas_that_are_not_set_are_found(show, old, new, fault):
    assert old in GOOD
    found = inspection.formulas(show(GOOD.replace(old, new), **visits.DESKTOP).page)
    assert any(fault in text for text in found), found


def test_formulas_that_are_folded_away_are_looked_at(show):
    folded = '<details><summary>More</summary><span class="math">x</span></details>'
    page = show(GOOD.replace(MORE, folded), **visits.DESKTOP).page
    assert inspection.formulas(page) == []
    page.add_style_tag(content="details .katex-html { display: none; }")
    assert inspection.formulas(page) == ["set, and takes no room: x"]


@pytest.mark.parametrize(
    ("old", "new", "inspect", "fault"),
    [
        (MORE, '<p style="width: 2000px">x</p>', inspection.width, "px too wide"),
        ("overflow-x: auto; overflow-y: hidden;", "", inspection.boxes, "out of its box"),
        ("overflow-x: auto", "overflow-x: hidden", inspection.boxes, "out of its box"),
        (
            "padding: 0.5em 0",
            "height: 0.6em; padding: 0",
            inspection.boxes,
            "cut off above or below",
        ),
    ],
)
def test_what_does_not_fit_is_found(show, screen, old, new, inspect, fault):
    assert old in GOOD
    found = inspect(show(GOOD.replace(old, new), **screen).page)
    assert any(fault in text for text in found), found


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (MORE, '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "image-alt"),
        (MORE, '<p style="color: #ccc">pale</p>', "color-contrast"),
        ("</style>", ".math { color: #ccc; }</style>", "color-contrast"),
        (MORE, "<h4>Too deep</h4>", "heading-order"),
        (MORE, '<p id="x">x</p><label for="x">y</label><a href="#x"></a>', "link-name"),
        ('<html lang="en">', "<html>", "html-has-lang"),
        ("<h1>A page</h1>", "<p>A page</p>", "page-has-heading-one"),
        (' tabindex="0"', "", "scrollable-region-focusable"),
        (MORE, '<p aria-hidden="true"><a href="index.html">x</a></p>', "aria-hidden-focus"),
    ],
)
def test_barriers_are_found(show, old, new, fault):
    assert old in GOOD
    page = show(GOOD.replace(old, new), **visits.PHONE).page
    found = inspection.accessibility(page)
    assert any(text.startswith(fault) for text in found), found
    assert page.locator(".katex-base").count() >= 2


def test_contrast_in_the_dark_is_a_question_of_its_own(show):
    page = show(GOOD.replace("color: #eee", "color: #333"), **visits.DESKTOP).page
    assert inspection.accessibility(page, rules=inspection.COLOURS) == []
    page.emulate_media(color_scheme="dark")
    assert inspection.accessibility(page, rules=inspection.COLOURS)


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("right.ipynb", '{"nbformat": 4, "cells": [{"cell_type": "markdown"}]}', None),
        ("right.py", "print(1)\n", None),
        ("gone.ipynb", None, "status 404"),
        ("gone.py", None, "status 404"),
        ("page.ipynb", "<!doctype html>", "not a notebook"),
        ("bare.ipynb", '{"nbformat": 4, "cells": []}', "a notebook without cells"),
        ("bare.py", "\n", "empty"),
    ],
)
def test_downloads_that_are_not_there_are_found(show, site, name, text, fault):
    if text is not None:
        (site / name).write_text(text, encoding="utf-8")
    page = show(GOOD.replace(MORE, f'<a href="{name}">Take it away</a>'), **visits.DESKTOP).page
    found = inspection.downloads(page)
    assert (found == []) if fault is None else (len(found) == 1 and found[0].startswith(fault))


def test_motion_is_found(show):
    for rule in ("a { transition: color 1s }", "html { scroll-behavior: smooth }"):
        page = show(GOOD.replace("</style>", rule + "</style>"), **visits.DESKTOP).page
        assert inspection.without_motion(page)


def test_a_page_that_moves_while_it_is_read_is_found(show):
    late = (
        "<script>setTimeout(() => document.querySelector('h1').style.marginTop = '300px', 50)"
        "</script>"
    )
    page = show(GOOD.replace(MORE, late), **visits.DESKTOP).page
    page.wait_for_timeout(200)
    assert inspection.layout_shift(page) > 0.02
