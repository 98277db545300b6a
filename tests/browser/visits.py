"""Open a page and keep a record of what it did while it was open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
UNSCRIPTED = {**DESKTOP, "java_script_enabled": False}


@dataclass
class Visit:
    """An open page and whatever went wrong on it.

    :param page: the page, as Playwright holds it.
    :param origin: what every address of the site starts with.
    :param faults: errors of the console and of scripts, files that are not there, and requests
        for addresses that are not the site's.
    """

    page: Page
    origin: str
    faults: list[str] = field(default_factory=list)

    def console(self, message: Any) -> None:
        """Note an error or a warning."""
        if message.type in ("error", "warning"):
            place = message.location.get("url", "")
            self.faults.append(f"console {message.type}: {message.text} {place}".strip())

    def script(self, error: Any) -> None:
        """Note an exception that no script caught."""
        self.faults.append(f"uncaught: {error}")

    def answer(self, response: Any) -> None:
        """Note a file that is not there."""
        if response.status >= 400:
            self.faults.append(f"status {response.status}: {response.url}")

    def request(self, request: Any) -> None:
        """Note a request for another address; the browser knows no host but this machine."""
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.faults.append(f"a request off the site: {request.url}")


@contextmanager
def visitor(browser: Browser, **settings: Any) -> Iterator[BrowserContext]:
    """A reader with a screen, with or without scripts; files are loaded once for all pages."""
    context = browser.new_context(**settings)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def opened(context: BrowserContext, origin: str, address: str) -> Iterator[Visit]:
    """Open a page of a site, wait for all it loads, and keep it open.

    A reader stays in one tab: to start another takes as long as to open a page. A page that a
    test has left open is closed by leaving it for an empty one.

    :param origin: what every address of the site starts with; nothing else is requested.
    """
    page = context.pages[0] if context.pages else context.new_page()
    visit = Visit(page, origin)
    listeners = {
        "console": visit.console,
        "pageerror": visit.script,
        "response": visit.answer,
        "request": visit.request,
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    try:
        page.goto(origin + address, wait_until="load")
        yield visit
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
        page.goto("about:blank")


def follow(link: Locator) -> None:
    """Click a link and wait until the page it leads to is loaded."""
    with link.page.expect_navigation(wait_until="load"):
        link.click()


def until(page: Page, condition: str, *, seconds: float = 30) -> None:
    """Wait until a condition of the page holds; Playwright's own way is refused by its policy.

    :param condition: an expression or a function of JavaScript.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(50)
