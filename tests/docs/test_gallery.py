"""What the pages of the gallery display: short derivations in letters of one meaning."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from derivlib import Derivation

GALLERY = Path(__file__).parents[2] / "docs" / "gallery"
PAGES = sorted(page.stem for page in GALLERY.glob("*.md") if page.stem != "index")
CELL = re.compile(r"^```\{code-cell\} ipython3\n(?::[^\n]*\n)*(.*?)^```", re.M | re.S)
MOST_LINES = 170
"""How many lines the derivations of all pages together may have."""


@cache
def displayed(page: str) -> tuple[Derivation, ...]:
    """Execute the cells before the verdict; return the derivations that end one."""
    text = (GALLERY / f"{page}.md").read_text(encoding="utf-8").partition("## Verdict")[0]
    names: dict[str, Any] = {}
    found = []
    for cell in CELL.findall(text):
        exec(compile(cell, page, "exec"), names)
        last = ast.parse(cell).body[-1]
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name):
            found.append(names[last.value.id])
    return tuple(found)


def letters_with_two_meanings(derivation: Derivation) -> set[str]:
    """The letters that the parts of a derivation define differently."""
    parts = [part.intermediates for part in derivation.parts]
    pairs = {(str(name), value) for part in parts for name, value in part.items()}
    names = [name for name, _ in pairs]
    return {name for name in names if names.count(name) > 1}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_displays_a_derivation(page):
    assert displayed(page)
    assert all(isinstance(each, Derivation) for each in displayed(page))


@pytest.mark.parametrize("page", PAGES)
def test_a_letter_has_one_meaning_in_a_display(page):
    for derivation in displayed(page):
        assert letters_with_two_meanings(derivation) == set()


def test_the_derivations_are_short():
    shown = [each._repr_latex_().count("&=") for page in PAGES for each in displayed(page)]
    assert sum(shown) <= MOST_LINES


@pytest.mark.parametrize("page", PAGES)
def test_a_derivative_is_taken_with_respect_to_something(page):
    text = (GALLERY / f"{page}.md").read_text(encoding="utf-8")
    assert re.findall(r"(?:derivative|gradient|Hessian)s? by\b|(?:# By|[Tt]wice by)\b", text) == []
