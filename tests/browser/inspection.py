"""What can be wrong with an open page. Each function returns its findings, one text for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from needs import AXE
from playwright.sync_api import Page

QUESTIONS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8").strip()
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast"]


def ask(page: Page, question: str, about: Any = None) -> Any:
    """Ask a question of `inspection.js`."""
    return page.evaluate(f"about => {QUESTIONS}.{question}(about)", about)


def formulas(page: Page) -> list[str]:
    """Formulas that are not set, not spoken, without room or fonts; TeX among the text."""
    return ask(page, "formulas")


def width(page: Page) -> list[str]:
    """What makes the page wider than its screen."""
    return ask(page, "width", page.viewport_size["width"])


def boxes(page: Page) -> list[str]:
    """Formulas that leave their box or are cut off by it."""
    return ask(page, "boxes", page.viewport_size["width"])


def accessibility(page: Page, *, rules: list[str] = STANDARDS, without: str = "") -> list[str]:
    """What axe-core finds by the rules of WCAG 2.2 A and AA and its best practices, or by others.

    :param without: a selector of what is not looked at.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return ask(page, "accessibility", {"rules": rules, "without": [without] if without else []})


def downloads(page: Page) -> list[str]:
    """Notebooks and scripts that a page offers and that are not there, or are none."""
    return ask(page, "downloads")


def without_motion(page: Page) -> list[str]:
    """What still moves; for a reader who asked for less motion nothing should."""
    return ask(page, "motion")


def layout_shift(page: Page) -> float:
    """How much of the page has moved since it was opened, in the browser's own measure."""
    return float(ask(page, "layoutShift"))
