"""Starting Python and importing: derivlib, and SymPy, which derivlib needs in any case."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from turns import in_turn, say

COMMANDS = {
    "nothing": "pass",
    "SymPy": "import sympy",
    "derivlib": "import derivlib",
    "from derivlib": "from derivlib import derive",
}
TURNS, ROUNDS = 5, 3


@in_turn(["import"], COMMANDS, TURNS)
def test_import(benchmark: Any, subject: str, turn: int, who: str) -> None:
    say(benchmark, "importing", subject, who, turn)
    command = [sys.executable, "-c", COMMANDS[who]]
    benchmark.pedantic(subprocess.run, (command,), {"check": True}, rounds=ROUNDS)
