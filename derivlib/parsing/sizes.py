"""Sizes of what is typed: unknown ones become equal where an operation asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sympy import Dummy, Expr, Integer, Mul, S, cancel, expand

Shape = tuple[Expr, Expr]

SCALAR: Shape = (S.One, S.One)


class MisfitError(Exception):
    """Two sizes that have to be equal cannot be."""


class Unknown(Dummy):
    """A size that is not known yet; it is not 1."""


_COUNT = count()


def unknown() -> Unknown:
    """A new unknown size."""
    return Unknown(f"size{next(_COUNT)}", integer=True, positive=True)


@dataclass
class Sizes:
    """What is known of the unknown sizes of one text.

    :param known: what stands in place of an unknown size.
    :param postponed: equations between products of sizes, to be solved when more is known.
    """

    known: dict[Expr, Expr] = field(default_factory=dict)
    postponed: list[tuple[Expr, Expr]] = field(default_factory=list)

    def value(self, size: Any) -> Expr:
        """A size by what is known now."""
        if size in self.known:
            found = self.known[size] = self.value(self.known[size])
            return found
        if size.is_Atom:
            return size
        return size.func(*(self.value(part) for part in size.args))

    def shape(self, shape: Iterable[Any]) -> Shape:
        """A shape by what is known now."""
        rows, cols = shape
        return self.value(rows), self.value(cols)

    def same(self, a: Any, b: Any) -> Expr:
        """Make two sizes equal.

        :raises MisfitError: if they cannot be.
        """
        a, b = self.value(a), self.value(b)
        if a == b:
            return a
        if isinstance(a, Unknown) and isinstance(b, Unknown):
            older, newer = sorted((a, b), key=lambda size: int(size.name[4:]))
            self.known[newer] = older
            return older
        for size, other in ((a, b), (b, a)):
            if isinstance(size, Unknown):
                if other is S.One or size in other.free_symbols:
                    raise MisfitError
                self.known[size] = other
                return other
        if not (a.atoms(Unknown) | b.atoms(Unknown)):
            raise MisfitError
        self.postponed.append((a, b))
        return a

    def alike(self, a: Shape, b: Shape) -> Shape:
        """Make two shapes equal.

        :raises MisfitError: if they cannot be.
        """
        return self.same(a[0], b[0]), self.same(a[1], b[1])

    def solve(self) -> None:
        """Solve the equations between products and sums of sizes, such as k n = m n.

        :raises MisfitError: if they have no solution.
        """
        waiting, self.postponed = self.postponed, []
        while waiting:
            left = []
            for a, b in waiting:
                difference = expand(self.value(a) - self.value(b))
                if difference == 0:
                    continue
                unknowns = difference.atoms(Unknown)
                if not unknowns:
                    raise MisfitError
                if len(unknowns) > 1:
                    left.append((a, b))
                    continue
                (size,) = unknowns
                factor = difference.coeff(size, 1)
                solution = cancel(size - difference / factor) if factor != 0 else S.Zero
                if size in solution.free_symbols or solution is S.One or not _is_size(solution):
                    raise MisfitError
                self.known[size] = solution
            if len(left) == len(waiting):
                self._pair(*left.pop(0))
                left += self.postponed
                self.postponed = []
            waiting = left

    def _pair(self, a: Expr, b: Expr) -> None:
        """Where nothing else tells, factors are equal one by one: the sizes of two vec are."""
        left, right = (
            sorted(Mul.make_args(self.value(size)), key=lambda part: int(part.name[4:]))
            if all(isinstance(part, Unknown) for part in Mul.make_args(self.value(size)))
            else ()
            for size in (a, b)
        )
        if len(left) != len(right) or not left:
            raise MisfitError
        for one, other in zip(left, right, strict=True):
            self.same(one, other)


def _is_size(size: Expr) -> bool:
    numerator, denominator = size.as_numer_denom()
    return denominator is S.One and not (isinstance(numerator, Integer) and numerator < 1)
