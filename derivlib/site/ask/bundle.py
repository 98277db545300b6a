"""The files that a page needs to answer questions: Python for the browser, and what it runs."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.util import find_spec
from pathlib import Path

import derivlib
from derivlib.errors import DerivlibError
from derivlib.site.ask.examples import EXAMPLES

HERE = Path(__file__).parent
PACKAGES = ("derivlib", "sympy", "mpmath", "lark", "lazy_loader")
"""What is packed: derivlib, and all that it imports."""

SCRIPTS = ("katex", "markdown-it", "entities", "linkify-it", "mdurl", "punycode.js", "uc.micro")
"""What sets formulas and Markdown in the page, and what is packed into it."""


class BundleError(DerivlibError):
    """The bundle cannot be made: something is missing, or Python refused it."""


def _folders() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise BundleError(f"the package {name} is not installed, which the page Ask needs")
        found[name] = str(Path(next(iter(spec.submodule_search_locations))).resolve())
    return found


def _digest(pyodide: Path) -> str:
    """What the bundle is made of: derivlib by content, the others by version."""
    digest = hashlib.sha256()
    package = Path(derivlib.__file__).parent
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".pyi", ".lark", ".mjs") and "static" not in path.parts:
            digest.update(str(path.relative_to(package)).encode())
            digest.update(path.read_bytes())
    told = {name: version(name.replace("_", "-")) for name in PACKAGES[1:]}
    release = json.loads((pyodide / "package.json").read_text(encoding="utf-8"))["version"]
    digest.update(json.dumps([told, release], sort_keys=True).encode())
    return digest.hexdigest()


_PYTHON = """\
CPython, in Pyodide: the license of the Python Software Foundation, version 2, which
https://docs.python.org/3/license.html has in full.
"""


def licences(pyodide: Path) -> str:
    """The licences of all that a page gives to its readers: texts where packages bring them.

    :param pyodide: the folder of the package `pyodide` from npm.
    """
    told = []
    for name in PACKAGES:
        try:
            package = distribution(name.replace("_", "-"))
        except PackageNotFoundError:  # derivlib, where it runs from its source
            told.append(name)
            continue
        files = [
            file
            for file in sorted(package.files or (), key=str)
            if re.match(r"(LICEN[CS]E|COPYING)", file.name, re.IGNORECASE)
        ]
        texts = [file.read_text().strip() for file in files]
        told.append("\n\n".join([f"{name} {package.version}", *dict.fromkeys(texts)]))
    for folder in (pyodide, *(pyodide.parent / name for name in SCRIPTS)):
        if (folder / "package.json").exists():
            about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
            text = folder / "LICENSE"
            shown = text.read_text(encoding="utf-8").strip() if text.exists() else ""
            head = f"{about['name']} {about['version']}: {about.get('license', '')}"
            told.append("\n\n".join(filter(None, [head, about.get("homepage", ""), shown])))
    return f"\n\n{'-' * 72}\n\n".join([*told, _PYTHON])


def make(pyodide: Path, kept: Path) -> Path:
    """Make the bundle, or take the one that was made before of the same.

    :param pyodide: the folder of the package `pyodide` from npm.
    :param kept: where bundles are kept.
    :returns: the folder with its files.
    :raises BundleError: if Pyodide or Node is missing, or if packing fails.
    """
    node = shutil.which("node")
    if node is None or not (pyodide / "pyodide.mjs").exists():
        missing = "Node is not on the PATH" if node is None else f"there is no Pyodide in {pyodide}"
        raise BundleError(f"{missing}; the page Ask runs Python in the browser by it")
    made = kept / _digest(pyodide)[:16]
    if made.exists():
        return made
    unfinished = kept / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    questions = [question for asked in EXAMPLES.values() for question in asked]
    what = unfinished / "packed.json"
    what.write_text(json.dumps({"packages": _folders(), "examples": questions}), encoding="utf-8")
    command = [node, str(HERE / "pack.mjs"), str(pyodide), str(what), str(unfinished)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    what.unlink()
    if done.returncode:
        raise BundleError(f"Python for the browser could not be packed:\n{done.stderr[-2000:]}")
    unfinished.rename(made)
    for other in kept.iterdir():
        if other != made:
            shutil.rmtree(other)
    return made
