"""What the site does with the names of rules, and how it notices links that lead nowhere."""

from __future__ import annotations

import re

import pytest
from checks import contents, site_links
from expressions import CASES, HESSIANS
from formulas import rule_links

from derivlib import RULES, derive, hessian
from derivlib.engine.events import NAMING, SUBSTITUTION


def tex_of(name):
    return derive(*CASES[name])._repr_latex_().strip("$\n")


@pytest.mark.parametrize("name", CASES)
def test_every_rule_a_derivation_shows_is_linked_in_both_variants(name):
    tex = tex_of(name)
    shown = rule_links.names(tex)
    assert shown
    assert set(shown) <= {*RULES, NAMING, SUBSTITUTION}
    for variant in (tex, rule_links.stacked(tex)):
        linked = rule_links.linked(variant)
        assert r"\textrm" not in linked
        assert [*dict.fromkeys(re.findall(r"\\href\{rule:[^}]*\}\{\\text\{([^}]*)\}", linked))] == (
            shown
        )


@pytest.mark.parametrize("name", CASES)
def test_below_each_other_nothing_is_lost_and_no_remark_stands_on_the_right(name):
    tex = tex_of(name)
    narrow = rule_links.stacked(tex)
    assert " && " in tex
    assert "&&" not in narrow
    assert narrow.count(r"\textrm{") == tex.count(r"\textrm{")
    layout = r"\\\\(\[[0-9.]+ex\])?|\\quad|\\small|\\begin\{aligned\}|\\end\{aligned\}|[&{}\s,]"
    assert re.sub(layout, "", narrow) == re.sub(layout, "", tex)


def test_below_each_other_a_name_in_the_second_half_of_a_hessian_has_its_line():
    d = hessian(*HESSIANS["abstract of a layer"])
    tex = d._repr_latex_()
    assert d.intermediates
    assert tex.count(r",\quad") == len(d.gradient.intermediates) + len(d.intermediates)
    assert r",\quad" not in rule_links.stacked(tex)


def test_a_library_formula_has_no_link_that_a_notebook_would_refuse():
    assert r"\href" not in tex_of("notebook, W")


def test_addresses_are_put_in_once_a_page_is_known():
    markup = (
        '<a href="rule:product">product</a> <mtext href="rule:sum">sum</mtext>'
        '<a class="size5" href="rule:trace">trace</a>'
    )
    put = rule_links.addressed(markup, lambda label: f"../rules.html#{label}")
    assert 'href="../rules.html#rule-product"' in put
    assert 'href="../rules.html#rule-sum"' in put
    assert '<a class="size5" tabindex="-1" href="../rules.html#rule-trace"' in put
    assert put.count('tabindex="-1"') == put.count("<a ") == put.count("tabindex")


def test_the_rules_of_a_formula_are_listed_for_those_who_use_the_tab_key():
    listed = rule_links.listed(["Hadamard product", "sum"], lambda label: f"rules.html#{label}")
    assert '<a href="rules.html#rule-hadamard-product">Hadamard product</a>' in listed
    assert '<a href="rules.html#rule-sum">sum</a>' in listed
    assert "tabindex" not in listed


def test_the_label_of_a_rule_is_made_of_its_name():
    assert rule_links.label("Hadamard product") == "rule-hadamard-product"


def test_links_that_lead_nowhere_are_found(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "rules.html").write_text('<section id="rule-sum"></section>')
    (tmp_path / "index.html").write_text(
        '<a class="x" href="sub/rules.html#rule-sum">right</a> <a href="#top" id="top">right</a>'
        '<a href="https://example.org/#x">elsewhere</a> <a href="sub/rules.html">right</a>'
        '<a href="sub/rules.html#rule-product">no such place</a> <a href="gone.html">no page</a>'
        '<a href="#bottom">no such place</a> <a href="rule:sum">never resolved</a>'
    )
    assert site_links.broken_links(tmp_path) == [
        "index.html: sub/rules.html#rule-product",
        "index.html: gone.html",
        "index.html: #bottom",
        "index.html: rule:sum",
    ]


def test_a_page_is_looked_at_again_when_it_was_written_again(tmp_path):
    site, memory = tmp_path / "site", tmp_path / "contents.json"
    site.mkdir()
    page = site / "index.html"
    page.write_text('<a id="a" href="#a">here</a>')
    first = contents.contents_of_site(site, memory)
    assert (first[page].anchors, first[page].links, first[page].foreign) == (["a"], ["#a"], [])
    assert contents.contents_of_site(site, memory) == first
    page.write_text('<a id="b" href="#b">here</a><img src="//example.org/x.png">')
    again = contents.contents_of_site(site, memory)
    assert (again[page].anchors, again[page].foreign) == (["b"], ["//example.org/x.png"])
    memory.write_text("[")
    assert contents.contents_of_site(site, memory) == again
