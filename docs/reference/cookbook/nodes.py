"""Notation of the book that SymPy has no node for, each with what it is at given sizes.

These nodes are written out before anything is judged: the judge sees sums, entries and
explicit matrices only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sympy import (
    Add,
    Basic,
    Expr,
    ImmutableDenseMatrix,
    Integer,
    MatAdd,
    MatrixExpr,
    Symbol,
    Trace,
    Tuple,
    sympify,
)
from sympy.core.symbol import Str
from sympy.matrices.expressions.diagonal import DiagonalMatrix
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from derivlib.check import elementwise, explicit, size_symbols
from derivlib.nodes import FormalDerivative

Sizes = Mapping[Any, Any]


def number(size: Any, sizes: Sizes) -> int:
    """A size, an index or an exponent, as a number."""
    return int(sympify(size).xreplace({s: Integer(v) for s, v in sizes.items()}))


def entry(matrix: Expr, i: Any, j: Any) -> Expr:
    """Entry (i, j) of any matrix expression, the indices counted from 0 or letters."""
    return MatrixElement(matrix, i, j)


class _Sum:
    """A sum over indices; `shown` says which limits are printed."""

    args: tuple[Any, ...]

    def written_out(self, sizes: Sizes) -> Expr:
        """Every term."""
        term, limits, _ = self.args
        terms = [term]
        for index, first, last in limits:
            span = range(number(first, sizes), number(last, sizes) + 1)
            terms = [t.xreplace({index: Integer(at)}) for t in terms for at in span]
        whole = [written_out(t, sizes) for t in terms]
        return (MatAdd if term.is_Matrix else Add)(*whole)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        term, limits, shown = self.args
        if shown:
            (index, first, last) = limits[0]
            below = f"_{{{printer._print(index)}={printer._print(first)}}}"
            below += f"^{{{printer._print(last)}}}"
        else:
            below = f"_{{{' '.join(printer._print(limit[0]) for limit in limits)}}}"
        body = printer._print(term)
        if isinstance(term, Add | MatAdd):
            body = rf"\left[{body}\right]"
        return rf"\sum{below} {body}"


class ScalarSum(_Sum, Expr):
    """A sum of scalars over indices."""

    is_commutative = True


class MatrixSum(_Sum, MatrixExpr):
    """A sum of matrices over indices."""

    @property
    def shape(self) -> Any:
        return self.args[0].shape


def _sum(term: Expr, limits: Tuple, shown: bool) -> Expr:
    kind = MatrixSum if term.is_Matrix else ScalarSum
    return Basic.__new__(kind, term, limits, sympify(shown))


def series(term: Expr, index: Symbol, first: Any, last: Any) -> Expr:
    """The sum of a term for an index from first to last."""
    return _sum(term, Tuple(Tuple(index, first, last)), True)


def index_sum(term: Expr, **ranges: Any) -> Expr:
    """The sum of a term over indices, each from the first to the last row or column."""
    limits = [Tuple(Symbol(name, integer=True), 0, size - 1) for name, size in ranges.items()]
    return _sum(term, Tuple(*limits), False)


class OneByOne(Expr):
    """The scalar that a 1×1 product is, where a product or a quotient needs a scalar."""

    is_commutative = True

    def __new__(cls, product: Expr) -> OneByOne:
        return super().__new__(cls, product)

    def written_out(self, sizes: Sizes) -> Expr:
        """Its trace, which SymPy knows to be a scalar."""
        return Trace(written_out(self.args[0], sizes))

    def _latex(self, printer: Any, exp: Any = None) -> str:
        text = rf"\left({printer._print(self.args[0])}\right)"
        return text if exp is None else f"{text}^{{{exp}}}"


class Adjugate(MatrixExpr):
    """The transposed matrix of cofactors, which a singular matrix has too."""

    def __new__(cls, matrix: Expr) -> Adjugate:
        return super().__new__(cls, matrix)

    @property
    def shape(self) -> Any:
        return self.args[0].shape

    def written_out(self, sizes: Sizes) -> Expr:
        """Every cofactor, expanded."""
        return ImmutableDenseMatrix(explicit(self.args[0], only(sizes, self.args[0])).adjugate())

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return rf"\operatorname{{adj}}({printer._print(self.args[0])})"


class Minor(MatrixExpr):
    """A matrix without row i and column j, both counted from 1 as in the book.

    :param matrix: the matrix, which may have lost a row and a column before.
    :param original: whether i and j count in the matrix as it was before anything was lost.
    """

    def __new__(cls, matrix: Expr, i: Any, j: Any, original: Any = False) -> Minor:
        return super().__new__(cls, matrix, sympify(i), sympify(j), sympify(original))

    @property
    def shape(self) -> Any:
        rows, cols = self.args[0].shape
        return rows - 1, cols - 1

    def kept(self, sizes: Sizes) -> tuple[Expr, list[int], list[int]]:
        """The matrix at the bottom, and which of its rows and columns are left."""
        inner, i, j, original = self.args
        if isinstance(inner, Minor):
            matrix, rows, cols = inner.kept(sizes)
        else:
            matrix, (height, width) = inner, inner.shape
            rows, cols = list(range(number(height, sizes))), list(range(number(width, sizes)))
        row, col = number(i, sizes) - 1, number(j, sizes) - 1
        rows = [label for at, label in enumerate(rows) if (label if original else at) != row]
        cols = [label for at, label in enumerate(cols) if (label if original else at) != col]
        return matrix, rows, cols

    def written_out(self, sizes: Sizes) -> Expr:
        """Its entries, by those of the whole matrix."""
        matrix, rows, cols = self.kept(sizes)
        return ImmutableDenseMatrix([[MatrixElement(matrix, a, b) for b in cols] for a in rows])

    def _latex(self, printer: Any, exp: Any = None) -> str:
        matrix, i, j, _ = self.args
        between = "" if all(x.is_Symbol or x.is_Integer for x in (i, j)) else ", "
        inner = printer._print(matrix)
        return rf"\left[{inner}\right]_{{{printer._print(i)}{between}{printer._print(j)}}}"


class Toeplitz(MatrixExpr):
    """The Toeplitz matrix of a first row and a first column, named by a letter.

    :param name: what is printed.
    :param row: its first entries from the diagonal to the right, and at last the corner.
    :param column: the same downwards.
    """

    def __new__(cls, name: Any, size: Any, row: Any, column: Any) -> Toeplitz:
        return super().__new__(
            cls,
            name if isinstance(name, Str) else Str(name),
            sympify(size),
            Tuple(*row),
            Tuple(*column),
        )

    @property
    def shape(self) -> Any:
        return self.args[1], self.args[1]

    def _at(self, entries: Any, distance: int, sizes: Sizes) -> Expr:
        size = number(self.args[1], sizes)
        if distance and distance == size - 1:
            return written_out(entries[-1], sizes)
        if distance >= len(entries) - 1:
            raise ValueError(f"no entry is stated for the diagonal {distance} at size {size}")
        return written_out(entries[distance], sizes)

    def written_out(self, sizes: Sizes) -> Expr:
        """Every entry."""
        _, size, row, column = self.args
        above = [self._at(row, d, sizes) for d in range(number(size, sizes))]
        below = [self._at(column, d, sizes) for d in range(number(size, sizes))]
        return ImmutableDenseMatrix(
            len(above), len(above), lambda a, b: above[b - a] if b >= a else below[a - b]
        )

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return str(self.args[0].name)

    def stated(self) -> list[tuple[str, Expr]]:
        """The entries that are stated, each with its place."""
        name, size, row, column = self.args
        last = [str(size)] * 2
        across = [("1", str(b + 1)) for b in range(len(row) - 1)] + [("1", last[0])]
        down = [(str(a + 1), "1") for a in range(1, len(column) - 1)] + [(last[1], "1")]
        places = [*zip(across, row, strict=True), *zip(down, column[1:], strict=True)]
        return [(f"{name.name}_{{{a}{b}}}", entry) for (a, b), entry in places]


class At(Expr):
    """Entry (i, j) of a matrix, counted from 1 as in the book."""

    is_commutative = True

    def __new__(cls, matrix: Expr, i: Any, j: Any) -> At:
        return super().__new__(cls, matrix, sympify(i), sympify(j))

    def written_out(self, sizes: Sizes) -> Expr:
        """The entry, counted from 0."""
        matrix, i, j = self.args
        return MatrixElement(matrix, number(i, sizes) - 1, number(j, sizes) - 1)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        matrix, i, j = map(printer._print, self.args)
        return f"{matrix}_{{{i}{j}}}"


class DiagonalPart(MatrixExpr):
    """A matrix with everything off its diagonal replaced by zero."""

    def __new__(cls, matrix: Expr) -> DiagonalPart:
        return super().__new__(cls, matrix)

    @property
    def shape(self) -> Any:
        return self.args[0].shape

    def written_out(self, sizes: Sizes) -> Expr:
        """SymPy's node for it."""
        return DiagonalMatrix(written_out(self.args[0], sizes))

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return rf"\operatorname{{diag}}\left[{printer._print(self.args[0])}\right]"


