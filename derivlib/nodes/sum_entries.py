"""sum_entries(A): the sum of all entries of a matrix, 1ᵀ A 1."""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    BlockMatrix,
    Expr,
    KroneckerProduct,
    OneMatrix,
    S,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.construction import is_single, split_coefficient
from derivlib.expressions.facets import Entries, Example, tell
from derivlib.expressions.guarded import scalar_product
from derivlib.expressions.shapes import scalar
from derivlib.nodes.node import RealNode, as_matrix_operand
from derivlib.nodes.trace import trace


class SumEntries(RealNode):
    """The sum of all entries of a matrix, 1ᵀ A 1."""


def sum_entries(matrix: Any) -> Expr:
    """Sum all entries of a matrix.

    ```pycon
    >>> from sympy import MatrixSymbol, OneMatrix
    >>> from derivlib import derive, explicit
    >>> X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 4, 3)
    >>> gradient = derive(sum_entries(A*X), X)
    >>> gradient.result == A.T*OneMatrix(4, 2)
    True
    >>> explicit(gradient.result) == gradient.elementwise()
    True

    ```

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :returns: a scalar expression.
    :raises InputError: if `matrix` is not a matrix.
    """
    return SumEntries(as_matrix_operand(matrix, "sum_entries"))


def sum_of(matrix: Expr) -> Expr:
    """Sum the entries of a matrix; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, ZeroMatrix):
        return S.Zero
    if isinstance(matrix, MatrixBase):
        return coefficient * Add(*matrix)
    if isinstance(matrix, OneMatrix):
        rows, cols = matrix.shape
        return coefficient * rows * cols
    if is_single(matrix):
        return coefficient * trace(matrix)
    if isinstance(matrix, Transpose):
        return coefficient * sum_of(matrix.args[0])
    if isinstance(matrix, BlockMatrix):
        return coefficient * Add(*map(sum_of, matrix.blocks))
    if isinstance(matrix, KroneckerProduct):
        return scalar_product(coefficient, *map(sum_of, matrix.args))
    return coefficient * SumEntries(matrix)


tell(
    SumEntries,
    text="sum",
    shape=scalar,
    normal=sum_of,
    entries=Entries(lambda calc, _, A: calc.ring.total(A.entries)),
    arrays=lambda on, node: on.value(node.arg).sum(axis=(2, 3), keepdims=True),
    code="sum_entries",
    numpy=lambda p, node: f"{p._module_format(p._module + '.sum')}({p._print(node.arg)})",
    example=Example(lambda w, d: sum_entries(w.anything(d)), "scalar", weight=3),
    is_linear=True,
)
