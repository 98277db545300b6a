"""norm(A, ord): the Frobenius norm and others, of a matrix, a vector, or of each row or column."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Expr,
    HadamardPower,
    Lambda,
    S,
    Transpose,
    ZeroMatrix,
    oo,
    sympify,
)

from derivlib.errors import InputError, UnsupportedError
from derivlib.expressions.construction import (
    identity,
    is_one,
    leads_with_transpose,
    mul,
    transpose,
)
from derivlib.expressions.facets import Call, Entries, Example, first_argument, tell
from derivlib.expressions.shapes import scalar, stated
from derivlib.nodes.absolute import absolute
from derivlib.nodes.amax import amax, amin
from derivlib.nodes.arguments import as_axis
from derivlib.nodes.elementwise import elementwise
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import AlongAxis, RealNode, as_matrix_operand
from derivlib.nodes.prime import ARGUMENT
from derivlib.nodes.softmax import lines
from derivlib.nodes.sum_entries import SumEntries, sum_along


class Norm(RealNode):
    """The Frobenius norm of a matrix, the Euclidean norm of a vector."""

    is_nonnegative = True


class AxisNorm(AlongAxis):
    """The Euclidean norm of each row of a matrix, a column, or of each of its columns, a row."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.arg.shape
        return (rows, S.One) if self.axis else (S.One, cols)


def norm(
    matrix: Any,
    ord: Any = None,  # noqa: A002 - NumPy's
    axis: int | None = None,
    at_zero: Any = 0,
) -> Expr:
    """The Frobenius norm of a matrix, the Euclidean norm of a vector; others as in NumPy.

    | `ord` | of a vector | of a matrix |
    |---|---|---|
    | left out, "fro" | Euclidean | Frobenius |
    | 1 | sum of the absolute values | the largest such sum of a column |
    | `oo` | largest absolute value | the largest such sum of a row |
    | -1, `-oo` | as p; the smallest absolute value | the smallest such sums |
    | 2 | Euclidean | spectral, the largest singular value |
    | "nuc" | Euclidean | nuclear, the sum of the singular values |
    | p | (Σ|xᵢ|ᵖ)^(1/p) | |

    A column or a row is a vector. With `axis=1` it is taken of each row, with `axis=0` of each
    column. Where a norm is made of absolute values, `at_zero` is what the derivative of these is
    taken to be at 0, as of :func:`absolute`.

    ```pycon
    >>> from sympy import MatrixSymbol, oo, symbols
    >>> from derivlib import derive, sum_entries
    >>> x, a = MatrixSymbol("x", 3, 1), MatrixSymbol("a", 3, 1)
    >>> gradient = derive(norm(x - a), x)
    >>> print(gradient)
    ∂L/∂x = (x - a)/norm(x - a)
    >>> gradient.verify().entries
    3
    >>> print(derive(norm(x, 1), x))
    ∂L/∂x = sign(x)
    >>> print(derive(norm(x, 1, at_zero=1), x))
    ∂L/∂x = where(x >= 0, 1, -1)
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, C = MatrixSymbol("X", n, m), MatrixSymbol("C", n, m)
    >>> of_rows = derive(sum_entries(norm(X - C, axis=1)), X)
    >>> print(of_rows)
    ∂L/∂X = Diag(norm(X - C, axis=1)^⊙(-1))*(X - C)
    >>> of_rows.verify({n: 4, m: 3}).shape
    (4, 3)
    >>> print(derive(norm(X, "nuc"), X))
    ∂L/∂X = polar(X)

    ```

    Source: Petersen & Pedersen (2012), eq. (129), for the gradient; Watson (1992) for those of the
    spectral and the nuclear norm.

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :param ord: which norm; infinity is SymPy's `oo` or a float's `inf`.
    :param axis: 1 or -1 for each row, 0 for each column.
    :param at_zero: the slope of absolute values at 0, a number from -1 to 1.
    :returns: a scalar expression; a column for axis 1 and a row for axis 0. It is differentiable
        where the matrix is not zero, or no row or column is.
    :raises InputError: if `matrix` is not a matrix, there is no such norm, or `at_zero` is said of
        one that is not made of absolute values.
    :raises UnsupportedError: if it would be the smallest singular value of a matrix.
    """
    matrix = as_matrix_operand(matrix, "norm")
    kind = _as_kind(ord)
    is_of_vectors = axis is not None or 1 in matrix.shape
    if at_zero != 0 and kind not in (1, oo, -oo) and (kind != -1 or is_of_vectors):
        raise InputError(
            f"at_zero of norm is the slope of absolute values at 0; with ord={ord!r} it is not "
            "made of them"
        )
    if axis is not None:
        return _of_lines(matrix, kind, as_axis(axis, "norm"), at_zero)
    if 1 in matrix.shape:
        return _of_vector(matrix, kind, at_zero)
    if kind in (None, "fro"):
        return Norm(matrix)
    if kind in (2, "nuc"):
        from derivlib.nodes.singular_values import nuclear_norm, spectral_norm

        return spectral_norm(matrix) if kind == 2 else nuclear_norm(matrix)
    if kind == -2:
        raise UnsupportedError(
            f"norm of a matrix with ord={ord!r} is its smallest singular value; write "
            "sqrt(lambda_min(A.T*A)), or sqrt(lambda_min(A*A.T)) where A has fewer rows"
        )
    if kind not in (1, -1, oo, -oo):
        raise InputError(
            f'a matrix has no norm with ord={ord!r}; there are "fro", 1, -1, oo and -oo, and '
            "norm(vec(A), p) for that of all entries as one vector"
        )
    sums = sum_along(absolute(matrix, at_zero), 0 if kind in (1, -1) else 1)
    return amax(sums) if kind in (1, oo) else amin(sums)


