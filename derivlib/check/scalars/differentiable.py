"""Entries that are expressions in real scalars, made to be differentiated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy import Dummy, Expr, S, Symbol

from derivlib.check.points.domain import EVERYWHERE, Domain
from derivlib.nodes.abstract_partial import AbstractPartial, abstract_value
from derivlib.nodes.matrix_function import Slot
from derivlib.nodes.symbolic import Symbolic


@dataclass
class Differentiable(Symbolic):
    """Expressions in real scalars, made for SymPy's scalar `diff`.

    Entries and symbols become plain real symbols, abstract functions become
    :class:`AbstractPartial`; :meth:`published` turns both back.

    :param originals: what each real symbol stands for.
    :param domain: where the expressions are meant to hold: the entries of a structured
        variable are its free ones, and what is published has the zeros and the equal entries
        that are assumed.
    """

    _symbols: dict[Any, Symbol] = field(default_factory=dict)
    originals: dict[Symbol, Expr] = field(default_factory=dict)
    domain: Domain = EVERYWHERE
    _published: dict[Expr, Expr] = field(default_factory=dict)

    def symbol(self, symbol: Symbol) -> Symbol:
        """The real symbol that takes the place of a symbol."""
        if symbol not in self._symbols:
            assumptions = {**symbol._assumptions_orig, "real": True}
            assumptions.pop("complex", None)
            self._symbols[symbol] = real = Dummy(symbol.name, **assumptions)
            self.originals[real] = symbol
        return self._symbols[symbol]

    def entry(self, symbol: Any, i: int, j: int) -> Expr:
        """The real symbol that takes the place of an entry, or zero."""
        free = self.domain.moving(symbol, i, j)
        if free is None:
            return S.Zero
        key = symbol, *free
        if key not in self._symbols:
            self._symbols[key] = real = Dummy("_".join(map(str, (symbol.name, *free))), real=True)
            place = self.domain.place(symbol, *free)
            self.originals[real] = S.Zero if place is None else self.element(symbol, *place)
        return self._symbols[key]

    def abstract(
        self, name: str, index: Sequence[int], slots: Sequence[Slot], arguments: Sequence[Expr]
    ) -> Expr:
        """An abstract function that knows its partial derivatives."""
        return AbstractPartial(name, index, slots, *arguments)

    def published(self, expr: Any) -> Any:
        """Put the reader's entries, symbols and functions back."""
        if expr in self.originals:
            return self.originals[expr]
        if not expr.args:
            return expr
        if expr not in self._published:
            self._published[expr] = self._rebuilt(expr)
        return self._published[expr]

    def _rebuilt(self, expr: Any) -> Any:
        if isinstance(expr, AbstractPartial):
            arguments = [self.published(argument) for argument in expr.arguments]
            return abstract_value(AbstractPartial(*expr.args[:3], *arguments))
        return expr.func(*(self.published(argument) for argument in expr.args))
