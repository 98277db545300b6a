"""What the nodes of ours share: how SymPy prints them, their entries, values and derivatives.

All of it is read off the facets, the entries and the values off the definition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mpmath.libmp import prec_to_dps
from sympy import Basic, Expr, MatMul, MatPow, MatrixExpr, Mul, S, postorder_traversal, sympify
from sympy.core.symbol import Str
from sympy.matrices.exceptions import NonInvertibleMatrixError
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.printing.pretty.stringpict import prettyForm

from derivlib.errors import (
    DerivlibError,
    InputError,
    ShapeError,
    UndefinedError,
    UnsupportedError,
)
from derivlib.expressions.facets import facet, facets_of
from derivlib.expressions.mathml import InMathml, NotUnderstood
from derivlib.expressions.shapes import same_size
from derivlib.expressions.tex import TexNotation
from derivlib.expressions.text import TextNotation, text
from derivlib.nodes.arguments import as_axis, as_operand


class _InSympysText(TextNotation):
    """Writes a node of ours, its parts by a printer of SymPy's."""

    names: Mapping[Expr, Expr] = {}

    def __init__(self, printer: Any) -> None:
        self._print = printer._print


class _InSympysTex(TexNotation):
    """Sets a node of ours, its parts by a printer of SymPy's."""

    names: Mapping[Expr, Expr] = {}

    def __init__(self, printer: Any) -> None:
        self._print = printer._print
        self._as_ordered_terms = printer._as_ordered_terms


_NOT_CARRIED_OUT = (AttributeError, IndexError, NotImplementedError, TypeError)
"""What SymPy raises where it cannot carry out its own nodes.

Of a DotProduct it takes an entry of a product whose columns it cannot count; of a KroneckerProduct
it takes factors apart, and leaves a product of two matrices that is no matrix. The DiagonalOf of an
explicit matrix has no shape.
"""


def done(arg: Any, hints: Mapping[str, Any]) -> Any:
    """The value of an argument; as it is where SymPy finds none."""
    try:
        done = arg.doit(**hints) if isinstance(arg, Basic) else arg
        return done if not getattr(done, "is_Matrix", False) or done.shape else arg
    except DerivlibError:
        raise
    except NonInvertibleMatrixError:
        refuse_singular(arg)
        raise
    except _NOT_CARRIED_OUT:
        return arg


def refuse_singular(expr: Any) -> None:
    """Refuse the inverse of a matrix of numbers that has none.

    :raises UndefinedError: naming the innermost one.
    """
    for part in postorder_traversal(expr):
        if isinstance(part, MatPow):
            try:
                part.doit()
            except NonInvertibleMatrixError as error:
                raise UndefinedError(
                    f'"{text(part)}" has no value, because a singular matrix is inverted; put in '
                    "one that is invertible"
                ) from error


def _as_argument(arg: Any) -> Any:
    """Take what SymPy makes a node of; its factor_terms makes a Mul of 2 and a matrix."""
    arg = sympify(arg)
    if type(arg) is Mul and any(factor.is_Matrix for factor in arg.args):
        return MatMul(*arg.args)
    return arg


class NodeBase:
    """What matrices and scalars of ours share."""

    args: tuple[Any, ...]
    is_Matrix: bool
    free_symbols: set[Basic]

    # -- how SymPy's printers write it -------------------------------------------------

    def _sympystr(self, printer: Any) -> str:
        return _InSympysText(printer).node(self, facet(type(self), "text") or type(self).__name__)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        shown = _InSympysTex(printer).node(self, facet(type(self), "tex") or type(self).__name__)
        return shown if exp is None else rf"\left({shown}\right)^{{{exp}}}"

    def _pretty(self, printer: Any) -> prettyForm:
        if printer._use_unicode:
            return prettyForm(text(self))
        arguments = prettyForm(*printer._print_seq(self.args, delimiter=", ").parens())
        return prettyForm(*prettyForm(type(self).__name__).right(arguments))

    def _mathml_presentation(self, printer: Any) -> Any:
        try:
            return InMathml(printer).element(self, facet(type(self), "tex") or type(self).__name__)
        except NotUnderstood:  # the TeX of a node that a reader registers may be anything
            shown = printer.dom.createElement("mi")
            shown.appendChild(printer.dom.createTextNode(text(self)))
            return shown

    def _mathml_content(self, printer: Any) -> Any:
        shown = printer.dom.createElement("apply")
        name = printer.dom.createElement("csymbol")
        name.appendChild(printer.dom.createTextNode(type(self).__name__))
        shown.appendChild(name)
        for part in facets_of(type(self)).parts(self):
            shown.appendChild(printer._print(part))
        return shown

    def _sympyrepr(self, printer: Any) -> str:
        """What makes it again; SymPy does not export the class of a name, so names are texts."""
        arguments = (
            repr(arg.name) if isinstance(arg, Str) else printer._print(arg) for arg in self.args
        )
        return f"{type(self).__name__}({', '.join(arguments)})"

    def _numpycode(self, printer: Any) -> str:
        """Code for NumPy by the facet, or the entries of a constant.

        :raises UnsupportedError: if it has no simple form in NumPy.
        """
        written = facets_of(type(self)).numpy
        if written is not None:
            return str(written(printer, self))
        from derivlib.nodes.values import as_matrix

        value = as_matrix(self) if self.is_Matrix and not self.free_symbols else None
        if value is None:
            raise UnsupportedError(
                f'SymPy\'s printers have no code for {type(self).__name__} in "{text(self)}"; '
                "put numbers for the sizes, or take the code that derivlib writes: "
                "derive(…).to_function() or to_code()"
            )
        return str(printer._print(value))

    _scipycode = _cupycode = _numpycode

    # -- what it is --------------------------------------------------------------------

    def doit(self, **hints: Any) -> Any:
        """Its value where no matrix in it is a symbol, otherwise its normal form.

        :raises UndefinedError: if a singular matrix is inverted in it.
        """
        args = self.args
        if hints.get("deep", True):
            args = tuple(done(arg, hints) for arg in args)
        node = (facet(type(self), "normal") or self.func)(*args)  # type: ignore[attr-defined]
        if not isinstance(node, NodeBase):
            return node
        from derivlib.nodes.values import value_of

        value = value_of(node)
        return node if value is None else value

    def _eval_derivative(self, variable: Any) -> Any:
        from derivlib.nodes.diff import derivative

        return derivative(self, variable)

    def _eval_derivative_matrix_lines(self, variable: Any) -> Any:
        raise UnsupportedError(
            f'SymPy\'s diff cannot differentiate "{text(self)}" with respect to {variable}; '
            "derive(…) does"
        )

    def _eval_evalf(self, prec: int) -> Any:
        try:
            value = self.doit()
        except AttributeError:  # SymPy's `equals` puts numbers in place of matrices, too
            return None
        return None if isinstance(value, NodeBase) else value.evalf(prec_to_dps(prec))


