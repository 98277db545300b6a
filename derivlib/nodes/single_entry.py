"""SingleEntry((n, m), i, j): Jⁱʲ, a one at (i, j) and zeros elsewhere."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Tuple

from derivlib.errors import ShapeError
from derivlib.expressions.facets import Absent, Entries, no_parts, tell
from derivlib.expressions.shapes import stated
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node


class SingleEntry(Node):
    """The single-entry matrix Jⁱʲ: a one at (i, j), counted from 0, and zeros elsewhere.

    ```pycon
    >>> SingleEntry((3, 2), 0, 1).shape
    (3, 2)

    ```

    :param shape: rows and columns.
    :param i: the row of the one, from 0.
    :param j: the column of the one, from 0.
    """

    def __new__(cls, shape: Any, i: Any, j: Any) -> SingleEntry:
        row, col = as_operand(i, "SingleEntry"), as_operand(j, "SingleEntry")
        return super().__new__(cls, Tuple(*shape), row, col)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return tuple(self.args[0])

    @property
    def position(self) -> tuple[Expr, Expr]:
        """Row and column of the one, counted from 0."""
        return self.args[1], self.args[2]


def _entries(calc: Any, node: SingleEntry) -> Grid:
    row, col = (calc.size(index) for index in node.position)
    rows, cols = calc.shape(node)
    if not (0 <= row < rows and 0 <= col < cols):
        raise ShapeError(f"entry [{row}, {col}], counted from 0, of a {rows}×{cols} matrix")
    number = calc.ring.number
    return Grid.of(rows, cols, lambda i, j: number(Integer((i, j) == (row, col))))


def _on_arrays(on: Any, node: SingleEntry) -> Any:
    value = on.np.zeros(on.shape(node))
    value[tuple(map(on.size, node.position))] = 1
    return on.number(value)


def _text(_: Any, node: SingleEntry) -> str:
    if node.shape == (1, 1):
        return "I[1]"  # nothing tells the length of e[0]
    if node.shape[1] == 1:
        return f"e[{node.position[0]}]"
    if node.shape[0] == 1:
        return f"e[{node.position[1]}]ᵀ"
    return f"J[{node.position[0]}, {node.position[1]}]"


def _tex(p: Any, node: SingleEntry) -> str:
    shown = [p._print(p.from_one(i, node)) for i in node.position]
    if node.shape[1] == 1:
        return f"e_{{{shown[0]}}}"
    if node.shape[0] == 1:
        return rf"e_{{{shown[1]}}}^{{\mathsf{{T}}}}"
    return f"J^{{{''.join(shown)}}}"


def _sized(p: Any, node: SingleEntry) -> str:
    return f"J[{', '.join(map(p._print, (*node.position, *node.shape)))}]"


tell(
    SingleEntry,
    text=_text,
    sized=_sized,
    tex=_tex,
    shape=stated,
    normal=SingleEntry,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code="single_entry",
    example=Absent("a constant; derivatives of entries bring it in"),
    parts=no_parts,
    transposed=lambda node: SingleEntry(reversed(node.shape), *reversed(node.position)),
    sizes=lambda node: node.shape,
    indices=lambda node: node.position,
    is_holomorphic=True,
)
