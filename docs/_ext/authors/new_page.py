"""Start a derivation page from the template: `python3 noxfile.py -s new-page -- name`.

The page executes and is checked as it stands; its author puts another claim, another derivation
and other words in the place of those it starts with.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

TEMPLATE = Path(__file__).parents[2] / "_templates" / "derivation-page.md"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TOCTREE = re.compile(r"^(`{3,})\{toctree\}\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"^- \[\]\([^)]*\.md\).*\n(?:  .*\n)*", re.MULTILINE)
LONGEST = 60
NO_SECTIONS = {"node_modules", "api"}


class PageError(Exception):
    """A page that cannot be started, with the reason."""


def sections_of(docs: Path) -> list[str]:
    """The folders that have a list of pages, relative to the folder of the pages."""
    found = []
    for index in sorted(docs.glob("*/**/index.md")):
        parts = index.relative_to(docs).parts
        generated = any(part.startswith(("_", ".")) or part in NO_SECTIONS for part in parts)
        if not generated and TOCTREE.search(index.read_text(encoding="utf-8")):
            found.append(Path(*parts[:-1]).as_posix())
    return found


def add_page(docs: Path, name: str, *, section: str, title: str = "") -> Path:
    """Write a page from the template and put it on the list of its section.

    :param docs: the folder of the pages.
    :param name: the name of the file, without its ending; lower case, words joined by hyphens.
    :param section: the folder it belongs to, such as "gallery".
    :param title: its title; made from the name if there is none.
    :returns: the new file.
    :raises PageError: if the name cannot be used or is taken, or the section has no list.
    """
    name = name.removesuffix(".md")
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise PageError(
            f"{name!r} cannot be the name of a page: use lower-case letters and digits, words "
            f"joined by hyphens, at most {LONGEST} signs, such as 'ridge-regression'"
        )
    known = sections_of(docs)
    if section not in known:
        raise PageError(f"there is no section {section!r}; there are {', '.join(known)}")
    taken = [path for path in sorted(docs.glob(f"*/**/{name}.md")) if "_build" not in path.parts]
    if taken:
        raise PageError(
            f"there is a page of that name: {taken[0].relative_to(docs)}; choose another, so that "
            "links and search results tell them apart"
        )
    page, index = docs / section / f"{name}.md", docs / section / "index.md"
    listed = with_entry(index.read_text(encoding="utf-8"), name)
    title = title.strip() or name.replace("-", " ").capitalize()
    text = TEMPLATE.read_text(encoding="utf-8").replace("TITLE", title)
    page.write_text(text, encoding="utf-8")
    index.write_text(listed, encoding="utf-8")
    return page


def with_entry(index: str, name: str) -> str:
    """Put a page at the end of the last list of pages in a text, and of what readers see of it."""
    *_, last = TOCTREE.finditer(index)
    end = last.end() - len(last[1])
    index = f"{index[:end]}{name}\n{index[end:]}"
    for seen in [*NAMED.finditer(index)][-1:]:
        index = f"{index[: seen.end()]}- []({name}.md)\n{index[seen.end() :]}"
    return index


def main(arguments: list[str], docs: Path) -> int:
    """Read what is asked for and do it; say what comes next.

    :param arguments: those after `--`.
    :param docs: the folder of the pages.
    :returns: 0, or 2 if no page was started.
    """
    parser = argparse.ArgumentParser(prog="nox -s new-page --", description=__doc__)
    parser.add_argument("name", help="the name of the file: lower case, words joined by hyphens")
    known = sections_of(docs)
    default = "gallery" if "gallery" in known else "derivations"
    parser.add_argument("--section", default=default, help=f"one of {', '.join(known)}")
    parser.add_argument("--title", default="", help="made from the name if there is none")
    given = parser.parse_args(arguments)
    try:
        page = add_page(docs, given.name, section=given.section, title=given.title)
    except PageError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{page}\nis on the list of {given.section}. See it change as you write:")
    print("python3 noxfile.py -s docs-live")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).parents[2]))
