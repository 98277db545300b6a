"""One example: derived by the library, judged by a numerical derivative.

Every outcome is either a right answer or a refusal that is in order; anything else raises a
:class:`PropertyError`, one class for each kind of failure.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from generate import SIZES, UNSUPPORTED, Example
from limits import limited
from sympy import MatrixSymbol, Symbol, preorder_traversal

import derivlib
from derivlib import UnsupportedError, derive, errors, text
from derivlib.check.arrays.evaluator import Evaluator
from derivlib.check.arrays.jets import constant
from derivlib.check.scalars.fields import NoValue
from derivlib.errors import DerivlibError
from derivlib.nodes.adjugate import Adjugate
from derivlib.nodes.prime import in_sympy

POINTS = 2
"""At how many points the two derivatives are compared."""

LONGEST = 30
"""How many seconds an example may take."""

_TRIES = 12
_TOLERANCE = 1e-9


class PropertyError(AssertionError):
    """The property does not hold."""


class WrongValueError(PropertyError):
    """The result is not the derivative."""


class WrongShapeError(PropertyError):
    """The result has not the shape that the layout table says."""


class WrongReplayError(PropertyError):
    """The steps do not lead to the result."""


class UnreadableError(PropertyError):
    """The printed derivation shows what is no mathematics."""


class UndefinedError(PropertyError):
    """The result has no value where the derivative has one, and no condition says so."""


class WrongRefusalError(PropertyError):
    """What should have been derived is refused."""


class SlowError(PropertyError):
    """No outcome within the time that any example should need."""


class NotJudgedError(PropertyError):
    """The evaluation of these tests failed: it is they that have to be mended."""


class CrashError(PropertyError):
    """An error that is not one of the library's."""


# --- points -----------------------------------------------------------------------------


def symbols_of(sizes: Mapping[Any, int], *exprs: Any) -> list[Any]:
    """The scalar and matrix symbols of expressions, without the symbols of sizes."""
    found: set[Any] = set()
    for expr in exprs:
        for symbol in expr.free_symbols:
            if isinstance(symbol, (Symbol, MatrixSymbol)) and symbol not in sizes:
                found.add(symbol)
    return sorted(found, key=str)


def points(symbols: list[Any], sizes: Mapping[Any, int], seed: int) -> dict[Any, np.ndarray]:
    """Random real values for symbols: square matrices near a multiple of the identity."""
    values = {}
    numbers = {size: sp.Integer(number) for size, number in sizes.items()}
    for symbol in symbols:
        random = np.random.default_rng([seed, zlib.crc32(str(symbol).encode())])
        if not symbol.is_Matrix:
            values[symbol] = np.array([[random.uniform(0.4, 1.2)]])
            continue
        rows, cols = (int(size.xreplace(numbers)) for size in symbol.shape)
        value = random.uniform(-1, 1, (rows, cols))
        if rows == cols:
            value = 1.3 * np.eye(rows) + value * (0.6 / rows**0.5)
        values[symbol] = value
    return values


