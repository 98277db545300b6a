"""The foot of a page says what ran on it, and a page on which nothing is checked does not build."""

from __future__ import annotations

import re

from small_sites import cell

SETUP = """
from sympy import MatrixSymbol, Trace
from derivlib import VerificationError, check_steps, derive, is_derivative
from derivlib.check import verify
X, A = MatrixSymbol("X", 4, 3), MatrixSymbol("A", 3, 4)
L = Trace(A * X)
"""


def foot(html: str) -> str:
    found = re.search(r'<div class="page-verdict".*?</div>', html, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_the_foot_counts_what_agreed_and_what_was_refused(make_site):
    claims = cell("print(is_derivative(A.T, L, X), is_derivative(A, L, X))")
    raised = cell(
        "try:\n    verify(L, X, 2 * A.T, seed=5)\nexcept VerificationError:\n    print('refused')"
    )
    steps = cell("assert check_steps([L, Trace(X * A)])")
    several = cell("for seed in range(2):\n    derive(L, X).verify(seed=seed)")
    site = make_site({"page.md": f"# Page\n\n{cell(SETUP)}{claims}{raised}{steps}{several}"})
    built = site.build("-W")
    assert built.returncode == 0, built.stdout
    said = foot(site.page("page"))
    assert "3 derivatives against those the judge found itself" in said
    assert "1 chain of equalities" in said
    entries = re.search(r"(\d+) values equal exactly", said)
    assert entries
    assert int(entries[1]) > 3 * 12
    assert "2 false claims refused." in said
    assert "seeds 0, 1;" in said
    assert re.search(r"SymPy [\d.]+.*Python 3\.[\d.]+\.", said)
    assert "∂/∂X of tr(A*X)" in said
    assert "entry (1, 1), counted from 1, differs" in said


def test_sizes_are_those_that_were_used(make_site):
    symbolic = """
from sympy import symbols
n, m = symbols("n m", integer=True, positive=True)
Y = MatrixSymbol("Y", n, m)
d = derive(Trace(Y.T * Y), Y)
for sizes in ({n: 5, m: 2}, {n: 2, m: 7}):
    d.verify(sizes)
"""
    site = make_site({"page.md": f"# Page\n\n{cell(SETUP)}{cell(symbolic)}"})
    site.build()
    assert re.search(r"Sizes [nm] = \d, [nm] = \d; [nm] = \d, [nm] = \d;", foot(site.page("page")))


def test_a_page_whose_cells_check_nothing_or_only_falsehoods_does_not_build(make_site):
    pages = {
        "says.md": f"# Says\n\n{cell('assert 1 == 1')}",
        "refuses.md": f"# Refuses\n\n{cell(SETUP)}{cell('assert not is_derivative(A, L, X)')}",
        "checks.md": f"# Checks\n\n{cell(SETUP)}{cell('assert is_derivative(A.T, L, X)')}",
        "prose.md": "# Prose\n\nNothing is executed here.\n",
    }
    site = make_site(pages)
    built = site.build("-W", "--keep-going")
    assert built.returncode != 0
    warned = re.findall(r"(\w+)\.md: WARNING: the page runs \d cells and nothing", built.stdout)
    assert sorted(warned) == ["refuses", "says"]
    assert "page-verdict" not in site.page("prose")
