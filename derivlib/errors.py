"""The errors derivlib raises, all of one kind: :class:`DerivlibError`."""

from __future__ import annotations

__all__ = [
    "DerivlibError",
    "InputError",
    "ReplayError",
    "RuleError",
    "ShapeError",
    "SizesError",
    "UnsupportedError",
    "VerificationError",
]


class DerivlibError(Exception):
    """Base class of every error that derivlib raises on purpose."""


class InputError(DerivlibError, TypeError):
    """An argument is not of the kind asked for: not SymPy, or not a symbol."""


class ShapeError(DerivlibError, ValueError):
    """Sizes that do not fit, named with the expression in which they meet."""


class UnsupportedError(DerivlibError, NotImplementedError):
    """An operation without a differential rule, named with its place."""


class SizesError(DerivlibError, ValueError):
    """Sizes asked for by a calculation that are missing, unknown or not positive integers."""


class RuleError(DerivlibError, AssertionError):
    """A rule of the table whose two sides differ, found by the judge."""


class ReplayError(DerivlibError, AssertionError):
    """A step that its rule does not produce."""


class VerificationError(DerivlibError, AssertionError):
    """Two independent calculations disagree; the message names entry and values."""
