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
from derivlib.expressions.facets import Call, Entries, Example, first_argument, tell, upright
from derivlib.expressions.shapes import scalar, stated
from derivlib.nodes.arguments import as_axis
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import (
    AlongAxis,
    OfLines,
    RealNode,
    as_matrix_operand,
    tex_along,
    text_along,
)
from derivlib.nodes.softmax import lines
from derivlib.nodes.trace import trace


class Amax(RealNode):
    """The largest entry of a matrix."""


class Amin(RealNode):
    """The smallest entry of a matrix."""


class AxisAmax(OfLines):
    """The largest entry of each row of a matrix, a column, or of each of its columns, a row."""


class AxisAmin(OfLines):
    """The smallest entry of each row of a matrix, a column, or of each of its columns, a row."""


def amax(matrix: Any, axis: int | None = None) -> Expr:
    """The largest entry of a matrix; with `axis=1` of each row, with `axis=0` of each column.

    Its gradient is 1 at the largest entry and 0 elsewhere, :func:`derivlib.hardmax`, and exists
    where there is one largest entry; that is listed among the assumptions. A tie shares equally.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
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

    ```

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :param axis: 1 or -1 for each row, 0 for each column.
    :returns: a scalar expression; a column for axis 1 and a row for axis 0.
    :raises InputError: if `matrix` is not a matrix, or `axis` is another number.
    """
    return _extreme(matrix, axis, "amax", Amax, AxisAmax)


def amin(matrix: Any, axis: int | None = None) -> Expr:
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
    :returns: a scalar expression; a column for axis 1 and a row for axis 0.
    :raises InputError: if `matrix` is not a matrix, or `axis` is another number.
    """
    return _extreme(matrix, axis, "amin", Amin, AxisAmin)


def _extreme(matrix: Any, axis: Any, name: str, whole: Any, along: Any) -> Expr:
    matrix = as_matrix_operand(matrix, name)
    return whole(matrix) if axis is None else along(matrix, as_axis(axis, name))


def _of_whole(kind: type[RealNode]) -> Callable[[Expr], Expr]:
    def normal(matrix: Expr) -> Expr:
        coefficient, inside = split_coefficient(matrix)
        if isinstance(inside, (OneMatrix, ZeroMatrix)):
            return coefficient if isinstance(inside, OneMatrix) else S.Zero
        if is_single(matrix):
            return trace(matrix)
        return kind(matrix.args[0] if isinstance(matrix, Transpose) else matrix)

    return normal


def _of_lines(kind: type[AlongAxis], whole: type[RealNode]) -> Callable[[Expr, Any], Expr]:
    def normal(matrix: Expr, axis: Any) -> Expr:
        if is_one(matrix.shape[axis]):
            return matrix
        if is_one(matrix.shape[1 - axis]):
            return mul(_of_whole(whole)(matrix), identity(S.One))
        coefficient, inside = split_coefficient(matrix)
        if isinstance(inside, (OneMatrix, ZeroMatrix)):
            rows, cols = matrix.shape
            number = coefficient if isinstance(inside, OneMatrix) else S.Zero
            return mul(number, ones(rows, S.One) if axis else ones(S.One, cols))
        if leads_with_transpose(matrix):
            return Transpose(kind(transpose(matrix), 1 - axis))
        return kind(matrix, axis)

    return normal


def _tell(name: str, pick: str, function: Any, make: Any, kind: Any, along: Any) -> None:
    largest, of_lines = name[1:], _of_lines(along, kind)

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
        text=name,
        tex=upright(largest),
        shape=scalar,
        normal=_of_whole(kind),
        entries=Entries(lambda calc, _, A: calc.ring.call(function, list(A.entries))),
        arrays=on_arrays,
        code=Call(f"{{lib}}.{largest}({{0}})"),
        numpy=numpy,
        example=Example(lambda w, d: make(w.anything(d)), "scalar"),
    )
    tell(
        along,
        text=text_along(name),
        tex=tex_along(largest),
        shape=stated,
        normal=of_lines,
        entries=Entries(entries_of_lines),
        arrays=lines_on_arrays,
        code=code_along,
        numpy=numpy,
        example=Example(lambda w, r, c, d: make(w.matrix(r, w.dimension(), d), axis=1), "column"),
        parts=first_argument,
        with_parts=lambda node, parts: of_lines(parts[0], node.axis),
        is_atom=True,
    )


_tell("amax", "argmax", Max, amax, Amax, AxisAmax)
_tell("amin", "argmin", Min, amin, Amin, AxisAmin)
