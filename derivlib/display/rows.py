"""Text for a terminal: a tuple, one element a line."""

from __future__ import annotations

from typing import TypeVar

Element = TypeVar("Element", covariant=True)


class Rows(tuple[Element, ...]):
    """A tuple that prints each of its elements on a line of its own."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    __repr__ = __str__
