"""The plain text of a result, with lines broken where IPython breaks them."""

from __future__ import annotations

from types import FunctionType
from typing import Any

WIDTH = 79
LONGEST = 1000
"""How many elements of a collection are shown."""

Part = tuple[str, list[Any], str] | str
"""A text, or what opens, stands in and closes a collection."""

_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    dict: ("{", "}"),
}


def plain(value: Any, width: int = WIDTH) -> str:
    """Write a result as text.

    ```pycon
    >>> print(plain({"a": [1, 2], "b": (3,)}))
    {'a': [1, 2], 'b': (3,)}
    >>> print(plain(["matrix", "vector", "scalar"], 20))
    ['matrix',
     'vector',
     'scalar']

    ```

    :param value: any object.
    :param width: how long a line may be before a collection is broken into several.
    """
    return _set(_part(value, ()), 0, 0, width)


def _part(value: Any, around: tuple[int, ...]) -> Part:
    """A value as text or as a collection of parts; one that stands in itself is cut short."""
    kind = type(value)
    if kind not in _BRACKETS or kind.__repr__ is not _BUILT_IN[kind]:
        return _named(value)
    opened, closed = _BRACKETS[kind]
    if not value and kind in (set, frozenset):
        return repr(value)
    if id(value) in around:
        return f"{opened}...{closed}"
    inner = (*around, id(value))
    shown = list(value)[:LONGEST] if kind is not dict else list(value.items())[:LONGEST]
    if kind is dict:
        items: list[Any] = [(_part(key, inner), _part(held, inner)) for key, held in shown]
    else:
        items = [_part(each, inner) for each in _sorted(shown, kind)]
    if len(value) > LONGEST:
        items.append("...")
    if kind is tuple and len(value) == 1:
        closed = f",{closed}"
    return opened, items, closed


_BUILT_IN = {kind: kind.__repr__ for kind in _BRACKETS}


def _sorted(items: list[Any], kind: type) -> list[Any]:
    """Sets in order, where there is one."""
    if kind not in (set, frozenset):
        return items
    try:
        return sorted(items)
    except Exception:  # what cannot be compared stays in the order of the set
        return items


def _named(value: Any) -> str:
    if isinstance(value, type) and type(value).__repr__ is type.__repr__:
        known = value.__module__ in ("builtins", "exceptions")
        return value.__qualname__ if known else f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, FunctionType):
        from inspect import signature

        module = value.__module__
        name = value.__qualname__
        place = name if module in ("__builtin__", "builtins", None) else f"{module}.{name}"
        return f"<function {place}{signature(value)}>"
    return repr(value)


def _set(part: Any, column: int, indent: int, width: int) -> str:
    """Write a part that begins at a column; a collection that does not fit is broken up."""
    if isinstance(part, str):
        return part
    opened, items, closed = part
    line = _in_one_line(part)
    if column + len(line) <= width or not items:
        return line
    indent += len(opened)
    column += len(opened)
    written = []
    for item in items:
        if isinstance(item, tuple) and len(item) == 2:
            key = _set(item[0], column, indent, width)
            after = column + len(key.rpartition("\n")[2]) + 2
            written.append(f"{key}: {_set(item[1], after, indent, width)}")
        else:
            written.append(_set(item, column, indent, width))
        column = indent
    return opened + (",\n" + " " * indent).join(written) + closed


def _in_one_line(part: Any) -> str:
    if isinstance(part, str):
        return part
    if len(part) == 2:
        return f"{_in_one_line(part[0])}: {_in_one_line(part[1])}"
    opened, items, closed = part
    return opened + ", ".join(map(_in_one_line, items)) + closed