class EntryDerivative(MatrixExpr):
    """∂F/∂X_ij, a matrix of the shape of F."""

    def __new__(cls, function: Expr, element: Expr) -> EntryDerivative:
        return super().__new__(cls, function, element)

    @property
    def shape(self) -> Any:
        return self.args[0].shape

    def written_out(self, sizes: Sizes) -> Expr:
        """Every entry, by scalar calculus."""
        function, element = self.args
        rows, cols = (number(size, sizes) for size in function.shape)
        return ImmutableDenseMatrix(
            rows, cols, lambda a, b: _slope(MatrixElement(function, a, b), element, sizes)
        )

    def _latex(self, printer: Any, exp: Any = None) -> str:
        above, below = map(printer._print, self.args)
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def _slope(function: Expr, element: Any, sizes: Sizes) -> Expr:
    """The derivative of a scalar by one entry of a matrix."""
    matrix, a, b = element.args
    return _gradient(function, matrix, tuple(sizes.items()))[number(a, sizes), number(b, sizes)]


@lru_cache(maxsize=512)
def _gradient(function: Expr, matrix: Any, sizes: tuple[tuple[Any, Any], ...]) -> Any:
    return elementwise(function, matrix, only(dict(sizes), function, matrix))


def only(sizes: Sizes, *expressions: Any) -> dict[Any, Any]:
    """The sizes that occur in expressions."""
    occurring = size_symbols(*(sympify(expression) for expression in expressions))
    return {size: value for size, value in sizes.items() if size in occurring}


def written_out(node: Any, sizes: Sizes) -> Any:
    """Replace the book's notation by what it stands for at given sizes."""
    if hasattr(node, "written_out"):
        return node.written_out(sizes)
    if isinstance(node, FormalDerivative) and isinstance(node.denominator, MatrixElement):
        return _slope(written_out(node.numerator, sizes), node.denominator, sizes)
    if not isinstance(node, Basic) or not node.args or isinstance(node, MatrixBase):
        return node
    arguments = [written_out(argument, sizes) for argument in node.args]
    if all(new is old for new, old in zip(arguments, node.args, strict=True)):
        return node
    return Basic.__new__(type(node), *arguments) if node.is_Matrix else node.func(*arguments)
