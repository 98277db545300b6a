"""cross(a, b), the product of two columns of three entries, and skew(a), its matrix."""

from __future__ import annotations

from typing import Any

from sympy import Expr, ImmutableDenseMatrix, Integer, S, ZeroMatrix
from sympy.matrices.matrixbase import MatrixBase

from derivlib.errors import ShapeError
from derivlib.expressions.construction import mul, split_coefficient, zeros
from derivlib.expressions.facets import Call, Entries, Example, Shape, tell
from derivlib.expressions.shapes import Parts, misfit, same_size, shown_shape
from derivlib.expressions.text import text
from derivlib.nodes.grid import Grid, column_grid
from derivlib.nodes.node import Node, as_matrix_operand

THREE = Integer(3)


class CrossProduct(Node):
    """The cross product of two columns of three entries."""


class Skew(Node):
    """The skew-symmetric matrix [a]× whose product with b is a × b."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return THREE, THREE


def cross(left: Any, right: Any) -> Expr:
    """The cross product of two columns of three entries (NumPy's name).

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, dot, explicit
    >>> a, b, c = (MatrixSymbol(name, 3, 1) for name in "abc")
    >>> gradient = derive(dot(c, cross(a, b)), a)
    >>> print(gradient)
    ∂L/∂a = cross(b, c)
    >>> gradient.verify().entries
    3
    >>> print(derive(cross(a, b), b))
    ∂f/∂bᵀ = skew(a)

    ```

    :param left: a 3×1 column.
    :param right: another.
    :returns: a 3×1 column.
    :raises InputError: if one of them is not a matrix.
    :raises ShapeError: if one of them is not 3×1.
    """
    return CrossProduct(_as_three(left, "cross"), _as_three(right, "cross"))


def skew(column: Any) -> Expr:
    """The skew-symmetric matrix [a]× of a column, whose product with b is a × b.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, explicit, norm
    >>> a, b, y = (MatrixSymbol(name, 3, 1) for name in "aby")
    >>> explicit(skew(a))
    Matrix([
    [       0, -a[2, 0],  a[1, 0]],
    [ a[2, 0],        0, -a[0, 0]],
    [-a[1, 0],  a[0, 0],        0]])
    >>> gradient = derive(norm(skew(a) * b - y)**2, a)
    >>> print(gradient)
    ∂L/∂a = 2*cross(b, skew(a)*b - y)
    >>> gradient.verify().entries
    3

    ```

    :param column: a 3×1 column.
    :returns: a 3×3 matrix.
    :raises InputError: if it is not a matrix.
    :raises ShapeError: if it is not 3×1.
    """
    return Skew(_as_three(column, "skew"))


def _as_three(value: Any, what: str) -> Expr:
    column = as_matrix_operand(value, what)
    if tuple(column.shape) != (3, 1):
        raise ShapeError(
            f"{what} takes columns of three entries, but {column} is {shown_shape(column.shape)}"
        )
    return column


def cross_product(left: Expr, right: Expr) -> Expr:
    """Make it in normal form; coefficients come out in front, parallel columns give zero."""
    (a, left), (b, right) = split_coefficient(left), split_coefficient(right)
    if left == right or isinstance(left, ZeroMatrix) or isinstance(right, ZeroMatrix):
        return zeros(THREE, S.One)
    if isinstance(left, MatrixBase) and isinstance(right, MatrixBase):
        return mul(a, b, ImmutableDenseMatrix(left.cross(right)))
    return mul(a, b, CrossProduct(left, right))


def skew_matrix(column: Expr) -> Expr:
    """Make it in normal form; a coefficient comes out in front."""
    coefficient, column = split_coefficient(column)
    if isinstance(column, ZeroMatrix):
        return zeros(THREE, THREE)
    return mul(coefficient, Skew(column))


def _three(expr: Any, parts: Parts) -> Shape:
    for part, shape in parts:
        fits = shape is not None and same_size(shape[0], THREE) and same_size(shape[1], S.One)
        if not fits:
            raise misfit(
                expr, f"{text(part)} is {shown_shape(shape)}, not 3×1", "take columns of 3"
            )
    return (THREE, S.One) if isinstance(expr, CrossProduct) else (THREE, THREE)


_AFTER = (1, 2, 0)
"""The number of the next coordinate, around."""


def _cross_entries(calc: Any, _: Any, a: Grid, b: Grid) -> Grid:
    ring = calc.ring
    minus = ring.number(S.NegativeOne)
    a, b = (_three_entries(part, "cross product") for part in (a, b))

    def entry(i: int, _: int) -> Any:
        j, k = _AFTER[i], _AFTER[_AFTER[i]]
        one, other = [a[j, 0], b[k, 0]], [minus, a[k, 0], b[j, 0]]
        return ring.total([ring.product(one), ring.product(other)])

    return Grid.of(3, 1, entry)


def _three_entries(part: Grid, what: str) -> Grid:
    if column_grid(part, what).rows != 3:
        raise ShapeError(f"the {what} of a column of {part.rows} entries, not of three")
    return part


def _skew_entries(calc: Any, _: Any, a: Grid) -> Grid:
    a = _three_entries(a, "skew-symmetric matrix")
    minus, zero = calc.ring.number(S.NegativeOne), calc.ring.number(S.Zero)

    def entry(i: int, j: int) -> Any:
        if i == j:
            return zero
        third = 3 - i - j
        return a[third, 0] if _AFTER[j] == i else calc.ring.product([minus, a[third, 0]])

    return Grid.of(3, 3, entry)


def _cross_on_arrays(on: Any, node: CrossProduct) -> Any:
    def product(a: Any, b: Any) -> Any:
        return on.np.cross(a, b, axis=1)

    return on.jets.bilinear(product, *on.all_of(node.args))


def _skew_on_arrays(on: Any, node: Skew) -> Any:
    """Its columns are the cross products with the unit columns."""
    value = on.value(node.arg)[:, :, :, 0]
    columns = [on.np.cross(value, on.np.eye(3)[j]) for j in range(3)]
    return on.np.stack(columns, axis=3)


_SKEW = Call(
    '''
def skew(a):
    """The matrix whose product with b is the cross product of a and b."""
    x, y, z = a
    zero = 0 * x
    entries = [zero, -z, y, z, zero, -x, -y, x, zero]
    return {lib}.stack(entries).reshape(3, 3)
'''
)


def _numpy_cross(p: Any, node: CrossProduct) -> str:
    left, right = map(p._print, node.args)
    return f"{p._module_format(p._module + '.cross')}({left}, {right}, axis=0)"


tell(
    CrossProduct,
    text="cross",
    tex=lambda p, node: rf"{p.factor(node.args[0])} \times {p.factor(node.args[1])}",
    shape=_three,
    normal=cross_product,
    entries=Entries(_cross_entries),
    arrays=_cross_on_arrays,
    code=Call("{lib}.cross({0}, {1})", torch="torch.linalg.cross({0}, {1})"),
    numpy=_numpy_cross,
    example=Example(lambda w, r, c, d: _example(w, r, c, d, "cross"), "column"),
    binding=lambda _: "hadamard",
)

tell(
    Skew,
    text="skew",
    tex=lambda p, node: rf"[{p._print(node.arg)}]_{{\times}}",
    shape=_three,
    normal=skew_matrix,
    entries=Entries(_skew_entries),
    arrays=_skew_on_arrays,
    code=_SKEW,
    example=Example(lambda w, r, c, d: _example(w, r, c, d, "skew"), "square"),
    transposed=lambda node: mul(S.NegativeOne, node),
    trace=lambda _: S.Zero,
    diagonal=lambda _: zeros(THREE, S.One),
    is_atom=True,
    is_linear=True,
)


def _example(w: Any, r: Any, c: Any, d: int, name: str) -> Any:
    """Where a size is 3; at symbolic sizes there is none."""
    if w.size(r) != 3:
        return w.leaf(r, c)
    first = w.matrix(r, (), d)
    return Skew(first) if name == "skew" else CrossProduct(first, w.matrix(r, (), d))
