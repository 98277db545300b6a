"""Comparing what is claimed with what the judge finds, and false claims to compare as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sympy import Basic, Expr, Integer, MatAdd, MatMul, OneMatrix, Transpose
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import VerificationError, latex
from derivlib.check import check_equation, size_symbols, verify

from .nodes import number, only, written_out

Sizes = Mapping[Any, int]
NO_POINT = "nothing could be compared"


@dataclass(frozen=True)
class Outcome:
    """What the judge says to a claim.

    :param holds: whether everything that was compared agrees.
    :param how: what was compared, or where it differs.
    :param entries: how many entries were compared.
    """

    holds: bool
    how: str
    entries: int = 0


_PATTERNS = ((3, 2, 4, 5, 6, 7), (2, 4, 3, 6, 5, 7))


def default_sizes(*expressions: Any) -> tuple[Sizes, ...]:
    """Pairwise different sizes, two choices of them."""
    letters = size_symbols(*expressions)
    return tuple(dict(zip(letters, values, strict=False)) for values in _PATTERNS)


def derivative_tex(expr: Expr, wrt: Expr, order: int = 1) -> str:
    """Set ∂f/∂X, a compound f behind the fraction."""
    above, below, body = r"\partial", rf"\partial {latex(wrt)}", latex(expr)
    if order == 2:
        above, below = (
            r"\partial^2",
            rf"\partial {latex(wrt)}\, \partial {latex(wrt)}^{{\mathsf{{T}}}}",
        )
        below = below if wrt.is_Matrix else rf"\partial {latex(wrt)}^2"
    is_sum = expr.is_Add or isinstance(expr, MatAdd)
    if (expr.is_Symbol or isinstance(expr, MatrixElement)) or not expr.args:
        return rf"\frac{{{above} {body}}}{{{below}}}"
    return rf"\frac{{{above}}}{{{below}}} " + (rf"\left({body}\right)" if is_sum else body)


def false_variants(claim: Expr) -> Iterator[Expr]:
    """Twice the claim, its negative, one more in each entry, and its transpose."""
    if claim.is_Matrix:
        yield Basic.__new__(MatMul, Integer(2), claim)
        yield Basic.__new__(MatMul, Integer(-1), claim)
        yield Basic.__new__(MatAdd, claim, OneMatrix(*claim.shape))
        if claim.shape[0] == claim.shape[1]:
            yield Basic.__new__(Transpose, claim)
    else:
        yield 2 * claim
        yield -claim
        yield claim + 1


def differs(left: Expr, right: Expr, sizes: Sizes, where: Mapping[Any, Expr]) -> bool:
    """Tell whether two expressions are different matrices."""
    left, right = written_out(left, sizes), written_out(right, sizes)
    used = used_in(where, left, right)
    try:
        check_equation(
            left, right, sizes=only(sizes, left, right, *parts_of(used)), definitions=used, points=1
        )
    except VerificationError:
        return True
    return False


def used_in(where: Mapping[Any, Expr], *expressions: Expr) -> dict[Any, Expr]:
    """The definitions that occur."""
    occurring = set().union(*(expression.free_symbols for expression in expressions))
    return {symbol: value for symbol, value in where.items() if symbol in occurring}


def parts_of(where: Mapping[Any, Expr]) -> tuple[Expr, ...]:
    """The letters that are defined, and what stands behind them."""
    return (*where, *where.values())


def compare(expr: Expr, wrt: Any, claim: Expr, sizes: Sizes, where: Mapping[Any, Expr]) -> Any:
    """Let the judge compare a derivative with the one it finds itself.

    :raises VerificationError: if they differ.
    :raises ArithmeticError: if there is no point at which both sides exist, so that there is
        nothing to compare.
    """
    used = used_in(where, expr, claim)
    given = only(sizes, expr, wrt, claim, *parts_of(used))
    try:
        return verify(expr, wrt, claim, given, definitions=used)
    except VerificationError as error:
        if NO_POINT in str(error):
            raise ArithmeticError(str(error)) from error
        raise


def _said(choices: Sequence[Mapping[Any, Any]]) -> str:
    """Sizes in words."""
    told = [", ".join(f"${latex(s)} = {v}$" for s, v in choice.items()) for choice in choices]
    return " and ".join(text for text in dict.fromkeys(told) if text)


def judged(
    actions: Iterator[Any],
    choices: Sequence[Mapping[Any, Any]],
    values: Sequence[Mapping[Any, Any]] = (),
) -> Outcome:
    """Carry comparisons out until one fails."""
    entries, methods = 0, set()
    try:
        for check in actions:
            entries += check.entries * check.points
            methods.add(check.method)
    except VerificationError as error:
        return Outcome(False, str(error))
    how = "exactly" if methods == {"exact"} else "to 30 digits"
    told = [f"{entries} entries, {how}", _said(choices) and f"at {_said(choices)}", _said(values)]
    return Outcome(True, ", ".join(text for text in told if text), entries)


def every(ranges: Mapping[Any, Any], sizes: Sizes) -> Iterator[dict[Any, Integer]]:
    """All values of indices."""
    spans = [range(number(size, sizes)) for size in ranges.values()]
    for values in product(*spans):
        yield dict(zip(ranges, map(Integer, values), strict=True))


def entries_of(left: Expr, right: Expr, sizes: Sizes) -> Iterator[tuple[Expr, Expr]]:
    """Two matrices entry by entry; two scalars as they are."""
    if not left.is_Matrix:
        yield left, right
        return
    rows, cols = (number(size, sizes) for size in left.shape)
    for a, b in product(range(rows), range(cols)):
        yield MatrixElement(left, a, b), MatrixElement(right, a, b)


class NotSpelledOut(Exception):  # noqa: N818 - a reason to put in a number
    """An expression in the book's notation that depends on a size."""


def spelled_out(expr: Expr) -> Expr:
    """Write an expression for the engine, which knows no sizes."""
    try:
        return written_out(expr, {})
    except TypeError as error:
        raise NotSpelledOut(expr) from error


def sum_of(parts: Sequence[Expr]) -> Expr:
    """Add scalars or matrices, as they are written."""
    return Basic.__new__(MatAdd, *parts) if parts[0].is_Matrix else sum(parts[1:], parts[0])
