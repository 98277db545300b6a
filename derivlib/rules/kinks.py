"""Kinks that cancel: |u| |u| is u², cos|u| is cos u, and relu(u) - relu(-u) is u."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

import sympy as sp
from sympy import Dummy, Expr, Heaviside, Lambda, Piecewise, S, Symbol
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.expressions.construction import hadamard
from derivlib.expressions.sizes import all_nodes
from derivlib.expressions.substitution import substitute
from derivlib.expressions.traversal import children, has_no_value, with_children
from derivlib.nodes.absolute import Absolute
from derivlib.nodes.elementwise import as_lambda, elementwise
from derivlib.nodes.maximum import Maximum, Minimum
from derivlib.nodes.relu import Relu
from derivlib.rules.declare import algebra
from derivlib.rules.entrywise import as_one_function, of_entries
from derivlib.rules.placeholders import m, matrix, n, u
from derivlib.rules.rule import Arguments, Condition, Source
from derivlib.rules.sources import HADAMARD_ALGEBRA

A = matrix("A", n, m)
z = Symbol("z")

_OF_ONE = (sp.Abs, sp.sign, Heaviside, Relu, Absolute)
_OF_TWO = (sp.Max, sp.Min, Maximum, Minimum)
KINKED = (*_OF_ONE, *_OF_TWO, Piecewise)
_LONGEST = 120
"""How many nodes an expression may have to be searched."""


def _gap(node: Expr) -> Expr | None:
    """What is zero where a function has a kink, if that is one expression."""
    if isinstance(node, _OF_ONE):
        return node.args[0]
    if isinstance(node, _OF_TWO) and len(node.args) - isinstance(node, (Maximum, Minimum)) == 2:
        return node.args[0] - node.args[1]
    if isinstance(node, Piecewise):
        relations = [condition for _, condition in node.args if condition is not S.true]
        if all(isinstance(each, sp.Gt | sp.Ge | sp.Lt | sp.Le) for each in relations):
            gaps = {_unsigned(each.lhs - each.rhs) for each in relations}
            return gaps.pop() if len(gaps) == 1 else None
    return None


def _unsigned(gap: Expr) -> Expr:
    return -gap if gap.could_extract_minus_sign() else gap


def _sided(node: Expr, gap: Expr, side: int) -> Expr:
    """What a function with a kink is where the gap is positive, negative, or 0."""
    first = node.args[0]
    if isinstance(node, (sp.Abs, Absolute)):
        return side * gap
    if isinstance(node, sp.sign):
        return sp.Integer(side)
    if isinstance(node, Relu):
        return gap if side > 0 else S.Zero
    if isinstance(node, Heaviside):
        return node.args[1] if side == 0 else sp.Integer(side > 0)
    if isinstance(node, Piecewise):
        of = _SIDES[side]
        holds = (
            c is S.true or c.rel_op in of[_unsigned(c.lhs - c.rhs) == c.lhs - c.rhs]
            for _, c in node.args
        )
        return next(
            (value for (value, _), held in zip(node.args, holds, strict=True) if held), S.NaN
        )
    is_first = side >= 0 if isinstance(node, (sp.Max, Maximum)) else side <= 0
    return first if is_first else node.args[1]


_SIDES: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {
    1: (("<", "<="), (">", ">=")),
    0: (("<=", ">="), ("<=", ">=")),
    -1: ((">", ">="), ("<", "<=")),
}
"""By which signs the gap with its sign changed, and the gap, are compared with 0 on a side."""


def on_side(expr: Expr, gap: Expr, side: int) -> Expr:
    """A function of scalars on one side of a kink, or at it."""
    own = _gap(expr) if isinstance(expr, KINKED) else None
    if own is not None and own in (gap, -gap):
        turned = side if own == gap or isinstance(expr, Piecewise) else -side
        return on_side(_sided(expr, own, turned), gap, side)
    if not gaps_of(expr):
        return expr
    return _of(expr, tuple(on_side(part, gap, side) for part in children(expr)))


def _of(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The same function of other real numbers; NaN where it needs one that is none.

    SymPy raises an error where it is to compare such a thing. The values of a choice are not
    needed where their conditions do not hold.
    """
    needed = parts[len(expr.args) :] if isinstance(expr, Piecewise) else parts
    return with_children(expr, parts) if all(map(_may_be_real, needed)) else S.NaN


def _may_be_real(value: Expr) -> bool:
    return value.is_extended_real is not False and not has_no_value(value)


def _at(expr: Expr, symbol: Expr, place: Expr) -> Expr:
    """A function of real numbers where a symbol has a value."""
    if expr == symbol:
        return place
    parts = children(expr) if expr.has(symbol) else ()
    return _of(expr, tuple(_at(part, symbol, place) for part in parts)) if parts else expr


