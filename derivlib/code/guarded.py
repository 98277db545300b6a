"""Products that are zero where a factor is, whatever the others are: 0 log 0 is 0."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sympy import Add, Expr, Function, Mul, Pow, exp, log

from derivlib.code.stable_functions import Exponential, Guarded


def guarded(expr: Expr, logarithms: Collection[Expr]) -> Expr:
    """Guard what may have no value where it is multiplied by zero.

    Such are logarithms, powers with an exponent that is not a number, and, since y log p is 0
    for y = 0 and any p, the reciprocals that come from differentiating logarithms.

    :param expr: a scalar expression.
    :param logarithms: what logarithms are taken of in what was differentiated.
    """
    if not isinstance(expr, Add | Mul | Pow | Function):
        return expr
    args = tuple(guarded(part, logarithms) for part in expr.args)
    new = expr if args == expr.args else expr.func(*args)
    if not isinstance(new, Mul):
        return new
    parts = list(new.args)
    for i, part in enumerate(parts):
        others = [each for k, each in enumerate(new.args) if k != i and not isinstance(each, log)]
        rest = Mul(*others).as_coeff_Mul()[1]
        if not rest.is_number:
            parts[i] = _where_nonzero(rest, part, logarithms)
    return Mul(*parts)


def _where_nonzero(factor: Expr, part: Expr, logarithms: Collection[Expr]) -> Expr:
    """What is multiplied by a factor, guarded; of a sum or a product each part that needs it."""
    if isinstance(part, Add | Mul):
        return part.func(*(_where_nonzero(factor, each, logarithms) for each in part.args))
    if _may_have_no_value(part, logarithms):
        return part.func(Guarded(factor, part.args[0]), *part.args[1:])
    return part


def _may_have_no_value(part: Any, logarithms: Collection[Expr]) -> bool:
    if isinstance(part, log):
        return not _is_positive(part.args[0])
    if not isinstance(part, Pow) or _is_positive(part.base):
        return False
    if part.exp.is_number:
        return bool(part.exp.is_negative) and (
            part.base in logarithms or (-part.base).expand() in logarithms
        )
    return any(not symbol.is_integer for symbol in part.exp.free_symbols)


def _is_positive(expr: Expr) -> bool:
    """Tell whether an expression is positive whatever the arrays are."""
    return all(
        term.is_positive or isinstance(term, exp | Exponential) for term in Add.make_args(expr)
    )
