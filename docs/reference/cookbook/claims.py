"""What an equation of the book claims, typed so that it can be judged.

A claim says how it is judged, what the engine answers to the same question, and which false
claims look like it. None of them knows its verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Protocol

from sympy import Expr, ImmutableDenseMatrix, Integer, Transpose
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import UnsupportedError, VerificationError, derive, differential, hessian, latex
from derivlib.check import check_equation, elementwise
from derivlib.nodes import d

from .answers import Answer, answer, answer_to
from .counterexamples import Counterexample, differing_entry
from .judging import (
    NotSpelledOut,
    Outcome,
    Sizes,
    compare,
    default_sizes,
    derivative_tex,
    differs,
    entries_of,
    every,
    false_variants,
    judged,
    parts_of,
    spelled_out,
    sum_of,
    used_in,
)
from .nodes import number, only, written_out


class Claim(Protocol):
    """One statement of the book."""

    def tex(self) -> str:
        """The statement, set from what was typed."""

    def judge(self) -> Outcome:
        """The verdict of a calculation that knows nothing of the claim."""

    def engine_answer(self) -> Answer | None:
        """The engine's own answer; nothing if it was not asked or has none."""

    def falsified(self) -> Iterator[Claim]:
        """Claims that look alike and, unless they happen to be equal, are false."""

    def counterexample(self) -> Counterexample | None:
        """Where the claim fails, in small numbers."""


@dataclass(frozen=True)
class Derivative:
    """∂f/∂X = G, for every f and every G that are given.

    :param of: what is differentiated; several expressions claimed to have one derivative.
    :param wrt: by what.
    :param equals: what the derivative is claimed to be, in one or more ways of writing it.
    :param sizes: at which sizes it is judged; pairwise different ones if none are given.
    :param where: what stands behind a letter, such as W = V + Vᵀ for a symmetric W.
    :param values: values of the letters that are not sizes, such as an exponent.
    :param order: 2 for the Hessian, or for the second derivative by a scalar.
    :param engine: the options with which the engine is asked; nothing if it is not.
    :param asked: the same function in the engine's words, where the book's cannot be used.
    """

    of: tuple[Expr, ...]
    wrt: Any
    equals: tuple[Expr, ...]
    sizes: tuple[Sizes, ...] = ()
    where: Mapping[Any, Expr] = field(default_factory=dict)
    values: tuple[Mapping[Any, Any], ...] = ({},)
    order: int = 1
    engine: Mapping[str, Any] | None = field(default_factory=dict)
    asked: Expr | None = None

    @property
    def choices(self) -> tuple[Sizes, ...]:
        """The sizes at which the claim is judged."""
        parts = (*self.of, *self.equals, self.wrt, *parts_of(self.where))
        return self.sizes or default_sizes(*parts)

    def tex(self) -> str:
        """The statement."""
        left = [derivative_tex(expr, self.wrt, self.order) for expr in self.of]
        return " = ".join([*left, *map(latex, self.equals)])

    def _cases(self) -> Iterator[tuple[Mapping[Any, Any], Sizes]]:
        yield from product(self.values, self.choices)

    def judge(self) -> Outcome:
        """Every expression against every claim."""
        return judged(self._checks(), self.choices, self.values)

    def _checks(self) -> Iterator[Any]:
        for value, sizes in self._cases():
            for expr, claim in product(self.of, self.equals):
                function = self._function(expr, value, sizes)
                right = written_out(claim.xreplace(value), sizes)
                yield compare(function, self.wrt, right, sizes, self.where)

    def _function(self, expr: Expr, value: Mapping[Any, Any], sizes: Sizes) -> Expr:
        function = written_out(expr.xreplace(value), sizes)
        if self.order == 1:
            return function
        used = used_in(self.where, function)
        given = only(sizes, function, self.wrt, *parts_of(used))
        return elementwise(function, self.wrt, given, definitions=used)

    def engine_answer(self) -> Answer | None:
        """The engine's answer, with letters for exponents if it knows them."""
        if self.engine is None:
            return None
        largest_first = sorted(self.values, key=lambda value: -sum(value.values()))
        for values in ({}, *largest_first):
            try:
                return self._answer(values, self.engine)
            except (UnsupportedError, NotSpelledOut):
                continue
        return None

    def _answer(self, value: Mapping[Any, Any], options: Mapping[str, Any]) -> Answer:
        function = self.asked if self.asked is not None else self.of[0]
        function = spelled_out(function.xreplace(value))
        derivation = (hessian if self.order == 2 else derive)(function, self.wrt, **options)
        entries = 0
        for chosen in self.values if not value else (value,):
            for sizes in self.choices:
                whole = self._function(self.of[0], chosen, sizes).xreplace(self.where)
                result = derivation.result.xreplace(chosen).xreplace(self.where)
                check = compare(whole, self.wrt, result, sizes, {})
                entries += check.entries * check.points
        return answer_to(self.equals, derivation, entries, value)

    def falsified(self) -> Iterator[Claim]:
        """The claim with a false right side."""
        for claim in false_variants(self.equals[0]):
            sizes, value = self.choices[0], self.values[-1]
            if differs(claim.xreplace(value), self.equals[0].xreplace(value), sizes, self.where):
                yield replace(self, equals=(claim,))

    def counterexample(self) -> Counterexample | None:
        """The first entry that differs, in small numbers."""
        for value, sizes in self._cases():
            for expr, claim in product(self.of, self.equals):
                function = self._function(expr, value, sizes)
                right = written_out(claim.xreplace(value), sizes)
                found = differing_entry(function, self.wrt, right, sizes, self.where)
                if found:
                    return found.at({**sizes, **value})
        return None


