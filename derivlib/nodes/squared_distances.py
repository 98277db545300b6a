"""squared_distances(X, Y): ‖xᵢ − yⱼ‖² for the rows of two matrices, as kernels are made of."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, ZeroMatrix

from derivlib.errors import ShapeError
from derivlib.expressions.construction import is_one, zeros
from derivlib.expressions.facets import Call, Entries, Example, Shape, tell
from derivlib.expressions.shapes import Parts, misfit, same_size, shown_shape
from derivlib.expressions.text import text
from derivlib.nodes.grid import Grid, same_columns
from derivlib.nodes.node import Node, as_matrix_operand


class SquaredDistances(Node):
    """The squared distance of each row of one matrix from each row of another."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return S(self.args[0].shape[0]), S(self.args[1].shape[0])


def squared_distances(points: Any, others: Any = None) -> Expr:
    """The squared distances of the rows of a matrix from each other, or from those of another.

    Entry (i, j) is ‖xᵢ − yⱼ‖²; SciPy's `cdist(X, Y, "sqeuclidean")`. Of it kernels of data are
    made, such as the Gaussian kernel exp(−γ ‖xᵢ − xⱼ‖²).

    ```pycon
    >>> from sympy import Lambda, MatrixSymbol, Q, Trace, exp, symbols
    >>> from derivlib import derive
    >>> n, m, k = symbols("n m k", integer=True, positive=True)
    >>> X, Y, R = MatrixSymbol("X", n, m), MatrixSymbol("Y", k, m), MatrixSymbol("R", n, n)
    >>> of_distances = derive(Trace(R * squared_distances(X)), X, assuming=Q.symmetric(R))
    >>> print(of_distances)
    ∂L/∂X = 4*(Diag(R*1[n×1]) - R)*X
    >>> of_distances.verify({n: 4, m: 3}).shape
    (4, 3)
    >>> gamma, z = symbols("gamma z")
    >>> kernel = squared_distances(X, Y).applyfunc(Lambda(z, exp(-gamma * z)))
    >>> print(kernel.shape)
    (n, k)

    ```

    :param points: a matrix whose rows are points.
    :param others: another matrix with as many columns; the same, if left out.
    :returns: a matrix with a row for each point and a column for each of the others.
    :raises InputError: if one of them is not a matrix.
    :raises ShapeError: if they have different numbers of columns.
    """
    left = as_matrix_operand(points, "squared_distances")
    right = left if others is None else as_matrix_operand(others, "squared_distances")
    if not same_size(left.shape[1], right.shape[1]):
        raise ShapeError(
            f"squared_distances takes points as rows of equally many columns, but {left} is "
            f"{shown_shape(left.shape)} and {right} is {shown_shape(right.shape)}"
        )
    return SquaredDistances(left, right)


def distances(left: Expr, right: Expr) -> Expr:
    """Make it in normal form: a point has no distance from itself."""
    if left == right and is_one(left.shape[0]):
        return zeros(S.One, S.One)
    if isinstance(left, ZeroMatrix) and isinstance(right, ZeroMatrix):
        return zeros(left.shape[0], right.shape[0])
    return SquaredDistances(left, right)


def _shape(expr: Any, parts: Parts) -> Shape:
    (left, a), (right, b) = parts
    if a is None or b is None or not same_size(a[1], b[1]):
        raise misfit(expr, f"{text(left)} is {shown_shape(a)}, {text(right)} is {shown_shape(b)}")
    return a[0], b[0]


def _entries(calc: Any, _: Any, A: Grid, B: Grid) -> Grid:
    same_columns(A, B, "squared distances")
    ring, minus = calc.ring, calc.ring.number(S.NegativeOne)

    def between(i: int, j: int) -> Any:
        both = zip(A.row(i), B.row(j), strict=True)
        gaps = [ring.total([a, ring.product([minus, b])]) for a, b in both]
        return ring.total([ring.product([gap, gap]) for gap in gaps])

    return Grid.of(A.rows, B.rows, between)


def _on_arrays(on: Any, node: SquaredDistances) -> Any:
    """‖x‖² − 2 xᵀy + ‖y‖², which is exact enough for comparing."""
    left, right = on.all_of(node.args)
    jets = on.jets
    squares = [jets.times(value, value).sum(axis=3, keepdims=True) for value in (left, right)]
    return squares[0] + squares[1].swapaxes(2, 3) - 2 * jets.matmul(left, right.swapaxes(2, 3))


def _name(p: Any, node: SquaredDistances, name: str) -> str:
    left, right = node.args
    return str(p.call(name, left) if left == right else p.call(name, left, right))


_CODE = Call(
    '''
def squared_distances(X, Y):
    """The squared distance of each row of X from each row of Y."""
    return {lib}.stack([((x - Y) ** 2).sum(1) for x in X])
''',
    jax='''
def squared_distances(X, Y):
    """The squared distance of each row of X from each row of Y."""
    return jax.vmap(lambda x: ((x - Y) ** 2).sum(1))(X)
''',
    matrices=True,
)


def _numpy(p: Any, node: SquaredDistances) -> str:
    left, right = map(p._print, node.args)
    total = p._module_format(p._module + ".sum")
    return f"(lambda x, y: {total}((x[:, None] - y[None])**2, axis=2))({left}, {right})"


def _example(w: Any, r: Any, c: Any, d: int) -> Any:
    width = w.dimension()
    return squared_distances(w.matrix(r, width, d), w.matrix(c, width, d))


tell(
    SquaredDistances,
    text=lambda p, node: _name(p, node, "squared_distances"),
    tex=lambda p, node: _name(p, node, r"\operatorname{sqdist}"),
    shape=_shape,
    normal=distances,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=_CODE,
    numpy=_numpy,
    example=Example(_example),
    transposed=lambda node: SquaredDistances(*reversed(node.args)),
    is_atom=True,
)
