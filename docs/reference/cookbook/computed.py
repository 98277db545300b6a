"""Claims that no expression can state: eigenvalues, complex variables, matrix functions.

Their two sides are numbers, calculated by separate code: the left side from the definition of
the derivative, the right side from the book's formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import mpmath

from derivlib.check import EntriesCheck
from derivlib.check.claims.ledger import judging

from .answers import Answer
from .claims import Claim
from .counterexamples import Counterexample
from .judging import Outcome


@dataclass(frozen=True)
class Pair:
    """Two matrices that are claimed to be equal, as lists of rows.

    :param what: which entries they are.
    :param found: from the definition of the derivative.
    :param claimed: from the book's formula.
    :param point: the letters with their values, for a counterexample.
    """

    what: str
    found: Sequence[Sequence[Any]]
    claimed: Sequence[Sequence[Any]]
    point: tuple[tuple[Any, Any], ...] = ()


@dataclass(frozen=True)
class Computed:
    """A claim that is stated in TeX and judged by numbers.

    :param statement: TeX.
    :param pairs: calculates both sides at a point that depends on a seed.
    :param method: how the left side is found, in words.
    :param tolerance: how far both sides may be apart; nothing if they are exact.
    :param seeds: how many points.
    :param factor: by what the right side is multiplied, to falsify it.
    :param shift: what is added to each of its entries, to falsify it.
    """

    statement: str
    pairs: Callable[[int], Sequence[Pair]]
    method: str
    tolerance: float | None = None
    seeds: int = 2
    factor: int = 1
    shift: int = 0

    def tex(self) -> str:
        """The statement."""
        return self.statement

    def _compared(self) -> Iterator[tuple[Pair, int, int, Any, Any]]:
        for seed in range(self.seeds):
            for pair in self.pairs(seed):
                if [len(row) for row in pair.found] != [len(row) for row in pair.claimed]:
                    raise ValueError(f"{pair.what}: the shapes differ")
                for i, (found, claimed) in enumerate(zip(pair.found, pair.claimed, strict=True)):
                    for j, (left, right) in enumerate(zip(found, claimed, strict=True)):
                        yield pair, i, j, left, self.factor * right + self.shift

    def _same(self, left: Any, right: Any) -> bool:
        if self.tolerance is None:
            return bool(left == right)
        scale = max(abs(left), abs(right), 1)
        return bool(abs(left - right) <= self.tolerance * scale)

    def judge(self) -> Outcome:
        """Every pair, entry by entry."""
        entries = 0
        with mpmath.workdps(60), judging("numbers", self.statement) as note:
            for pair, i, j, left, right in self._compared():
                if not self._same(left, right):
                    told = f"entry ({i + 1}, {j + 1}) of {pair.what} is {left}, not {right}"
                    note.refused = told
                    return Outcome(False, told)
                entries += 1
            method = "exact" if self.tolerance is None else "numeric"
            note(EntriesCheck(entries, method))
        exact = "exactly" if self.tolerance is None else f"to {self.tolerance:g}"
        return Outcome(True, f"{entries} entries, {exact}, {self.method}", entries)

    def engine_answer(self) -> Answer | None:
        """The engine has no expression for the claim."""
        return None

    def falsified(self) -> Iterator[Claim]:
        """One more in each entry of the right side; twice it and its negative unless it is 0."""
        yield replace(self, shift=1)
        if any(right != 0 for *_, right in self._compared()):
            yield replace(self, factor=2)
            yield replace(self, factor=-1)

    def counterexample(self) -> Counterexample | None:
        """The first entry that differs."""
        with mpmath.workdps(60):
            for pair, i, j, left, right in self._compared():
                if not self._same(left, right):
                    return Counterexample(pair.point, i + 1, j + 1, right, left)
        return None