@dataclass(frozen=True)
class Indexed:
    """∂f/∂X_ij = g, for all indices.

    :param of: a scalar or a matrix in which indices may occur.
    :param wrt: the matrix X.
    :param at: the letters i and j of the entry X_ij.
    :param equals: what the derivative is claimed to be.
    :param ranges: how far every other index runs.
    :param engine: the options with which the engine is asked.
    :param asked: what the engine is asked: a matrix, whose Jacobian has all the entries.
    """

    of: Expr
    wrt: Any
    at: tuple[Any, Any]
    equals: tuple[Expr, ...]
    ranges: Mapping[Any, Any] = field(default_factory=dict)
    sizes: tuple[Sizes, ...] = ()
    values: tuple[Mapping[Any, Any], ...] = ({},)
    engine: Mapping[str, Any] | None = field(default_factory=dict)
    asked: Expr | None = None

    @property
    def choices(self) -> tuple[Sizes, ...]:
        """The sizes at which the claim is judged."""
        return self.sizes or default_sizes(self.of, self.wrt, *self.equals)

    def tex(self) -> str:
        """The statement."""
        element = MatrixElement(self.wrt, *self.at)
        return " = ".join([derivative_tex(self.of, element), *map(latex, self.equals)])

    def judge(self) -> Outcome:
        """Every entry of f, against every entry of X."""
        return judged(self._checks(), self.choices, self.values)

    def _checks(self) -> Iterator[Any]:
        for value, sizes, claim in product(self.values, self.choices, self.equals):
            for indices in every(self.ranges, sizes):
                put = {**value, **indices}
                of, right = self.of.xreplace(put), claim.xreplace(put)
                for function, part in entries_of(of, right, sizes):
                    yield compare(
                        written_out(function, sizes),
                        self.wrt,
                        self._laid_out(part, sizes),
                        sizes,
                        {},
                    )

    def _laid_out(self, claim: Expr, sizes: Sizes) -> Expr:
        """The claims for all entries of X, in the shape of X."""
        i, j = self.at
        rows, cols = (number(size, sizes) for size in self.wrt.shape)
        return ImmutableDenseMatrix(
            rows,
            cols,
            lambda a, b: written_out(claim.xreplace({i: Integer(a), j: Integer(b)}), sizes),
        )

    def engine_answer(self) -> Answer | None:
        """All these derivatives at once, as the engine gives them."""
        if self.engine is None or self.asked is None:
            return None
        return Derivative(
            (self.asked,), self.wrt, self.equals, self.choices, {}, self.values, engine=self.engine
        ).engine_answer()

    def falsified(self) -> Iterator[Claim]:
        """The claim with a false right side."""
        for claim in false_variants(self.equals[0]):
            if not claim.is_Matrix or not isinstance(claim, Transpose):
                yield replace(self, equals=(claim,))

    def counterexample(self) -> Counterexample | None:
        """No equation of this kind was found wrong."""
        return None


