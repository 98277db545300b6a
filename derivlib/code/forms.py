"""Matrices as they are calculated with: full, or with a structure that is never written out."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S

from derivlib.code.ir import Array


def array_shape(rows: Expr, cols: Expr) -> tuple[Expr, ...]:
    """The shape of the array for a matrix: columns and rows have one axis, 1×1 has none."""
    return tuple(size for size in (rows, cols) if size is not S.One)


def shape_of(expr: Expr) -> tuple[Expr, Expr]:
    """Rows and columns as SymPy's numbers; explicit matrices have Python's."""
    rows, cols = expr.shape
    return S(rows), S(cols)


@dataclass(frozen=True)
class Form:
    """A matrix."""

    rows: Expr
    cols: Expr

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """Rows and columns."""
        return self.rows, self.cols

    def transposed(self) -> Form:
        """The transpose, of the same form."""
        return type(self)(self.cols, self.rows)


def is_vector(form: Form) -> bool:
    """Tell whether a matrix is a column or a row, and so an array of at most one axis."""
    return form.rows is S.One or form.cols is S.One


@dataclass(frozen=True)
class Zero(Form):
    """A matrix of zeros."""


@dataclass(frozen=True)
class Ones(Form):
    """A matrix whose entries are one number."""

    scalar: Array

    def transposed(self) -> Form:
        return Ones(self.cols, self.rows, self.scalar)


@dataclass(frozen=True)
class Eye(Form):
    """A multiple of the identity."""

    scalar: Array

    def transposed(self) -> Form:
        return self


@dataclass(frozen=True)
class Diag(Form):
    """A diagonal matrix."""

    vector: Array

    def transposed(self) -> Form:
        return self


@dataclass(frozen=True)
class Full(Form):
    """A matrix without a structure that is known."""

    array: Array


@dataclass(frozen=True)
class Rows(Form):
    """A matrix all of whose rows are the same vector."""

    vector: Array

    def transposed(self) -> Form:
        return Cols(self.cols, self.rows, self.vector)


@dataclass(frozen=True)
class Cols(Form):
    """A matrix all of whose columns are the same vector."""

    vector: Array

    def transposed(self) -> Form:
        return Rows(self.cols, self.rows, self.vector)


@dataclass(frozen=True)
class Kron(Form):
    """A Kronecker product of two matrices."""

    left: Form
    right: Form


@dataclass(frozen=True)
class Sum(Form):
    """A diagonal matrix and matrices of rank one, added."""

    terms: tuple[Form, ...]


@dataclass(frozen=True)
class KronDiag(Form):
    """A Kronecker product times a diagonal matrix, which more may follow."""

    kron: Kron
    vector: Array


@dataclass(frozen=True)
class Permuted(Form):
    """The commutation matrix that takes the vec of an m×n matrix to that of its transpose.

    :param of: m and n.
    """

    of: tuple[Expr, Expr]

    def transposed(self) -> Form:
        return Permuted(self.rows, self.cols, (self.of[1], self.of[0]))


@dataclass(frozen=True)
class Picks(Form):
    """Rows of the identity, which multiply a matrix from the left, or columns, from the right.

    :param index: their numbers, or where they start and end, and the step.
    :param turned: whether they are columns.
    """

    index: tuple[int, ...] | tuple[str, Expr, Expr, Expr]
    turned: bool = False

    def transposed(self) -> Form:
        return Picks(self.cols, self.rows, self.index, not self.turned)


@dataclass(frozen=True)
class Inverted(Form):
    """The inverse of a matrix, to be solved with rather than formed."""

    array: Array
