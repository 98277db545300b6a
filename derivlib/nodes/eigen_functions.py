"""Σ f(λᵢ) and f(S) = V Diag(f(λ)) Vᵀ, for a function f of the eigenvalues of a symmetric matrix.

They are smooth where f is, also where eigenvalues are equal, though the columns of V are not.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Lambda

from derivlib.expressions.construction import mul, transpose
from derivlib.expressions.facets import Absent, Entries, first_argument, tell
from derivlib.expressions.shapes import scalar_of_square, square
from derivlib.nodes.diag_matrix import diagonal_matrix
from derivlib.nodes.eigvalsh import (
    Eigvalsh,
    Eigvecs,
    OfSymmetric,
    of_eigenvalues,
    total_over_eigenvalues,
)
from derivlib.nodes.elementwise import elementwise
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node, RealNode
from derivlib.nodes.sum_entries import SumEntries


class _OfEigenvalues(OfSymmetric):
    @property
    def function(self) -> Lambda:
        """The function f."""
        return self.args[1]

    @property
    def values(self) -> Expr:
        """The column f(λ)."""
        return elementwise(self.function, Eigvalsh(self.args[0]))


class EigenSum(_OfEigenvalues, RealNode):
    """The sum of a function of all eigenvalues of a symmetric matrix."""

    @property
    def written(self) -> Expr:
        """The same by the eigenvalues."""
        return SumEntries(self.values)


class EigenFunction(_OfEigenvalues, Node):
    """The symmetric matrix with the same eigenvectors whose eigenvalues are f of those of S."""

    @property
    def written(self) -> Expr:
        """The same by the eigenvalues and the eigenvectors."""
        vectors = Eigvecs(self.args[0])
        return mul(vectors, diagonal_matrix(self.values), transpose(vectors))


def _total(calc: Any, node: EigenSum, A: Grid) -> Any:
    return total_over_eigenvalues(calc, node.function, A)


def _matrix(calc: Any, node: EigenFunction, A: Grid) -> Grid:
    return of_eigenvalues(calc, node.function, A)


_SHARED: dict[str, Any] = {
    "text": lambda p, node: p._print(node.written),
    "tex": lambda p, node: p._print(node.written),
    "arrays": lambda on, node: on.value(node.written),
    "numpy": lambda p, node: p._print(node.written),
    "code": "written",
    "parts": first_argument,
    "with_parts": lambda node, parts: node.func(*parts, node.function),
    "example": Absent("a sum of functions of eigenvalues is read as one"),
}

tell(
    EigenSum, shape=scalar_of_square, normal=EigenSum, entries=Entries(_total, first_argument),
    **_SHARED,
)  # fmt: skip
tell(
    EigenFunction,
    shape=square,
    normal=EigenFunction,
    entries=Entries(_matrix, first_argument),
    transposed=lambda node: node,
    trace=lambda node: EigenSum(*node.args),
    binding=lambda _: "product",
    **_SHARED,
)
