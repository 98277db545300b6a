"""What the files of the built site refer to; those not written again are not read again."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import astuple, dataclass, field
from html import unescape
from pathlib import Path

LOADED = re.compile(
    r"""<(?:script|img|iframe|source|audio|video|embed)\b[^>]*\bsrc\s*=\s*["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|<link\b(?![^>]*\brel\s*=\s*["']?(?:canonical|next|prev|license))[^>]*\bhref\s*=\s*["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|(?:@import\s+|url\()\s*["']?((?:https?:)?//[^"'\s)]+)""",
    re.IGNORECASE,
)
ANCHOR = re.compile(r"""\s(?:id|name)\s*=\s*"([^"]*)\"""")
ID = re.compile(r"""\sid\s*=\s*"([^"]*)\"""")
LINK = re.compile(r"""<a\b[^>]*?\shref\s*=\s*"([^"]*)\"""")


@dataclass(frozen=True)
class Contents:
    """What a page or a style sheet refers to, and can be referred to by.

    :param foreign: the addresses on other hosts that it would load.
    :param anchors: the names of places in it.
    :param links: the addresses it leads to, as they are written.
    :param repeated: the names that two places in it have.
    """

    foreign: list[str]
    anchors: list[str]
    links: list[str]
    repeated: list[str] = field(default_factory=list)


def contents_of(text: str) -> Contents:
    """Look through the text of a page or of a style sheet."""
    return Contents(
        sorted({next(filter(None, match)) for match in LOADED.findall(text)}),
        sorted({unescape(anchor) for anchor in ANCHOR.findall(text)}),
        list(dict.fromkeys(LINK.findall(text))),
        sorted(unescape(name) for name, times in Counter(ID.findall(text)).items() if times > 1),
    )


def contents_of_site(site: Path, memory: Path | None = None) -> dict[Path, Contents]:
    """Look through every page and style sheet of a built site.

    :param site: the folder the site was built into.
    :param memory: a file that keeps what was found, with the time and the size of each file.
    """
    try:
        known = json.loads(memory.read_text(encoding="utf-8")) if memory else {}
    except (OSError, ValueError):
        known = {}
    found, kept = {}, {}
    for path in sorted([*site.rglob("*.html"), *site.rglob("*.css")]):
        name, state = path.relative_to(site).as_posix(), path.stat()
        mark = [state.st_mtime_ns, state.st_size]
        before = known.get(name)
        same = before is not None and before[0] == mark
        found[path] = Contents(*before[1]) if same else contents_of(path.read_text("utf-8"))
        kept[name] = [mark, astuple(found[path])]
    if memory:
        memory.write_text(json.dumps(kept), encoding="utf-8")
    return found
