"""Where powers and logarithms have a derivative: the conditions of the rules that need one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import sympy as sp
from sympy import DiagMatrix, Expr
from sympy.core.relational import Relational
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.expressions.construction import is_single, mul, split_coefficient, transpose
from derivlib.expressions.traversal import children, with_children
from derivlib.nodes import AxisSoftmax, Expm, Norm, Softmax
from derivlib.nodes.elementwise import as_lambda, elementwise
from derivlib.nodes.functions import relations_of
from derivlib.nodes.in_pieces import InPieces
from derivlib.nodes.share import Share
from derivlib.rules.rule import Condition
from derivlib.rules.scalar_derivatives import WITH_KINKS
from derivlib.rules.symmetry import is_symmetric

Needs = tuple[str, str]
"""What a scalar has to be, and how the same is said of the entries of a matrix."""

_POSITIVE: Needs = ("positive", "with positive entries")
_NOT_ZERO: Needs = ("not zero", "without zero entries")


SINGLE = "of shape 1×1"


def is_met(condition: Condition) -> bool:
    """Return whether it is seen of its subject, once that is written out, that it holds."""
    subject, quality = condition.subject, condition.property
    if quality == SINGLE:
        return is_single(subject)
    if subject.is_Matrix:
        is_positive = isinstance(subject, (Softmax, AxisSoftmax))
        return is_positive and quality in (_POSITIVE[1], _NOT_ZERO[1])
    if quality == _NOT_ZERO[0] and subject.is_nonzero:
        return True
    return quality in (_POSITIVE[0], _NOT_ZERO[0]) and _is_positive(subject)


def of_entries_that_move(condition: Condition) -> Condition:
    """A condition on the entries of c·1, c·I or Diag(v) as one on c or v.

    Beside the diagonal the entries of the last two are 0 whatever happens: that a function has no
    derivative there does not matter, if it has a value.
    """
    subject, quality = condition.subject, condition.property
    entries = {_POSITIVE[1]: _POSITIVE[0], _NOT_ZERO[1]: _NOT_ZERO[0]}
    if quality not in entries:
        return condition
    function, inner = as_lambda(sp.Id), subject
    if isinstance(subject, ElementwiseApplyFunction):
        function, inner = as_lambda(subject.args[0]), subject.args[1]
    scale, matrix = split_coefficient(inner)
    if isinstance(matrix, sp.OneMatrix) or (
        isinstance(matrix, sp.Identity) and condition.has_value
    ):
        return replace(condition, subject=function(scale), property=entries[quality])
    if isinstance(matrix, DiagMatrix) and condition.has_value:
        return replace(condition, subject=elementwise(function, mul(scale, matrix.args[0])))
    return condition


def each(quality: str) -> Callable[..., tuple[Condition, ...]]:
    """The condition that every placeholder has a property."""
    return lambda *subjects: tuple(Condition(subject, quality) for subject in subjects)


def of_matrix_power(base: Expr, exponent: Expr) -> tuple[Condition, ...]:
    """What has to hold of a matrix raised to an integer power."""
    return (Condition(base, "invertible"),) if exponent.is_negative else ()


def _is_nonnegative(expr: Expr) -> bool:
    """Return whether a scalar is written so that it cannot be negative: a square, a norm, a sum."""
    if isinstance(expr, (Norm, sp.exp)) or expr.is_nonnegative:
        return True
    if isinstance(expr, sp.Trace):
        factors = expr.arg.args
        return len(factors) == 2 and factors[0] == transpose(factors[1])
    if isinstance(expr, (sp.Add, sp.Mul)):
        return all(map(_is_nonnegative, expr.args))
    return isinstance(expr, sp.Pow) and expr.exp.is_even is True


def _is_positive(expr: Expr) -> bool:
    """Return whether a scalar is written so that it is positive."""
    if isinstance(expr, sp.exp) or expr.is_positive:
        return True
    if isinstance(expr, sp.Trace) and isinstance(expr.arg, Expm):
        return is_symmetric(expr.arg.arg)
    if isinstance(expr, sp.Add):
        return any(map(_is_positive, expr.args)) and all(map(_is_nonnegative, expr.args))
    return isinstance(expr, sp.Mul) and all(map(_is_positive, expr.args))


def _of_base(base: Expr, exponent: Expr) -> Needs | None:
    """What a base needs, beyond being real, for a power to have a derivative."""
    if exponent.is_integer:
        fits = exponent.is_nonnegative or _is_positive(base) or base.is_nonzero
        return None if fits else _NOT_ZERO
    return None if _is_positive(base) else _POSITIVE


def of_power(base: Expr, exponent: Expr) -> tuple[Condition, ...]:
    """What has to hold of the base of a power, a scalar or a matrix raised entry by entry."""
    needs = _of_base(base, exponent)
    if isinstance(base, Norm) and needs is not None:
        return (Condition(base.arg, _NOT_ZERO[0]),)
    return () if needs is None else (Condition(base, needs[1 if base.is_Matrix else 0]),)


def of_function(function: Any, *arguments: Expr) -> tuple[Condition, ...]:
    """What has to hold of the argument of a function of scalars, a logarithm above all."""
    if function is Share:
        return of_extreme(function, *arguments)
    if issubclass(function, InPieces):
        gaps = function.gaps(*arguments[: function.parameters + 1])
        return _not_zero(gaps)
    needs = _of_function(function, arguments[0])
    return () if needs is None else (Condition(_unsigned(arguments[0], needs), needs[0]),)


def _unsigned(part: Expr, needs: Needs) -> Expr:
    """What is not zero with either sign, with one of them."""
    turned = needs is _NOT_ZERO and part.could_extract_minus_sign()
    return -part if turned else part


def _of_function(function: Any, argument: Expr) -> Needs | None:
    """What the argument of a function needs."""
    if _is_positive(argument):
        return None
    if function is sp.log:
        return _POSITIVE
    return _NOT_ZERO if function in WITH_KINKS and not argument.is_nonzero else None


def of_extreme(_: Any, *arguments: Expr) -> tuple[Condition, ...]:
    """No two arguments of `Max` or `Min` may be equal."""
    return _not_zero(first - second for first, second in combinations(arguments, 2))


def _not_zero(gaps: Iterable[Expr]) -> tuple[Condition, ...]:
    return tuple(
        Condition(_unsigned(gap, _NOT_ZERO), _NOT_ZERO[0]) for gap in gaps if not gap.is_nonzero
    )


def of_entries(function: Any, argument: Expr) -> tuple[Condition, ...]:
    """What has to hold of the entries of a matrix for a function of each to have a derivative."""
    taken = as_lambda(function)
    (variable,) = taken.variables
    found: dict[Condition, None] = {}
    for node, part, needs in _needed(taken.expr, variable):
        part = _unsigned(part, needs)
        inside = argument if part == variable else elementwise(sp.Lambda(variable, part), argument)
        found[Condition(inside, needs[1], has_value=isinstance(node, _WITH_VALUE))] = None
    return tuple(found)


_WITH_VALUE = (*WITH_KINKS, Relational)
"""What has a value where it has no derivative."""


def as_function_of_scalars(choice: Expr) -> tuple[Expr, dict[Expr, Expr]]:
    """A piecewise function with symbols for what its pieces are functions of, and what they are."""
    leaves: dict[Expr, Expr] = {}

    def taken(expr: Expr) -> Expr:
        if expr.is_number:
            return expr
        inside = isinstance(expr, (sp.Add, sp.Mul, sp.Pow, sp.Function, sp.Max, sp.Min))
        parts = children(expr)
        if inside and not any(part.is_Matrix for part in (*parts, *expr.args)):
            return with_children(expr, tuple(map(taken, parts)))
        symbol = expr if expr.is_Symbol else places.setdefault(expr, sp.Dummy("u"))
        leaves[symbol] = expr
        return symbol

    places: dict[Expr, Expr] = {}
    return taken(choice), leaves


def of_pieces(choice: Expr) -> tuple[Condition, ...]:
    """Where a piecewise function has a derivative: not where one piece meets the next."""
    body, leaves = as_function_of_scalars(choice)
    found: dict[Condition, None] = {}
    for symbol in leaves:
        for node, part, needs in _needed(body, symbol):
            subject = _unsigned(part, needs).xreplace(leaves)
            found[Condition(subject, needs[0], has_value=isinstance(node, _WITH_VALUE))] = None
    return tuple(found)


def _nodes(body: Any, given: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """What a function of scalars is made of, each with the conditions of the piece it is in."""
    if isinstance(body, sp.Piecewise):
        for value, condition in body.args:
            yield from ((relation, ()) for relation in relations_of(condition))
            yield from _nodes(value, (*given, *sp.And.make_args(condition)))
            given = (*given, sp.Not(condition))
        return
    yield body, given
    for part in body.args:
        yield from _nodes(part, given)


def _is_given(part: Expr, needs: Needs, given: tuple[Any, ...]) -> bool:
    """Return whether a condition of a piece says what is needed: z > 1 that z is positive."""
    signed = (part,) if needs is _POSITIVE else (part, -part, sp.Abs(part))
    larger = (each.gts - each.lts for each in given if isinstance(each, _INEQUALITIES))
    return any((gap - each).is_nonpositive for gap in larger for each in signed)


_INEQUALITIES = (sp.Gt, sp.Ge, sp.Lt, sp.Le)


def _needed(body: Expr, variable: sp.Symbol) -> Iterator[tuple[Expr, Expr, Needs]]:
    """What needs it, and the parts of a function that have to be positive, or not zero."""
    real = sp.Dummy("z", real=True)
    for node, given in _nodes(body):
        pairs: Iterable[tuple[Expr, Expr]] = ()
        if isinstance(node, InPieces):
            pairs = ((gap, sp.S.Zero) for gap in node.gaps(*node.plain))
        elif isinstance(node, (sp.Max, sp.Min, Share)):
            pairs = combinations(node.args, 2)
        elif isinstance(node, Relational):
            pairs = (node.args,)
        for first, second in pairs:
            if variable in (first - second).free_symbols:
                yield node, first - second, _NOT_ZERO
        kinds = (sp.Pow, sp.log, *WITH_KINKS)
        if isinstance(node, (Share, InPieces)) or not isinstance(node, kinds):
            continue
        if variable not in node.args[0].free_symbols:
            continue
        # What is seen without knowing the variable to be real is seen sooner.
        known = (arg.xreplace({variable: real}) for arg in node.args)
        needs = _of_node(node, *known) if _of_node(node, *node.args) else None
        if needs is not None and not _is_given(node.args[0], needs, given):
            yield node, node.args[0], needs


def _of_node(node: Expr, base: Expr, *others: Expr) -> Needs | None:
    """What the argument of a logarithm, or the base of a power, needs."""
    return _of_base(base, *others) if isinstance(node, sp.Pow) else _of_function(node.func, base)
