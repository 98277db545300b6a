"""Cells run without IPython: what they show, how they fail, and what they leave behind."""

from __future__ import annotations

import json

import pytest

from derivlib.rules import RULES
from derivlib.rules.rule import remove_rule
from derivlib.site.cells.bundles import bundle, is_own
from derivlib.site.cells.needs import missing, why_not
from derivlib.site.cells.outputs import LONGEST, Outputs, digest, merged, shown
from derivlib.site.cells.running import InBrowser, PageRun

SETUP = """
from sympy import MatrixSymbol, Trace
from derivlib import derive, is_derivative
X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 2, 3)
L = Trace(A * X)
"""


def run(*sources, page=None, folder=None):
    events = []
    page_run = PageRun(page or {"cells": [], "files": {}}, folder)
    last = page_run.run(sources, events.append)
    return page_run.outputs, last, events


def test_streams_and_results_are_in_order():
    outputs, last, _ = run("print('a')\ndisplay(1)\nimport sys\nprint('b', file=sys.stderr)\n2")
    (cell,) = outputs
    kinds = [each.get("name") or each["data"]["text/plain"] for each in cell]
    assert kinds == ["stdout", "1", "stderr", "2"]
    assert last["ran"] == 1
    assert not last["failed"]


def test_a_semicolon_hides_the_result_and_a_string_does_not():
    outputs, *_ = run("1;", "'; '", "2; # said")
    assert [len(cell) for cell in outputs] == [0, 1, 0]


def test_names_are_kept_from_cell_to_cell_and_not_from_run_to_run():
    page = PageRun({"cells": [], "files": {}})
    assert not page.run(["x = 2", "x", "_ + 1"], lambda event: None)["failed"]
    assert page.outputs[2][0]["data"]["text/plain"] == "3"
    assert page.run(["x"], lambda event: None)["failed"]
    assert page.outputs[0][-1]["ename"] == "NameError"


def test_the_run_ends_with_the_cell_that_fails():
    outputs, last, events = run("1", "assert 1 == 2, 'no'", "3")
    assert (last["ran"], last["failed"]) == (2, True)
    error = outputs[1][0]
    assert (error["ename"], error["evalue"]) == ("AssertionError", "no")
    (told,) = error["traceback"]
    assert told.splitlines()[2:] == [
        "Cell In[2], line 1",
        "----> 1 assert 1 == 2, 'no'",
        "",
        "AssertionError: no",
    ]
    assert not any(event.get("cell") == 2 for event in events)


def test_a_failure_in_the_library_shows_no_path():
    outputs, *_ = run(
        SETUP, "def check():\n    derive(L, X).verify({'n': -1}, seed='x')\n\ncheck()"
    )
    (told,) = outputs[1][-1]["traceback"]
    assert "Cell In[2], line 4" in told
    assert "Cell In[2], line 2, in check(...)" in told
    assert told.count("File derivlib/") == 1
    assert "site-packages" not in told
    assert "/tmp" not in told
    assert "/home" not in told


def test_a_syntax_error_shows_its_place():
    outputs, *_ = run("x = (1\ny = 2")
    (told,) = outputs[0][-1]["traceback"]
    assert told.startswith("  Cell In[1], line 1")
    assert told.splitlines()[-1].startswith("SyntaxError")


def test_what_exits_is_a_failure_and_does_not_end_python():
    outputs, last, _ = run("raise SystemExit(3)")
    assert last["failed"]
    assert outputs[0][0]["ename"] == "SystemExit"


def test_the_foot_counts_what_was_checked():
    _, last, _ = run(SETUP, "assert is_derivative(A.T, L, X)\nassert not is_derivative(A, L, X)")
    assert "1 derivative against those the judge found itself" in last["verdict"]
    assert "1 false claim refused" in last["verdict"]
    _, last, _ = run("1")
    assert "Nothing so far." in last["verdict"]


def test_checks_of_directives_are_counted_too():
    given = {
        "agreed": 2, "refused": 0, "kinds": {"rule": 2}, "entries": {"exact": 8}, "sizes": [],
        "seeds": [], "agreements": [[["a", "exactly"], 2]], "refusals": [],
    }  # fmt: skip
    _, last, _ = run("1", page={"cells": [], "files": {}, "checks": [given]})
    assert "2 rules" in last["verdict"]


