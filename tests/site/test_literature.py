"""Citations lead to entries of the bibliography, and what has none stops the build."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

pytest.importorskip("sphinxcontrib.bibtex", reason="python3 -m pip install --group docs")

from catalogue.literature import citation, key_of, label_of, plain_citation
from execution.plain_markdown import plain
from pybtex.database import Entry, parse_file

from derivlib import RULES, Source

DOCS = Path(__file__).parents[2] / "docs"
BIBLIOGRAPHY = parse_file(str(DOCS / "references.bib")).entries
SETTINGS = """
extensions = ["myst_parser", "catalogue.literature"]
bibtex_bibfiles = ["references.bib"]
bibtex_default_style = bibtex_reference_style = "derivlib"
bibtex_cite_id = "cite-{key}"
"""
LIST = "# Bibliography\n\n```{bibliography}\n```\n"


def build(folder: Path, **pages: str) -> tuple[int, str]:
    """Build a site of these pages; the status, and what was complained of."""
    (folder / "conf.py").write_text(SETTINGS)
    (folder / "references.bib").write_text((DOCS / "references.bib").read_text())
    listed = "\n".join(pages)
    pages["index"] = f"# Start\n\n```{{toctree}}\n{listed}\n```\n"
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text)
    command = [sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-q"]
    done = subprocess.run(
        [*command, str(folder), str(folder / "_build")],
        env={**os.environ, "PYTHONPATH": str(DOCS / "_ext")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def words(folder: Path, page: str) -> str:
    html = (folder / "_build" / f"{page}.html").read_text()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).replace("&amp;", "&")


@pytest.mark.parametrize("name", RULES)
def test_the_source_of_a_rule_has_one_entry(name):
    source = RULES[name].source
    assert label_of(BIBLIOGRAPHY[key_of(source, BIBLIOGRAPHY)]) == f"{source.author} {source.year}"
    assert source.place in citation(source, BIBLIOGRAPHY)


@pytest.mark.parametrize(
    "source",
    [
        Source("Magnus & Neudecker", 1999, "chapter 5"),
        Source("Neudecker & Magnus", 2019, "chapter 5"),
        Source("Magnus", 2019, "chapter 5"),
    ],
)
def test_a_source_without_an_entry_is_refused_by_name(source):
    with pytest.raises(LookupError, match=rf"{source.author} {source.year}.*found: none"):
        key_of(source, BIBLIOGRAPHY)


def test_a_source_with_two_entries_is_refused_by_their_keys():
    twice = {**BIBLIOGRAPHY, "again": BIBLIOGRAPHY["magnus2019"]}
    with pytest.raises(LookupError, match="found: magnus2019, again"):
        key_of(Source("Magnus & Neudecker", 2019, "chapter 5"), twice)


IN_A_TO_Z = str.maketrans({"ø": "o", "-": None})
"""How names are spelt in keys."""


@pytest.mark.parametrize("key", BIBLIOGRAPHY)
def test_an_entry_says_who_when_and_what_and_its_key_is_name_and_year(key):
    entry: Entry = BIBLIOGRAPHY[key]
    first = (entry.persons.get("author") or entry.persons["editor"])[0]
    assert re.fullmatch(r"[a-z]+(19|20)\d\d", key)
    assert key == first.last_names[0].lower().translate(IN_A_TO_Z) + entry.fields["year"]
    assert entry.fields["title"]


def test_labels_are_those_by_which_works_are_cited():
    labels = {key: label_of(entry) for key, entry in BIBLIOGRAPHY.items()}
    assert labels["murphy2022"] == "Murphy 2022"
    assert labels["magnus2019"] == "Magnus & Neudecker 2019"
    assert labels["goodfellow2016"] == "Goodfellow et al. 2016"
    assert labels["meurer2017"] == "Meurer et al. 2017"
    assert labels["gelb1974"] == "Gelb 1974"
    assert len(set(labels.values())) == len(labels)


def test_a_page_cites_with_the_place_and_the_bibliography_prints_what_is_cited(tmp_path):
    text = "# Page\n\nSee {cite:t}`magnus2019{chapter 5}` and {cite:p}`minka2000,boyd2004`.\n"
    assert build(tmp_path, page=text, works=LIST) == (0, "")
    cited = "See Magnus & Neudecker (2019, chapter 5) and (Boyd & Vandenberghe 2004; Minka 2000)."
    assert sorted(re.findall(r"\w+", cited)) == sorted(
        re.findall(r"\w+", re.search(r"See .*?\)\.", words(tmp_path, "page"))[0])
    )
    printed = words(tmp_path, "works")
    assert "Old and New Matrix Algebra" in printed
    assert "Cited in Page" in printed
    assert "Murphy" not in printed


def test_the_bibliography_follows_when_another_page_is_the_one_that_changes(tmp_path):
    assert build(tmp_path, page="# Page\n\n{cite:t}`minka2000`\n", works=LIST) == (0, "")
    assert build(tmp_path, page="# Page\n\n{cite:t}`murphy2022`\n", works=LIST) == (0, "")
    printed = words(tmp_path, "works")
    assert "Murphy 2022" in printed
    assert "Minka" not in printed


def test_a_key_without_an_entry_stops_the_build_and_is_named(tmp_path):
    status, said = build(tmp_path, page="# Page\n\n{cite:t}`nobody1900`\n", works=LIST)
    assert status
    assert 'could not find bibtex key "nobody1900"' in said
    assert "page.md" in said


@pytest.mark.parametrize(
    ("role", "content", "reads"),
    [
        ("cite:p", "petersen2012{eq. 70 and 132}", "(Petersen & Pedersen 2012, eq. 70 and 132)"),
        ("cite:t", "magnus2019{chapter 5}", "Magnus & Neudecker (2019, chapter 5)"),
        ("cite:alp", "goodfellow2016", "Goodfellow et al. 2016"),
        ("cite:p", "minka2000,boyd2004{p. 1}", "(Minka 2000; Boyd & Vandenberghe 2004, p. 1)"),
    ],
)
def test_a_citation_reads_the_same_in_a_notebook_taken_away(role, content, reads):
    assert plain_citation(role, content, DOCS / "references.bib") == reads


def test_a_citation_without_an_entry_is_left_for_the_build_to_report():
    given = "minka2000,nobody1900{p. 2}"
    assert plain_citation("cite:p", given, DOCS / "references.bib") == f"[{given}]"


def test_a_citation_over_two_lines_is_read_in_a_notebook_too():
    text = "See {cite:p}`petersen2012{equations 129\nand 130}`."
    plainly = plain(text, page=PurePosixPath("page.md"), sources=DOCS)
    assert plainly == "See (Petersen & Pedersen 2012, equations 129 and 130)."
