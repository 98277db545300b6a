"""Functions of one scalar with their first derivatives, on arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
import sympy as sp

from derivlib.check.arrays.jets import Array
from derivlib.check.scalars.fields import NoValue
from derivlib.errors import UnsupportedError

Derivatives = Sequence[Callable[[Array], Array]]
"""A function and its first three derivatives."""

_NEAR_ZERO = 1e-3


def _positive(x: Array) -> Array:
    if x.min() < _NEAR_ZERO:
        raise NoValue(f"a root or a logarithm of something below {_NEAR_ZERO:g}")
    return x


def _tanh(order: int, x: Array) -> Array:
    y = np.tanh(x)
    slope = 1 - y**2
    return (y, slope, -2 * y * slope, (6 * y**2 - 2) * slope)[order]


def power(exponent: float) -> Derivatives:
    """A power with an exponent that is no integer."""
    factors = np.cumprod([1.0, *(exponent - r for r in range(3))])
    return [partial(_power, factor, exponent - r) for r, factor in enumerate(factors)]


def _power(factor: float, exponent: float, x: Array) -> Array:
    return np.asarray(factor * _positive(x) ** exponent)


EXP: Derivatives = [np.exp] * 4
LOG: Derivatives = [
    lambda x: np.log(_positive(x)),
    lambda x: 1 / x,
    lambda x: -1 / x**2,
    lambda x: 2 / x**3,
]

_ELEMENTARY: dict[Any, Derivatives] = {
    sp.sin: [np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)],
    sp.cos: [np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin],
    sp.exp: EXP,
    sp.tanh: [partial(_tanh, r) for r in range(4)],
    sp.sinh: [np.sinh, np.cosh] * 2,
    sp.cosh: [np.cosh, np.sinh] * 2,
    sp.log: LOG,
    sp.atan: [
        np.arctan,
        lambda x: 1 / (1 + x**2),
        lambda x: -2 * x / (1 + x**2) ** 2,
        lambda x: (6 * x**2 - 2) / (1 + x**2) ** 3,
    ],
}


@lru_cache(maxsize=256)
def derivatives_of(function: Any) -> Derivatives:
    """A function of one scalar and its first three derivatives; SymPy's where not written here.

    :param function: the class of an applied function, such as `sympy.erf`.
    :raises UnsupportedError: if it has no derivative that can be calculated.
    """
    if function in _ELEMENTARY:
        return _ELEMENTARY[function]
    variable = sp.Dummy("z", real=True)
    written = [function(variable)]
    written += [written[0].diff(variable, order) for order in (1, 2, 3)]
    return [_on_arrays(variable, each) for each in written]


def _on_arrays(variable: Any, expr: Any) -> Callable[[Array], Array]:
    """A function of arrays, from NumPy if it has the functions, else from mpmath."""
    if expr.has(sp.Derivative, sp.Subs):
        raise UnsupportedError(f'"{expr}" has no value that can be calculated')
    by_numpy = sp.lambdify(variable, expr, "numpy")
    by_mpmath = np.vectorize(sp.lambdify(variable, expr, "mpmath"), otypes=[float])

    def value(x: Array) -> Array:
        try:
            found = by_numpy(x)
        except (NameError, TypeError, AttributeError):
            try:
                found = by_mpmath(x)
            except (NameError, TypeError, ValueError) as error:
                raise NoValue(f'no value of "{expr}": {error}') from error
        return np.asarray(found + 0 * x, x.dtype)

    return value
