"""A page started from the template has its place and a name that fits, or is not started."""

from __future__ import annotations

from pathlib import Path

import pytest
from authors.new_page import PageError, add_page, main, sections_of

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def docs(tmp_path):
    index = "# Gallery\n\n```{toctree}\n:maxdepth: 1\n\nridge\n```\n\nMore.\n"
    files = {
        "gallery/index.md": index,
        "gallery/ridge.md": "# Ridge\n",
        "how-to/part/index.md": "# Part\n\n```{toctree}\n```\n",
        "reference/index.md": "# No list\n",
        "_build/x/index.md": index,
        "reference/api/index.md": index,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_page_stands_at_the_end_of_the_list_of_its_section(docs):
    page = add_page(docs, "batch-norm", section="gallery", title="Batch normalisation")
    assert page == docs / "gallery" / "batch-norm.md"
    assert "\n# Batch normalisation\n" in page.read_text()
    assert "\n\nridge\nbatch-norm\n```\n\nMore." in (docs / "gallery" / "index.md").read_text()
    assert add_page(docs, "first.md", section="how-to/part").read_text().count("# First\n") == 1
    assert "```{toctree}\nfirst\n```" in (docs / "how-to" / "part" / "index.md").read_text()


def test_where_readers_see_another_list_the_page_is_on_it_too(docs):
    index = docs / "gallery" / "index.md"
    index.write_text(f"# Gallery\n\n- [](ridge.md): a penalty\n  of squares.\n{index.read_text()}")
    add_page(docs, "batch-norm", section="gallery")
    assert "  of squares.\n- [](batch-norm.md)\n# Gallery" in index.read_text()
    assert "\nridge\nbatch-norm\n```" in index.read_text()


@pytest.mark.parametrize(
    "name", ["", "Ridge", "a b", "../up", "a--b", "-a", "ä", "a" * 61, "con/aux", "ridge", "x_y"]
)
def test_a_name_that_does_not_fit_or_is_taken_starts_nothing(docs, name):
    before = {path: path.read_text() for path in docs.rglob("*.md")}
    with pytest.raises(PageError):
        add_page(docs, name, section="gallery")
    assert {path: path.read_text() for path in docs.rglob("*.md")} == before


def test_sections_are_the_folders_that_have_a_list(docs, capsys):
    assert sections_of(docs) == ["gallery", "how-to/part"]
    assert main(["new", "--section", "reference"], docs) == 2
    assert "there are gallery, how-to/part" in capsys.readouterr().err
    assert main(["new"], docs) == 0
    assert "docs-live" in capsys.readouterr().out


def test_the_sections_of_the_site_have_lists():
    assert "derivations" in sections_of(DOCS)


def test_the_template_has_the_parts_of_a_derivation_page_in_their_order():
    text = (DOCS / "_templates" / "derivation-page.md").read_text()
    parts = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert parts == [
        "Claim",
        "Derivation",
        "Figure",
        "Verdict",
        "Assumptions",
        "Where it is used",
    ]
