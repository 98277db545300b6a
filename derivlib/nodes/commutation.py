"""Commutation(m, n): K_mn, which makes vec(Aᵀ) of vec(A)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, S
from sympy.assumptions.predicates.matrices import OrthogonalPredicate

from derivlib.expressions.construction import identity
from derivlib.expressions.facets import Absent, Entries, no_parts, tell
from derivlib.expressions.shapes import stated
from derivlib.nodes.arguments import as_size
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node


class Commutation(Node):
    """The commutation matrix K_mn: K_mn vec(A) = vec(Aᵀ) for every m×n matrix A.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import explicit, vec
    >>> A = MatrixSymbol("A", 3, 2)
    >>> explicit(Commutation(3, 2) * vec(A)) == explicit(vec(A.T))
    True

    ```

    Source: Magnus & Neudecker (2019), chapter 3, section 7.

    :param rows: the rows m of the matrices it is applied to.
    :param cols: their columns n.
    """

    def __new__(cls, rows: Any, cols: Any) -> Commutation:
        return super().__new__(cls, as_size(rows, "Commutation"), as_size(cols, "Commutation"))

    @property
    def of_shape(self) -> tuple[Expr, Expr]:
        """The shape of the matrices whose vec it turns into that of their transpose."""
        return self.args[0], self.args[1]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        size = self.args[0] * self.args[1]
        return size, size


def commutation(rows: Expr, cols: Expr) -> Expr:
    """The matrix that turns vec(A) into vec(Aᵀ) for A of rows × cols; I for a vector."""
    if S.One in (rows, cols):
        return identity(rows * cols)
    return Commutation(rows, cols)


def _entries(calc: Any, node: Commutation) -> Grid:
    """Row (j, i) of the stacked transpose holds the entry (i, j) of the stacked matrix."""
    rows, cols = (calc.size(size) for size in node.of_shape)
    number = calc.ring.number
    return Grid.of(
        rows * cols,
        rows * cols,
        lambda a, b: number(Integer(divmod(a, cols) == divmod(b, rows)[::-1])),
    )


def _on_arrays(on: Any, node: Commutation) -> Any:
    rows, cols = map(on.size, node.of_shape)
    value = on.np.zeros((rows * cols, rows * cols))
    for i in range(rows):
        for j in range(cols):
            value[i * cols + j, j * rows + i] = 1
    return on.number(value)


OrthogonalPredicate.register(Commutation)(lambda _, assumptions: True)


def _numpy(p: Any, node: Commutation) -> str:
    """The rows of an identity, in the order in which vec(Aᵀ) has the entries."""
    rows, cols = map(p._print, node.of_shape)
    of = p._module + "."
    eye, arange = p._module_format(of + "eye"), p._module_format(of + "arange")
    return f"{eye}({rows}*{cols})[{arange}({rows}*{cols}).reshape({cols}, {rows}).T.ravel()]"


tell(
    Commutation,
    text=lambda _, node: f"K[{', '.join(map(str, node.of_shape))}]",
    tex=lambda p, node: f"K_{{{p.sizes(node.of_shape)}}}",
    shape=stated,
    normal=commutation,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code="commutation",
    numpy=_numpy,
    example=Absent("a constant; Jacobians of transposes bring it in"),
    parts=no_parts,
    transposed=lambda node: commutation(*reversed(node.of_shape)),
    sizes=lambda node: node.shape,
    is_holomorphic=True,
)
