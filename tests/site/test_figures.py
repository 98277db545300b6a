"""Figures of computation graphs: what is drawn, and what happens where nothing can be."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from expressions import derivation
from figures import drawing

from derivlib.display.graph_text import MIME_TYPE

DOCS = Path(__file__).parents[2] / "docs"
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = [
    "notebook, W",
    "residual twice",
    "two layers",
    "two layers by a scalar",
    "constant by a scalar",
]

with_node = pytest.mark.skipif(
    shutil.which("node") is None or not (DOCS / "node_modules" / "@mathjax").exists(),
    reason="needs Node and `npm ci` in docs/: the session docs of nox installs both",
)


def graph_of(name):
    return derivation(name).graph._repr_mimebundle_()[MIME_TYPE]


def pretended(tex, em):
    """Labels as wide as their TeX is long."""
    width = 6.0 * len(tex)
    return {
        "markup": f"<!--{tex}-->",
        "scale": em / 1000,
        "width": width,
        "height": 20,
        "top": -15,
    }


@pytest.fixture
def without_node(monkeypatch):
    monkeypatch.setattr(drawing, "ask", pretended)
    drawing.label.cache_clear()
    yield
    drawing.label.cache_clear()


def drawn(name, key="graph-0-0"):
    return drawing.svg(graph_of(name), key)


def kinds_in(root, group):
    found = (part.get("class", "").split() for part in root.iter(f"{SVG}g"))
    return [names[1] for names in found if names[:1] == [group]]


@pytest.mark.usefixtures("without_node")
@pytest.mark.parametrize("name", DRAWN)
def test_every_node_and_edge_is_drawn_with_its_label(name):
    graph, markup = graph_of(name), drawn(name)
    root = ElementTree.fromstring(markup)
    assert sorted(kinds_in(root, "node")) == sorted(node["kind"] for node in graph["nodes"])
    arrows = kinds_in(root, "edge")
    assert arrows.count("value") == len(graph["edges"])
    assert arrows.count("derivative") == sum(e["derivative"] is not None for e in graph["edges"])
    for line in (line for node in graph["nodes"] for line in node["lines"]):
        assert f"<!--{line['tex']}-->" in markup


@pytest.mark.usefixtures("without_node")
def test_a_figure_has_a_name_and_its_words_for_those_who_do_not_see_it():
    root = ElementTree.fromstring(drawn("notebook, W", "graph-3-0"))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Computation graph of L, with the derivatives on the way to W"
    words = root.find(f"{SVG}desc")
    assert words.get("id") == root.get("aria-describedby") == "graph-3-0-text"
    assert words.text.endswith(" S = σ(N), n×p; ∂L/∂S = ∂λ(S)/∂S, n×p. L = λ(S), a scalar.")


@pytest.mark.usefixtures("without_node")
def test_the_variable_and_the_way_of_derivatives_are_told_apart_without_colour():
    root = ElementTree.fromstring(drawn("notebook, W"))
    framed = [g for g in root.iter(f"{SVG}g") if g.get("class") == "node variable"]
    assert [len(g.findall(f"{SVG}rect")) for g in framed] == [2]
    heads = {
        g.get("class"): g.findall(f"{SVG}path")[1].get("d")
        for g in root.iter(f"{SVG}g")
        if str(g.get("class")).startswith("edge")
    }
    assert heads["edge value"].endswith("Z")
    assert not heads["edge derivative"].endswith("Z")


def test_a_formula_that_cannot_be_set_is_named(monkeypatch):
    def refuse(**request):
        raise drawing.DrawingError("no such thing")

    monkeypatch.setattr(drawing, "ask", refuse)
    drawing.label.cache_clear()
    with pytest.raises(drawing.DrawingError, match=r"MathJax cannot set '.*': no such thing"):
        drawn("notebook, W")


@with_node
@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_the_same_each_time_and_stands_alone(name):
    first, second = drawn(name), drawn(name)
    assert first == second
    root = ElementTree.fromstring(first)
    ids = [part.get("id") for part in root.iter() if part.get("id")]
    assert len(ids) == len(set(ids))
    assert all(found.startswith("graph-0-0") for found in ids)
    used = {part.get("href") for part in root.iter(f"{SVG}use")}
    assert used <= {f"#{found}" for found in ids}
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", first)
    assert "data-" not in first


@with_node
def test_node_says_which_formula_it_refuses():
    with pytest.raises(drawing.DrawingError, match="undefinedmacro"):
        drawing.label(r"\undefinedmacro{x}")


@with_node
def test_a_figure_that_cannot_be_drawn_is_a_warning_that_names_its_page(monkeypatch):
    pytest.importorskip("sphinx")
    pytest.importorskip("myst_nb")
    from figures import computation_graphs

    told = []
    monkeypatch.setattr(
        computation_graphs.logger,
        "warning",
        lambda text, *args, **about: told.append((text % args, about)),
    )
    graph = graph_of("notebook, W")
    graph["nodes"][0]["lines"] = [{"tex": r"\undefinedmacro", "text": "x"}]
    node = computation_graphs.Figure(graph=graph, key="graph-0-0")

    page = SimpleNamespace(body=[])
    computation_graphs.visit_figure(page, node)
    ((text, about),) = told
    assert "undefinedmacro" in text
    assert about["location"] is node
    assert "could not be drawn" in "".join(page.body)
