"""The directive `ask`, the files of the page beside the site's own, and what it may load."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, get_args

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator

from derivlib.derivation.layout import LayoutName
from derivlib.nodes.structures import STRUCTURES
from derivlib.site.ask import bundle, links
from derivlib.site.ask.examples import EXAMPLES, address_of
from derivlib.site.ask.links import ask_box
from derivlib.site.ask.policy import policy_of

HERE = Path(__file__).parent
STATIC = HERE / "static"
FOLDER = "_static/ask"
WORKERS = "ask/workers.js"
"""What every page that runs Python loads first."""
FIRST = "norm2(X*w - y)^2"
"""What the empty box shows."""
FOLDED = "Change it here: functions, kinds, structure"
WRITES = ("extension", "links", "examples")
"""The modules that write the box and the links."""


class AskDirective(Directive):
    """A box to ask in.

    With `examples` the questions that the page offers stand below it. With `here` it is folded, and
    holds the question of the derivation above it.
    """

    option_spec = dict.fromkeys(("examples", "here"), lambda _: True)

    def run(self) -> list[nodes.Node]:
        """Put the box where the directive stands; its page is written again when it changes."""
        for path in (*STATIC.iterdir(), *(HERE / f"{name}.py" for name in WRITES)):
            self.state.document.settings.record_dependencies.add(str(path))
        box = ask_box(examples="examples" in self.options, here="here" in self.options)
        box.source, box.line = self.state_machine.get_source_and_line(self.lineno)
        return [box]


def _examples() -> str:
    fields = []
    for field, questions in EXAMPLES.items():
        links = "".join(
            f'<li><a href="{escape(address_of(each))}">{escape(each["formula"])}'
            f"{' (Hessian)' if each.get('order') == 2 else ''}</a></li>"
            for each in questions
        )
        fields.append(f"<h2>{field}</h2><ul>{links}</ul>")
    return f'<div class="ask-examples">{"".join(fields)}</div>'


def _licences(up: str) -> str:
    link = f'<a href="{up}{FOLDER}/licences.txt">their licences</a>'
    return f"<p>In the page run derivlib, SymPy, mpmath, Lark and Pyodide: {link}.</p>"


def _options(values: Iterable[str]) -> str:
    return "".join(f"<option>{escape(value)}</option>" for value in values)


def _here(self: HTML5Translator, node: ask_box) -> str:
    """The question that a box begins with, and the page where it can be opened."""
    if not node["here"] or not node["question"]:
        return ""
    uri = self.builder.get_relative_uri(self.builder.current_docname, self.config.ask_page)
    return f' data-page="{escape(uri)}" data-question="{escape(address_of(node["question"]))}"'


def visit_ask_box(self: HTML5Translator, node: ask_box) -> None:
    """Write the box, complete without scripts, which say what is missing."""
    page = self.builder.current_docname
    here = self.builder.get_relative_uri(page, page)
    up = "../" * page.count("/")
    rules = self.builder.get_relative_uri(page, "reference/rules") or here
    box = (STATIC / "box.html").read_text(encoding="utf-8")
    told = {
        "BASE": f"{up}{FOLDER}/",
        "RULES": rules,
        "FIRST": escape(FIRST),
        "STRUCTURES": _options(STRUCTURES),
        "LAYOUTS": _options(each for each in get_args(LayoutName) if each != "mixed"),
        "HERE": _here(self, node),
    }
    for name, value in told.items():
        box = box.replace(f"@{name}@", value)
    if node["here"]:
        box = (
            f'<details class="ask-here"><summary>{FOLDED}</summary>\n{box}</details>\n'
            if node["question"]
            else ""
        )
    self.body.append(box)
    if node["examples"]:
        self.body.append(_examples() + _licences(up))
    raise nodes.SkipNode


def add_to_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None
) -> None:
    """Let a page with a box, or with links, load what belongs to them, and no other."""
    if tree is not None and any(tree.findall(ask_box)):
        app.add_js_file(WORKERS, loading_method="defer")
        app.add_js_file("ask/ask.js", loading_method="defer")
        app.add_css_file("ask/ask.css")
    if tree is not None and any(tree.findall(links.change_links)):
        app.add_css_file("ask/links.css")


def copy_scripts(app: Sphinx) -> None:
    """Put the scripts into the site before its pages, which name them with their checksums."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir) / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in STATIC.iterdir():
        if path.name not in ("box.html", "service.js"):
            shutil.copy(path, target)


