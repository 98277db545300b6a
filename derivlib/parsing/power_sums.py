"""Σ(A**i*E*A**(k - i - 1), i=0…k - 1), as the derivative of a power with a symbol is printed.

It is the one sum over an index that is read, and only in the form in which it is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr, S

from derivlib.errors import InputError
from derivlib.expressions.construction import mul
from derivlib.expressions.text import text
from derivlib.nodes.power_frechet import (
    PowerFrechet,
    PowerJacobian,
    power_frechet,
    power_jacobian,
)
from derivlib.parsing.operations import BINARY, Operation, is_scalar
from derivlib.parsing.sizes import MisfitError, Shape, Sizes
from derivlib.parsing.syntax import Part, Syntax


@dataclass(frozen=True)
class PowerSum:
    """The parts of such a sum.

    :param base: the matrix whose powers are summed.
    :param between: the factors of E; none where the terms are Kronecker products.
    :param last: the last value of the index.
    :param unread: the parts whose meaning follows from these.
    """

    base: int
    between: tuple[int, ...]
    last: int
    unread: frozenset[int]


def is_power_sum(syntax: Syntax, part: Part) -> bool:
    """Return whether a part is Σ(…, i=0…k - 1)."""
    if part.kind != "call" or str(part.tokens[0]) != "Sigma":
        return False
    arguments = syntax.parts[part.parts[-1]].parts
    return len(arguments) == 2 and syntax.parts[arguments[1]].kind == "range"


def power_sum(syntax: Syntax, part: Part) -> PowerSum | None:
    """What such a sum is made of; nothing if its terms are no products between two powers."""
    parts = syntax.parts
    body, limits = parts[part.parts[-1]].parts
    first, last = parts[limits].parts
    is_kronecker = _sign(parts[body]) == "OTIMES"
    unread, factors, at = {limits, first}, [], body
    while _sign(parts[at]) == ("OTIMES" if is_kronecker else "TIMES"):
        unread.add(at)
        at, right = parts[at].parts
        factors.append(right)
    factors = [at, *reversed(factors)]
    start, *between, end = factors if len(factors) > 1 else (body, body)
    if any(parts[k].kind != "power" for k in (start, end)) or bool(between) == is_kronecker:
        return None
    around = {*_within(parts, start), *_within(parts, end)}
    base = parts[end if is_kronecker else start].parts[0]
    return PowerSum(
        base, tuple(between), last, frozenset((unread | around) - {*_within(parts, base)})
    )


def _sign(part: Part) -> str:
    return part.tokens[0].type if part.kind == "binary" else ""


def _within(parts: Sequence[Part], index: int) -> Iterator[int]:
    stack = [index]
    while stack:
        yield (found := stack.pop())
        stack.extend(parts[found].parts)


def summed_powers(written: str) -> Operation:
    """The sum, of its base, the last value of the index, and the factors between.

    :param written: how it is written.
    """

    def shape(sizes: Sizes, shapes: Sequence[Shape]) -> Shape:
        (rows, cols), last, *between = shapes
        if not is_scalar(sizes, last):
            raise MisfitError
        size = sizes.same(rows, cols)
        if not between:
            return size * size, size * size
        whole = between[0]
        for factor in between[1:]:
            whole = BINARY["*"].shape(sizes, [whole, factor])
        return sizes.same(whole[0], size), sizes.same(whole[1], size)

    def build(values: Sequence[Expr], _: Shape) -> Expr:
        base, last, *between = values
        told = (base, last + S.One, *([mul(*between)] if between else []))
        meant = (PowerFrechet if between else PowerJacobian)(*told)
        if _squeezed(text(meant)) != _squeezed(written):
            raise InputError(
                "a sum over an index is read as the derivative of a power is printed, here "
                f"{text(meant)}"
            )
        return (power_frechet if between else power_jacobian)(*told)

    return Operation(shape, build, of_matrix=False)


def _squeezed(written: str) -> str:
    return "".join(written.split())