def _as_kind(order: Any) -> Any:
    """What is said of a norm: nothing, "fro", "nuc", or a number as SymPy's.

    :raises InputError: if it is something else.
    """
    if order is None or (isinstance(order, str) and order in ("fro", "nuc")):
        return order
    if not isinstance(order, (str, bool)):
        kind = sympify(order)
        is_number = isinstance(kind, Expr) and not getattr(kind, "is_Matrix", False)
        if is_number and kind != 0 and (kind.is_infinite or kind.is_real is not False):
            return kind
    raise InputError(f'ord of norm is a number other than 0, oo, "fro" or left out, not {order!r}')


def _of_vector(vector: Expr, kind: Any, at_zero: Any) -> Expr:
    if kind in (None, 2, "fro", "nuc"):
        return Norm(vector)
    if kind == 1:
        return SumEntries(absolute(vector, at_zero))
    if kind in (oo, -oo):
        sizes = absolute(vector, at_zero)
        return amax(sizes) if kind == oo else amin(sizes)
    return SumEntries(_powers(vector, kind)) ** (1 / kind)


def _of_lines(matrix: Expr, kind: Any, axis: int, at_zero: Any) -> Expr:
    if kind in (None, 2):
        return AxisNorm(matrix, axis)
    if kind in ("fro", "nuc"):
        raise InputError(f'"{kind}" is a norm of matrices; along an axis take a number or oo')
    if kind == 1:
        return sum_along(absolute(matrix, at_zero), axis)
    if kind in (oo, -oo):
        sizes = absolute(matrix, at_zero)
        return amax(sizes, axis) if kind == oo else amin(sizes, axis)
    return HadamardPower(sum_along(_powers(matrix, kind), axis), 1 / kind)


def _powers(matrix: Expr, kind: Expr) -> Expr:
    """|x|ᵖ of each entry, without a kink where there is none."""
    base = ARGUMENT if kind.is_even else Abs(ARGUMENT)
    function = Lambda(ARGUMENT, base**kind)
    return matrix.applyfunc(function) if hasattr(matrix, "flat") else elementwise(function, matrix)


