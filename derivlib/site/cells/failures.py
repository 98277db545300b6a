"""An error of a cell as IPython tells it, short: the lines of the cells, and no paths."""

from __future__ import annotations

import linecache
import traceback
from types import TracebackType

RULE = "-" * 75
AROUND = 2
"""How many lines are shown before and after the one that failed."""


def cell_name(number: int) -> str:
    """The name of the file that a cell is compiled as.

    :param number: of the cell, counted from 1.
    """
    return f"<cell {number}>"


def told(error: BaseException, hidden: str) -> str:
    """An error with the way to it: lines of cells, and the last place outside of them.

    :param error: the error.
    :param hidden: the file that runs the cells, as its code names it; it is not shown.
    """
    kind = type(error).__name__
    head = f"{kind}{'Traceback (most recent call last)':>{75 - len(kind)}}"
    last = "".join(traceback.format_exception_only(error)).strip()
    frames = _frames(error.__traceback__, hidden)
    number = _number(getattr(error, "filename", None) or "")
    if isinstance(error, SyntaxError) and number and not any("Cell In" in each for each in frames):
        place = f"  Cell In[{number}], line {error.lineno}"
        return "\n".join([place, *last.splitlines()[1:]])
    return "\n".join([RULE, head, *frames, "", last])


def _number(file: str) -> str:
    """The number of a cell; empty if a file is none."""
    return file[len("<cell ") : -1] if file.startswith("<cell ") else ""


def _frames(trace: TracebackType | None, hidden: str) -> list[str]:
    """The frames of cells, each with its lines, and the last of those between them."""
    frames = [frame for frame in traceback.extract_tb(trace) if frame.filename != hidden]
    shown = []
    for k, frame in enumerate(frames):
        if _number(frame.filename):
            shown += _in_a_cell(frame)
        elif k + 1 == len(frames) or _number(frames[k + 1].filename):
            shown.append(f"File {_module(frame.filename)}:{frame.lineno}, in {frame.name}(...)")
    return shown


def _in_a_cell(frame: traceback.FrameSummary) -> list[str]:
    number, at = _number(frame.filename), frame.lineno or 1
    inside = "" if frame.name == "<module>" else f", in {frame.name}(...)"
    shown = [f"Cell In[{number}], line {at}{inside}"]
    count = len(linecache.getlines(frame.filename))
    for line in range(max(1, at - AROUND), min(count, at + AROUND) + 1):
        source = linecache.getline(frame.filename, line).rstrip()
        mark = f"----> {line}" if line == at else f"{line:>7}"
        shown.append(f"{mark} {source}".rstrip())
    return shown


def _module(file: str) -> str:
    """A file without the folders in which libraries lie on some machine."""
    parts = file.replace("\\", "/").split("/")
    names = [*parts[:-1], parts[-1].removesuffix("c")]
    for folder in ("site-packages", "packages"):
        if folder in names:
            names = names[len(names) - names[::-1].index(folder) :]
    for top in ("derivlib", "sympy", "mpmath", "lark"):
        if top in names[:-1]:
            return "/".join(names[len(names) - 1 - names[::-1].index(top) :])
    return names[-1] if file.startswith("/") else "/".join(names)
