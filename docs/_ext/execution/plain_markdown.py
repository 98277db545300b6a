"""Markdown that only this site understands, as Markdown that every notebook shows."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from catalogue.literature import plain_citation
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin

DIRECTIVE = re.compile(r"^\{([\w:.-]+)\}\s*(.*)$")
OPTION = re.compile(r"^:([\w-]+):\s*(.*)$")
ROLE = re.compile(r"\{([\w:.+-]+)\}(`+)(.+?)\2", re.DOTALL)
TITLED = re.compile(r"^(.*?)\s*<([^<>]+)>$", re.DOTALL)
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?([^()<>\s]*)>?\)")
TARGET = re.compile(r"^\([^()\s]+\)=\s*$\n?", re.MULTILINE)
EQUATION_LABEL = re.compile(r"^(\$\$)\s*\([^()\s]+\)\s*$", re.MULTILINE)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
PLACE = re.compile(r"\x00(\d+)\x00")

COMMENT = re.compile(r"^%.*$\n?", re.MULTILINE)
GONE = {"toctree", "bibliography", "footbibliography", "rule-catalogue", "index", "contents", "ask"}
BIBLIOGRAPHY = Path(__file__).parents[2] / "references.bib"
TEXT_DOMAINS = {"py", "c", "cpp", "std"}


def plain(text: str, *, page: PurePosixPath, sources: Path, base: str = "") -> str:
    """Rewrite a Markdown cell so that it needs neither Sphinx nor the other pages.

    Directives become their content, references their text. Links to other pages become
    addresses on the site if that has one, and else the text of the link.

    :param text: the cell.
    :param page: the page it is from, relative to the sources.
    :param sources: the folder of the pages.
    :param base: the address of the site; empty if it has none.
    """
    parser = MarkdownIt("commonmark").use(colon_fence_plugin)
    lines = text.splitlines()
    written: list[str] = []
    end = 0
    for token in parser.parse(text):
        if token.map is None or token.level or token.type not in ("fence", "colon_fence"):
            continue
        first, last = token.map
        written.append(_prose("\n".join(lines[end:first]), page, base))
        found = DIRECTIVE.match(token.info.strip())
        if found:
            content = _directive(found[1], found[2], token.content, page, sources, base)
        else:
            content = "\n".join(lines[first:last])
        written.append(content)
        end = last
    written.append(_prose("\n".join(lines[end:]), page, base))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(written)).strip("\n")


def _directive(
    name: str, argument: str, content: str, page: PurePosixPath, sources: Path, base: str
) -> str:
    """What stands in the place of a directive."""
    if name in GONE:
        return ""
    options, body = _options(content)
    if name in ("literalinclude", "include"):
        path = sources / page.parent / argument.strip()
        included = path.read_text(encoding="utf-8").rstrip()
        return f"```{options.get('language', '')}\n{included}\n```"
    if name == "math":
        return f"$$\n{argument}{body}\n$$"
    if name in ("code-block", "code", "sourcecode"):
        return f"```{argument}\n{body}\n```"
    inside = plain(body, page=page, sources=sources, base=base)
    if name in ("figure", "image", "list-table", "table", "div", "container", "only", "raw"):
        return f"{_prose(argument, page, base)}\n\n{inside}" if name.endswith("table") else inside
    title = _prose(argument, page, base) if name == "admonition" else name.capitalize()
    quoted = [f"**{title}.**", "", *inside.splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in quoted)


def _options(content: str) -> tuple[dict[str, str], str]:
    """The options at the head of a directive, and the rest."""
    lines = content.splitlines()
    options = {}
    while lines and (found := OPTION.match(lines[0])):
        options[found[1]] = found[2]
        lines.pop(0)
    return options, "\n".join(lines).strip("\n")


def _prose(text: str, page: PurePosixPath, base: str) -> str:
    """Rewrite references and links, but not what is quoted as code."""
    text = EQUATION_LABEL.sub(r"\1", COMMENT.sub("", TARGET.sub("", text)))
    text = ROLE.sub(lambda found: _reference(found[1], found[3]), text)
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    text = LINK.sub(lambda found: _link(found[1], found[2], page, base), CODE.sub(keep, text))
    return PLACE.sub(lambda found: kept[int(found[1])], text)


def _reference(role: str, content: str) -> str:
    """What stands in the place of a role."""
    titled = TITLED.match(content)
    if role == "math":
        return f"${content}$"
    if role == "eq":
        return f"({content})"
    if role.startswith("cite"):
        return plain_citation(role, content, BIBLIOGRAPHY)
    if titled:
        return titled[1]
    if role.partition(":")[0] in TEXT_DOMAINS:
        return f"`{content.rpartition('.')[2] if content.startswith('~') else content}`"
    return content


def _link(text: str, address: str, page: PurePosixPath, base: str) -> str:
    """A link that still leads somewhere, or its text."""
    if re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE):
        return f"[{text}]({address})"
    if not base:
        return text or f"`{address}`"
    target, mark, place = address.partition("#")
    path = page if not target else _joined(page.parent, target)
    html = f"{path.with_suffix('.html') if path.suffix == '.md' else path}"
    return f"[{text}]({base.rstrip('/')}/{html}{mark}{place})"


def _joined(folder: PurePosixPath, target: str) -> PurePosixPath:
    parts: list[str] = list(folder.parts)
    for part in PurePosixPath(target).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return PurePosixPath(*parts)
