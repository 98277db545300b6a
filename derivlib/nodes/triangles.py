"""tril(A) and triu(A): the triangles of a square matrix with its diagonal (NumPy's names)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Identity, S, ZeroMatrix
from sympy.assumptions.predicates.matrices import (
    LowerTriangularPredicate,
    UpperTriangularPredicate,
)
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.expressions.construction import mul, split_coefficient, transposed_inside
from derivlib.expressions.facets import Entries, Example, tell
from derivlib.expressions.shapes import square
from derivlib.nodes.diag_matrix import diagonal_matrix
from derivlib.nodes.diagonal_of import diagonal
from derivlib.nodes.grid import Grid, square_grid
from derivlib.nodes.node import Node, as_square_operand
from derivlib.nodes.trace import trace


class Tril(Node):
    """The lower triangle of a square matrix with its diagonal, and zeros above."""


class Triu(Node):
    """The upper triangle of a square matrix with its diagonal, and zeros below."""


def tril(matrix: Any) -> Expr:
    """The lower triangle of a matrix with its diagonal, zeros above (NumPy's name).

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, explicit
    >>> explicit(tril(MatrixSymbol("A", 2, 2)))
    Matrix([
    [A[0, 0],       0],
    [A[1, 0], A[1, 1]]])
    >>> A, U = MatrixSymbol("A", 2, 2), MatrixSymbol("U", 2, 2)
    >>> jacobian = derive(tril(A * U), U)
    >>> explicit(jacobian.result) == jacobian.elementwise()
    True

    ```

    :param matrix: a square matrix expression or an explicit square matrix.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return Tril(as_square_operand(matrix, "tril"))


def triu(matrix: Any) -> Expr:
    """The upper triangle of a matrix with its diagonal, zeros below (NumPy's name).

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, explicit
    >>> explicit(triu(MatrixSymbol("A", 2, 2)))
    Matrix([
    [A[0, 0], A[0, 1]],
    [      0, A[1, 1]]])
    >>> A, U = MatrixSymbol("A", 2, 2), MatrixSymbol("U", 2, 2)
    >>> jacobian = derive(triu(A * U), U)
    >>> explicit(jacobian.result) == jacobian.elementwise()
    True

    ```

    :param matrix: a square matrix expression or an explicit square matrix.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return Triu(as_square_operand(matrix, "triu"))


def _normal(kind: type[Node], matrix: Expr) -> Expr:
    """A coefficient comes out in front; a triangle of the other triangle is a diagonal."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, (ZeroMatrix, Identity, DiagMatrix, kind)):
        return mul(coefficient, matrix)
    if isinstance(matrix, (Tril, Triu)):
        return mul(coefficient, diagonal_matrix(diagonal(matrix.arg)))
    return mul(coefficient, kind(matrix))


def lower_triangle(matrix: Expr) -> Expr:
    """Take the lower triangle of a square matrix; a coefficient comes out in front."""
    return _normal(Tril, matrix)


def upper_triangle(matrix: Expr) -> Expr:
    """Take the upper triangle of a square matrix; a coefficient comes out in front."""
    return _normal(Triu, matrix)


LowerTriangularPredicate.register(Tril)(lambda _, assumptions: True)
UpperTriangularPredicate.register(Triu)(lambda _, assumptions: True)


def _tell(kind: type, other: type, make: Any, normal: Any, keeps: Any) -> None:
    name = make.__name__

    def entries(calc: Any, _: Any, A: Grid) -> Grid:
        zero = calc.ring.number(S.Zero)
        shape = square_grid(A, "triangle").shape
        return Grid.of(*shape, lambda i, j: A[i, j] if keeps(i, j) else zero)

    tell(
        kind,
        text=name,
        shape=square,
        normal=normal,
        entries=Entries(entries),
        arrays=lambda on, node: getattr(on.np, name)(on.value(node.arg)),
        code="triangle",
        numpy=lambda p, node: f"{p._module_format(f'{p._module}.{name}')}({p._print(node.arg)})",
        example=Example(lambda w, r, c, d: make(w.matrix(r, r, d)), "square"),
        transposed=transposed_inside(other),
        trace=lambda node: trace(node.arg),
        diagonal=lambda node: diagonal(node.arg),
        is_linear=True,
    )


_tell(Tril, Triu, tril, lower_triangle, int.__ge__)
_tell(Triu, Tril, triu, upper_triangle, int.__le__)
