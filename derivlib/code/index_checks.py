"""Entries that a function reads or sets, which the arrays it is handed may not have.

Libraries answer such an index differently: JAX takes the nearest entry without a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr, Integer, sympify
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice

from derivlib.code.ir import Task
from derivlib.errors import SizesError
from derivlib.expressions.sizes import all_nodes
from derivlib.expressions.text import text
from derivlib.nodes import SingleEntry, Take

Place = tuple[Expr, tuple[Expr, Expr], tuple[Expr, Expr]]
"""A matrix, its shape, and the row and the column of an entry."""


_WITH_PLACES = (MatrixElement, SingleEntry, MatrixSlice, Take)


def places_of(task: Task) -> tuple[Place, ...]:
    """Find the entries that a task is about, each once."""
    roots = (*task.definitions.values(), *(output for _, output in task.outputs))
    nodes = {node for node in all_nodes(roots) if isinstance(node, _WITH_PLACES)}
    named_first = sorted(nodes, key=lambda node: (isinstance(node, SingleEntry), str(node)))
    return tuple(map(_place, named_first))


def _place(node: Expr) -> Place:
    if isinstance(node, SingleEntry):
        return node, node.shape, node.position
    if isinstance(node, Take):
        last = Integer(max(node.taken))
        return node.arg, node.arg.shape, (Integer(0), last) if node.axis else (last, Integer(0))
    if isinstance(node, MatrixSlice):
        rows, cols = (stop - 1 for _, stop, _ in node.args[1:])
        return node.args[0], node.args[0].shape, (rows, cols)
    return node.args[0], node.args[0].shape, (node.args[1], node.args[2])


def check_places(places: Sequence[Place], known: Mapping[Expr, int]) -> None:
    """Refuse to go on where there is no such entry.

    :param known: the sizes, and the indices among the arguments.
    :raises SizesError: naming the entry and the shape of its matrix.
    """
    numbers = {symbol: Integer(value) for symbol, value in known.items()}
    for matrix, shape, position in places:
        ends = [sympify(size).xreplace(numbers) for size in shape]
        at = [index.xreplace(numbers) for index in position]
        if any(_outside(*pair) for pair in zip(at, ends, strict=True)):
            shown = "×".join(map(str, ends))
            raise SizesError(
                f"{text(matrix)} is {shown} and has no entry ({', '.join(map(str, at))}); "
                "indices are counted from 0"
            )


def _outside(index: Expr, end: Expr) -> bool:
    """Return whether an index is known to be outside; what is not known is left to the library."""
    told = (index.is_negative, (index - end).is_nonnegative)
    return True in told
