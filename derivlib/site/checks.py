"""What a page had checked, in numbers and words: counted where its cells ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from derivlib.check import Check, Ledger
from derivlib.expressions.text import text

LONGEST = 120


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


def merged(summaries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Put summaries of several ledgers together; see `summary`."""
    total: dict[str, Any] = {
        "agreed": 0, "refused": 0, "kinds": {}, "entries": {}, "sizes": [], "seeds": [],
        "agreements": [], "refusals": [],
    }  # fmt: skip
    for one in filter(None, summaries):
        for name in ("agreed", "refused"):
            total[name] += one[name]
        for name in ("kinds", "entries"):
            for key, count in one[name].items():
                total[name][key] = total[name].get(key, 0) + count
        for name in ("sizes", "seeds", "agreements", "refusals"):
            total[name] += [each for each in one[name] if each not in total[name]]
    return total


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
    exact = all(each.method in ("exact", "modular") for each in check.comparisons)
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
