"""The table of nodes: what the entries of each kind of expression are.

A new node is one more line of the table. What each node means is written here once more,
in terms of entries only, and checked against NumPy by the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import (
    Add,
    Basic,
    BlockDiagMatrix,
    BlockMatrix,
    Determinant,
    DiagonalMatrix,
    DiagonalOf,
    DotProduct,
    HadamardPower,
    HadamardProduct,
    Integer,
    Inverse,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    Mul,
    Pow,
    S,
    Sum,
    Trace,
    Transpose,
    exp,
    log,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.check.values.evaluation import Evaluation, Operation, shape_at
from derivlib.check.values.functions import FUNCTIONS
from derivlib.check.values.leaves import LEAVES, NUMBER, none
from derivlib.errors import ShapeError, UnsupportedError
from derivlib.nodes import (
    DiagonalSums,
    Inner,
    LogDet,
    LogSumExp,
    MatrixDifferential,
    Norm,
    OnVec,
    ScalarDifferential,
    Softmax,
    SumEntries,
    Tril,
    Triu,
    Unvec,
    Vec,
)
from derivlib.nodes.grid import Grid, as_scalar, same_shape

__all__ = ["operation_of"]

Values = list[Any]


# --- sums and products ------------------------------------------------------------------


def _sum(evaluation: Evaluation, _: Any, values: Values) -> Any:
    total = evaluation.here.total
    if not any(isinstance(value, Grid) for value in values):
        return total(values)
    if all(isinstance(value, Grid) for value in values):
        rows, cols = same_shape(values)
        columns = zip(*(value.entries for value in values), strict=True)
        return Grid(rows, cols, tuple(map(total, columns)))
    return total([as_scalar(value) for value in values])


def _indexed_sum(evaluation: Evaluation, node: Any, _: Values) -> Any:
    """A sum over indices, which SymPy makes of an entry of a product."""
    *inner, (index, first, last) = node.limits
    body = Sum(node.function, *inner) if inner else node.function
    terms = [
        evaluation.nested(body.xreplace({index: Integer(k)}))
        for k in range(evaluation.size(first), evaluation.size(last) + 1)
    ]
    return evaluation.here.total([as_scalar(term) for term in terms])


def _product(evaluation: Evaluation, _: Any, values: Values) -> Any:
    product = evaluation.here.product
    scalars = [value for value in values if not isinstance(value, Grid)]
    matrices = [value for value in values if isinstance(value, Grid)]
    if not matrices:
        return product(scalars)
    result = _matrix_product(evaluation, matrices)
    return _scaled(evaluation, product(scalars), result) if scalars else result


def _matrix_product(evaluation: Evaluation, matrices: Sequence[Grid]) -> Grid:
    result = matrices[0]
    for matrix in matrices[1:]:
        result = _times(evaluation, result, matrix)
    return result


def _times(evaluation: Evaluation, left: Grid, right: Grid) -> Grid:
    if left.cols != right.rows:
        raise ShapeError(
            f"a {left.rows}×{left.cols} matrix cannot be multiplied "
            f"by a {right.rows}×{right.cols} matrix"
        )
    is_zero = evaluation.here.is_zero
    rows = [left.row(i) for i in range(left.rows)]
    filled = [[k for k, entry in enumerate(row) if not is_zero(entry)] for row in rows]
    cols = [right.col(j) for j in range(right.cols)]

    def entry(i: int, j: int) -> Any:
        row, col = rows[i], cols[j]
        return _dot(evaluation, [row[k] for k in filled[i]], [col[k] for k in filled[i]])

    return Grid.of(left.rows, right.cols, entry)


def _dot(evaluation: Evaluation, left: Sequence[Any], right: Sequence[Any]) -> Any:
    here = evaluation.here
    pairs = zip(left, right, strict=True)
    return here.total([here.product(pair) for pair in pairs if not here.is_zero(pair[1])])


def _scaled(evaluation: Evaluation, scalar: Any, matrix: Grid) -> Grid:
    product = evaluation.here.product
    return matrix.map(lambda entry: product((scalar, entry)))


def _hadamard(evaluation: Evaluation, _: Any, values: Values) -> Grid:
    rows, cols = same_shape(values)
    factors = zip(*(value.entries for value in values), strict=True)
    return Grid(rows, cols, tuple(map(evaluation.here.product, factors)))


def _kronecker(evaluation: Evaluation, _: Any, values: Values) -> Grid:
    result = values[0]
    for right in values[1:]:
        result = _kronecker_of_two(evaluation, result, right)
    return result  # type: ignore[no-any-return]


def _kronecker_of_two(evaluation: Evaluation, a: Grid, b: Grid) -> Grid:
    here = evaluation.here

    def scaled(factor: Any, row: Sequence[Any]) -> Sequence[Any]:
        if here.is_zero(factor):
            return [factor] * len(row)
        return [here.product((factor, entry)) for entry in row]

    rows = [(a.row(i), b.row(k)) for i in range(a.rows) for k in range(b.rows)]
    entries = tuple(entry for left, right in rows for x in left for entry in scaled(x, right))
    return Grid(a.rows * b.rows, a.cols * b.cols, entries)


def _inner(evaluation: Evaluation, _: Any, values: Values) -> Any:
    left, right = values
    if isinstance(left, Grid) and isinstance(right, Grid):
        same_shape(values)
        return _dot(evaluation, left.entries, right.entries)
    return evaluation.here.product((as_scalar(left), as_scalar(right)))


def _on_vec(evaluation: Evaluation, _: Any, values: Values) -> Grid:
    left, right = values
    stacked = tuple(right.stacked()) if isinstance(right, Grid) else (right,)
    if left.cols != len(stacked):
        raise ShapeError(f"a {left.rows}×{left.cols} matrix times a vec of {len(stacked)} entries")
    return Grid.of(left.rows, 1, lambda i, _: _dot(evaluation, left.row(i), stacked))


def _dot_product(evaluation: Evaluation, _: Any, values: Values) -> Any:
    left, right = values
    return _dot(evaluation, left.entries, right.entries)


# --- powers, inverses, determinants -----------------------------------------------------


def _square(matrix: Grid, what: str) -> Grid:
    if matrix.rows != matrix.cols:
        raise ShapeError(f"the {what} of a {matrix.rows}×{matrix.cols} matrix, which is not square")
    return matrix


def _power(evaluation: Evaluation, _: Any, values: Values) -> Any:
    return evaluation.here.power(*map(as_scalar, values))


def _matrix_power(evaluation: Evaluation, node: Any, values: Values) -> Grid:
    (base,) = values
    _square(base, "power")
    if base.shape == (1, 1):
        exponent = evaluation.here.number(node.exp.xreplace(_as_integers(evaluation.sizes)))
        return base.map(lambda entry: evaluation.here.power(entry, exponent))
    try:
        exponent = evaluation.size(node.exp)
    except ShapeError:
        raise UnsupportedError(f"a matrix power needs a whole number, not {node.exp}") from None
    return _whole_power(evaluation, base, exponent)


def _as_integers(sizes: Any) -> dict[Any, Integer]:
    return {size: Integer(value) for size, value in sizes.items()}


def _whole_power(evaluation: Evaluation, base: Grid, exponent: int) -> Grid:
    if exponent == 0:
        number = evaluation.here.number
        return Grid.of(*base.shape, lambda i, j: number(Integer(i == j)))
    if exponent < 0:
        base = evaluation.here.inverse(base)
    return _matrix_product(evaluation, [base] * abs(exponent))


def _inverse(evaluation: Evaluation, _: Any, values: Values) -> Grid:
    return evaluation.here.inverse(_square(values[0], "inverse"))


def _determinant(evaluation: Evaluation, _: Any, values: Values) -> Any:
    return evaluation.here.determinant(_square(values[0], "determinant"))


def _hadamard_power(evaluation: Evaluation, _: Any, values: Values) -> Grid:
    power = evaluation.here.power
    base, exponent = values
    if isinstance(base, Grid) and isinstance(exponent, Grid):
        same_shape(values)
        return Grid(*base.shape, tuple(map(power, base.entries, exponent.entries)))
    if isinstance(base, Grid):
        return base.map(lambda entry: power(entry, exponent))
    return exponent.map(lambda entry: power(base, entry))  # type: ignore[no-any-return]


# --- moving entries about ---------------------------------------------------------------


def _transpose(_: Evaluation, __: Any, values: Values) -> Any:
    return values[0].transpose() if isinstance(values[0], Grid) else values[0]


def _trace(evaluation: Evaluation, _: Any, values: Values) -> Any:
    matrix = _square(values[0], "trace")
    return evaluation.here.total([matrix[i, i] for i in range(matrix.rows)])


def _sum_entries(evaluation: Evaluation, _: Any, values: Values) -> Any:
    return evaluation.here.total(values[0].entries)


def _norm(evaluation: Evaluation, _: Any, values: Values) -> Any:
    here = evaluation.here
    squares = here.total([here.product([entry, entry]) for entry in values[0].entries])
    return here.power(squares, here.number(S.Half))


def _logdet(evaluation: Evaluation, node: Any, values: Values) -> Any:
    return evaluation.here.call(log, [_determinant(evaluation, node, values)])


def _exponentials(evaluation: Evaluation, vector: Grid) -> tuple[Grid, Any]:
    """The exponential of each entry, and their sum."""
    exponentials = vector.map(lambda entry: evaluation.here.call(exp, [entry]))
    return exponentials, evaluation.here.total(exponentials.entries)


def _softmax(evaluation: Evaluation, _: Any, values: Values) -> Grid:
    here = evaluation.here
    exponentials, total = _exponentials(evaluation, values[0])
    share = here.power(total, here.number(S.NegativeOne))
    return exponentials.map(lambda entry: here.product([entry, share]))


def _logsumexp(evaluation: Evaluation, _: Any, values: Values) -> Any:
    return evaluation.here.call(log, [_exponentials(evaluation, values[0])[1]])


def _vec(_: Evaluation, __: Any, values: Values) -> Grid:
    (matrix,) = values
    return Grid(matrix.rows * matrix.cols, 1, tuple(matrix.stacked()))


def _unvec(evaluation: Evaluation, node: Any, values: Values) -> Grid:
    (column,) = values
    rows, cols = shape_at(evaluation, node)
    if column.shape != (rows * cols, 1):
        raise ShapeError(
            f"a {column.rows}×{column.cols} matrix cannot be laid out as {rows}×{cols}"
        )
    return Grid(cols, rows, column.entries).transpose()


def _diag_of_vector(evaluation: Evaluation, _: Any, values: Values) -> Grid:
    (vector,) = values
    if 1 not in vector.shape:
        raise ShapeError(f"a diagonal matrix is made of a vector, not {vector.rows}×{vector.cols}")
    size, zero = len(vector.entries), evaluation.here.number(S.Zero)
    return Grid.of(size, size, lambda i, j: vector.entries[i] if i == j else zero)


def _diagonal_of(_: Evaluation, __: Any, values: Values) -> Grid:
    (matrix,) = values
    return Grid.of(min(matrix.shape), 1, lambda i, _: matrix[i, i])


def _diagonal_matrix(evaluation: Evaluation, _: Any, values: Values) -> Grid:
    (matrix,) = values
    zero = evaluation.here.number(S.Zero)
    return Grid.of(matrix.rows, matrix.cols, lambda i, j: matrix[i, j] if i == j else zero)


def _triangle(evaluation: Evaluation, node: Any, values: Values) -> Grid:
    matrix = _square(values[0], "triangle")
    zero, lower = evaluation.here.number(S.Zero), isinstance(node, Tril)
    return Grid.of(
        *matrix.shape, lambda i, j: matrix[i, j] if (i >= j if lower else i <= j) else zero
    )


def _diagonal_sums(evaluation: Evaluation, _: Any, values: Values) -> Grid:
    matrix = _square(values[0], "sum of each diagonal")
    size = matrix.rows
    sums = {
        k: evaluation.here.total([matrix[i, i + k] for i in range(max(0, -k), min(size, size - k))])
        for k in range(1 - size, size)
    }
    return Grid.of(size, size, lambda i, j: sums[j - i])


def _block(_: Evaluation, node: Any, values: Values) -> Grid:
    rows, cols = node.blockshape
    blocks = Grid(rows, cols, tuple(values))
    lines: list[tuple[Any, ...]] = []
    for k in range(rows):
        height = same_shape(Grid(b.rows, 1, ()) for b in blocks.row(k))[0]
        lines += [sum((block.row(i) for block in blocks.row(k)), ()) for i in range(height)]
    if len({len(line) for line in lines}) != 1:
        raise ShapeError("the rows of blocks have different widths")
    return Grid(len(lines), len(lines[0]), sum(lines, ()))


def _element(evaluation: Evaluation, node: Any, values: Values) -> Any:
    (matrix,) = values
    try:
        i, j = map(evaluation.size, node.args[1:])
    except ShapeError as error:
        raise UnsupportedError(f"an entry needs whole numbers as its indices: {error}") from None
    if not (0 <= i < matrix.rows and 0 <= j < matrix.cols):
        raise ShapeError(
            f"entry [{i}, {j}], counted from 0, of a {matrix.rows}×{matrix.cols} matrix"
        )
    return matrix[i, j]


# --- differentials ---------------------------------------------------------------------


def _differential(evaluation: Evaluation, _: Any, values: Values) -> Any:
    (value,) = values
    differential = evaluation.here.differential
    return value.map(differential) if isinstance(value, Grid) else differential(value)


# --- the table --------------------------------------------------------------------------


def _first(node: Any) -> Sequence[Basic]:
    return node.args[:1]  # type: ignore[no-any-return]


_TABLE: dict[type, Operation] = {
    **LEAVES,
    Add: Operation(_sum),
    MatAdd: Operation(_sum),
    Sum: Operation(_indexed_sum, none),
    Mul: Operation(_product),
    MatMul: Operation(_product),
    HadamardProduct: Operation(_hadamard),
    KroneckerProduct: Operation(_kronecker),
    Inner: Operation(_inner),
    OnVec: Operation(_on_vec),
    DotProduct: Operation(_dot_product),
    Pow: Operation(_power),
    Inverse: Operation(_inverse, _first),
    MatPow: Operation(_matrix_power, _first),
    HadamardPower: Operation(_hadamard_power),
    Determinant: Operation(_determinant),
    Transpose: Operation(_transpose),
    Trace: Operation(_trace),
    SumEntries: Operation(_sum_entries),
    Norm: Operation(_norm),
    LogDet: Operation(_logdet),
    Softmax: Operation(_softmax),
    LogSumExp: Operation(_logsumexp),
    Vec: Operation(_vec),
    Unvec: Operation(_unvec, _first),
    DiagMatrix: Operation(_diag_of_vector),
    DiagonalOf: Operation(_diagonal_of),
    DiagonalMatrix: Operation(_diagonal_matrix),
    Tril: Operation(_triangle),
    Triu: Operation(_triangle),
    DiagonalSums: Operation(_diagonal_sums),
    BlockDiagMatrix: Operation(_block, lambda node: node.blocks),
    BlockMatrix: Operation(_block, lambda node: node.blocks.flat()),
    MatrixElement: Operation(_element, _first),
    **FUNCTIONS,
    MatrixDifferential: Operation(_differential, raises_level=True),
    ScalarDifferential: Operation(_differential, raises_level=True),
}


def operation_of(node: Basic) -> Operation | None:
    """Find how the entries of a node are made, by its class or the nearest base class.

    :returns: nothing if the table has no entry for the node.
    """
    if not node.args and getattr(node, "is_number", False):
        return NUMBER
    for kind in type(node).__mro__:
        if kind in _TABLE:
            return _TABLE[kind]
    return None
