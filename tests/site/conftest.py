"""These tests need what builds the site: `python3 noxfile.py -s site` installs it.

Where it is missing they are skipped, with this reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import building
import formula_sites
import pytest
from small_sites import Site, new_site

collect_ignore = ["test_bad_pages.py", "test_scroll_boxes.py"] if building.missing() else []
"""What cannot run is not collected; `test_building.py` then skips, or fails, in its place."""

NEEDED = ("myst_nb", "furo", "jupytext")


@pytest.fixture
def make_site(tmp_path: Path) -> Callable[..., Site]:
    """Make a small site; see `small_sites.new_site`."""
    for module in NEEDED:
        reason = f"{module} is not installed; `python3 noxfile.py -s site` installs it"
        pytest.importorskip(module, reason=reason)

    def make(pages: Mapping[str, str | bytes], *, timeout: int = 60) -> Site:
        return new_site(tmp_path / "small", pages, timeout=timeout)

    return make


@pytest.fixture(scope="session")
def build(tmp_path_factory) -> Callable[..., formula_sites.Built]:
    """Build a site of pages with formulas; see `formula_sites.build`."""
    if lacking := formula_sites.missing():
        pytest.skip(
            f"needs {' and '.join(lacking)}: `python3 noxfile.py -s docs` installs all of it "
            "and runs these tests"
        )

    def run(pages: Mapping[str, str], *options: str, **more: Mapping[str, str]):
        return formula_sites.build(tmp_path_factory.mktemp("site"), pages, *options, **more)

    return run
