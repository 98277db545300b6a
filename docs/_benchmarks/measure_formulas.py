"""How soon formulas are complete: set while the site is built, and by MathJax in the browser.

`nox -s bench-site` runs it. The pages with the most markup in formulas are written twice from
the same document trees of a built site: as they are, and with Sphinx's default, MathJax, from the
same server. Chromium opens both in turn, with an empty cache each time, and medians are written
to `formulas.json`, which the page on formulas shows.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import threading
from contextlib import suppress
from functools import lru_cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

import sphinx
from sphinx.application import Sphinx
from sphinx.util.parallel import SerialTasks

HERE = Path(__file__).parent
DOCS = HERE.parent
DOCTREES = DOCS / "_build" / "kept"
SITE = DOCS / "_build" / "html"
MATHJAX = HERE / "node_modules" / "mathjax"
FONT = HERE / "node_modules" / "@mathjax" / "mathjax-newcm-font"
OURS = "formulas.katex_math"
RENDERERS = ("built", "mathjax")
TEXT = {".html", ".css", ".js", ".mjs", ".json", ".svg"}

WATCH = """
window.shift = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""
COMPLETE = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  if (document.readyState !== 'complete') await new Promise(done => addEventListener('load', done));
  // MathJax goes on preparing speech when every formula is set: that is not waited for.
  const set = () => [...document.querySelectorAll('.math')].every(
    formula => formula.querySelector('.katex-html, mjx-container'));
  while (!set()) await frame();
  await frame();
  await document.fonts.ready;
  await frame();
  return performance.now();
}"""
LAID_OUT = """async () => {
  const style = document.createElement('style');
  style.textContent = '* { content-visibility: visible !important }';
  const before = performance.now();
  document.head.append(style);
  document.body.getBoundingClientRect();
  await document.fonts.ready;
  document.body.getBoundingClientRect();
  return performance.now() - before;
}"""
SCROLL = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
    scrollTo({top: y, behavior: 'instant'});
    await new Promise(requestAnimationFrame);
    await new Promise(done => setTimeout(done, 30));
  }
}"""
COUNT = """() => ({
  shown: document.querySelectorAll('.katex-html, mjx-container').length,
  refused: document.querySelectorAll('mjx-merror, .katex-error').length,
})"""


