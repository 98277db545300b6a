"""Links within the built site that lead nowhere."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from checks.contents import Contents, contents_of_site

ELSEWHERE = re.compile(r"(?!rule:)[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
QUESTION = re.compile(r"v=\d+&")
"""How a question begins that is asked by a link, and is no place on a page."""


def broken_links(site: Path, contents: Mapping[Path, Contents] | None = None) -> list[str]:
    """Follow every link between pages of a site, to the file and to the place in it.

    :param site: the folder the site was built into.
    :param contents: what its pages hold, if that is known already.
    :returns: what leads nowhere, as "page: address".
    """
    contents = contents_of_site(site) if contents is None else contents
    anchors = {path: set(page.anchors) for path, page in contents.items() if path.suffix == ".html"}
    found = []
    for path in anchors:
        for link in contents[path].links:
            address, _, place = unquote(unescape(link)).partition("#")
            if ELSEWHERE.match(address):
                continue
            place = "" if QUESTION.match(place) else place
            target = Path(os.path.normpath(path.parent / address.partition("?")[0]))
            target = target if address else path
            missing = place and target in anchors and place not in anchors[target]
            if missing or (target not in anchors and not target.exists()):
                found.append(f"{path.relative_to(site).as_posix()}: {link}")
    return found
