"""The derivative by one variable, from what a computation found to what a reader holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sympy import Expr

from derivlib.derivation import recording
from derivlib.derivation.computed import Computed
from derivlib.derivation.own_names import OwnNames
from derivlib.derivation.premises import Premises
from derivlib.derivation.step import Step
from derivlib.engine.events import NAMING
from derivlib.engine.simplify.simplification import Rewriting, simplify
from derivlib.expressions.substitution import replace_part, resolve
from derivlib.rules.kinks import LIMIT, limits


def _last(rewritings: list[Rewriting], start: Expr) -> Expr:
    """Where rewritings end."""
    return rewritings[-1].after if rewritings else start


def simplified(expr: Expr, facts: Mapping[Expr, frozenset[str]]) -> Expr:
    """An expression rewritten until no rule applies."""
    return _last(simplify(expr, facts), expr)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The derivative by one variable: read off, simplified, names put back in, simplified.

    :param computed: what the engine made of the expression.
    :param premises: what simplification may use, and the structure of the variable.
    :param order: 2 where the gradient was differentiated.
    """

    computed: Computed
    wrt: Expr
    premises: Premises
    order: int = 1
    _settled: set[Expr] = field(default_factory=set, repr=False)

    def _simplify(self, expr: Expr) -> list[Rewriting]:
        """Simplify, and search no part a second time in which there is nothing to rewrite."""
        return simplify(expr, self.premises.facts, self._settled)

    @property
    def derivative(self) -> Expr:
        """The derivative over names, as it was found."""
        return self.computed.found.derivatives[self.wrt]

    @cached_property
    def _rewritten(self) -> list[Rewriting]:
        """How the derivative over names is simplified."""
        return self._simplify(self.derivative)

    @property
    def compact(self) -> Expr:
        """The derivative over the named intermediates, simplified."""
        return _last(self._rewritten, self.derivative)

    @cached_property
    def _resolved(self) -> Expr:
        if self.computed.is_long:
            return self.compact
        return resolve(self.compact, {**self.computed.chosen, **self.computed.found.named})

    @cached_property
    def _simplified(self) -> list[Rewriting]:
        """How the derivative in the reader's own symbols is simplified, if it is another."""
        if self._resolved == self.compact:
            return []
        return self._simplify(self._resolved)

    @cached_property
    def _limits(self) -> list[Rewriting]:
        """How the derivative gets the values that it has where kinks meet."""
        done: list[Rewriting] = []
        before = _last(self._simplified, self._resolved)
        for arguments in limits(before, self.wrt):
            after = replace_part(before, arguments[0], LIMIT.right(None, *arguments))
            if after != before:  # otherwise it was a part of what has its limit
                done.append(Rewriting(LIMIT, arguments, before, after))
            before = after
        return done

    def restricted(self, derivative: Expr) -> tuple[Step, ...]:
        """The step to the free entries of a structured variable, if it has a structure."""
        structure = self.premises.structure
        if structure is None:
            return ()
        kind = "Hessian" if self.order == 2 else self.computed.layout.value
        return (recording.restriction(kind, derivative, self.wrt, structure),)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps from the differential to the result; the last one's `after` is the end."""
        restriction = self.restricted(_last(self._limits, _last(self._simplified, self._resolved)))
        steps = (
            recording.identification(self.computed.layout, self.derivative, self.wrt),
            *recording.rewriting(self._rewritten),
            *recording.substitution(self.compact, self._resolved),
            *recording.rewriting(self._simplified),
            *recording.rewriting(self._limits),
            *restriction,
            *(
                made
                for step in restriction
                for made in recording.rewriting(self._simplify(step.after))
            ),
        )
        return (*steps, *self._in_own_names(steps[-1].after))

    def _in_own_names(self, derivative: Expr) -> Iterator[Step]:
        """The step that writes the author's names for what they stand for, where it stands."""
        meanings = self.computed.graph.own_names
        if not self.computed.is_long:
            resolved = ((name, resolve(m, self.computed.chosen)) for name, m in meanings.items())
            meanings = {name: simplified(m, self.premises.facts) for name, m in resolved}
        named = OwnNames(meanings)(derivative)
        if named != derivative:
            yield Step(NAMING, derivative, named)

    @property
    def is_over_own_names(self) -> bool:
        """Whether names of the author's were put in at the end."""
        return self.steps[-1].rule == NAMING

    @property
    def end(self) -> Expr:
        """The derivative in the reader's own symbols."""
        return self.steps[-1].after
