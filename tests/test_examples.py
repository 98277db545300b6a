"""No example is passed over: what is written as one is collected as one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from expressions import CASES, DERIVATIONS, HESSIANS, JACOBIANS, PREMISED, RATES, SIMPLIFIED

ROOT = Path(__file__).parent.parent
FENCE = re.compile(
    r"^(?:```|~~~|:::)+\s*(\{code-cell\}\s*\S*|python\S*|pycon|py|ipython\S*)\s*$", re.M
)
PROMPT = re.compile(r"^\s*>>> ", re.M)


def pages() -> list[Path]:
    built = ("_build", "node_modules", "api")
    found = [
        path
        for path in (ROOT / "docs").rglob("*.md")
        if not set(built) & set(path.relative_to(ROOT).parts)
    ]
    return [ROOT / "README.md", *found]


def test_code_is_fenced_in_a_way_that_is_executed():
    """`{code-cell} ipython3` and `pycon` are run; any other spelling would be passed over."""
    for page in pages():
        for fence in FENCE.findall(page.read_text()):
            assert fence in ("{code-cell} ipython3", "pycon"), f"{page.name}: ```{fence}"


def test_pages_with_cells_are_notebooks():
    """Without this line of front matter a cell would be left out of the page silently."""
    for page in pages():
        text = page.read_text()
        if "{code-cell}" in text:
            assert "\nfile_format: mystnb\n" in text, page.name


def test_every_cell_and_prompt_is_collected():
    """The number of examples collected is the number that stands in the sources."""
    cells = sum(page.read_text().count("```{code-cell} ipython3\n") for page in pages())
    sources = [*pages(), *(ROOT / "derivlib").rglob("*.py")]
    prompts = sum(len(PROMPT.findall(path.read_text())) for path in sources)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "derivlib",
        "docs",
        "README.md",
    ]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    collected = re.findall(r"::line:\d+,column:\d+", listing)
    assert cells + prompts > 0
    assert len(collected) == cells + prompts


def test_no_two_cases_have_one_name():
    """Of two cases of one name only the last would be tried."""
    tables = (CASES, JACOBIANS, RATES, SIMPLIFIED, PREMISED)
    names = Counter(name for table in tables for name in table)
    assert [name for name, count in names.items() if count > 1] == []
    assert len(DERIVATIONS) == names.total() + len(HESSIANS)
