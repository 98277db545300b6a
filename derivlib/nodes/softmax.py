"""softmax(v): exponentials divided by their sum; of each row or column of a matrix."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, Transpose, exp

from derivlib.expressions.construction import (
    identity,
    is_one,
    is_single,
    leads_with_transpose,
    ones_like,
    transpose,
)
from derivlib.expressions.facets import Call, Entries, Example, first_argument, tell
from derivlib.expressions.shapes import same_as_first
from derivlib.nodes.arguments import as_axis
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import (
    ALONG,
    AlongAxis,
    Node,
    as_matrix_operand,
    as_vector_operand,
    tex_along,
    text_along,
)


class Softmax(Node):
    """exp(v)/sum(exp(v)) for a column v, a column of the same size."""


class AxisSoftmax(AlongAxis):
    """The softmax of each row, or of each column, of a matrix, in its shape."""


def softmax(vector: Any, axis: int | None = None) -> Expr:
    """Exponentiate each entry and divide by the sum.

    Of a matrix, each row is taken for itself with `axis=1`, each column with `axis=0`, as in NumPy.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, sum_entries
    >>> v, a = MatrixSymbol("v", 3, 1), MatrixSymbol("a", 3, 1)
    >>> derive(a.T * softmax(v), v).verify().entries
    3
    >>> jacobian = derive(softmax(v), v)
    >>> print(jacobian)
    ∂f/∂vᵀ = Diag(softmax(v)) - softmax(v)*softmax(v)ᵀ
    >>> jacobian.verify().shape
    (3, 3)
    >>> Z, C = MatrixSymbol("Z", 4, 3), MatrixSymbol("C", 4, 3)
    >>> gradient = derive(sum_entries(softmax(Z, axis=1)*C.T), Z)
    >>> gradient.verify().shape
    (4, 3)

    ```

    :param vector: a column or a row; with `axis`, a matrix of any shape.
    :param axis: 1 or -1 for each row, 0 for each column.
    :returns: a matrix of the same shape, with positive entries that sum to one, in each row or
        column where `axis` says so.
    :raises InputError: if `vector` is not a matrix, or `axis` is another number.
    :raises ShapeError: if it is neither a column nor a row, and there is no `axis`.
    """
    if axis is not None:
        return _along(as_matrix_operand(vector, "softmax"), as_axis(axis, "softmax"))
    vector = as_vector_operand(vector, "softmax", ALONG)
    if vector.shape[1] == 1:
        return Softmax(vector)
    return Transpose(Softmax(transpose(vector)))


def exponentials(calc: Any, v: Grid) -> tuple[Grid, Any]:
    """The exponential of each entry, and their sum."""
    values = v.map(lambda entry: calc.ring.call(exp, [entry]))
    return values, calc.ring.total(values.entries)


def _entries(calc: Any, _: Any, v: Grid) -> Grid:
    values, total = exponentials(calc, v)
    share = calc.ring.power(total, calc.ring.number(S.NegativeOne))
    return values.map(lambda entry: calc.ring.product([entry, share]))


def _on_arrays(on: Any, node: Softmax) -> Any:
    value = on.jets.apply(on.EXP, on.value(node.arg))
    return on.jets.times(value, on.jets.reciprocal(value.sum(axis=(2, 3), keepdims=True)))


_CODE = Call(
    '''
def softmax(x):
    """exp(x) / sum(exp(x)), without overflow."""
    e = np.exp(x - x.max())
    return e / e.sum()
''',
    jax="jax.nn.softmax({0})",
    torch="torch.softmax({0}, 0)",
)


def _numpy(p: Any, node: Softmax) -> str:
    exp, largest = (p._module_format(f"{p._module}.{name}") for name in ("exp", "max"))
    total = p._module_format(p._module + ".sum")
    return f"(lambda e: e / {total}(e))((lambda v: {exp}(v - {largest}(v)))({p._print(node.arg)}))"


tell(
    Softmax,
    text="softmax",
    shape=same_as_first,
    normal=lambda vector: identity(S.One) if is_single(vector) else Softmax(vector),
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=_CODE,
    numpy=_numpy,
    example=Example(lambda w, r, c, d: softmax(w.matrix(r, c, d)), "vector"),
)


# --- each row or column of a matrix ------------------------------------------------------


def _along(matrix: Expr, axis: Any) -> Expr:
    """Make it in normal form: with as few transposes as may be, a vector as such."""
    if is_one(matrix.shape[axis]):
        return ones_like(matrix)
    if is_one(matrix.shape[1 - axis]):
        return Softmax(matrix) if axis == 0 else Transpose(Softmax(transpose(matrix)))
    if leads_with_transpose(matrix):
        return Transpose(AxisSoftmax(transpose(matrix), 1 - axis))
    return AxisSoftmax(matrix, axis)


def lines(A: Grid, axis: int) -> list[Grid]:
    """The rows of a matrix for axis 1, its columns for axis 0, each as a column."""
    if axis == 1:
        return [Grid(A.cols, 1, tuple(A.row(i))) for i in range(A.rows)]
    return [Grid(A.rows, 1, tuple(A.col(j))) for j in range(A.cols)]


def _entries_along(calc: Any, node: AxisSoftmax, A: Grid) -> Grid:
    found = [_entries(calc, node, line) for line in lines(A, node.axis)]
    at = (lambda i, j: found[i][j, 0]) if node.axis else (lambda i, j: found[j][i, 0])
    return Grid.of(A.rows, A.cols, at)


def _along_on_arrays(on: Any, node: AxisSoftmax) -> Any:
    value = on.jets.apply(on.EXP, on.value(node.arg))
    total = value.sum(axis=2 + node.axis, keepdims=True)
    return on.jets.times(value, on.jets.reciprocal(total))


def _code_along(node: AxisSoftmax) -> Call:
    lines, axis = ("columns", "rows")[node.axis], node.axis
    return Call(
        f'''
def softmax_of_{lines}(X):
    """exp(X), each of the {lines} divided by its sum, without overflow."""
    E = np.exp(X - X.max({axis}, keepdims=True))
    return E / E.sum({axis}, keepdims=True)
''',
        jax=f"jax.nn.softmax({{0}}, {axis})",
        torch=f"torch.softmax({{0}}, {axis})",
        matrices=True,
    )


def reduced_by_numpy(p: Any, node: AlongAxis) -> str:
    """The log-sum-exp of each line of a matrix, for SymPy's printers of code."""
    reduced = p._module_format(p._module + ".logaddexp")
    return f"{reduced}.reduce({p._print(node.arg)}, axis={node.axis}, keepdims=True)"


def _numpy_along(p: Any, node: AxisSoftmax) -> str:
    exponential = p._module_format(p._module + ".exp")
    return f"{exponential}({p._print(node.arg)} - {reduced_by_numpy(p, node)})"


tell(
    AxisSoftmax,
    text=text_along("softmax"),
    tex=tex_along("softmax"),
    shape=same_as_first,
    normal=_along,
    entries=Entries(_entries_along),
    arrays=_along_on_arrays,
    code=_code_along,
    numpy=_numpy_along,
    example=Example(lambda w, r, c, d: softmax(w.matrix(r, c, d), axis=w.below(2))),
    parts=first_argument,
    with_parts=lambda node, parts: _along(parts[0], node.axis),
    is_atom=True,
)
