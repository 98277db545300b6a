"""Leaves in the table of nodes: symbols, numbers, explicit matrices, and constant matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Identity, Integer, MatrixSymbol, OneMatrix, S, Symbol, ZeroMatrix
from sympy.matrices.matrixbase import MatrixBase

from derivlib.check.points.free_entries import free_entries, free_entry
from derivlib.check.values.evaluation import Evaluation, Operation, shape_at
from derivlib.errors import ShapeError
from derivlib.nodes import BasisMatrix, Commutation, SingleEntry
from derivlib.nodes.grid import Grid, as_scalar

__all__ = ["LEAVES", "NUMBER", "none"]

Values = list[Any]


def none(_: Any) -> tuple[()]:
    """The parts of a node whose entries are made of nothing else."""
    return ()


def _symbol(evaluation: Evaluation, node: Any, _: Values) -> Any:
    if node in evaluation.bindings:
        return evaluation.bindings[node]
    if node in evaluation.sizes:
        return evaluation.here.number(Integer(evaluation.sizes[node]))
    return evaluation.here.symbol(node)


def _number(evaluation: Evaluation, node: Any, _: Values) -> Any:
    return evaluation.here.number(node)


def _matrix_symbol(evaluation: Evaluation, node: Any, _: Values) -> Grid:
    entry = evaluation.here.entry
    return Grid.of(*shape_at(evaluation, node), lambda i, j: entry(node, i, j))


def _constant(entry: Callable[[int, int], Integer]) -> Operation:
    def value(evaluation: Evaluation, node: Any, _: Values) -> Grid:
        number = evaluation.here.number
        return Grid.of(*shape_at(evaluation, node), lambda i, j: number(entry(i, j)))

    return Operation(value, none)


def _single_entry(evaluation: Evaluation, node: Any, _: Values) -> Grid:
    row, col = (evaluation.size(index) for index in node.position)
    rows, cols = shape_at(evaluation, node)
    if not (0 <= row < rows and 0 <= col < cols):
        raise ShapeError(f"entry [{row}, {col}], counted from 0, of a {rows}×{cols} matrix")
    number = evaluation.here.number
    return Grid.of(rows, cols, lambda i, j: number(Integer((i, j) == (row, col))))


def _commutation(evaluation: Evaluation, node: Any, _: Values) -> Grid:
    """Row (j, i) of the stacked transpose holds the entry (i, j) of the stacked matrix."""
    rows, cols = (evaluation.size(size) for size in node.of_shape)
    number = evaluation.here.number
    return Grid.of(
        rows * cols,
        rows * cols,
        lambda a, b: number(Integer(divmod(a, cols) == divmod(b, rows)[::-1])),
    )


def _basis(evaluation: Evaluation, node: Any, _: Values) -> Grid:
    """Column b holds the ones of all places at which the free entry b stands."""
    size = evaluation.size(node.size)
    structure, number = node.structure, evaluation.here.number
    free = free_entries(structure, size, size)

    def entry(a: int, b: int) -> Any:
        j, i = divmod(a, size)
        return number(Integer(free_entry(structure, i, j) == free[b]))

    return Grid.of(size * size, len(free), entry)


def _explicit(_: Evaluation, node: Any, values: Values) -> Grid:
    rows, cols = node.shape
    return Grid(rows, cols, tuple(map(as_scalar, values)))


LEAVES: dict[type, Operation] = {
    Symbol: Operation(_symbol, none),
    MatrixSymbol: Operation(_matrix_symbol, none),
    Identity: _constant(lambda i, j: Integer(i == j)),
    SingleEntry: Operation(_single_entry, none),
    Commutation: Operation(_commutation, none),
    BasisMatrix: Operation(_basis, none),
    ZeroMatrix: _constant(lambda _, __: S.Zero),
    OneMatrix: _constant(lambda _, __: S.One),
    MatrixBase: Operation(_explicit, lambda node: node.flat()),
}
"""How each kind of leaf is evaluated."""

NUMBER = Operation(_number, none)
"""How a number is evaluated."""
