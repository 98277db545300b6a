"""What was asked for on the command line, found with the library."""

from __future__ import annotations

import re
import warnings
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from derivlib.check.claims.by_hand import Verdict
from derivlib.check.claims.verification import Verification
from derivlib.check.points.assumptions import assumptions_about
from derivlib.derivation.complex_hessian import ComplexHessian
from derivlib.display import text
from derivlib.errors import (
    BackendError,
    DerivlibError,
    DerivlibWarning,
    InputError,
    SizesError,
)
from derivlib.parsing.reading import Reading, read_text
from derivlib.parsing.tokens import name_of
from derivlib.verbs import derive, hessian, is_derivative, wirtinger


@dataclass(frozen=True)
class Judged:
    """What the independent calculation says of one derivative.

    :param agreed: whether it is the same.
    :param told: how that was found, or where it differs.
    :param verification: the same in detail, where it agrees.
    """

    agreed: bool
    told: str
    verification: Verification | None = None


@dataclass(frozen=True)
class Result:
    """The derivative by one variable.

    :param variable: the variable.
    :param derivation: how it came about; of several variables each has a part in one derivation.
    """

    variable: str
    derivation: Any

    def in_layout(self, layout: str) -> Any:
        """The result as books in a layout print it."""
        if not hasattr(self.derivation, "in_layout"):
            raise InputError("a derivative by several scalars at once is in one layout only")
        return self.derivation.in_layout(layout)


def results_of(derivation: Any) -> list[Result]:
    """The derivative by each variable, or by the variable and its conjugate."""
    if isinstance(derivation, ComplexHessian):
        blocks = map(derivation.by, derivation)
        return [Result(", ".join(map(text, each.letters)), each) for each in blocks]
    if hasattr(derivation, "results"):
        return [Result(text(wrt), derivation.by(wrt)) for wrt in derivation.results]
    return [Result(text(derivation.wrt), derivation)]


@dataclass
class Answer:
    """The answer to what was typed.

    :param asked: what was typed, as :func:`derivlib.command.options.options` gives it.
    :param formula: the formula, which may have come from elsewhere.
    :raises DerivlibError: if there is none.
    """

    asked: Namespace
    formula: str
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reading: Reading = read_text(self.formula, **self.asked.kinds)
        if not self.asked.variables:
            names = ", ".join(self.reading.symbols) or "none"
            raise InputError(
                f"with respect to what? Name it behind the formula; the names in it are {names}"
            )
        self.notes += self._stated_in_vain()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DerivlibWarning)
            if self.asked.check is None:
                self._derive()
            else:
                self._judge()
        self.notes += dict.fromkeys(str(each.message) for each in caught)

    def _stated_in_vain(self) -> Iterator[str]:
        """What is stated of names that are not there; functions and constants have no symbol."""
        said = re.findall(r"[^\W\d_]\w*", f"{self.formula} {self.asked.check or ''}")
        there = {*self.reading.symbols, *map(name_of, said), *self.asked.variables}
        for word, names in self.asked.kinds.items():
            for name in names:
                if name_of(name) not in there:
                    yield f"{name} is stated to be {word.replace('_', ' ')} and does not occur"

    def _derive(self) -> None:
        variables = self.asked.variables
        if self.asked.wirtinger:
            both = wirtinger(self.formula, variables[0], **self.asked.kinds)
            self.derivation: Any = both.hessian if self.asked.hessian else both
        else:
            self._derive_by_real_names(variables)
        if self.asked.code is not None:
            self.code: str = self.derivation.to_code(self.asked.code)

    def _derive_by_real_names(self, variables: Sequence[str]) -> None:
        options = {"structure": self.asked.structure, **self.asked.kinds}
        verb: Any = hessian if self.asked.hessian else derive
        one = len(variables) == 1
        self.derivation = verb(self.formula, variables[0] if one else variables, **options)
        if self.asked.layout is not None:
            self.laid_out = [each.in_layout(self.asked.layout) for each in self.results]

    def _judge(self) -> None:
        self.claim: Verdict = is_derivative(
            self.asked.check,
            self.formula,
            self.asked.variables[0],
            self.asked.sizes or None,
            structure=self.asked.structure,
            **self.asked.kinds,
        )

    @property
    def results(self) -> list[Result]:
        """The derivative by each variable."""
        return results_of(self.derivation)

    @property
    def lines(self) -> Any:
        """The derivation, line by line."""
        return self.derivation.full if self.asked.full else self.derivation.short

    @property
    def conditions(self) -> list[str]:
        """What is assumed; what is constant is told together."""
        told = self.derivation.assumptions
        constant = [text(each.subject) for each in told if each.property == "constant"]
        others = [str(each) for each in told if each.property != "constant"]
        return [*others, *([f"{', '.join(constant)} constant"] if constant else [])]

    @cached_property
    def verdicts(self) -> Sequence[Judged]:
        """What the independent calculation says of each derivative; nothing if it is not wanted."""
        return [] if self.asked.no_verify else [self._judged(each) for each in self.results]

    def _judged(self, result: Result) -> Judged:
        sizes = self.asked.sizes or None
        options = self._with_code(result)
        try:
            try:
                found = result.derivation.verify(sizes, **options)
            except BackendError as error:
                told = f"the code was not run: {error}"
                self.notes += [] if told in self.notes else [told]
                found = result.derivation.verify(sizes)
        except SizesError:
            raise
        except DerivlibError as error:
            return Judged(False, str(error))
        return Judged(True, str(found), found)

    def _with_code(self, result: Result) -> dict[str, Any]:
        """How the code is run too, where the judge can."""
        can = self.asked.wirtinger or hasattr(result.derivation, "in_layout")
        return {"code": self.asked.code} if can and self.asked.code is not None else {}

    @property
    def holds(self) -> bool:
        """Whether the claim is right, or every derivative agrees."""
        if self.asked.check is not None:
            return bool(self.claim)
        return all(each.agreed for each in self.verdicts)


def definitions(part: Any, said: Iterable[str]) -> Iterator[str]:
    """What is differentiated, and the names in it that were not told before."""
    yield f"{text(part.output)} = {text(part.root)}"
    named = reversed(list(part.intermediates.items()))
    yield from (
        told for name, value in named if (told := f"{text(name)} = {text(value)}") not in said
    )


def stated_of(reading: Reading, symbol: Any) -> list[str]:
    """What is stated of a name, in words: symmetric, positive definite."""
    told = [read.property for read in assumptions_about(reading.assuming, {symbol})]
    known = {} if symbol.is_Matrix else symbol.assumptions0
    if known.get("complex") and not known.get("real"):
        told.append("complex")
    signs = [sign for sign in ("positive", "negative", "nonnegative", "nonzero") if known.get(sign)]
    return told + ["integer"] * bool(known.get("integer")) + signs[:1]  # the rest follows
