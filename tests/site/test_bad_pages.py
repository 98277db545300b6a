"""What is wrong with a page stops the build, and the build says which page and what.

One site holds every fault that Sphinx meets while it reads and writes pages; what is found in the
finished site has a site of its own each, since nothing else must be what makes the status fail.
"""

from __future__ import annotations

import pytest
from building import build

EXECUTED = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

# {title}

Formula $X^{{\\mathsf T}}$ and a link to [the start](/index.md).

$$
\\mathrm{{d}}(XY) = (\\mathrm{{d}}X) Y + X\\,\\mathrm{{d}}Y
$$

```{{code-cell}} ipython3
from sympy import MatrixSymbol, Trace
from derivlib import derive, is_derivative
A, X = MatrixSymbol("A", 2, 3), MatrixSymbol("X", 3, 2)
{cell}
```
"""
PLAIN = "# {title}\n\n{text}\n"


def executed(title: str, cell: str) -> str:
    return EXECUTED.format(title=title, cell=cell)


def plain(title: str, text: str) -> str:
    return PLAIN.format(title=title, text=text)


GOOD = {
    "tutorials/good": executed("Good", "assert is_derivative(A.T, Trace(A * X), X)"),
    "how-to/shows": executed("Shows", "print(is_derivative(A.T, Trace(A * X), X))"),
    "explanation/plain": plain("Plain", "Text and $x^2$, see [the other](/tutorials/good.md)."),
}

FAULTS = {
    "tutorials/false-claim": (
        executed("False claim", "assert is_derivative(2 * A.T, Trace(A * X), X)"),
        ["AssertionError", "is_derivative"],
    ),
    "derivations/false-assertion": (
        executed("False assertion", "assert derive(Trace(A * X), X).result == A"),
        ["AssertionError"],
    ),
    "how-to/raises": (executed("Raises", "derive(Trace(A * X), 'Q')"), ["Error"]),
    "tutorials/asserts-nothing": (
        executed("Asserts nothing", "derive(Trace(A * X), X)"),
        ["nothing on it is checked; add a cell with its verdict"],
    ),
    "explanation/bad-formula": (
        plain("Bad formula", r"Half: $\frac{1$."),
        [r"KaTeX cannot set '\\frac{1'", "expected '}'"],
    ),
    "explanation/unknown-command": (
        plain("Unknown command", "$$\n\\hadamard{X}\n$$"),
        [r"KaTeX cannot set '\\hadamard{X}'", "Undefined control sequence"],
    ),
    "explanation/no-such-page": (plain("No such page", "See [it](gone.md)."), ["gone.md"]),
    "explanation/no-such-label": (plain("No such label", "See {ref}`nowhere`."), ["nowhere"]),
    "explanation/no-such-equation": (plain("No such equation", "See {eq}`lost`."), ["lost"]),
    "explanation/no-such-name": (
        plain("No such name", "See {py:func}`derivlib.no_such_function`."),
        ["derivlib.no_such_function"],
    ),
    "explanation/no-such-figure": (plain("No such figure", "![A graph](gone.png)"), ["gone.png"]),
    "explanation/no-such-citation": (
        plain("No such citation", "As shown by {cite:t}`nobody1900`."),
        ["cit"],
    ),
    "explanation/no-such-directive": (
        plain("No such directive", "```{no-such-directive}\n```"),
        ["no-such-directive"],
    ),
}

FINISHED = {
    "script-from-another-host": (
        '<script src="https://example.org/a.js"></script>',
        "{page} loads https://example.org/a.js from another host",
    ),
    "style-sheet-from-another-host": (
        '<link rel="stylesheet" href="//example.org/a.css">',
        "{page} loads //example.org/a.css from another host",
    ),
    "image-from-another-host": (
        "![A picture](https://example.org/a.png)",
        "{page} loads https://example.org/a.png from another host",
    ),
    "link-to-no-page": (
        '<a href="gone.html">gone</a>',
        "a link leads nowhere, in {page}: gone.html",
    ),
    "link-to-no-place-in-a-page": (
        '<a href="../index.html#gone">gone</a>',
        "a link leads nowhere, in {page}: ../index.html#gone",
    ),
    "name-of-two-places": (
        '<p id="here">One.</p>\n<p id="here">Two.</p>',
        "{page} gives a name to two places: here",
    ),
}


def test_good_pages_are_built(tmp_path):
    built = build(tmp_path, GOOD)
    assert built.status == 0, built.said
    assert "WARNING" not in built.said
    assert all((built.site / f"{name}.html").exists() for name in GOOD)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    pages = {name: text for name, (text, _) in FAULTS.items()}
    return build(tmp_path_factory.mktemp("faulty"), {**GOOD, **pages})


def test_faulty_pages_stop_the_build(faulty):
    assert faulty.status != 0
    for name in GOOD:
        assert not [line for line in faulty.complaints(name) if "WARNING" in line]


@pytest.mark.parametrize("page", FAULTS)
def test_a_fault_is_reported_under_the_name_of_its_page(faulty, page):
    complaints = "\n".join(faulty.complaints(page))
    assert "WARNING" in complaints, faulty.said
    _, _, report = faulty.said.partition(f"{page}.md: WARNING")
    report = report.partition("WARNING")[0]
    for text in FAULTS[page][1]:
        assert text in complaints + report


@pytest.fixture(scope="module")
def unsound(tmp_path_factory):
    pages = {f"explanation/{name}": plain("Page", text) for name, (text, _) in FINISHED.items()}
    return build(tmp_path_factory.mktemp("unsound"), pages)


def test_what_is_wrong_with_the_finished_site_stops_the_build(unsound):
    assert unsound.status != 0
    assert unsound.said.count("WARNING") == len(FINISHED)


@pytest.mark.parametrize("fault", FINISHED)
def test_what_is_wrong_with_the_finished_site_is_told_with_its_page(unsound, fault):
    assert FINISHED[fault][1].format(page=f"explanation/{fault}.html") in unsound.said
