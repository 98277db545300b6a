"""Functions in the table of nodes: elementwise, abstract, and their partial derivatives."""

from __future__ import annotations

from typing import Any

from sympy import Function, Lambda, Max, Min, Piecewise, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom, BooleanFunction
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.check.scalars.abstract import AbstractPartial, Slot, base_and_order
from derivlib.check.values.evaluation import Evaluation, Operation, shape_at
from derivlib.nodes import (
    MatrixFunctionApplication,
    PartialNode,
    arguments_of,
)
from derivlib.nodes.grid import Grid, as_scalar

__all__ = ["FUNCTIONS"]

Values = list[Any]


def _elementwise(evaluation: Evaluation, node: Any, values: Values) -> Any:
    function = node.function
    if not isinstance(function, Lambda):
        variable = Symbol("z")
        function = Lambda(variable, function(variable))
    if not isinstance(values[0], Grid):
        return evaluation.apply(function, values[0])
    return values[0].map(lambda entry: evaluation.apply(function, entry))


def _known_function(evaluation: Evaluation, node: Any, values: Values) -> Any:
    return evaluation.here.call(node.func, [as_scalar(value) for value in values])


def _flattened(values: Values) -> tuple[list[Slot], list[Any]]:
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


def _name_and_index(name: str, arguments: int) -> tuple[str, tuple[int, ...]]:
    """Read σ'' as the second derivative of σ."""
    base, order = base_and_order(name)
    return (base, (0,) * order) if arguments == 1 else (name, ())


def _abstract_scalar(evaluation: Evaluation, node: Any, values: Values) -> Any:
    slots, scalars = _flattened(values)
    name, index = _name_and_index(node.func.__name__, len(scalars))
    return evaluation.here.abstract(name, index, slots, scalars)


def _entry_name(name: str, i: int, j: int) -> str:
    separator = "," if max(i, j) >= 9 else ""
    return f"{name}_{i + 1}{separator}{j + 1}"


def _abstract_matrix(evaluation: Evaluation, node: Any, values: Values) -> Grid:
    slots, scalars = _flattened(values)
    abstract = evaluation.here.abstract
    return Grid.of(
        *shape_at(evaluation, node),
        lambda i, j: abstract(_entry_name(node.name, i, j), (), slots, scalars),
    )


def _moving(node: Any, values: Values) -> Any:
    """The positions, among the flattened scalars, of the argument that moves."""
    slots, _ = _flattened(values)
    positions = tuple(k for k, slot in enumerate(slots) if slot[0] == node.position)
    argument = values[node.position]
    return Grid(*argument.shape, positions) if isinstance(argument, Grid) else positions[0]


def _named(evaluation: Evaluation, node: Any, values: Values) -> Any:
    """Name each entry of an abstract function or a derivative of one: (function, index)."""
    if isinstance(node, MatrixFunctionApplication):
        return Grid.of(*shape_at(evaluation, node), lambda i, j: (_entry_name(node.name, i, j), ()))
    if not isinstance(node, PartialNode):
        return _name_and_index(node.func.__name__, len(_flattened(values)[1]))
    of, moving = _named(evaluation, node.application, values), _moving(node, values)
    if not isinstance(of, Grid):
        return (
            moving.map(lambda k: _once_more(of, k))
            if isinstance(moving, Grid)
            else _once_more(of, moving)
        )
    if not isinstance(moving, Grid):
        return of.map(lambda name: _once_more(name, moving))
    rows, cols = list(of.stacked()), list(moving.stacked())
    return Grid.of(len(rows), len(cols), lambda a, b: _once_more(rows[a], cols[b]))


def _once_more(name: tuple[str, tuple[int, ...]], k: int) -> tuple[str, tuple[int, ...]]:
    function, index = name
    return function, (*index, k)


def _partial(evaluation: Evaluation, node: Any, values: Values) -> Any:
    """A derivative of an abstract function: a gradient, ∂vec ν/∂(vec X)ᵀ, ∂ν/∂t, or nested."""
    slots, scalars = _flattened(values)

    def value(name: tuple[str, tuple[int, ...]]) -> Any:
        function, index = name
        return evaluation.here.abstract(function, tuple(sorted(index)), slots, scalars)

    named = _named(evaluation, node, values)
    return named.map(value) if isinstance(named, Grid) else value(named)


def _abstract_partial(evaluation: Evaluation, node: Any, values: Values) -> Any:
    slots = [tuple(map(int, slot)) for slot in node.args[2]]
    return evaluation.here.abstract(node.name, node.index, slots, values)


def _piecewise(evaluation: Evaluation, _: Any, values: Values) -> Any:
    return evaluation.here.choose(list(zip(values[0::2], values[1::2], strict=True)))


def _relation(evaluation: Evaluation, node: Any, values: Values) -> Any:
    return evaluation.here.compare(node.func, *map(as_scalar, values))


FUNCTIONS: dict[type, Operation] = {
    ElementwiseApplyFunction: Operation(_elementwise, lambda node: (node.expr,)),
    AppliedUndef: Operation(_abstract_scalar),
    Function: Operation(_known_function),
    Max: Operation(_known_function),
    Min: Operation(_known_function),
    MatrixFunctionApplication: Operation(_abstract_matrix, arguments_of),
    PartialNode: Operation(_partial, arguments_of),
    AbstractPartial: Operation(_abstract_partial, lambda node: node.arguments),
    Piecewise: Operation(
        _piecewise, lambda node: [part for pair in node.args for part in pair.args]
    ),
    Relational: Operation(_relation),
    BooleanAtom: Operation(lambda _, node, __: bool(node), lambda _: ()),
    BooleanFunction: Operation(lambda _, node, values: node.func(*values)),
}
"""How each kind of function is evaluated."""
