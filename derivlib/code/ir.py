"""What is to be calculated, and programs on arrays that do it: each result once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr

_COMMUTATIVE = ("add", "multiply", "dot")


@dataclass(frozen=True)
class Task:
    """What is to be calculated.

    :param name: what the function is called.
    :param outputs: what it returns, over names, each with what it is called in text.
    :param definitions: each name with its definition, after those it uses.
    :param differentiated: what the outputs are derivatives of, in which names may stand.
    :param inputs: the matrices and scalars of the expression, in the order of arguments.
    :param args: the arguments asked for, symbols or names; those that are needed if left out.
    :param told: further lines for the docstring.
    :param symmetric: those of the inputs that are symmetric.
    :param sizes: typical sizes, for choosing the order of products.
    :param real: where numbers are complex, those of the inputs that are real; nothing where all
        numbers are.
    :param kept: those of the inputs that are arguments, and come first, also where they are not
        needed.
    """

    name: str
    outputs: Sequence[tuple[str, Expr]]
    definitions: Mapping[Expr, Expr]
    differentiated: Expr
    inputs: Sequence[Expr]
    args: Sequence[Any] | None = None
    told: Sequence[str] = ()
    symmetric: Collection[Expr] = ()
    sizes: Mapping[Expr, int] = field(default_factory=dict)
    real: Collection[Expr] | None = None
    kept: Sequence[Expr] = ()


@dataclass(frozen=True)
class Array:
    """A value of a program.

    :param place: the number of the operation that gives it.
    :param shape: its sizes: none for a scalar, one for a vector, two for a matrix.
    """

    place: int
    shape: tuple[Expr, ...] = ()

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)


@dataclass
class Operation:
    """One line of a program.

    :param kind: what is done, in the words of the backends.
    :param arguments: the places of the arrays it is done to.
    :param extra: what else it depends on: an axis, a function, an exponent.
    :param shape: the shape of the result.
    :param static: whether it depends on sizes and numbers alone.
    :param name: what the result is called, if it has a name.
    """

    kind: str
    arguments: tuple[int, ...]
    extra: Any
    shape: tuple[Expr, ...]
    static: bool
    name: str | None = None


@dataclass
class Program:
    """Operations in the order of calculation; what is the same is calculated once."""

    operations: list[Operation] = field(default_factory=list)
    _numbered: dict[Any, int] = field(default_factory=dict)

    def add(
        self,
        kind: str,
        *arguments: Array,
        shape: Iterable[Expr] = (),
        extra: Any = None,
        static: bool = False,
    ) -> Array:
        """Append an operation, unless the same has been done already.

        :param static: whether the result is known from sizes alone, as that of numbers is.
        """
        places = tuple(array.place for array in arguments)
        taken = tuple(shape)
        key = (kind, places, extra, taken)
        if kind in _COMMUTATIVE and key not in self._numbered:
            turned = (kind, places[::-1], extra, taken)
            key = turned if turned in self._numbered else key
        if key not in self._numbered:
            if places and not taken:
                static = all(self.operations[i].static for i in places)
            self._numbered[key] = len(self.operations)
            self.operations.append(Operation(kind, places, extra, taken, static))
        return Array(self._numbered[key], taken)

    def find(self, kind: str, *arguments: Array, shape: Iterable[Expr] = ()) -> Array | None:
        """The result of an operation, if it has been appended."""
        taken = tuple(shape)
        place = self._numbered.get((kind, tuple(array.place for array in arguments), None, taken))
        return None if place is None else Array(place, taken)

    def number(self, value: Expr) -> Array:
        """A number, or a calculation with sizes."""
        return self.add("number", extra=value, static=True)

    def name(self, array: Array, name: str) -> None:
        """Give a value a name, unless it has one."""
        operation = self.operations[array.place]
        if operation.name is None and operation.kind not in ("number", "input"):
            operation.name = name

    def value_of(self, array: Array) -> Expr | None:
        """The number that an array is, if it is one."""
        operation = self.operations[array.place]
        return operation.extra if operation.kind == "number" else None

    def needed(self, outputs: Iterable[Array]) -> list[int]:
        """The places of the operations that results depend on, in the order of calculation."""
        met: set[int] = set()
        stack = [array.place for array in outputs]
        while stack:
            place = stack.pop()
            if place not in met:
                met.add(place)
                stack.extend(self.operations[place].arguments)
        return sorted(met)
