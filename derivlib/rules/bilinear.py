"""Operations of two matrices that are linear in each: distances of points, and further products."""

from __future__ import annotations

from sympy import Expr, Integer, S

from derivlib.expressions.construction import add, is_zero, mul, ones, transpose
from derivlib.nodes import SquaredDistances
from derivlib.nodes.builders import diagonal
from derivlib.rules.declare import differential
from derivlib.rules.placeholders import m, matrix, n, p
from derivlib.rules.rule import Differentiate
from derivlib.rules.sources import CHAIN_RULE

U, V = matrix("U", n, m), matrix("V", p, m)


@differential(SquaredDistances, "squared distances", (U, V), source=CHAIN_RULE)
def _squared_distances(d: Differentiate, points: Expr, others: Expr) -> Expr:
    # From ‖x − y‖² = ‖x‖² + ‖y‖² − 2 xᵀy; the diagonal of X dXᵀ has the changes xᵀdx.
    row, column = ones(S.One, others.shape[0]), ones(points.shape[0], S.One)
    terms = []
    if not is_zero(moving := d(points)):
        terms += [
            mul(diagonal(mul(points, transpose(moving))), row),
            mul(S.NegativeOne, moving, transpose(others)),
        ]
    if not is_zero(moving := d(others)):
        terms += [
            mul(column, transpose(diagonal(mul(others, transpose(moving))))),
            mul(S.NegativeOne, points, transpose(moving)),
        ]
    return mul(Integer(2), add(*terms))
