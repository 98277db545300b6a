"""Products of scalars and of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from sympy import MatMul, Mul

from derivlib.errors import ShapeError
from derivlib.expressions.construction import mul
from derivlib.expressions.facets import PRINTED, Entries, Example, tell
from derivlib.expressions.guarded import scalar_product
from derivlib.expressions.shapes import product, scalar
from derivlib.nodes.grid import Grid


def _entries(calc: Any, _: Any, *factors: Any) -> Any:
    multiply = calc.ring.product
    scalars = [factor for factor in factors if not isinstance(factor, Grid)]
    matrices = [factor for factor in factors if isinstance(factor, Grid)]
    if not matrices:
        return multiply(scalars)
    result = matrix_product(calc, matrices)
    if not scalars:
        return result
    scale = multiply(scalars)
    return result.map(lambda entry: multiply((scale, entry)))


def matrix_product(calc: Any, matrices: Sequence[Grid]) -> Grid:
    """Multiply matrices over the ring of an evaluation."""
    return reduce(lambda left, right: _times(calc, left, right), matrices)


def _times(calc: Any, left: Grid, right: Grid) -> Grid:
    if left.cols != right.rows:
        raise ShapeError(
            f"a {left.rows}×{left.cols} matrix cannot be multiplied "
            f"by a {right.rows}×{right.cols} matrix"
        )
    ring = calc.ring
    rows = [_filled(ring, left.row(i)) for i in range(left.rows)]
    cols = [_filled(ring, right.col(j)) for j in range(right.cols)]

    def entry(i: int, j: int) -> Any:
        row, col = rows[i], cols[j]
        return ring.total([ring.product((x, col[k])) for k, x in row.items() if k in col])

    return Grid.of(left.rows, right.cols, entry)


def _filled(ring: Any, line: Sequence[Any]) -> dict[int, Any]:
    """The entries of a row or a column that are not zero, by their places."""
    return {k: entry for k, entry in enumerate(line) if not ring.is_zero(entry)}


def dot(calc: Any, left: Sequence[Any], right: Sequence[Any]) -> Any:
    """The sum of the products of corresponding entries."""
    ring = calc.ring
    pairs = zip(left, right, strict=True)
    return ring.total([ring.product(pair) for pair in pairs if not any(map(ring.is_zero, pair))])


def _on_arrays(on: Any, node: Any) -> Any:
    scalars = on.all_of(arg for arg in node.args if not arg.is_Matrix)
    matrices = on.all_of(arg for arg in node.args if arg.is_Matrix)
    parts = [reduce(on.jets.matmul, matrices)] if matrices else []
    return reduce(on.jets.times, [*scalars, *parts])


def _matrix_example(w: Any, r: Any, c: Any, d: int) -> Any:
    inner = w.dimension()
    return w.matrix(r, inner, d) * w.matrix(inner, c, d)


tell(
    Mul,
    **PRINTED,
    shape=scalar,
    normal=scalar_product,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code="product",
    example=Example(lambda w, d: w.scalar(d) * w.scalar(d), "scalar", weight=2),
    parts=lambda node: node.args,
    is_holomorphic=True,
)
tell(
    MatMul,
    **PRINTED,
    shape=product,
    normal=mul,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code="product",
    example=Example(_matrix_example, weight=3),
    parts=lambda node: node.args,
    is_holomorphic=True,
)
