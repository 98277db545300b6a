"""The link below each derivation of a page, and the box that opens there."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from derivlib import derive, hessian
from derivlib.site.ask.answers import Asked
from derivlib.site.ask.examples import STATED, address_of

CONF = """
from derivlib.site.ask import extension
extension.copy_bundle = lambda *_: None  # the links need no Python for the browser
extensions += ["derivlib.site.ask.extension", "figures.computation_graphs"]
"""
BEGINNING = """\
# Page

```{code-cell} ipython3
from sympy import Function, MatrixSymbol, symbols
from derivlib import MatrixFunction, aligned, derive, hessian, show, show_group
n, m, p = symbols("n m p", integer=True, positive=True)
X, W = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
sigma, lam = Function("sigma"), Function("lambda")
d = derive(lam((X * W).applyfunc(sigma)), W)
q = derive(x.T * A * x, x)
assert d.verify() and q.verify()
```

"""
HERE = "```{ask}\n:here:\n```\n"
LAYER = "λ(σ(X*W)), σ elementwise, λ function"
VALUED = "λ(ν(X, W)), λ function, ν function in R^(n x p), W in R^(m x p), X in R^(n x m)"
QUADRATIC = "xᵀ*A*x"
SHOWN = {
    "d": [(LAYER, "W")],
    "d.equation": [(LAYER, "W")],
    "show(d.equation)": [(LAYER, "W")],
    "d.full": [(LAYER, "W")],
    "d.short": [(LAYER, "W")],
    "d.graph": [(LAYER, "W")],
    "display(d)": [(LAYER, "W")],
    "show_group([d.equation, q.equation])": [(LAYER, "W"), (QUADRATIC, "x")],
    "show(show_group([d.equation, q.equation]))": [(LAYER, "W"), (QUADRATIC, "x")],
    "aligned([d, q])": [(LAYER, "W"), (QUADRATIC, "x")],
    "hessian(x.T * A * x, x)": [(QUADRATIC, "x")],
    "derive(x.T * A * x, [x, A])": [(QUADRATIC, "x A")],
    "d.chain": [],
    "d.result": [],
    "derive(lam(MatrixFunction('nu', (n, p))(X, W)), W)": [(VALUED, "W")],
    "show(X)": [],
}
"""What the last line of a cell shows, and the questions of its links."""


def page_of(cells) -> str:
    return BEGINNING + "".join(f"```{{code-cell}} ipython3\n{cell}\n```\n\n" for cell in cells)


def addresses(html: str) -> list[str]:
    """The addresses of the links, cell by cell."""
    return [unescape(found) for found in re.findall(r'<a href="([^"]*ask\.html#[^"]*)"', html)]


def question_in(address: str) -> dict[str, object]:
    """The question of an address, read as the page reads it."""
    held = {name: values[0] for name, values in parse_qs(urlsplit(address).fragment).items()}
    return {
        "formula": held["f"],
        "variable": held["x"],
        "order": int(held.get("order", 1)),
        "structure": held.get("structure", ""),
        "kinds": {word: held[word].split(",") for word in STATED if word in held},
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A site of two pages with everything that is shown, and a page to ask on."""
    for module in ("myst_nb", "furo", "jupytext"):
        reason = f"{module} is not installed; `python3 noxfile.py -s site` installs it"
        pytest.importorskip(module, reason=reason)
    from small_sites import new_site

    pages = {
        "index.md": "# Site\n\n```{toctree}\nask\npage\nbelow/boxes\n```\n",
        "ask.md": "# Ask\n",
        "page.md": page_of(SHOWN),
        "below/boxes.md": page_of(["d.result"]) + page_of(["q"]).removeprefix(BEGINNING) + HERE,
    }
    site = new_site(tmp_path_factory.mktemp("change") / "small", pages)
    conf = site.docs / "conf.py"
    conf.write_text(conf.read_text() + CONF)
    done = site.build("-W", "--keep-going")
    assert done.returncode == 0, done.stdout
    return site


def html_of(site, page: str) -> str:
    return (site.root / "_build" / "html" / page).read_text(encoding="utf-8")


def test_each_derivation_that_is_shown_has_its_link(built):
    cells = re.split(r'<div class="cell docutils', html_of(built, "page.html"))[2:]
    assert len(cells) == len(SHOWN)
    found = {}
    for shown, cell in zip(SHOWN, cells, strict=True):
        asked = map(question_in, addresses(cell))
        found[shown] = [(each["formula"], each["variable"]) for each in asked]
    assert found == SHOWN


def test_a_link_has_the_answer_that_the_page_shows(built):
    links = addresses(html_of(built, "page.html"))
    expected = [
        derive(QUADRATIC, "x"),
        hessian(QUADRATIC, "x"),
        derive(QUADRATIC, ["x", "A"]),
        derive(LAYER, "W"),
        derive(VALUED, "W"),
    ]
    answers = set()
    for address in dict.fromkeys(links):
        assert address.startswith("ask.html#v=1&")
        *_, derived, verified = Asked(question_in(address)).stages()
        assert verified["agreed"]
        answers.add(derived["text"])
    assert answers == {str(each) for each in expected}


def test_a_box_begins_with_the_derivation_above_it(built):
    html = html_of(built, "below/boxes.html")
    (held,) = re.findall(r'data-page="([^"]*)" data-question="([^"]*)"', html)
    assert held[0] == "../ask.html"
    assert unescape(held[1]) == address_of({"formula": QUADRATIC, "variable": "x"})
    assert html.count('<details class="ask-here">') == 1
    assert html.count("ask/workers.js") == 1
    assert html.index("ask/workers.js") < html.index("ask/ask.js")
    assert "Content-Security-Policy" in html


def test_a_page_to_take_away_has_no_box(built):
    notebook = html_of(built, "downloads/below/boxes.ipynb")
    assert "assert d.verify()" in notebook
    assert "Ask" not in notebook
    assert ":here:" not in notebook


def test_a_page_with_links_alone_has_no_script_and_no_policy_for_them(built):
    html = html_of(built, "page.html")
    assert "ask/links.css" in html
    assert "ask/ask.js" not in html
    assert "ask/workers.js" not in html
    assert "Content-Security-Policy" not in html


def test_a_site_without_a_page_to_ask_on_has_no_links(make_site):
    site = make_site({"index.md": page_of(["d"])})
    conf = site.docs / "conf.py"
    conf.write_text(conf.read_text() + CONF)
    done = site.build("-W", "--keep-going")
    assert done.returncode == 0, done.stdout
    assert "Change it" not in html_of(site, "index.html")


def test_a_box_without_a_derivation_above_it_stops_the_build(make_site):
    asking = "---\norphan: true\n---\n# Ask\n"
    site = make_site({"index.md": page_of(["q.result"]) + HERE, "ask.md": asking})
    conf = site.docs / "conf.py"
    conf.write_text(conf.read_text() + CONF)
    done = site.build("-W", "--keep-going")
    assert done.returncode == 1
    assert "no derivation right above this box" in done.stdout
