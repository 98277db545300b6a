"""HadamardProduct and HadamardPower, SymPy's products and powers entry by entry."""

from __future__ import annotations

from functools import reduce
from typing import Any

from sympy import HadamardPower, HadamardProduct, exp

from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import hadamard, hadamard_power
from derivlib.expressions.facets import PRINTED, Entries, Example, Shape, tell
from derivlib.expressions.shapes import Parts, alike
from derivlib.expressions.text import text
from derivlib.nodes.grid import Grid, same_shape
from derivlib.nodes.powers import entry_power_on_arrays


def _product(calc: Any, _: Any, *factors: Grid) -> Grid:
    rows, cols = same_shape(factors)
    entries = zip(*(factor.entries for factor in factors), strict=True)
    return Grid(rows, cols, tuple(map(calc.ring.product, entries)))


tell(
    HadamardProduct,
    **PRINTED,
    shape=alike,
    normal=hadamard,
    entries=Entries(_product),
    arrays=lambda on, node: reduce(on.jets.times, on.all_of(node.args)),
    code="hadamard",
    example=Example(
        lambda w, r, c, d: HadamardProduct(*(w.matrix(r, c, d) for _ in range(2 + w.below(2))))
    ),
    parts=lambda node: node.args,
    is_holomorphic=True,
)


def _power_shape(expr: Any, parts: Parts) -> Shape:
    if len(parts) > 1 and parts[1][1] is not None:
        raise UnsupportedError(
            f'HadamardPower in "{text(expr)}" has a matrix as exponent, and no rule is stated '
            "for that; with entries that are positive, A to the power B is "
            "HadamardProduct(B, A.applyfunc(log)).applyfunc(exp)"
        )
    return parts[0][1]


def _power(calc: Any, _: Any, base: Any, exponent: Any) -> Grid:
    power = calc.ring.power
    if isinstance(base, Grid) and isinstance(exponent, Grid):
        same_shape((base, exponent))
        return Grid(*base.shape, tuple(map(power, base.entries, exponent.entries)))
    if isinstance(base, Grid):
        return base.map(lambda entry: power(entry, exponent))
    return exponent.map(lambda entry: power(base, entry))


def _power_example(w: Any, r: Any, c: Any, d: int) -> Any:
    exponent = w.pick([2, 3, -1, -2])
    base = w.matrix(r, c, d)
    return HadamardPower(base if exponent > 0 or w.flip() else base.applyfunc(exp), exponent)


tell(
    HadamardPower,
    **PRINTED,
    shape=_power_shape,
    normal=hadamard_power,
    entries=Entries(_power),
    arrays=entry_power_on_arrays,
    code="entrywise",
    example=Example(_power_example),
    is_holomorphic=True,
)
