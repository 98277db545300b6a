"""Imports point one way, so that each part can be read without those above it."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from sympy import MatrixSymbol, Trace, symbols

import derivlib
from derivlib import VerificationError, derive, logdet, norm, tril, vec
from derivlib.check import verify
from derivlib.expressions import construction
from derivlib.expressions.facets import _FOUND, _TOLD, told

ROOT = Path(derivlib.__file__).parent

LAYERS = [
    {"errors"},
    {"expressions"},
    {"nodes"},
    {"check", "display"},
    {"rules", "elements", "parsing"},
    {"engine", "code"},
    {"derivation", "inputs", "typed"},
    {"verbs", "extending"},
    {"command"},
    {"site"},
    {"__init__", "__main__"},
]
"""Parts of the package from the ground up; each imports from itself and from below only."""


def layer_of(part: str) -> int:
    return next(i for i, parts in enumerate(LAYERS) if part in parts)


def part_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path) -> set[str]:
    """The parts of derivlib that a module imports anywhere in its text."""
    return {name.split(".")[0] for name in imported_names(path)}


def imported_names(path: Path) -> set[str]:
    """Everything of derivlib that a module imports, as dotted names below it."""
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
                found.add(".".join(rest))
    return found


MODULES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_down(path):
    own = part_of(path)
    for other in imports(path) - {own}:
        assert layer_of(other) < layer_of(own), f"{own} imports {other}, which is not below it"


JUDGE_MAY_IMPORT = {
    *("check", "nodes", "errors"),
    *(f"expressions.{module}" for module in ("facets", "sizes", "text")),
}
JUDGE_MAY_NOT_IMPORT = {"nodes.builders"}
"""What writes expressions in normal form: the judge reads what nodes are, and builds nothing."""


def test_the_judge_knows_nodes_and_no_rule():
    """What checks the rules shares no code with what applies them."""
    for path in (ROOT / "check").rglob("*.py"):
        for name in imported_names(path):
            assert any(f"{name}.".startswith(f"{part}.") for part in JUDGE_MAY_IMPORT), (path, name)
            assert not any(f"{name}.".startswith(f"{p}.") for p in JUDGE_MAY_NOT_IMPORT), path


def test_every_part_has_a_layer():
    for path in MODULES:
        assert any(part_of(path) in parts for parts in LAYERS)


def test_public_names_exist_and_are_documented():
    for name in set(dir(derivlib)) - {"RULES"}:
        assert getattr(derivlib, name).__doc__, name


def test_the_judge_builds_nothing(monkeypatch):
    """Verifying calls no normal form and no constructor of the engine, only definitions."""
    n, m = symbols("n m", integer=True, positive=True)
    X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", n, n)
    expr = Trace(vec(X).T * vec(X)) + logdet(A + X * X.T) + norm(tril(A))
    d = derive(expr, X)
    claim, wrong = d.result, 2 * d.result

    def poisoned(*_):
        raise AssertionError("the judge asked for a normal form")

    for kind, facets in told().items():
        if callable(facets.normal):
            monkeypatch.setitem(_TOLD, kind, replace(facets, normal=poisoned))
    for name in ("mul", "add", "transpose", "power", "hadamard", "kronecker"):
        monkeypatch.setattr(construction, name, poisoned)
    _FOUND.clear()
    try:
        for sizes in ({n: 3, m: 2}, {n: 25, m: 2}):
            assert verify(expr, X, claim, sizes)
            with pytest.raises(VerificationError):
                verify(expr, X, wrong, sizes)
        with pytest.raises(AssertionError, match="asked for a normal form"):
            derive(expr, X)
    finally:
        monkeypatch.undo()
        _FOUND.clear()
