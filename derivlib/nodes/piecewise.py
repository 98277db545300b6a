"""A choice by conditions that may compare other choices."""

from __future__ import annotations

from typing import Any

from sympy import And, Expr, Not, Or, Piecewise, S, piecewise_fold
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction


def piecewise(*pieces: tuple[Any, Any]) -> Expr:
    """The first of several values whose condition holds.

    Where a condition compares a choice, the conditions of that choice enter it. SymPy's `Piecewise`
    lets them do so too, but asks each for a symbol, which not all have, and for where it holds.

    ```pycon
    >>> from sympy import ImmutableMatrix, Piecewise, symbols
    >>> from derivlib import norm
    >>> t, u = symbols("t u")
    >>> length = norm(ImmutableMatrix([[1, 2]]))
    >>> inner = Piecewise((t, length > 1), (u, True))
    >>> print(piecewise((1, inner > 0), (2, True)).args[0].cond)
    ((t > 0) & (norm(Matrix([[1, 2]])) > 1)) | ((u > 0) & (norm(Matrix([[1, 2]])) <= 1))

    ```

    :param pieces: values with their conditions, in the order in which these are asked.
    """
    return Piecewise(*((value, _of_conditions(holds)) for value, holds in pieces))


def _of_conditions(condition: Any) -> Any:
    """A condition that compares no choices."""
    if isinstance(condition, BooleanFunction):
        return condition.func(*map(_of_conditions, condition.args))
    folded = piecewise_fold(condition) if isinstance(condition, Relational) else condition
    if not isinstance(folded, Piecewise) or folded.args[-1].cond is not S.true:
        return condition
    *pieces, (last, _) = folded.args
    for value, holds in reversed(pieces):
        last = Or(And(holds, value), And(Not(holds), last))
    return last
