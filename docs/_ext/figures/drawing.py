"""A computation graph as SVG: labels set by MathJax, places found by Graphviz.

The SVG has no style of its own but the classes that `site.css` knows: lines and letters are in
the colour of the text around it, in light and in dark, on the screen and on paper.
"""

from __future__ import annotations

import atexit
import html
import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import hypot
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Point = tuple[float, float]

PADDING, LINE_GAP, EDGE_GAP = 10.0, 11.0, 7.0
EM, SMALL_EM = 16.0, 13.5
ARROW = 9.0
WIDEST_LABEL = 210.0
"""How wide what stands beside an edge may be; its name takes its place if it is wider."""


class DrawingError(Exception):
    """A figure that cannot be drawn."""


class Draughtsman:
    """A Node process that sets labels and places boxes, one request at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ["node", str(HERE / "figure_server.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        atexit.register(self.process.kill)

    def ask(self, action: str, **request: Any) -> dict[str, Any]:
        """Have one thing done.

        :raises DrawingError: if MathJax refuses a formula or Graphviz a graph.
        """
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"action": action, **request}) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline() or '{"error": "the draughtsman has ended"}')
        if "error" in answer:
            raise DrawingError(answer["error"])
        return dict(answer)


@lru_cache(maxsize=8)
def draughtsman(process_id: int) -> Draughtsman:
    """The draughtsman of a process; a forked process gets its own."""
    return Draughtsman()


def ask(action: str, **request: Any) -> dict[str, Any]:
    """Ask the draughtsman of this process."""
    return draughtsman(os.getpid()).ask(action, **request)


@dataclass(frozen=True)
class Label:
    """A formula, set, with its size in pixels; the baseline lies `-top` below the upper edge."""

    markup: str
    scale: float
    width: float
    height: float
    top: float

    def at(self, x: float, y: float) -> str:
        """Put the upper left corner somewhere."""
        place = f"translate({_number(x)} {_number(y - self.top)}) scale({self.scale:g})"
        return f'<g transform="{place}">{self.markup}</g>'

    def centred(self, x: float, y: float) -> str:
        """Put the middle somewhere."""
        return self.at(x - self.width / 2, y - self.height / 2)


INTERNAL = re.compile(r' (?:data-(?:mml-node|latex|c|mjx-[\w-]+|semantic-[\w-]+)|class)="[^"]*"')


@lru_cache(maxsize=4096)
def label(tex: str, em: float = EM) -> Label:
    """Set a formula, once for each TeX.

    :raises DrawingError: if MathJax refuses it.
    """
    try:
        answer = ask("set", tex=tex, em=em)
    except DrawingError as error:
        raise DrawingError(f"MathJax cannot set {tex!r}: {error}") from error
    return Label(**{**answer, "markup": INTERNAL.sub("", answer["markup"])})


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Box:
    """The box of a node: one line, or two with a rule between them."""

    kind: str
    lines: tuple[Label, ...]

    @property
    def width(self) -> float:
        """The longest line and space on both sides."""
        return max(line.width for line in self.lines) + 2 * PADDING

    @property
    def height(self) -> float:
        """All lines and space above, between and below."""
        gaps = LINE_GAP * (len(self.lines) - 1)
        return sum(line.height for line in self.lines) + gaps + 2 * PADDING * 0.8

    def drawn(self, middle: Point) -> str:
        """Draw the frame and the lines."""
        x, y = middle[0] - self.width / 2, middle[1] - self.height / 2
        parts = [_frame("frame", x, y, self.width, self.height)]
        if self.kind == "variable":
            inset = 3.0
            parts.append(
                _frame(
                    "inner", x + inset, y + inset, self.width - 2 * inset, self.height - 2 * inset
                )
            )
        below = y + PADDING * 0.8
        for i, line in enumerate(self.lines):
            if i:
                rule = below + LINE_GAP / 2
                ends = f'x1="{_number(x + PADDING)}" x2="{_number(x + self.width - PADDING)}"'
                parts.append(
                    f'<line class="between" {ends} y1="{_number(rule)}" y2="{_number(rule)}"/>'
                )
                below += LINE_GAP
            parts.append(line.at(middle[0] - line.width / 2, below))
            below += line.height
        return f'<g class="node {self.kind}">{"".join(parts)}</g>'


def _frame(name: str, x: float, y: float, width: float, height: float) -> str:
    sides = zip(("x", "y", "width", "height"), map(_number, (x, y, width, height)), strict=True)
    return f'<rect class="{name}" rx="5" {" ".join(f"{k}={v!r}" for k, v in sides)}/>'.replace(
        "'", '"'
    )


@dataclass(frozen=True)
class Arrow:
    """What travels along an edge, one way: a line, its head and a label."""

    tail: int
    head: int
    kind: str
    backwards: bool
    label: Label

    def drawn(self, curve: list[Point], tip: Point, place: Point) -> str:
        """Draw a curve of Graphviz, which ends where the head begins."""
        start, *others = curve
        path = f"M{_pair(start)}C{' '.join(map(_pair, others))}"
        end = curve[0] if self.backwards else curve[-1]
        length = hypot(tip[0] - end[0], tip[1] - end[1]) or 1.0
        along = ((tip[0] - end[0]) / length, (tip[1] - end[1]) / length)
        foot = (tip[0] - ARROW * along[0], tip[1] - ARROW * along[1])
        half = ARROW * 0.42
        left = (foot[0] - half * along[1], foot[1] + half * along[0])
        right = (foot[0] + half * along[1], foot[1] - half * along[0])
        head = f"M{_pair(left)}L{_pair(tip)}L{_pair(right)}" + "Z" * (self.kind == "value")
        shaft = f"M{_pair(end)}L{_pair(foot if self.kind == 'value' else tip)}"
        return (
            f'<g class="edge {self.kind}"><path class="line" d="{path}{shaft}"/>'
            f'<path class="head" d="{head}"/>{self.label.centred(*place)}</g>'
        )


GLYPH = re.compile(r'<path d="([^"]*)"([^>]*)></path>')


def _sharing_glyphs(shapes: str, key: str) -> str:
    """Write the outline of each letter once, however often it stands in the figure."""
    outlines: dict[str, str] = {}

    def used(found: re.Match[str]) -> str:
        name = outlines.setdefault(found[1], f"{key}-{len(outlines)}")
        return f'<use href="#{name}"{found[2]}/>'

    shapes = GLYPH.sub(used, shapes)
    letters = "".join(f'<path id="{name}" d="{d}"/>' for d, name in outlines.items())
    return f"<defs>{letters}</defs>{shapes}"


def _pair(point: Iterable[float]) -> str:
    return ",".join(map(_number, point))


def _beside(carried: Mapping[str, str]) -> Label:
    """What stands beside an edge: a name and its shape, or the shape alone if that is too wide."""
    name, shape = carried["tex"], rf"\small {carried['shape']}"
    both = label(rf"{name}\quad {shape}", SMALL_EM)
    return both if both.width <= WIDEST_LABEL else label(shape, SMALL_EM)


def _arrows(edge: Mapping[str, Any], forwards: bool) -> Iterable[Arrow]:
    start, end = edge["start"], edge["end"]
    shape = label(rf"\small {edge['value']['shape']}", SMALL_EM)
    yield Arrow(start, end, "value", False, shape)
    if edge["derivative"] is not None:
        yield Arrow(start, end, "derivative", not forwards, _beside(edge["derivative"]))


def svg(graph: Mapping[str, Any], title: str, description: str, key: str) -> str:
    """Draw a computation graph.

    :param graph: what the library says of a graph.
    :param title: what the figure shows, in a sentence.
    :param description: the same in full, for those who do not see it.
    :param key: a name that no other figure of the page has.
    :raises DrawingError: if MathJax refuses a formula or Graphviz the graph.
    """
    boxes = [Box(node["kind"], tuple(map(label, node["lines"]))) for node in graph["nodes"]]
    arrows = [arrow for edge in graph["edges"] for arrow in _arrows(edge, graph["forwards"])]
    placed = ask(
        "place",
        nodes=[{"width": box.width, "height": box.height} for box in boxes],
        edges=[
            {
                "tail": arrow.tail,
                "head": arrow.head,
                "dir": "back" if arrow.backwards else "forward",
                "width": arrow.label.width + 2 * EDGE_GAP,
                "height": arrow.label.height + 2,
            }
            for arrow in arrows
        ],
        spacing={"nodesep": 0.3, "ranksep": 0.3, "pad": 0},
    )
    shapes = [
        arrow.drawn([*map(tuple, edge["curve"])], edge["tip"], edge["label"])
        for arrow, edge in zip(arrows, placed.get("edges", ()), strict=True)
    ]
    shapes += [box.drawn(middle) for box, middle in zip(boxes, placed["nodes"], strict=True)]
    margin = 2.0
    width, height = placed["width"] + 2 * margin, placed["height"] + 2 * margin
    view = f"{-margin:g} {-margin:g} {_number(width)} {_number(height)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" '
        f'style="--width:{_number(width)}px" role="img" '
        f'aria-label="{html.escape(title)}" aria-describedby="{key}-text">'
        f'<desc id="{key}-text">{html.escape(description)}</desc>'
        f"{_sharing_glyphs(''.join(shapes), key)}</svg>"
    )
