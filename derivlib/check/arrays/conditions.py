"""Where a condition holds, place by place."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import sympy as sp

from derivlib.check.arrays.jets import Jet
from derivlib.errors import UnsupportedError

RELATIONS: dict[Any, Callable[[Any, Any], Any]] = {
    sp.StrictLessThan: np.less,
    sp.LessThan: np.less_equal,
    sp.StrictGreaterThan: np.greater,
    sp.GreaterThan: np.greater_equal,
    sp.Equality: np.equal,
    sp.Unequality: np.not_equal,
}


CONNECTIVES: dict[Any, Callable[[Any], Any]] = {
    sp.And: lambda conditions: reduce(np.logical_and, conditions),
    sp.Or: lambda conditions: reduce(np.logical_or, conditions),
    sp.Not: lambda conditions: np.logical_not(*conditions),
    sp.ITE: lambda conditions: np.where(*conditions),
}


def holds(condition: Any, value: Callable[[Any], Jet]) -> Any:
    """Tell at each place whether a condition holds.

    :param condition: a comparison, or several joined by and, or, not, if.
    :param value: gives the value of each side.
    :raises UnsupportedError: for any other condition.
    """
    if condition in (sp.true, sp.false):
        return bool(condition)
    if type(condition) in RELATIONS:
        left, right = (value(side)[0] for side in condition.args)
        return RELATIONS[type(condition)](left, right)
    if type(condition) in CONNECTIVES:
        return CONNECTIVES[type(condition)]([holds(part, value) for part in condition.args])
    raise UnsupportedError(f'the condition "{condition}" has no value on arrays')
