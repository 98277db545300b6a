"""convolve(a, v) and circulant(c): products with a matrix in which a column is shifted."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, Tuple, ZeroMatrix
from sympy.core.symbol import Str

from derivlib.errors import InputError, ShapeError
from derivlib.expressions.construction import is_one, mul, split_coefficient, zeros
from derivlib.expressions.facets import (
    Absent,
    Call,
    Entries,
    Example,
    first_argument,
    tell,
)
from derivlib.expressions.shapes import shown_shape, stated
from derivlib.nodes.grid import Grid, column_grid
from derivlib.nodes.node import Node, as_matrix_operand

MODES = ("full", "same", "valid")
"""Which places of a convolution are kept, in NumPy's words."""


class Circulant(Node):
    """The circulant matrix of a column: each column is the one before, shifted by one."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        size = S(self.arg.shape[0])
        return size, size


class ConvolutionMatrix(Node):
    """The Toeplitz matrix whose product with a column is the convolution of two."""

    def __new__(cls, column: Any, cols: Any, mode: Any) -> Any:
        width = Tuple(*cols) if isinstance(cols, (tuple, Tuple)) else Tuple(cols)
        return super().__new__(cls, column, width, Str(str(mode)))

    @property
    def mode(self) -> str:
        """Which places are kept."""
        return str(self.args[2].name)

    @property
    def width(self) -> Expr:
        """How long the other column is."""
        return self.args[1][0]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return convolved_length(S(self.arg.shape[0]), self.width, self.mode), self.width


def circulant(column: Any) -> Expr:
    """The circulant matrix of a column (SciPy's name).

    Its first column is the one given, and each further one the one before, shifted by one place
    around. Its product with a column w is their circular convolution.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, explicit, norm
    >>> explicit(circulant(MatrixSymbol("c", 3, 1)))
    Matrix([
    [c[0, 0], c[2, 0], c[1, 0]],
    [c[1, 0], c[0, 0], c[2, 0]],
    [c[2, 0], c[1, 0], c[0, 0]]])
    >>> n = symbols("n", integer=True, positive=True)
    >>> c, w, y = (MatrixSymbol(name, n, 1) for name in "cwy")
    >>> gradient = derive(norm(circulant(c) * w - y)**2, c)
    >>> print(gradient)
    ∂L/∂c = 2*circulant(w)ᵀ*(circulant(c)*w - y)
    >>> gradient.verify({n: 4}).entries
    4

    ```

    Source: Golub & Van Loan (2013), section 4.8.

    :param column: a column.
    :returns: a square matrix.
    :raises InputError: if it is not a matrix.
    :raises ShapeError: if it is not a column.
    """
    return Circulant(_as_column(column, "circulant"))


def convolve(first: Any, second: Any, mode: str = "full") -> Expr:
    """The discrete convolution of two columns (NumPy's name), as the product of a matrix.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, norm
    >>> n, k = symbols("n k", integer=True, positive=True)
    >>> a, x, y = MatrixSymbol("a", k, 1), MatrixSymbol("x", n, 1), MatrixSymbol("y", n + k - 1, 1)
    >>> gradient = derive(norm(convolve(a, x) - y)**2, a)
    >>> print(gradient)
    ∂L/∂a = 2*convolution_matrix(x, k)ᵀ*(convolution_matrix(a, n)*x - y)
    >>> gradient.verify({n: 4, k: 3}).entries
    3

    ```

    :param first: a column.
    :param second: another column.
    :param mode: "full" for all places at which they overlap; "same" for as many as the longer
        one has; "valid" for those at which they overlap all the way. For the last two it has to
        be known which is longer.
    :returns: a column.
    :raises InputError: if one of them is not a matrix, or there is no such mode.
    :raises ShapeError: if one of them is not a column, or it is not known which is longer.
    """
    first, second = _as_column(first, "convolve"), _as_column(second, "convolve")
    size, width = S(first.shape[0]), S(second.shape[0])
    convolved_length(size, width, _as_mode(mode))
    return mul(convolution_matrix(first, width, mode), second)


def _as_column(value: Any, what: str) -> Expr:
    column = as_matrix_operand(value, what)
    if not is_one(column.shape[1]):
        turned = f"; write {column}.T" if is_one(column.shape[0]) else ""
        raise ShapeError(
            f"{what} takes a column, but {column} is {shown_shape(column.shape)}{turned}"
        )
    return column


def _as_mode(mode: Any) -> str:
    if mode not in MODES:
        raise InputError(f'mode of convolve is "full", "same" or "valid", not {mode!r}')
    return str(mode)


def convolved_length(first: Expr, second: Expr, mode: str) -> Expr:
    """How many places a convolution has.

    :raises ShapeError: if that depends on which column is longer, and this is not known.
    """
    if mode == "full":
        return first + second - 1
    gap = first - second
    if gap.is_nonnegative is None and gap.is_nonpositive is None:
        raise ShapeError(
            f'convolve with mode="{mode}" has to know which column is longer, and of {first} and '
            f"{second} it is not known; give numbers, or sizes such as {first} + {second}"
        )
    longer, shorter = (first, second) if gap.is_nonnegative else (second, first)
    return longer if mode == "same" else longer - shorter + 1


def circulant_matrix(column: Expr) -> Expr:
    """Make a circulant matrix in normal form; a coefficient comes out in front."""
    coefficient, column = split_coefficient(column)
    size = S(column.shape[0])
    if isinstance(column, ZeroMatrix):
        return zeros(size, size)
    return mul(coefficient, column if is_one(size) else Circulant(column))


def convolution_matrix(column: Expr, cols: Any, mode: Any) -> Expr:
    """Make the matrix of a convolution in normal form; a coefficient comes out in front."""
    coefficient, column = split_coefficient(column)
    node = ConvolutionMatrix(column, cols, mode)
    if isinstance(column, ZeroMatrix):
        return zeros(*node.shape)
    return mul(coefficient, column if is_one(node.width) else node)


def first_kept(first: int, second: int, mode: str) -> int:
    """The place of the full convolution that comes first."""
    shorter = min(first, second)
    return {"full": 0, "same": (shorter - 1) // 2, "valid": shorter - 1}[mode]


def _circulant_entries(_: Any, __: Any, c: Grid) -> Grid:
    size = column_grid(c, "circulant matrix").rows
    return Grid.of(size, size, lambda i, j: c[(i - j) % size, 0])


def _convolution_entries(calc: Any, node: ConvolutionMatrix, a: Grid) -> Grid:
    rows, cols = calc.shape(node)
    column_grid(a, "convolution")
    start, zero = first_kept(a.rows, cols, node.mode), calc.ring.number(S.Zero)

    def entry(i: int, j: int) -> Any:
        place = i + start - j
        return a[place, 0] if 0 <= place < a.rows else zero

    return Grid.of(rows, cols, entry)


def _circulant_on_arrays(on: Any, node: Circulant) -> Any:
    value = on.value(node.arg)[:, :, :, 0]
    shifted = [on.np.roll(value, k, axis=2) for k in range(value.shape[2])]
    return on.np.stack(shifted, axis=3)


def _convolution_on_arrays(on: Any, node: ConvolutionMatrix) -> Any:
    value, (rows, cols) = on.value(node.arg)[:, :, :, 0], on.shape(node)
    full = on.np.zeros((*value.shape[:2], value.shape[2] + cols - 1, cols), value.dtype)
    for j in range(cols):
        full[:, :, j : j + value.shape[2], j] = value
    start = first_kept(value.shape[2], cols, node.mode)
    return full[:, :, start : start + rows]


def _matrix_text(p: Any, node: ConvolutionMatrix, name: str) -> str:
    mode = f', "{node.mode}"' if node.mode != "full" else ""
    return f"{name}({p._print(node.arg)}, {p._print(node.width)}{mode})"


def _matrix_tex(p: Any, node: ConvolutionMatrix) -> str:
    mode = "" if node.mode == "full" else rf",\,{p.upright(node.mode)}"
    return p.call(rf"T_{{{p._print(node.width)}{mode}}}", node.arg)


_CIRCULANT = Call(
    '''
def circulant(c):
    """The matrix whose columns are c, shifted around by one place more each."""
    i = {lib}.arange(len(c))
    return c[(i[:, None] - i) % len(c)]
'''
)


def _numpy_circulant(p: Any, node: Circulant) -> str:
    of = p._module + "."
    roll, stack = p._module_format(of + "roll"), p._module_format(of + "hstack")
    return f"(lambda c: {stack}([{roll}(c, k, 0) for k in range(len(c))]))({p._print(node.arg)})"


def _circulant_example(w: Any, r: Any, c: Any, d: int) -> Any:
    return circulant(w.matrix(r, (), d))


tell(
    Circulant,
    text="circulant",
    shape=stated,
    normal=circulant_matrix,
    entries=Entries(_circulant_entries),
    arrays=_circulant_on_arrays,
    code=_CIRCULANT,
    numpy=_numpy_circulant,
    example=Example(_circulant_example, "square"),
    is_linear=True,
)

tell(
    ConvolutionMatrix,
    text=lambda p, node: _matrix_text(p, node, "convolution_matrix"),
    tex=_matrix_tex,
    shape=stated,
    normal=convolution_matrix,
    entries=Entries(_convolution_entries),
    arrays=_convolution_on_arrays,
    code="convolution_matrix",
    example=Absent("its shape is none of those that are asked for"),
    parts=first_argument,
    with_parts=lambda node, parts: convolution_matrix(parts[0], *node.args[1:]),
    sizes=lambda node: node.shape,
    is_atom=True,
    is_linear=True,
)
