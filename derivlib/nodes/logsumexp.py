"""logsumexp(v): the logarithm of the sum of exponentials; of each row or column of a matrix."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, Transpose, log

from derivlib.expressions.construction import (
    identity,
    is_one,
    is_single,
    leads_with_transpose,
    mul,
    transpose,
)
from derivlib.expressions.facets import Call, Entries, Example, first_argument, tell
from derivlib.expressions.shapes import scalar, stated
from derivlib.nodes.arguments import as_axis
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import (
    ALONG,
    OfLines,
    RealNode,
    as_matrix_operand,
    as_vector_operand,
    tex_along,
    text_along,
)
from derivlib.nodes.softmax import exponentials, lines, reduced_by_numpy
from derivlib.nodes.trace import trace


class LogSumExp(RealNode):
    """log(sum(exp(v))) for a vector v."""


class AxisLogSumExp(OfLines):
    """The log-sum-exp of each row of a matrix, a column, or of each of its columns, a row."""


def logsumexp(vector: Any, axis: int | None = None) -> Expr:
    """The logarithm of the sum of the exponentials of all entries.

    Of a matrix, each row is taken for itself with `axis=1`, each column with `axis=0`, as in NumPy.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive
    >>> v = MatrixSymbol("v", 3, 1)
    >>> gradient = derive(logsumexp(v), v)
    >>> print(gradient)
    ∂L/∂v = softmax(v)
    >>> gradient.verify().entries
    3
    >>> from sympy import Trace, symbols
    >>> from derivlib import sum_entries
    >>> n, m, p = symbols("n m p", integer=True, positive=True)
    >>> X, W, Y = MatrixSymbol("X", n, m), MatrixSymbol("W", p, m), MatrixSymbol("Y", n, p)
    >>> loss = derive(sum_entries(logsumexp(X * W.T, axis=1)) - Trace(Y.T * X * W.T), W)
    >>> print(loss)
    ∂L/∂W = (softmax(X*Wᵀ, axis=1) - Y)ᵀ*X
    >>> loss.verify({n: 4, m: 3, p: 2}).shape
    (2, 3)

    ```

    :param vector: a column or a row; with `axis`, a matrix of any shape.
    :param axis: 1 or -1 for each row, 0 for each column.
    :returns: a scalar expression; a column for axis 1 and a row for axis 0.
    :raises InputError: if `vector` is not a matrix, or `axis` is another number.
    :raises ShapeError: if it is neither a column nor a row, and there is no `axis`.
    """
    if axis is not None:
        return _along(as_matrix_operand(vector, "logsumexp"), as_axis(axis, "logsumexp"))
    vector = as_vector_operand(vector, "logsumexp", ALONG)
    return LogSumExp(vector if vector.shape[1] == 1 else transpose(vector))


def _entries(calc: Any, _: Any, v: Grid) -> Any:
    return calc.ring.call(log, [exponentials(calc, v)[1]])


def _on_arrays(on: Any, node: LogSumExp) -> Any:
    total = on.jets.apply(on.EXP, on.value(node.arg)).sum(axis=(2, 3), keepdims=True)
    return on.jets.apply(on.LOG, total)


def _example(w: Any, d: int) -> Any:
    vector = w.matrix(w.dimension(), (), d)
    return logsumexp(vector if w.flip() else vector.T)


_CODE = Call(
    '''
def logsumexp(x):
    """log(sum(exp(x))), without overflow."""
    largest = x.max()
    return largest + np.log(np.exp(x - largest).sum())
''',
    jax="jax.scipy.special.logsumexp({0})",
    torch="torch.logsumexp({0}, 0)",
)


def _numpy(p: Any, node: LogSumExp) -> str:
    reduced = p._module_format(p._module + ".logaddexp")
    return f"{reduced}.reduce({p._print(node.arg)}, axis=None)"


tell(
    LogSumExp,
    text="logsumexp",
    shape=scalar,
    normal=lambda vector: trace(vector) if is_single(vector) else LogSumExp(vector),
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=_CODE,
    numpy=_numpy,
    example=Example(_example, "scalar"),
)


# --- each row or column of a matrix ------------------------------------------------------


def _along(matrix: Expr, axis: Any) -> Expr:
    """Make it in normal form: with as few transposes as may be, of a vector that of the vector."""
    if is_one(matrix.shape[axis]):
        return matrix
    if is_one(matrix.shape[1 - axis]):
        return mul(LogSumExp(transpose(matrix) if axis else matrix), identity(S.One))
    if leads_with_transpose(matrix):
        return Transpose(AxisLogSumExp(transpose(matrix), 1 - axis))
    return AxisLogSumExp(matrix, axis)


def _entries_along(calc: Any, node: AxisLogSumExp, A: Grid) -> Grid:
    found = tuple(_entries(calc, node, line) for line in lines(A, node.axis))
    return Grid(len(found), 1, found) if node.axis else Grid(1, len(found), found)


def _along_on_arrays(on: Any, node: AxisLogSumExp) -> Any:
    values = on.jets.apply(on.EXP, on.value(node.arg))
    return on.jets.apply(on.LOG, values.sum(axis=2 + node.axis, keepdims=True))


def _code_along(node: AxisLogSumExp) -> Call:
    lines, axis = ("columns", "rows")[node.axis], node.axis
    return Call(
        f'''
def logsumexp_of_{lines}(X):
    """log(sum(exp(x))) for each of the {lines} x of X, without overflow."""
    largest = X.max({axis}, keepdims=True)
    return largest + np.log(np.exp(X - largest).sum({axis}, keepdims=True))
''',
        jax=f"jax.scipy.special.logsumexp({{0}}, {axis}, keepdims=True)",
        torch=f"torch.logsumexp({{0}}, {axis}, True)",
        matrices=True,
    )


tell(
    AxisLogSumExp,
    text=text_along("logsumexp"),
    tex=tex_along("logsumexp"),
    shape=stated,
    normal=_along,
    entries=Entries(_entries_along),
    arrays=_along_on_arrays,
    code=_code_along,
    numpy=reduced_by_numpy,
    example=Example(lambda w, r, c, d: logsumexp(w.matrix(r, w.dimension(), d), axis=1), "column"),
    parts=first_argument,
    with_parts=lambda node, parts: _along(parts[0], node.axis),
    is_atom=True,
)
