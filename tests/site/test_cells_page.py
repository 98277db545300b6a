"""The bar on executed pages: who has it, what the browser is given, and what it may load."""

from __future__ import annotations

import json
import pickle
import re
import shutil
from pathlib import Path

import pytest
from calculated import calculated
from small_sites import ROOT, cell
from test_ask_page import checked_types

from derivlib.site.ask import bundle
from derivlib.site.cells.outputs import digest

STATIC = ROOT / "derivlib" / "site" / "cells" / "static"
LIBRARIES = {
    "cells.js": "es2023,dom,dom.iterable",
    "cells-worker.mjs": "es2023,webworker",
    "shown.js": "es2023,dom,dom.iterable",
}
SETTINGS = """
extensions.append("derivlib.site.cells.extension")
ask_node_modules = {modules!r}
cells_seconds = {{"slow": 14}}
"""
CHECK = """
from sympy import MatrixSymbol, Trace
from derivlib import is_derivative
X, A = MatrixSymbol("X", 4, 3), MatrixSymbol("A", 3, 4)
assert is_derivative(A.T, Trace(A * X), X)
"""
LARGE = """
from sympy import symbols
from derivlib import derive
n, m = symbols("n m", integer=True, positive=True)
Y = MatrixSymbol("Y", n, m)
derive(Trace(Y.T * Y), Y).verify({n: 90, m: 80})
"""
HELPED = "from helping import said\nsaid()"
PAGES = {
    "plain.md": f"# Plain\n\nText.\n\n{cell(CHECK)}{cell('print(2 + 2)')}",
    "helped.md": f"# Helped\n\n{cell(CHECK)}{cell(HELPED)}",
    "modules/helping.py": "from pathlib import Path\n\ndef said():\n    return 'ä'\n",
    "imports.md": f"# Imports\n\n{cell(CHECK)}{cell('import numpy')}",
    "large.md": f"# Large\n\n{cell(CHECK)}{cell(LARGE)}",
    "slow.md": f"# Slow\n\n{cell(CHECK)}",
    "prose.md": "# Prose\n\nNothing is executed here.\n",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small site with pages of each kind; its Python is not packed, which takes long."""
    from small_sites import new_site

    for module in ("myst_nb", "jupytext"):
        reason = f"{module} is not installed; `python3 noxfile.py -s site` installs it"
        pytest.importorskip(module, reason=reason)
    modules = ROOT / "docs" / "node_modules"
    if not (modules / "markdown-it").exists():
        pytest.skip("markdown-it is not installed; `python3 noxfile.py -s site` installs it")
    site = new_site(tmp_path_factory.mktemp("cells") / "small", PAGES)
    conf = site.docs / "conf.py"
    conf.write_text(conf.read_text() + SETTINGS.format(modules=str(modules)))
    packed = site.root / "_build" / "html.doctrees" / "ask"
    (packed / bundle._digest(modules / "pyodide")[:16]).mkdir(parents=True)
    told = site.build("-W")
    assert told.returncode == 0, told.stdout
    return site


def given(site, name):
    path = site.root / "_build" / "html" / "cells" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


@pytest.mark.parametrize("name", ["plain", "helped"])
def test_a_page_that_can_be_run_has_the_bar_and_its_policy(built, name):
    page = built.page(name)
    assert page.count('<div class="cells"') == 1
    assert page.count("Content-Security-Policy") == 1
    assert "'unsafe-eval'" not in page
    assert "cells-why" not in page
    assert page.index("ask/workers.js") < page.index("cells/cells.js")
    assert page.index("</h1>") < page.index('<div class="cells"') < page.index("cell_input")


@pytest.mark.parametrize(
    ("name", "why"),
    [("imports", "need NumPy"), ("large", "need NumPy"), ("slow", "take about 40 s")],
)
def test_a_page_that_cannot_be_run_says_why(built, name, why):
    page = built.page(name)
    assert f'<p class="cells-why">The cells of this page {why}: they are not run' in page
    assert '<div class="cells"' not in page
    assert given(built, name) is None


def test_a_page_with_the_bar_is_written_again_when_what_it_loads_changes(built):
    kept = built.root / "_build" / "html.doctrees" / "environment.pickle"
    found = pickle.loads(kept.read_bytes()).dependencies
    needed = {name: {Path(path).name for path in paths} for name, paths in found.items()}
    assert {"cells.js", "cells.css", "workers.js", "extension.py"} <= needed["plain"]
    assert "cells.js" not in needed.get("prose", ())


def test_a_page_without_cells_has_nothing_of_it(built):
    page = built.page("prose")
    assert "cells" not in page
    assert "Content-Security-Policy" not in page


def test_the_browser_is_given_cells_outputs_and_files(built):
    told = given(built, "plain")
    assert [each["source"].strip() for each in told["cells"]] == [CHECK.strip(), "print(2 + 2)"]
    printed = [{"output_type": "stream", "name": "stdout", "text": "4\n"}]
    assert [each["outputs"] for each in told["cells"]] == [digest([]), digest(printed)]
    assert list(told["versions"])[-1] == "Python"
    assert told["files"] == {}
    assert given(built, "helped")["files"] == {"helping.py": PAGES["modules/helping.py"]}


def test_what_is_given_says_nothing_of_this_machine(built):
    for path in (built.root / "_build" / "html" / "cells").rglob("*.json"):
        assert str(built.root) not in path.read_text(encoding="utf-8")


def test_how_long_pages_take_is_read_from_what_executing_them_gave(built):
    """The figures are written down by a command, and not by the build."""
    records = built.root / "_build" / "html.doctrees" / "executed"
    found = calculated(records)
    assert set(found) == {"helped", "imports", "large", "plain", "slow"}
    assert max(found.values()) > 0
    with pytest.raises(SystemExit, match="build the site first"):
        calculated(records / "nothing")


def test_the_scripts_and_what_they_load_are_there(built):
    html = built.root / "_build" / "html"
    for name in (*LIBRARIES, "cells.css", "markdown-it.min.js"):
        assert (html / "_static" / "cells" / name).exists(), name
    assert (html / "_static" / "ask" / "python.mjs").exists()
    assert (html / "_static" / "ask" / "katex.min.js").exists()
    assert "markdown-it" in (html / "_static" / "ask" / "licences.txt").read_text("utf-8")
    worker = (STATIC / "cells-worker.mjs").read_text("utf-8")
    assert re.findall(r'from "(.*?)"', worker) == ["../ask/python.mjs"]


def test_every_script_is_checked():
    assert {path.name for path in STATIC.glob("*.*js")} == set(LIBRARIES)


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_script_has_no_error_of_types(name, tmp_path):
    """In folders as the site has them, since one script imports another."""
    shutil.copytree(STATIC, tmp_path / "cells")
    shutil.copytree(STATIC.parents[1] / "ask" / "static", tmp_path / "ask")
    assert checked_types(tmp_path / "cells" / name, LIBRARIES[name]) == ""


def test_no_script_reads_the_address_of_the_page():
    """What is in a link cannot reach a cell."""
    for name in LIBRARIES:
        script = (STATIC / name).read_text("utf-8")
        assert not re.search(r"location\.(hash|search|href)|URLSearchParams|hashchange", script)
