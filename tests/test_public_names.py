"""What can be imported, what a star import brings, and what is said of a name that is none."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
import sympy

import derivlib

ROOT = Path(derivlib.__file__).parent.parent


def test_a_star_import_brings_no_name_of_sympy():
    assert [name for name in derivlib.__all__ if hasattr(sympy, name)] == []


def test_a_star_import_leaves_everyday_names_to_variables():
    assert not {"d", "text", "element", "partial"} & set(derivlib.__all__)


def test_what_a_star_import_leaves_out_is_imported_by_name():
    left_out = set(dir(derivlib)) - set(derivlib.__all__)
    assert {"hessian", "latex", "prime", "d", "text", "Line"} <= left_out
    assert all(getattr(derivlib, name) is not None for name in left_out)


@pytest.mark.parametrize("order", [("sympy", "derivlib"), ("derivlib", "sympy")])
def test_star_imports_in_either_order_leave_sympy_as_it_is(order):
    space: dict[str, object] = {}
    for module in order:
        exec(f"from {module} import *", space)
    public = {}
    exec("from sympy import *", public)
    del public["__builtins__"]
    changed = [name for name in public if space[name] is not public[name]]
    assert changed == []
    assert space["derive"] is derivlib.derive


@pytest.mark.parametrize(
    ("name", "meant"),
    [("logdte", "logdet"), ("derrive", "derive"), ("MatrixFuncton", "MatrixFunction")],
)
def test_a_misspelt_name_is_recognised(name, meant):
    with pytest.raises(AttributeError, match=f"no attribute '{name}'; did you mean .*{meant}"):
        getattr(derivlib, name)


@pytest.mark.parametrize("name", ["qqqqqq", "__wrapped__"])
def test_nothing_is_guessed_for_what_is_like_no_name(name):
    with pytest.raises(AttributeError, match=f"derivlib has no attribute '{name}'$"):
        getattr(derivlib, name)


def test_the_version_is_that_of_the_project():
    try:
        version("derivlib")
    except PackageNotFoundError:
        pytest.skip("derivlib is imported from its source and not installed")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert derivlib.__version__ == project["version"]


def test_code_generation_is_loaded_when_code_is_asked_for():
    """It takes a fifth of the time of the whole import, which a reader in a browser waits for."""
    code = (
        "import derivlib, sys\n"
        "derivlib.derive, derivlib.wirtinger, derivlib.parse\n"
        "print([name for name in sys.modules if name.startswith('derivlib.code')])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


def test_asking_for_a_name_that_is_none_loads_nothing():
    code = "import derivlib, sys; hasattr(derivlib, 'logdte'); print('sympy' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert told.stdout.split() == [b"False"]
