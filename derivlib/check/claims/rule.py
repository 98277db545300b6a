"""Checking a rule of the table, and checking that the check would notice a wrong one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sympy import Add, Expr, Integer, MatAdd, MatMul, Mul, OneMatrix, S, Symbol, Transpose

from derivlib.check.claims.comparison import SizesByName, at_sizes
from derivlib.check.claims.equation import check_equation, check_identification
from derivlib.check.claims.ledger import judging, unrecorded
from derivlib.errors import DerivlibError, InputError, RuleError, VerificationError
from derivlib.expressions.sizes import size_symbols

_SIZES = ((2, 3, 4, 5, 6, 7), (4, 2, 3, 6, 5, 8), (1, 3, 2, 4, 7, 5))
"""Sizes given to the size symbols of a rule in alphabetical order, pairwise different."""


@dataclass(frozen=True)
class RuleCheck:
    """On what a rule was checked.

    :param rule: the name of the rule.
    :param instances: how many sets of placeholders.
    :param sizes: the sizes used with each of them.
    :param entries: how many entries were compared in all.
    :param seed: the seed of the random matrices.
    """

    rule: str
    instances: int
    sizes: tuple[SizesByName, ...]
    entries: int
    seed: int

    def __str__(self) -> str:
        return (
            f"Both sides of “{self.rule}” agree in {self.entries} entries, for {self.instances} "
            f"choice{'s' * (self.instances > 1)} of placeholders at {len(self.sizes)} choices of "
            f"sizes (seed {self.seed})."
        )

    __repr__ = __str__


def check_rule(rule: Any, *, seed: int = 0) -> RuleCheck:
    """Check that both sides of a rule are equal, for each of its instances.

    Random matrices of pairwise different sizes take the place of the placeholders. A rule of
    the family "identification" is checked direction by direction.

    :param rule: an entry of the table: `name`, `family`, `instances`, `equation(...)`.
    :param seed: the seed of the random matrices.
    :raises InputError: if it is not a rule.
    :raises RuleError: naming rule, placeholders, sizes, entry and both values, if its sides
        differ or one of them cannot be evaluated.
    """
    _refuse_no_rule(rule)
    checks = []
    with judging("rule", rule.name) as note:
        for placeholders, left, right in _equations(rule):
            for sizes in _assignments(left, right):
                checks.append(_check_sides(rule, placeholders, left, right, sizes, seed))
                note(checks[-1])
    if not checks:
        raise RuleError(f"the rule “{rule.name}” has no instance to check it on")
    return RuleCheck(
        rule=rule.name,
        instances=len(rule.instances),
        sizes=tuple(dict.fromkeys(check.sizes for check in checks)),
        entries=sum(check.entries * check.points for check in checks),
        seed=seed,
    )


def _refuse_no_rule(rule: Any) -> None:
    if not all(hasattr(rule, name) for name in ("name", "family", "instances", "equation")):
        raise InputError(f'expected a Rule, such as RULES["trace"], not {rule!r}')


def _equations(rule: Any) -> Iterator[tuple[tuple[Any, ...], Expr, Expr]]:
    for placeholders in rule.instances:
        try:
            yield (placeholders, *rule.equation(*placeholders))
        except (ValueError, TypeError) as error:
            raise RuleError(f"{_told(rule, placeholders)} cannot be written: {error}") from error


def _assignments(left: Expr, right: Expr) -> Iterator[dict[Symbol, int]]:
    symbols = size_symbols(left, right)
    for values in _SIZES[: 1 if not symbols else None]:
        yield dict(zip(symbols, values, strict=False))


def _check_sides(
    rule: Any,
    placeholders: tuple[Any, ...],
    left: Expr,
    right: Expr,
    sizes: Mapping[Symbol, int],
    seed: int,
) -> Any:
    check = check_identification if rule.family == "identification" else check_equation
    try:
        return check(left, right, sizes=sizes, seed=seed, points=1)
    except DerivlibError as error:
        raise RuleError(f"{_told(rule, placeholders)}: {error}") from error


def _told(rule: Any, placeholders: tuple[Any, ...]) -> str:
    return f"the rule “{rule.name}” for {', '.join(map(str, placeholders))}"


# --- the check of the check -------------------------------------------------------------


def rejected_tampering(rule: Any, *, seed: int = 0) -> tuple[str, ...]:
    """Falsify the right side of a rule in every simple way, and see that it is noticed.

    The right side is doubled, its sign is turned, ones are added to it, each of its terms
    and each of its transposes is dropped in turn. What leaves the right side as it was, such
    as doubling zero, is passed over.

    :param rule: an entry of the table that is itself correct.
    :param seed: the seed of the random matrices.
    :returns: what was rejected, in words.
    :raises InputError: if it is not a rule.
    :raises RuleError: if a falsified rule is accepted, or none could be made.
    """
    _refuse_no_rule(rule)
    rejected = []
    for placeholders, left, right in _equations(rule):
        for what, make in _falsifications(right):
            with unrecorded():
                noticed = _is_noticed(rule, placeholders, left, right, make, seed)
            if noticed:
                rejected.append(what)
                with judging("rule", f"{rule.name}, {what}") as note:
                    note.refused = "its sides differ"
    if not rejected:
        raise RuleError(f"no falsification of the rule “{rule.name}” could be told from it")
    return tuple(rejected)


def _is_noticed(
    rule: Any,
    placeholders: tuple[Any, ...],
    left: Expr,
    right: Expr,
    make: Callable[[], Expr],
    seed: int,
) -> bool:
    """Tell a falsified rule from the true one, unless nothing was changed by falsifying."""
    try:
        falsified = make()
    except ValueError:
        return True
    noticed = False
    for sizes in _assignments(left, right):
        if _agree(right, falsified, sizes, seed):
            continue
        try:
            _check_sides(rule, placeholders, left, falsified, sizes, seed)
        except RuleError:
            noticed = True
        else:
            raise RuleError(
                f"{_told(rule, placeholders)}: the false right side {falsified} "
                f"was accepted{at_sizes(sizes)}"
            )
    return noticed


def _agree(right: Expr, falsified: Expr, sizes: Mapping[Symbol, int], seed: int) -> bool:
    try:
        check_equation(right, falsified, sizes=sizes, seed=seed, points=1)
    except (VerificationError, ValueError):
        return False
    return True


def _falsifications(right: Expr) -> Iterator[tuple[str, Callable[[], Expr]]]:
    yield "doubled", lambda: _times(2, right)
    yield "sign", lambda: _times(-1, right)
    yield "added ones", partial(_plus, right, OneMatrix(*right.shape) if right.is_Matrix else S.One)
    if isinstance(right, (Add, MatAdd)):
        for k in range(len(right.args)):
            yield "dropped term", partial(_plus, *right.args[:k], *right.args[k + 1 :])
    for transpose in _transposes(right):
        yield "dropped transpose", partial(_without, right, transpose)


def _plus(*terms: Expr) -> Expr:
    """Write a sum as it stands, without SymPy's simplifications."""
    if len(terms) == 1:
        return terms[0]
    kind = MatAdd if terms[0].is_Matrix else Add
    return Expr.__new__(kind, *terms)


def _times(factor: int, expr: Expr) -> Expr:
    """Write a multiple as it stands, without SymPy's simplifications."""
    kind = MatMul if expr.is_Matrix else Mul
    return Expr.__new__(kind, Integer(factor), expr)


def _transposes(expr: Expr) -> list[Expr]:
    found = expr.atoms(Transpose)
    return sorted(found, key=lambda node: node.sort_key())


def _without(expr: Any, transpose: Any) -> Any:
    """Put what is transposed in the place of its transpose."""
    if expr == transpose:
        return transpose.arg
    if not expr.args or not expr.has(transpose):
        return expr
    return expr.func(*(_without(argument, transpose) for argument in expr.args))
