"""Numeric scalars, plain or dual: the values of expressions at a random point."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any, TypeVar

import mpmath
from sympy import (
    Abs,
    Derivative,
    Dummy,
    Expr,
    Heaviside,
    Integer,
    Lambda,
    Max,
    Min,
    Subs,
    Symbol,
    sign,
)
from sympy.core.function import ArgumentIndexError

from derivlib.check.points.domain import EVERYWHERE, Domain
from derivlib.check.scalars.dual import Change, Dual, part_of, real_of, reciprocal
from derivlib.check.scalars.fields import (
    Arithmetic,
    HighPrecision,
    MoreDigits,
    NotRational,
    NoValue,
)
from derivlib.check.scalars.matrix_functions import refuse_without, value_of
from derivlib.check.scalars.repeated import common_eigenvalue, turned_within
from derivlib.errors import InputError, UnsupportedError, VerificationError
from derivlib.nodes.eigvalsh import polynomial_slope, polynomial_value
from derivlib.nodes.evaluation import Evaluation
from derivlib.nodes.grid import Grid
from derivlib.nodes.independence import Crossing, independent
from derivlib.nodes.matrix_function import Slot

ATTEMPTS = 60
"""How many points are tried before giving up on finding one in the domain."""

_RANK_TOLERANCE = 1e-30
"""What counts as zero beside the largest entry of a matrix, where numbers are rounded."""

_SMALLEST_GAP = 1e-10
"""How far an eigenvalue has to be from the others, beside the largest, to be simple."""

_PLAIN = (int, mpmath.mpf, mpmath.mpc)

Result = TypeVar("Result")


@dataclass
class Point:
    """A random point: values of symbols, their changes, and abstract functions.

    :param arithmetic: the kind of numbers.
    :param rng: where values are drawn from.
    :param attempt: how many points have been tried before.
    :param varying: tells which symbols change along the direction.
    :param moving: the symbol whose free entries alone change, and the change of each; otherwise
        changes are random.
    :param domain: what holds at the point.
    :param has_chosen: whether eigenvectors were chosen where more than one basis is right.
    """

    arithmetic: Arithmetic
    rng: random.Random
    attempt: int = 0
    varying: Callable[[Any], bool] = lambda _: True
    moving: tuple[Any, Mapping[tuple[int, int], Change]] | None = None
    domain: Domain = EVERYWHERE
    has_chosen: bool = False
    _values: dict[Any, Any] = field(default_factory=dict)
    _functions: dict[Any, Callable[..., Any]] = field(default_factory=dict)

    def value(self, symbol: Any, i: int = 0, j: int = 0) -> Any:
        """The value of a symbol, or of an entry of a matrix symbol."""
        if self.domain.knows(symbol):
            return self._matrix("value", symbol)[i, j]
        scalar = None if symbol.is_Matrix else self.domain.scalar(symbol)
        return self._drawn(("value", symbol, i, j), scalar)

    def change(self, symbol: Any, i: int = 0, j: int = 0) -> Any:
        """The first-order change of the same."""
        if not self.varying(symbol):
            return 0
        if self.moving is not None:
            moving, changes = self.moving
            free = self.domain.moving(symbol, i, j) if symbol == moving else None
            return 0 if free is None else changes[free]
        if self.domain.knows(symbol):
            return self._matrix("change", symbol)[i, j]
        return self._drawn(("change", symbol, i, j), None)

    def _matrix(self, what: str, symbol: Any) -> Grid:
        """The value or the change of a matrix of which something is known."""
        if (what, symbol) not in self._values:

            def draw(place: Any) -> Any:
                return self._drawn((what, symbol, *place), None)

            self._values[what, symbol] = (
                self.domain.matrix(symbol, self.rng, draw)
                if what == "value"
                else self.domain.change(symbol, self._matrix("value", symbol), draw)
            )
        return self._values[what, symbol]

    def _drawn(self, key: Any, symbol: Symbol | None) -> Any:
        if key not in self._values:
            value = self.arithmetic.draw(self.rng, symbol, self.attempt)
            what, of, *place = key
            is_square = of.is_Matrix and of.shape[0] == of.shape[1]
            if what == "value" and is_square and len(set(place)) == 1:
                value = value + self.arithmetic.raised(self.attempt)
            self._values[key] = value
        return self._values[key]

    def function(self, name: str, index: tuple[int, ...], arguments: int) -> Callable[..., Any]:
        """An abstract function or one of its partial derivatives, each independent."""
        key = name, index, arguments
        if key not in self._functions:
            self._functions[key] = self.arithmetic.abstract(self.rng, arguments)
        return self._functions[key]

    def evaluation(
        self, sizes: Mapping[Any, int], definitions: Mapping[Any, Expr] | None = None
    ) -> Evaluation:
        """Evaluate expressions at this point."""
        return Evaluation(self.scalars, sizes, definitions or {})

    def along(self, symbol: Any, entries: Sequence[tuple[int, int]]) -> Point:
        """The same point, and every direction in which some free entries of a symbol change."""
        units = {free: Change({(k,): 1}) for k, free in enumerate(entries)}
        return replace(self, moving=(symbol, units))

    def toward(self, symbol: Any, *directions: Mapping[tuple[int, int], Any]) -> Point:
        """The same point, and directions with a number for each free entry of a symbol."""
        changes = {
            free: Change({(k,): direction[free] for k, direction in enumerate(directions)})
            for free in directions[0]
        }
        return replace(self, moving=(symbol, changes))

    def beside_kinks(self, sizes: Mapping[Any, int], definitions: Mapping[Any, Expr]) -> Evaluation:
        """Evaluate derivatives here; where a piece meets the next they have no value."""
        return Evaluation(partial(_BesideKinks, self), sizes, definitions)

    def scalars(self, level: int) -> Numbers:
        """Numbers under so many differentials."""
        return Numbers(self, level)


@dataclass(frozen=True)
class Numbers:
    """Arithmetic with the values at a point; dual numbers inside a differential."""

    point: Point
    level: int = 0

    def number(self, value: Expr) -> Any:
        """Take over a number."""
        return self.point.arithmetic.number(value)

    def symbol(self, symbol: Symbol) -> Any:
        """The value of a scalar symbol."""
        return _lifted(self.point.value(symbol), self.point.change(symbol), self.level)

    def entry(self, symbol: Any, i: int, j: int) -> Any:
        """The value of an entry of a matrix symbol.

        :raises UnsupportedError: if it changes twice, and not on a straight line.
        """
        change = self.point.change(symbol, i, j)
        is_free = self.point.moving is not None
        if self.level > 1 and not (
            is_free or self.is_zero(change) or not self.point.domain.is_curved(symbol)
        ):
            told = " and ".join(sorted(self.point.domain.properties[symbol]))
            raise UnsupportedError(f"the second differential of {symbol}, which is {told}")
        return _lifted(self.point.value(symbol, i, j), change, self.level)

    @staticmethod
    def is_zero(value: Any) -> bool:
        """Tell a number that is zero; a zero that changes is none."""
        return not isinstance(value, Dual) and value == 0

    def total(self, terms: Sequence[Any]) -> Any:
        """Add."""
        result = terms[0] if terms else 0
        for term in terms[1:]:
            result = result + term
        return result

    def product(self, factors: Sequence[Any]) -> Any:
        """Multiply."""
        result = factors[0] if factors else 1
        for factor in factors[1:]:
            # Dual numbers know how to multiply plain ones, which would try to convert them.
            result = factor * result if isinstance(factor, Dual) else result * factor
        return result

    def power(self, base: Any, exponent: Any) -> Any:
        """Raise to a power."""
        if not isinstance(base, Dual) and not isinstance(exponent, Dual):
            return self.point.arithmetic.power(base, exponent)
        b, e = real_of(base), real_of(exponent)
        change = 0
        if isinstance(base, Dual):
            change = base.part * (e * self.power(b, e + -1))
        if isinstance(exponent, Dual) and exponent.part != 0:
            change = exponent.part * (self._log(b) * self.power(b, e)) + change
        return Dual(self.power(b, e), change)

    def _log(self, value: Any) -> Any:
        from sympy import log

        return self.call(log, [value])

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """Apply a known function, and its partial derivatives to what changes."""
        if not any(isinstance(argument, Dual) for argument in arguments):
            return self.point.arithmetic.call(function, arguments)
        if function in (Max, Min):
            return self._extremum(function, arguments)
        if function in (Abs, sign, Heaviside) and _innermost(arguments[0]) == 0:
            raise NoValue(f"{function.__name__} is not differentiable at zero")
        reals = [real_of(argument) for argument in arguments]
        terms = [
            part_of(argument) * self._partial(function, position, reals)
            for position, argument in enumerate(arguments)
            if isinstance(argument, Dual)
        ]
        return Dual(self.call(function, reals), self.total(terms))

    def _partial(self, function: Any, position: int, reals: list[Any]) -> Any:
        inner = Evaluation(self.point.scalars, {}, level=self.level)
        return inner.apply(_partial_of(function, position, len(reals)), *reals)

    def _extremum(self, function: Any, arguments: Sequence[Any]) -> Any:
        choose = max if function is Max else min
        values = [_innermost(argument) for argument in arguments]
        if values.count(choose(values)) > 1:
            raise NoValue(f"{function.__name__} of equal values is not differentiable")
        return arguments[values.index(choose(values))]

    def choose(self, pairs: Sequence[tuple[Any, Any]]) -> Any:
        """Take the first value whose condition holds."""
        for value, condition in pairs:
            if condition:
                return value
        raise NoValue("no condition of a piecewise function holds")

    def compare(self, relation: Any, left: Any, right: Any) -> bool:
        """Decide a relation between two scalars by their values."""
        moves = isinstance(left, Dual) or isinstance(right, Dual)
        left, right = _innermost(left), _innermost(right)
        if self._meet(left, right):
            if moves:
                raise NoValue("a piecewise function at the border of its pieces")
            left = right
        return bool(relation(*(_as_sympy(value) for value in (left, right))))

    def _meet(self, left: Any, right: Any) -> bool:
        """Return whether two numbers are equal, as far as these numbers can tell."""
        return self.point.arithmetic.equal(left, right)

    def connect(self, operation: Any, conditions: Sequence[bool]) -> bool:
        """Decide what is said of conditions."""
        return bool(operation(*conditions))

    def abstract(
        self, name: str, index: Sequence[int], slots: Sequence[Slot], arguments: Sequence[Any]
    ) -> Any:
        """An abstract function; its partial derivatives for what changes."""
        moving = [k for k, argument in enumerate(arguments) if isinstance(argument, Dual)]
        index = tuple(sorted(index))
        if not moving:
            return self.point.function(name, index, len(arguments))(*arguments)
        reals = [real_of(argument) for argument in arguments]
        terms = [
            part_of(arguments[k]) * self.abstract(name, (*index, k), slots, reals)
            for k in moving
            if not self.is_zero(part_of(arguments[k]))
        ]
        return Dual(self.abstract(name, index, slots, reals), self.total(terms))

    def inverse(self, matrix: Grid) -> Grid:
        """Invert by elimination.

        :raises NoValue: if the matrix is singular.
        """
        size = matrix.rows
        rows = [[*matrix.row(i), *(int(i == j) for j in range(size))] for i in range(size)]
        for k in range(size):
            _swap_in_pivot(rows, k)
            scale = reciprocal(rows[k][k])
            rows[k] = [entry * scale for entry in rows[k]]
            for i in range(size):
                if i != k:
                    _subtract(rows, i, k, rows[i][k])
        return Grid.of(size, size, lambda i, j: rows[i][size + j])

    def solution(self, matrix: Grid, right: Grid) -> Grid:
        """The inverse of the plain matrix tells the solution; its changes follow, order by order.

        :raises NoValue: if the matrix is singular.
        """
        on = _Grids(self)
        inverse = self.inverse(on.plain(matrix))
        found = on.times(inverse, right)
        for _ in range(self.level):
            rest = on.plus(right, on.times(matrix, found).map(lambda entry: -entry))
            found = on.plus(found, on.times(inverse, rest))
        return found

    def determinant(self, matrix: Grid) -> Any:
        """The determinant by elimination, zero if no pivot is left."""
        rows = [list(matrix.row(i)) for i in range(matrix.rows)]
        if self.level and _is_singular(rows):
            raise NoValue("the differential of the determinant of a singular matrix")
        result: Any = 1
        for k in range(matrix.rows):
            try:
                sign = _swap_in_pivot(rows, k)
            except NoValue:
                return 0
            result = result * rows[k][k] * sign
            for i in range(k + 1, matrix.rows):
                _subtract(rows, i, k, rows[i][k] * reciprocal(rows[k][k]))
        return result

    def eigenvalue(self, matrix: Grid, polynomial: Sequence[Any], i: int, *, simple: bool) -> Any:
        """An eigenvalue of a symmetric matrix, its changes by Newton's method for the polynomial.

        :raises NotRational: if numbers are exact.
        :raises NoValue: if it is to be simple and is not, or comes apart from one equal to it.
        """
        if matrix.rows == 1:
            return matrix.entries[0]
        if self.point.arithmetic.tolerance is None:
            raise NotRational("an eigenvalue")
        plain = [[_innermost(entry) for entry in matrix.row(k)] for k in range(matrix.rows)]
        values, vectors = mpmath.eigsy(mpmath.matrix(plain))
        least = _SMALLEST_GAP * max(map(abs, values))
        equal = [k for k, value in enumerate(values) if abs(values[i] - value) <= least]
        if len(equal) > 1 and simple:
            raise NoValue("an eigenvalue that is not simple")
        if len(equal) > 1 and self.level:
            return common_eigenvalue(_Grids(self), matrix, list(values), vectors, equal)
        value = values[i]
        for _ in range(self.level):
            slope = polynomial_slope(self, polynomial, value)
            step = polynomial_value(self, polynomial, value) * reciprocal(slope)
            value = value + -step
        return value

    def distinct_eigenvalues(self, matrix: Grid) -> list[Any]:
        """The eigenvalues of a symmetric matrix, changes left out, each once.

        :raises NotRational: if numbers are exact.
        """
        if self.point.arithmetic.tolerance is None:
            raise NotRational("an eigenvalue")
        plain = [[_innermost(entry) for entry in matrix.row(k)] for k in range(matrix.rows)]
        values = sorted(mpmath.eigsy(mpmath.matrix(plain), eigvals_only=True))
        gap = _SMALLEST_GAP * max(map(abs, values))
        return [v for k, v in enumerate(values) if k == 0 or v - values[k - 1] > gap]

    def chosen_eigenvectors(self, matrix: Grid) -> Grid | None:
        """Orthonormal eigenvectors of a symmetric matrix, where some eigenvalues are equal.

        Any basis is as right as another there, and one is chosen at random: what is right with it,
        depends on none.

        :returns: nothing if all eigenvalues are simple, or the matrix changes.
        """
        if self.point.arithmetic.tolerance is None or self.level or matrix.rows == 1:
            return None
        values, vectors = mpmath.eigsy(
            mpmath.matrix([list(matrix.row(k)) for k in range(matrix.rows)])
        )
        least = _SMALLEST_GAP * max(map(abs, values))
        starts = [k for k in range(matrix.rows) if k == 0 or values[k] - values[k - 1] > least]
        if len(starts) == matrix.rows:
            return None
        self.point.has_chosen = True
        return turned_within(vectors, starts)

    def matrix_function(self, name: str, matrix: Grid) -> Grid:
        """The exponential, logarithm or square root of a square matrix.

        :raises NotRational: if numbers are exact.
        :raises NoValue: if it does not exist, or does not change smoothly.
        """
        if self.point.arithmetic.tolerance is None:
            raise NotRational(f"the {name} of a matrix")
        plain = [[_innermost(entry) for entry in matrix.row(k)] for k in range(matrix.rows)]
        refuse_without(name, _eigenvalues(plain))
        found: Grid = value_of(name, _Grids(self), matrix)
        return found

    def independent(self, matrix: Grid) -> Crossing:
        """The rows and columns that meet in a largest invertible matrix, changes left out."""
        tolerance = 0 if self.point.arithmetic.tolerance is None else _RANK_TOLERANCE
        exactly = Fraction(1) if tolerance == 0 else mpmath.mpf(1)
        return independent(matrix.map(lambda entry: _innermost(entry) * exactly), tolerance)

    def differential(self, value: Any) -> Any:
        """The first-order change of a value."""
        return part_of(value)


def _eigenvalues(rows: list[list[Any]]) -> list[Any]:
    """The eigenvalues of a matrix, to the precision of a float."""
    if len(rows) == 1:
        return rows[0]
    with mpmath.workdps(15):
        return list(mpmath.eig(mpmath.matrix(rows), left=False, right=False))


@dataclass(frozen=True)
class _BesideKinks(Numbers):
    """Arithmetic without a value where a derivative jumps: at random, numbers seldom meet."""

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """Apply a known function, but no step at zero."""
        if function in (sign, Heaviside) and _innermost(arguments[0]) == 0:
            raise NoValue(f"{function.__name__} jumps at zero")
        return super().call(function, arguments)

    def compare(self, relation: Any, left: Any, right: Any) -> bool:
        """Decide a relation between two scalars, but not where they are equal."""
        if self._meet(_innermost(left), _innermost(right)):
            raise NoValue("a piecewise function at the border of its pieces")
        return super().compare(relation, left, right)


@dataclass(frozen=True)
class _Grids:
    """Square matrices of precise numbers, plain or dual."""

    ring: Numbers
    digits: int = HighPrecision.digits

    @property
    def orders(self) -> int:
        return self.ring.level

    def plain(self, a: Grid) -> Grid:
        return a.map(_innermost)

    def unit(self, like: Grid) -> Grid:
        return Grid.of(*like.shape, lambda i, j: mpmath.mpf(int(i == j)))

    def plus(self, a: Grid, b: Grid) -> Grid:
        return Grid(*a.shape, tuple(map(self.ring.total, zip(a.entries, b.entries, strict=True))))

    def times(self, a: Grid, b: Grid) -> Grid:
        rows = [a.row(i) for i in range(a.rows)]
        cols = [b.col(j) for j in range(b.cols)]
        # What does not change is most of what is multiplied, and mpmath adds its products at once.
        is_plain = all(isinstance(entry, _PLAIN) for entry in (*a.entries, *b.entries))
        dot = mpmath.fdot if is_plain else self._dot
        return Grid.of(a.rows, b.cols, lambda i, j: dot(rows[i], cols[j]))

    def _dot(self, row: Sequence[Any], col: Sequence[Any]) -> Any:
        is_zero = self.ring.is_zero
        pairs = zip(row, col, strict=True)
        return self.ring.total(
            [self.ring.product(pair) for pair in pairs if not any(map(is_zero, pair))]
        )

    def scaled(self, p: int, q: int, a: Grid) -> Grid:
        factor = mpmath.mpf(p) / q
        return a.map(lambda entry: self.ring.product((factor, entry)))

    def inverse(self, a: Grid) -> Grid:
        return self.ring.inverse(a)

    def size(self, a: Grid) -> float:
        rows = (a.row(i) for i in range(a.rows))
        return float(max(sum(abs(_innermost(entry)) for entry in row) for row in rows))


def _lifted(value: Any, change: Any, level: int) -> Any:
    if level == 0 or Numbers.is_zero(change):
        return value
    return Dual(_lifted(value, change, level - 1), change)


def _innermost(value: Any) -> Any:
    while isinstance(value, Dual):
        value = value.real
    return value


def _as_sympy(value: Any) -> Any:
    from sympy import Rational, sympify

    return (
        sympify(value)
        if not hasattr(value, "numerator")
        else Rational(value.numerator, value.denominator)
    )


def _swap_in_pivot(rows: list[list[Any]], k: int) -> int:
    """Bring the largest remaining entry of column k to the diagonal."""
    best = max(range(k, len(rows)), key=lambda i: abs(_innermost(rows[i][k])))
    if _innermost(rows[best][k]) == 0:
        raise NoValue("a singular matrix")
    rows[k], rows[best] = rows[best], rows[k]
    return 1 if best == k else -1


def _subtract(rows: list[list[Any]], i: int, k: int, factor: Any) -> None:
    negative = -factor
    rows[i] = [entry + negative * pivot for entry, pivot in zip(rows[i], rows[k], strict=True)]


def _is_singular(rows: list[list[Any]]) -> bool:
    plain = [[_innermost(entry) for entry in row] for row in rows]
    for k in range(len(plain)):
        try:
            _swap_in_pivot(plain, k)
        except NoValue:
            return True
        for i in range(k + 1, len(plain)):
            _subtract(plain, i, k, plain[i][k] * reciprocal(plain[k][k]))
    return False


@lru_cache(maxsize=256)
def _partial_of(function: Any, position: int, arguments: int) -> Lambda:
    """The partial derivative of a known function of scalars, as SymPy has it."""
    variables = [Dummy(real=True) for _ in range(arguments)]
    applied = function(*variables)
    try:
        partial = applied.diff(variables[position])
    except ArgumentIndexError:
        partial = Derivative(applied, variables[position])
    if partial.has(Derivative, Subs):
        raise UnsupportedError(f"the derivative of {function.__name__} is not known")
    return Lambda(tuple(variables), partial)


def check_draws(seed: Any, points: Any) -> None:
    """Refuse a seed or a number of points that no points can be drawn with.

    :raises InputError: if the seed or the number of points is no whole number.
    """
    for value, what in ((seed, "seed"), (points, "points")):
        if not isinstance(value, (int, Integer)) or isinstance(value, bool):
            raise InputError(f"{what} must be a whole number, not {value!r}")


def at_points(
    arithmetic: Arithmetic,
    seed: int,
    points: int,
    action: Callable[[Point], Result],
    **options: Any,
) -> Iterable[Result]:
    """Do something at random points, drawing again where a value does not exist.

    :param options: what else a :class:`Point` is made with.
    :raises InputError: if there is no point to look at.
    :raises VerificationError: if no point can be found at which all values exist.
    """
    if points < 1:
        raise InputError(f"compare at one point or more, not at {points}")
    rng = random.Random(int(seed))
    for _ in range(points):
        yield _at_one_point(arithmetic, rng, action, options)


def _at_one_point(
    arithmetic: Arithmetic,
    rng: random.Random,
    action: Callable[[Point], Result],
    options: Mapping[str, Any],
) -> Result:
    def tried(numbers: Arithmetic, attempt: int) -> Result:
        with numbers.context():
            return action(Point(numbers, rng, attempt, **options))

    reason = ""
    for attempt in range(ATTEMPTS):
        start = rng.getstate()
        try:
            try:
                return tried(arithmetic, attempt)
            except MoreDigits as small:
                rng.setstate(start)  # the same point again
                return tried(small.refined, attempt)
        except NoValue as error:
            reason = f"{error}{error.place}"
        except ZeroDivisionError:
            reason = "a division by zero"
    raise VerificationError(
        f"nothing could be compared: no point was found in {ATTEMPTS} attempts at which every "
        f"function has a finite real value (last obstacle: {reason}); give sizes at which there "
        "are such points, or state by `assuming` what holds of the names"
    )
