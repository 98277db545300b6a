"""amax(A) and amin(A): the largest and the smallest entry, of a matrix or of each row or column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, Max, Min, OneMatrix, S, Transpose, ZeroMatrix

from derivlib.expressions.construction import (
    identity,
    is_one,
    is_single,
    leads_with_transpose,
    mul,
    ones,
    split_coefficient,
    transpose,
)
from derivlib.expressions.facets import Call, Entries, Example, first_argument, tell
from derivlib.expressions.shapes import scalar, stated
from derivlib.nodes.arguments import as_axis
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import (
    AlongAxis,
    OfLines,
    RealNode,
    as_matrix_operand,
)
from derivlib.nodes.softmax import lines
from derivlib.nodes.ties import (
    EQUALLY,
    TIES,
    AtTie,
    as_tie,
    tex_at_tie,
    text_at_tie,
    tie_argument,
)
from derivlib.nodes.trace import trace


class Amax(AtTie, RealNode):
    """The largest entry of a matrix."""


class Amin(AtTie, RealNode):
    """The smallest entry of a matrix."""


class AxisAmax(AtTie, OfLines):
    """The largest entry of each row of a matrix, a column, or of each of its columns, a row."""


class AxisAmin(AtTie, OfLines):
    """The smallest entry of each row of a matrix, a column, or of each of its columns, a row."""


def amax(matrix: Any, axis: int | None = None, at_tie: Any = EQUALLY) -> Expr:
    """The largest entry of a matrix; with `axis=1` of each row, with `axis=0` of each column.

    Its gradient is 1 at the largest entry and 0 elsewhere, :func:`derivlib.hardmax`, and exists
    where there is one largest entry; that is listed among the assumptions. A tie shares equally,
    as in PyTorch, JAX and TensorFlow; with `at_tie=1` the first of the largest entries has the
    whole slope, with `at_tie=0` the last, of a whole matrix read row by row.

    ```pycon
    >>> from sympy import Matrix, MatrixSymbol, symbols
    >>> from derivlib import derive, sum_entries
    >>> n, m, p = symbols("n m p", integer=True, positive=True)
    >>> X, w, W = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1), MatrixSymbol("W", m, p)
    >>> gradient = derive(amax(X * w), w)
    >>> print(gradient)
    ∂L/∂w = Xᵀ*hardmax(X*w)
    >>> print(gradient.assumptions[0])
    X*w with one largest entry
    >>> print(derive(sum_entries(amax(X * W, axis=1)), W))
    ∂L/∂W = Xᵀ*hardmax(X*W, axis=1)
    >>> gradient.verify({n: 4, m: 3}).entries
    3
    >>> x = MatrixSymbol("x", 3, 1)
    >>> first = derive(amax(x, at_tie=1), x)
    >>> print(first)
    ∂L/∂x = hardmax(x, at_tie=1)
    >>> first.result.subs(x, Matrix([5, 5, 2])).doit().T
    Matrix([[1, 0, 0]])

    ```

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :param axis: 1 or -1 for each row, 0 for each column.
    :param at_tie: 1 for the first of equal entries, 0 for the last, ½ for all of them equally.
    :returns: a scalar expression; a column for axis 1 and a row for axis 0.
    :raises InputError: if `matrix` is not a matrix, or `axis` or `at_tie` is another number.
    """
    return _extreme(matrix, axis, at_tie, "amax", Amax, AxisAmax)


def amin(matrix: Any, axis: int | None = None, at_tie: Any = EQUALLY) -> Expr:
    """The smallest entry of a matrix; with `axis=1` of each row, with `axis=0` of each column.

    As :func:`amax`, with the places of the smallest entries, `hardmax(-A)`.

    ```pycon
    >>> from sympy import Matrix, MatrixSymbol
    >>> from derivlib import derive
    >>> x = MatrixSymbol("x", 3, 1)
    >>> print(derive(amin(x), x))
    ∂L/∂x = hardmax(-x)
    >>> amin(Matrix([[1, 5], [4, 0]]), axis=0).doit()
    Matrix([[1, 0]])

    ```

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :param axis: 1 or -1 for each row, 0 for each column.
    :param at_tie: 1 for the first of equal entries, 0 for the last, ½ for all of them equally.
    :returns: a scalar expression; a column for axis 1 and a row for axis 0.
    :raises InputError: if `matrix` is not a matrix, or `axis` or `at_tie` is another number.
    """
    return _extreme(matrix, axis, at_tie, "amin", Amin, AxisAmin)


def _extreme(matrix: Any, axis: Any, at_tie: Any, name: str, whole: Any, along: Any) -> Expr:
    matrix, tie = as_matrix_operand(matrix, name), tie_argument(as_tie(at_tie, name))
    return whole(matrix, *tie) if axis is None else along(matrix, as_axis(axis, name), *tie)


def _of_whole(kind: type[RealNode]) -> Callable[..., Expr]:
    def normal(matrix: Expr, at_tie: Any = EQUALLY) -> Expr:
        coefficient, inside = split_coefficient(matrix)
        if isinstance(inside, (OneMatrix, ZeroMatrix)):
            return coefficient if isinstance(inside, OneMatrix) else S.Zero
        if is_single(matrix):
            return trace(matrix)
        tie, is_vector = tie_argument(at_tie), any(map(is_one, matrix.shape))
        is_turned = isinstance(matrix, Transpose) and (is_vector or not tie)
        return kind(matrix.args[0] if is_turned else matrix, *tie)

    return normal


def _of_lines(kind: type[AlongAxis], whole: type[RealNode]) -> Callable[..., Expr]:
    def normal(matrix: Expr, axis: Any, at_tie: Any = EQUALLY) -> Expr:
        if is_one(matrix.shape[axis]):
            return matrix
        if is_one(matrix.shape[1 - axis]):
            return mul(_of_whole(whole)(matrix, at_tie), identity(S.One))
        coefficient, inside = split_coefficient(matrix)
        if isinstance(inside, (OneMatrix, ZeroMatrix)):
            rows, cols = matrix.shape
            number = coefficient if isinstance(inside, OneMatrix) else S.Zero
            return mul(number, ones(rows, S.One) if axis else ones(S.One, cols))
        if leads_with_transpose(matrix):
            return Transpose(kind(transpose(matrix), 1 - axis, *tie_argument(at_tie)))
        return kind(matrix, axis, *tie_argument(at_tie))

    return normal


def _tell(name: str, pick: str, function: Any, make: Any, kind: Any, along: Any) -> None:
    largest, of_whole, of_lines = name[1:], _of_whole(kind), _of_lines(along, kind)

    def entries_of_lines(calc: Any, node: Any, A: Grid) -> Grid:
        found = tuple(calc.ring.call(function, list(v.entries)) for v in lines(A, node.axis))
        return Grid(len(found), 1, found) if node.axis else Grid(1, len(found), found)

    def on_arrays(on: Any, node: Any) -> Any:
        value = on.value(node.arg)
        stacked = value.reshape(*value.shape[:2], -1, 1)
        place = int(getattr(on.np, pick)(stacked[0, 0]))
        return stacked[:, :, place : place + 1]

    def lines_on_arrays(on: Any, node: Any) -> Any:
        value, axis = on.value(node.arg), 2 + node.axis
        places = on.np.expand_dims(getattr(on.np, pick)(value[0, 0], axis=node.axis), node.axis)
        return on.np.take_along_axis(value, places[None, None], axis=axis)

    def numpy(p: Any, node: Any) -> str:
        called = f"{p._module_format(f'{p._module}.{name}')}({p._print(node.arg)}"
        axis = getattr(node, "axis", None)
        return f"{called})" if axis is None else f"{called}, axis={axis}, keepdims=True)"

    def code_along(node: Any) -> Call:
        return Call(
            f"{{lib}}.{largest}({{0}}, {node.axis}, keepdims=True)",
            torch=f"torch.{name}({{0}}, {node.axis}, True)",
            matrices=True,
        )

    tell(
        kind,
        text=text_at_tie(name),
        tex=tex_at_tie(largest),
        shape=scalar,
        normal=of_whole,
        entries=Entries(lambda calc, _, A: calc.ring.call(function, list(A.entries))),
        arrays=on_arrays,
        code=Call(f"{{lib}}.{largest}({{0}})"),
        numpy=numpy,
        example=Example(lambda w, d: make(w.anything(d), None, w.pick(TIES)), "scalar"),
        parts=first_argument,
        with_parts=lambda node, parts: of_whole(parts[0], node.at_tie),
    )
    tell(
        along,
        text=text_at_tie(name),
        tex=tex_at_tie(largest),
        shape=stated,
        normal=of_lines,
        entries=Entries(entries_of_lines),
        arrays=lines_on_arrays,
        code=code_along,
        numpy=numpy,
        example=Example(
            lambda w, r, c, d: make(w.matrix(r, w.dimension(), d), 1, w.pick(TIES)), "column"
        ),
        parts=first_argument,
        with_parts=lambda node, parts: of_lines(parts[0], node.axis, node.at_tie),
        is_atom=True,
    )


_tell("amax", "argmax", Max, amax, Amax, AxisAmax)
_tell("amin", "argmin", Min, amin, Amin, AxisAmin)
