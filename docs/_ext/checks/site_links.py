"""Links within the built site that lead nowhere."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

__all__ = ["broken_links"]

ANCHOR = re.compile(r"""\s(?:id|name)\s*=\s*"([^"]*)\"""")
LINK = re.compile(r"""<a\b[^>]*?\shref\s*=\s*"([^"]*)\"""")
ELSEWHERE = re.compile(r"(?!rule:)[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def broken_links(site: Path) -> list[str]:
    """Follow every link between pages of a site, to the file and to the place in it.

    :param site: the folder the site was built into.
    :returns: what leads nowhere, as "page: address".
    """
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    anchors = {path: {unescape(a) for a in ANCHOR.findall(text)} for path, text in texts.items()}
    found = []
    for path, text in texts.items():
        for link in dict.fromkeys(LINK.findall(text)):
            address, _, place = unquote(unescape(link)).partition("#")
            if ELSEWHERE.match(address):
                continue
            target = Path(os.path.normpath(path.parent / address.partition("?")[0]))
            target = target if address else path
            missing = place and target in anchors and place not in anchors[target]
            if missing or not target.exists():
                found.append(f"{path.relative_to(site).as_posix()}: {link}")
    return found
