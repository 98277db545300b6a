"""Pages to take away are valid, need nothing of the site, and run in a process of their own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from small_sites import cell

pytest.importorskip("jupytext", reason="jupytext is not installed; the session `site` installs it")

CHECK = """
from sympy import MatrixSymbol, Trace
from derivlib import derive
X = MatrixSymbol("X", 3, 2)
print(derive(Trace(X.T * X), X).verify())
"""

RICH = """
(a-label)=
## Second

Text with {py:func}`derivlib.derive`, {eq}`energy`, {math}`x^2`, {cite:p}`minka2000{eq. 3}`,
`{py:func}` as code,
[another page](other.md#place) and [a site](https://example.org/x).

$$
x = 1
$$ (energy)

:::{note}
Mind *this*.
:::

```{math}
:label: energy
E = m
```

```{literalinclude} text.py
:language: python
```

```python
print("stays as it is")
```
"""


@pytest.fixture
def offered(make_site, tmp_path):
    uses = "import shared\nassert shared.number == 7\nimport pathlib\n"
    uses += "assert pathlib.Path('data/numbers.txt').read_text() == '7'"
    site = make_site(
        {
            "one.md": f"# One\n\n{cell(CHECK)}\n{RICH}",
            "part/two.md": f"# Two\n\n{cell(CHECK)}{cell(uses)}",
            "text.py": "quoted = 1\n",
            "other.md": "(place)=\n# Other\n",
            "modules/shared.py": "number = 7\n",
            "part/data/numbers.txt": "7",
        }
    )
    built = site.build()
    assert "part/two" in built.stdout
    return site, site.root / "_build" / "html" / "downloads"


def run(script: Path) -> str:
    """Run a script where nothing of the site can be imported."""
    command = [sys.executable, "-I", "-W", "error", script.name]
    if any(script.parent.glob("*/")) or (script.parent / "shared.py").exists():
        command = [sys.executable, "-W", "error", script.name]
    done = subprocess.run(
        command,
        cwd=script.parent,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_downloads_are_linked_valid_and_run(offered, tmp_path):
    import nbformat

    site, folder = offered
    assert 'href="downloads/one.ipynb"' in site.page("one")
    assert 'href="downloads/one.py"' in site.page("one")
    assert 'href="../downloads/part/two.zip"' in site.page("part/two")
    assert "agrees" in run(folder / "one.py")
    nbformat.validate(nbformat.read(folder / "one.ipynb", as_version=4))
    with zipfile.ZipFile(folder / "part" / "two.zip") as packed:
        assert packed.namelist() == ["data/numbers.txt", "shared.py", "two.ipynb", "two.py"]
        packed.extractall(tmp_path / "unpacked")
    assert "agrees" in run(tmp_path / "unpacked" / "two.py")


def test_a_notebook_is_plain_markdown_and_says_what_to_install(offered):
    import nbformat

    _, folder = offered
    notebook = nbformat.read(folder / "one.ipynb", as_version=4)
    first, *cells = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "pip install" in first
    text = "\n\n".join(cells)
    for gone in ("(a-label)=", "{eq}", "{note}", "{math}", "(energy)\n", ":label:", "other.md"):
        assert gone not in text
    for kept in (
        "`derivlib.derive`, (energy), $x^2$, (Minka 2000, eq. 3),\n`{py:func}` as code",
        "another page and [a site](https://example.org/x)",
        "$$\nx = 1\n$$\n",
        "> **Note.**\n>\n> Mind *this*.",
        "$$\nE = m\n$$",
        "```python\nquoted = 1\n```",
        '```python\nprint("stays as it is")\n```',
    ):
        assert kept in text


def test_with_an_address_of_the_site_links_lead_there():
    from execution.plain_markdown import plain

    page, base = PurePosixPath("part/two.md"), "https://example.org/docs/"
    text = "[a](../one.md#b), [c](three.md), [d](#e), ![f](g.png), `[h](i.md)`"
    assert plain(text, page=page, sources=Path(), base=base) == (
        "[a](https://example.org/docs/one.html#b), [c](https://example.org/docs/part/three.html), "
        "[d](https://example.org/docs/part/two.html#e), ![f](g.png), `[h](i.md)`"
    )


def test_a_page_that_reads_what_cannot_be_taken_along_says_so(make_site):
    reads = "from pathlib import Path\nPath('../elsewhere/data.txt').read_text()"
    site = make_site(
        {"part/page.md": f"# Page\n\n{cell(CHECK)}{cell(reads)}", "elsewhere/data.txt": "1"}
    )
    built = site.build("-W", "--keep-going")
    assert built.returncode != 0
    assert "its download could not run" in built.stdout
    assert "part/page.md: WARNING" in built.stdout
