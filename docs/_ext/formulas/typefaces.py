"""What the formulas need in the built site: style sheets, fonts and the script that copies TeX.

The fonts that nearly every page needs stand in the style sheet itself: it is there before the
first paint, and it works from `file:` where browsers refuse to load fonts ahead of time. A
browser decodes even these only when it comes to a formula, and paints meanwhile; so the head of a
page asks for them, and no line is broken anew when they are there. The others are loaded where
they occur.
"""

from __future__ import annotations

import base64
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from formulas.typesetter import KATEX

EMBEDDED = (
    "Main-Regular",
    "Main-Bold",
    "Math-Italic",
    "SansSerif-Regular",
    "Size1-Regular",
    "Size2-Regular",
    "Size3-Regular",
    "Size4-Regular",
)
FACE = re.compile(r"@font-face\s*\{[^}]*\}")
SOURCES = re.compile(r"src:[^;}]*")
FILE = re.compile(r"url\(([^)]*KaTeX_([\w-]+)\.woff2)\)")


def with_fonts(style: str, fonts: Path) -> str:
    """Put fonts into a style sheet.

    :param style: KaTeX's style sheet.
    :param fonts: the folder of its fonts.
    """

    def put(face: re.Match[str]) -> str:
        file = FILE.search(face[0])
        assert file is not None, face[0]
        address = file[1]
        if file[2] in EMBEDDED:
            data = base64.b64encode((fonts / f"KaTeX_{file[2]}.woff2").read_bytes()).decode()
            address = f"data:font/woff2;base64,{data}"
        return SOURCES.sub(f'src:url({address}) format("woff2")', face[0])

    return FACE.sub(put, style)


def described(font: str) -> str:
    """A font as style sheets write it, with weight and size, such as `bold 1em KaTeX_Main`."""
    family, _, style = font.partition("-")
    return f"{'bold' if style == 'Bold' else 'normal'} 1em KaTeX_{family}"


def ask_for_fonts(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let the head of a page name the fonts that are in the style sheet."""
    context["embedded_fonts"] = [described(font) for font in EMBEDDED]


def copy_typefaces(app: Sphinx, exception: Exception | None) -> None:
    """Put KaTeX's style sheet and fonts into the built site."""
    if exception is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    style = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    (target / "katex.min.css").write_text(with_fonts(style, KATEX / "fonts"), encoding="utf-8")
    for font in sorted((KATEX / "fonts").glob("*.woff2")):
        if font.stem.removeprefix("KaTeX_") not in EMBEDDED:
            shutil.copy(font, target / "fonts")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register style sheets and script with Sphinx."""
    app.add_css_file("katex/katex.min.css")
    app.add_css_file("formulas.css")
    app.add_js_file("formulas.js", loading_method="defer")
    app.connect("html-page-context", ask_for_fonts)
    app.connect("build-finished", copy_typefaces)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
