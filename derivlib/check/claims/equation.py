"""Checking equations between expressions with differentials, over dual numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr, MatrixSymbol, Symbol

from derivlib.check.claims.comparison import (
    SizesByName,
    as_grid,
    at_sizes,
    difference_of,
    first_that_works,
    sizes_by_name,
)
from derivlib.check.claims.ledger import judging, unrecorded
from derivlib.check.points.domain import EVERYWHERE, Domain, domain_of
from derivlib.check.points.sizes import sizes_to_check_at
from derivlib.check.scalars.fields import kinds_of_numbers
from derivlib.check.scalars.numbers import Point, at_points, check_draws
from derivlib.check.scalars.residues import MODULAR, without_fractions
from derivlib.check.values.directional import derivative_at
from derivlib.check.values.explicit import taken_definitions
from derivlib.errors import DerivlibError, InputError, VerificationError
from derivlib.expressions.sizes import expression, largest_index, resolve_sizes, size_symbols
from derivlib.nodes import DifferentialNode, Structure
from derivlib.nodes.grid import Grid


@dataclass(frozen=True)
class EquationCheck:
    """Which equation was checked, and how.

    :param sizes: names and values of the sizes.
    :param entries: the number of entries compared at each point.
    :param method: "exact" for rational arithmetic, "modular" for integers modulo a random prime,
        "numeric" for high precision.
    :param points: the number of random points and directions.
    :param seed: their seed.
    """

    sizes: SizesByName
    entries: int
    method: str
    points: int
    seed: int

    def __str__(self) -> str:
        entries = "their one entry" if self.entries == 1 else f"all {self.entries} entries"
        points = f"{self.points} random point{'s' * (self.points > 1)}"
        how = {"exact": "exactly", "modular": MODULAR}.get(self.method, "in high precision")
        return f"Both sides agree in {entries}{at_sizes(dict(self.sizes))}: {how} at {points}."

    __repr__ = __str__


def check_equation(
    left: Any,
    right: Any,
    *,
    sizes: Mapping[Any, Any] | None = None,
    definitions: Mapping[Any, Expr] | None = None,
    varying: Iterable[Any] | None = None,
    structures: Mapping[Any, Structure] | None = None,
    assuming: Any = (),
    seed: int = 0,
    points: int = 2,
) -> EquationCheck:
    """Check an equation that may contain differentials `d(U)` of any expressions.

    Every symbol becomes U₀ + εV with random U₀ and V and ε² = 0, and d(U) is the
    coefficient of ε; abstract functions and their derivatives take independent values.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib.nodes import d
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> U = MatrixSymbol("U", n, m)
    >>> check_equation(d(U.T * U), d(U).T * U + U.T * d(U), sizes={n: 3, m: 2}).method
    'exact'

    ```

    :param left: a scalar or a matrix expression.
    :param right: another, of the same shape.
    :param sizes: a positive integer for each symbol that stands in a shape, or for its name;
        small ones, pairwise different, are chosen if there are none.
    :param definitions: expressions to put in for symbols, such as N = XW.
    :param varying: the symbols that change; all of them unless told otherwise.
    :param structures: the structure of matrices, such as `{X: "symmetric"}`; their
        differentials have it too.
    :param assuming: what else holds at every point: SymPy's assumptions, such as
        `Q.symmetric(A)`. Differentials keep to them: that of an orthogonal Q is Q S with a
        skew S.
    :param seed: the seed of the random points and directions.
    :param points: how many of them.
    :raises VerificationError: if both sides differ in an entry or in shape.
    :raises InputError: if a structure or an assumption is not known.
    :raises SizesError: if a size is missing or not a positive integer.
    :raises UnsupportedError: if the entries of a node are not known.
    """
    left, right = expression(left), expression(right)
    definitions = taken_definitions(definitions)
    parts = (left, right, *definitions, *definitions.values())
    given = sizes_to_check_at(sizes, *parts, assuming=assuming)
    domain = domain_of(
        given,
        (left, right, *definitions.values()),
        structures=structures,
        assuming=assuming,
    )
    moving = None if varying is None else _moving(varying)

    def action(point: Point) -> int:
        evaluation = point.evaluation(given, definitions)
        first, second = as_grid(evaluation.value(left)), as_grid(evaluation.value(right))
        _compare(first, second, point, given)
        return len(first.entries)

    with judging("equation", left, right) as note:
        check = _checked(
            (left, right, *definitions.values()),
            given,
            action,
            seed,
            points,
            varying=(lambda _: True) if moving is None else moving.__contains__,
            domain=domain,
        )
        note(check)
    return check


def _moving(varying: Any) -> frozenset[Any]:
    """The symbols that change."""
    if isinstance(varying, Iterable) and not isinstance(varying, (str, Expr)):
        symbols = frozenset(varying)
        if all(isinstance(symbol, (Symbol, MatrixSymbol)) for symbol in symbols):
            return symbols
    raise InputError(f"varying must be the symbols that change, such as {{X, Y}}, not {varying!r}")


_SIZES = 7
"""How many different sizes are chosen; a network of a hundred layers has a hundred symbols."""


def is_equal(left: Expr, right: Expr, *, definitions: Mapping[Any, Expr] | None = None) -> bool:
    """Tell whether two expressions are equal at random points, with sizes chosen here.

    This is a question, not a check of a claim: no ledger records it.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> A, B = MatrixSymbol("A", n, m), MatrixSymbol("B", m, n)
    >>> is_equal((A * B).T, B.T * A.T), is_equal((A * B).T, A * B)
    (True, False)

    ```

    :param left: a scalar or a matrix expression; differentials may occur.
    :param right: another.
    :param definitions: expressions to put in for symbols.
    :raises InputError: if one of them is not an expression.
    :raises UndefinedError: if an infinity or nan stands in one.
    """
    left, right = expression(left), expression(right)
    parts = (left, right, *(definitions or {}).values())
    smallest = max(2, 1 + largest_index(*parts))
    sizes = {size: smallest + i % _SIZES for i, size in enumerate(size_symbols(*parts))}
    with unrecorded():
        try:
            check_equation(left, right, sizes=sizes, points=1, definitions=definitions)
        except DerivlibError:
            return False
    return True


def check_identification(
    left: Any,
    right: Any,
    *,
    sizes: Mapping[Any, Any] | None = None,
    seed: int = 0,
    points: int = 1,
) -> EquationCheck:
    """Check that a derivative is read correctly off a differential.

    `left` contains d(X) of one symbol X. In the direction of each unit matrix Eᵢⱼ a scalar
    `left` has to equal entry (i, j) of `right`, and the stacked entries of a matrix `left`
    the column of `right` that belongs to (i, j) in vec(X).

    :param left: a differential, such as ⟨G, dX⟩.
    :param right: the derivative, such as G.
    :param sizes: a positive integer for each symbol that stands in a shape.
    :param seed: the seed of the random points.
    :param points: how many of them.
    :raises VerificationError: if an entry or the shape differs.
    :raises InputError: if `left` does not contain the differential of exactly one symbol.
    """
    left, right = expression(left), expression(right)
    given = resolve_sizes(sizes, left, right)
    variable = _variable_of(left)

    def action(point: Point) -> int:
        evaluation = point.evaluation(given)
        claimed = as_grid(evaluation.value(right))
        found = as_grid(derivative_at(point, left, variable, given))
        _compare(found, claimed, point, given)
        return len(found.entries)

    with judging("identification", left, right) as note:
        check = _checked((left, right), given, action, seed, points)
        note(check)
    return check


def _variable_of(left: Expr) -> Any:
    symbols = {node.of for node in left.atoms(DifferentialNode)}
    if len(symbols) != 1 or not isinstance(next(iter(symbols)), Symbol | MatrixSymbol):
        raise InputError(f"{left} does not contain the differential of exactly one symbol")
    return symbols.pop()


def _compare(left: Grid, right: Grid, point: Point, sizes: Mapping[Any, int]) -> None:
    difference = difference_of(left, right, point.arithmetic)
    if difference is not None:
        raise VerificationError(difference.told("the left side", "the right side", sizes))


def _checked(
    expressions: tuple[Expr, ...],
    sizes: Mapping[Any, int],
    action: Callable[[Point], int],
    seed: int,
    points: int,
    *,
    domain: Domain = EVERYWHERE,
    **options: Any,
) -> EquationCheck:
    check_draws(seed, points)
    kinds, count = kinds_of_numbers(expressions, points, in_components=domain.has_components)
    kinds = without_fractions(kinds, expressions, sizes, seed)
    kind, entries = first_that_works(
        kinds, lambda kind: list(at_points(kind, seed, count, action, domain=domain, **options))
    )
    return EquationCheck(
        sizes=sizes_by_name(sizes),
        entries=entries[0],
        method=kind.name,
        points=len(entries),
        seed=seed,
    )
