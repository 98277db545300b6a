"""How soon the page "Ask" answers, and what it loads for it: figures for `asking.json`.

`nox -s bench-ask` runs it on a built site, which Python's own server serves, plain and without
compression. Chromium opens a link that holds a question: with nothing kept, and again after the
memory of the first visit was kept. The clock begins where the link is opened.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
import threading
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from derivlib.command.serving import server_of
from derivlib.site.ask.examples import EXAMPLES, address_of

HERE = Path(__file__).parent
SITE = HERE.parent / "_build" / "html"
FOLDER = SITE / "_static" / "ask"
RUNS = 5
QUESTIONS = [question for asked in EXAMPLES.values() for question in asked]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SECONDS = 60_000

WATCH = """
window.seen = {};
const wanted = {derived: ".ask-answer > .ask-formula .katex", verified: ".ask-answer[data-agreed]"};
window.watching = () => {
  for (const [name, selector] of Object.entries(wanted)) {
    if (!(name in seen) && document.querySelector(selector)) seen[name] = performance.now();
  }
};
const everything = {subtree: true, childList: true, attributes: true};
new MutationObserver(watching).observe(document, everything);
"""
ASKED = """(hash) => {
  delete document.querySelector(".ask-answer").dataset.agreed;
  window.seen = {};
  window.began = performance.now();
  location.hash = hash;
}"""
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  return (await (await caches.open("derivlib-memory")).keys()).length > 0;
}"""


def until(page: Page, condition: str) -> None:
    """Wait until something holds on a page whose policy refuses scripts in strings."""
    for _ in range(SECONDS // 50):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise SystemExit(f"this was waited for in vain: {condition}")


def seen(page: Page) -> dict[str, float]:
    """When the answer and its verdict were there, in milliseconds since the page was opened."""
    page.wait_for_selector(".ask-answer[data-agreed=true]", timeout=SECONDS)
    until(page, "() => { watching(); return 'verified' in seen && 'derived' in seen; }")
    found: dict[str, float] = page.evaluate("seen")
    return found


def visits(browser: Any, address: str) -> dict[str, dict[str, float]]:
    """A first visit with nothing kept, and a second one."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(address)
    first = seen(page)
    until(page, KEPT)
    page.goto("about:blank")
    page.goto(address)
    second = seen(page)
    context.close()
    return {"first": first, "second": second}


def answers(page: Page) -> list[float]:
    """How long each of the questions takes once Python is there, from asking to the verdict."""
    times = []
    for question in QUESTIONS:
        page.evaluate(ASKED, address_of(question))
        times.append(seen(page)["verified"] - page.evaluate("began"))
    return times


def sizes() -> dict[str, int]:
    """What a page loads before anybody asks, and then, in bytes compressed by gzip."""

    def transferred(path: Path) -> int:
        content = path.read_bytes()
        return len(content) if path.suffix == ".gz" else len(gzip.compress(content, 9))

    before = ("workers.js", "ask.js", "ask.css")
    later = [
        path
        for path in FOLDER.iterdir()
        if path.suffix in (".gz", ".js", ".mjs", ".json") and path.name not in (*before, "rest.gz")
    ]
    return {
        "before": sum(transferred(FOLDER / name) for name in before),
        "then": sum(map(transferred, later)),
    }


def main() -> None:
    """Measure, and write the results down."""
    chromium = shutil.which("chromium")
    if not (SITE / "ask.html").exists() or chromium is None:
        raise SystemExit("a built site and chromium are needed: nox -s docs; apt install chromium")
    server = server_of(SITE, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}/ask.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        address = origin + address_of(QUESTIONS[0])
        opened = [visits(browser, address) for _ in range(RUNS)]
        page = browser.new_context().new_page()
        page.add_init_script(WATCH)
        page.goto(origin + address_of(QUESTIONS[-1]))  # another than the first of a round
        seen(page)
        rounds = [answers(page) for _ in range(RUNS)]
        version = browser.version
        browser.close()
    server.shutdown()
    each = [median(times) for times in zip(*rounds, strict=True)]
    pyodide = json.loads((HERE.parent / "node_modules" / "pyodide" / "package.json").read_text())
    result = {
        "runs": RUNS,
        "processors": os.cpu_count(),
        "versions": {"Chromium": version, "Pyodide": pyodide["version"]},
        "bytes": sizes(),
        "visits": {
            visit: {
                stage: sorted(round(one[visit][stage]) for one in opened)
                for stage in ("derived", "verified")
            }
            for visit in ("first", "second")
        },
        "answers": {
            question["formula"] + (" (Hessian)" if question.get("order") == 2 else ""): round(time)
            for question, time in zip(QUESTIONS, each, strict=True)
        },
    }
    (HERE / "asking.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    json.dump(result, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