def test_what_a_page_registers_asks_for_a_new_start():
    add = """
from dataclasses import replace
from derivlib.rules import RULES
from derivlib.rules.rule import add_rule
add_rule(replace(RULES["trace"], name="my trace"))
"""
    take_out = "from derivlib.rules.rule import remove_rule\nremove_rule(RULES['my trace'])"
    try:
        _, last, _ = run(add)
        assert not last["failed"]
        assert not last["fresh"]
    finally:
        remove_rule(RULES["my trace"])
    assert run(add, take_out)[1]["fresh"]


def test_files_come_with_the_page_and_are_imported_anew(tmp_path):
    page = {"cells": [], "files": {"carried.py": "from pathlib import Path\nhere = []\n"}}
    page_run = PageRun(page, tmp_path)
    for _ in range(2):
        page_run.run(["import carried", "carried.here.append(1)", "carried.here"], print)
        assert page_run.outputs[2][0]["data"]["text/plain"] == "[1]"


def test_outputs_are_those_recorded_or_not():
    recorded = [{"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}}]
    page = {"cells": [{"outputs": digest(recorded)}], "files": {}}
    done = [event for event in run("1 + 1", page=page)[2] if event["event"] == "done"]
    assert done[0]["same"]
    done = [event for event in run("1 + 2", page=page)[2] if event["event"] == "done"]
    assert not done[0]["same"]


def test_what_is_printed_has_an_end_and_is_told_in_pieces():
    told = []
    outputs = Outputs(told.append)
    outputs.write("stdout", "a" * LONGEST)
    outputs.flush()
    outputs.write("stdout", "b")
    outputs.write("stdout", "c")
    outputs.flush()
    assert [piece["text"][-20:] for piece in told][-1].endswith("a page can show\n")
    (stream,) = merged(outputs.all)
    assert "c" not in stream["text"][LONGEST + 60 :]


def test_pieces_of_a_stream_are_one():
    outputs = Outputs(lambda output: None)
    for text in ("one", "\n", "two\n"):
        outputs.write("stdout", text)
        outputs.flush()
    assert merged(outputs.all) == [
        {"output_type": "stream", "name": "stdout", "text": "one\ntwo\n"}
    ]


class Drawn:
    """Shows itself as HTML and as an image."""

    def _repr_html_(self):
        return "<b>drawn</b>"

    def _repr_png_(self):
        return b"\x89PNG"

    def _repr_latex_(self):
        return None


def test_a_bundle_holds_what_there_is():
    assert bundle(Drawn())["image/png"] == "iVBORw=="
    assert "text/latex" not in bundle(Drawn())
    assert set(bundle(Drawn)) == {"text/plain"}
    assert shown(bundle(Drawn())) == ("text/html", "<b>drawn</b>")
    assert not is_own(Drawn())
    assert is_own(Drawn(), (Drawn.__module__.partition(".")[0],))


def test_what_comes_in_and_goes_out_is_text(tmp_path):
    told = []
    given = json.dumps({"cells": [], "files": {}})
    InBrowser(given, str(tmp_path)).run(json.dumps(["1"]), told.append)
    assert [json.loads(each)["event"] for each in told] == ["running", "output", "done", "finished"]


@pytest.mark.parametrize(
    ("sources", "files", "libraries", "expected"),
    [
        (["from derivlib import derive", "import mpmath, lark, json"], {}, (), []),
        (["import numpy.linalg"], {}, (), ["numpy"]),
        (["def f():\n    from scipy import linalg"], {}, (), ["scipy"]),
        (["import helper"], {"helper.py": "import helped"}, (), ["helped"]),
        (["import helper"], {"helper.py": "from . import x\nimport numpy"}, (), ["numpy"]),
        (["import helper"], {"helper/__init__.py": ""}, (), []),
        (["import subprocess"], {}, (), ["subprocess"]),
        ([], {}, ("numpy", "cython_runtime"), ["numpy"]),
        ([], {}, ("babel", "docutils", "sphinx"), ["sphinx"]),
    ],
)
def test_what_is_missing_in_a_browser(sources, files, libraries, expected):
    assert missing(sources, files, libraries) == expected


def test_a_page_that_reads_the_source_of_the_library_is_not_run():
    assert "source" in why_not(["from inspect import getsource"], {}, (), 1, 20)
    assert why_not(["from inspect import signature"], {}, (), 1, 20) == ""
