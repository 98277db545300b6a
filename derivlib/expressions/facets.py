"""What is told about each kind of node, found by its class.

A node is told once, in one file of `derivlib/nodes/`, by its facets; every other part asks for
the facet it needs. A class that has none of its own takes those of its nearest base class.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal

from sympy import Basic, Expr

Shape = tuple[Expr, Expr] | None
"""Rows and columns, or None for a scalar."""


@dataclass(frozen=True)
class Absent:
    """A facet that a node does not have, and why."""

    why: str


@dataclass(frozen=True)
class Entries:
    """The definition of a node: its value from the values of its parts.

    :param value: a function of the evaluation, the node, and the values of its parts.
    :param parts: the parts that are evaluated first, where they are not the facet's.
    :param under_differential: whether the parts are differentiated.
    """

    value: Callable[..., Any]
    parts: Callable[[Any], Sequence[Basic]] | None = None
    under_differential: bool = False


@dataclass(frozen=True)
class Call:
    """Code that hands whole arrays to one function.

    Columns and rows are arrays of one axis, 1×1 matrices of none.

    :param code: the call, with {lib} for the library and {0}, {1}, … for the arrays, or a function
        written out, which is called by its name.
    :param numpy: the same for NumPy, where it differs.
    :param jax: for JAX.
    :param torch: for PyTorch.
    :param matrices: whether it is handed matrices of two axes, and returns one, whatever the sizes.
    """

    code: str
    numpy: str = ""
    jax: str = ""
    torch: str = ""
    matrices: bool = False

    def for_library(self, name: str) -> str:
        """The code for a library."""
        return getattr(self, name) or self.code

    def helper_name(self, name: str) -> str:
        """The name of the function that is written out for a library, or nothing."""
        found = re.match(r"\s*def (\w+)\(", self.for_library(name))
        return found[1] if found else ""


@dataclass(frozen=True)
class Example:
    """How a random test writes a node.

    :param write: a function of the writer, the rows and the columns wanted, and of how many
        operations may nest below; for a scalar, of the writer and the depth.
    :param place: where one can stand: anywhere, or where a square matrix, a column, a row, a
        vector or a scalar is wanted.
    :param weight: how often, compared with others; those of more weight count as simpler.
    """

    write: Callable[..., Any]
    place: Literal["any", "square", "column", "row", "vector", "scalar"] = "any"
    weight: int = 1


def expressions_among_arguments(expr: Any) -> tuple[Expr, ...]:
    """The parts of a node that says nothing else: its arguments but sizes and names."""
    return tuple(arg for arg in expr.args if isinstance(arg, Expr))


def no_parts(_: Any) -> tuple[()]:
    """The parts of a leaf."""
    return ()


def first_argument(expr: Any) -> tuple[Any, ...]:
    """The parts of a node whose other arguments are sizes, indices or names."""
    return expr.args[:1]


def own_shape(expr: Any, _: Sequence[tuple[Expr, Shape]]) -> Shape:
    """The shape that a node states itself, whatever its parts are."""
    return (expr.shape[0], expr.shape[1]) if expr.is_Matrix else None


@dataclass(frozen=True, kw_only=True)
class Facets:
    """All that is told about one kind of node.

    :param text: its name in text, which is called with the parts, or a function of the printer
        and the node.
    :param tex: the same in TeX.
    :param shape: its shape from the parts with their shapes; refuses parts that do not fit.
    :param normal: makes it, in normal form, from its arguments.
    :param entries: its definition, entry by entry.
    :param arrays: its value on NumPy's arrays with their changes, where that is worth writing;
        otherwise the definition is used.
    :param code: how it is written as code: a call, a function of the node that gives one, or the
        name of what the code generator does with it, where that is an interplay with what stands
        around it.
    :param example: how a random test writes one.
    :param parts: the subexpressions whose values it is made of; not sizes, not functions.
    :param with_parts: the same operation on other parts, where replacing its arguments that are
        expressions would not do.
    :param transposed: its transpose, where that is of the same kind; nothing if it is not.
    :param sizes: what stands in its shape and is told by none of its parts.
    :param indices: what counts rows or columns in it.
    :param undefined: returns whether it has no value, whatever the variable is.
    :param trace: its trace, where that is one of something simpler.
    :param diagonal: its diagonal, where that is one of something simpler.
    :param numpy: code for NumPy, of a printer of SymPy's and the node, where it is simple.
    :param sized: how it is written where nothing else tells its size, if the text alone does not.
    :param binding: how tightly it binds when it is set, where that is not as an atom.
    :param is_atom: whether it needs no brackets below an exponent.
    :param is_linear: whether it is a linear function of its one part.
    :param is_holomorphic: whether it means the same for complex numbers, and the conjugates of its
        parts give its conjugate; a function of the node, where that depends on more than its class.
    :param complex_entries: its definition for complex numbers, where that is another.
    :param complex_code: its code for complex numbers, where that is another.
    """

    text: Any = None
    tex: Any = None
    shape: Any = None
    normal: Any = None
    entries: Any = None
    arrays: Any = None
    code: Any = None
    example: Any = None
    parts: Callable[[Any], tuple[Expr, ...]] = expressions_among_arguments
    with_parts: Callable[[Any, tuple[Expr, ...]], Expr] | None = None
    transposed: Callable[[Any], Expr | None] | None = None
    sizes: Callable[[Any], Sequence[Any]] = no_parts
    indices: Callable[[Any], Sequence[Any]] = no_parts
    undefined: Callable[[Any], bool] | None = None
    trace: Callable[[Any], Expr] | None = None
    diagonal: Callable[[Any], Expr] | None = None
    numpy: Callable[[Any, Any], str] | None = None
    sized: Callable[[Any, Any], str] | None = None
    binding: Callable[[Any], Any] | None = None
    is_atom: bool = False
    is_linear: bool = False
    is_holomorphic: bool | Callable[[Any], bool] = False
    complex_entries: Entries | None = None
    complex_code: Any = None

    @cached_property
    def builds(self) -> Any:
        """What makes a node in normal form, nothing if its class does."""
        return None if isinstance(self.normal, Absent) else self.normal

    def untold(self) -> Iterator[str]:
        """The facets about which nothing is said, not even why they are absent."""
        return (facet.name for facet in fields(self)[:8] if getattr(self, facet.name) is None)


def is_holomorphic(node: Any) -> bool:
    """Return whether a node is a holomorphic function of its parts, real where they are real."""
    told = facets_of(type(node)).is_holomorphic
    return told(node) if callable(told) else told


_TOLD: dict[type, Facets] = {}
_UNKNOWN = Facets(shape=own_shape)
"""What is known of a class nobody has told anything about."""


class _Found(dict[type, Facets]):
    """The facets of the classes met so far, which are asked for at every node."""

    def __missing__(self, kind: type) -> Facets:
        found = next((_TOLD[base] for base in kind.__mro__ if base in _TOLD), _UNKNOWN)
        self[kind] = found
        return found


_FOUND = _Found()
facets_of: Callable[[type], Facets] = _FOUND.__getitem__
"""The facets of a class, or of the nearest base class that has some."""


PRINTED: dict[str, Any] = dict.fromkeys(("text", "tex"), Absent("the printers lay it out"))
"""The facets of what is not written as a name with its parts."""


def upright(name: str) -> str:
    """The name of an operation in TeX."""
    escaped = name.replace("_", r"\_")
    return rf"\operatorname{{{escaped}}}"


def tell(kind: type, **facets: Any) -> None:
    """Tell the facets of a class of nodes; a name in text is the same upright in TeX."""
    if isinstance(facets.get("text"), str):
        facets.setdefault("tex", upright(facets["text"]))
    _TOLD[kind] = Facets(**facets)
    _FOUND.clear()


def forget(kind: type) -> None:
    """Take back what was told about a class."""
    del _TOLD[kind]
    _FOUND.clear()


def told() -> dict[type, Facets]:
    """Every class with facets of its own."""
    return dict(_TOLD)


def facet(kind: type, name: str) -> Any:
    """One facet of a class, nothing if it is absent or untold."""
    found = getattr(facets_of(kind), name)
    return None if isinstance(found, Absent) else found


def why_absent(kind: type, name: str) -> str:
    """Why a class does not have a facet."""
    found = getattr(facets_of(kind), name)
    return found.why if isinstance(found, Absent) else "nothing is told about it"
