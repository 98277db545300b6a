"""KroneckerProduct, SymPy's product block by block, and KroneckerDelta."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from sympy import Integer, KroneckerDelta, KroneckerProduct

from derivlib.expressions.construction import kronecker
from derivlib.expressions.facets import PRINTED, Absent, Entries, Example, no_parts, tell
from derivlib.expressions.shapes import scalar, stated
from derivlib.nodes.grid import Grid


def _entries(calc: Any, _: Any, *factors: Grid) -> Grid:
    return reduce(lambda left, right: _of_two(calc, left, right), factors)


def _of_two(calc: Any, a: Grid, b: Grid) -> Grid:
    ring = calc.ring

    def scaled(factor: Any, row: Sequence[Any]) -> Sequence[Any]:
        if ring.is_zero(factor):
            return [factor] * len(row)
        return [ring.product((factor, entry)) for entry in row]

    rows = [(a.row(i), b.row(k)) for i in range(a.rows) for k in range(b.rows)]
    entries = tuple(entry for left, right in rows for x in left for entry in scaled(x, right))
    return Grid(a.rows * b.rows, a.cols * b.cols, entries)


def _on_arrays(on: Any, node: Any) -> Any:
    def of_two(a: Any, b: Any) -> Any:
        blocks = on.np.einsum("dij,dkl->dikjl", a, b)
        return blocks.reshape(a.shape[0], a.shape[1] * b.shape[1], a.shape[2] * b.shape[2])

    return reduce(lambda a, b: on.jets.bilinear(of_two, a, b), on.all_of(node.args))


def _example(w: Any, r: Any, c: Any, d: int) -> Any:
    if len(r) + len(c) > 3:
        return w.leaf(r, c)
    i, j = w.below(len(r) + 1), w.below(len(c) + 1)
    return KroneckerProduct(w.matrix(r[:i], c[:j], d), w.matrix(r[i:], c[j:], d))


tell(
    KroneckerProduct,
    **PRINTED,
    shape=stated,
    normal=kronecker,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code="kronecker",
    example=Example(_example),
    parts=lambda node: node.args,
    is_holomorphic=True,
)


def _delta(calc: Any, node: Any) -> Any:
    i, j = map(calc.size, node.args[:2])
    return calc.ring.number(Integer(i == j))


tell(
    KroneckerDelta,
    **PRINTED,
    shape=scalar,
    normal=Absent("SymPy's own"),
    entries=Entries(_delta, no_parts),
    arrays=lambda on, node: on.number(float(on.size(node.args[0]) == on.size(node.args[1]))),
    code=Absent("an index is no argument of the code"),
    example=Absent("a constant that SymPy makes of entries of the identity"),
    indices=lambda node: node.args[:2],
    is_holomorphic=True,
)
