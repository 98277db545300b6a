"""Derivations that readers change: by the link below each, and in the box where one stands."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import inspection
import needs
import visits
from playwright.sync_api import expect

from derivlib.site.ask.answers import Asked
from derivlib.site.ask.examples import STATED, address_of

SECONDS = 60_000
ANSWERED = ".ask-answer[data-agreed]"
NETWORK = "gallery/two-layer-network.html"
RECORDS = needs.DOCS / "_build" / "kept" / "executed"


def shown_on_pages():
    """What each page shows, and what its outputs say of questions."""
    for path in sorted(RECORDS.rglob("*.json")):
        page = path.relative_to(RECORDS).with_suffix("").as_posix()
        outputs = [o for cell in json.loads(path.read_text("utf-8"))["outputs"] for o in cell]
        told = [t for o in outputs for t in o.get("metadata", {}).get("derivlib.questions", [])]
        if told:
            yield page, told


def held_in(address: str) -> dict[str, str]:
    """What an address holds, as the page reads it."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).fragment).items()}


def links_on(page: str) -> list[dict[str, str]]:
    """What the links below the outputs of a page hold."""
    html = (needs.SITE / f"{page}.html").read_text("utf-8")
    paragraphs = re.findall(r'<p class="ask-change">(.*?)</p>', html, re.DOTALL)
    found = [each for links in paragraphs for each in re.findall(r'href="([^"]*)"', links)]
    return [held_in(unescape(address)) for address in found]


def test_each_derivation_of_the_site_has_a_link():
    pages = dict(shown_on_pages())
    assert sum(map(len, pages.values())) > 150
    refused = {page for page, told in pages.items() if any("refused" in t for t in told)}
    assert not refused
    for page, told in pages.items():
        asked = [held_in(address_of(t["question"])) for t in told if "question" in t]
        assert links_on(page) == asked, page


def test_what_is_asked_is_answered_and_judged():
    """The build has read each question back as the formula of its page; the judge does the rest.

    Most answers are spelt as on the page, too; elsewhere the page has names of its own, or ends at
    a form that its author chose.
    """
    shown = {}
    for page, told in shown_on_pages():
        shown |= {json.dumps(t["question"]): (page, t["results"]) for t in told if "question" in t}
    alike = 0
    for question, (page, results) in shown.items():
        *_, derived, verified = Asked(json.loads(question)).stages()
        assert verified["stage"] == "verified", (page, question, verified)
        assert verified["agreed"], (page, question, verified)
        alike += all(f" = {result}" in derived["text"] for result in results)
    assert alike > 0.6 * len(shown), (alike, len(shown))


def choose(page, name, value):
    """Choose in a field, and wait for the answer to it."""
    page.evaluate("delete document.querySelector('.ask-answer').dataset.agreed")
    page.locator(name).select_option(value)
    page.wait_for_selector(ANSWERED, timeout=SECONDS)
    return page.locator(".ask-answer")


def test_a_derivation_is_changed_where_it_stands(reader, origin):
    with visits.opened(reader, origin, NETWORK) as visit:
        page = visit.page
        loaded = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
        assert not [name for name in loaded if "pyodide" in name or "katex.min.js" in name]
        folded = page.locator(".ask-here > summary")
        folded.focus()
        page.keyboard.press("Enter")
        (question,) = [held_in(page.get_attribute(".ask", "data-question"))]
        assert page.input_value("[name=formula]") == question["f"]
        page.wait_for_selector(".ask-names select", timeout=SECONDS)
        choose(page, "[title='What σ is']", "tanh")
        answer = choose(page, "[title='What λ is']", "norm2^2")
        formula = page.input_value("[name=formula]")
        assert formula.startswith("norm2(tanh(X*W_1")
        assert "elementwise" not in formula
        assert "function" not in formula
        found = {s["stage"]: s for s in Asked({"formula": formula, "variable": "W_1"}).stages()}
        assert answer.get_attribute("data-result") == found["derived"]["text"]
        assert answer.get_attribute("data-agreed") == "true"
        answer = choose(page, "[title='What λ is']", "")
        assert page.input_value("[name=formula]").endswith(", λ function")
        assert page.url == origin + NETWORK
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]
        assert inspection.accessibility(page, without=".back-to-top") == []
        assert visit.faults == []


def test_a_link_opens_the_derivation_on_the_page_that_answers(reader, origin):
    with visits.opened(reader, origin, "gallery/gaussian-likelihood.html") as visit:
        page = visit.page
        (link,) = [
            each
            for each in page.locator(".ask-change a").all()
            if "structure=symmetric" in each.get_attribute("href")
        ]
        held = held_in(link.get_attribute("href"))
        link.click()
        page.wait_for_selector(ANSWERED, timeout=SECONDS)
        assert page.input_value("[name=formula]") == held["f"]
        assert page.input_value("[name=structure]") == "symmetric"
        assert page.locator(".ask-more").get_attribute("open") is not None
        kinds = {word: held[word].split(",") for word in STATED if word in held}
        asked = Asked(
            {"formula": held["f"], "variable": held["x"], "structure": "symmetric", "kinds": kinds}
        )
        found = {stage["stage"]: stage for stage in asked.stages()}
        assert page.get_attribute(".ask-answer", "data-result") == found["derived"]["text"]
        assert page.get_attribute(".ask-answer", "data-agreed") == "true"
        answer = choose(page, "[name=layout]", "numerator")
        assert held_in(page.url)["layout"] == "numerator"
        expect(answer.locator("h2").first).to_have_text("In numerator layout")
        kept = page.evaluate("JSON.parse(localStorage.getItem('derivlib.asked'))")
        assert held_in(kept[0]) == held_in(page.url)
        page.fill("[name=sizes]", "n=2, p=5")
        page.press("[name=sizes]", "Enter")
        expect(answer.locator(".ask-verdict")).to_contain_text("p=5", timeout=SECONDS)
        assert visit.faults == []


def test_a_link_asks_for_derivatives_with_respect_to_a_complex_name(reader, origin):
    with visits.opened(reader, origin, "how-to/complex-variables.html") as visit:
        page = visit.page
        links = page.locator(".ask-change a").all()
        held = [held_in(each.get_attribute("href")) for each in links]
        assert {each["numbers"] for each in held} == {"complex"}
        (at,) = [k for k, each in enumerate(held) if "complex" in each]
        links[at].click()
        page.wait_for_selector(ANSWERED, timeout=SECONDS)
        assert page.input_value("[name=numbers]") == "complex"
        assert page.locator(".ask-more").get_attribute("open") is not None
        chosen = page.eval_on_selector_all(
            ".ask-names select", "all => all.map(e => e.selectedOptions[0].textContent)"
        )
        assert chosen == ["complex scalar"] * 2
        assert page.get_attribute(".ask-answer", "data-result").endswith("z + conj(c)/2")
        assert page.get_attribute(".ask-answer", "data-agreed") == "true"
        answer = choose(page, "[name=numbers]", "")
        assert "wirtinger" in answer.inner_text()
        choose(page, "[title='What z is']", "scalar")
        answer = choose(page, "[title='What c is']", "scalar")
        assert answer.get_attribute("data-result") == "∂L/∂z = c + 2*z"
        assert "numbers" not in held_in(page.url)
        assert visit.faults == []


def test_without_scripts_there_are_the_links_and_no_box(browser, origin):
    with (
        visits.visitor(browser, **visits.UNSCRIPTED) as reader,
        visits.opened(reader, origin, NETWORK) as visit,
    ):
        assert visit.page.locator(".ask-change a").first.is_visible()
        assert not visit.page.locator(".ask-here").is_visible()
