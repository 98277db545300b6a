"""The box on a page: its scripts are typed, its policy is written, its files are packed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from derivlib.nodes.structures import STRUCTURES
from derivlib.parsing.words import WORDS
from derivlib.site.ask import bundle
from derivlib.site.ask.answers import Asked
from derivlib.site.ask.examples import EXAMPLES, STATED
from derivlib.site.ask.policy import policy_of

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / "docs" / "node_modules"
STATIC = ROOT / "derivlib" / "site" / "ask" / "static"
LIBRARIES = {
    "ask.js": "es2023,dom,dom.iterable",
    "python.mjs": "es2023,webworker",
    "service.js": "es2023,webworker",
    "worker.mjs": "es2023,webworker",
    "workers.js": "es2023,dom,dom.iterable",
}
WITH_WORKERS = {"ask.js", "cells.js"}
"""Plain scripts that use what `workers.js` has named before them."""
extension = pytest.importorskip(
    "derivlib.site.ask.extension",
    reason="Sphinx is not installed; `python3 noxfile.py -s site` installs it",
)


def checked_types(script: Path, libraries: str) -> str:
    """What TypeScript finds wrong in a script, by the types in its comments."""
    compiler = NODE_MODULES / ".bin" / "tsc"
    if not compiler.exists() or shutil.which("node") is None:
        pytest.skip("TypeScript is not installed; `python3 noxfile.py -s site` installs it")
    options = ["--noEmit", "--allowJs", "--checkJs", "--strict", "--skipLibCheck", "--types", ""]
    command = [compiler, *options, "--target", "es2023", "--module", "es2022", "--lib", libraries]
    before = [STATIC / "workers.js"] if script.name in WITH_WORKERS else []
    done = subprocess.run([*command, *before, script], capture_output=True, text=True, check=False)
    return done.stdout


def test_every_script_is_checked():
    assert {path.name for path in STATIC.glob("*.*js")} == set(LIBRARIES)


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_script_has_no_error_of_types(name):
    assert checked_types(STATIC / name, LIBRARIES[name]) == ""


def test_what_a_name_can_be_is_known_to_the_text_form():
    (listed,) = re.findall(r"const KINDS = (\[.*?\]);", (STATIC / "ask.js").read_text("utf-8"))
    assert set(json.loads(listed)) <= set(WORDS)
    assert json.loads(listed) == [*STATED]


def test_what_can_be_chosen_is_known_to_the_command_line():
    node = extension.ask_box(examples=False, here=False)
    page = SimpleNamespace(body=[], builder=SimpleNamespace(
        current_docname="ask", get_relative_uri=lambda _, to: f"{to}.html"))  # fmt: skip
    with pytest.raises(extension.nodes.SkipNode):
        extension.visit_ask_box(page, node)
    options = re.findall(r"<option>([^<]*)</option>", "".join(page.body))
    assert options == [*STRUCTURES, "numerator", "denominator"]
    assert "@" not in re.sub(r'placeholder="[^"]*"|<code>.*?</code>', "", "".join(page.body))


def functions_of_the_box() -> dict[str, list[str]]:
    """What can be put for undefined functions, as the script has it."""
    script = (STATIC / "ask.js").read_text("utf-8")
    (listed,) = re.findall(r"const FUNCTIONS = \{(.*?)\n  \};", script, re.DOTALL)
    roles = re.findall(r"(\w+): \{(.*?)\},", listed, re.DOTALL)
    return {role: re.findall(r'"([^"]*@[^"]*)"', patterns) for role, patterns in roles}


@pytest.mark.parametrize(
    "formula",
    [
        *(f"sum({each.replace('@', 'X*W')})" for each in functions_of_the_box()["elementwise"]),
        *(each.replace("@", "tanh(X*W)") for each in functions_of_the_box()["function"]),
    ],
)
def test_each_function_that_is_offered_is_answered(formula):
    assert "@" not in formula
    *_, verified = Asked({"formula": formula, "variable": "W"}).stages()
    assert verified["agreed"], verified


def test_a_structure_says_that_its_variable_is_square():
    asked = Asked({"formula": "tr(A*X)", "variable": "X", "structure": "symmetric"})
    read, derived, verified = asked.stages()
    assert [name["shape"] for name in read["names"]] == ["n×n", "n×n"]
    assert derived["text"].startswith("∂L/∂X|") or "symmetric" in str(derived["conditions"])
    assert verified["agreed"]


def test_a_layout_is_answered_beside_the_result():
    asked = Asked({"formula": "a'*x", "variable": "x", "layout": "numerator"})
    _, derived, _ = asked.stages()
    assert derived["laid_out"] == [r"a^{\mathsf{T}}"]


def test_sizes_are_those_of_the_check():
    question = {"formula": "x'*A*x", "variable": "x"}
    *_, verified = Asked({**question, "sizes": "n=6"}).stages()
    assert "at n=6" in verified["text"]
    (error,) = Asked({**question, "sizes": "n=six"}).stages()
    assert error["part"] == "sizes"
    assert "whole numbers" in error["message"]


def test_a_page_without_a_place_for_its_policy_stops_the_build():
    assert extension.with_tag("<meta charset='utf-8'><p>", "<b>") == "<meta charset='utf-8'><b><p>"
    with pytest.raises(extension.ExtensionError, match="no <meta charset>"):
        extension.with_tag("<p>", "<b>")


@pytest.mark.parametrize("name", sorted(WITH_WORKERS))
def test_a_wrong_use_of_what_scripts_share_is_found(name, tmp_path):
    script = tmp_path / name
    script.write_text("{\n  const { loaded } = derivlibWorkers;\n  loaded(3);\n}\n")
    assert "TS2345" in checked_types(script, LIBRARIES["workers.js"])


def test_an_error_of_types_is_found(tmp_path):
    script = tmp_path / "wrong.mjs"
    script.write_text("/** @param {number} n */\nexport const f = (n) => n.length;\n")
    assert "TS2339" in checked_types(script, "es2023")


def test_the_policy_allows_the_scripts_of_the_page_and_no_others():
    script = "document.title = 'x'"
    page = f"<script>{script}</script><script src='a.js'></script>"
    policy = policy_of(page)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == 1
    assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts


def test_an_address_holds_the_question():
    address = extension.address_of({"formula": "x'*A*x + 1", "variable": "x", "order": 2})
    assert address == "#v=1&f=x%27%2AA%2Ax+%2B+1&x=x&order=2"


def test_an_address_holds_what_is_chosen_beside():
    question = {
        "formula": "A",
        "variable": "A",
        "structure": "upper triangular",
        "layout": "numerator",
    }
    address = extension.address_of({**question, "sizes": "n=3", "kinds": {"matrix": ["A", "B"]}})
    chosen = "structure=upper+triangular&layout=numerator&sizes=n%3D3&matrix=A%2CB"
    assert address == f"#v=1&f=A&x=A&{chosen}"


def test_each_example_has_a_link():
    shown = extension._examples()
    assert shown.count("<a href=") == sum(map(len, EXAMPLES.values()))


def test_without_pyodide_the_bundle_says_what_is_missing(tmp_path):
    with pytest.raises(bundle.BundleError, match=r"no Pyodide in|Node is not"):
        bundle.make(tmp_path / "pyodide", tmp_path / "kept")


def test_the_licences_of_what_is_given_away_are_told(tmp_path):
    pyodide = tmp_path / "pyodide"
    pyodide.mkdir()
    about = {"name": "pyodide", "version": "1", "license": "MPL-2.0", "homepage": "https://p"}
    (pyodide / "package.json").write_text(json.dumps(about))
    told = bundle.licences(pyodide)
    for name in (*bundle.PACKAGES, "pyodide 1: MPL-2.0", "https://p", "CPython"):
        assert name in told
    assert told.count("Redistribution and use in source and binary forms") >= 2


def test_the_bundle_is_made_again_when_derivlib_changes(tmp_path, monkeypatch):
    """By content: another version of a package, or another line of derivlib's."""
    pyodide = tmp_path / "pyodide"
    pyodide.mkdir()
    (pyodide / "package.json").write_text('{"version": "1"}')
    before = bundle._digest(pyodide)
    assert bundle._digest(pyodide) == before
    (pyodide / "package.json").write_text('{"version": "2"}')
    assert bundle._digest(pyodide) != before
