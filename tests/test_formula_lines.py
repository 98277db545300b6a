"""Lines of formulas are broken where a hand would break them, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from expressions import CASES, HESSIANS
from formulas import rule_links
from formulas.broken_lines import broken, rows_of, split

from derivlib import derive, hessian

LAYOUT = r"\\\\(\[-?[0-9.]+ex\])?|\\q?quad|\\begin\{aligned\}|\\end\{aligned\}|[&\s]"


def measure(tex: str) -> float:
    """Take each letter, sign and digit for half an em, and a fraction for what is longer."""
    tex = re.sub(r"\\(left|right|,|;|mathsf|mathrm|operatorname|textrm|text)\b", "", tex)
    widest = max(ROW.split(tex), key=len) if "aligned" in tex else tex
    return 0.5 * len(re.sub(r"\\[a-z]+|[{}\s^_&]|\[[0-9.]+ex\]", "", widest))


ROW = re.compile(r"\\\\")


def bare(tex: str) -> str:
    return re.sub(LAYOUT, "", tex)


def tex_of(name: str) -> str:
    return derive(*CASES[name])._repr_latex_().strip("$\n")


@pytest.mark.parametrize("limit", [43, 21, 8])
@pytest.mark.parametrize("name", CASES)
def test_nothing_is_lost_and_every_line_is_whole(name, limit):
    for tex in (tex_of(name), rule_links.stacked(tex_of(name))):
        lines = broken(tex, limit, measure)
        assert bare(lines) == bare(tex)
        assert lines.count(r"\begin{") == lines.count(r"\end{")
        body = lines.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
        for row, _ in rows_of(body):
            for cell in split(row, "&"):
                assert cell.count(r"\left") == cell.count(r"\right")
                assert cell.count("{") == cell.count("}")


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
    lines = broken("L = (aaaa + bbbb) (cc + dd) + eeee", 9, measure)
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
    tex = "\\begin{aligned}\nL &= aaaaaaaa + bbbbbbbb && \\textrm{sum}\n\\end{aligned}"
    first, second = broken(tex, 9, measure).split("\n")[1:-1]
    assert r"\textrm{sum}" in first
    assert r"\textrm" not in second


def test_an_equation_that_follows_is_aligned_with_the_first():
    lines = broken(r"L = aaaaaaaaaa + bbbb,\qquad S = cccc", 9, measure)
    assert "S & = cccc" in lines or "S &= cccc" in lines
