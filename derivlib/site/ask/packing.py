"""Run in Pyodide while a site is built: the modules that a page needs, compiled.

`examples` and `names`, the packages below /packages, are put in before; `first`, `rest`,
`library` and `index` are taken out. `archives.py` reads them in the page.
"""

# The names at the top are given, and those at the end are taken, by `pack.mjs`.
# ruff: noqa: E402, F821 - and what Python began with is looked at before anything is imported
# mypy: ignore-errors

from __future__ import annotations

import sys

BEGUN_WITH = {getattr(module, "__file__", None) for module in [*sys.modules.values()]}
"""The files of what Python imports before anything can be imported from an archive."""

import ast
import io
import json
import marshal
import warnings
import zipfile
from hashlib import sha256
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash
from pathlib import Path
from typing import Any

ROOT = Path("/packages")
NEEDED_TOO = (".lark", ".pyi")
"""What is read beside modules: the grammar of the text form, and the list of public names."""

sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT))
warnings.simplefilter("ignore", SyntaxWarning)


DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_docstrings(source: bytes) -> ast.Module:
    """Take out what nobody reads in the page, and what is a quarter of it."""
    tree = ast.parse(source)
    for node in ast.walk(tree):  # not by recursion, for which some expressions are too deep
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            first, *others = node.body
            node.body = others or [ast.copy_location(ast.Pass(), first)]
    return tree


def compiled(source: bytes, place: str) -> Any:
    """Compile a module, without its docstrings."""
    return compile(without_docstrings(source), place, "exec", dont_inherit=True, optimize=0)


def as_file(code: Any, source: bytes) -> bytes:
    """What Python reads of a compiled module in a folder or an archive of its own."""
    return bytes(_code_to_hash_pyc(code, source_hash(source), False))


Files = dict[str, bytes]
"""What is packed, by its place below the folder of packages."""


def archive(files: Files) -> bytes:
    """Put files behind each other, in the order of the index."""
    return b"".join(files.values())


def lengths(files: Files) -> list[tuple[str, int]]:
    """The index of an archive: the places in their order, each with its length."""
    return [(place, len(content)) for place, content in files.items()]


def import_what_is_needed() -> set[Path]:
    """Answer the examples and run cells, and tell which files were imported for them."""
    from derivlib.site.ask.answers import Asked
    from derivlib.site.cells.running import PageRun

    exec("from sympy import *", {})
    for question in examples:
        asked = Asked(question)
        *_, last = asked.stages()
        assert last.get("agreed"), (question, last)
        asked.unfolded()
        for library in ("numpy", "jax", "torch"):
            asked.code(library)
    cells = ["from sympy import symbols", "display(symbols('x'))", "assert False"]
    assert PageRun({"cells": [], "files": {}}).run(cells, lambda told: None)["ran"] == len(cells)
    modules = [*sys.modules.values()]
    return {Path(m.__file__) for m in modules if getattr(m, "__file__", None)}


def packed(imported: set[Path]) -> tuple[Files, Files, Files]:
    """The modules of the packages that are needed, the others, and what is read beside modules."""
    needed, others, data = {}, {}, {}
    for name in names:
        for path in sorted((ROOT / name).rglob("*")):
            place = str(path.relative_to(ROOT))
            if path.suffix == ".py" and "tests" not in path.parts:
                chosen = needed if path in imported or name == "derivlib" else others
                chosen[place] = marshal.dumps(compiled(path.read_bytes(), place))
            elif path.suffix in NEEDED_TOO and name == "derivlib":
                data[place] = path.read_bytes()
    return needed, others, data


BEGINNING = ("_pyodide/", "encodings/", "importlib/", "pyodide/", "zipimport")
"""What of the standard library is kept for the start of Python, met or not."""


def standard_library(imported: set[Path]) -> tuple[bytes, Files, Files]:
    """The library that Python starts with, as it reads it, what else is needed, and the others."""
    root = Path(next(place for place in sys.path if place.endswith(".zip")))
    kept, needed, others = io.BytesIO(), {}, {}
    with zipfile.ZipFile(root) as whole, zipfile.ZipFile(kept, "w") as smaller:
        for place in sorted(whole.namelist()):
            if not place.endswith(".py") or "idlelib" in place:
                continue
            source = whole.read(place)
            code = compiled(source, place)
            if str(root / place) in BEGUN_WITH or place.startswith(BEGINNING):
                smaller.writestr(zipfile.ZipInfo(f"{place}c"), as_file(code, source))
            elif root / place in imported:
                needed[place] = marshal.dumps(code)
            else:
                others[place] = marshal.dumps(code)
        place = "archives.py"
        source = (ROOT / "derivlib" / "site" / "ask" / place).read_bytes()
        content = as_file(compiled(source, place), source)
        smaller.writestr(zipfile.ZipInfo(f"{place}c"), content)
    return kept.getvalue(), needed, others


imported = import_what_is_needed()
of_packages, others, data = packed(imported)
library, of_python, others_of_python = standard_library(imported)
in_first, in_rest = data | of_packages | of_python, others | others_of_python
first, rest = archive(in_first), archive(in_rest)
archives = {"first": lengths(in_first), "rest": lengths(in_rest)}
version = sha256(b"".join((library, first, rest))).hexdigest()[:16]
index = json.dumps({"version": version, "archives": archives})
