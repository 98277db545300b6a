"""The cells of a page, run without IPython: in the browser, and in the tests beside a kernel."""

from __future__ import annotations

import ast
import json
import linecache
import platform
import random
import sys
import tokenize
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from contextvars import copy_context
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import mpmath
import sympy

from derivlib.check import Ledger
from derivlib.expressions.facets import told
from derivlib.rules import RULES
from derivlib.site.cells.bundles import bundle, is_own
from derivlib.site.cells.failures import cell_name
from derivlib.site.cells.failures import told as error_told
from derivlib.site.cells.outputs import Output, Outputs, Stream, digest, merged
from derivlib.site.checks import merged as merged_checks
from derivlib.site.checks import summary
from derivlib.site.foot import verdict

_SKIPPED = {tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}
_SKIPPED |= {tokenize.ENDMARKER}


class PageRun:
    """The cells of a page, which can be run again and again, each time from nothing.

    ```pycon
    >>> cells = ["from sympy import symbols", "x = symbols('x')", "x + 1"]
    >>> page = PageRun({"cells": [], "files": {}}, told := [])
    >>> page.run(cells, tell=lambda event: None)["failed"]
    False
    >>> page.outputs[2][0]["data"]["text/plain"]
    'x + 1'
    >>> page.run(["1 / 0", "2"], tell=lambda event: None)["ran"]
    1
    >>> page.outputs[0][0]["evalue"]
    'division by zero'

    ```

    :param page: what `page.given` says of it.
    :param folder: where its files are put.
    """

    def __init__(self, page: Mapping[str, Any], folder: Any = None) -> None:
        self.page = page
        self.outputs: list[list[Output]] = []
        self.known = _registered()
        self.names = {name.split("/")[0].removesuffix(".py") for name in page["files"]}
        if folder and page["files"]:
            for name, text in page["files"].items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            sys.path.insert(0, str(folder))

    def run(self, sources: Sequence[str], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Run cells from the first on until one fails.

        :param sources: the cells.
        :param tell: called with what happens.
        :returns: how many were run, whether one failed, the foot of the page, and whether Python
            has to be started anew before the next run.
        """
        for name in [*sys.modules]:
            if name.partition(".")[0] in self.names:
                del sys.modules[name]
        random.seed(0)
        self.outputs = []
        ledger = Ledger()
        before = sys.modules["__main__"]
        main = sys.modules["__main__"] = ModuleType("__main__")
        failed = False
        try:
            for number, source in enumerate(sources, 1):
                tell({"event": "running", "cell": number - 1})
                found = self._cell(number, source, main, ledger, tell)
                self.outputs.append(merged(found))
                failed = bool(found) and found[-1]["output_type"] == "error"
                same = digest(found) == self._recorded(number - 1)
                done = {"outputs": self.outputs[-1], "same": same, "failed": failed}
                tell({"event": "done", "cell": number - 1, **done})
                if failed:
                    break
        finally:
            sys.modules["__main__"] = before
        return {
            "event": "finished",
            "ran": len(self.outputs),
            "failed": failed,
            "verdict": self._foot(ledger),
            "fresh": _registered() == self.known,
        }

    def _recorded(self, cell: int) -> str:
        cells = self.page["cells"]
        return cells[cell]["outputs"] if cell < len(cells) else ""

    def _cell(
        self,
        number: int,
        source: str,
        main: ModuleType,
        ledger: Ledger,
        tell: Callable[[dict[str, Any]], None],
    ) -> list[Output]:
        """Run one cell and give its outputs, the last an error if it failed."""
        outputs = Outputs(
            lambda output: tell({"event": "output", "cell": number - 1, "output": output})
        )
        name = cell_name(number)
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)

        def show(*values: Any, raw: bool = False, **_: Any) -> None:
            for value in values:
                outputs.add(self._shown(value, raw=raw))

        main.__dict__["display"] = show

        def execute() -> None:
            ledger.listen()
            value = _executed(source, name, main.__dict__)
            if value is not None:
                main.__dict__["_"] = value
                if not _is_quiet(source):
                    outputs.add(self._shown(value))

        streams = Stream(outputs, "stdout"), Stream(outputs, "stderr")
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            try:
                copy_context().run(execute)
            except (Exception, SystemExit, KeyboardInterrupt) as error:
                if isinstance(error, ModuleNotFoundError):
                    # Pyodide tells at length how one of its packages could be installed.
                    error.msg = error.msg.partition("\n")[0]
                outputs.add(
                    {
                        "output_type": "error",
                        "ename": type(error).__name__,
                        "evalue": str(error),
                        "traceback": [error_told(error, _executed.__code__.co_filename)],
                    }
                )
        outputs.flush()
        return outputs.all

    def _shown(self, value: Any, *, raw: bool = False) -> Output:
        data = dict(value) if raw else bundle(value)
        own = not raw and is_own(value, tuple(self.names))
        return {"output_type": "display_data", "data": data, "metadata": {}, "own": own}

    def _foot(self, ledger: Ledger) -> str:
        """What was checked, in the words of the page's foot."""
        checks = merged_checks([summary(ledger), *self.page.get("checks", ())])
        versions = {
            **self.page.get("versions", {}),
            "mpmath": mpmath.__version__,
            "sympy": sympy.__version__,
            "Python": platform.python_version(),
        }
        return verdict(checks, versions)


def _registered() -> tuple[Any, ...]:
    """What a page may have told the library: rules and operations."""
    return tuple(RULES), tuple(told())


def _executed(source: str, name: str, space: dict[str, Any]) -> Any:
    """Run a cell; the value of its last line, if that is an expression."""
    tree = ast.parse(source, name)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, name, "exec", dont_inherit=True), space)
        return None
    tree.body.pop()
    exec(compile(tree, name, "exec", dont_inherit=True), space)
    return eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), space)


def _is_quiet(source: str) -> bool:
    """Return whether a cell ends in a semicolon, by which its value is not shown."""
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    shown = [token for token in tokens if token.type not in _SKIPPED]
    return bool(shown) and shown[-1].string == ";"


class InBrowser:
    """The same for a page in a browser: texts of JSON come in and go out.

    :param page: what `page.given` says of it.
    :param folder: where its files are put.
    """

    def __init__(self, page: str, folder: str) -> None:
        self.run_of = PageRun(json.loads(page), folder)

    def run(self, sources: str, tell: Callable[[str], None]) -> None:
        """Run cells; the last of what is told is that the run has come to its end."""
        told = self.run_of.run(json.loads(sources), lambda event: tell(json.dumps(event)))
        tell(json.dumps(told))
