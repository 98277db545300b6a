"""DividedDifferences(x, y, s): (yᵢ - yⱼ)/(xᵢ - xⱼ), and the slopes s where two places are one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, S

from derivlib.expressions.facets import Absent, Call, Entries, Shape, tell
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node


class DividedDifferences(Node):
    """The divided differences of a function, by the columns of its places, values and slopes.

    ```pycon
    >>> from sympy import Matrix
    >>> DividedDifferences(Matrix([1, 3, 3]), Matrix([1, 9, 9]), Matrix([2, 6, 6])).doit()
    Matrix([
    [2, 4, 4],
    [4, 6, 6],
    [4, 6, 6]])

    ```

    """

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows = S(self.arg.shape[0])
        return rows, rows


def _shape(expr: Expr, parts: Sequence[tuple[Expr, Shape]]) -> Shape:
    rows = expr.args[0].shape[0]
    return rows, rows


def _entries(calc: Any, _: Any, x: Grid, y: Grid, s: Grid) -> Grid:
    ring = calc.ring
    minus, half = ring.number(S.NegativeOne), ring.number(S.Half)

    def difference(column: Grid, i: int, j: int) -> Any:
        return ring.total((column.entries[i], ring.product((minus, column.entries[j]))))

    def entry(i: int, j: int) -> Any:
        gap = difference(x, i, j)
        if i == j or gap == 0:
            return ring.product((half, ring.total((s.entries[i], s.entries[j]))))
        return ring.product((difference(y, i, j), ring.power(gap, minus)))

    return Grid.of(x.rows, x.rows, entry)


def _on_arrays(on: Any, node: Any) -> Any:
    """Places are different at random points."""
    x, y, s = on.all_of(node.args)
    unit = on.number(on.np.eye(x.shape[2]))
    gaps = x - x.swapaxes(2, 3) + unit
    return on.jets.times(y - y.swapaxes(2, 3), on.jets.reciprocal(gaps)) + on.jets.times(unit, s)


_CODE = '''
def divided_differences(x, y, s):
    """(y[i] - y[j]) / (x[i] - x[j]); where they are nearly one, the mean of the slopes s."""
    gap = x[:, None] - x
    near = {lib}.finfo(x.dtype).eps ** (1 / 3) * {lib}.abs(x).max()
    is_near = {lib}.abs(gap) <= near
    slope = (s[:, None] + s) / 2
    return {lib}.where(
        is_near, slope, (y[:, None] - y) / {lib}.where(is_near, {lib}.ones_like(gap), gap)
    )
'''

tell(
    DividedDifferences,
    text="divided_differences",
    shape=_shape,
    normal=DividedDifferences,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=Call(_CODE),
    example=Absent("the differential of a function of eigenvalues brings it in"),
    transposed=lambda node: node,
    is_atom=True,
)
