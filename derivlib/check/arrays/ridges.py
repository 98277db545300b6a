"""Concrete definitions for the abstract functions: sums of ridge functions.

Whatever is abstract, λ(S, t), ν(X, W), σ(z) or f(u, v), becomes, in each entry o,

    Σₖ cₒₖ · h(wₖ · a + bₖ),  h(x) = sin x + sin(2x)/4

of all entries a of its arguments. All partial derivatives, of any order, are then products
of a derivative of the ridge and of weights, and no symmetry holds that is not stated.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from derivlib.check.arrays.jets import Array, Jet, apply

_TERMS = 3


def _ridges(order: int) -> list[Callable[[Array], Array]]:
    """The derivative of an order of sin x + sin(2x)/4, and the next three."""
    return [partial(_ridge, order + r) for r in range(4)]


def _ridge(order: int, x: Array) -> Array:
    """The derivative of that order of sin x + sin(2x)/4."""
    turned = order * np.pi / 2
    return np.asarray(np.sin(x + turned) + 2**order * np.sin(2 * x + turned) / 4)


@dataclass(frozen=True)
class Ridges:
    """A function of all entries of its arguments, with as many values as `outer` has rows.

    :param outer: the c, one row for each value.
    :param inner: the w, for each argument one row for each ridge; entries of the argument
        stand in the order of stacked columns.
    :param offsets: the b.
    """

    outer: Array
    inner: tuple[Array, ...]
    offsets: Array

    def _heights(self, arguments: Sequence[Jet]) -> Jet:
        """The wₖ · a + bₖ, a column."""
        total = None
        for weights, argument in zip(self.inner, arguments, strict=True):
            parts, directions, rows, cols = argument.shape
            stacked = argument.swapaxes(2, 3).reshape(parts, directions, rows * cols, 1)
            part = np.matmul(weights.astype(argument.dtype), stacked)
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
        ridges = apply(_ridges(order), heights)
        weights = self.outer
        for position in moving:
            factor = self.inner[position]
            weights = np.concatenate([weights * factor[:, i] for i in range(factor.shape[1])])
        return np.matmul(weights.astype(heights.dtype), ridges)

    def entrywise(self, argument: Jet, order: int) -> Jet:
        """The function of one scalar, or its derivative of an order, of each entry."""
        total: Jet = np.zeros_like(argument)
        weights = self.outer[0] * self.inner[0][:, 0] ** order
        for c, w, b in zip(weights, self.inner[0][:, 0], self.offsets, strict=True):
            height = w * argument
            height[0] += b
            total = total + c * apply(_ridges(order), height)
        return total


@lru_cache(maxsize=4096)
def ridges(name: str, values: int, sizes: tuple[int, ...]) -> Ridges:
    """The definition of an abstract function, always the same for the same arguments.

    :param values: how many entries its value has.
    :param sizes: how many entries each argument has.
    """
    random = np.random.default_rng(zlib.crc32(repr((name, values, sizes)).encode()))
    outer = random.uniform(0.3, 1.0, (values, _TERMS)) * random.choice([-1, 1], (values, _TERMS))
    total = max(1, sum(sizes))
    inner = tuple(random.uniform(-1.5, 1.5, (_TERMS, size)) / total**0.5 for size in sizes)
    return Ridges(outer, inner, random.uniform(-1, 1, _TERMS))
