"""The box on a page: its scripts are typed, its policy is written, its files are packed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from derivlib.parsing.words import WORDS
from derivlib.site.ask import bundle
from derivlib.site.ask.examples import EXAMPLES

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / "docs" / "node_modules"
STATIC = ROOT / "derivlib" / "site" / "ask" / "static"
LIBRARIES = {
    "ask.js": "es2023,dom,dom.iterable",
    "python.mjs": "es2023,webworker",
    "service.js": "es2023,webworker",
    "worker.mjs": "es2023,webworker",
}
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
    done = subprocess.run([*command, script], capture_output=True, text=True, check=False)
    return done.stdout


def test_every_script_is_checked():
    assert {path.name for path in STATIC.glob("*.*js")} == set(LIBRARIES)


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_script_has_no_error_of_types(name):
    assert checked_types(STATIC / name, LIBRARIES[name]) == ""


def test_what_a_name_can_be_is_known_to_the_text_form():
    (listed,) = re.findall(r"const KINDS = (\[.*?\]);", (STATIC / "ask.js").read_text("utf-8"))
    assert set(json.loads(listed)) <= set(WORDS)


def test_a_page_without_a_place_for_its_policy_stops_the_build():
    assert extension.with_tag("<meta charset='utf-8'><p>", "<b>") == "<meta charset='utf-8'><b><p>"
    with pytest.raises(extension.ExtensionError, match="no <meta charset>"):
        extension.with_tag("<p>", "<b>")


def test_an_error_of_types_is_found(tmp_path):
    script = tmp_path / "wrong.mjs"
    script.write_text("/** @param {number} n */\nexport const f = (n) => n.length;\n")
    assert "TS2339" in checked_types(script, "es2023")


def test_the_policy_allows_the_scripts_of_the_page_and_no_others():
    script = "document.title = 'x'"
    page = f"<script>{script}</script><script src='a.js'></script>"
    policy = extension.policy_of(page)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == 1
    assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts


def test_an_address_holds_the_question():
    address = extension.address_of({"formula": "x'*A*x + 1", "variable": "x", "order": 2})
    assert address == "#v=1&f=x%27%2AA%2Ax+%2B+1&x=x&order=2"


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
