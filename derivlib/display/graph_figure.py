"""A computation graph as a figure: boxes with formulas, and arrows with what travels along them.

Whoever draws says how formulas are set: here they are lines of text, on the site of this project
MathJax sets them. Everything is in the colour of the text around it and on the ground that is
there, so that a figure is readable in light and in dark; what differs, differs in form too.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from derivlib.display.graph_layout import Link, Point, Route, Size, placed

PADDING, LINE_GAP = 10.0, 11.0
EM, SMALL_EM = 16.0, 13.5
ARROW = 9.0
WIDEST_LABEL = 210.0
"""How wide what stands beside an arrow may be; its shape alone takes its place if it is wider."""
MOST_NODES = 40
"""How many boxes a figure in a notebook may have; no reader finds his way among more."""

_DERIVATIVE = "#2f81f7"
"""The colour of derivatives, three times as bright as a dark ground and as dark as a light one."""


@dataclass(frozen=True)
class Label:
    """A formula, set, with its size in pixels; the baseline lies `-top` below the upper edge."""

    markup: str
    scale: float
    width: float
    height: float
    top: float

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    def at(self, x: float, y: float) -> str:
        """Put the upper left corner somewhere."""
        place = f"translate({_number(x)} {_number(y - self.top)})"
        scale = "" if self.scale == 1 else f" scale({self.scale:g})"
        return f'<g transform="{place}{scale}">{self.markup}</g>'

    def centred(self, x: float, y: float) -> str:
        """Put the middle somewhere."""
        return self.at(x - self.width / 2, y - self.height / 2)


Setter = Callable[[Mapping[str, str], float], Label]
"""Sets a formula, given as `tex` and as `text`, in letters of a size."""


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _pair(point: Point) -> str:
    return ",".join(map(_number, point))


# --- formulas as lines of text ----------------------------------------------------------

_WIDTHS = {
    **dict.fromkeys(" .,;:|!'′ijlI()[]/ᵀ⁻¹²³⁰₀₁₂₃₄₅₆₇₈₉", 0.34),
    **dict.fromkeys("ftrsJ*-", 0.42),
    **dict.fromkeys("mwMWOQ⊙⊗", 0.84),
}
"""How wide characters are in fonts with serifs, in ems."""
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_FONT = "'STIX Two Text','STIXGeneral','Cambria','Times New Roman','Times',serif"


def _width(character: str) -> float:
    return _WIDTHS.get(character, 0.7 if character.isupper() or not character.isalnum() else 0.53)


def as_text(formula: Mapping[str, str], em: float) -> Label:
    """Set a formula as a line of text, as wide as is reckoned here, whatever font there is."""
    line = re.sub(r"_(\d+)", lambda index: index[1].translate(_LOWERED), formula["text"])
    width = em * sum(map(_width, line))
    markup = (
        f'<text xml:space="preserve" textLength="{_number(width)}" '
        f'lengthAdjust="spacingAndGlyphs" font-size="{em:g}" font-family="{_FONT}" '
        f'fill="currentColor">{html.escape(line)}</text>'
    )
    return Label(markup if line else "", 1, width, 1.2 * em, -0.9 * em)


# --- boxes and arrows -------------------------------------------------------------------


@dataclass(frozen=True)
class _Box:
    """The box of a node: one line, or two with a rule between them."""

    kind: str
    lines: tuple[Label, ...]

    @property
    def size(self) -> Size:
        """The longest line and all lines, with space around and between them."""
        gaps = LINE_GAP * (len(self.lines) - 1)
        height = sum(line.height for line in self.lines) + gaps + 2 * PADDING * 0.8
        return Size(max(line.width for line in self.lines) + 2 * PADDING, height)

    def drawn(self, middle: Point) -> str:
        """Draw the frame and the lines."""
        width, height = self.size
        x, y = middle[0] - width / 2, middle[1] - height / 2
        stroke = {"constant": 'stroke-opacity="0.45" ', "output": 'stroke-width="2" '}
        parts = [_frame("frame", x, y, width, height, stroke.get(self.kind, ""))]
        if self.kind == "variable":
            parts.append(
                _frame("inner", x + 3, y + 3, width - 6, height - 6, 'stroke-width="0.8" ')
            )
        below = y + PADDING * 0.8
        for i, line in enumerate(self.lines):
            if i:
                rule = _number(below + LINE_GAP / 2)
                ends = f'x1="{_number(x + PADDING)}" x2="{_number(x + width - PADDING)}"'
                parts.append(
                    f'<line class="between" {ends} y1="{rule}" y2="{rule}" '
                    'stroke="currentColor" stroke-opacity="0.35"/>'
                )
                below += LINE_GAP
            parts.append(line.at(middle[0] - line.width / 2, below))
            below += line.height
        return f'<g class="node {self.kind}">{"".join(parts)}</g>'


def _frame(name: str, x: float, y: float, width: float, height: float, stroke: str) -> str:
    sides = zip(("x", "y", "width", "height"), map(_number, (x, y, width, height)), strict=True)
    placed_at = " ".join(f'{side}="{value}"' for side, value in sides)
    return f'<rect class="{name}" rx="5" {placed_at} fill="none" stroke="currentColor" {stroke}/>'


@dataclass(frozen=True)
class _Arrow:
    """What travels along an edge, one way: a line, its head and a label."""

    start: int
    end: int
    kind: str
    backwards: bool
    label: Label

    def drawn(self, route: Route) -> str:
        """Draw the line from box to box, with its head at the end that it points to."""
        points = list(route.points)
        tip = points[0] if self.backwards else points[-1]
        side = 1.0 if self.backwards else -1.0
        foot = (tip[0], tip[1] + side * ARROW)
        head = "L".join(
            _pair((x, y)) for x, y in ((foot[0] - 3.8, foot[1]), tip, (foot[0] + 3.8, foot[1]))
        )
        if self.kind == "value":
            points[0 if self.backwards else -1] = foot
        lines, heads = _STROKES[self.kind]
        return (
            f'<g class="edge {self.kind}"><path class="line" d="{_path(points)}" {lines}/>'
            f'<path class="head" d="M{head}{"Z" * (self.kind == "value")}" {heads}/>'
            f"{self.label.centred(*route.label)}</g>"
        )


_STROKES = {
    "value": ('fill="none" stroke="currentColor" stroke-width="1.2"', 'fill="currentColor"'),
    "derivative": (
        f'fill="none" stroke="{_DERIVATIVE}" stroke-width="1.2" stroke-dasharray="5 3.5"',
        f'fill="none" stroke="{_DERIVATIVE}" stroke-width="1.4"',
    ),
}
"""How lines and their heads look; a page may say otherwise in its style."""


def _path(points: list[Point]) -> str:
    """Straight down through each layer, and bent from one to the next."""
    path = f"M{_pair(points[0])}"
    for i, ((x, y), (next_x, next_y)) in enumerate(pairwise(points)):
        if i % 2 == 0 or x == next_x:
            path += f"L{_pair((next_x, next_y))}"
        else:
            half = (y + next_y) / 2
            path += "C" + " ".join(map(_pair, ((x, half), (next_x, half), (next_x, next_y))))
    return path


def _beside(carried: Mapping[str, Any], setter: Setter) -> Label:
    """What stands beside an arrow: a name and its shape, or the shape alone if that is wide."""
    shape = _small(carried["shape"])
    both = {
        "tex": rf"{carried['tex']}\quad {shape['tex']}",
        "text": f"{carried['text']}  {shape['text']}".rstrip(),
    }
    label = setter(both, SMALL_EM)
    return label if label.width <= WIDEST_LABEL else setter(shape, SMALL_EM)


def _small(shape: Mapping[str, str]) -> dict[str, str]:
    return {"tex": rf"\small {shape['tex']}", "text": shape["text"]}


def _arrows(edge: Mapping[str, Any], forwards: bool, setter: Setter) -> Iterator[_Arrow]:
    start, end = edge["start"], edge["end"]
    shape = setter(_small(edge["value"]["shape"]), SMALL_EM)
    yield _Arrow(start, end, "value", False, shape)
    if edge["derivative"] is not None:
        beside = _beside(edge["derivative"], setter)
        yield _Arrow(start, end, "derivative", not forwards, beside)


# --- the figure -------------------------------------------------------------------------


def title_of(graph: Mapping[str, Any]) -> str:
    """What a figure shows, in a sentence."""
    output, variable = graph["output"]["text"], graph["variable"]["text"]
    return f"Computation graph of {output}, with the derivatives on the way to {variable}"


def _description(graph: Mapping[str, Any]) -> str:
    """The same in full, for those who do not see it."""
    way = "with" if graph["forwards"] else "against"
    told = " ".join(node["text"] for node in graph["nodes"])
    return f"Values flow from the inputs to the output, derivatives {way} them. {told}"


def svg(graph: Mapping[str, Any], setter: Setter, key: str) -> str:
    """Draw a computation graph.

    :param graph: what :func:`~derivlib.display.graph_text.drawing` says of it.
    :param setter: what sets its formulas.
    :param key: a name that no other figure of the page has.
    """
    boxes = [
        _Box(node["kind"], tuple(setter(line, EM) for line in node["lines"]))
        for node in graph["nodes"]
    ]
    arrows = [
        arrow for edge in graph["edges"] for arrow in _arrows(edge, graph["forwards"], setter)
    ]
    links = [Link(arrow.start, arrow.end, arrow.label.size) for arrow in arrows]
    places = placed([box.size for box in boxes], links)
    shapes = [arrow.drawn(route) for arrow, route in zip(arrows, places.routes, strict=True)]
    shapes += [box.drawn(middle) for box, middle in zip(boxes, places.boxes, strict=True)]
    width, height = places.width + 4, places.height + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {_number(width)} '
        f'{_number(height)}" width="{_number(width)}" style="--width:{_number(width)}px" '
        f'role="img" aria-label="{html.escape(title_of(graph))}" aria-describedby="{key}-text">'
        f'<desc id="{key}-text">{html.escape(_description(graph))}</desc>'
        f"{''.join(shapes)}</svg>"
    )


def legend(graph: Mapping[str, Any]) -> str:
    """Say in HTML how values, derivatives and the variable are told apart."""
    entries = [_sample("value", 27) + " values, with their shapes"]
    if any(edge["derivative"] is not None for edge in graph["edges"]):
        entries.append(_sample("derivative", 34) + " derivatives, with theirs")
    frames = _frame("frame", 1, 1, 22, 12, "") + _frame("inner", 3.5, 3.5, 17, 7, "")
    entries.append(f"{_framed(24, 14, 'node variable', frames)} the variable")
    return " ".join(
        f'<span class="legend" style="white-space:nowrap;margin:0 .7em">{entry}</span>'
        for entry in entries
    )


def _sample(kind: str, end: int) -> str:
    lines, heads = _STROKES[kind]
    close = "Z" * (kind == "value")
    arrow = (
        f'<path class="line" d="M1,5L{end},5" {lines}/>'
        f'<path class="head" d="M27,1L35,5L27,9{close}" {heads}/>'
    )
    return _framed(36, 10, f"edge {kind}", arrow)


def _framed(width: int, height: int, kind: str, shapes: str) -> str:
    return (
        f'<svg class="sample" viewBox="0 0 {width} {height}" aria-hidden="true" '
        f'style="height:.75em;vertical-align:-.05em"><g class="{kind}">{shapes}</g></svg>'
    )


def figure(graph: Mapping[str, Any]) -> str:
    """A figure in HTML that needs nothing else: the drawing and its legend."""
    key = f"derivlib-graph-{zlib.crc32(repr(graph).encode()):08x}"
    return (
        '<figure class="derivlib-graph" style="margin:.5em 0">'
        f'<div style="overflow-x:auto" tabindex="0" role="group" aria-label="'
        f'{html.escape(title_of(graph))}">{svg(graph, as_text, key)}</div>'
        f'<figcaption style="font-size:.85em">{legend(graph)}</figcaption></figure>'
    )
