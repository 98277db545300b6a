"""Which matrices are their own transposes, by how they are written."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from sympy import (
    Expr,
    HadamardPower,
    HadamardProduct,
    Identity,
    MatAdd,
    MatMul,
    MatPow,
    OneMatrix,
    Transpose,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.expressions.construction import split_coefficient, transpose
from derivlib.expressions.shapes import same_size
from derivlib.nodes import (
    Expm,
    ExpmFrechet,
    Logm,
    LogmFrechet,
    Pinv,
    Polar,
    PowerFrechet,
    Sqrtm,
    Sylvester,
)
from derivlib.nodes.adjugate import Adjugate

__all__ = ["is_symmetric"]


def is_symmetric(expr: Expr, known: Container[Expr] = ()) -> bool:
    """Return whether a matrix is seen to be symmetric: exp(XᵀX), g1ᵀ + 1gᵀ, not S.

    :param expr: a matrix.
    :param known: what is symmetric besides.
    """
    return same_size(*expr.shape) and _are_mirrored(expr, expr, known)


def _are_mirrored(first: Expr, second: Expr, known: Container[Expr]) -> bool:
    """Return whether a matrix is seen to be the transpose of another."""
    if first == second and (first in known or isinstance(first, _ALWAYS) or _is_projection(first)):
        return True
    if transpose(first) == second:
        return True
    if isinstance(first, Transpose) and isinstance(second, Transpose):
        return _are_mirrored(first.args[0], second.args[0], known)
    if isinstance(first, Transpose):
        return first.args[0] == second and second in known
    if isinstance(second, Transpose):
        return second.args[0] == first and first in known
    if type(first) is not type(second) or len(first.args) != len(second.args):
        return False
    match first:
        case MatMul():
            (a, left), (b, right) = split_coefficient(first), split_coefficient(second)
            ours, theirs = _factors(left), _factors(right)
            return (
                a == b
                and len(ours) == len(theirs)
                and all(
                    _are_mirrored(*both, known) for both in zip(ours, theirs[::-1], strict=True)
                )
            )
        case MatAdd() | HadamardProduct():
            return _in_some_order(first.args, list(second.args), known)
        case ElementwiseApplyFunction():
            return first.args[0] == second.args[0] and _are_mirrored(
                first.args[1], second.args[1], known
            )
        case Adjugate() | Pinv() | Polar() | Expm() | Logm() | Sqrtm():
            return _are_mirrored(first.args[0], second.args[0], known)
        case ExpmFrechet() | LogmFrechet() | PowerFrechet():
            (A, *k, E), (B, *l, F) = first.args, second.args
            return k == l and _are_mirrored(A, B, known) and _are_mirrored(E, F, known)
        case Sylvester():
            (A, B, C), (D, E, F) = first.args, second.args
            return all(_are_mirrored(*both, known) for both in ((A, E), (B, D), (C, F)))
        case MatPow() | HadamardPower():
            return first.args[1] == second.args[1] and _are_mirrored(
                first.args[0], second.args[0], known
            )
    return False


_ALWAYS: tuple[Any, ...] = (Identity, DiagMatrix, OneMatrix)


def _is_projection(expr: Expr) -> bool:
    """Return whether a matrix is A A⁺ or A⁺A."""
    first, *rest = _factors(expr)
    *others, last = _factors(expr)
    return (isinstance(last, Pinv) and (*others,) == _factors(last.arg)) or (
        isinstance(first, Pinv) and (*rest,) == _factors(first.arg)
    )


def _factors(expr: Expr) -> tuple[Expr, ...]:
    return expr.args if isinstance(expr, MatMul) else (expr,)


def _in_some_order(parts: tuple[Expr, ...], others: list[Expr], known: Container[Expr]) -> bool:
    """Return whether each part is the transpose of another one."""
    for part in parts:
        partner = next((p for p in others if _are_mirrored(part, p, known)), None)
        if partner is None:
            return False
        others.remove(partner)
    return True
