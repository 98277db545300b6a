"""hardmax(A): where the largest entry is, of a matrix or of each row or column."""

from __future__ import annotations

from typing import Any

from sympy import Expr, OneMatrix, S, Transpose

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
from derivlib.nodes.node import AlongAxis, Node, as_matrix_operand
from derivlib.nodes.softmax import lines
from derivlib.nodes.ties import (
    EQUALLY,
    TIES,
    AtTie,
    as_tie,
    shares,
    shares_of_array,
    tex_at_tie,
    text_at_tie,
    tie_argument,
)


class Hardmax(AtTie, Node):
    """1 at the largest entry of a matrix and 0 elsewhere; a tie shares equally, or as is said."""


class AxisHardmax(AtTie, AlongAxis):
    """The same of each row, or of each column, of a matrix."""


def hardmax(matrix: Any, axis: int | None = None, at_tie: Any = EQUALLY) -> Expr:
    """1 at the largest entry and 0 elsewhere, what softmax(t A) tends to as t grows.

    Where the largest entry stands k times, there is 1/k at each of its places; with `at_tie=1`
    there is 1 at the first of them and 0 at the others, with `at_tie=0` at the last. The entries of
    a whole matrix are gone through row by row, as by NumPy's `argmax`. With `axis=1` each row is
    taken for itself, with `axis=0` each column.

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
    >>> [list(hardmax(Matrix([[4, 0, 4]]), at_tie=a).doit()) for a in (1, 0)]
    [[1, 0, 0], [0, 0, 1]]

    ```

    :param matrix: a matrix of any shape.
    :param axis: 1 or -1 for each row, 0 for each column.
    :param at_tie: 1 for the first of equal entries, 0 for the last, ½ for all of them equally.
    :returns: a matrix of the same shape; its entries sum to one, in each row or column where
        `axis` says so. Its derivative is zero wherever there is one largest entry.
    :raises InputError: if `matrix` is not a matrix, or `axis` or `at_tie` is another number.
    """
    matrix, tie = as_matrix_operand(matrix, "hardmax"), tie_argument(as_tie(at_tie, "hardmax"))
    if axis is None:
        return Hardmax(matrix, *tie)
    return AxisHardmax(matrix, as_axis(axis, "hardmax"), *tie)


def places_of_largest(matrix: Expr, at_tie: Any = EQUALLY) -> Expr:
    """Make it in normal form."""
    if is_single(matrix):
        return identity(S.One)
    tie, is_vector = tie_argument(at_tie), any(map(is_one, matrix.shape))
    if not tie and isinstance(split_coefficient(matrix)[1], OneMatrix):
        rows, cols = matrix.shape
        return mul(1 / (rows * cols), ones_like(matrix))
    if leads_with_transpose(matrix) and (is_vector or not tie):
        return Transpose(Hardmax(transpose(matrix), *tie))
    return Hardmax(matrix, *tie)


def places_along(matrix: Expr, axis: Any, at_tie: Any = EQUALLY) -> Expr:
    """Make that of each row or column in normal form."""
    if is_one(matrix.shape[axis]):
        return ones_like(matrix)
    if is_one(matrix.shape[1 - axis]):
        return places_of_largest(matrix, at_tie)
    tie = tie_argument(at_tie)
    if not tie and isinstance(split_coefficient(matrix)[1], OneMatrix):
        return mul(1 / matrix.shape[axis], ones_like(matrix))
    if leads_with_transpose(matrix):
        return Transpose(AxisHardmax(transpose(matrix), 1 - axis, *tie))
    return AxisHardmax(matrix, axis, *tie)


def _entries(calc: Any, node: Hardmax, A: Grid) -> Grid:
    return Grid(A.rows, A.cols, tuple(shares(calc.ring, A.entries, node.at_tie)))


def _entries_along(calc: Any, node: AxisHardmax, A: Grid) -> Grid:
    found = [shares(calc.ring, line.entries, node.at_tie) for line in lines(A, node.axis)]
    at = (lambda i, j: found[i][j]) if node.axis else (lambda i, j: found[j][i])
    return Grid.of(A.rows, A.cols, at)


def _on_arrays(on: Any, node: Any) -> Any:
    """It is constant around every point at which nothing is tied."""
    value, axis = on.value(node.arg)[0, 0], getattr(node, "axis", None)
    return on.number(shares_of_array(on.np, value, axis, node.at_tie))


_EQUALLY = '''
def {name}(X):
    """1 at the largest entry{of} and 0 elsewhere; a tie shares equally."""
    largest = X == X.max({axis})
    share = {{lib}}.where(largest, {{lib}}.ones_like(X), {{lib}}.zeros_like(X))
    return share / share.sum({axis})
'''
_CHOSEN = '''
def {name}(X):
    """1 at the {tie} of the largest entries{of} and 0 elsewhere."""
    largest = {largest}
    chosen = largest & (largest.cumsum({along}) == {number})
    return {{lib}}.where({chosen}, {{lib}}.ones_like(X), {{lib}}.zeros_like(X))
'''


def _written(node: Any) -> Call:
    """The function that is written out; PyTorch's maximum along an axis has another name."""
    whole = isinstance(node, Hardmax)
    line = "" if whole else ("column", "row")[node.axis]
    axis = "" if whole else f"{node.axis}, keepdims=True"
    tie = {S.One: "first", S.Zero: "last"}.get(node.at_tie, "")
    code = (_CHOSEN if tie else _EQUALLY).format(
        name="_".join(filter(None, ("hardmax", tie, line and f"of_{line}s"))),
        of=line and f" of each {line}",
        tie=tie,
        axis=axis,
        along=0 if whole else node.axis,
        number="1" if tie == "first" else f"largest.sum({axis})",
        largest="(X == X.max()).reshape(-1)" if whole else f"X == X.max({axis})",
        chosen="chosen.reshape(X.shape)" if whole else "chosen",
    )
    return Call(code, torch=code.replace("X.max(", "X.amax("), matrices=not whole)


tell(
    Hardmax,
    text=text_at_tie("hardmax"),
    tex=tex_at_tie("hardmax"),
    shape=same_as_first,
    normal=places_of_largest,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=_written,
    example=Example(lambda w, r, c, d: hardmax(w.matrix(r, c, d), None, w.pick(TIES))),
    parts=first_argument,
    with_parts=lambda node, parts: places_of_largest(parts[0], node.at_tie),
    is_atom=True,
)

tell(
    AxisHardmax,
    text=text_at_tie("hardmax"),
    tex=tex_at_tie("hardmax"),
    shape=same_as_first,
    normal=places_along,
    entries=Entries(_entries_along),
    arrays=_on_arrays,
    code=_written,
    example=Example(lambda w, r, c, d: hardmax(w.matrix(r, c, d), w.below(2), w.pick(TIES))),
    parts=first_argument,
    with_parts=lambda node, parts: places_along(parts[0], node.axis, node.at_tie),
    is_atom=True,
)
