"""What a backend knows: the spelling of every operation, and how tightly it binds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    """What a template may use.

    :param size: writes a size as code.
    :param shapes: the shapes of the arguments.
    :param static: whether each argument depends on sizes and numbers alone.
    :param like: writes the keywords that give a new array the type and the device of the
        arguments, and follow others; the type holds a number too, if one is handed in.
    :param model: writes the argument whose type and device new arrays have.
    """

    def __init__(
        self,
        size: Callable[[Any], str],
        shapes: Sequence[tuple[Any, ...]],
        static: Sequence[bool],
        like: Callable[..., str],
        model: Callable[[], str],
    ) -> None:
        self.size, self.shapes, self.static = size, shapes, static
        self.like, self.model = like, model

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
    :param requires: the module whose functions take arrays.
    :param imports: the lines that the code begins with.
    :param prefix: what stands before its functions: "np".
    :param functions: the spelling of functions entry by entry.
    :param templates: the spelling of all other operations.
    :param helpers: functions that operations call, each written out where it is used.
    :param array: what the docstring calls an array.
    :param floating: the type of numbers where no argument has one.
    :param devices: whether arrays are on a device, and numbers are arrays too.
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
    floating: str = "float"
    devices: bool = False
