"""MatrixFunction("nu", shape): an undefined matrix-valued function, and undefined functions.

Entry by entry an undefined function is one of all the scalars it depends on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Integer, Tuple, sympify
from sympy.core.function import AppliedUndef
from sympy.core.symbol import Str

from derivlib.errors import InputError
from derivlib.expressions.facets import PRINTED, Absent, Entries, Example, tell
from derivlib.expressions.shapes import scalar, stated
from derivlib.expressions.traversal import rebuild
from derivlib.nodes.arguments import as_operand, as_shape
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node

Slot = tuple[int, ...]
"""A scalar that an undefined function depends on: the position of an argument and, if the
argument is a matrix, row and column of its entry, all counted from 0."""


def numel(expr: Expr) -> Expr:
    """Count the entries of an expression; a scalar has one.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> numel(MatrixSymbol("X", 4, 3))
    12

    ```
    """
    if not expr.is_Matrix:
        return Integer(1)
    rows, cols = expr.shape
    return rows * cols


class MatrixFunctionApplication(Node):
    """A matrix-valued function about which only its arguments and shape are known."""

    def __new__(cls, name: Any, shape: Any, *arguments: Any) -> MatrixFunctionApplication:
        name = name if isinstance(name, Str) else Str(str(name))
        return super().__new__(cls, name, Tuple(*shape), *map(sympify, arguments))

    @property
    def name(self) -> str:
        """The name of the function."""
        return str(self.args[0])

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """What the function is applied to."""
        return self.args[2:]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return tuple(self.args[1])


class MatrixFunction:
    """An undefined matrix-valued function, such as ν in L = λ(σ(ν(X, W))).

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> n, m, p = symbols("n m p", integer=True, positive=True)
    >>> X, W = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
    >>> nu = MatrixFunction("nu", (n, p))
    >>> nu(X, W).shape
    (n, p)
    >>> from derivlib import derive, explicit
    >>> jacobian, sizes = derive(nu(X * W, X), W), {n: 2, m: 3, p: 1}
    >>> print(jacobian)
    ∂vec(F)/∂vec(W)ᵀ = ∂vec(ν(N, X))/∂vec(N)ᵀ*(I ⊗ X), N = X*W
    >>> jacobian.verify(sizes).shape
    (2, 3)

    ```

    :param name: the name of the function; Greek names print as Greek letters.
    :param shape: rows and columns of its value.
    :raises InputError: if `name` is not text, or `shape` not a pair.
    :raises ShapeError: if a size cannot be a positive whole number.
    """

    def __init__(self, name: str, shape: tuple[Any, Any]) -> None:
        if not isinstance(name, str) or not name:
            raise InputError(f'MatrixFunction takes a name such as "nu", not {name!r}')
        self.name = name
        self.shape = as_shape(shape, f'MatrixFunction("{name}", ...)')

    def __call__(self, *arguments: Any) -> MatrixFunctionApplication:
        """Apply the function to scalars and matrices."""
        taken = (as_operand(argument, self.name) for argument in arguments)
        return MatrixFunctionApplication(self.name, self.shape, *taken)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MatrixFunction) and (self.name, self.shape) == (
            other.name,
            other.shape,
        )

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.name, self.shape))

    def __repr__(self) -> str:
        return f'MatrixFunction("{self.name}", {self.shape})'


def arguments_of(application: Expr) -> tuple[Expr, ...]:
    """What an abstract function, or a derivative of one, is applied to."""
    return getattr(application, "arguments", application.args)


def base_and_order(name: str) -> tuple[str, int]:
    """Split the name of a primed function, σ'' into σ and 2."""
    base = name.rstrip("'")
    return base, len(name) - len(base)


def flattened(values: Sequence[Any]) -> tuple[list[Slot], list[Any]]:
    """All scalars among the arguments, matrices row by row, and where each stands."""
    slots: list[Slot] = []
    scalars: list[Any] = []
    for position, value in enumerate(values):
        if isinstance(value, Grid):
            slots += [(position, i, j) for i in range(value.rows) for j in range(value.cols)]
            scalars += value.entries
        else:
            slots.append((position,))
            scalars.append(value)
    return slots, scalars


def name_and_index(name: str, arguments: int) -> tuple[str, tuple[int, ...]]:
    """Read σ'' as the second derivative of σ."""
    base, order = base_and_order(name)
    return (base, (0,) * order) if arguments == 1 else (name, ())


def entry_name(name: str, i: int, j: int) -> str:
    """The name of an entry of an undefined matrix function, counted from 1: ν₁₂."""
    separator = "," if max(i, j) >= 9 else ""
    return f"{name}_{i + 1}{separator}{j + 1}"


def _scalar_entries(calc: Any, node: Any, *values: Any) -> Any:
    slots, scalars = flattened(values)
    name, index = name_and_index(node.func.__name__, len(scalars))
    return calc.ring.abstract(name, index, slots, scalars)


def _matrix_entries(calc: Any, node: Any, *values: Any) -> Grid:
    slots, scalars = flattened(values)
    rows, cols = calc.shape(node)
    return Grid.of(
        rows,
        cols,
        lambda i, j: calc.ring.abstract(entry_name(node.name, i, j), (), slots, scalars),
    )


def _matrix_example(w: Any, r: Any, c: Any, d: int) -> Any:
    nu = MatrixFunction(w.pick(("nu", "phi")), (w.size(r), w.size(c)))
    ways = [lambda: (w.anything(d),), lambda: (w.anything(d), w.anything(d)),
            lambda: (w.scalar(d),), lambda: (w.anything(d), w.scalar(d))]  # fmt: skip
    return nu(*w.pick(ways)())


def _scalar_example(w: Any, d: int) -> Any:
    ways = [lambda: (w.anything(d),), lambda: (w.anything(d), w.anything(d)),
            lambda: (w.anything(d), w.scalar(d))]  # fmt: skip
    return w.function(("lambda", "mu"))(*w.pick(ways)())


_UNKNOWN = Absent("an undefined function has no value; put a function in its place")

tell(
    AppliedUndef,
    **PRINTED,
    shape=scalar,
    normal=Absent("it stays as it is"),
    entries=Entries(_scalar_entries),
    arrays=lambda on, node: on.undefined(node),
    code=_UNKNOWN,
    example=Example(_scalar_example, "scalar", weight=2),
)
tell(
    MatrixFunctionApplication,
    text=lambda p, node: p.call(node.name, *node.arguments),
    tex=lambda p, node: p.call(p.function_name(node.name), *node.arguments),
    shape=stated,
    normal=MatrixFunctionApplication,
    entries=Entries(_matrix_entries),
    arrays=lambda on, node: on.undefined(node),
    code=_UNKNOWN,
    example=Example(_matrix_example),
    parts=lambda node: node.arguments,
    with_parts=lambda node, parts: rebuild(node, (*node.args[:2], *parts)),
    sizes=lambda node: node.shape,
)
