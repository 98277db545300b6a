"""Lines of formulas are broken where a hand would break them, and nothing is lost."""

from __future__ import annotations

import re
from functools import cache

import pytest
from expressions import CASES, HESSIANS
from formulas import rule_links
from formulas.broken_lines import broken, rows_of, split

from derivlib import derive, hessian

AMSMATH = {
    *("langle", "rangle", "Bigl", "Bigr"),
    *("begin", "end", "left", "right", "quad", "qquad", "text", "textrm", "operatorname", "frac"),
    *("mathrm", "mathsf", "mathbf", "mathbb", "partial", "sum", "sqrt", "def", "arraystretch"),
    *("lVert", "rVert", "vert", "odot", "otimes", "circ", "cdot", "times", "infty", "det", "log"),
    *("exp", "sin", "cos", "tan", "tanh", "cosh", "sinh", "max", "min", "ldots", "ne", "neq"),
    *("alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "kappa", "lambda", "mu", "nu"),
    *("xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Delta", "Sigma", "Lambda"),
    *("le", "leq", "ge", "vee"),
    *("\\", ",", ":", ";", " ", "!", "{", "}", "%", "_", "&", "#", "$"),
}
"""Commands of LaTeX itself and of amsmath."""
LAYOUT = r"\\\\(\[-?[0-9.]+ex\])?|\\q?quad|\\begin\{aligned\}|\\end\{aligned\}|[&\s]"


def measure(tex: str) -> float:
    """Take each letter, sign and digit for half an em, and a fraction for what is longer."""
    tex = re.sub(r"\\(left|right|,|;|mathsf|mathrm|operatorname|textrm|text)\b", "", tex)
    widest = max(ROW.split(tex), key=len) if "aligned" in tex else tex
    return 0.5 * len(re.sub(r"\\[a-z]+|[{}\s^_&]|\[[0-9.]+ex\]", "", widest))


ROW = re.compile(r"\\\\")


def rows(tex: str) -> list[list[str]]:
    body = tex.strip().removeprefix("\\begin{aligned}").removesuffix("\\end{aligned}")
    return [split(row, "&") for row, _ in rows_of(body)]


def bare(tex: str) -> tuple[str, list[str]]:
    """What a formula says without its layout, and the remarks beside it."""
    below = re.compile(r"\s*\\quad \{\\small (.*)\}\s*")
    said, remarks = "", []
    for row in rows(tex):
        under = below.fullmatch(row[1]) if len(row) == 2 else None
        said += "" if under else "".join(row[:2])
        remarks += [under[1]] if under else ["".join(row[2:]).strip()] if len(row) > 2 else []
    return re.sub(LAYOUT, "", said), remarks


@cache
def tex_of(name: str) -> str:
    return derive(*CASES[name])._repr_latex_().strip("$\n")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("limit", [43, 21, 8])
def test_nothing_is_lost_and_every_line_is_whole(name, limit):
    for tex in (tex_of(name), rule_links.stacked(tex_of(name))):
        lines = broken(tex, limit, measure)
        assert bare(lines) == bare(tex)
        assert lines.count(r"\begin{") == lines.count(r"\end{")
        for row in rows(lines):
            for cell in row:
                assert cell.count(r"\left") == cell.count(r"\right")
                assert cell.count("{") == cell.count("}")


@pytest.mark.parametrize("name", CASES)
def test_what_readers_copy_needs_nothing_but_latex_and_amsmath(name):
    assert set(re.findall(r"\\([a-zA-Z]+|[^a-zA-Z])", tex_of(name))) <= AMSMATH


def test_a_hessian_in_two_parts_loses_nothing():
    tex = hessian(*HESSIANS["abstract of a layer"])._repr_latex_().strip("$\n")
    assert bare(broken(tex, 21, measure)) == bare(tex)


def test_a_line_that_fits_stays_as_it_is():
    assert broken("L = a + b", 20, measure) == "L = a + b"


def test_a_line_is_broken_before_signs_and_goes_on_indented():
    lines = broken("L = aaaaaaaa + bbbbbbbb - cccccccc", 8, measure)
    assert lines.split("\n")[1:-1] == [
        r"L & = aaaaaaaa \\[0.6ex]",
        r"& \qquad + bbbbbbbb \\[0.6ex]",
        r"& \qquad - cccccccc",
    ]


def test_outside_parentheses_comes_before_inside():
    lines = broken("L = (aaaa + bbbb) (cc + dd) + eeee", 12, measure)
    assert "(aaaa + bbbb) (cc + dd) \\\\" in lines


def test_a_sign_of_a_number_is_no_place_to_break():
    assert broken("L = -aaaaaaaaaa", 3, measure) == "L = -aaaaaaaaaa"


def test_a_matrix_is_never_broken():
    tex = r"\begin{bmatrix} aaaaaaa + bbbbbbb & ccccccc + ddddddd \end{bmatrix}"
    assert broken(tex, 5, measure) == tex
    assert broken(r"\left(aaaaaaa + bbbbbbb\right)", 5, measure) == (
        r"\left(aaaaaaa + bbbbbbb\right)"
    )


def test_the_name_of_a_rule_stays_on_the_first_line():
    tex = "\\begin{aligned}\nL &= aaaaaaaaaaaa + bbbbbbbbbbbb && \\textrm{sum}\n\\end{aligned}"
    first, second = broken(tex, 11, measure).split("\n")[1:-1]
    assert r"\textrm{sum}" in first
    assert r"\textrm" not in second


def test_a_long_remark_goes_below_before_its_line_is_broken():
    """The short remark of the other line stays beside it."""
    rows = [
        r"L &= aaaaaaaa + bbbbbbbb && \textrm{a rule with a long name}",
        r"&= cccc && \textrm{sum}",
    ]
    tex = "\\begin{aligned}\n" + " \\\\[1ex]\n".join(rows) + "\n\\end{aligned}"
    assert measure(rows[0]) > 16
    first, under, last = broken(tex, 16, measure).split("\n")[1:-1]
    assert first.startswith("L &= aaaaaaaa + bbbbbbbb ")
    assert under.startswith(r"& \quad {\small \textrm{a rule with a long name}}")
    assert last == rows[1]


@pytest.mark.parametrize(
    "first", ["aaaaaaaaaa + bbbb", r"aaaaaa \left(bbbbbb\right)", r"\left[aaaaaa\right) bbbbbb"]
)
def test_an_equation_that_follows_is_aligned_with_the_first(first):
    lines = broken(rf"L = {first},\qquad S = cccc", 9, measure)
    assert "S & = cccc" in lines or "S &= cccc" in lines
