"""Matrices of fewer free entries than places: triangles, diagonals of equal entries, bases."""

from __future__ import annotations

from typing import Any, Literal, cast, get_args

from sympy import Expr, expand
from sympy.core.symbol import Str

from derivlib.errors import InputError, ShapeError
from derivlib.nodes.arguments import as_operand, as_size
from derivlib.nodes.node import Node

__all__ = [
    "STRUCTURES",
    "BasisMatrix",
    "DiagonalSums",
    "Structure",
    "Tril",
    "Triu",
    "as_structure",
    "diagonal_sums",
    "tril",
    "triu",
]

Structure = Literal[
    "symmetric",
    "diagonal",
    "lower triangular",
    "upper triangular",
    "toeplitz",
    "symmetric toeplitz",
]
"""What may be known of the places of a square matrix: which are zero, which are equal."""

STRUCTURES: tuple[Structure, ...] = get_args(Structure)
"""The structures there are."""


def as_structure(name: Any) -> Structure:
    """Take the name of a structure.

    ```pycon
    >>> as_structure("symmetric")
    'symmetric'

    ```

    :param name: one of `STRUCTURES`.
    :raises InputError: if there is no such structure.
    """
    if name not in STRUCTURES:
        known = ", ".join(f'"{structure}"' for structure in STRUCTURES)
        raise InputError(f"there is no structure {name!r}; take one of {known}")
    return cast("Structure", name)


class _OnSquare(Node):
    """A matrix made of a square one, place by place or diagonal by diagonal."""

    is_commutative = False

    @property
    def arg(self) -> Expr:
        """The matrix it is made of."""
        return self.args[0]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape  # type: ignore[no-any-return]


class Tril(_OnSquare):
    """The lower triangle of a square matrix with its diagonal, and zeros above."""

    is_commutative = False


class Triu(_OnSquare):
    """The upper triangle of a square matrix with its diagonal, and zeros below."""

    is_commutative = False


class DiagonalSums(_OnSquare):
    """The Toeplitz matrix that has at each place the sum of a matrix along that diagonal."""

    is_commutative = False


def _square(value: Any, what: str) -> Expr:
    matrix = as_operand(value, what)
    if not getattr(matrix, "is_Matrix", False):
        raise InputError(f"{what} takes a matrix, not the scalar {matrix}")
    rows, cols = matrix.shape
    if expand(rows - cols) != 0:
        raise ShapeError(f"{what} takes a square matrix, but {matrix} is {rows}×{cols}")
    return matrix


def tril(matrix: Any) -> Expr:
    """The lower triangle of a matrix with its diagonal, zeros above (NumPy's name).

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, explicit
    >>> explicit(tril(MatrixSymbol("A", 2, 2)))
    Matrix([
    [A[0, 0],       0],
    [A[1, 0], A[1, 1]]])
    >>> A, U = MatrixSymbol("A", 2, 2), MatrixSymbol("U", 2, 2)
    >>> jacobian = derive(tril(A * U), U)
    >>> explicit(jacobian.result) == jacobian.elementwise()
    True

    ```

    :param matrix: a square matrix expression or an explicit square matrix.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return Tril(_square(matrix, "tril"))


def triu(matrix: Any) -> Expr:
    """The upper triangle of a matrix with its diagonal, zeros below (NumPy's name).

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, explicit
    >>> explicit(triu(MatrixSymbol("A", 2, 2)))
    Matrix([
    [A[0, 0], A[0, 1]],
    [      0, A[1, 1]]])
    >>> A, U = MatrixSymbol("A", 2, 2), MatrixSymbol("U", 2, 2)
    >>> jacobian = derive(triu(A * U), U)
    >>> explicit(jacobian.result) == jacobian.elementwise()
    True

    ```

    :param matrix: a square matrix expression or an explicit square matrix.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return Triu(_square(matrix, "triu"))


def diagonal_sums(matrix: Any) -> Expr:
    """Sum a matrix along each of its diagonals, and write each sum along the diagonal.

    Entry (i, j) of the result is the sum of the entries on the diagonal j - i.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive, explicit
    >>> explicit(diagonal_sums(MatrixSymbol("A", 2, 2)))
    Matrix([
    [A[0, 0] + A[1, 1],           A[0, 1]],
    [          A[1, 0], A[0, 0] + A[1, 1]]])
    >>> A, U = MatrixSymbol("A", 2, 2), MatrixSymbol("U", 2, 2)
    >>> jacobian = derive(diagonal_sums(A * U), U)
    >>> explicit(jacobian.result) == jacobian.elementwise()
    True

    ```

    Source: Petersen & Pedersen (2012), eq. (143), where α(A) is `diagonal_sums(A.T)`.

    :param matrix: a square matrix expression or an explicit square matrix.
    :returns: a Toeplitz matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return DiagonalSums(_square(matrix, "diagonal_sums"))


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

    is_commutative = False

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
