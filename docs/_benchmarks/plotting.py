"""Plots as SVG, drawn from numbers alone: the same numbers make the same bytes.

Everything is in the colour of the text around it but for one series, which has a class that the
style sheet of the site knows. A plot is drawn twice, for a page and for a phone, since letters
that shrink with a drawing cannot be read; the style sheet shows one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from math import floor, log10

WIDE, NARROW = 680, 350
"""How many pixels wide a drawing is, on a page and on a phone."""


@dataclass(frozen=True)
class LogScale:
    """Places numbers on an axis, by their logarithms.

    :param low: the smallest number.
    :param high: the largest.
    :param start: where the smallest is, in pixels.
    :param end: where the largest is.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a number is."""
        share = log10(value / self.low) / log10(self.high / self.low)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """The powers of ten, and twice and five times these if they alone would be few."""
        first, last = floor(log10(self.low)), floor(log10(self.high)) + 1
        decades = [10.0**power for power in range(first, last + 1)]
        tens = [value for value in decades if self._holds(value)]
        if len(tens) > 2:
            return tens
        return [v for decade in decades for k in (1, 2, 5) if self._holds(v := k * decade)]

    def _holds(self, value: float) -> bool:
        return self.low * 0.999 <= value <= self.high * 1.001


@dataclass
class Drawing:
    """A drawing in progress.

    :param width: in pixels.
    :param height: in pixels.
    """

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """Draw a straight line: an `axis`, a line of the `grid`, a `guide`, or of a `series`."""
        ends = (("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2))
        placed = " ".join(f'{name}="{_number(value)}"' for name, value in ends)
        self.parts.append(f'<line class="{kind}" {placed} {STROKES[kind.split()[0]]}/>')

    def text(
        self, x: float, y: float, text: str, anchor: str = "middle", kind: str = "label"
    ) -> None:
        """Write something; `y` is that of its base line."""
        self.parts.append(
            f'<text class="{kind}" x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}" '
            f'fill="currentColor">{escape(text)}</text>'
        )

    def power(self, x: float, y: float, letter: str, exponent: float, kind: str) -> None:
        """Write a power of a letter, which ends at `x`."""
        self.parts.append(
            f'<text class="{kind}" x="{_number(x)}" y="{_number(y)}" text-anchor="end" '
            f'fill="currentColor">{escape(letter)}<tspan dy="-5" font-size="80%">{exponent:.2f}'
            "</tspan></text>"
        )

    def mark(self, x: float, y: float, shape: str, kind: str) -> None:
        """Draw a point: a `circle`, a `triangle`, a `square` or a small `dot`."""
        if shape in RADII:
            outline = f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{RADII[shape]}"'
        else:
            corners = " ".join(f"{_number(x + a)},{_number(y + b)}" for a, b in CORNERS[shape])
            outline = f'<polygon points="{corners}"'
        self.parts.append(f'{outline} class="mark {kind}" {FILLS[kind]}/>')

    def path(self, points: Iterable[tuple[float, float]], kind: str) -> None:
        """Join points."""
        joined = "L".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self.parts.append(f'<path class="{kind}" d="M{joined}" fill="none" {STROKES["series"]}/>')

    def svg(self, title: str, description: str, key: str, kind: str) -> str:
        """The drawing, with its words for those who do not see it."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" '
            f'viewBox="0 0 {_number(self.width)} {_number(self.height)}" '
            f'width="{_number(self.width)}" height="{_number(self.height)}" role="img" '
            f'aria-label="{escape(title)}" aria-describedby="{key}-{kind}">'
            f'<desc id="{key}-{kind}">{escape(description)}</desc>{"".join(self.parts)}</svg>'
        )


STROKES = {
    "axis": 'stroke="currentColor"',
    "grid": 'stroke="currentColor" stroke-opacity="0.13"',
    "guide": 'stroke="currentColor" stroke-opacity="0.6" stroke-dasharray="4 3"',
    "series": 'stroke="currentColor" stroke-width="1.5"',
}
FILLS = {
    "own": 'fill="currentColor"',
    "other": 'fill="none" stroke="currentColor" stroke-width="1.4"',
}
RADII = {"circle": 4.5, "dot": 3.0}
CORNERS = {
    "triangle": ((0.0, -5.0), (5.0, 4.0), (-5.0, 4.0)),
    "square": ((-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)),
}


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def compact(value: float) -> str:
    """A number on an axis, as short as it can be written."""
    return f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}") if value >= 1 else f"{value:g}"


def dot_stacks(values: Sequence[float], scale: LogScale, size: float) -> list[tuple[float, int]]:
    """Stack dots that would lie on each other: where each is, and how many are below it."""
    columns = sorted(floor(scale(value) / size) for value in values)
    return [
        ((column + 0.5) * size, below)
        for column, group in groupby(columns)
        for below, _ in enumerate(group)
    ]


@dataclass(frozen=True)
class Plot:
    """A plot that a page shows.

    :param key: a name that no other plot of the page has.
    :param title: what it shows, in a sentence.
    :param description: the same in full, for those who do not see it.
    :param caption: what stands below it, with the marks explained; HTML.
    :param draw: draws it at a width.
    """

    key: str
    title: str
    description: str
    caption: str
    draw: Callable[[int], Drawing]

    def _repr_html_(self) -> str:
        drawn = "".join(
            self.draw(width).svg(self.title, self.description, self.key, kind)
            for kind, width in (("wide", WIDE), ("narrow", NARROW))
        )
        return f'<figure class="plot">{drawn}<figcaption>{self.caption}</figcaption></figure>'
