"""The value of a formula and of its derivative at a reader's own numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from mpmath import cholesky, isfinite, matrix, nstr
from sympy import Eq, Expr, Identity, Integer, Rational, Symbol

from derivlib.check.claims.comparison import as_grid
from derivlib.check.points.domain import Domain, domain_of
from derivlib.check.points.sizes import sizes_to_check_at
from derivlib.check.scalars.fields import Exact, HighPrecision, NoValue
from derivlib.check.scalars.numbers import Point, at_points
from derivlib.display import text
from derivlib.errors import (
    InputError,
    ShapeError,
    SizesError,
    UnsupportedError,
    VerificationError,
)
from derivlib.expressions.sizes import at_size

MOST_ENTRIES = 400
"""How many entries a matrix may have; beyond it nobody reads the answer."""

TOLERANCE = 1e-6
"""By how much an equation may miss, relative to 1 and to its right side, for rounded numbers."""

DIGITS = 6
"""How many digits are shown."""

_NO_VALUE = "at these numbers the formula or its derivative has no finite real value"

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?(/\d+)?")


class NumbersError(InputError):
    """What was given for a name is no matrix that fits.

    :param name: the name that it was given for, to be marked; empty if it is none alone.
    """

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


def read_matrix(typed: str, name: str) -> list[list[Any]]:
    """Read rows of numbers, as MATLAB and NumPy users write them.

    ```pycon
    >>> read_matrix("1 2; 3 1/2", "A") == read_matrix("[[1, 2], [3, 0.5]]", "A")
    True

    ```

    :raises NumbersError: if it is something else.
    """
    inside = re.sub(r"\]\s*,?\s*\[", ";", typed.strip())
    rows = [
        re.split(r"[\s,]+", row.strip(" ,")) for row in re.split(r"[;\n]", inside.strip("[] \n"))
    ]
    rows = [row for row in rows if row != [""]]
    if not rows:
        raise NumbersError(f"{name}: no numbers are given; write rows as in 1 2; 3 4", name)
    for row in rows:
        for entry in row:
            if not _NUMBER.fullmatch(entry) or entry.endswith("/0"):
                raise NumbersError(f"{name}: {entry[:20]} is no number; write 2, -0.5 or 1/3", name)
        if len(row) != len(rows[0]):
            told = f"{len(rows[0])} and {len(row)}"
            raise NumbersError(f"{name}: rows have the same number of entries, here {told}", name)
    if len(rows) * len(rows[0]) > MOST_ENTRIES:
        raise NumbersError(f"{name} has more than {MOST_ENTRIES} entries", name)
    return [[_number(entry) for entry in row] for row in rows]


def _number(typed: str) -> Rational:
    over, _, under = typed.partition("/")
    return Rational(over) / Rational(under or 1)


class _Given(Point):
    """A point that is given: nothing is drawn."""

    def _drawn(self, key: Any, symbol: Symbol | None) -> Any:
        if key not in self._values:
            raise NumbersError(f"no numbers are given for {key[1]}")
        return self._values[key]

    def function(self, name: str, index: tuple[int, ...], arguments: int) -> Callable[..., Any]:
        raise NumbersError(f"{name} can be any function, so there are no numbers for it")


class _Small(Exact):
    """Numbers for an example, which a reader can check by hand."""

    def draw(self, rng: random.Random, symbol: Symbol | None, attempt: int) -> int | Fraction:
        value = rng.randint(1, 3)
        may_be_negative = symbol is None or not symbol.is_nonnegative
        return -value if may_be_negative and rng.random() < 0.4 else value


@dataclass(frozen=True)
class AtNumbers:
    """Expressions, and the names in them that numbers are given for.

    :param exprs: the formula and its derivatives.
    :param symbols: scalars and matrices, by name.
    :param assuming: what holds of them.
    :param structures: the structure of a variable.
    """

    exprs: Sequence[Expr]
    symbols: Mapping[str, Any]
    assuming: Sequence[Any] = ()
    structures: Mapping[Any, Any] | None = None

    def example(self) -> dict[str, str]:
        """Numbers that fit, as they are typed; empty texts where none are found."""
        for less in (1, 0):  # small sizes first; where they do not do, those of a verification
            try:
                sizes = sizes_to_check_at(None, *self.exprs, assuming=self.assuming)
                return self._example({size: number - less for size, number in sizes.items()})
            except (InputError, ShapeError, SizesError, UnsupportedError, VerificationError):
                continue
        return dict.fromkeys(self.symbols, "")

    def _example(self, sizes: Mapping[Any, int]) -> dict[str, str]:
        domain = self._domain(sizes)

        def drawn(point: Point) -> dict[str, str]:
            found = {name: _as_typed(point, s, sizes) for name, s in self.symbols.items()}
            try:
                self.values(found)
            except NumbersError as error:
                raise NoValue(error) from None  # so that others are drawn
            return found

        (found,) = at_points(_Small(), 1, 1, drawn, domain=domain)
        return found

    def values(self, given: Mapping[str, str]) -> list[list[list[str]]]:
        """The values of all expressions, rounded, as rows of entries.

        :param given: a matrix for each name, or a number.
        :raises NumbersError: if a matrix is missing or does not fit, or there is no value.
        """
        matrices = {name: read_matrix(given.get(name) or "", name) for name in self.symbols}
        sizes = self._sizes(matrices)
        arithmetic = HighPrecision()
        with arithmetic.context():
            values = {
                ("value", self.symbols[name], i, j): arithmetic.number(entry)
                for name, rows in matrices.items()
                for i, row in enumerate(rows)
                for j, entry in enumerate(row)
            }
            point = _Given(arithmetic, random.Random(0), varying=lambda _: False, _values=values)
            self._refuse_unfit(point, sizes)
            try:
                return [_rows(point.evaluation(sizes).value(expr)) for expr in self.exprs]
            except NoValue as error:
                raise NumbersError(f"{_NO_VALUE}: {error}{error.place}") from None
            except (ArithmeticError, ValueError, VerificationError):
                raise NumbersError(_NO_VALUE) from None

    def _refuse_unfit(self, point: Point, sizes: Mapping[Any, int]) -> None:
        """Refuse numbers of which something does not hold that the derivative relies on."""
        domain = self._domain(sizes)
        for name, symbol in self.symbols.items():
            told = {*domain.properties.get(symbol, ()), domain.structures.get(symbol, "")}
            words = " and ".join(sorted(told - {""}))
            if symbol in domain.patterns:
                for i, j in product(range(at_size(symbol.shape[0], sizes)), repeat=2):
                    place = domain.place(symbol, i, j)
                    should = 0 if place is None else point.value(symbol, *place)
                    if point.value(symbol, i, j) != should:
                        where = f"entry ({i + 1}, {j + 1})"
                        raise NumbersError(
                            f"{name} is {words}; {where} should be {_rounded(should)}", name
                        )
            if "positive definite" in told:
                size = at_size(symbol.shape[0], sizes)
                rows = [[point.value(symbol, i, j) for j in range(size)] for i in range(size)]
                try:
                    cholesky(matrix(rows))
                except ValueError:
                    raise NumbersError(f"{name} is {words}; these numbers are not", name) from None
            if not symbol.is_Matrix:
                self._refuse_sign(name, point.value(symbol), domain.scalar(symbol))
        for fact in self._equations(domain):
            values = [as_grid(point.evaluation(sizes).value(side)) for side in fact.args]
            for left, right in zip(*(value.entries for value in values), strict=True):
                if abs(left - right) > TOLERANCE * (1 + abs(right)):
                    raise NumbersError(f"{text(fact.lhs)} = {text(fact.rhs)} does not hold")

    def _equations(self, domain: Domain) -> Iterator[Eq]:
        """The equations that hold, those which a property stands for among them."""
        for symbol, told in domain.properties.items():
            if "orthogonal" in told:
                yield Eq(symbol.T * symbol, Identity(symbol.shape[0]))
        yield from (fact for fact in self.assuming if isinstance(fact, Eq))

    @staticmethod
    def _refuse_sign(name: str, value: Any, symbol: Symbol) -> None:
        for what, holds in (
            ("positive", value > 0),
            ("nonnegative", value >= 0),
            ("negative", value < 0),
            ("nonpositive", value <= 0),
            ("integer", value == int(value)),
        ):
            if getattr(symbol, f"is_{what}") and not holds:
                raise NumbersError(f"{name} is {what}; {_rounded(value)} is not", name)

    def _domain(self, sizes: Mapping[Any, int]) -> Domain:
        return domain_of(
            sizes, tuple(self.exprs), structures=self.structures, assuming=self.assuming
        )

    def _sizes(self, matrices: Mapping[str, list[list[Any]]]) -> dict[Any, int]:
        """The sizes of what is given, which have to agree."""
        sizes: dict[Any, int] = {}
        where: dict[Any, str] = {}
        for name, rows in matrices.items():
            given = len(rows), len(rows[0])
            shape = self.symbols[name].shape if self.symbols[name].is_Matrix else (1, 1)
            for size, number, what in zip(shape, given, ("rows", "columns"), strict=True):
                if isinstance(size, Symbol) and size not in sizes:
                    sizes[size], where[size] = number, f"{what} of {name}"
                elif sizes.get(size, size) != number:
                    wanted = sizes.get(size, size)
                    other = f", the {where[size]}" if size in where else ""
                    counted = what.removesuffix("s") if number == 1 else what
                    raise NumbersError(f"{name} has {number} {counted}, not {wanted}{other}", name)
        return sizes


def _as_typed(point: Point, symbol: Any, sizes: Mapping[Any, int]) -> str:
    if not symbol.is_Matrix:
        return str(point.value(symbol))
    rows, cols = (int(Integer(size.subs(sizes))) for size in symbol.shape)
    return "; ".join(
        " ".join(str(point.value(symbol, i, j)) for j in range(cols)) for i in range(rows)
    )


def _rows(value: Any) -> list[list[str]]:
    grid = as_grid(value)
    return [[_rounded(entry) for entry in grid.row(i)] for i in range(grid.rows)]


def _rounded(entry: Any) -> str:
    if not isfinite(entry):
        raise NoValue(entry)
    return nstr(entry, DIGITS).removesuffix(".0")


def as_tex(rows: Iterable[Sequence[str]]) -> str:
    """A matrix of numbers as TeX; a single one stands for itself."""
    lines = [" & ".join(map(_power_of_ten, row)) for row in rows]
    if len(lines) == 1 and "&" not in lines[0]:
        return lines[0]
    return r"\begin{bmatrix}" + r" \\ ".join(lines) + r"\end{bmatrix}"


def _power_of_ten(entry: str) -> str:
    head, e, power = entry.partition("e")
    return rf"{head} \cdot 10^{{{int(power)}}}" if e else head