@lru_cache(maxsize=4096)
def gaps_of(expr: Expr) -> frozenset[Expr]:
    """What is zero at the kinks of an expression of scalars, with one of both signs."""
    if expr.is_Matrix or not expr.args:
        return frozenset()
    found = frozenset().union(*map(gaps_of, children(expr)))
    gap = _gap(expr) if isinstance(expr, KINKED) else None
    return found if gap is None else found | {_unsigned(gap)}


def in_real_numbers(expr: Expr) -> tuple[Expr, dict[Expr, Expr]]:
    """A scalar as a function of real symbols, and what these stand for."""
    symbols: dict[Expr, Expr] = {}

    def taken(part: Expr) -> Expr:
        parts = children(part)
        inside = isinstance(part, (sp.Add, sp.Mul, sp.Pow, sp.Function, sp.Max, sp.Min, Piecewise))
        if part.is_number or (part.is_Symbol and part.is_real):
            return part
        if inside and parts and not any(each.is_Matrix for each in (*parts, *part.args)):
            return _of(part, tuple(map(taken, parts)))
        return symbols.setdefault(part, Dummy("u", real=True))

    body = taken(expr)
    return body, {symbol: part for part, symbol in symbols.items()}


def zero_of(gap: Expr) -> tuple[Expr, Expr] | None:
    """A symbol that a gap is linear in, and its value where the gap is zero."""
    for symbol in sorted(gap.free_symbols, key=sp.default_sort_key):
        slope = gap.coeff(symbol)
        rest = sp.expand(gap - slope * symbol)
        if slope.is_number and slope != 0 and not rest.has(symbol):
            return symbol, -rest / slope
    return None


def _cancelled(body: Expr) -> Expr | None:
    """A function of real numbers without a kink that it does not have."""
    for gap in sorted(gaps_of(body), key=sp.default_sort_key):
        above, below, there = (on_side(body, gap, side) for side in (1, -1, 0))
        if above.has(S.NaN, S.ComplexInfinity, S.Infinity) or sp.expand(above - below) != 0:
            continue
        place = zero_of(gap)
        if place is not None and sp.expand(_at(above - there, *place)) == 0:
            return above
    if isinstance(body, sp.Mul):
        for pair in combinations([each for each in body.args if gaps_of(each)], 2):
            joined = _cancelled(sp.Mul(*pair)) if len(body.args) > 2 else None
            if joined is not None:
                return sp.Mul(joined, *(each for each in body.args if each not in pair))
    return None


def _count(body: Expr) -> int:
    return sum(isinstance(part, KINKED) for part in sp.preorder_traversal(body))


@lru_cache(maxsize=1024)
def _smooth(expr: Expr) -> Expr:
    """A scalar with fewer kinks that is the same everywhere, or itself."""
    if not gaps_of(expr):
        return expr
    body, meanings = in_real_numbers(expr)
    if body.has(S.NaN) or sum(1 for _ in sp.preorder_traversal(body)) > _LONGEST:
        return expr
    found = _cancelled(body)
    found = body if found is None else found
    return substitute(found, meanings) if _count(found) < _count(expr) else expr


def without_kinks(expr: Expr) -> Expr:
    """An expression with fewer kinks that is the same everywhere, or itself."""
    if not expr.is_Matrix:
        return _smooth(expr)
    whole = as_one_function(expr) if isinstance(expr, sp.HadamardProduct) else expr
    if not isinstance(whole, ElementwiseApplyFunction):
        return expr
    function = as_lambda(whole.args[0])
    body = _smooth(function.expr)
    return (
        expr
        if body == function.expr
        else elementwise(Lambda(function.variables, body), whole.args[1])
    )


def with_kinks(expr: Expr) -> Arguments | None:
    """An expression whose kinks cancel, for the rule that says so."""
    return None if without_kinks(expr) == expr else (expr,)


_CLASSES = (sp.Add, sp.Mul, sp.Pow, sp.Function, sp.HadamardProduct, ElementwiseApplyFunction)

CANCELLED = algebra(
    "kinks that cancel",
    lambda expr: (expr, without_kinks(expr)),
    (sp.Mul(sp.Abs(u), sp.sign(u)),),
    (sp.cos(sp.Abs(u)),),
    (Relu(u) - Relu(-u),),
    (sp.Max(u, 1) * sp.Min(u, 1),),
    (hadamard(elementwise(sp.Abs, A), elementwise(sp.sign, A)),),
    (elementwise(Lambda(z, (Relu(z) + Relu(-z)) ** 2), A),),
    source=HADAMARD_ALGEBRA,
    of=_CLASSES,
    arguments=with_kinks,
)
"""Both sides of a kink are one function, and so is the value there: no condition is needed."""


# --- where two kinks meet -----------------------------------------------------------------


_MOST_ORDERS = 4
"""How often a gap is differentiated to see on which side of a zero it is positive."""