def evaluator(
    values: Mapping[Any, np.ndarray],
    sizes: Mapping[Any, int],
    wrt: Any = None,
    order: int = 0,
    definitions: Mapping[Any, Any] | None = None,
) -> Evaluator:
    """An evaluator at a point, with infinitesimal changes of every entry of the variable.

    With order 1 there is one direction for each entry, in the order of stacked columns; with
    order 2 one for each pair of entries, the first of the pair moving fastest.
    """
    count = values[wrt].size if order else 1
    like = (2**order, count**order)
    jets = {symbol: constant(value, like) for symbol, value in values.items()}
    for k in range(order):
        rows = values[wrt].shape[0]
        for direction in range(count**order):
            entry = direction // count**k % count
            jets[wrt][2**k, direction, entry % rows, entry // rows] = 1
    return Evaluator(sizes, jets, like, definitions=definitions)


def numerical_derivative(
    kind: str, expr: Any, wrt: Any, values: Mapping[Any, np.ndarray], sizes: Mapping[Any, int]
) -> np.ndarray:
    """The derivative in the layout of the contract.

    :raises NoValue: if there is none at this point.
    """
    order = 2 if kind == "hessian" else 1
    value = evaluator(values, sizes, wrt, order).value(expr)
    top = value[-1]
    shape = values[wrt].shape
    if kind == "hessian":
        return top.reshape(values[wrt].size, values[wrt].size)
    if top.shape[1:] == (1, 1):
        return top.reshape(shape[::-1]).T
    if not wrt.is_Matrix:
        return top[0]
    return top.swapaxes(1, 2).reshape(len(top), -1).T


# --- the property -----------------------------------------------------------------------


def _derivation(example: Example) -> Any:
    verb: Callable[[Any, Any], Any] = derivlib.hessian if example.kind == "hessian" else derive
    return verb(example.expr, example.wrt)


@lru_cache(maxsize=8192)
def _varies(expr: Any, wrt: Any) -> bool:
    return wrt in expr.free_symbols


def _may_be_refused(example: Example, error: UnsupportedError) -> bool:
    """Tell whether an operation that varies really has no rule, and is the one named.

    The adjugate is differentiated twice, and its derivative is a node without a rule of its own.
    """
    if example.kind == "hessian" and "AdjugateJacobian" in str(error):
        return example.expr.has(Adjugate)
    return any(
        isinstance(node, UNSUPPORTED)
        and _varies(node, example.wrt)
        and type(node).__name__ in str(error)
        for node in preorder_traversal(example.expr)
    )


def _has_value(example: Example, sizes: Mapping[Any, int]) -> bool:
    """Tell whether there is a point at which an expression has a derivative."""
    symbols = symbols_of(sizes, example.expr, example.wrt)
    for seed in range(_TRIES):
        values = points(symbols, sizes, seed)
        with suppress(NoValue):
            numerical_derivative(example.kind, example.expr, example.wrt, values, sizes)
            return True
    return False


def _readable(derivation: Any) -> None:
    shown = [str(derivation), derivation._repr_latex_()]
    shown += [derivlib.latex(derivation.result), text(derivation.result)]
    for line in shown:
        ugly = re.search(r"Lambda|_d\b|Dummy|_xi|\bxi", line)
        if ugly:
            raise UnreadableError(f"{ugly.group()!r} in {line}")


def _compare(example: Example, derivation: Any, sizes: Mapping[Any, int]) -> bool:
    """Compare at several points; tells whether there was one."""
    expr, wrt, result = example.expr, example.wrt, derivation.result
    symbols = symbols_of(sizes, expr, wrt)
    compared = undefined = 0
    for seed in range(_TRIES):
        values = points(symbols, sizes, seed)
        try:
            truth = numerical_derivative(example.kind, expr, wrt, values, sizes)
        except NoValue:
            continue
        if np.abs(truth).max() > 1e8:
            continue
        try:
            judge = evaluator(values, sizes, definitions=derivation.shared)
            claimed = judge.value(result)[0, 0]
        except NoValue:
            undefined += bool(np.abs(truth).max() < 1e3)  # else it may only be too large
            continue
        except UnsupportedError as error:
            raise WrongValueError(f"the result has a node of no meaning: {error}") from error
        except ValueError as error:
            raise WrongShapeError(f"sizes do not fit inside {text(result)}: {error}") from error
        if claimed.shape != truth.shape:
            raise WrongShapeError(f"{claimed.shape}, not {truth.shape}: {text(result)}")
        scale = 1 + np.abs(truth).max() + np.abs(claimed).max()
        difference = np.abs(claimed - truth).max()
        if difference > _TOLERANCE * scale:
            raise WrongValueError(
                f"{text(result)} is off by {float(difference):.3g} of {float(scale):.3g}"
            )
        compared += 1
        if compared == POINTS:
            break
    if (
        undefined
        and not compared
        and not any(condition.property != "constant" for condition in derivation.assumptions)
    ):
        raise UndefinedError(text(result))
    return compared > 0


def examine(example: Example, sizes: Mapping[Any, int] = SIZES) -> str:
    """Derive an example and judge what comes of it.

    :returns: "right", "refused" or, where no point was found to compare at, "no point".
    :raises PropertyError: if the outcome is not in order.
    """
    with limited(LONGEST, SlowError):
        try:
            return _examined(example, sizes)
        except PropertyError:
            raise
        except Exception as error:
            raise NotJudgedError(f"{type(error).__name__}: {error}") from error


@contextmanager
def _no_crash(where: str) -> Iterator[None]:
    """Let pass the errors that are the library's or these tests' own."""
    try:
        yield
    except (DerivlibError, PropertyError):
        raise
    except Exception as error:
        raise CrashError(f"{type(error).__name__} in {where}: {error}") from error


def _examined(example: Example, sizes: Mapping[Any, int]) -> str:
    """What :func:`examine` does, however long it takes.

    :returns: "right", "refused" or, where no point was found to compare at, "no point".
    :raises PropertyError: if the outcome is not in order.
    """
    try:
        with _no_crash("derive"):
            derivation = _derivation(example)
            result, steps = derivation.result, derivation.steps
    except DerivlibError as error:
        if isinstance(error, UnsupportedError) and _may_be_refused(example, error):
            return "refused"
        named = isinstance(error, UnsupportedError | errors.UndefinedError)
        if named and not _has_value(example, sizes):
            return "no point"
        raise WrongRefusalError(f"{type(error).__name__}: {error}") from error
    try:
        with _no_crash("replay"):
            end = derivation.replay()
    except DerivlibError as error:
        if not _has_value(example, sizes):
            return "no point"  # other spellings are told by their values
        raise WrongReplayError(f"{error}") from error
    last = steps[-1].after
    if not end == result == (last if last.is_Matrix else in_sympy(last)):
        raise WrongReplayError(f"ends at {text(end)}, not at {text(result)}")
    with _no_crash("printing"):
        _readable(derivation)
    return "right" if _compare(example, derivation, sizes) else "no point"
