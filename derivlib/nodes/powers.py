"""Powers of scalars and of square matrices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from sympy import Abs, Expr, Integer, MatPow, Pow, ZeroMatrix

from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import power
from derivlib.expressions.facets import PRINTED, Entries, Example, first_argument, tell
from derivlib.expressions.guarded import scalar_power
from derivlib.expressions.shapes import matrix_power, scalar
from derivlib.nodes.grid import Grid, as_scalar, square_grid
from derivlib.nodes.products import matrix_product


def entry_power_on_arrays(on: Any, node: Any) -> Any:
    """A power of a scalar, or of each entry of a matrix."""
    base, exponent = on.value(node.args[0]), node.args[1]
    if exponent.is_Integer:
        if exponent < 0:
            base = on.jets.reciprocal(base)
        one = on.number(on.np.ones(base.shape[2:]))
        return reduce(on.jets.times, [base] * abs(int(exponent)), one)
    if exponent.is_Rational:
        return on.jets.apply(on.power(float(exponent)), base)
    height = on.jets.times(on.value(exponent), on.jets.apply(on.LOG, base))
    return on.jets.apply(on.EXP, height)


def real_power(base: Expr, exponent: Expr) -> Expr:
    """A power of a scalar; as it is real, an even one of |u| is one of u."""
    if isinstance(base, Abs) and exponent.is_even:
        base = base.args[0]
    return scalar_power(base, exponent)


tell(
    Pow,
    **PRINTED,
    shape=scalar,
    normal=real_power,
    entries=Entries(lambda calc, _, *both: calc.ring.power(*map(as_scalar, both))),
    arrays=entry_power_on_arrays,
    code="power",
    example=Example(lambda w, d: w.scalar(d) ** w.pick([2, 3, -1, -2]), "scalar"),
    is_holomorphic=True,
)


def symbols_in_exponent(node: Any) -> Sequence[Expr]:
    """The symbols for whole numbers in the exponent of a matrix, for which a number is put in."""
    exponent = node.args[1]
    return sorted(exponent.free_symbols, key=str) if exponent.is_integer else ()


def whole_exponent(calc: Any, exponent: Expr) -> int:
    """The exponent of a matrix, a whole number once the sizes are put in."""
    exponent = exponent.xreplace({size: Integer(k) for size, k in calc.sizes.items()})
    if not exponent.is_real or not exponent.is_number or not float(exponent).is_integer():
        raise UnsupportedError(f"a matrix power needs a whole number, not {exponent}")
    return int(exponent)


def _matrix_power(calc: Any, node: MatPow, base: Grid) -> Grid:
    square_grid(base, "power")
    if base.shape == (1, 1):
        sizes = {size: Integer(value) for size, value in calc.sizes.items()}
        exponent = calc.ring.number(node.exp.xreplace(sizes))
        return base.map(lambda entry: calc.ring.power(entry, exponent))
    exponent = whole_exponent(calc, node.exp)
    if exponent == 0:
        return Grid.of(*base.shape, lambda i, j: calc.ring.number(Integer(i == j)))
    if exponent < 0:
        base = calc.ring.inverse(base)
    return matrix_product(calc, [base] * abs(exponent))


def _matrix_power_on_arrays(on: Any, node: MatPow) -> Any:
    base = on.value(node.args[0])
    if base.shape[2:] == (1, 1):
        return entry_power_on_arrays(on, node)
    exponent = whole_exponent(on, node.args[1])
    if exponent < 0:
        base, exponent = on.jets.inverse(base), -exponent
    return reduce(on.jets.matmul, [base] * exponent, on.number(on.np.eye(base.shape[-1])))


def _example(w: Any, r: Any, c: Any, d: int) -> Any:
    exponent = w.pick([2, 3, -1, -2])
    base = w.matrix(r, r, d) if exponent > 0 else w.positive_definite(r, d)
    return base**exponent


tell(
    MatPow,
    **PRINTED,
    shape=matrix_power,
    normal=power,
    entries=Entries(_matrix_power, first_argument),
    arrays=_matrix_power_on_arrays,
    code="power",
    example=Example(_example, "square"),
    sizes=symbols_in_exponent,
    undefined=lambda node: isinstance(node.args[0], ZeroMatrix) and node.args[1].is_negative,
    is_holomorphic=True,
)
