"""The lines of a derivation in which conjugates are letters, written as a reader writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr

from derivlib.derivation.lines import Lines
from derivlib.derivation.states import Line


@dataclass(frozen=True)
class AsWritten:
    """What the display asks of a derivation, with adjoints for the letters.

    :param part: the derivation over letters.
    :param write: what puts adjoints and conjugates for the letters.
    :param asked: what is differentiated, as the reader wrote it.
    """

    part: Any
    write: Callable[[Any], Any]
    asked: Expr | None = None

    @property
    def output(self) -> Expr:
        """What it is called."""
        return self.part.output

    @property
    def root(self) -> Expr:
        """What is differentiated."""
        return self.write(self.part.root)

    @property
    def intermediates(self) -> Mapping[Expr, Expr]:
        """The names, with what they stand for."""
        return {name: self.write(value) for name, value in self.part.intermediates.items()}

    @property
    def parts(self) -> tuple[AsWritten, ...]:
        """The derivations it consists of."""
        return (self,)


def as_written(
    lines: Lines,
    write: Callable[[Any], Any],
    asked: Expr,
    labels: Mapping[Expr | None, Expr] | None = None,
) -> Lines:
    """Write the lines of a derivation with adjoints for the letters.

    :param lines: the lines over letters.
    :param write: what puts adjoints and conjugates for the letters.
    :param asked: what is differentiated, as the reader wrote it.
    :param labels: what stands on the left in place of what does.
    """
    lefts = labels or {}

    def rewritten(line: Line) -> Line:
        terms = tuple(map(write, line.terms))
        return replace(line, terms=terms, left=lefts.get(line.left, line.left))

    return Lines.of(
        (AsWritten(part, write, asked if number == 0 else None), map(rewritten, of))
        for number, (part, of) in enumerate(lines.parts)
    )
