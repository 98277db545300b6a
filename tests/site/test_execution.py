"""Pages share nothing, are executed again when they must be and only then, and fail by name."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time

import pytest
from small_sites import Site, cell

CHECK = """
from sympy import MatrixSymbol, Trace
from derivlib import derive
X = MatrixSymbol("X", 3, 2)
d = derive(Trace(X.T * X), X)
print(d.verify())
"""


def executed(output: str) -> list[str]:
    """The pages that were executed, in alphabetical order."""
    return sorted(re.findall(r"^ +\[ *\d+/\d+\] +[\d.]+ s  (\S+)", output, re.MULTILINE))


def page(*cells: str) -> str:
    return "# A page\n\n" + "\n".join(map(cell, (CHECK, *cells)))


LEAVE_TRACES = """
import builtins, os, random, sys, sympy, derivlib
from sympy import Symbol, pi
left_behind = 1
builtins.left_behind_too = 1
sympy.planted = 1
os.environ["LEFT_BEHIND"] = "1"
random.seed(7)
print("was positive:", Symbol("q").is_positive)
from sympy.assumptions import global_assumptions
from sympy import Q
global_assumptions.add(Q.positive(Symbol("q")))
print("random", random.random())
"""

LOOK_FOR_TRACES = """
import os, random, sympy
from sympy.assumptions import global_assumptions
print("names:", "left_behind" in globals(), "left_behind_too" in dir(__builtins__))
print("planted:", hasattr(sympy, "planted"), "LEFT_BEHIND" in os.environ)
print("assumed:", len(global_assumptions))
print("draw:", random.random())
import sys
print("warm:", "derivlib" in sys.modules)
"""


def test_a_page_sees_nothing_of_another(make_site):
    """Names, modules, the environment, assumptions, seeds: each page starts from the same."""
    pages = {f"leaves{i}.md": page(LEAVE_TRACES) for i in range(2)}
    looks = {f"looks{i}.md": page(LOOK_FOR_TRACES) for i in range(3)}
    site = make_site({**pages, **looks})
    built = site.build("-j", "1")
    assert built.returncode == 0, built.stdout
    looks_names = [name.removesuffix(".md") for name in looks]
    for name in looks_names:
        shown = site.page(name)
        assert "names: False False" in shown
        assert "planted: False False" in shown
        assert "assumed: 0" in shown
    assert (
        len({re.search(r"draw: [\d.]+", site.page(name))[0] for name in ("looks0", "looks2")}) == 1
    )


def test_ordinary_kernels_take_the_place_of_forked_ones_where_there_is_no_fork(make_site):
    site = make_site({"page.md": page(LOOK_FOR_TRACES), "dies.md": page("import os; os._exit(3)")})
    built = site.build("-D", "execution_fork=0")
    assert "in ordinary kernels" in built.stdout
    assert "dies.md: WARNING" in built.stdout
    assert "its kernel died" in built.stdout
    forked = site.build("-E", out="forked")
    assert "in forked kernels" in forked.stdout
    assert site.page("page") == site.page("page", out="forked")


def formula_of(site: Site, name: str) -> str:
    return re.findall(r"shown: [\w !]+", site.page(name))[-1].strip()


def test_a_change_executes_what_depends_on_it_and_nothing_else(make_site):
    """A module beside the pages, a file that is read, a cell, prose, nothing at all."""
    uses = "import shared\nprint('shown:', shared.formula())"
    reads = "from pathlib import Path\nprint('shown:', Path('data.txt').read_text())"
    site = make_site(
        {
            "modules/shared.py": "def formula():\n    return 'old'\n",
            "data.txt": "old",
            "uses.md": page(uses),
            "reads.md": page(reads),
            "alone.md": page("print('shown: alone')"),
        }
    )
    first = site.build("-j", "2")
    assert first.returncode == 0, first.stdout
    assert executed(first.stdout) == ["alone", "reads", "uses"]
    assert formula_of(site, "uses") == "shown: old"

    nothing = site.build()
    assert executed(nothing.stdout) == []
    assert "0 added, 0 changed, 0 removed" in nothing.stdout

    module = site.docs / "modules" / "shared.py"
    before = module.stat()
    module.write_text("def formula():\n    return 'new!'\n")
    os.utime(module, ns=(before.st_atime_ns, before.st_mtime_ns))  # by content, not by date
    changed = site.build()
    assert executed(changed.stdout) == ["uses"]
    assert "shared.py changed" in changed.stdout
    assert formula_of(site, "uses") == "shown: new!"

    (site.docs / "data.txt").write_text("new")
    assert executed(site.build().stdout) == ["reads"]
    assert formula_of(site, "reads") == "shown: new"

    site.write({"alone.md": page("print('shown: alone')") + "\nAnother sentence.\n"})
    prose = site.build()
    assert executed(prose.stdout) == []
    assert "1 changed" in prose.stdout
    assert "Another sentence." in site.page("alone")

    old = site.docs / "alone.md"
    before = old.stat()
    site.write({"alone.md": page("print('shown: someone else')")})
    os.utime(old, ns=(before.st_atime_ns, before.st_mtime_ns - 10**12))
    assert executed(site.build().stdout) == ["alone"]
    assert formula_of(site, "alone") == "shown: someone else"


def test_another_version_of_a_library_or_of_python_executes_a_page_again():
    pytest.importorskip("nbformat")
    from dataclasses import replace
    from pathlib import Path

    from execution.records import Record, Records, versions_of

    versions = versions_of(["sympy", "mpmath"])
    assert set(versions) == {"sympy", "mpmath"}
    import platform

    record = Record("cells", [], versions=versions, python=platform.python_version())
    records = Records(Path("nowhere"))
    assert records.outdated(record, "cells") == ""
    assert "sympy 0.1 became" in records.outdated(
        replace(record, versions={"sympy": "0.1"}), "cells"
    )
    assert "uninstalled" in records.outdated(replace(record, versions={"gone-": "1"}), "cells")
    assert "Python 2.7 became" in records.outdated(replace(record, python="2.7"), "cells")
    assert records.outdated(replace(record, error="failed"), "cells") == "failed the last time"


BAD = {
    "raises": ("1 / 0", "ZeroDivisionError"),
    "syntax": ("1 +", "SyntaxError"),
    "dies": ("import os; os._exit(3)", "its kernel died"),
    "endless": ("while True: pass", "a cell took longer than 5 s"),
}


def test_pages_that_cannot_be_executed_fail_by_name_and_keep_nobody_else_waiting(make_site):
    pages = {f"{name}.md": page(source) for name, (source, _) in BAD.items()}
    site = make_site({**pages, "good.md": page()}, timeout=5)
    built = site.build("-j", "4", "-W", "--keep-going")
    assert built.returncode != 0
    for name, (source, message) in BAD.items():
        told = re.search(rf"{name}\.md: WARNING: (.*(?:\n(?!\S+\.md:).*)*)", built.stdout)
        assert told, built.stdout
        assert message in told[1]
        assert f"starts with {source!r}" in told[1]
    assert "good.md: WARNING" not in built.stdout
    again = site.build("-j", "4")
    assert executed(again.stdout) == sorted(BAD)
    site.write({f"{name}.md": page() for name in BAD})
    assert site.build("-W").returncode == 0


def test_text_that_is_no_utf8_is_told_with_its_page(make_site):
    site = make_site({"latin.md": b"# Caf\xe9\n\nText.\n"})
    built = site.build("-W")
    assert built.returncode != 0
    assert "latin" in built.stdout


def kernels_of(site: Site) -> list[str]:
    """What still runs of a build, by its working directory."""
    found = []
    for process in os.listdir("/proc"):
        if process.isdigit():
            try:
                if os.readlink(f"/proc/{process}/cwd") == str(site.docs):
                    found.append(process)
            except OSError:
                continue
    return found


def started(site: Site) -> subprocess.Popen[bytes]:
    """Start a build that can be interrupted, although a shell ignores that in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            site.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not os.path.exists("/proc"), reason="platform: no /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_ended_leaves_no_kernel_behind(make_site, how):
    site = make_site({"long.md": page("import time; time.sleep(600)")})
    build = started(site)
    deadline = time.monotonic() + 120
    while not kernels_of(site):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    time.sleep(1)
    build.send_signal(how)
    assert build.wait(60) != 0
    while kernels_of(site):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_what_is_printed_slowly_looks_like_what_is_printed_at_once(make_site):
    """A line may arrive before its end; no empty line stands between it and the next."""
    slowly = page(
        "import time\nfor line in ('line 0', '\\nline 1', '\\nline 2\\n'):\n"
        "    print(line, end='', flush=True)\n    time.sleep(0.4)"
    )
    at_once = page("for i in range(3):\n    print(f'line {i}')")
    site = make_site({"page.md": slowly, "other.md": at_once})
    assert site.build().returncode == 0
    shown = [
        re.findall(r"line 0.*?line 2", site.page(name), re.DOTALL)[-1] for name in ("page", "other")
    ]
    assert shown[0] == shown[1]
