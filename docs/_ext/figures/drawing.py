"""A computation graph as SVG: drawn by the library, with formulas set by MathJax.

The style of the library is overridden by the classes that `site.css` knows: lines and letters are
in the colours of the site, in light and in dark, on the screen and on paper.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from derivlib.display import graph_figure
from derivlib.display.graph_figure import Label

HERE = Path(__file__).parent


class DrawingError(Exception):
    """A figure that cannot be drawn."""


class Draughtsman:
    """A Node process that sets labels, one request at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ["node", str(HERE / "figure_server.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        atexit.register(self.process.kill)

    def ask(self, **request: Any) -> dict[str, Any]:
        """Have one label set.

        :raises DrawingError: if MathJax refuses it.
        """
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline() or '{"error": "the draughtsman has ended"}')
        if "error" in answer:
            raise DrawingError(answer["error"])
        return dict(answer)


@lru_cache(maxsize=8)
def draughtsman(process_id: int) -> Draughtsman:
    """The draughtsman of a process; a forked process gets its own."""
    return Draughtsman()


def ask(**request: Any) -> dict[str, Any]:
    """Ask the draughtsman of this process."""
    return draughtsman(os.getpid()).ask(**request)


INTERNAL = re.compile(r' (?:data-(?:mml-node|latex|c|mjx-[\w-]+|semantic-[\w-]+)|class)="[^"]*"')


@lru_cache(maxsize=4096)
def label(tex: str, em: float = graph_figure.EM) -> Label:
    """Set a formula, once for each TeX.

    :raises DrawingError: if MathJax refuses it.
    """
    try:
        answer = ask(tex=tex, em=em)
    except DrawingError as error:
        raise DrawingError(f"MathJax cannot set {tex!r}: {error}") from error
    return Label(**{**answer, "markup": INTERNAL.sub("", answer["markup"])})


GLYPH = re.compile(r'<path d="([^"]*)"([^>]*)></path>')


def _sharing_glyphs(drawn: str, key: str) -> str:
    """Write the outline of each letter once, however often it stands in the figure."""
    outlines: dict[str, str] = {}

    def used(found: re.Match[str]) -> str:
        name = outlines.setdefault(found[1], f"{key}-{len(outlines)}")
        return f'<use href="#{name}"{found[2]}/>'

    opening, end, shapes = GLYPH.sub(used, drawn).partition("</desc>")
    letters = "".join(f'<path id="{name}" d="{d}"/>' for d, name in outlines.items())
    return f"{opening}{end}<defs>{letters}</defs>{shapes}"


def svg(graph: Mapping[str, Any], key: str) -> str:
    """Draw a computation graph.

    :param graph: what the library says of a graph.
    :param key: a name that no other figure of the page has.
    :raises DrawingError: if MathJax refuses a formula.
    """
    drawn = graph_figure.svg(graph, lambda formula, em: label(formula["tex"], em), key)
    return _sharing_glyphs(drawn, key)
