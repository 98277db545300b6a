"""Functions in the table of nodes: elementwise, abstract, and their partial derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Basic, Function, Lambda, Max, Min, Piecewise, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom, BooleanFunction
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.check.abstract import AbstractPartial, Slot, base_and_order
from derivlib.check.evaluation import Evaluation, Operation, shape_at
from derivlib.check.grid import Grid, as_scalar
from derivlib.vocabulary import (
    Gradient,
    Jacobian,
    MatrixFunctionApplication,
    MatrixPartial,
    ScalarPartial,
)

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


def _arguments(application: Any) -> Sequence[Basic]:
    return application.arguments if application.is_Matrix else application.args  # type: ignore[no-any-return]


def _moving(node: Any, values: Values) -> tuple[list[Slot], list[Any], list[int], Any]:
    """Which of the flattened scalars belong to the argument that moves."""
    slots, scalars = _flattened(values)
    moving = [k for k, slot in enumerate(slots) if slot[0] == node.position]
    return slots, scalars, moving, values[node.position]


def _gradient(evaluation: Evaluation, node: Any, values: Values) -> Any:
    slots, scalars, moving, argument = _moving(node, values)
    name, index = _name_and_index(node.application.func.__name__, len(scalars))
    abstract = evaluation.here.abstract
    entries = tuple(abstract(name, (*index, k), slots, scalars) for k in moving)
    return Grid(*argument.shape, entries) if isinstance(argument, Grid) else entries[0]


def _jacobian(evaluation: Evaluation, node: Any, values: Values) -> Grid:
    """∂vec ν/∂(vec X)ᵀ, or ∂ν/∂t in the shape of ν."""
    slots, scalars, moving, argument = _moving(node, values)
    rows, cols = shape_at(evaluation, node.application)
    name, abstract = node.application.name, evaluation.here.abstract

    def entry(i: int, j: int, k: int) -> Any:
        return abstract(_entry_name(name, i, j), (k,), slots, scalars)

    if not isinstance(argument, Grid):
        return Grid.of(rows, cols, lambda i, j: entry(i, j, moving[0]))
    order = list(Grid(*argument.shape, tuple(moving)).stacked())
    return Grid.of(rows * cols, len(order), lambda a, b: entry(a % rows, a // rows, order[b]))


def _abstract_partial(evaluation: Evaluation, node: Any, values: Values) -> Any:
    slots = [tuple(map(int, slot)) for slot in node.args[2]]
    return evaluation.here.abstract(node.name, node.index, slots, values)


def _piecewise(evaluation: Evaluation, _: Any, values: Values) -> Any:
    return evaluation.here.choose(list(zip(values[0::2], values[1::2], strict=True)))


def _relation(evaluation: Evaluation, node: Any, values: Values) -> Any:
    return evaluation.here.compare(node.func, *map(as_scalar, values))


def _of_application(node: Any) -> Sequence[Basic]:
    return _arguments(node.application)


FUNCTIONS: dict[type, Operation] = {
    ElementwiseApplyFunction: Operation(_elementwise, lambda node: (node.expr,)),
    AppliedUndef: Operation(_abstract_scalar),
    Function: Operation(_known_function),
    Max: Operation(_known_function),
    Min: Operation(_known_function),
    MatrixFunctionApplication: Operation(_abstract_matrix, _arguments),
    Gradient: Operation(_gradient, _of_application),
    ScalarPartial: Operation(_gradient, _of_application),
    Jacobian: Operation(_jacobian, _of_application),
    MatrixPartial: Operation(_jacobian, _of_application),
    AbstractPartial: Operation(_abstract_partial, lambda node: node.arguments),
    Piecewise: Operation(
        _piecewise, lambda node: [part for pair in node.args for part in pair.args]
    ),
    Relational: Operation(_relation),
    BooleanAtom: Operation(lambda _, node, __: bool(node), lambda _: ()),
    BooleanFunction: Operation(lambda _, node, values: node.func(*values)),
}
"""How each kind of function is evaluated."""
