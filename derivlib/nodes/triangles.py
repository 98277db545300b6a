"""tril(A) and triu(A): the triangles of a square matrix with its diagonal (NumPy's names)."""

from __future__ import annotations

import math
import operator
from typing import Any

from sympy import Expr, Identity, Integer, S, Transpose, ZeroMatrix
from sympy.assumptions.predicates.matrices import (
    LowerTriangularPredicate,
    UpperTriangularPredicate,
)
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.errors import InputError
from derivlib.expressions.construction import (
    leads_with_transpose,
    mul,
    split_coefficient,
    transpose,
    zero_like,
    zeros,
)
from derivlib.expressions.facets import Call, Entries, Example, first_argument, tell, upright
from derivlib.expressions.shapes import square
from derivlib.nodes.diag_matrix import diagonal_matrix
from derivlib.nodes.diagonal_of import diagonal
from derivlib.nodes.grid import Grid, square_grid
from derivlib.nodes.node import Node, as_square_operand
from derivlib.nodes.trace import trace


class _Triangle(Node):
    """A triangle up to the diagonal, or up to another one, which is counted from there."""

    def __new__(cls, matrix: Any, offset: Any = 0) -> Any:
        offset = Integer(offset)
        return super().__new__(cls, matrix, *(() if offset == 0 else (offset,)))

    @property
    def offset(self) -> int:
        """The last diagonal that is kept: 1 is the one above the diagonal, -1 the one below."""
        return int(self.args[1]) if len(self.args) > 1 else 0


class Tril(_Triangle):
    """The lower triangle of a square matrix with its diagonal, and zeros above."""


class Triu(_Triangle):
    """The upper triangle of a square matrix with its diagonal, and zeros below."""


def tril(matrix: Any, k: int = 0) -> Expr:
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
    >>> explicit(tril(A, -1))
    Matrix([
    [      0, 0],
    [A[1, 0], 0]])

    ```

    :param matrix: a square matrix expression or an explicit square matrix.
    :param k: the diagonal up to which entries are kept: 1 is the one above the main diagonal, -1
        the one below it.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix, or `k` not a whole number.
    :raises ShapeError: if it is not square.
    """
    return Tril(as_square_operand(matrix, "tril"), _as_offset(k, "tril"))


def triu(matrix: Any, k: int = 0) -> Expr:
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
    >>> explicit(triu(A, k=1))
    Matrix([
    [0, A[0, 1]],
    [0,       0]])

    ```

    :param matrix: a square matrix expression or an explicit square matrix.
    :param k: the diagonal up to which entries are kept: 1 is the one above the main diagonal, -1
        the one below it.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix, or `k` not a whole number.
    :raises ShapeError: if it is not square.
    """
    return Triu(as_square_operand(matrix, "triu"), _as_offset(k, "triu"))


def _as_offset(value: Any, what: str) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise InputError(f"k of {what} is a whole number, not {value!r}") from None


def _diagonals(matrix: Expr) -> tuple[float, float]:
    """The first and the last diagonal on which a matrix is seen to have entries."""
    if isinstance(matrix, Transpose):
        first, last = _diagonals(matrix.arg)
        return -last, -first
    if isinstance(matrix, Tril):
        return -math.inf, matrix.offset
    return (matrix.offset if isinstance(matrix, Triu) else -math.inf), math.inf


def _normal(kind: type[_Triangle], matrix: Expr, offset: Any) -> Expr:
    """A coefficient comes out in front; a triangle of the other triangle is a diagonal.

    Beyond the corners of a matrix of known size, a triangle has nothing, or everything.
    """
    coefficient, matrix = split_coefficient(matrix)
    offset, is_lower = int(offset), kind is Tril
    size, kept = matrix.shape[0], offset if is_lower else -offset
    if S(size).is_Integer and not -size < kept < size - 1:
        return zero_like(matrix) if kept < 0 else mul(coefficient, matrix)
    if isinstance(matrix, (ZeroMatrix, Identity, DiagMatrix)):
        has_diagonal = offset >= 0 if is_lower else offset <= 0
        return mul(coefficient, matrix) if has_diagonal else zero_like(matrix)
    first, last = _diagonals(matrix)
    if (first > offset) if is_lower else (last < offset):
        return zero_like(matrix)
    if (last <= offset) if is_lower else (first >= offset):
        return mul(coefficient, matrix)
    if isinstance(matrix, kind):
        return mul(coefficient, kind(matrix.arg, offset))
    if isinstance(matrix, (Tril, Triu)) and offset == matrix.offset == 0:
        return mul(coefficient, diagonal_matrix(diagonal(matrix.arg)))
    return mul(coefficient, kind(matrix, offset))


def lower_triangle(matrix: Expr, offset: Any = 0) -> Expr:
    """Take the lower triangle of a square matrix; a coefficient comes out in front."""
    return _normal(Tril, matrix, offset)


def upper_triangle(matrix: Expr, offset: Any = 0) -> Expr:
    """Take the upper triangle of a square matrix; a coefficient comes out in front."""
    return _normal(Triu, matrix, offset)


LowerTriangularPredicate.register(Tril)(
    lambda node, assumptions: True if node.offset <= 0 else None
)
UpperTriangularPredicate.register(Triu)(
    lambda node, assumptions: True if node.offset >= 0 else None
)


def _tell(kind: type, other: type, make: Any, normal: Any, keeps: Any) -> None:
    name = make.__name__

    def entries(calc: Any, node: Any, A: Grid) -> Grid:
        zero, offset = calc.ring.number(S.Zero), node.offset
        shape = square_grid(A, "triangle").shape
        return Grid.of(*shape, lambda i, j: A[i, j] if keeps(i + offset, j) else zero)

    def written(p: Any, node: Any, name: str) -> str:
        return str(p.call(name, node.arg, *node.args[1:]))

    def numpy(p: Any, node: Any) -> str:
        shown = ", ".join(map(p._print, node.args))
        return f"{p._module_format(f'{p._module}.{name}')}({shown})"

    tell(
        kind,
        text=lambda p, node: written(p, node, name),
        tex=lambda p, node: written(p, node, upright(name)),
        shape=square,
        normal=normal,
        entries=Entries(entries),
        arrays=lambda on, node: getattr(on.np, name)(on.value(node.arg), node.offset),
        code=lambda node: (
            Call(f"{{lib}}.{name}({{0}}, {node.offset})", matrices=True)
            if node.offset
            else "triangle"
        ),
        numpy=numpy,
        example=Example(lambda w, r, c, d: make(w.matrix(r, r, d), w.pick([0, -1, 1])), "square"),
        parts=first_argument,
        with_parts=lambda node, parts: normal(parts[0], node.offset),
        transposed=lambda node: (
            other(transpose(node.arg), -node.offset) if leads_with_transpose(node.arg) else None
        ),
        trace=lambda node: trace(node.arg) if keeps(node.offset, 0) else S.Zero,
        diagonal=lambda node: (
            diagonal(node.arg) if keeps(node.offset, 0) else zeros(node.shape[0], S.One)
        ),
        is_atom=True,
        is_linear=True,
        is_holomorphic=True,
    )


_tell(Tril, Triu, tril, lower_triangle, int.__ge__)
_tell(Triu, Tril, triu, upper_triangle, int.__le__)
