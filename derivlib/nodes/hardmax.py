"""hardmax(A): where the largest entry is, of a matrix or of each row or column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, GreaterThan, OneMatrix, S, Transpose

from derivlib.expressions.construction import (
    identity,
    is_one,
    is_single,
    leads_with_transpose,
    mul,
    ones_like,
    split_coefficient,
    transpose,
)
from derivlib.expressions.facets import Call, Entries, Example, first_argument, tell
from derivlib.expressions.shapes import same_as_first
from derivlib.nodes.arguments import as_axis
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import AlongAxis, Node, as_matrix_operand, tex_along, text_along
from derivlib.nodes.softmax import lines


class Hardmax(Node):
    """1 at the largest entry of a matrix and 0 elsewhere; a tie shares equally."""


class AxisHardmax(AlongAxis):
    """The same of each row, or of each column, of a matrix."""


def hardmax(matrix: Any, axis: int | None = None) -> Expr:
    """1 at the largest entry and 0 elsewhere, what softmax(t A) tends to as t grows.

    Where the largest entry stands k times, there is 1/k at each of its places. With `axis=1` each
    row is taken for itself, with `axis=0` each column.

    ```pycon
    >>> from sympy import Matrix, MatrixSymbol, OneMatrix
    >>> from derivlib import amax, derive
    >>> x = MatrixSymbol("x", 3, 1)
    >>> derive(amax(x), x).result == hardmax(x)
    True
    >>> hardmax(Matrix([[1, 5, 2], [4, 0, 4]]), axis=1).doit()
    Matrix([
    [  0, 1,   0],
    [1/2, 0, 1/2]])

    ```

    :param matrix: a matrix of any shape.
    :param axis: 1 or -1 for each row, 0 for each column.
    :returns: a matrix of the same shape; its entries sum to one, in each row or column where
        `axis` says so. Its derivative is zero wherever there is one largest entry.
    :raises InputError: if `matrix` is not a matrix, or `axis` is another number.
    """
    matrix = as_matrix_operand(matrix, "hardmax")
    return Hardmax(matrix) if axis is None else AxisHardmax(matrix, as_axis(axis, "hardmax"))


def places_of_largest(matrix: Expr) -> Expr:
    """Make it in normal form."""
    if is_single(matrix):
        return identity(S.One)
    if isinstance(split_coefficient(matrix)[1], OneMatrix):
        rows, cols = matrix.shape
        return mul(1 / (rows * cols), ones_like(matrix))
    if leads_with_transpose(matrix):
        return Transpose(Hardmax(transpose(matrix)))
    return Hardmax(matrix)


def places_along(matrix: Expr, axis: Any) -> Expr:
    """Make that of each row or column in normal form."""
    if is_one(matrix.shape[axis]):
        return ones_like(matrix)
    if is_one(matrix.shape[1 - axis]):
        return places_of_largest(matrix)
    if isinstance(split_coefficient(matrix)[1], OneMatrix):
        return mul(1 / matrix.shape[axis], ones_like(matrix))
    if leads_with_transpose(matrix):
        return Transpose(AxisHardmax(transpose(matrix), 1 - axis))
    return AxisHardmax(matrix, axis)


def _shares(calc: Any, values: Sequence[Any]) -> list[Any]:
    """Each entry is compared with all others, which may be equal only where nothing moves."""
    ring = calc.ring
    one, zero = ring.number(S.One), ring.number(S.Zero)

    def leads(k: int) -> Any:
        others = (*values[:k], *values[k + 1 :])
        at_least = [ring.compare(GreaterThan, values[k], other) for other in others]
        return ring.product([ring.choose([(one, is_so), (zero, True)]) for is_so in at_least])

    found = [leads(k) for k in range(len(values))]
    share = ring.power(ring.total(found), ring.number(S.NegativeOne))
    return [ring.product([each, share]) for each in found]


def _entries(calc: Any, _: Any, A: Grid) -> Grid:
    return Grid(A.rows, A.cols, tuple(_shares(calc, A.entries)))


def _entries_along(calc: Any, node: AxisHardmax, A: Grid) -> Grid:
    found = [_shares(calc, line.entries) for line in lines(A, node.axis)]
    at = (lambda i, j: found[i][j]) if node.axis else (lambda i, j: found[j][i])
    return Grid.of(A.rows, A.cols, at)


def _on_arrays(on: Any, node: Any) -> Any:
    """It is constant around every point at which nothing is tied."""
    value, axis = on.value(node.arg)[0, 0], getattr(node, "axis", None)
    largest = value == value.max(axis=axis, keepdims=True)
    return on.number(largest / largest.sum(axis=axis, keepdims=True))


def _written(name: str, of: str, axis: str) -> Call:
    """The function that is written out; PyTorch's maximum along an axis has another name."""
    code = f'''
def {name}(X):
    """1 at the largest entry{of} and 0 elsewhere; a tie shares equally."""
    largest = X == X.max({axis})
    share = {{lib}}.where(largest, {{lib}}.ones_like(X), {{lib}}.zeros_like(X))
    return share / share.sum({axis})
'''
    return Call(code, torch=code.replace("X.max(", "X.amax("), matrices=bool(of))


def _code_along(node: AxisHardmax) -> Call:
    of = ("column", "row")[node.axis]
    return _written(f"hardmax_of_{of}s", f" of each {of}", f"{node.axis}, keepdims=True")


tell(
    Hardmax,
    text="hardmax",
    shape=same_as_first,
    normal=places_of_largest,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=_written("hardmax", "", ""),
    example=Example(lambda w, r, c, d: hardmax(w.matrix(r, c, d))),
)

tell(
    AxisHardmax,
    text=text_along("hardmax"),
    tex=tex_along("hardmax"),
    shape=same_as_first,
    normal=places_along,
    entries=Entries(_entries_along),
    arrays=_on_arrays,
    code=_code_along,
    example=Example(lambda w, r, c, d: hardmax(w.matrix(r, c, d), axis=w.below(2))),
    parts=first_argument,
    with_parts=lambda node, parts: places_along(parts[0], node.axis),
    is_atom=True,
)
