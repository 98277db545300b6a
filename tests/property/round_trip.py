"""Whatever is printed is read back as the same: text → expression → text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from compare import LONGEST, PropertyError, SlowError, evaluator, points, symbols_of
from generate import SIZES, Example
from limits import limited
from sympy import S, preorder_traversal

from derivlib import (
    DerivlibError,
    InputError,
    UndefinedError,
    UnsupportedError,
    hessian,
    parse,
    text,
)
from derivlib import derive as first_derivative
from derivlib.check.scalars.fields import NoValue
from derivlib.nodes.formal import FormalNode
from derivlib.parsing.declared import clear_kinds_in
from derivlib.parsing.tokens import LONGEST as LONGEST_TEXT

_TRIES = 8
_TOLERANCE = 1e-9


class NotReadError(PropertyError):
    """What is printed is refused."""


class WrongReadingError(PropertyError):
    """What is printed is read as something else."""


@dataclass(frozen=True)
class Trip:
    """How an expression came back.

    It is the same expression, or one that is printed the same, or one of the same value that is
    in normal form, "simplified"; or its text is "too long" to be read, or has "one name for two"
    things; or it is refused, or wrong.

    :param printed: the text that was read.
    :param message: what went wrong.
    """

    outcome: str
    printed: str
    message: str = ""

    @property
    def failed(self) -> bool:
        return self.outcome in {"refused", "wrong"}


def read_back(expr: Any) -> Any:
    """What the text of an expression says, given the kinds of its names and its shape."""
    shape = expr.shape if getattr(expr, "is_Matrix", False) else (1, 1)
    return parse(text(expr), like=expr, shape=shape)


def trip(expr: Any, sizes: Mapping[Any, int] = SIZES) -> Trip:
    """Print an expression, read it, and compare both."""
    printed = text(expr)
    if len(printed) > LONGEST_TEXT:
        with pytest.raises(InputError, match="longer than"):
            read_back(expr)
        return Trip("too long", printed)
    _, ambiguous = clear_kinds_in(expr)
    if ambiguous:
        with pytest.raises(InputError, match="stands for two things"):
            read_back(expr)
        return Trip("one name for two", printed)
    try:
        again = read_back(expr)
    except InputError as error:
        return Trip("refused", printed, str(error))
    if again == expr:
        return Trip("same", printed)
    printed_again = text(again)
    try:
        compared = _compared(expr, again, sizes)
    except ValueError as error:  # an expression whose parts do not fit has no value
        compared = str(error)
    if compared is not None:
        return Trip("wrong", printed, compared)
    return Trip("same text" if printed_again == printed else "simplified", printed)


def _compared(expr: Any, again: Any, sizes: Mapping[Any, int]) -> str | None:
    """What differs at a random point; nothing if there is no point or both are alike."""
    others = again.free_symbols - expr.free_symbols - sizes.keys()
    if others:
        return f"other symbols: {others}"
    symbols = symbols_of(sizes, expr, again)
    for seed in range(_TRIES):
        values = points(symbols, sizes, seed)
        with suppress(NoValue, UnsupportedError):
            one = evaluator(values, sizes).value(expr)[0, 0]
            other = evaluator(values, sizes).value(again)[0, 0]
            if one.shape != other.shape:
                return f"{other.shape}, not {one.shape}"
            if not np.all(np.isfinite(one)) or np.abs(one).max() > 1e8:
                continue
            scale = 1 + np.abs(one).max()
            if np.abs(one - other).max() > _TOLERANCE * scale:
                return f"{text(again)} is off by {np.abs(one - other).max() / scale:.3g}"
            return None
    return None


def expressions_of(example: Example) -> list[Any]:
    """An example and what is derived of it, unless that is written over names.

    What has no value, as the inverse of zero, is not to be read.
    """
    found = [example.expr]
    verb = hessian if example.kind == "hessian" else first_derivative
    try:
        found.append(verb(example.expr, example.wrt).result)
    except UndefinedError:
        return []
    except DerivlibError:
        pass
    return [expr for expr in found if expr is not S.NaN and not _is_over_names(expr)]


def _is_over_names(expr: Any) -> bool:
    """Return whether derivatives by names occur, whose definitions are no part of it."""
    return any(isinstance(node, FormalNode) for node in preorder_traversal(expr))


def count(trips: Counter[str], failures: dict[str, str], expr: Any) -> None:
    """Take down how an expression came back."""
    found = trip(expr)
    trips[found.outcome] += 1
    if found.failed:
        failures[found.printed] = f"{found.outcome}: {found.message}"


def examine(example: Example) -> str:
    """Read an example back, and what is derived of it, from what is printed.

    :returns: how the one came back that came back least like itself, or that none has a value.
    :raises PropertyError: if one is refused or wrong.
    """
    with limited(LONGEST, SlowError):
        trips = [trip(expr) for expr in expressions_of(example)]
    for found in trips:
        if found.failed:
            kind = NotReadError if found.outcome == "refused" else WrongReadingError
            raise kind(f"{found.printed}\n{found.message}")
    order = ("no value", "same", "same text", "simplified", "one name for two", "too long")
    return max((found.outcome for found in trips), key=order.index, default="no value")
