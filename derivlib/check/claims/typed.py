"""Comparing what is written out in entries with what somebody typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sympy import MatrixBase, expand

from derivlib.check.claims.comparison import SizesByName
from derivlib.check.claims.ledger import judging
from derivlib.errors import VerificationError
from derivlib.expressions.sizes import expression


@dataclass(frozen=True)
class EntriesCheck:
    """How many entries were compared, as expressions or as numbers.

    :param entries: the number of entries.
    :param method: "exact", or "numeric" if they were compared up to a tolerance.
    :param sizes: names and values of the sizes, where there are any.
    :param points: how often each entry was compared.
    :param seed: the seed of what was random; nothing if nothing was.
    """

    entries: int
    method: str = "exact"
    sizes: SizesByName = ()
    points: int = 1
    seed: int | None = None

    def __str__(self) -> str:
        one = self.entries == 1
        return "The one entry agrees." if one else f"All {self.entries} entries agree."

    __repr__ = __str__


def check_entries(found: Any, typed: Any) -> EntriesCheck:
    """Check that what is written out is what was typed, entry by entry, as expressions.

    ```pycon
    >>> from sympy import Matrix, MatrixSymbol, symbols
    >>> from derivlib import explicit
    >>> X, W = MatrixSymbol("X", 2, 1), MatrixSymbol("W", 1, 2)
    >>> by_hand = [[X[0, 0] * W[0, 0], X[0, 0] * W[0, 1]], [X[1, 0] * W[0, 0], X[1, 0] * W[0, 1]]]
    >>> check_entries(explicit(X * W, {}), Matrix(by_hand)).entries
    4
    >>> try:
    ...     check_entries(explicit(X * W, {}), Matrix(by_hand).T)
    ... except VerificationError as error:
    ...     print(error)
    entry (1, 2), counted from 1, is W[0, 1]*X[0, 0], not W[0, 0]*X[1, 0]

    ```

    :param found: a matrix with explicit entries, a list of scalars, or a scalar.
    :param typed: another, of the same shape.
    :raises VerificationError: if the shapes or an entry differ.
    :raises InputError: if one of them is something else, such as text.
    """
    with judging("entries", found, typed) as note:
        (shape, left), (other, right) = _laid_out(found), _laid_out(typed)
        if shape != other:
            raise VerificationError(
                f"the shapes differ: {shape[0]}×{shape[1]} and {other[0]}×{other[1]}"
            )
        for position, (first, second) in enumerate(zip(left, right, strict=True)):
            if first != second and expand(first - second) != 0:
                i, j = divmod(position, shape[1])
                raise VerificationError(
                    f"entry ({i + 1}, {j + 1}), counted from 1, is {first}, not {second}"
                )
        check = EntriesCheck(len(left))
        note(check)
    return check


def _laid_out(value: Any) -> tuple[tuple[int, int], list[Any]]:
    if isinstance(value, MatrixBase):
        return value.shape, list(value.flat())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return (len(value), 1), [expression(entry) for entry in value]
    return (1, 1), [expression(value)]
