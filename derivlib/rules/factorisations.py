"""Differentials of the Moore–Penrose inverse and of projectors."""

from __future__ import annotations

from sympy import Expr, S

from derivlib.expressions.construction import add, identity, mul, transpose
from derivlib.nodes import Pinv, Projector
from derivlib.nodes.pinv import pinv_of, projector_of
from derivlib.rules.conditions import each
from derivlib.rules.declare import differential
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import Differentiate, Source

U = matrix("U", n, m)

CONSTANT_RANK = each("of the same rank nearby")
GOLUB_PEREYRA = Source("Golub & Pereyra", 1973, "section 4")


def _without(projection: Expr) -> Expr:
    """What a projector leaves out, I - P."""
    return add(identity(projection.shape[0]), mul(S.NegativeOne, projection))


@differential(Pinv, "Moore–Penrose inverse", (U,), source=GOLUB_PEREYRA, conditions=CONSTANT_RANK)
def _pinv(d: Differentiate, base: Expr) -> Expr:
    inverted, moving = pinv_of(base), d(base)
    turned, turned_moving = transpose(inverted), transpose(moving)
    return add(
        mul(S.NegativeOne, inverted, moving, inverted),
        mul(inverted, turned, turned_moving, _without(mul(base, inverted))),
        mul(_without(mul(inverted, base)), turned_moving, turned, inverted),
    )


@differential(Projector, "projector", (U,), source=GOLUB_PEREYRA, conditions=CONSTANT_RANK)
def _projector(d: Differentiate, base: Expr) -> Expr:
    turning = mul(_without(projector_of(base)), d(base), pinv_of(base))
    return add(turning, transpose(turning))