class Quiet(SimpleHTTPRequestHandler):
    """A server that compresses text, as hosts of pages do, and keeps no log."""

    def log_message(self, *values: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in TEXT or not path.is_file():
            super().do_GET()
            return
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # a browser need not take what it no longer wants
            self.wfile.write(body)


@lru_cache(maxsize=512)
def compressed(path: Path) -> bytes:
    """A file as it goes over the line."""
    return gzip.compress(path.read_bytes())


def heaviest(count: int) -> list[str]:
    """The pages with the most markup in formulas."""
    weights = {}
    for path in SITE.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        parts = re.split(r'class="math(?= math-block|")', text)
        name = path.relative_to(SITE).with_suffix("").as_posix()
        weights[name] = len(text) - len(parts[0]) if len(parts) > 1 else 0
    return sorted(weights, key=lambda name: -weights[name])[:count]


def write_site(folder: Path, renderer: str, pages: list[str]) -> None:
    """Write pages of the built site again, with a renderer of formulas."""
    settings: dict[str, Any] = {}
    if renderer == "mathjax":
        sys.path.insert(0, str(DOCS))
        import conf

        settings = {
            "extensions": [name for name in conf.extensions if name != OURS],
            "html_math_renderer": "mathjax",
            "mathjax_path": "mathjax/tex-mml-chtml.js",
            "mathjax4_config": {"output": {"fontPath": "/mathjax/_static/mathjax-newcm-font"}},
        }
    doctrees = folder.with_name(f"{renderer}-doctrees")
    shutil.copytree(DOCTREES, doctrees)
    app = Sphinx(DOCS, DOCS, folder, doctrees, "html", settings, None, None)
    app.builder.finish_tasks = SerialTasks()
    app.builder.write(pages, pages, "specific")
    if renderer == "mathjax":
        shutil.copytree(MATHJAX, folder / "_static" / "mathjax")
        shutil.copytree(FONT, folder / "_static" / "mathjax-newcm-font")
    else:
        from formulas.typefaces import copy_typefaces

        copy_typefaces(app, None)


def opened(browser: Any, address: str, slower: int) -> dict[str, float]:
    """Open a page with an empty cache and measure."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(WATCH)
    page = context.new_page()
    session = context.new_cdp_session(page)
    loaded: list[float] = []
    session.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.goto(address, wait_until="commit", timeout=180_000)
    complete = page.evaluate(COMPLETE)
    shift = page.evaluate("window.shift")
    laid_out = page.evaluate(LAID_OUT)
    count, transferred = page.evaluate(COUNT), sum(loaded)
    page.close()
    page = context.new_page()
    page.goto(address, wait_until="commit", timeout=180_000)
    page.evaluate(COMPLETE)
    page.evaluate(SCROLL)
    scrolled = page.evaluate("window.shift")
    context.close()
    if not count["shown"] or count["refused"]:
        raise SystemExit(f"{address}: {count['shown']} formulas set, {count['refused']} refused")
    return {
        "complete_ms": complete,
        "laid_out_ms": complete + laid_out,
        "shift_loading": shift,
        "shift_with_scrolling": scrolled,
        "bytes": transferred,
    }


def measured(origin: str, pages: list[str], speeds: list[int], runs: int) -> list[dict[str, Any]]:
    """Open all pages in turn, so that a busy moment meets every renderer."""
    from playwright.sync_api import sync_playwright

    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        version = browser.version
        for page in pages:
            for slower in speeds:
                found: dict[str, list[dict[str, float]]] = {name: [] for name in RENDERERS}
                for run in range(runs):
                    for name in RENDERERS:
                        result = opened(browser, f"{origin}/{name}/{page}.html", slower)
                        found[name].append(result)
                        print(f"{page} {slower}x run {run + 1} {name}: {result}", flush=True)
                for name, results in found.items():
                    medians = {key: median(one[key] for one in results) for key in results[0]}
                    spread = [round(one["complete_ms"]) for one in results]
                    rows.append(
                        {"page": page, "slower": slower, "renderer": name, **medians}
                        | {"complete_ms_of_each_run": spread, "chromium": version}
                    )
        browser.close()
    return rows


def package_version(folder: Path) -> str:
    """The version of a package from npm."""
    return str(json.loads((folder / "package.json").read_text())["version"])


def main() -> None:
    """Measure and write the results down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=3, help="how many of the heaviest pages")
    parser.add_argument("--runs", type=int, default=5, help="how often each is opened")
    arguments = parser.parse_args()
    for needed, how in ((DOCTREES, "nox -s docs"), (MATHJAX, "npm ci in docs/_benchmarks")):
        if not needed.exists():
            raise SystemExit(f"{needed.relative_to(DOCS.parent)} is missing: run {how} first")
    if shutil.which("chromium") is None:
        raise SystemExit("there is no chromium: apt-get install chromium")
    pages = heaviest(arguments.pages)
    with tempfile.TemporaryDirectory() as folder:
        for renderer in RENDERERS:
            write_site(Path(folder) / renderer, renderer, pages)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        rows = measured(origin, pages, [1, 4], arguments.runs)
        server.shutdown()
    result = {
        "runs": arguments.runs,
        "processors": os.cpu_count(),
        "versions": {
            "Chromium": rows[0]["chromium"],
            "KaTeX": package_version(DOCS / "node_modules" / "katex"),
            "MathJax": package_version(MATHJAX),
            "Sphinx": sphinx.__version__,
            "Python": platform.python_version(),
        },
        "rows": [{key: value for key, value in row.items() if key != "chromium"} for row in rows],
    }
    (HERE / "formulas.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
