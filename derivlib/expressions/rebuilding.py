"""The same operation on other arguments, in normal form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sympy import (
    DiagonalMatrix,
    DiagonalOf,
    DotProduct,
    Expr,
    Function,
    HadamardPower,
    HadamardProduct,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    Mul,
    Pow,
    S,
    Trace,
    Transpose,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.expressions.construction import (
    add,
    hadamard,
    hadamard_power,
    inverse,
    kronecker,
    mul,
    power,
    transpose,
)
from derivlib.expressions.elementwise import elementwise
from derivlib.expressions.guarded import scalar_power, scalar_product
from derivlib.expressions.operators import (
    diagonal,
    diagonal_matrix,
    diagonal_sums,
    entry,
    inner,
    on_vec,
    sum_of,
    trace,
    tril,
    triu,
    unvec,
    vec,
)
from derivlib.nodes import DiagonalSums, Inner, OnVec, SumEntries, Tril, Triu, Unvec, Vec

__all__ = ["applied", "rebuild"]


def applied(function: Any, *args: Expr) -> Expr:
    """Apply an undefined scalar function; its value commutes, whatever its arguments are.

    SymPy takes λ(S) for non-commutative because the matrix S is, and then cannot multiply a
    matrix by it. The function used instead is `Function("lambda", commutative=True)`.
    """
    value = function(*args)
    if value.is_commutative or not isinstance(value, AppliedUndef):
        return value
    kept = {**function._kwargs, "commutative": True}
    return Function(function.__name__, **kept)(*args)


def _entry_of(argument: Any) -> Any:
    """A 1×1 matrix as a scalar, anything else as it is."""
    if isinstance(argument, MatrixExpr) and argument.shape[0] is argument.shape[1] is S.One:
        return trace(argument)
    return argument


def _row(vector: Expr) -> Expr:
    return vector if vector.shape[0] is S.One else transpose(vector)


_CONSTRUCTORS: dict[type, Callable[..., Expr]] = {
    Mul: scalar_product,
    Pow: scalar_power,
    MatMul: mul,
    MatAdd: add,
    Transpose: transpose,
    MatPow: power,
    Inverse: lambda base, _: inverse(base),
    HadamardProduct: hadamard,
    HadamardPower: hadamard_power,
    ElementwiseApplyFunction: elementwise,
    Trace: trace,
    DiagMatrix: diagonal_matrix,
    DiagonalOf: diagonal,
    Tril: tril,
    Triu: triu,
    DiagonalSums: diagonal_sums,
    MatrixElement: entry,
    KroneckerProduct: kronecker,
    SumEntries: sum_of,
    Inner: inner,
    OnVec: on_vec,
    DotProduct: lambda x, y: trace(mul(_row(x), transpose(_row(y)))),
    DiagonalMatrix: lambda square: diagonal_matrix(diagonal(square)),
    Vec: vec,
    Unvec: lambda column, shape: unvec(column, tuple(shape)),
}


def rebuild(expr: Expr, args: Iterable[Any]) -> Expr:
    """Make a node of the same kind with other arguments, in normal form.

    :param expr: the node to imitate.
    :param args: one argument for each of `expr.args`.
    """
    if isinstance(expr, Function):
        return applied(expr.func, *map(_entry_of, args))
    return _CONSTRUCTORS.get(type(expr), expr.func)(*args)
