"""What results for complex variables hand to code generation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Basic, Expr, Pow, re

from derivlib.check import Calculation
from derivlib.derivation.conjugates import REAL_VALUED
from derivlib.derivation.premises import NOTHING_ASSUMED, Premises
from derivlib.derivation.step import Step
from derivlib.expressions.problem import Written
from derivlib.nodes.builders import trace

if TYPE_CHECKING:
    from derivlib.code import Source


@dataclass(frozen=True)
class ComplexResults:
    """Results over complex numbers, as code is written for them.

    :param expr: what is differentiated.
    :param wrt: the complex variable.
    :param outputs: what the code returns, each with what it is called.
    :param values: what it may return before.
    :param shared: the names in the results with what they stand for.
    :param name: what the function is called if nothing else is asked for.
    :param real_letters: the symbols that are real.
    :param assumptions: what has to hold.
    :param steps: how the results were found.
    """

    expr: Expr
    wrt: Expr
    outputs: Sequence[tuple[str, Expr]]
    values: Sequence[tuple[str, Expr]]
    shared: Mapping[Expr, Expr]
    name: str
    real_letters: Collection[Expr]
    assumptions: tuple[Any, ...]
    steps: tuple[Step, ...]

    @property
    def _code_outputs(self) -> list[tuple[str, Expr]]:
        return [*self.outputs]

    @property
    def _code_values(self) -> list[tuple[str, Expr]]:
        return [*self.values]

    @property
    def _code_name(self) -> str:
        return self.name

    @property
    def _asked(self) -> Written:
        return Written(self.expr)

    @property
    def premises(self) -> Premises:
        """What is known of the constants as real matrices: nothing."""
        return NOTHING_ASSUMED

    def _named_again(self, exprs: list[Expr]) -> tuple[list[Expr], Mapping[Expr, Expr]]:
        return exprs, self.shared

    def source(self, backend: Any, **options: Any) -> Source:
        """Write a function; the options are those of :func:`source_of`."""
        from derivlib.derivation.code_task import source_of  # loaded when code is asked for

        return source_of(self, backend, **options)

    def calculation(self, backend: Any) -> Calculation:
        """The code of one result, for the judge to run.

        :raises BackendError: if the library is not installed.
        """
        from derivlib.derivation.code_task import calculation_of

        return calculation_of(self, backend)

    def function(self, backend: Any, **options: Any) -> Any:
        """Make a function."""
        from derivlib.code import compiled

        return compiled(self.source(backend, **options))


def as_real(expr: Expr) -> Expr:
    """A scalar that is known to be real, written so that its value has no imaginary part."""
    number = trace(expr) if expr.is_Matrix else expr
    return number if _has_real_form(number) else Basic.__new__(re, number)


def _has_real_form(expr: Expr) -> bool:
    """Return whether what an expression is made of shows that it is real."""
    if isinstance(expr, Pow):
        return _has_real_form(expr.base) and expr.exp.is_Integer is True
    if expr.is_Add or expr.is_Mul:
        return all(map(_has_real_form, expr.args))
    return isinstance(expr, REAL_VALUED) or (not expr.args and expr.is_real is True)
