"""Verdicts on what a reader claims: a derivative, or a chain of equalities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from sympy import (
    DiagonalOf,
    Expr,
    MatAdd,
    MatMul,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Q,
    Rational,
    S,
    Symbol,
    Transpose,
    expand,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.matrixbase import MatrixBase

from derivlib.check.claims.claim import Claim
from derivlib.check.claims.comparison import difference_of, for_markdown, sentence, sizes_by_name
from derivlib.check.claims.derivative import compare
from derivlib.check.claims.equation import EquationCheck, check_equation
from derivlib.check.claims.judgement import judgement
from derivlib.check.claims.large import compare_in_double, in_double
from derivlib.check.claims.ledger import judging
from derivlib.check.claims.verification import Method, Verification
from derivlib.check.points.domain import Domain, domain_of
from derivlib.check.points.sizes import sizes_to_check_at
from derivlib.check.scalars.fields import Arithmetic, MoreDigits, NoValue
from derivlib.errors import InputError, VerificationError
from derivlib.expressions.sizes import (
    all_nodes,
    expression,
    symbol_to_differentiate_by,
)
from derivlib.nodes import DifferentialNode, Structure
from derivlib.nodes.grid import Grid

_IN_THE_SPACE = (
    "the gradient in the space of symmetric matrices, off the diagonal half the derivative by "
    "a free entry"
)

_FACTORS = tuple(map(Rational, ("2", "1/2", "-1", "-2", "-1/2", "3", "1/3", "4", "1/4")))
"""By how much a claim is tried to be off."""


@dataclass(frozen=True)
class Verdict:
    """The judgement on a claimed derivative; it counts as true if the claim holds.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace
    >>> X = MatrixSymbol("X", 3, 2)
    >>> verdict = is_derivative(X, Trace(X.T * X), X)
    >>> verdict.agreed, verdict.hint
    (False, 'off by the factor 1/2')
    >>> bool(is_derivative(2 * X, Trace(X.T * X), X))
    True

    ```

    :param agreed: whether the claim is the derivative.
    :param reason: what was compared, or the first entry that differs with both values.
    :param hint: what the claim is instead, where that could be told.
    :param sizes: the sizes at which it was judged.
    """

    agreed: bool
    reason: str
    hint: str
    sizes: tuple[tuple[str, int], ...]

    def __bool__(self) -> bool:
        return self.agreed

    def __str__(self) -> str:
        verdict = "agreed" if self.agreed else "not the derivative"
        hint = f"; the claim is {self.hint}" if self.hint else ""
        return f"{verdict}: {self.reason}{hint}"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        verdict = "Agreed." if self.agreed else "Not the derivative."
        hint = f" The claim is {self.hint}." if self.hint else ""
        return f"**{verdict}** {for_markdown(sentence(self.reason) + hint)}"


@dataclass(frozen=True)
class StepsVerdict:
    """The judgement on a chain of equalities; it counts as true if every line holds.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> A, B = MatrixSymbol("A", 3, 3), MatrixSymbol("B", 3, 3)
    >>> verdict = check_steps([(A + B).T, A.T + B.T, A.T + B])
    >>> verdict.first_wrong, bool(verdict)
    (2, False)
    >>> bool(check_steps([(A * B).T, B.T * A.T]))
    True

    ```

    :param first_wrong: the position, counted from 0, of the first line that is not equal to
        the one before it; nothing if all are.
    :param reason: how many lines agree, or where the first wrong one differs.
    """

    first_wrong: int | None
    reason: str

    def __bool__(self) -> bool:
        return self.first_wrong is None

    def __str__(self) -> str:
        return self.reason

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        verdict = "Agreed." if self else "Wrong."
        return f"**{verdict}** {for_markdown(sentence(self.reason))}"


def _multiple(factor: Rational, claim: Expr) -> Expr:
    return (MatMul if claim.is_Matrix else Mul)(factor, claim)


Different = tuple[Grid, Grid, Arithmetic]
"""The values of a claim and of the derivative where they differ, and their kind of numbers."""


def _alternatives(claim: Expr, found: Sequence[Different]) -> Iterator[tuple[Expr, str]]:
    """What a claim may have been mistaken for, with how to say so.

    Only what would agree where the claim itself was seen to differ is worth a comparison.
    """
    turned = [(claim, "", False)]
    if isinstance(claim, MatrixExpr):
        turned.append((Transpose(claim), "its transpose, ", True))
        if all(_would_agree(values, S.One, transposed=True) for values in found):
            yield Transpose(claim), "its transpose, the other layout"
    for factor in _FACTORS:
        for candidate, told, transposed in turned:
            if all(_would_agree(values, factor, transposed) for values in found):
                yield _multiple(factor, candidate), f"{told}off by the factor {1 / factor}"


def _would_agree(values: Different, factor: Rational, transposed: bool) -> bool:
    """Tell whether a multiple of a claim, or of its transpose, has the values it should have."""
    claimed, truth, arithmetic = values
    with arithmetic.context():
        scale = arithmetic.number(factor)
        scaled = (claimed.transpose() if transposed else claimed).map(lambda entry: entry * scale)
        try:
            return difference_of(scaled, truth, arithmetic) is None
        except (NoValue, MoreDigits):  # too small to tell; another point will
            return True


def is_derivative(
    claim: Any,
    expr: Any,
    wrt: Any,
    sizes: Mapping[Any, Any] | None = None,
    *,
    seed: int = 0,
    structure: Structure | None = None,
    assuming: Any = (),
    method: Method | None = None,
) -> Verdict:
    """Judge a derivative that was found by hand; see :func:`derivlib.is_derivative`."""
    claim, expr = expression(claim), expression(expr)
    wrt = symbol_to_differentiate_by(wrt, expr)
    given = sizes_to_check_at(sizes, claim, expr, wrt, assuming=assuming)
    named = sizes_by_name(given)
    structures = None if structure is None else {wrt: structure}
    exprs = (claim, expr, wrt)
    large = in_double(method, exprs, given)
    domain = domain_of(given, exprs, structures=structures, assuming=assuming, by_entries=not large)
    every_entry = method == "exact"
    expected = None if large else judgement(expr, wrt, given, {}, domain, every_entry=every_entry)
    found: list[Different] = []

    def compared(claimed: Claim) -> Verification:
        if large:
            return compare_in_double(claimed, seed=seed)
        return compare(
            claimed,
            seed=seed,
            expected=expected if claimed.domain is domain else None,
            differing=lambda *values: found.append(values),
            every_entry=every_entry,
        )

    with judging("derivative", expr, wrt, claim) as note:
        claimed = Claim(expr, wrt, claim, given, {}, domain)
        try:
            verification = compared(claimed)
        except VerificationError as error:
            note.refused = str(error)
            hint = _hint(claimed, compared, found)
            return Verdict(False, str(error), hint, named)
        note(verification)
    return Verdict(True, str(verification), "", named)


def _hint(
    claimed: Claim, compared: Callable[[Claim], Verification], found: Sequence[Different]
) -> str:
    """Say what a claim is instead.

    :param compared: compares another claim in the same way.
    """
    claim, wrt, domain = claimed.result, claimed.wrt, claimed.domain
    candidates = [(candidate, told, domain) for candidate, told in _alternatives(claim, found)]
    if domain.structures:
        told = f"the derivative by all entries of {wrt}, each taken as free"
        candidates.insert(0, (claim, told, domain.without_structure()))
    if domain.structures.get(wrt) == "symmetric" and _is_square(claim):
        doubled = MatAdd(
            _multiple(Rational(2), claim), _multiple(Rational(-1), DiagMatrix(DiagonalOf(claim)))
        )
        candidates.append((doubled, _IN_THE_SPACE, domain))
    if domain == Domain():
        candidates += [
            (claim, f"the derivative where {symbol} is symmetric", where)
            for symbol, where in _where_symmetric(claimed)
        ]
    for candidate, told, where in candidates:
        try:
            compared(replace(claimed, result=candidate, domain=where))
        except VerificationError:
            continue
        return told
    return ""


_MOST_SYMMETRIC = 3
"""Of how many constants it is tried whether they are meant to be symmetric."""


def _where_symmetric(claimed: Claim) -> Iterator[tuple[Expr, Domain]]:
    """The domains in which one of the square constants is symmetric."""
    exprs = (claimed.result, claimed.expr, claimed.wrt)
    constants = {node for node in all_nodes(exprs) if isinstance(node, MatrixSymbol)}
    square = [symbol for symbol in constants - {claimed.wrt} if _is_square(symbol)]
    for symbol in sorted(square, key=str)[:_MOST_SYMMETRIC]:
        yield symbol, domain_of(claimed.sizes, exprs, assuming=Q.symmetric(symbol))


def _is_square(claim: Expr) -> bool:
    return isinstance(claim, MatrixExpr) and expand(claim.shape[0] - claim.shape[1]) == 0


def _differentiated(expr: Expr) -> set[Expr]:
    """The symbols of which a differential is written."""
    nodes = (node for node in all_nodes([expr]) if isinstance(node, DifferentialNode))
    return {node.of for node in nodes if isinstance(node.of, Symbol | MatrixSymbol)}


def _lines(lines: Any) -> list[Expr]:
    """Take over the lines of a chain of equalities."""
    if not isinstance(lines, Iterable) or isinstance(lines, (str, Expr, MatrixBase, Set, Mapping)):
        raise InputError(f"check_steps takes a list of expressions, one a line, not {lines!r}")
    expressions = [expression(line) for line in lines]
    if len(expressions) < 2:
        raise InputError("check_steps compares at least two lines")
    return expressions


def _refuse_unknown_structures(structures: Any, expressions: Sequence[Expr]) -> None:
    if isinstance(structures, Mapping):
        known = set(all_nodes(expressions))
        if unknown := [str(matrix) for matrix in structures if matrix not in known]:
            raise InputError(
                f"{', '.join(unknown)} does not occur in the lines; leave its structure out"
            )


def check_steps(
    lines: Iterable[Any],
    sizes: Mapping[Any, Any] | None = None,
    *,
    seed: int = 0,
    structures: Mapping[Any, Structure] | None = None,
    assuming: Any = (),
) -> StepsVerdict:
    """Judge a chain of equalities; see :func:`derivlib.check_steps`."""
    expressions = _lines(lines)
    given = sizes_to_check_at(sizes, *expressions, assuming=assuming)
    _refuse_unknown_structures(structures, expressions)
    varying = set().union(*map(_differentiated, expressions))

    def compared(before: Expr, after: Expr) -> EquationCheck:
        return check_equation(
            before,
            after,
            sizes=given,
            varying=varying,
            structures=structures,
            assuming=assuming,
            seed=seed,
        )

    with judging("steps", *expressions) as note:
        for i, (before, after) in enumerate(pairwise(expressions)):
            try:
                note(compared(before, after))
            except VerificationError as error:
                note.refused = (
                    f"line {i + 2}, counted from 1, is not equal to the line before it: {error}"
                )
                return StepsVerdict(i + 1, note.refused)
    return StepsVerdict(None, f"the {len(expressions)} lines are equal")