def _side_of(gap: Expr, symbol: Expr, place: Expr) -> tuple[int, int] | None:
    """Which sign a gap has to the right and to the left of one of its zeros, where that is seen."""
    for order in range(1, _MOST_ORDERS + 1):
        slope = _at(sp.diff(gap, symbol, order), symbol, place)
        if slope.is_positive or slope.is_negative:
            side = 1 if slope.is_positive else -1
            return side, side * (-1) ** order
        if not slope.is_zero:
            return None
    return None


def _limit_at(body: Expr, symbol: Expr, place: Expr) -> Expr | None:
    """The limit of a function where several of its kinks meet, if it is one from both sides."""
    gaps = [gap for gap in gaps_of(body) if _at(gap, symbol, place).is_zero]
    sides = [side for gap in gaps if (side := _side_of(gap, symbol, place)) is not None]
    if len(gaps) < 2 or len(sides) < len(gaps):
        return None

    def from_side(which: int) -> Expr:
        near = body
        for gap, side in zip(gaps, sides, strict=True):
            near = on_side(near, gap, side[which])
        return _at(near, symbol, place)

    right, left = from_side(0), from_side(1)
    is_known = not right.has(S.NaN, S.ComplexInfinity, S.Infinity, S.NegativeInfinity)
    return right if is_known and sp.expand(right - left) == 0 else None


def meeting(body: Expr, symbol: Expr) -> tuple[Expr, Expr] | None:
    """A place where several kinks of a function meet, and its limit there, if it has another value.

    ```pycon
    >>> from sympy import Abs, cos, sign, sin, symbols
    >>> t = symbols("t")
    >>> meeting(sign(t) * sign(sin(t)) * cos(t), t)
    (0, 1)

    ```

    """
    if not gaps_of(body):
        return None
    real = Dummy(real=True)
    shown = _at(body, symbol, real)
    for gap in sorted(gaps_of(shown), key=sp.default_sort_key):
        zero = zero_of(gap) if gap.free_symbols == {real} else None
        if zero is None:
            continue
        limit, value = _limit_at(shown, *zero), _at(shown, *zero)
        if limit is not None and sp.expand(limit - value) != 0:
            return zero[1], limit
    return None


def _as_function(expr: Expr, variable: Expr) -> tuple[Expr, Expr]:
    """A scalar as a function of a symbol, or what stands at each entry as one of an entry."""
    if not expr.is_Matrix:
        return expr, variable
    reading = of_entries(expr, deep=True)
    symbols = (s for s in reading.body.free_symbols if reading.part(s) == variable)
    return reading.body, next(symbols, z)


def _of_one_matrix(expr: Expr) -> Expr | None:
    """The only matrix whose entries the entries of a matrix are functions of."""
    reading = of_entries(expr, deep=True)
    parts = {reading.part(symbol) for symbol in reading.body.free_symbols} - {None}
    return parts.pop() if len(parts) == 1 else None


def _with_limit(expr: Expr, variable: Expr) -> Expr:
    body, symbol = _as_function(expr, variable)
    found = meeting(body, symbol)
    if found is None:
        return expr
    place, limit = found
    body = Piecewise((limit, sp.Eq(symbol, place)), (body, True))
    return elementwise(Lambda(symbol, body), variable) if expr.is_Matrix else body


def _beside(expr: Expr, variable: Expr) -> tuple[Condition, ...]:
    body, symbol = _as_function(expr, variable)
    found = meeting(body, symbol)
    if found is None:
        return ()
    gap = symbol - found[0]
    if not expr.is_Matrix:
        return (Condition(gap, "not zero", has_value=True),)
    distance = elementwise(Lambda(symbol, gap), variable)
    return (Condition(distance, "without zero entries", has_value=True),)


_MEETING = sp.sign(z) * sp.sign(sp.sin(z)) * sp.cos(z)

LIMIT = algebra(
    "limit where kinks meet",
    lambda expr, variable: (expr, _with_limit(expr, variable)),
    (_MEETING.xreplace({z: u}), u),
    (elementwise(Lambda(z, _MEETING), A), A),
    conditions=_beside,
    source=Source("Rudin", 1976, "theorem 5.10"),
)
"""A continuous function whose derivative has a limit in a place has that derivative there."""


def limits(derivative: Expr, wrt: Expr) -> Iterator[Arguments]:
    """Where a derivative by a variable has limits that its formula does not have.

    Only what changes with the variable is looked at: a constant is what it is.
    """
    if not derivative.is_Matrix:
        found = [(derivative, wrt)] if not wrt.is_Matrix else []
    else:
        nodes = (node for node in all_nodes([derivative]) if isinstance(node, _OF_ENTRIES))
        found = [(node, _of_one_matrix(node)) for node in nodes if node.has(wrt)]
    for expr, variable in found:
        if variable is not None and variable.has(wrt):
            body, symbol = _as_function(expr, variable)
            if meeting(body, symbol) is not None:
                yield expr, variable


_OF_ENTRIES = (sp.HadamardProduct, ElementwiseApplyFunction)
