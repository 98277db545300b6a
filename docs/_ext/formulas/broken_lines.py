r"""Lines of a formula that are wider than their box, broken before a sign.

A line is broken where a hand would break it: before `=`, `+` and `-` and between definitions,
first outside all parentheses, then inside, then before `\otimes` and `\odot`. Nothing is broken
between `\left` and `\right`, nor in a group or an environment; a matrix too wide stays whole,
and its box scrolls. A remark beside a line goes below it before the line is broken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Measure = Callable[[str], float]

TOKEN = re.compile(r"\\(?:begin|end)\{[a-z]+\*?\}|\\[a-zA-Z]+ ?|\\.|.", re.DOTALL)
ALIGNED = re.compile(r"\\begin\{aligned\}\n?(.*?)\n?\\end\{aligned\}", re.DOTALL)
ROW_END = re.compile(r"(\\\\(?:\[[^\]]*\])?)")
SIGNS = (("=",), ("+", "-"), (r"\otimes", r"\odot"))
GAP, CONTINUED = 1.0, 2.0
"""The space before a remark and the indentation of a continued line, in em."""


@dataclass(frozen=True)
class Token:
    """A piece of TeX with what it stands in.

    :param text: the piece.
    :param closed: how many groups, environments and stretched delimiters it stands in.
    :param depth: how many parentheses besides.
    """

    text: str
    closed: int
    depth: int


def tokens_of(tex: str) -> Iterator[Token]:
    """Go through a formula and count what is open."""
    closed = depth = 0
    before = ""
    for piece in TOKEN.findall(tex):
        name = piece.strip()
        if name in ("}", r"\right") or name.startswith(r"\end{"):
            closed -= 1
        elif name in (")", "]", r"\rangle") and not closed and before != r"\right":
            depth -= 1
        yield Token(piece, closed, depth)
        if name in ("{", r"\left") or name.startswith(r"\begin{"):
            closed += 1
        elif name in ("(", "[", r"\langle") and not closed and before != r"\left":
            depth += 1
        before = name or before


def split(tex: str, mark: str) -> list[str]:
    """Split at a mark that stands outside everything."""
    parts = [""]
    for token in tokens_of(tex):
        if token.text == mark and not token.closed:
            parts.append("")
        else:
            parts[-1] += token.text
    return parts


def rows_of(body: str) -> list[tuple[str, str]]:
    """The rows of a formula, each with what ends it."""
    rows, row, tokens = [], "", list(tokens_of(body))
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.text == "\\\\" and not token.closed:
            rest = "".join(one.text for one in tokens[at:])
            end = ROW_END.match(rest)
            assert end is not None
            rows.append((row.strip("\n"), end[0]))
            row, length = "", 0
            while length < len(end[0]):
                length += len(tokens[at].text)
                at += 1
            continue
        row += token.text
        at += 1
    return [*rows, (row.strip("\n"), "")]


def pieces_of(tex: str, signs: tuple[str, ...], depth: int) -> list[str]:
    """Take a line apart before each of the signs that stands no deeper than said."""
    parts, before = [""], ""
    for token in tokens_of(tex):
        name = token.text.strip()
        binary = before not in ("", "=", "(", "[", ",", "&", r"\quad", r"\qquad")
        if name in signs and not token.closed and token.depth <= depth and binary:
            parts.append("")
        parts[-1] += token.text
        if name:
            before = name
    return parts


def definitions_of(tex: str) -> list[str]:
    r"""Take a line apart after each `,\quad` and `,\qquad`."""
    parts = [""]
    for token in tokens_of(tex):
        parts[-1] += token.text
        spaced = token.text.strip() in (r"\quad", r"\qquad") and not token.closed
        if spaced and not token.depth and parts[-1].removesuffix(token.text).rstrip().endswith(","):
            parts.append("")
    return parts


def filled(pieces: list[str], room: float, measure: Measure, inset: float = CONTINUED) -> list[str]:
    """Put as many pieces on a line as it has room for."""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        indented = inset if len(lines) > 1 else 0.0
        if measure(lines[-1] + piece) + indented <= room:
            lines[-1] += piece
        else:
            lines.append(piece)
    return lines


def lines_of(tex: str, room: float, measure: Measure) -> list[str]:
    """Break what stands on one line."""
    lines = [tex]
    for depth in range(3):
        for signs in SIGNS:
            broken_lines = []
            for number, line in enumerate(lines):
                left = room - (CONTINUED if number else 0.0)
                if measure(line) <= left:
                    broken_lines.append(line)
                else:
                    broken_lines += filled(pieces_of(line, signs, depth), left, measure)
            lines = broken_lines
    return [line.strip() for line in lines]


def equation_in(line: str, widest: float, measure: Measure) -> tuple[str, str]:
    """Take an equation apart that follows another one, if its left side fits into the column."""
    head, *rest = pieces_of(line, ("=",), 0)
    if len(rest) == 1 and measure(head) <= widest + GAP:
        return head, rest[0]
    return "", line


def below_lines(cells: list[list[str]], room: float, measure: Measure) -> set[str]:
    """The remarks that go below their lines, longest first, so that no line is broken for them.

    :param cells: the cells of the rows; a remark is the fourth.
    :param room: what there is for a line and a remark.
    """
    remarks = {row[3]: measure(row[3]) + GAP for row in cells if len(row) > 3}
    bodies = [width for row in cells if (width := measure(row[1])) <= room]
    widest, below = max(bodies, default=0.0), set[str]()
    for remark in sorted(remarks, key=lambda one: remarks[one], reverse=True):
        if widest + remarks[remark] <= room:
            break
        below.add(remark)
    return below


def row_broken(
    row: str, widest: float, room: float, measure: Measure, below: set[str]
) -> list[str]:
    """Break the second cell of a row; the remark stays on its first line, or goes below all."""
    left, body, *remark = split(row, "&")
    if remark and remark[-1] in below:
        under = rf"& \quad {{\small {remark.pop().strip()}}}"
        return [*row_broken(f"{left}&{body}", widest, room, measure, below), under]
    if measure(body) <= room:
        return [row]
    rows: list[str] = []
    for equations in filled(definitions_of(body), room, measure, 0.0):
        text = re.sub(r"\\q?quad\s*$", "", equations)
        if rows:
            left, text = equation_in(text, widest, measure)
        for number, line in enumerate(lines_of(text, room, measure)):
            rows.append(f"& \\qquad {line}" if number else f"{left}& {line}")
    if remark:
        rows[0] += " &" + "&".join(remark)
    return rows


def joined(lines: list[str]) -> str:
    """Put lines that were one below each other, fractions further apart."""
    ends = [" \\\\[1.4ex]\n" if r"\frac" in line else " \\\\[0.6ex]\n" for line in lines[:-1]]
    return "".join(map("".join, zip(lines, [*ends, ""], strict=True)))


def laid_out(tex: str) -> list[tuple[str, str]] | None:
    """The rows of a formula with two columns; nothing if it is of another make."""
    whole = ALIGNED.fullmatch(tex.strip())
    if whole is None:
        parts = pieces_of(tex, ("=",), 0)
        head, rest = (parts[0], "".join(parts[1:])) if len(parts) > 1 else ("", tex)
        return [(f"{head.rstrip()} &{rest}", "")]
    rows = rows_of(whole[1])
    if any(len(split(row, "&")) not in (2, 4) for row, _ in rows if row.strip()):
        return None
    return rows


def broken(tex: str, limit: float, measure: Measure) -> str:
    """Break the lines of a formula that are too wide.

    :param tex: a line, or lines aligned at one place with remarks or without.
    :param limit: the width there is, in em.
    :param measure: gives the width of a piece of TeX.
    :returns: the formula with more lines; the same if it fits, or if nothing can be broken.
    """
    if measure(tex) <= limit:
        return tex
    rows = laid_out(tex)
    if rows is None:
        return tex
    cells = [split(row, "&") for row, _ in rows if row.strip()]
    left = max(measure(row[0]) for row in cells)
    below = below_lines(cells, limit - left, measure)
    beside = (row[3] for row in cells if len(row) > 3 and row[3] not in below)
    room = limit - left - max((measure(remark) + GAP for remark in beside), default=0.0)
    written: list[str] = []
    more = False
    for row, end in rows:
        if not row.strip():
            written.append(row + end)
            continue
        lines = row_broken(row, left, room, measure, below)
        more = more or len(lines) > 1
        written.append(joined(lines) + (f" {end}" if end else ""))
    if not more:
        return tex
    return "\\begin{aligned}\n" + "\n".join(written) + "\n\\end{aligned}"
