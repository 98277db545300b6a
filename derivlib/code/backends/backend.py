"""What a backend knows: the spelling of every operation, and how tightly it binds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ATOM", "POWER", "PRODUCT", "SIGN", "SUM", "Backend", "Piece", "Template", "Writer"]

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
"""How tightly a piece of code binds, from the loosest."""


@dataclass(frozen=True)
class Piece:
    """A piece of code.

    :param text: the code.
    :param binding: how tightly its outermost operator binds.
    :param operator: its outermost operator, if it is `*`, `/` or `@`.
    """

    text: str
    binding: int = ATOM
    operator: str = ""

    def within(self, binding: int) -> str:
        """The code as an operand of something that binds as tightly as given."""
        return self.text if self.binding >= binding else f"({self.text})"

    @property
    def atom(self) -> str:
        """The code where a method may be called on it."""
        return self.within(ATOM)


class Writer:
    """What a template may use: the sizes of the result and of the arguments, as code."""

    def __init__(self, size: Callable[[Any], str], shapes: Sequence[tuple[Any, ...]]) -> None:
        self.size = size
        self.shapes = shapes

    def sizes(self, shape: Sequence[Any]) -> str:
        """Several sizes, with commas between them."""
        return ", ".join(map(self.size, shape))

    def tuple(self, shape: Sequence[Any]) -> str:
        """A tuple of sizes."""
        return f"({self.sizes(shape)},)" if len(shape) == 1 else f"({self.sizes(shape)})"


Template = Callable[[Writer, Any, tuple[Any, ...], Sequence[Piece]], Piece | str]
"""Code from a writer, what the operation depends on, its shape, and its arguments."""


@dataclass(frozen=True)
class Backend:
    """A library on whose arrays code calculates.

    :param name: what it is called in calls: "numpy", "jax" or "torch".
    :param title: what it is called in text.
    :param requires: the module that has to be installed.
    :param imports: the lines that the code begins with.
    :param prefix: what stands before its functions: "np".
    :param functions: the spelling of functions entry by entry.
    :param templates: the spelling of all other operations.
    :param helpers: functions that operations call, each written out where it is used.
    :param array: what the docstring calls an array.
    """

    name: str
    title: str
    requires: str
    imports: tuple[str, ...]
    prefix: str
    functions: Mapping[str, str]
    templates: Mapping[str, Template]
    helpers: Mapping[str, str] = field(default_factory=dict)
    array: str = "array"