@dataclass(frozen=True)
class Equality:
    """left = right, with differentials or with derivatives that are written and not carried out.

    :param left: the left side.
    :param equals: the right side, in one or more ways.
    :param moves: the letters that vary; all others are constant.
    :param ranges: how far the free indices run.
    :param where: what stands behind a letter.
    :param asked: expression and variable the engine is asked for, if not the left side's.
    :param by: the letters by which the engine is asked for the differential, if not `moves`.
    """

    left: Expr
    equals: tuple[Expr, ...]
    moves: tuple[Any, ...] = ()
    ranges: Mapping[Any, Any] = field(default_factory=dict)
    sizes: tuple[Sizes, ...] = ()
    where: Mapping[Any, Expr] = field(default_factory=dict)
    asked: tuple[Expr, Any] | None = None
    by: tuple[Any, ...] = ()

    @property
    def choices(self) -> tuple[Sizes, ...]:
        """The sizes at which the claim is judged."""
        return self.sizes or default_sizes(self.left, *self.equals, *parts_of(self.where))

    def tex(self) -> str:
        """The statement."""
        return " = ".join(map(latex, (self.left, *self.equals)))

    def judge(self) -> Outcome:
        """Both sides at random points, in random directions."""
        return judged(self._checks(self.equals), self.choices)

    def _checks(self, claims: Sequence[Expr]) -> Iterator[Any]:
        for sizes, claim in product(self.choices, claims):
            for indices in every(self.ranges, sizes):
                left = written_out(self.left.xreplace(indices), sizes)
                right = written_out(claim.xreplace(indices), sizes)
                used = used_in(self.where, left, right)
                yield check_equation(
                    left,
                    right,
                    sizes=only(sizes, left, right, *parts_of(used)),
                    definitions=used,
                    varying=self.moves,
                )

    def engine_answer(self) -> Answer | None:
        """The differential as the engine expands it, or the gradient it is asked for."""
        if self.asked is not None:
            function, wrt = self.asked
            return Derivative((function,), wrt, (), self.choices).engine_answer()
        letters = self.by or self.moves
        if not letters:
            return None
        function = self.left.of
        try:
            parts = [differential(function, symbol) for symbol in letters]
        except UnsupportedError:
            return None
        total = parts[0] if len(parts) == 1 else sum_of(parts)
        outcome = judged(self._checks([total]), self.choices)
        if not outcome.holds:
            raise VerificationError(outcome.how)
        return answer(d(function), total, self.equals, outcome.entries)

    def falsified(self) -> Iterator[Claim]:
        """The claim with a false right side."""
        for claim in false_variants(self.equals[0]):
            if not self.ranges and not self._changed(claim):
                continue
            yield replace(self, equals=(claim,))

    def _changed(self, claim: Expr) -> bool:
        sizes = self.choices[0]
        left, right = written_out(claim, sizes), written_out(self.equals[0], sizes)
        used = used_in(self.where, left, right)
        try:
            check_equation(left, right, sizes=only(sizes, left, right, *parts_of(used)),
                           definitions=used, varying=self.moves, points=1)  # fmt: skip
        except VerificationError:
            return True
        return False

    def counterexample(self) -> Counterexample | None:
        """No equation of this kind was found wrong."""
        return None
