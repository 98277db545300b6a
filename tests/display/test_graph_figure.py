"""Figures of computation graphs: nothing meets what is not its own, and everything is there."""

from __future__ import annotations

import random
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from expressions import derivation

from derivlib.display.graph_figure import MOST_NODES, as_text
from derivlib.display.graph_layout import Link, Size, placed, spread
from derivlib.display.graph_text import MIME_TYPE

DRAWN = [
    "notebook, W",
    "residual twice",
    "two layers",
    "two layers by a scalar",
    "constant by a scalar",
]


def rectangle(size, middle):
    (width, height), (x, y) = size, middle
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def meet(one, other, slack=1e-6):
    return all(one[i] + slack < other[i + 2] and other[i] + slack < one[i + 2] for i in (0, 1))


def points_of(route, steps=16):
    """Points of a line whose bends are cubic curves with vertical ends."""
    for (x, y), (end, bottom) in pairwise(route.points):
        for step in range(steps + 1):
            t = step / steps
            across = 3 * t**2 - 2 * t**3
            down = 1.5 * t - 1.5 * t**2 + t**3
            yield x + (end - x) * across, y + (bottom - y) * down


def some_graph(seed):
    choose = random.Random(seed)
    boxes = [
        Size(choose.uniform(20, 200), choose.uniform(20, 60)) for _ in range(choose.randint(1, 9))
    ]
    links = [
        Link(start, end, Size(choose.choice([0, 30, 120]), 16))
        for end in range(1, len(boxes))
        for start in choose.sample(range(end), choose.randint(1, min(3, end)))
        for _ in range(choose.randint(1, 2))
    ]
    return boxes, links


@pytest.mark.parametrize("seed", range(30))
def test_boxes_labels_and_lines_keep_apart(seed):
    boxes, links = some_graph(seed)
    places = placed(boxes, links)
    solid = [*map(rectangle, boxes, places.boxes)]
    solid += [
        rectangle(link.label, route.label) for link, route in zip(links, places.routes, strict=True)
    ]
    for left, top, right, bottom in solid:
        assert left >= -1e-6
        assert top >= -1e-6
        assert right <= places.width + 1e-6
        assert bottom <= places.height + 1e-6
    for one, other in combinations(solid, 2):
        assert not meet(one, other)
    for route in places.routes:
        for x, y in points_of(route):
            assert not any(meet((x, y, x, y), there) for there in solid)


@pytest.mark.parametrize("seed", range(30))
def test_arrows_lead_down_from_box_to_box(seed):
    boxes, links = some_graph(seed)
    places = placed(boxes, links)
    for link, route in zip(links, places.routes, strict=True):
        upper = rectangle(boxes[link.start], places.boxes[link.start])
        lower = rectangle(boxes[link.end], places.boxes[link.end])
        (x, y), (end, bottom) = route.points[0], route.points[-1]
        assert y == pytest.approx(upper[3])
        assert bottom == pytest.approx(lower[1])
        assert upper[0] < x < upper[2]
        assert lower[0] < end < lower[2]
        assert all(above <= below + 1e-9 for (_, above), (_, below) in pairwise(route.points))


def test_no_line_crosses_another_where_none_has_to():
    ladder = [Link(i, j, Size(20, 10)) for i, j in ((0, 3), (1, 2), (2, 5), (3, 4))]
    routes = placed([Size(40, 20)] * 6, ladder).routes
    for one, other in combinations(routes, 2):
        sides = {
            (x > z) - (x < z)
            for x, y in points_of(one)
            for z, w in points_of(other)
            if abs(y - w) < 1e-6
        }
        assert len(sides - {0}) <= 1


@pytest.mark.parametrize("seed", range(20))
def test_spread_is_the_least_squares(seed):
    """No small shift of one number, or of a run of numbers, is allowed and better."""
    choose = random.Random(seed)
    wanted = [choose.uniform(0, 10) for _ in range(6)]
    apart = [choose.uniform(0, 4) for _ in range(5)]
    weights = [choose.uniform(1, 5) for _ in range(6)]
    found = spread(wanted, apart, weights)

    def fits(numbers):
        return all(
            b - a >= gap - 1e-9 for (a, b), gap in zip(pairwise(numbers), apart, strict=True)
        )

    def cost(numbers):
        return sum(
            weight * (x - want) ** 2
            for x, want, weight in zip(numbers, wanted, weights, strict=True)
        )

    assert fits(found)
    for first, last in combinations(range(7), 2):
        for step in (0.01, -0.01):
            moved = [x + step * (first <= i < last) for i, x in enumerate(found)]
            assert not fits(moved) or cost(moved) >= cost(found)


def bundle(name):
    return derivation(name).graph._repr_mimebundle_()


def groups(root, kind):
    return [part for part in root.iter() if part.get("class", "").startswith(kind)]


@pytest.mark.parametrize("name", DRAWN)
def test_a_notebook_gets_every_node_and_arrow_with_its_words(name):
    shown = bundle(name)
    root, graph = ElementTree.fromstring(shown["text/html"]), shown[MIME_TYPE]
    drawn = root.find("div")[0]
    assert [part.get("class") for part in groups(drawn, "node")] == [
        f"node {node['kind']}" for node in graph["nodes"]
    ]
    kinds = [part.get("class") for part in groups(drawn, "edge")]
    assert kinds.count("edge value") == len(graph["edges"])
    assert kinds.count("edge derivative") == sum(
        edge["derivative"] is not None for edge in graph["edges"]
    )
    written = "\n".join(drawn.itertext())
    for node in graph["nodes"]:
        assert node["text"] in written
    assert drawn.get("aria-describedby") == drawn[0].get("id")
    assert {part.get("fill") for part in drawn.iter() if part.get("fill")} <= {
        "none",
        "currentColor",
    }


@pytest.mark.parametrize(("name", "end"), [("residual twice", 0), ("two layers by a scalar", -1)])
def test_derivatives_point_up_unless_a_scalar_is_the_variable(name, end):
    root = ElementTree.fromstring(bundle(name)["text/html"]).find("div")[0]
    for arrow in groups(root, "edge"):
        line, head = (part.get("d") for part in arrow if part.get("d"))
        ends = line[1:].replace("C", "L").replace(" ", "L").split("L")
        tip = head[1:].split("L")[1].split(",")
        kind = arrow.get("class").split()[1]
        place = ends[end if kind == "derivative" else -1].split(",")
        assert tip[0] == place[0]
        assert float(tip[1]) == pytest.approx(float(place[1]), abs=9.1)


def test_more_than_a_figure_can_hold_is_a_list():
    from sympy import MatrixSymbol, tanh

    from derivlib import derive, sum_entries

    A, x = MatrixSymbol("A", 3, 3), MatrixSymbol("x", 3, 1)
    deep = x
    for _ in range(MOST_NODES):
        deep = (A * deep).applyfunc(tanh)
    shown = derive(sum_entries(deep), x).graph._repr_mimebundle_()
    assert {"text/latex", "text/plain"} <= shown.keys()
    assert "text/html" not in shown


def test_text_is_as_wide_as_it_is_said_to_be():
    label = as_text({"tex": "N_{1} < S", "text": "N_1 < S"}, 16.0)
    text = ElementTree.fromstring(label.markup)
    assert text.text == "N₁ < S"
    assert float(text.get("textLength")) == pytest.approx(label.width, abs=0.06)