def _entries(calc: Any, _: Any, A: Any) -> Any:
    ring = calc.ring
    squares = ring.total([ring.product([entry, entry]) for entry in A.entries])
    return ring.power(squares, ring.number(S.Half))


def _complex_entries(calc: Any, _: Any, A: Any) -> Any:
    ring = calc.ring
    squares = ring.total([ring.squared_modulus(entry) for entry in A.entries])
    return ring.power(squares, ring.number(S.Half))


def _on_arrays(on: Any, node: Norm) -> Any:
    value = on.value(node.arg)
    squares = on.jets.times(value, value).sum(axis=(2, 3), keepdims=True)
    return on.jets.apply(on.power(0.5), squares)


def _tex(p: Any, node: Norm) -> str:
    """The norm of a matrix is Frobenius's, and says so."""
    is_vector = any(size == 1 for size in node.arg.shape)
    return rf"\left\lVert {p._print(node.arg)} \right\rVert" + ("" if is_vector else r"_{F}")


tell(
    Norm,
    text="norm",
    tex=_tex,
    shape=scalar,
    normal=lambda matrix: S.Zero if isinstance(matrix, ZeroMatrix) else Norm(matrix),
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=Call("{lib}.linalg.norm({0})"),
    numpy=lambda p, node: f"{p._module_format(p._module + '.linalg.norm')}({p._print(node.arg)})",
    example=Example(lambda w, d: norm(w.anything(d)), "scalar"),
    complex_entries=Entries(_complex_entries),
)


# --- each row or column of a matrix ------------------------------------------------------


def norms_along(matrix: Expr, axis: Any) -> Expr:
    """Make it in normal form: with as few transposes as may be, of a vector that of the vector."""
    rows, cols = matrix.shape
    if isinstance(matrix, ZeroMatrix):
        return ZeroMatrix(rows, S.One) if axis else ZeroMatrix(S.One, cols)
    if is_one(matrix.shape[axis]):
        return elementwise(Abs, matrix)
    if is_one(matrix.shape[1 - axis]):
        return mul(Norm(matrix), identity(S.One))
    if leads_with_transpose(matrix):
        return Transpose(AxisNorm(transpose(matrix), 1 - axis))
    return AxisNorm(matrix, axis)


def _entries_along(calc: Any, node: AxisNorm, A: Grid) -> Grid:
    found = tuple(_entries(calc, node, line) for line in lines(A, node.axis))
    return Grid(len(found), 1, found) if node.axis else Grid(1, len(found), found)


def _along_on_arrays(on: Any, node: AxisNorm) -> Any:
    value = on.value(node.arg)
    squares = on.jets.times(value, value).sum(axis=2 + node.axis, keepdims=True)
    return on.jets.apply(on.power(0.5), squares)


tell(
    AxisNorm,
    text=lambda p, node: f"norm({p._print(node.arg)}, axis={node.axis})",
    tex=lambda p, node: (
        rf"\left\lVert {p._print(node.arg)} \right\rVert"
        rf"_{{{p.upright(('columns', 'rows')[node.axis])}}}"
    ),
    shape=stated,
    normal=norms_along,
    entries=Entries(_entries_along),
    arrays=_along_on_arrays,
    code=lambda node: Call(
        f"{{lib}}.linalg.norm({{0}}, axis={node.axis}, keepdims=True)",
        torch=f"torch.linalg.vector_norm({{0}}, dim={node.axis}, keepdim=True)",
        matrices=True,
    ),
    numpy=lambda p, node: (
        f"{p._module_format(p._module + '.linalg.norm')}"
        f"({p._print(node.arg)}, axis={node.axis}, keepdims=True)"
    ),
    example=Example(lambda w, r, c, d: norm(w.matrix(r, w.dimension(), d), axis=1), "column"),
    parts=first_argument,
    with_parts=lambda node, parts: norms_along(parts[0], node.axis),
    is_atom=True,
)
