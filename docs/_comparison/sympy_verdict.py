"""What an answer of SymPy's is worth, told by the judge and not by its looks alone.

An answer that contains array expressions is written out at small sizes before it is judged, so
that a right value in an odd notation does not count as wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from math import prod
from typing import Any

from sympy import (
    Dummy,
    Expr,
    MatrixSymbol,
    Sum,
    Symbol,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.immutable import ImmutableDenseMatrix
from sympy.tensor.array import NDimArray
from sympy.tensor.array.expressions.array_expressions import _ArrayExpr, _CodegenArrayAbstract

from derivlib import DerivlibError, VerificationError
from derivlib.check import verify
from derivlib.nodes.prime import is_carried_out

VERDICTS = {
    "right": "right, in matrix notation",
    "right, unreadable": "right, but written with array contractions or sums over indices",
    "other layout": "right, the transpose of our layout",
    "wrong": "wrong, without a warning",
    "zero": "zero although it is not, without a warning",
    "not carried out": "the derivative is left standing",
    "unreadable": "an expression that could not be evaluated",
    "raises": "an error",
}
"""The verdicts, with what they mean."""

SILENT = ("wrong", "zero")
"""The verdicts on answers that would mislead a reader."""

Answer = Expr | Exception


def ask_sympy(expr: Expr, wrt: Expr) -> Answer:
    """Let SymPy differentiate; an error is an answer too."""
    try:
        return expr.diff(wrt)
    except Exception as error:  # whatever it is, it is what the reader would see
        return error


def is_unreadable(answer: Any) -> bool:
    """Tell whether an answer has parts that are no matrix notation."""
    if isinstance(answer, NDimArray) or answer.has(_ArrayExpr, _CodegenArrayAbstract, Sum):
        return True
    return any(isinstance(symbol, Dummy) for symbol in answer.free_symbols)


def is_zero(answer: Any) -> bool:
    """Tell whether an answer is zero as it stands."""
    return answer == 0 or isinstance(answer, ZeroMatrix)


def judge(expr: Expr, wrt: Expr, answer: Answer, sizes: Mapping[Any, int]) -> tuple[str, str]:
    """Judge an answer.

    It is judged as it stands. If the judge does not know its parts, it is carried out, and if
    that does not help, written out at the sizes. A derivative left standing is no wrong answer:
    carrying it out can only speak for it, and writing it out would be a calculation of its own.

    :param expr: what was differentiated.
    :param wrt: by what.
    :param answer: what came back: an expression, or an error.
    :param sizes: a positive integer for each size symbol, pairwise different.
    :returns: one of the verdicts, and the reason.
    """
    if isinstance(answer, Exception):
        return "raises", _told(answer)
    used = {size: value for size, value in sizes.items() if _occurs(size, expr, wrt, answer)}
    attempts: list[Callable[[], tuple[str, str]]] = [
        lambda: _compared(expr, wrt, answer, used),
        lambda: _compared(expr, wrt, answer.doit(), used),
    ]
    standing = not is_carried_out(answer)
    if not standing:
        fixed = (_at(expr, used), _at(wrt, used))
        attempts.append(lambda: _compared(*fixed, _written_out(answer, expr, wrt, used), {}))
    reasons = []
    for attempt in attempts:
        try:
            verdict, reason = attempt()
        except Unjudged as error:
            reasons.append(str(error))
            continue
        if verdict in SILENT and standing:
            reasons.append(reason)
            continue
        readable = not is_unreadable(answer) or verdict != "right"
        return (verdict if readable else "right, unreadable"), reason
    return ("not carried out" if standing else "unreadable"), reasons[0]


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".split("\n")[0]


class Unjudged(Exception):  # noqa: N818 - nothing went wrong, one looks further
    """The judge does not know what an answer says."""


def _occurs(size: Symbol, *expressions: Any) -> bool:
    shapes = (side for part in expressions for x in part.atoms(MatrixSymbol) for side in x.shape)
    return any(size in part.free_symbols for part in (*expressions, *shapes))


def _at(expr: Any, sizes: Mapping[Any, int]) -> Any:
    return expr.subs(sizes) if sizes else expr


def _compared(expr: Expr, wrt: Expr, answer: Any, sizes: Mapping[Any, int]) -> tuple[str, str]:
    """Judge an answer as it stands.

    :raises Unjudged: if the judge does not know what it says.
    """
    try:
        return "right", str(verify(expr, wrt, answer, sizes))
    except VerificationError as error:
        if _is_jacobian(expr, wrt) and _holds(expr, wrt, Transpose(answer), sizes):
            return "other layout", "its transpose agrees"
        return ("zero" if is_zero(answer) else "wrong"), str(error)
    except (DerivlibError, TypeError, ValueError, AttributeError) as error:
        raise Unjudged(_told(error)) from error


def _is_jacobian(expr: Expr, wrt: Expr) -> bool:
    return bool(expr.is_Matrix and tuple(expr.shape) != (1, 1) and wrt.is_Matrix)


def _holds(expr: Expr, wrt: Expr, answer: Any, sizes: Mapping[Any, int]) -> bool:
    try:
        return bool(verify(expr, wrt, answer, sizes))
    except DerivlibError:
        return False


def _written_out(answer: Any, expr: Expr, wrt: Expr, sizes: Mapping[Any, int]) -> Any:
    """Write an answer out at the sizes, arrays laid out as a matrix.

    SymPy puts the indices of the variable first: entry (i, j, k, l) of a matrix by a matrix is
    the derivative of entry (k, l) by entry (i, j).

    :raises Unjudged: if SymPy cannot write its answer out.
    """
    try:
        value = _at(answer, sizes).doit()
        value = value.as_explicit() if hasattr(value, "as_explicit") else value
    except Exception as error:  # SymPy's arrays refuse in many ways
        raise Unjudged(_told(error)) from error
    if not isinstance(value, NDimArray):
        return value
    shape = tuple(map(int, value.shape))
    if not _is_jacobian(expr, wrt):
        rows, cols = (int(side) for side in _at(wrt, sizes).shape)
        if [side for side in shape if side > 1] == [side for side in (rows, cols) if side > 1]:
            return ImmutableDenseMatrix(rows, cols, list(value.reshape(rows * cols)))
        return ImmutableDenseMatrix(value) if len(shape) == 2 else _column(value)
    if len(shape) != 4:
        return _column(value)
    over, under, rows, cols = shape
    entries = {
        (k + rows * l, i + over * j): value[i, j, k, l]
        for i, j, k, l in product(*map(range, shape))
    }
    return ImmutableDenseMatrix(rows * cols, over * under, lambda a, b: entries[a, b])


def _column(value: Any) -> Any:
    """An array that is no matrix, as a column, so that its shape is told to be wrong."""
    count = prod(map(int, value.shape))
    return ImmutableDenseMatrix(count, 1, list(value.reshape(count)))
