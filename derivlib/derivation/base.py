"""What derivations with respect to one and to several variables have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sympy import Expr, MatrixExpr, SympifyError, sympify

from derivlib.derivation.code_names import named_again
from derivlib.derivation.computed import Computed
from derivlib.derivation.layout import Layout
from derivlib.derivation.lines import HasLines
from derivlib.derivation.outcome import simplified
from derivlib.derivation.premises import Premises
from derivlib.derivation.states import Line
from derivlib.derivation.step import Step
from derivlib.derivation.writes_code import WritesCode
from derivlib.display.formula import Formula
from derivlib.engine.events import NAMING, SUBSTITUTION
from derivlib.engine.intermediates import Graph
from derivlib.expressions.problem import Written
from derivlib.expressions.substitution import resolve
from derivlib.rules.rule import Condition


class WithResult:
    """Something with a result, which is what it is where SymPy looks for an expression."""

    _RESULT: ClassVar[str]

    if TYPE_CHECKING:

        @property
        def equation(self) -> Formula: ...
        def _sympy_(self) -> Expr: ...

    else:

        def __getattr__(self, name: str) -> Any:
            told = f"a {type(self).__name__} has no attribute {name!r}"
            if not name.startswith("_") and hasattr(MatrixExpr, name):
                told += f"; use {self._RESULT}.{name}"
            raise AttributeError(told, name=name, obj=self)

    def _latex(self, printer: Any, **options: Any) -> str:
        return self.equation.tex

    _derivlib_latex = _latex

    def __repr__(self) -> str:
        return str(self)

    def __eq__(self, other: object) -> bool:
        try:
            return bool(self._sympy_() == sympify(other, strict=True))
        except SympifyError:
            return NotImplemented

    def __hash__(self) -> int:
        return hash(self._sympy_())

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    # --- as an operand, a derivation is its result ---

    def __add__(self, other: Any) -> Expr:
        return self._sympy_() + other

    def __radd__(self, other: Any) -> Expr:
        return other + self._sympy_()

    def __sub__(self, other: Any) -> Expr:
        return self._sympy_() - other

    def __rsub__(self, other: Any) -> Expr:
        return other - self._sympy_()

    def __mul__(self, other: Any) -> Expr:
        return self._sympy_() * other

    def __rmul__(self, other: Any) -> Expr:
        return other * self._sympy_()

    def __truediv__(self, other: Any) -> Expr:
        return self._sympy_() / other

    def __rtruediv__(self, other: Any) -> Expr:
        return other / self._sympy_()

    def __pow__(self, other: Any) -> Expr:
        return self._sympy_() ** other

    def __neg__(self) -> Expr:
        return -self._sympy_()


class DerivationBase(HasLines, WithResult, WritesCode):
    """A derivation with respect to one or several symbols."""

    written: Written
    premises: Premises
    _computed: Computed

    if TYPE_CHECKING:

        @property
        def steps(self) -> tuple[Step, ...]: ...
        @property
        def parts(self) -> tuple[DerivationBase, ...]: ...
        def own_lines(self) -> Iterable[Line]: ...
        def by(self, wrt: Expr) -> Any: ...
        def differential_of(self, target: Expr | None) -> Expr: ...

    @property
    def where(self) -> Mapping[Expr, Expr]:
        """What the names in `expr` stand for, if its author gave it any."""
        return MappingProxyType(dict(self.written.where))

    @property
    def output(self) -> Expr:
        """What the value of the expression is called."""
        return self._computed.output

    @property
    def layout(self) -> Layout:
        """Whether the derivative is a gradient, a Jacobian or that by a scalar."""
        return self._computed.layout

    @property
    def _graph(self) -> Graph:
        return self._computed.graph

    @property
    def root(self) -> Expr:
        """The expression over the named intermediates."""
        return self._graph.root

    @property
    def intermediates(self) -> Mapping[Expr, Expr]:
        """The named intermediates, in the order of computation: N = XW, S = σ(N)."""
        return MappingProxyType(self._graph.definitions)

    @property
    def own_names(self) -> Mapping[Expr, Expr]:
        """What the names of `where` stand for, over the other intermediates."""
        return MappingProxyType(self._graph.own_names)

    @property
    def gradients(self) -> Mapping[Expr, Expr]:
        """The derivatives that were given a name, ∂L/∂N, in the order they were found."""
        return MappingProxyType(self._computed.found.named)

    @cached_property
    def assumptions(self) -> tuple[Condition, ...]:
        """What has to hold for the result, each condition once."""
        required = (
            c
            for step in self.steps
            for c in step.requires
            if c.property != "symmetric" or c.subject not in self.where  # by its definition
            if c.property != "not zero" or not self._has_length(c.subject)
        )
        return self._computed.resolved((*self.premises.conditions, *required))

    def _has_length(self, subject: Expr) -> bool:
        """Return whether a vector is declared to be of length 1, and so is not zero."""
        return "of length 1" in self.premises.facts.get(subject, ())

    def _named_again(self, exprs: list[Expr]) -> tuple[list[Expr], Mapping[Expr, Expr]]:
        """Results over the names of what they share, and the names with their definitions."""
        return named_again(exprs, self._computed, self.premises.facts)

    @property
    def _value(self) -> Expr:
        """What is differentiated, simplified; over names where the result is."""
        if self._computed.is_long:
            return self.root
        return simplified(resolve(self.root, self._computed.chosen), self.premises.facts)

    def _told(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Lines with what stands on the left of each, and the letters it is written with."""
        found: Expr | None = None
        letters: Mapping[Expr, Expr] = {}
        readings = iter(self._computed.readings)
        for line in lines:
            step = line.step
            if line.reads:
                yield replace(line, left=next(readings).name or self.output)
                continue
            if step.rule == NAMING and step.after in self.intermediates:
                yield replace(line, left=step.after)
                continue
            if step.family == "identification":
                found, letters = self.by(line.by).free_label, {}
            elif step.family == "structure":
                found = self.by(line.by).label
            elif step.rule == SUBSTITUTION and line.by is not None:
                letters = self.by(line.by).letters
            left = self.differential_of(line.target) if found is None else found
            yield replace(line, left=left, letters=letters)
