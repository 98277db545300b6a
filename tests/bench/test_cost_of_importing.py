"""Starting Python and importing: derivlib, and SymPy, which derivlib needs in any case.

All is compiled to bytecode before, as what pip installs is; without that, Python compiles a
folder one works in at each start.
"""

from __future__ import annotations

import os
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
    keeping = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    told = {"check": True, "env": keeping}
    benchmark.pedantic(subprocess.run, (command,), told, rounds=ROUNDS, warmup_rounds=1)
