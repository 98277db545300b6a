"""Comparing a derivative with the one found entry by entry."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Rational, Symbol, preorder_traversal

from derivlib.check.claims.claim import Claim
from derivlib.check.claims.code import SPACING, Calculation, compare_code, nudges
from derivlib.check.claims.comparison import (
    Difference,
    as_grid,
    first_that_works,
    library_versions,
    sizes_by_name,
)
from derivlib.check.claims.judgement import LONGEST, EveryEntry, Judgement, judgement
from derivlib.check.claims.large import compare_in_double, in_double
from derivlib.check.claims.ledger import judging
from derivlib.check.claims.verification import Method, Verification
from derivlib.check.points.domain import domain_of
from derivlib.check.points.sizes import sizes_to_check_at
from derivlib.check.scalars.fields import Arithmetic, NoValue, kinds_of_numbers
from derivlib.check.scalars.numbers import Numbers, Point, at_points, check_draws
from derivlib.check.scalars.residues import without_fractions
from derivlib.check.values.entry_derivatives import refuse_unknown_order
from derivlib.check.values.explicit import taken_definitions
from derivlib.check.values.node_count import written_length
from derivlib.errors import VerificationError
from derivlib.expressions.sizes import expression, symbol_to_differentiate_by
from derivlib.nodes import Structure
from derivlib.nodes.abstract_partial import has_abstract
from derivlib.nodes.evaluation import Evaluation
from derivlib.nodes.grid import Grid
from derivlib.nodes.symbolic import Symbolic

Differing = Callable[[Grid, Grid, Arithmetic], None]

_MOST_NODES = 320
"""How many nodes an entry may have to be written out to see whether it is short."""


def verify(
    expr: Any,
    wrt: Any,
    result: Any,
    sizes: Mapping[Any, Any] | None = None,
    *,
    seed: int = 0,
    points: int = 2,
    definitions: Mapping[Any, Expr] | None = None,
    order: int = 1,
    structure: Structure | None = None,
    assuming: Any = (),
    method: Method | None = None,
    code: Calculation | None = None,
) -> Verification:
    """Compare a derivative with the one found entry by entry, by scalar calculus.

    Exactly wherever all values are rational, abstract functions included; otherwise in
    high precision. Values are compared at random points of the domain. A derivative too
    long to be written out, such as that of a deep network, is found by dual numbers instead,
    in the direction of one entry of `wrt` at a time.

    At large sizes that would take hours. Where the variable then has more than 64 entries (for a
    Hessian 17), the derivative is found along a random direction at each point instead, and what
    the claim says of it is compared: a claim that is wrong in one entry is wrong along nearly
    every direction. Where matrices have more than 8 rows or columns, integers modulo a random
    prime take the place of fractions, which would grow without end in the inverse of a matrix.
    Where a matrix has more than 400 entries (of the variable of a Hessian, 64), and NumPy is
    installed, a few directions are compared in double precision.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", m, n)
    >>> verify(Trace(A * X), X, A.T, {n: 3, m: 2}).method
    'exact'
    >>> try:
    ...     verify(Trace(A * X), X, 2 * A.T, {n: 3, m: 2})
    ... except AssertionError as error:
    ...     print(str(error).partition(":")[0])
    entry (1, 1), counted from 1, differs at m=2, n=3
    >>> verification = verify(Trace(A * X), X, A.T, {n: 300, m: 200})
    >>> verification.calculus, verification.method
    ('along random directions', 'double')
    >>> verification = verify(Trace(A * X), X, A.T, {n: 11, m: 9})
    >>> verification.calculus, verification.method
    ('along random directions', 'modular')
    >>> from sympy import DiagMatrix, DiagonalOf
    >>> U, B = MatrixSymbol("U", n, n), MatrixSymbol("B", n, n)
    >>> claim = B + B.T - DiagMatrix(DiagonalOf(B))
    >>> verify(Trace(B * U), U, claim, {n: 3}, structure="symmetric").structure
    'symmetric U'

    ```

    :param expr: a scalar or a matrix expression.
    :param wrt: the symbol it is differentiated by.
    :param result: what is claimed to be the derivative, in the layout of the contract.
    :param sizes: a positive integer for each symbol that stands in a shape, or for its name;
        small ones, pairwise different, are chosen if there are none.
    :param seed: the seed of the random points.
    :param points: how many points, at least one; more are taken where a function is not
        smooth.
    :param definitions: expressions to put in for symbols, such as N = XW.
    :param order: 2 if `result` is claimed to be the Hessian of a scalar, on vec(X).
    :param structure: the structure of `wrt`, such as "symmetric": only its free entries
        move, and all places of one move together. A gradient has at each place the
        derivative by the free entry there, zero where there is none; a Jacobian is
        ∂vec(F)/∂θᵀ for the free entries θ in the order of :class:`derivlib.BasisMatrix`.
    :param assuming: what holds at every point: SymPy's assumptions, such as
        `Q.symmetric(A)`, on matrices and scalars. Those of `with sympy.assuming(...)` hold
        too.
    :param method: "exact" for every entry in fractions whatever the sizes, "double" for
        random directions in double precision; the sizes decide if there is none.
    :param code: code that is to calculate the derivative at each point too.
    :raises VerificationError: if an entry or the shape differs, or no point can be found.
    :raises BackendError: if `method` is "double" and NumPy is not installed.
    :raises InputError: if an argument is not a SymPy expression, or `wrt` not a symbol; if a
        structure, an assumption or a method is not known.
    :raises ShapeError: if a matrix with a structure is not square.
    :raises SizesError: if a size is missing or not a positive integer.
    :raises UnsupportedError: if the entries of a node are not known.
    """
    expr, result = expression(expr), expression(result)
    definitions = taken_definitions(definitions)
    wrt = symbol_to_differentiate_by(wrt, expr, *definitions.values())
    refuse_unknown_order(order)
    given = sizes_to_check_at(
        sizes, expr, wrt, result, *definitions, *definitions.values(), assuming=assuming
    )
    exprs = (expr, wrt, result, *definitions.values())
    large = in_double(method, exprs, given, wrt if order == 2 else None)
    domain = domain_of(
        given,
        exprs,
        structures=None if structure is None else {wrt: structure},
        assuming=assuming,
        by_entries=not large,
    )
    claim = Claim(expr, wrt, result, given, definitions, domain, order, code)
    with judging("derivative", expr, wrt, result) as note:
        if large:
            verification = compare_in_double(claim, seed=seed, points=points)
        else:
            every_entry = method == "exact"
            verification = compare(claim, seed=seed, points=points, every_entry=every_entry)
        note(verification)
    return verification


def compare(
    claim: Claim,
    *,
    seed: int = 0,
    points: int = 2,
    expected: Judgement | None = None,
    differing: Differing | None = None,
    every_entry: bool = False,
) -> Verification:
    """Compare as :func:`verify` does, at the points of a domain.

    :param expected: the derivative as the judge finds it in this domain, if it is known.
    :param differing: called with both values, and their kind of numbers, if they differ and
        every entry is known.
    :param every_entry: whether every entry is to be found, however long that takes.
    :raises VerificationError: if an entry or the shape differs, or no point can be found.
    """
    check_draws(seed, points)
    sizes, definitions, domain = claim.sizes, claim.definitions, claim.domain
    if expected is None:
        expected = judgement(
            claim.expr,
            claim.wrt,
            sizes,
            definitions,
            domain,
            claim.order,
            every_entry=every_entry,
        )

    def action(point: Point) -> tuple[int, int]:
        evaluation = point.evaluation(sizes, definitions)
        claimed = as_grid(evaluation.value(claim.result))
        difference = expected.difference(claimed, point)
        if difference is not None:
            if point.has_chosen:
                raise NoValue("eigenvectors of an eigenvalue that is not simple")
            if differing is not None and isinstance(expected, EveryEntry):
                differing(claimed, as_grid(expected.at(point)), point.arithmetic)
            written = _written(difference, claim, expected)
            raise VerificationError(
                difference.told("the result", "entry-by-entry calculus", sizes, written)
            )
        if claim.code is not None:
            compare_code(claim.code, evaluation.value, claimed, _near(claim, point), sizes)
        return claimed.shape

    kinds, count = kinds_of_numbers(claim.exprs, points, in_components=domain.has_components)
    if not every_entry and claim.code is None:  # code calculates with floats
        kinds = without_fractions(kinds, claim.exprs, sizes, seed)
    kind, shapes = first_that_works(
        kinds, lambda kind: list(at_points(kind, seed, count, action, domain=domain))
    )
    return Verification(
        sizes=sizes_by_name(sizes),
        shape=shapes[0],
        method=kind.name,
        calculus=expected.calculus,
        points=len(shapes),
        seed=seed,
        tolerance=kind.tolerance,
        versions=library_versions(),
        structure=domain.structured(claim.wrt),
        assumptions=domain.told,
        abstract=has_abstract(claim.exprs) or getattr(kind, "has_met_functions", False),
        code="" if claim.code is None else claim.code.title,
    )


@dataclass(frozen=True)
class Nudged(Numbers):
    """Arithmetic with values beside those at a point.

    :param way: which of the ways of moving.
    """

    way: int = 0

    def symbol(self, symbol: Symbol) -> Any:
        """The value of a scalar symbol; an integer is not moved."""
        value = super().symbol(symbol)
        return value if symbol.is_integer else self._moved(value, 0, 0)

    def entry(self, symbol: Any, i: int, j: int) -> Any:
        """The value of an entry of a matrix symbol."""
        return self._moved(super().entry(symbol, i, j), i, j)

    def _moved(self, value: Any, i: int, j: int) -> Any:
        return value + value * (nudges(i, j)[self.way] * self.number(Rational(SPACING)))


def _near(claim: Claim, point: Point) -> Iterator[Grid]:
    """What is claimed, which is the derivative, where the arguments are rounded."""
    for way in (0, 1):
        numbers = functools.partial(Nudged, point, way=way)
        with suppress(NoValue):
            evaluation = Evaluation(numbers, claim.sizes, claim.definitions)
            yield as_grid(evaluation.value(claim.result))


def _written(difference: Difference, claim: Claim, expected: Judgement) -> tuple[str, str] | None:
    """Both values as expressions, if they are short enough to read and not the same."""
    if difference.entry is None:
        return None
    truth = expected.entry(*difference.entry)
    if truth is None or written_length(claim.result, claim.sizes, claim.definitions) > LONGEST:
        return None
    scalars = Symbolic()
    evaluation = Evaluation(lambda _: scalars, claim.sizes, claim.definitions)
    claimed = as_grid(evaluation.value(claim.result))[difference.entry]
    if any(map(_is_long, (claimed, truth))):
        return None
    left, right = str(claimed), str(truth)
    readable = max(len(left), len(right)) <= 160
    return (left, right) if readable and left != right else None


def _is_long(expr: Expr) -> bool:
    """Tell that an expression has too many nodes to be read, without writing it."""
    return any(i >= _MOST_NODES for i, _ in enumerate(preorder_traversal(expr)))
