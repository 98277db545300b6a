"""Symbolic matrix calculus in readable steps, each named and each checked."""

from difflib import get_close_matches as _close
from typing import Any as _Any

import lazy_loader as _lazy_loader

_load, __dir__, _names = _lazy_loader.attach_stub(__name__, __file__)

_IN_SYMPY_TOO = {
    *("Line", "ShapeError", "compose", "hessian", "latex", "maximum", "minimum", "prime")
}
_EVERYDAY = {"d", "element", "partial", "text"}
"""What variables are called, `d` of a derivation first, and `functools.partial`."""

__all__ = [name for name in _names if name not in _IN_SYMPY_TOO | _EVERYDAY]


def __getattr__(name: str) -> _Any:
    if name == "__version__":
        return _version()
    try:
        return _load(name)
    except AttributeError:
        if name in _names:  # an error from inside
            raise
        near = [] if name.startswith("_") else _close(name, _names, 3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise AttributeError(f"derivlib has no attribute {name!r}{hint}") from None


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # takes longer than all the rest

    try:
        return version(__name__)
    except PackageNotFoundError:
        raise AttributeError(
            "derivlib is imported from its source and not installed, which is where its version "
            "is known from; `pip install -e .` installs it"
        ) from None
