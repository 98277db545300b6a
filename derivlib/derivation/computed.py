"""From what was written to what the engine found: named, laid out, swept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from sympy import Expr

from derivlib.derivation.layout import Layout, layout_of, output_name
from derivlib.engine.events import Found
from derivlib.engine.expansion import supports
from derivlib.engine.forward import forward
from derivlib.engine.intermediates import Graph, name_intermediates
from derivlib.engine.recognition import Reading, recognised
from derivlib.engine.sweep import sweep
from derivlib.errors import InputError, UndefinedError
from derivlib.expressions.measure import Measures
from derivlib.expressions.problem import Written
from derivlib.expressions.substitution import resolve
from derivlib.expressions.text import text
from derivlib.expressions.traversal import has_no_value
from derivlib.nodes import Inner, OnVec
from derivlib.rules.conditions import is_met, of_entries_that_move
from derivlib.rules.rule import Condition


@dataclass(frozen=True, eq=False)
class Computed:
    """What the engine made of an expression.

    :param graph: the expression over named intermediates.
    :param output: what its value is called.
    :param layout: how its derivatives are laid out.
    :param found: its derivatives by the variables, over names, and how they were found.
    :param readings: what in the expression was seen to have a name, before the rest.
    :param patience: by how much a derivative may be longer than what is good to read, and be
        written without names.
    """

    graph: Graph
    output: Expr
    layout: Layout
    found: Found
    readings: tuple[Reading, ...] = ()
    patience: int = 1

    @property
    def chosen(self) -> dict[Expr, Expr]:
        """The intermediates whose names were chosen here, and not by the author."""
        definitions, given = self.graph.definitions, self.graph.given
        return {name: meaning for name, meaning in definitions.items() if name not in given}

    @cached_property
    def names(self) -> Mapping[Expr, Expr]:
        """Every name, of an intermediate or of a derivative, each after those it uses."""
        return {**self.graph.definitions, **self.found.named}

    @cached_property
    def is_long(self) -> bool:
        """Tell whether the derivatives together would be too long to be read without names."""
        measures = Measures({**self.chosen, **self.found.named})
        return not measures.are_readable(*self.found.derivatives.values(), times=self.patience)

    def resolved(self, conditions: Iterable[Condition]) -> tuple[Condition, ...]:
        """Conditions on the author's own symbols, each once; on names where there are many.

        Those that are seen to hold once names are written out are left out.
        """
        told = dict.fromkeys(conditions)
        if self.is_long:
            return tuple(told)
        written = (replace(c, subject=resolve(c.subject, self.chosen)) for c in told)
        found = map(of_entries_that_move, written)
        return tuple(dict.fromkeys(condition for condition in found if not is_met(condition)))


def computed(
    written: Written,
    variables: tuple[Expr, ...],
    known: Mapping[Expr, Expr] = MappingProxyType({}),
) -> Computed:
    """Differentiate an expression by variables, in one sweep.

    :param written: a scalar or a matrix expression; a letter is chosen for its value if it
        has no name.
    :param variables: `Symbol`s and `MatrixSymbol`s.
    :param known: what is called by which name already.
    :raises InputError: for a matrix by several variables of which one is a scalar.
    :raises ShapeError: if sizes do not fit.
    :raises UndefinedError: if the derivative has no value, whatever the variable is.
    :raises UnsupportedError: if an operation has no rule.
    """
    read, readings = recognised(written)
    graph = name_intermediates(read, variables, supports, known)
    layouts = {layout_of(graph.root, wrt) for wrt in variables}
    if Layout.RATE in layouts and len(variables) > 1:
        scalars = ", ".join(str(wrt) for wrt in variables if not wrt.is_Matrix)
        raise InputError(
            "a matrix is differentiated with respect to one scalar at a time: differentiate with "
            f"respect to {scalars} on its own"
        )
    (layout,) = layouts
    output = written.name
    if output is None or (output.is_Matrix and layout is Layout.GRADIENT):
        output = output_name(graph.root, written.letters, layout)
    if layout is Layout.RATE:
        found = forward(graph, *variables)
    else:
        found = sweep(graph, variables, output, OnVec if layout is Layout.JACOBIAN else Inner)
    if any(map(has_no_value, (*found.derivatives.values(), *found.named.values()))):
        raise UndefinedError(
            f'"{text(written.expr)}" has no value, or its derivative has none: the derivative of '
            "a power of zero, or of a function where it has a pole, was needed"
        )
    return Computed(graph, output, layout, found, readings)
