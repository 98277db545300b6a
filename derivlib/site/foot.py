"""The words at the foot of a page: what was compared with what, in the build or by a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

COMPARED = {
    "derivative": ("derivative", "derivatives", "against those the judge found itself"),
    "equation": ("equation", "equations", "one side against the other at random points"),
    "identification": (
        "identification",
        "identifications",
        "against the differential, direction by direction",
    ),
    "steps": ("chain of equalities", "chains of equalities", "line against line at random points"),
    "entries": (
        "expression written out",
        "expressions written out",
        "against what is typed by hand",
    ),
    "rule": (
        "rule",
        "rules",
        "one side against the other, with random matrices for the placeholders",
    ),
    "numbers": ("statement", "statements", "against numbers calculated from the definition"),
}
"""What a check is called, one and many, and what was compared with what."""

METHODS = {
    "exact": "exactly",
    "modular": "exactly modulo a random prime",
    "numeric": "numerically",
    "double": "in double precision",
}
FEW_SIZES = 4
NAMES = {"sympy": "SymPy"}


def verdict(checks: Mapping[str, Any], versions: Mapping[str, str]) -> str:
    """What was checked, as HTML.

    :param checks: see `checks.summary`.
    :param versions: of what took part, in the order in which they are shown.
    """
    refusals = ""
    if checks["refusals"]:
        refusals = f"<p>Refused:</p>\n<ul>{_items(checks['refusals'])}</ul>\n"
    return (
        f"<p><strong>Checked.</strong> {escape(' '.join(in_words(checks)))}</p>\n"
        f'<p class="page-verdict-facts">{escape("; ".join(facts(checks, versions)))}.</p>\n'
        f"<details><summary>Each check</summary>\n<ul>{_items(checks['agreements'])}</ul>\n"
        f"{refusals}</details>\n"
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def in_words(checks: Mapping[str, Any]) -> list[str]:
    """What was compared with what, in sentences."""
    parts = []
    for kind, number in sorted(checks["kinds"].items(), key=lambda item: -item[1]):
        one, many, how = COMPARED.get(kind, (kind, f"{kind}s", "by code of this page's own"))
        parts.append(f"{_count(number, one, many)} {how}")
    methods = [
        f"{_count(number, 'value', 'values')} equal {METHODS.get(method, method)}"
        for method, number in checks["entries"].items()
    ]
    said = [f"{'; '.join(parts)}: {', '.join(methods)}." if parts else "Nothing so far."]
    if checks["refused"]:
        said.append(f"{_count(checks['refused'], 'false claim', 'false claims')} refused.")
    return said


def facts(checks: Mapping[str, Any], versions: Mapping[str, str]) -> list[str]:
    """At which sizes, with which seeds and versions."""
    sizes = [each for each in checks["sizes"] if each]
    said = []
    if sizes:
        more = f" and {len(sizes) - FEW_SIZES} more" if len(sizes) > FEW_SIZES else ""
        said.append(f"Sizes {'; '.join(sizes[:FEW_SIZES])}{more}")
    if checks["seeds"]:
        plural = "s" * (len(checks["seeds"]) > 1)
        said.append(f"seed{plural} {', '.join(map(str, checks['seeds']))}")
    said.append(", ".join(f"{NAMES.get(name, name)} {v}" for name, v in versions.items()))
    return said


def _items(lines: Iterable[Any]) -> str:
    items = []
    for (subject, how), times in lines:
        often = f" (×{times})" if times > 1 else ""
        items.append(f"<li><code>{escape(subject)}</code> {escape(how)}{often}</li>")
    return "\n".join(items)
