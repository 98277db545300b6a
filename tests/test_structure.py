"""Imports point one way, so that each part can be read without those above it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import derivlib

ROOT = Path(derivlib.__file__).parent

LAYERS = [
    {"errors"},
    {"vocabulary"},
    {"check", "display"},
    {"expressions"},
    {"rules", "elements"},
    {"engine", "code"},
    {"derivation", "inputs"},
    {"verbs"},
    {"__init__"},
]
"""Parts of the package from the ground up; each imports from itself and from below only."""


def layer_of(part: str) -> int:
    return next(i for i, parts in enumerate(LAYERS) if part in parts)


def part_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path) -> set[str]:
    """The parts of derivlib that a module imports anywhere in its text."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            head, *rest = name.split(".")
            if head == "derivlib" and rest:
                found.add(rest[0])
    return found


MODULES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_down(path):
    own = part_of(path)
    for other in imports(path) - {own}:
        assert layer_of(other) < layer_of(own), f"{own} imports {other}, which is not below it"


def test_the_judge_knows_only_the_vocabulary():
    """What checks the rules shares no code with what applies them."""
    known = set().union(*(imports(path) for path in (ROOT / "check").rglob("*.py")))
    assert known <= {"check", "vocabulary", "errors"}


def test_every_part_has_a_layer():
    for path in MODULES:
        assert any(part_of(path) in parts for parts in LAYERS)


def test_public_names_exist_and_are_documented():
    for name in set(derivlib.__all__) - {"RULES"}:
        assert getattr(derivlib, name).__doc__, name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_piles_up(path):
    assert len(path.read_text().splitlines()) <= 450
