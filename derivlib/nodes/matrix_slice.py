"""X[0:2, :], SymPy's slice of a matrix, and rows or columns taken by their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Basic, Expr, Identity, Integer, OneMatrix, S, Transpose, Tuple, ZeroMatrix
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.matrixbase import MatrixBase

from derivlib.errors import InputError, ShapeError, UnsupportedError
from derivlib.expressions.construction import (
    identity,
    leads_with_transpose,
    mul,
    ones,
    split_coefficient,
    transpose,
    zeros,
)
from derivlib.expressions.facets import Entries, Example, Shape, first_argument, tell
from derivlib.expressions.shapes import Parts, same_size, shown_shape, stated
from derivlib.expressions.text import text
from derivlib.nodes.arguments import as_whole_number
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import AlongAxis, as_matrix_operand

Range = tuple[Expr, Expr, Expr]
"""Where a slice starts, where it ends, and its step."""


class Take(AlongAxis):
    """Rows of a matrix, axis 0, or columns, axis 1, by their numbers, which may repeat."""

    def __new__(cls, matrix: Any, axis: Any, indices: Any) -> Any:
        node = super().__new__(cls, matrix, axis)
        return Basic.__new__(cls, *node.args, Tuple(*indices))

    @property
    def taken(self) -> tuple[int, ...]:
        """The numbers, counted from 0."""
        return tuple(map(int, self.args[2]))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.arg.shape
        count = Integer(len(self.taken))
        return (rows, count) if self.axis else (count, cols)


def take_rows(matrix: Any, indices: Iterable[int]) -> Expr:
    """Rows of a matrix by their numbers, counted from 0; NumPy's `take(X, indices, axis=0)`.

    A row may be taken several times, as in the lookup of embeddings; its gradient is then the
    sum of those of all its copies.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, explicit, norm
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, C = MatrixSymbol("X", n, m), MatrixSymbol("C", 3, m)
    >>> gradient = derive(norm(take_rows(X, [0, 2, 2]) - C)**2, X)
    >>> print(gradient)
    ∂L/∂X = 2*I[n][:, [0, 2, 2]]*(X[[0, 2, 2], :] - C)
    >>> gradient.verify({n: 4, m: 2}).shape
    (4, 2)

    ```

    :param matrix: a matrix expression or an explicit matrix.
    :param indices: whole numbers from 0; from the end, below 0, where the size is a number.
    :returns: a matrix with a row for each of them.
    :raises InputError: if `matrix` is not a matrix, or `indices` are not whole numbers.
    :raises ShapeError: if there is no such row.
    """
    return _take(matrix, indices, 0, "take_rows")


def take_columns(matrix: Any, indices: Iterable[int]) -> Expr:
    """Columns of a matrix by their numbers, as :func:`take_rows` takes rows.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import explicit
    >>> explicit(take_columns(MatrixSymbol("X", 2, 3), [2, 0]))
    Matrix([
    [X[0, 2], X[0, 0]],
    [X[1, 2], X[1, 0]]])

    ```

    :param matrix: a matrix expression or an explicit matrix.
    :param indices: whole numbers from 0; from the end, below 0, where the size is a number.
    :returns: a matrix with a column for each of them.
    :raises InputError: if `matrix` is not a matrix, or `indices` are not whole numbers.
    :raises ShapeError: if there is no such column.
    """
    return _take(matrix, indices, 1, "take_columns")


def _take(matrix: Any, indices: Any, axis: int, what: str) -> Expr:
    matrix = as_matrix_operand(matrix, what)
    size = S(matrix.shape[axis])
    lines = ("row", "column")[axis]
    if isinstance(indices, (str, Basic)) or not isinstance(indices, Iterable):
        raise InputError(f"{what} takes a list of whole numbers such as [0, 2], not {indices!r}")
    found = []
    for index in indices:
        known = int(size) if size.is_Integer else 0
        number = as_whole_number(index, f"the number of a {lines} in {what}", -known)
        number += known if number < 0 else 0
        if size.is_Integer and number >= size:
            raise ShapeError(
                f"{matrix} is {shown_shape(matrix.shape)} and has no {lines} {number}; "
                "they are counted from 0"
            )
        found.append(number)
    if not found:
        raise InputError(f"{what} needs the number of at least one {lines}")
    return Take(matrix, axis, found)


# --- normal forms -------------------------------------------------------------------------


def sliced(matrix: Expr, rows: Any, cols: Any) -> Expr:
    """Make a slice in normal form; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    ranges: tuple[Range, Range] = (tuple(rows), tuple(cols))
    if isinstance(matrix, MatrixSlice):
        ranges = (_within(matrix.args[1], ranges[0]), _within(matrix.args[2], ranges[1]))
        matrix = matrix.args[0]
    if all(_is_whole(*pair) for pair in zip(ranges, matrix.shape, strict=True)):
        return mul(coefficient, matrix)
    height, width = map(_length, ranges)
    if isinstance(matrix, (ZeroMatrix, OneMatrix)):
        filled = zeros if isinstance(matrix, ZeroMatrix) else ones
        return mul(coefficient, filled(height, width))
    if isinstance(matrix, Identity) and ranges[0] == ranges[1]:
        return mul(coefficient, identity(height))
    if isinstance(matrix, MatrixBase) and all(end.is_Integer for r in ranges for end in r):
        places = [range(*map(int, r)) for r in ranges]
        return mul(coefficient, matrix.extract(*map(list, places)).as_immutable())
    if leads_with_transpose(matrix):
        turned = sliced(transpose(matrix), ranges[1], ranges[0])
        return mul(coefficient, Basic.__new__(Transpose, turned))
    return mul(coefficient, Basic.__new__(MatrixSlice, matrix, *(Tuple(*r) for r in ranges)))


