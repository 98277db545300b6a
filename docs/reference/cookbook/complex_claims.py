"""Claims of chapter 4, about complex variables, which no real calculus can judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from sympy import Expr, I, Transpose

from derivlib import VerificationError, latex, wirtinger
from derivlib.check import verify_complex
from derivlib.check.claims.complex_derivative import By

from .answers import Answer, answer_tex
from .claims import Claim
from .counterexamples import Counterexample
from .judging import Outcome, Sizes, default_sizes, false_variants, judged
from .nodes import only

BELOW: dict[By, str] = {
    "variable": r"\frac{{\partial}}{{\partial {}}}",
    "conjugate": r"\frac{{\partial}}{{\partial {}^{{*}}}}",
    "real part": r"\frac{{\partial}}{{\partial \operatorname{{Re}} {}}}",
    "imaginary part": r"\mathrm{{i}} \, \frac{{\partial}}{{\partial \operatorname{{Im}} {}}}",
    "gradient": r"\nabla",
}
"""How each derivative is set; the book multiplies that by the imaginary part by i."""


@dataclass(frozen=True)
class ComplexDerivative:
    """∂f/∂Z, ∂f/∂Z*, ∂f/∂Re Z, i ∂f/∂Im Z or ∇f, for every f and every claim that are given.

    :param of: what is differentiated; several expressions claimed to have one derivative.
    :param wrt: by what.
    :param equals: what the derivative is claimed to be, in one or more ways of writing it.
    :param by: which of the derivatives it is.
    :param sizes: at which sizes it is judged; pairwise different ones if none are given.
    """

    of: tuple[Expr, ...]
    wrt: Any
    equals: tuple[Expr, ...]
    by: By = "variable"
    sizes: tuple[Sizes, ...] = ()

    @property
    def choices(self) -> tuple[Sizes, ...]:
        """The sizes at which the claim is judged."""
        return self.sizes or default_sizes(*self.of, *self.equals, self.wrt)

    def _left(self, expr: Expr) -> str:
        return rf"{BELOW[self.by].format(latex(self.wrt))} {latex(expr)}"

    def tex(self) -> str:
        """The statement."""
        return " = ".join([*map(self._left, self.of), *map(latex, self.equals)])

    def judge(self) -> Outcome:
        """Every expression against every claim, along both parts of each entry."""
        return judged(self._checks(self.equals), self.choices)

    def _checks(self, claims: tuple[Expr, ...]) -> Iterator[Any]:
        for sizes, expr, claim in product(self.choices, self.of, claims):
            given = only(sizes, expr, self.wrt, claim)
            found = -I * claim if self.by == "imaginary part" else claim
            yield verify_complex(expr, self.wrt, found, given, by=self.by)

    def engine_answer(self) -> Answer:
        """The engine's answer, made of its derivatives by Z and by Z*."""
        d = wirtinger(self.of[0], self.wrt)
        by_variable, by_conjugate = d.result, d.conjugate_result
        results = {
            "variable": lambda: by_variable,
            "conjugate": lambda: by_conjugate,
            "real part": lambda: (by_variable + by_conjugate).doit(),
            "imaginary part": lambda: (by_conjugate - by_variable).doit(),
            "gradient": lambda: d.gradient,
        }
        result = results[self.by]()
        outcome = judged(self._checks((result,)), self.choices)
        if not outcome.holds:
            raise VerificationError(outcome.how)
        return answer_tex(self._left(self.of[0]), result, self.equals, outcome.entries)

    def falsified(self) -> Iterator[Claim]:
        """Twice the claim, its negative, and one more in each entry."""
        for claim in false_variants(self.equals[0]):
            if claim != self.equals[0] and not isinstance(claim, Transpose):
                yield replace(self, equals=(claim,))

    def counterexample(self) -> Counterexample | None:
        """No equation of this kind was found wrong."""
        return None
