"""BasisMatrix(structure, n): makes vec(X) of the free entries of a structured n×n matrix X."""

from __future__ import annotations

from typing import Any, cast

from sympy import Expr, Integer
from sympy.core.symbol import Str

from derivlib.expressions.facets import Absent, Entries, no_parts, tell
from derivlib.expressions.shapes import stated
from derivlib.nodes.arguments import as_size
from derivlib.nodes.free_entries import free_entries, free_entry
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node
from derivlib.nodes.structures import Structure, as_structure


class BasisMatrix(Node):
    """The matrix B of zeros and ones with vec(X) = B θ for the free entries θ of X.

    X is n×n and has a structure. For "symmetric", B is the duplication matrix Dₙ.

    | structure | θ, counted column by column | k |
    |---|---|---|
    | symmetric | the lower half with the diagonal, vech(X) | n(n+1)/2 |
    | lower triangular | the same | n(n+1)/2 |
    | upper triangular | the upper half with the diagonal | n(n+1)/2 |
    | diagonal | the diagonal | n |
    | toeplitz | one of each diagonal, from lower left to upper right | 2n-1 |
    | symmetric toeplitz | the first column | n |

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, explicit
    >>> explicit(BasisMatrix("symmetric", 2))
    Matrix([
    [1, 0, 0],
    [0, 1, 0],
    [0, 1, 0],
    [0, 0, 1]])
    >>> S, A = MatrixSymbol("S", 3, 3), MatrixSymbol("A", 3, 3)
    >>> jacobian = derive(A * S, S, structure="symmetric")
    >>> print(jacobian)
    ∂vec(F)/∂θᵀ (S symmetric) = (I ⊗ A)*D[3]
    >>> explicit(jacobian.result) == jacobian.elementwise()
    True

    ```

    Source: Magnus (1988), Linear Structures; Magnus & Neudecker (2019), chapter 3, for Dₙ.

    :param structure: the structure of X.
    :param size: the n of an n×n matrix X.
    :raises InputError: if there is no such structure, or `size` is no scalar.
    :raises ShapeError: if `size` cannot be a positive whole number.
    """

    def __new__(cls, structure: Any, size: Any) -> BasisMatrix:
        named = as_structure(str(structure))
        return super().__new__(cls, Str(named), as_size(size, f"a {named} matrix"))

    @property
    def structure(self) -> Structure:
        """The structure of the matrices X."""
        return cast("Structure", self.args[0].name)

    @property
    def label(self) -> str:
        """The structure in a word or two, for an index."""
        return self.structure.removesuffix(" triangular").replace("toeplitz", "Toeplitz")

    @property
    def size(self) -> Expr:
        """The n of the n×n matrices X."""
        return self.args[1]

    @property
    def free(self) -> Expr:
        """How many free entries k the structure leaves."""
        n = self.size
        if self.structure in ("diagonal", "symmetric toeplitz"):
            return n
        return 2 * n - 1 if self.structure == "toeplitz" else n * (n + 1) / 2

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.size**2, self.free


def _entries(calc: Any, node: BasisMatrix) -> Grid:
    """Column b holds the ones of all places at which the free entry b stands."""
    size = calc.size(node.size)
    structure, number = node.structure, calc.ring.number
    free = free_entries(structure, size, size)

    def entry(a: int, b: int) -> Any:
        j, i = divmod(a, size)
        return number(Integer(free_entry(structure, i, j) == free[b]))

    return Grid.of(size * size, len(free), entry)


_FREE = {
    "symmetric": lambda i, j: (min(i, j), max(i, j)),
    "diagonal": lambda i, j: i if i == j else None,
    "lower triangular": lambda i, j: (j, i) if i >= j else None,
    "upper triangular": lambda i, j: (j, i) if i <= j else None,
    "toeplitz": lambda i, j: j - i,
    "symmetric toeplitz": lambda i, j: abs(i - j),
}
"""What tells free entries apart, sorted as vec(X) = B θ has them: not read from `free_entry`, so
that the values on arrays can be compared with the definition."""


def _on_arrays(on: Any, node: BasisMatrix) -> Any:
    size, name = on.size(node.size), _FREE[node.structure]
    stacked = [name(i, j) for j in range(size) for i in range(size)]  # type: ignore[no-untyped-call]
    free = sorted({place for place in stacked if place is not None})
    column = {place: k for k, place in enumerate(free)}
    value = on.np.zeros((size * size, len(free)))
    for row, place in enumerate(stacked):
        if place is not None:
            value[row, column[place]] = 1
    return on.number(value)


def _text(p: Any, node: BasisMatrix) -> str:
    size = p._print(node.size)
    return f"D[{size}]" if node.structure == "symmetric" else f"Δ[{node.label}, {size}]"


def _tex(p: Any, node: BasisMatrix) -> str:
    size = p._print(node.size)
    if node.structure == "symmetric":
        return f"D_{{{size}}}"
    return rf"\Delta_{{{p.upright(node.label)}, {size}}}"


tell(
    BasisMatrix,
    text=_text,
    tex=_tex,
    shape=stated,
    normal=BasisMatrix,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code="basis",
    example=Absent("a constant; derivatives by structured matrices bring it in"),
    parts=no_parts,
    sizes=lambda node: (node.size,),
    is_atom=True,
    is_holomorphic=True,
)
