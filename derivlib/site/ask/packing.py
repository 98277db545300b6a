"""Run in Pyodide while a site is built: the modules that a page needs, compiled.

`examples` and `names`, the packages below /packages, are put in before; `first`, `rest` and
`library` are taken out.
"""

# The names at the top are given, and those at the end are taken, by `pack.mjs`.
# ruff: noqa: F821
# mypy: ignore-errors

from __future__ import annotations

import ast
import io
import json
import sys
import warnings
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash
from pathlib import Path

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


def bytecode(source: bytes, place: str) -> bytes:
    """Compile a module for an archive: its file is not looked at when it is imported."""
    code = compile(without_docstrings(source), place, "exec", dont_inherit=True, optimize=0)
    return bytes(_code_to_hash_pyc(code, source_hash(source), False))


def archive(files: dict[str, bytes]) -> bytes:
    """One file of all: the length of a list of names and lengths, the list, the contents."""
    index = json.dumps([[place, len(content)] for place, content in files.items()]).encode()
    return b"".join((len(index).to_bytes(4, "little"), index, *files.values()))


def import_what_is_needed() -> set[Path]:
    """Answer the examples, and tell which files were imported for them."""
    from derivlib.site.ask.answers import Asked

    exec("from sympy import *", {})
    for question in examples:
        asked = Asked(question)
        *_, last = asked.stages()
        assert last.get("agreed"), (question, last)
        asked.unfolded()
        for library in ("numpy", "jax", "torch"):
            asked.code(library)
    modules = [*sys.modules.values()]
    return {Path(m.__file__) for m in modules if getattr(m, "__file__", None)}


def packed(imported: set[Path]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The modules of the packages, those that are needed apart from the others."""
    needed, others = {}, {}
    for name in names:
        for path in sorted((ROOT / name).rglob("*")):
            place = str(path.relative_to(ROOT))
            if path.suffix == ".py" and "tests" not in path.parts:
                chosen = needed if path in imported or name == "derivlib" else others
                chosen[f"{place}c"] = bytecode(path.read_bytes(), place)
            elif path.suffix in NEEDED_TOO and name == "derivlib":
                needed[place] = path.read_bytes()
    return needed, others


def standard_library(imported: set[Path]) -> tuple[bytes, dict[str, bytes]]:
    """The standard library, what is needed as an archive for Python, and the other modules."""
    root = Path(next(place for place in sys.path if place.endswith(".zip")))
    kept, others = io.BytesIO(), {}
    with zipfile.ZipFile(root) as whole, zipfile.ZipFile(kept, "w") as smaller:
        for place in sorted(whole.namelist()):
            if not place.endswith(".py") or "idlelib" in place:
                continue
            content = bytecode(whole.read(place), place)
            if root / place in imported or place.startswith(("encodings/", "importlib/")):
                smaller.writestr(zipfile.ZipInfo(f"{place}c"), content)
            else:
                others[f"{place}c"] = content
    return kept.getvalue(), others


imported = import_what_is_needed()
needed, others = packed(imported)
library, others_of_python = standard_library(imported)
first, rest = archive(needed), archive(others | others_of_python)
