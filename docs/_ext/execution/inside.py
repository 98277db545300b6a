"""What runs in a page's kernel before its first cell and after its last.

Before, a ledger is opened that records every check, and random numbers are given a fixed start.
After, the kernel says what was checked, which versions took part, and which files of the
project the page has read, so that it is executed again when one of them changes.
"""

from __future__ import annotations

import os
import platform
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

import derivlib
from derivlib.check import Check, Ledger
from derivlib.expressions.text import text
from derivlib.site.ask.questions import KEY, told_of

MIME = "application/vnd.derivlib.page+json"
LONGEST = 120
NOT_SOURCES = {
    "__pycache__",
    "_build",
    "node_modules",
    ".nox",
    ".git",
    ".venv",
    ".ipynb_checkpoints",
}

LEDGER = Ledger()
OPENED: set[str] = set()


def begin() -> None:
    """Open the ledger for every cell from here on, and take note of the files that are read."""
    shell: Any = get_ipython()
    shell.events.register("pre_run_cell", lambda _info: LEDGER.listen())
    shell.display_formatter.format = with_questions(shell.display_formatter.format)
    sys.addaudithook(_note_opened)
    random.seed(0)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(0)


def with_questions(display_of: Callable[..., Any]) -> Callable[..., Any]:
    """Put the questions of the derivations that an output shows among what is said of it.

    :param display_of: what gives the forms in which a notebook shows an object.
    """

    def formatted(shown: Any, *options: Any, **named: Any) -> tuple[Any, Any]:
        forms, told = display_of(shown, *options, **named)
        derivations = getattr(shown, "derivations", ())
        if isinstance(derivations, tuple) and derivations:
            told = {**told, KEY: [*map(told_of, derivations)]}
        return forms, told

    return formatted


def _note_opened(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        OPENED.add(os.path.abspath(os.fsdecode(arguments[0])))


def finish(root: str) -> None:
    """Hand over what the build wants to know.

    :param root: the folder of the project.
    """
    roots = (Path(root), Path(derivlib.__file__).parent)
    modules = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    found = {
        "files": sorted(path for path in {*modules.values(), *OPENED} if _is_source(path, roots)),
        "modules": sorted({name.partition(".")[0] for name in modules} - sys.stdlib_module_names),
        "python": platform.python_version(),
        "checks": summary(LEDGER),
    }
    display({MIME: found}, raw=True)


def _is_source(file: str | None, roots: tuple[Path, ...]) -> bool:
    """Tell whether a file is one of the project, or of the library if that is elsewhere."""
    if not file:
        return False
    path = Path(file)
    return any(
        path.is_relative_to(root)
        and not NOT_SOURCES.intersection(path.relative_to(root).parts)
        and path.is_file()
        for root in roots
    )


def summary(ledger: Ledger) -> dict[str, Any]:
    """What a ledger holds, in numbers and words.

    :param ledger: the checks of a page.
    :returns: counts, and a line for each check; equal lines are one, with how often it occurs.
    """
    compared = [each for check in ledger.agreed for each in check.comparisons]
    methods: Counter[str] = Counter()
    for each in compared:
        methods[each.method] += each.entries * each.points
    return {
        "agreed": len(ledger.agreed),
        "refused": len(ledger.refused),
        "kinds": dict(Counter(check.kind for check in ledger.agreed)),
        "entries": dict(sorted(methods.items())),
        "sizes": list(dict.fromkeys(said for each in compared if (said := _sizes(each.sizes)))),
        "seeds": sorted({each.seed for each in compared if each.seed is not None}),
        "digits": sorted({tol for each in compared if (tol := getattr(each, "tolerance", None))}),
        "agreements": list(Counter(map(_line, ledger.agreed)).items()),
        "refusals": list(Counter(map(_line, ledger.refused)).items()),
    }


def _sizes(sizes: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in sizes)


def _told(part: Any) -> str:
    """An expression as text, shortened if it is long."""
    try:
        told = part if isinstance(part, str) else text(part)
    except Exception:  # a node of a page's own, which the library cannot write
        told = str(part)
    told = " ".join(told.split())
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def _line(check: Check) -> tuple[str, str]:
    """What a check was about, and how it was carried out or why the claim was refused."""
    if check.kind == "derivative":
        expr, wrt, *_ = check.subject
        subject = f"∂/∂{_told(wrt)} of {_told(expr)}"
    elif check.kind in ("equation", "steps", "identification", "entries"):
        subject = " = ".join(map(_told, check.subject))
    else:
        subject = ", ".join(map(_told, check.subject))
    if check.refused:
        return subject, " ".join(check.refused.split())
    sizes = "; ".join(dict.fromkeys(filter(None, (_sizes(c.sizes) for c in check.comparisons))))
    exact = all(each.method == "exact" for each in check.comparisons)
    how = "exactly" if exact else "numerically"
    points = max(each.points for each in check.comparisons)
    calculus = getattr(check.comparisons[0], "calculus", "")
    parts = [
        f"{check.entries} entries" if check.entries != 1 else "1 entry",
        how,
        calculus,
        f"at {sizes}" if sizes else "",
        f"{points} points" if points > 1 else "",
    ]
    return subject, ", ".join(filter(None, parts))