def taken_lines(matrix: Expr, axis: Any, indices: Any) -> Expr:
    """Make rows or columns in normal form; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    axis, count = int(axis), Integer(len(indices))
    if isinstance(matrix, Take) and matrix.axis == axis:
        indices = [matrix.taken[int(index)] for index in indices]
        matrix = matrix.arg
    rows, cols = matrix.shape
    size = S(matrix.shape[axis])
    if size.is_Integer and tuple(map(int, indices)) == tuple(range(int(size))):
        return mul(coefficient, matrix)
    shape = (rows, count) if axis else (count, cols)
    if isinstance(matrix, (ZeroMatrix, OneMatrix)):
        filled = zeros if isinstance(matrix, ZeroMatrix) else ones
        return mul(coefficient, filled(*shape))
    if size is S.One:
        repeated = (matrix, ones(S.One, count)) if axis else (ones(count, S.One), matrix)
        return mul(coefficient, *repeated)
    if isinstance(matrix, MatrixBase):
        places = list(map(int, indices))
        every = (range(rows), places) if axis else (places, range(cols))
        return mul(coefficient, matrix.extract(*map(list, every)).as_immutable())
    if leads_with_transpose(matrix):
        turned = taken_lines(transpose(matrix), 1 - axis, indices)
        return mul(coefficient, Basic.__new__(Transpose, turned))
    return mul(coefficient, Take(matrix, axis, indices))


def _length(of: Range) -> Expr:
    start, stop, step = of
    return (stop - start) / step


def _is_whole(of: Range, size: Any) -> bool:
    return of[0] == 0 and of[2] == 1 and same_size(of[1], S(size))


def _within(outer: Any, inner: Range) -> Range:
    """The range of a range."""
    (start, _, step), (first, last, by) = outer, inner
    return start + step * first, start + step * last, step * by


def _refuse_unclear(expr: Any, parts: Parts) -> Shape:
    """Refuse what SymPy counts wrongly, or not at all.

    :raises ShapeError: if a step does not divide the length, or there are no such rows.
    :raises UnsupportedError: if a step goes backwards.
    """
    shape = parts[0][1]
    assert shape is not None
    for of, size, lines in zip(expr.args[1:], shape, ("row", "column"), strict=True):
        start, stop, step = of
        if not (step.is_Integer and step > 0):
            raise UnsupportedError(
                f'"{text(expr)}" has the step {step}; a slice goes forwards in steps that are '
                f"numbers: write take_{lines}s(…, [2, 1, 0]) for another order"
            )
        if not ((stop - start) / step).is_integer:
            raise ShapeError(
                f'"{text(expr)}" takes {lines}s {start} to {stop} in steps of {step}, which does '
                f"not divide {stop - start} for certain, and SymPy rounds down; end the slice "
                "where a step ends"
            )
        if start.is_negative or (stop - start).is_nonpositive or (stop - size).is_positive:
            raise ShapeError(
                f'"{text(expr)}" has no {lines}s: {text(parts[0][0])} is {shown_shape(shape)}'
            )
    return tuple(map(_length, expr.args[1:]))


# --- what is told of both -----------------------------------------------------------------


def _range(p: Any, of: Any, size: Any) -> str:
    start, stop, step = of
    if _is_whole(of, size):
        return ":"
    if stop - start == 1:
        return str(p._print(start))
    return f"{p._print(start)}:{p._print(stop)}" + ("" if step == 1 else f":{step}")


def _written(p: Any, node: Any, gap: str) -> str:
    shown = [_range(p, *both) for both in zip(node.args[1:], node.args[0].shape, strict=True)]
    return f"{p.sized(node.args[0])}[{gap.join(shown)}]"


def _listed(p: Any, node: Take, gap: str) -> str:
    numbers = ", ".join(map(str, node.taken))
    shown = [":", f"[{numbers}]"] if node.axis else [f"[{numbers}]", ":"]
    return f"{p.sized(node.arg)}[{gap.join(shown)}]"


def _slice_entries(calc: Any, node: Any, A: Grid) -> Grid:
    places = []
    for of, size, lines in zip(node.args[1:], A.shape, ("rows", "columns"), strict=True):
        found = range(*map(calc.size, of))
        if not found or min(found) < 0 or max(found) >= size:
            raise ShapeError(f"the {lines} {list(found)} of a {A.rows}×{A.cols} matrix")
        places.append(found)
    rows, cols = places
    return Grid.of(len(rows), len(cols), lambda i, j: A[rows[i], cols[j]])


def _taken_entries(_: Any, node: Take, A: Grid) -> Grid:
    lines = node.taken
    if max(lines) >= A.shape[node.axis]:
        raise ShapeError(f"line {max(lines)}, counted from 0, of a {A.rows}×{A.cols} matrix")
    if node.axis:
        return Grid.of(A.rows, len(lines), lambda i, j: A[i, lines[j]])
    return Grid.of(len(lines), A.cols, lambda i, j: A[lines[i], j])


def _slice_on_arrays(on: Any, node: Any) -> Any:
    rows, cols = (slice(*map(on.size, of)) for of in node.args[1:])
    return on.value(node.args[0])[:, :, rows, cols]


def _slice_example(w: Any, r: Any, c: Any, d: int) -> Any:
    """The first columns, or all, of a matrix that has several times as many."""
    wide = tuple(sorted((*c, "m"))) if len(c) < 2 else c
    return MatrixSlice(w.matrix(r, wide, d), (0, w.size(r)), (0, w.size(c)))


def _taken_example(w: Any, r: Any, c: Any, d: int) -> Any:
    rows = w.size(r)
    if not rows.is_Integer:
        return w.leaf(r, c)
    return Take(w.matrix(r, c, d), 0, [(2 * k) % rows for k in range(rows)])


def _turned_slice(node: Any) -> Expr | None:
    matrix, rows, cols = node.args
    if isinstance(matrix, Identity) or leads_with_transpose(matrix):
        return sliced(transpose(matrix), cols, rows)
    return None


def _turned_lines(node: Take) -> Expr | None:
    if isinstance(node.arg, Identity) or leads_with_transpose(node.arg):
        return taken_lines(transpose(node.arg), 1 - node.axis, node.args[2])
    return None


def _lengths(node: Any) -> list[Expr]:
    """The lengths of a slice, and what is left after it, where that is made of sizes."""
    lengths = list(map(_length, node.args[1:]))
    known = set().union(*(S(size).free_symbols for size in (*lengths, *node.args[0].shape)))
    ends = [S(size) - of[1] + 1 for of, size in zip(node.args[1:], node.args[0].shape, strict=True)]
    return lengths + [end for end in ends if end.free_symbols <= known]


tell(
    MatrixSlice,
    text=lambda p, node: _written(p, node, ", "),
    tex=lambda p, node: _written(p, node, r",\,"),
    shape=_refuse_unclear,
    normal=sliced,
    entries=Entries(_slice_entries),
    arrays=_slice_on_arrays,
    code="picked",
    example=Example(_slice_example),
    parts=first_argument,
    with_parts=lambda node, parts: sliced(parts[0], *node.args[1:]),
    transposed=_turned_slice,
    sizes=_lengths,
    indices=lambda node: [end for start, stop, _ in node.args[1:] for end in (start, stop - 1)],
    is_atom=True,
    is_linear=True,
    is_holomorphic=True,
)

tell(
    Take,
    text=lambda p, node: _listed(p, node, ", "),
    tex=lambda p, node: _listed(p, node, r",\,"),
    shape=stated,
    normal=taken_lines,
    entries=Entries(_taken_entries),
    arrays=lambda on, node: on.np.take(on.value(node.arg), node.taken, axis=2 + node.axis),
    code="picked",
    numpy=lambda p, node: (
        f"{p._module_format(p._module + '.take')}"
        f"({p._print(node.arg)}, {list(node.taken)}, axis={node.axis})"
    ),
    example=Example(_taken_example),
    parts=first_argument,
    with_parts=lambda node, parts: taken_lines(parts[0], *node.args[1:]),
    transposed=_turned_lines,
    indices=lambda node: node.args[2],
    is_atom=True,
    is_linear=True,
    is_holomorphic=True,
)
