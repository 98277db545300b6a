"""A browser and a server for the tests of the built site; both are started once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import needs
import pytest
from server import serve

TOOLS, SITE = needs.missing_tools(), needs.missing_site()

collect_ignore: list[str] = []
"""What cannot run is not collected; `test_needs.py` then skips, or fails, in its place."""
if TOOLS:
    collect_ignore += ["test_inspection.py"]
if TOOLS or SITE:
    collect_ignore += ["test_ask.py", "test_changing.py", "test_every_page.py"]
    collect_ignore += ["test_reading.py", "test_search.py"]
    collect_ignore += ["test_cells.py", "test_cells_recorded.py"]

WITHOUT_A_NETWORK = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def shared_by(nodeid: str) -> str:
    """What tests are run by one process for: the page that they share, or else each by itself."""
    path, _, test = nodeid.partition("::")
    _, _, parameter = test.partition("[")
    return parameter if path.endswith("test_every_page.py") and parameter else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give all tests of one page to one process, which opens it once for all of them."""
    from xdist.scheduler import LoadScopeScheduling

    class PageByPage(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return shared_by(nodeid)

    return PageByPage(config, log)


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    """The address of the built site."""
    yield from serve(needs.SITE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=WITHOUT_A_NETWORK
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module", params=["desktop", "phone in the dark"])
def reader(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A reader at a desk in the light, and one with a phone in the dark."""
    import visits

    is_desktop = request.param == "desktop"
    settings = visits.DESKTOP if is_desktop else visits.PHONE
    colours = "light" if is_desktop else "dark"
    with visits.visitor(browser, **settings, color_scheme=colours) as context:
        yield context
