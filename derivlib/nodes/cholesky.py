"""cholesky(S), the lower triangular factor of a positive definite matrix."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Identity, S

from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import add, identity, mul, transpose
from derivlib.expressions.facets import Call, Entries, Example, tell
from derivlib.expressions.shapes import square
from derivlib.nodes.eigvalsh import OfSymmetric, symmetric_part
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node, as_square_operand


class Cholesky(OfSymmetric, Node):
    """L, lower triangular with a positive diagonal, with S = L Lᵀ."""


def cholesky(matrix: Any) -> Expr:
    """The Cholesky factor L of a positive definite matrix S = L Lᵀ, lower triangular, as NumPy's.

    ```pycon
    >>> from sympy import MatrixSymbol, Q, Trace, symbols
    >>> from derivlib import derive
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, C, S = MatrixSymbol("X", n, m), MatrixSymbol("C", m, m), MatrixSymbol("S", n, n)
    >>> derive(Trace(C * cholesky(X.T * X)), X).verify({n: 4, m: 3}).entries
    12
    >>> variable = {"structure": "symmetric", "assuming": Q.positive_definite(S)}
    >>> derive(Trace(cholesky(S)), S, **variable).verify({n: 4}).entries
    16

    ```

    Source: Murray (2016), for the differential.

    :param matrix: a positive definite matrix: one that is seen to be symmetric by how it is
        written, as XᵀX, or is stated to be, by `structure="symmetric"` or
        `assuming=Q.positive_definite(S)`.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return Cholesky(as_square_operand(matrix, "cholesky"))


def cholesky_of(matrix: Expr) -> Expr:
    """The Cholesky factor in normal form."""
    return matrix if isinstance(matrix, Identity) else Cholesky(matrix)


def _entries(calc: Any, _: Any, A: Grid) -> Grid:
    """Row by row: what is left of an entry without the products before it, over the diagonal."""
    ring, symmetric = calc.ring, symmetric_part(calc, A)
    if len(ring.independent(symmetric)[0]) < A.rows:  # or else its last root is a rounding error
        raise UnsupportedError("the Cholesky factor of a singular matrix")
    minus, zero = ring.number(S.NegativeOne), ring.number(S.Zero)
    rows: list[list[Any]] = []
    inverted: list[Any] = []
    for i in range(A.rows):
        row: list[Any] = []
        rows.append(row)
        for j in range(i + 1):
            products = [ring.product((minus, row[k], rows[j][k])) for k in range(j)]
            left = ring.total([symmetric[i, j], *products])
            if i == j:
                row.append(ring.power(left, ring.number(S.Half)))
                inverted.append(ring.power(row[i], minus))
            else:
                row.append(ring.product((left, inverted[j])))
    return Grid.of(*A.shape, lambda i, j: rows[i][j] if j <= i else zero)


def _on_arrays(on: Any, node: Cholesky) -> Any:
    """Column by column: what is left of it over the root of its first entry."""
    value, jets = on.value(node.arg), on.jets
    left = (value + value.swapaxes(2, 3)) / 2
    factor = on.np.zeros_like(left)
    for j in range(left.shape[-1]):
        column = left[:, :, j:, j : j + 1]
        column = jets.times(column, jets.apply(on.power(-0.5), column[:, :, :1]))
        factor[:, :, j:, j : j + 1] = column
        left[:, :, j:, j:] -= jets.matmul(column, column.swapaxes(2, 3))
    return factor


def _example(w: Any, r: Any, c: Any, d: int) -> Expr:
    matrix = w.matrix(r, r, 0)
    return cholesky(add(mul(matrix, transpose(matrix)), identity(matrix.shape[0])))


tell(
    Cholesky,
    text="cholesky",
    tex=r"\operatorname{chol}",
    shape=square,
    normal=cholesky_of,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=Call("{lib}.linalg.cholesky({0})", matrices=True),
    numpy=lambda p, node: (
        f"{p._module_format(p._module + '.linalg.cholesky')}({p._print(node.arg)})"
    ),
    example=Example(_example, "square"),
    is_atom=True,
)
