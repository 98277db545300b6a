"""An equation of the book, and how its verdict follows from the judgements on its claims."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from .answers import Answer
from .claims import Claim
from .judging import Outcome


class Verdict(StrEnum):
    """What may be said of an equation."""

    HOLDS = "holds"
    CONDITION = "holds under a condition the book does not print"
    WRONG = "wrong"


@dataclass(frozen=True)
class Equation:
    """A numbered equation of the book.

    :param number: its number in the edition of 15 November 2012.
    :param claims: what it says; all of them have to hold.
    :param given: the conditions the book states.
    :param expected: the verdict that is expected; it is computed and has to be this one.
    :param readings: other ways of understanding the equation, each a set of claims; it
        holds if one of the readings does.
    :param needs: the condition the book does not print.
    :param repaired: claims that do hold: the same under that condition, or corrected ones.
    :param general: what holds without the condition.
    :param note: what a reader should know besides.
    :param definition: whether the book only says how something is written or called.
    """

    number: int
    claims: tuple[Claim, ...]
    given: str = ""
    expected: Verdict = Verdict.HOLDS
    readings: tuple[tuple[Claim, ...], ...] = ()
    needs: str = ""
    repaired: tuple[Claim, ...] = ()
    general: tuple[Claim, ...] = ()
    note: str = ""
    definition: bool = False

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The judgements on what the book says."""
        return tuple(claim.judge() for claim in self.claims)

    @cached_property
    def repairs(self) -> tuple[Outcome, ...]:
        """The judgements on what is said instead."""
        return tuple(claim.judge() for claim in (*self.repaired, *self.general))

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict, from the judgements alone.

        :raises AssertionError: if the equation does not hold and nothing that does is known.
        """
        if all(outcome.holds for outcome in self.outcomes):
            return Verdict.HOLDS
        for reading in self.readings:
            if all(claim.judge().holds for claim in reading):
                return Verdict.HOLDS
        broken = [outcome.how for outcome in self.repairs if not outcome.holds]
        if broken or not self.repairs:
            raise AssertionError(f"({self.number}) fails, and so does its repair: {broken}")
        same = [claim.tex() for claim in self.claims] == [claim.tex() for claim in self.repaired]
        return Verdict.CONDITION if same else Verdict.WRONG

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """What the engine answers, checked by the judge."""
        asked = (*self.claims, *self.repaired, *self.general)
        candidates = (claim.engine_answer() for claim in asked)
        found = [answer for answer in candidates if answer is not None]
        return tuple({answer.tex: answer for answer in found}.values())
