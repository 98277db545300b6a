"""diagonal_sums(A): the Toeplitz matrix whose diagonals repeat the sums of A's diagonals."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Identity, ZeroMatrix

from derivlib.expressions.construction import (
    is_single,
    mul,
    split_coefficient,
    transposed_inside,
)
from derivlib.expressions.facets import Call, Entries, Example, tell
from derivlib.expressions.shapes import square
from derivlib.nodes.grid import Grid, square_grid
from derivlib.nodes.node import Node, as_square_operand


class DiagonalSums(Node):
    """The Toeplitz matrix that has at each place the sum of a matrix along that diagonal."""


def diagonal_sums(matrix: Any) -> Expr:
    """Sum a matrix along each of its diagonals, and write each sum along the diagonal.

    Entry (i, j) of the result is the sum of the entries on the diagonal j - i.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, explicit
    >>> explicit(diagonal_sums(MatrixSymbol("A", 2, 2)))
    Matrix([
    [A[0, 0] + A[1, 1],           A[0, 1]],
    [          A[1, 0], A[0, 0] + A[1, 1]]])
    >>> A, U = MatrixSymbol("A", 2, 2), MatrixSymbol("U", 2, 2)
    >>> jacobian = derive(diagonal_sums(A * U), U)
    >>> explicit(jacobian.result) == jacobian.elementwise()
    True

    ```

    Source: Petersen & Pedersen (2012), eq. (143), where α(A) is `diagonal_sums(A.T)`.

    :param matrix: a square matrix expression or an explicit square matrix.
    :returns: a Toeplitz matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return DiagonalSums(as_square_operand(matrix, "diagonal_sums"))


def summed_diagonals(matrix: Expr) -> Expr:
    """Sum a square matrix along each diagonal; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, ZeroMatrix) or is_single(matrix):
        return mul(coefficient, matrix)
    if isinstance(matrix, Identity):
        return mul(coefficient, matrix.shape[0], matrix)
    return mul(coefficient, DiagonalSums(matrix))


def _entries(calc: Any, _: Any, A: Grid) -> Grid:
    square_grid(A, "sum of each diagonal")
    n, total = A.rows, calc.ring.total
    sums = {
        k: total([A[i, i + k] for i in range(max(0, -k), min(n, n - k))]) for k in range(1 - n, n)
    }
    return Grid.of(n, n, lambda i, j: sums[j - i])


def _on_arrays(on: Any, node: DiagonalSums) -> Any:
    np, value = on.np, on.value(node.arg)
    n = value.shape[2]
    offsets = range(1 - n, n)
    sums = np.stack([np.trace(value, k, axis1=2, axis2=3) for k in offsets], axis=2)
    i, j = np.indices((n, n))
    return sums[:, :, j - i + n - 1]


_CODE = Call(
    '''
def diagonal_sums(A):
    """The Toeplitz matrix of the sums along the diagonals of A."""
    n = len(A)
    sums = {lib}.stack([A.diagonal(k).sum() for k in range(1 - n, n)])
    i = {lib}.arange(n)
    return sums[i - i[:, None] + n - 1]
''',
    matrices=True,
)

tell(
    DiagonalSums,
    text="diagonal_sums",
    tex=r"\operatorname{diagsums}",
    shape=square,
    normal=summed_diagonals,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=_CODE,
    example=Example(lambda w, r, c, d: diagonal_sums(w.matrix(r, r, d)), "square"),
    transposed=transposed_inside(DiagonalSums),
    is_linear=True,
)
