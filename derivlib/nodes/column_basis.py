"""ColumnBasis: makes vec(S(c)) of c, for the matrices S(c) that are made of a column c."""

from __future__ import annotations

from typing import Any

from sympy import Expr, ImmutableDenseMatrix, Integer, S
from sympy.core.symbol import Str

from derivlib.expressions.construction import mul
from derivlib.expressions.facets import Absent, Entries, no_parts, tell
from derivlib.expressions.shapes import stated
from derivlib.nodes.convolution import (
    circulant_matrix,
    convolution_matrix,
    convolved_length,
    first_kept,
)
from derivlib.nodes.cross import skew_matrix
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node

GENERATORS = ImmutableDenseMatrix(
    [[0, 0, 0], [0, 0, 1], [0, -1, 0], [0, 0, -1], [0, 0, 0], [1, 0, 0], [0, 1, 0], [-1, 0, 0],
     [0, 0, 0]]
)  # fmt: skip
"""The matrix B with vec [a]× = B a."""


MODES = {"skew": 0, "circulant": 1, "full": 2, "same": 2, "valid": 2}
"""The kinds of matrices that are made of a column, and how many sizes are told of each."""


class ColumnBasis(Node):
    """The matrix B with vec(S(c)) = B c, for a matrix S(c) whose entries are those of a column.

    :param mode: "circulant", "skew", or one of the modes of a convolution.
    :param size: how long the column c is.
    :param cols: how many columns S(c) has.
    """

    def __new__(cls, mode: Any, size: Any, cols: Any) -> Any:
        return super().__new__(cls, Str(str(mode)), size, cols)

    @property
    def mode(self) -> str:
        """The kind of the matrix S(c)."""
        return str(self.args[0].name)

    @property
    def of_shape(self) -> tuple[Expr, Expr]:
        """The shape of S(c)."""
        _, size, cols = self.args
        square = self.mode in ("circulant", "skew")
        return (size if square else convolved_length(size, cols, self.mode)), cols

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.of_shape
        return rows * cols, self.args[1]

    def of_column(self, column: Expr) -> Expr:
        """The matrix R with S(c) w = R c for a column w: c * w = w * c, and c × w = -w × c."""
        if self.mode == "circulant":
            return circulant_matrix(column)
        if self.mode == "skew":
            return mul(S.NegativeOne, skew_matrix(column))
        return convolution_matrix(column, self.args[1], self.mode)


def _entries(calc: Any, node: ColumnBasis) -> Grid:
    number = calc.ring.number
    if node.mode == "skew":
        return Grid.of(9, 3, lambda place, k: number(GENERATORS[place, k]))
    size, (rows, cols) = calc.size(node.args[1]), map(calc.size, node.of_shape)
    start = None if node.mode == "circulant" else first_kept(size, cols, node.mode)

    def entry(place: int, k: int) -> Any:
        j, i = divmod(place, rows)
        at = (i - j) % size if start is None else i + start - j
        return number(Integer(at == k))

    return Grid.of(rows * cols, size, entry)


def _on_arrays(on: Any, node: ColumnBasis) -> Any:
    """Its columns are the matrices of unit columns, stacked."""
    np, (size, cols) = on.np, map(on.size, node.args[1:])
    units = []
    for unit in np.eye(size):
        if node.mode == "circulant":
            lines = [np.roll(unit, j) for j in range(cols)]
        elif node.mode == "skew":
            lines = [np.cross(unit, other) for other in np.eye(3)]
        else:
            lines = [np.convolve(unit, other, node.mode) for other in np.eye(cols)]
        units.append(np.concatenate(lines))
    return on.number(np.stack(units, axis=1))


def _sizes(node: ColumnBasis) -> list[Expr]:
    """What is told beside the kind of the matrix."""
    return list(node.args[1 : 1 + MODES[node.mode]])


def _tex(p: Any, node: ColumnBasis) -> str:
    told = [p.upright(node.mode)] + [p.sizes(_sizes(node))] * bool(_sizes(node))
    return rf"\Delta_{{{', '.join(told)}}}"


tell(
    ColumnBasis,
    text=lambda p, node: f"Δ[{', '.join([node.mode, *map(p._print, _sizes(node))])}]",
    tex=_tex,
    shape=stated,
    normal=ColumnBasis,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code="column_basis",
    example=Absent("a constant; derivatives of what is made of a column bring it in"),
    parts=no_parts,
    sizes=lambda node: node.args[1:],
    is_atom=True,
)
