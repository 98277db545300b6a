"""What a type checker knows of a program that uses derivlib."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import derivlib

ROOT = Path(derivlib.__file__).parent.parent

PROGRAM = """
from sympy import MatrixSymbol, symbols
from derivlib import derive, hessian, is_derivative

n = symbols("n", integer=True, positive=True)
A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
d = derive(x.T * A * x, x)
joint = derive(x.T * A * x, [x, A])
reveal_type(d)
reveal_type(joint)
reveal_type(derive(x.T * A * x, wrt=(x, A)))
reveal_type(hessian(x.T * A * x, x))
reveal_type(d.verify({"n": 3}, seed=1, points=3, method="exact"))
reveal_type(joint.verify()[x])
reveal_type(is_derivative(d, x.T * A * x, x).agreed)
reveal_type(d.in_layout("numerator"))
d.verify(method="guess")
d.verify(sed=1)
d.nothing
d.T
joint.result
d.in_layout("row")
"""

REVEALED = [
    "derivation.Derivation",
    "JointDerivation",
    "JointDerivation",
    "derivation.Derivation",
    "Verification",
    "Verification",
    "bool",
    "Any",
]

REFUSED = {
    "d.verify(method=": "arg-type",
    "d.verify(sed=": "call-arg",
    "d.nothing": "attr-defined",
    "d.T": "attr-defined",
    "joint.result": "attr-defined",
    "d.in_layout(": "arg-type",
}


@pytest.mark.needs("mypy")
def test_mypy_knows_what_derivations_can_be_asked(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    settings = tmp_path / "mypy.ini"
    settings.write_text("[mypy]\nstrict = True\n[mypy-sympy.*]\nignore_missing_imports = True\n")
    command = [sys.executable, "-m", "mypy", "--config-file", settings, "--cache-dir", tmp_path]
    done = subprocess.run(
        [*command, program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    told = done.stdout.splitlines()
    revealed = [line.partition("Revealed type is")[2] for line in told if "Revealed" in line]
    assert len(revealed) == len(REVEALED)
    for found, expected in zip(revealed, REVEALED, strict=True):
        assert expected in found
    errors = [line for line in told if ": error:" in line and "program.py" in line]
    lines = PROGRAM.splitlines()
    found = {lines[int(error.split(":")[1]) - 1]: error for error in errors}
    for start, kind in REFUSED.items():
        (line,) = [line for line in found if line.startswith(start)]
        assert f"[{kind}]" in found[line]
    assert len(errors) == len(REFUSED)