def pages_that_run_python(site: Path) -> dict[Path, str]:
    """The pages of a built site that run Python, to ask or in cells, with what they hold."""
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    return {path: page for path, page in pages.items() if _RUNS_PYTHON.search(page)}


def copy_bundle(app: Sphinx, exception: Exception | None) -> None:
    """Put Python for the browser into the site, if it has a page that needs it."""
    if exception is not None or app.builder.format != "html":
        return
    if not pages_that_run_python(Path(app.outdir)):
        return
    modules = Path(app.srcdir) / app.config.ask_node_modules
    target = Path(app.outdir) / FOLDER
    pyodide = modules / "pyodide"
    try:
        made = bundle.make(pyodide, Path(app.doctreedir) / "ask")
    except bundle.BundleError as error:
        raise ExtensionError(str(error)) from None
    shutil.copytree(made, target, dirs_exist_ok=True)
    shutil.copy(modules / "katex" / "dist" / "katex.min.js", target)
    (target / "licences.txt").write_text(bundle.licences(pyodide), encoding="utf-8")


_RUNS_PYTHON = re.compile(r'<div class="(ask|cells)"')
_CHARSET = re.compile(r"<meta charset=[^>]*>")


ICON = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="12"
fill="#1f3a5f"/><text x="32" y="46" font-size="44" font-family="serif" font-style="italic"
text-anchor="middle" fill="#fff">∂</text></svg>
"""


def add_service(app: Sphinx, exception: Exception | None) -> None:
    """Write what keeps the page for visits without a network, and makes an app of it."""
    page = app.config.ask_page
    if exception is not None or app.builder.format != "html" or page not in app.env.found_docs:
        return
    out = Path(app.outdir)
    (out / FOLDER / "icon.svg").write_text(ICON, encoding="utf-8")
    address = app.builder.get_target_uri(page)
    manifest = {
        "name": f"{app.config.project}: Ask",
        "short_name": app.config.project,
        "start_url": f"../../{address}",
        "scope": "../../",
        "display": "minimal-ui",
        "icons": [{"src": "icon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    (out / FOLDER / "app.webmanifest").write_text(json.dumps(manifest), encoding="utf-8")
    kept = [out / address, *sorted((out / "_static").rglob("*"))]
    files = [path for path in kept if path.is_file() and path.name != "rest.gz"]
    digest = sha256()
    for path in files:
        digest.update(path.read_bytes())
    names = [path.relative_to(out).as_posix() for path in files]
    script = (STATIC / "service.js").read_text(encoding="utf-8")
    script = script.replace("@VERSION@", digest.hexdigest()[:16])
    script = script.replace('["@FILES@"]', json.dumps(names))
    (out / "service.js").write_text(script, encoding="utf-8")


def with_tag(page: str, tag: str) -> str:
    """A page with a tag in its head, before whatever it loads.

    :raises ExtensionError: if there is no place for it, since the page would have no policy.
    """
    found = _CHARSET.search(page)
    if found is None:
        raise ExtensionError("the theme writes no <meta charset>, behind which a policy can stand")
    return page[: found.end()] + tag + page[found.end() :]


def add_policies(app: Sphinx, exception: Exception | None) -> None:
    """Write the policy into each page that has a box."""
    if exception is not None or app.builder.format != "html":
        return
    for path, page in pages_that_run_python(Path(app.outdir)).items():
        if "Content-Security-Policy" not in page:
            policy = escape(policy_of(page), quote=True).replace("&#x27;", "'")
            up = "../" * (len(path.relative_to(app.outdir).parts) - 1)
            tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            if '<div class="ask"' in page:
                tag += f'<link rel="manifest" href="{up}{FOLDER}/app.webmanifest">'
            path.write_text(with_tag(page, tag), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive with Sphinx."""
    app.add_config_value("ask_node_modules", "node_modules", "html", str)
    app.add_config_value("ask_page", "ask", "html", str)
    app.add_node(ask_box, html=(visit_ask_box, None))
    app.add_directive("ask", AskDirective)
    links.setup(app)
    app.connect("html-page-context", add_to_page)
    app.connect("builder-inited", copy_scripts)
    app.connect("build-finished", copy_bundle, priority=100)
    app.connect("build-finished", add_policies, priority=800)
    app.connect("build-finished", add_service, priority=950)  # of the pages as they will stay
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
