"""What code is to calculate."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sympy import Expr

__all__ = ["Task"]


@dataclass(frozen=True)
class Task:
    """What is to be calculated.

    :param name: what the function is called.
    :param outputs: what it returns, over names, each with what it is called in text.
    :param definitions: each name with its definition, after those it uses.
    :param inputs: the matrices and scalars it takes, in order.
    :param told: further lines for the docstring.
    :param symmetric: those of the inputs that are symmetric.
    :param sizes: typical sizes, for choosing the order of products.
    """

    name: str
    outputs: Sequence[tuple[str, Expr]]
    definitions: Mapping[Expr, Expr]
    inputs: Sequence[Expr]
    told: Sequence[str] = ()
    symmetric: Collection[Expr] = ()
    sizes: Mapping[Expr, int] = field(default_factory=dict)
