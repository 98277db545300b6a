"""Concrete definitions for the abstract functions: sums of ridge functions.

Whatever is abstract, λ(S, t), ν(X, W), σ(z) or f(u, v), becomes, in each entry o,

    Σₖ cₒₖ · sin(wₖ · a + bₖ) + (cubic term of wₖ · a)

of all entries a of its arguments. All partial derivatives, of any order, are then products
of a derivative of the ridge and of weights, and no symmetry holds that is not stated.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jets import Jet, apply

__all__ = ["Ridges", "ridges"]

_TERMS = 3


def _ridge(x: np.ndarray, order: int) -> np.ndarray:
    """The derivative of that order of sin x + x³/8."""
    polynomial = [x**3, 3 * x**2, 6 * x, 6 + 0 * x]
    smooth = [np.sin(x), np.cos(x), -np.sin(x), -np.cos(x)][order % 4]
    return smooth + (polynomial[order] / 8 if order < 4 else 0)


@dataclass(frozen=True)
class Ridges:
    """A function of all entries of its arguments, with as many values as `outer` has rows.

    :param outer: the c, one row for each value.
    :param inner: the w, for each argument one row for each ridge; entries of the argument
        stand in the order of stacked columns.
    :param offsets: the b.
    """

    outer: np.ndarray
    inner: tuple[np.ndarray, ...]
    offsets: np.ndarray

    def _heights(self, arguments: Sequence[Jet]) -> Jet:
        """The wₖ · a + bₖ, a column."""
        total = None
        for weights, argument in zip(self.inner, arguments, strict=True):
            parts, directions, rows, cols = argument.shape
            stacked = argument.swapaxes(2, 3).reshape(parts, directions, rows * cols, 1)
            part = np.matmul(weights.astype(np.longdouble), stacked)
            total = part if total is None else total + part
        if total is None:
            raise ValueError("an abstract function of nothing")
        total[0] += self.offsets[:, None]
        return total

    def partial(self, arguments: Sequence[Jet], moving: Sequence[int]) -> Jet:
        """The values of a partial derivative, stacked in a column.

        :param arguments: where it is taken.
        :param moving: positions of arguments, the first to be differentiated by first.
        :returns: entry (o, i, j, …) is ∂value_o/∂a_i∂b_j…, stacked with o moving fastest.
        """
        heights = self._heights(arguments)
        order = len(moving)
        ridges = apply([lambda x, r=r: _ridge(x, order + r) for r in range(4)], heights)
        weights = self.outer
        for position in moving:
            factor = self.inner[position]
            weights = np.concatenate([weights * factor[:, i] for i in range(factor.shape[1])])
        return np.matmul(weights.astype(np.longdouble), ridges)

    def entrywise(self, argument: Jet, order: int) -> Jet:
        """The function of one scalar, or its derivative of an order, of each entry."""
        total = None
        weights = self.outer[0] * self.inner[0][:, 0] ** order
        for c, w, b in zip(weights, self.inner[0][:, 0], self.offsets, strict=True):
            height = w * argument
            height[0] += b
            term = c * apply([lambda x, r=r: _ridge(x, order + r) for r in range(4)], height)
            total = term if total is None else total + term
        return total


@lru_cache(maxsize=4096)
def ridges(name: str, values: int, sizes: tuple[int, ...]) -> Ridges:
    """The definition of an abstract function, always the same for the same arguments.

    :param name: its name.
    :param values: how many entries its value has.
    :param sizes: how many entries each argument has.
    """
    random = np.random.default_rng(zlib.crc32(repr((name, values, sizes)).encode()))
    outer = random.uniform(0.3, 1.0, (values, _TERMS)) * random.choice([-1, 1], (values, _TERMS))
    total = max(1, sum(sizes))
    inner = tuple(random.uniform(-1.5, 1.5, (_TERMS, size)) / total**0.5 for size in sizes)
    return Ridges(outer, inner, random.uniform(-1, 1, _TERMS))
