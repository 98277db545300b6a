"""sum_entries(A) and mean(A): sums and means of all entries, of each row or of each column."""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    BlockMatrix,
    Expr,
    ImmutableDenseMatrix,
    KroneckerProduct,
    Lambda,
    OneMatrix,
    S,
    Transpose,
    ZeroMatrix,
    sympify,
)
from sympy import ones as sympy_ones
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.construction import is_single, mul, ones, split_coefficient
from derivlib.expressions.facets import Entries, Example, tell
from derivlib.expressions.guarded import scalar_product
from derivlib.expressions.shapes import scalar
from derivlib.nodes.arguments import as_axis
from derivlib.nodes.eigvalsh import Eigvalsh, total_over_eigenvalues
from derivlib.nodes.elementwise import as_lambda
from derivlib.nodes.node import NumberOfMatrix, as_matrix_operand
from derivlib.nodes.prime import ARGUMENT
from derivlib.nodes.trace import trace


class SumEntries(NumberOfMatrix):
    """The sum of all entries of a matrix, 1ᵀ A 1."""


def sum_entries(matrix: Any, axis: int | None = None) -> Expr:
    """Sum all entries of a matrix; with `axis=1` those of each row, with `axis=0` of each column.

    The sums of all rows are A 1, those of all columns 1ᵀ A, and written so.

    ```pycon
    >>> from sympy import MatrixSymbol, OneMatrix
    >>> from derivlib import derive, explicit, norm
    >>> X, A = MatrixSymbol("X", 3, 2), MatrixSymbol("A", 4, 3)
    >>> gradient = derive(sum_entries(A*X), X)
    >>> gradient.result == A.T*OneMatrix(4, 2)
    True
    >>> explicit(gradient.result) == gradient.elementwise()
    True
    >>> c = MatrixSymbol("c", 3, 1)
    >>> loss = derive(norm(sum_entries(X, axis=1) - c)**2, X)
    >>> print(loss)
    ∂L/∂X = 2*(X*1[2×1] - c)*1[1×2]
    >>> loss.verify().entries
    6

    ```

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :param axis: 1 or -1 for each row, 0 for each column.
    :returns: a scalar expression; a column for axis 1 and a row for axis 0.
    :raises InputError: if `matrix` is not a matrix, or `axis` is another number.
    """
    matrix = as_matrix_operand(matrix, "sum_entries")
    if axis is not None:
        return sum_along(matrix, as_axis(axis, "sum_entries"))
    return SumEntries(matrix)


def mean(matrix: Any, axis: int | None = None) -> Expr:
    """The mean of all entries of a matrix; with `axis=1` of each row, with `axis=0` of each column.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, norm
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, c = MatrixSymbol("X", n, m), MatrixSymbol("c", 1, m)
    >>> print(derive(mean(X), X))
    ∂L/∂X = 1[n×m]/(m*n)
    >>> loss = derive(norm(mean(X, axis=0) - c)**2, X)
    >>> print(loss)
    ∂L/∂X = 2/n*1[n×1]*(1[1×n]*X/n - c)
    >>> loss.verify({n: 4, m: 3}).shape
    (4, 3)

    ```

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :param axis: 1 or -1 for each row, 0 for each column.
    :returns: a scalar expression; a column for axis 1 and a row for axis 0.
    :raises InputError: if `matrix` is not a matrix, or `axis` is another number.
    """
    matrix = as_matrix_operand(matrix, "mean")
    rows, cols = map(sympify, matrix.shape)
    if axis is None:
        return SumEntries(matrix) / (rows * cols)
    axis = as_axis(axis, "mean")
    return mul(1 / (cols if axis else rows), sum_along(matrix, axis))


def sum_along(matrix: Expr, axis: int) -> Expr:
    """The sums of all rows, A 1, for axis 1, or of all columns, 1ᵀ A, for axis 0."""
    rows, cols = matrix.shape
    if isinstance(matrix, MatrixBase):
        lines = ImmutableDenseMatrix(matrix)
        return lines * sympy_ones(cols, 1) if axis else sympy_ones(1, rows) * lines
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, OneMatrix):
        length, left = (cols, (rows, S.One)) if axis else (rows, (S.One, cols))
        return mul(coefficient, length, ones(*left))
    row, column = ones(S.One, rows), ones(cols, S.One)
    return mul(coefficient, matrix, column) if axis else mul(coefficient, row, matrix)


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
    if isinstance(matrix, Eigvalsh):
        return coefficient * trace(matrix.arg)
    if isinstance(matrix, BlockMatrix):
        return coefficient * Add(*map(sum_of, matrix.blocks))
    if isinstance(matrix, KroneckerProduct):
        return scalar_product(coefficient, *map(sum_of, matrix.args))
    return coefficient * SumEntries(matrix)


def _over_eigenvalues(node: SumEntries) -> tuple[Lambda, Expr] | None:
    """The function and the matrix of a sum of a known function of all eigenvalues."""
    inside = node.arg
    function = Lambda(ARGUMENT, ARGUMENT)
    if isinstance(inside, ElementwiseApplyFunction):
        function, inside = as_lambda(inside.function), inside.expr
    is_known = isinstance(inside, Eigvalsh) and not function.expr.atoms(AppliedUndef)
    return (function, inside.arg) if is_known else None


def _entries(calc: Any, node: SumEntries, A: Any) -> Any:
    found = _over_eigenvalues(node)
    return (
        calc.ring.total(A.entries) if found is None else total_over_eigenvalues(calc, found[0], A)
    )


def _summed(node: SumEntries) -> tuple[Expr, ...]:
    found = _over_eigenvalues(node)
    return node.args if found is None else found[1:]


tell(
    SumEntries,
    text="sum",
    shape=scalar,
    normal=sum_of,
    entries=Entries(_entries, _summed),
    arrays=lambda on, node: on.value(node.arg).sum(axis=(2, 3), keepdims=True),
    code="sum_entries",
    numpy=lambda p, node: f"{p._module_format(p._module + '.sum')}({p._print(node.arg)})",
    example=Example(lambda w, d: sum_entries(w.anything(d)), "scalar", weight=3),
    is_linear=True,
    is_holomorphic=True,
)