class Node(NodeBase, MatrixExpr):
    """A matrix made of others."""

    is_commutative = False

    def __new__(cls, *args: Any) -> Any:
        return super().__new__(cls, *map(_as_argument, args))

    @property
    def arg(self) -> Expr:
        """What it is made of."""
        return self.args[0]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        from derivlib.nodes.values import entry_of

        entry = entry_of(self, i, j)
        return MatrixElement(self, i, j) if entry is None else entry

    def as_explicit(self) -> Any:
        """The matrix of its entries, where its sizes are numbers.

        :raises UndefinedError: if a singular matrix is inverted in it.
        """
        from derivlib.nodes.values import as_matrix

        matrix = as_matrix(self)
        if matrix is None:
            refuse_singular(self)
        return super().as_explicit() if matrix is None else matrix

    def _eval_transpose(self) -> Expr:
        turned = facets_of(type(self)).transposed
        found = None if turned is None else turned(self)
        return super()._eval_transpose() if found is None else found

    def _eval_trace(self) -> Expr | None:
        simpler = facets_of(type(self)).trace
        return None if simpler is None else simpler(self)


class ScalarNode(NodeBase, Expr):
    """A scalar of ours."""

    is_commutative = True

    @property
    def arg(self) -> Expr:
        """What it is made of."""
        return self.args[0]


class NumberOfMatrix(ScalarNode):
    """A number made of a matrix, real where its entries are, as SymPy's traces."""

    def __new__(cls, matrix: Any, *more: Any) -> Any:
        return super().__new__(cls, *map(_as_argument, (matrix, *more)))


class RealNode(NumberOfMatrix):
    """A number made of a matrix that is real whatever its entries are."""

    is_real = True


def as_matrix_operand(value: Any, what: str) -> Expr:
    """Take a value as a matrix.

    :raises InputError: if it is something else.
    """
    matrix = as_operand(value, what)
    if not getattr(matrix, "is_Matrix", False):
        raise InputError(f"{what} takes a matrix, not the scalar {matrix}")
    return matrix


def as_square_operand(value: Any, what: str) -> Expr:
    """Take a value as a square matrix.

    :raises InputError: if it is not a matrix.
    :raises ShapeError: if it is not square.
    """
    matrix = as_matrix_operand(value, what)
    rows, cols = matrix.shape
    if not same_size(rows, cols):
        raise ShapeError(f"{what} takes a square matrix, but {matrix} is {rows}×{cols}")
    return matrix


def as_vector_operand(value: Any, what: str, instead: str = "") -> Expr:
    """Take a value as a column or a row.

    :param instead: what a message says may be written for a matrix.
    :raises InputError: if it is not a matrix.
    :raises ShapeError: if it is neither.
    """
    vector = as_matrix_operand(value, what)
    if 1 not in vector.shape:
        rows, cols = vector.shape
        raise ShapeError(f"{what} takes a vector, but {vector} is {rows}×{cols}{instead}")
    return vector


ALONG = "; say axis=1 for each row, axis=0 for each column"
"""What functions of vectors say of a matrix that can be taken apart into them."""


class AlongAxis(Node):
    """A function of each row of a matrix, axis 1 as in NumPy, or of each column, axis 0."""

    def __new__(cls, matrix: Any, axis: Any, *more: Any) -> Any:
        return super().__new__(cls, matrix, as_axis(axis, cls.__name__), *more)

    @property
    def axis(self) -> int:
        """1 where each row is taken for itself, 0 where each column is."""
        return int(self.args[1])


class OfLines(AlongAxis):
    """A number made of each row, a column, or of each column, a row."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.arg.shape
        return (rows, S.One) if self.axis else (S.One, cols)


def text_along(name: str) -> Callable[[Any, AlongAxis], str]:
    """How such a function is written: as it is typed."""
    return lambda p, node: f"{name}({p._print(node.arg)}, axis={node.axis})"


def tex_along(name: str) -> Callable[[Any, AlongAxis], str]:
    """How such a function is set: with rows or columns as an index."""
    return lambda p, node: p.call(
        rf"\operatorname{{{name}}}_{{{p.upright(('columns', 'rows')[node.axis])}}}", node.arg
    )
