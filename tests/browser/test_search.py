"""The search finds pages by their subject and rules by their names."""

from __future__ import annotations

from urllib.parse import quote

import needs
import pytest
import visits

from derivlib import RULES
from derivlib.rules.rule import slug

SUBJECTS = ["hadamard", "determinant", "softmax", "kronecker", "jacobian", "hessian", "transpose"]
SEARCHED = "() => document.querySelector('.search-summary')?.textContent.startsWith('Search fin')"
RULES_SEARCHED = list(RULES)[::10]


@pytest.fixture(scope="module")
def reader(browser):
    with visits.visitor(browser, **visits.DESKTOP) as context:
        yield context


def found(page, *, summaries=True):
    """The links to what was found, best first, once the search has ended, with its summaries."""
    page.wait_for_function(SEARCHED)
    if summaries:
        page.wait_for_load_state("networkidle")
    return page.locator("#search-results ul.search li > a")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_is_found_and_the_first_result_opens(reader, origin, subject):
    with visits.opened(reader, origin, f"search.html?q={quote(subject)}") as visit:
        results = found(visit.page)
        assert results.count()
        visits.follow(results.first)
        assert "search.html" not in visit.page.url
        assert subject in visit.page.locator("article").inner_text().lower()
        assert visit.faults == []


@pytest.mark.parametrize("rule", RULES_SEARCHED)
def test_a_rule_is_found_by_its_name(reader, origin, rule):
    with visits.opened(reader, origin, f"search.html?q={quote(rule)}") as visit:
        addresses = [
            link.get_attribute("href") for link in found(visit.page, summaries=False).all()
        ]
        assert any(f"rule-{slug(rule)}" in address for address in addresses), addresses
        assert visit.faults == []


def test_a_search_starts_from_any_page(reader, origin):
    with visits.opened(reader, origin, "index.html") as visit:
        box = visit.page.locator("input[name=q]:visible")
        box.fill("determinant")
        box.press("Enter")
        assert found(visit.page).count()
        assert visit.faults == []


def test_what_is_nowhere_is_not_found(reader, origin):
    with visits.opened(reader, origin, "search.html?q=zxqvyw") as visit:
        page = visit.page
        page.wait_for_function(SEARCHED.replace("Search fin", "Your search did not match"))
        assert page.locator("#search-results li").count() == 0


@pytest.mark.parametrize(
    ("query", "formula"),
    [
        ("identification", "df=⟨G, dX⟩ ⇒ ∂f∂X=G"),
        ("softmax", "dsoftmax(v)=softmax(v)⊙dv−softmax(v)softmax(v)ᵀ dv"),
    ],
)
def test_summaries_hold_formulas_once(reader, origin, query, formula):
    with visits.opened(reader, origin, f"search.html?q={query}") as visit:
        found(visit.page)
        text = visit.page.locator("#search-results").inner_text()
        assert f" {formula} Source" in " ".join(text.replace("\u2061", "").split())
        assert "\\" not in text


@pytest.mark.parametrize("query", ["hadamard", "first identification theorem"])
def test_the_search_works_without_a_server(reader, query):
    site = needs.SITE.as_uri() + "/"
    with visits.opened(reader, site, f"search.html?q={quote(query)}") as visit:
        results = found(visit.page)
        assert results.count()
        visits.follow(results.first)
        assert visit.page.locator("h1").count() == 1
        assert visit.faults == []


@pytest.mark.parametrize("words", ["gradient", "expand menu contents light dark mathsf"])
def test_marks_of_the_last_search_disturb_no_page(reader, origin, words):
    """Icons have names, formulas hold TeX: words of both must not be marked there."""
    with visits.opened(reader, origin, "search.html") as visit:
        visit.page.evaluate("words => localStorage.setItem('sphinx_highlight_terms', words)", words)
        visit.page.goto(origin + "tutorials/first-gradient.html")
        assert visit.page.locator("annotation .highlighted, svg tspan").count() == 0
        assert (visit.page.locator("article .highlighted").count() > 0) == (words == "gradient")
        assert visit.faults == []
