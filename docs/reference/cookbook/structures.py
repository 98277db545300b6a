"""Matrices with a structure, by their free entries, and claims about derivatives by those."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, ImmutableDenseMatrix, S, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import UnsupportedError, VerificationError, derive, latex
from derivlib.check import check_equation

from .answers import Answer, answer_to
from .claims import Claim
from .counterexamples import Counterexample, differing_entry
from .judging import (
    Outcome,
    compare,
    default_sizes,
    derivative_tex,
    differs,
    false_variants,
    judged,
)
from .nodes import Toeplitz, number, only, written_out


def _named(*indices: int) -> Symbol:
    return Symbol("x_" + "".join(str(index + 1) for index in indices))


STRUCTURES: dict[str, Callable[[int, int], Any]] = {
    "none": _named,
    "symmetric": lambda i, j: _named(min(i, j), max(i, j)),
    "diagonal": lambda i, j: _named(i, i) if i == j else S.Zero,
    "Toeplitz": lambda i, j: _named(0, j - i) if j >= i else _named(i - j, 0),
    "symmetric Toeplitz": lambda i, j: _named(0, abs(j - i)),
}
"""Which free entry stands at (i, j), counted from 0."""


def pattern(structure: str, size: int) -> ImmutableDenseMatrix:
    """The matrix of a structure, written with its free entries."""
    return ImmutableDenseMatrix(size, size, STRUCTURES[structure])


@dataclass(frozen=True)
class Structured:
    """∂f/∂X = G for a structured X: entry (i, j) is the derivative by the free entry there.

    It is judged by writing X with its free entries and differentiating by each of them; where
    X has a constant zero, G has to have one too.

    :param of: what is differentiated; several expressions claimed to have one derivative.
    :param wrt: the structured matrix.
    :param equals: what the derivative is claimed to be.
    :param structure: a name among :data:`STRUCTURES`.
    :param sizes: at which sizes it is judged.
    """

    of: tuple[Expr, ...]
    wrt: Any
    equals: tuple[Expr, ...]
    structure: str
    sizes: tuple[Mapping[Any, int], ...] = ()

    @property
    def choices(self) -> tuple[Mapping[Any, int], ...]:
        """The sizes at which the claim is judged."""
        return self.sizes or default_sizes(*self.of, *self.equals, self.wrt)

    def tex(self) -> str:
        """The statement."""
        left = [derivative_tex(expr, self.wrt) for expr in self.of]
        statement = " = ".join([*left, *map(latex, self.equals)])
        named = [
            pair for claim in self.equals for node in _toeplitz(claim) for pair in node.stated()
        ]
        if not named:
            return statement
        rows = [rf"& {place} = {latex(value)}" for place, value in dict(named).items()]
        return rf"\begin{{aligned}} & {statement} \\[1ex] " + r" \\ ".join(rows) + r"\end{aligned}"

    def judge(self) -> Outcome:
        """By every free entry, at every place it stands in."""
        return judged(self._checks(self.equals), self.choices)

    def _checks(self, claims: tuple[Expr, ...]) -> Iterator[Any]:
        for sizes in self.choices:
            whole = pattern(self.structure, number(self.wrt.shape[0], sizes))
            for claim in claims:
                right = written_out(claim, sizes)
                for i, j in _places(whole):
                    for expr in self.of:
                        yield self._entry(expr, whole, right, (i, j), sizes)

    def _entry(self, expr: Expr, whole: Any, right: Expr, at: Any, sizes: Any) -> Any:
        """One entry of the claim against the derivative by the free entry there."""
        claimed, put = MatrixElement(right, *at), {self.wrt: whole}
        if whole[at].is_Symbol:
            return compare(expr, whole[at], claimed, {**sizes}, put)
        given = only(sizes, claimed, self.wrt) if claimed.has(self.wrt) else only(sizes, claimed)
        return check_equation(
            claimed, S.Zero, sizes=given, definitions=put if claimed.has(self.wrt) else {}
        )

    def engine_answer(self) -> Answer | None:
        """The engine's derivative by the free entries."""
        try:
            derivation = derive(self.of[0], self.wrt, structure=self.structure.lower())
        except UnsupportedError:
            return None
        outcome = judged(self._checks((derivation.result,)), self.choices)
        if not outcome.holds:
            raise VerificationError(outcome.how)
        return answer_to(self.equals, derivation, outcome.entries)

    def falsified(self) -> Iterator[Claim]:
        """The claim with a false right side."""
        for claim in false_variants(self.equals[0]):
            if any(
                differs(claim, self.equals[0], sizes, self._put(sizes)) for sizes in self.choices
            ):
                yield replace(self, equals=(claim,))

    def _put(self, sizes: Mapping[Any, int]) -> dict[Any, Any]:
        return {self.wrt: pattern(self.structure, number(self.wrt.shape[0], sizes))}

    def counterexample(self) -> Counterexample | None:
        """The first entry that differs, in small numbers."""
        for sizes in self.choices:
            whole = pattern(self.structure, number(self.wrt.shape[0], sizes))
            for claim in self.equals:
                right = written_out(claim, sizes)
                for i, j in _places(whole):
                    if not whole[i, j].is_Symbol:
                        continue
                    found = differing_entry(
                        self.of[0],
                        whole[i, j],
                        MatrixElement(right, i, j),
                        sizes,
                        {self.wrt: whole},
                    )
                    if found:
                        return replace(_unnamed(found, whole[i, j]), row=i + 1, col=j + 1).at(sizes)
        return None


def _unnamed(found: Counterexample, free: Symbol) -> Counterexample:
    """Leave out the free entry, which stands in the matrix with its value."""
    return replace(found, point=tuple(pair for pair in found.point if pair[0] != free))


def _toeplitz(claim: Expr) -> list[Toeplitz]:
    return sorted(claim.atoms(Toeplitz), key=str)


def _places(whole: Any) -> Iterator[tuple[int, int]]:
    for i in range(whole.rows):
        for j in range(whole.cols):
            yield i, j
