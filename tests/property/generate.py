"""Random expressions whose sizes fit, from the whole vocabulary, drawn by Hypothesis.

Each list of ways to write something starts with the simplest, because Hypothesis shrinks
towards the first of what it chooses from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.errors import UnsatisfiedAssumption
from sympy import Function, Integer, Lambda, MatrixSymbol, Symbol
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import (
    MatrixFunction,
    logdet,
    logsumexp,
    norm,
    softmax,
    sum_entries,
    unvec,
    vec,
)

__all__ = ["KINDS", "RUNNING", "SIZES", "UNFINISHED", "UNSUPPORTED", "Example", "examples"]

n, m, p = sp.symbols("n m p", integer=True, positive=True)
SIZES = {n: 3, m: 2, p: 4}
t, z = Symbol("t"), Symbol("z")

KINDS = (
    "scalar by scalar",
    "scalar by matrix",
    "matrix by scalar",
    "matrix by matrix",
    "hessian",
)
"""The kinds of derivatives in the layout table."""

RUNNING = KINDS[:2]
"""The kinds that are tested."""

UNSUPPORTED = (sp.Abs, sp.Max, sp.conjugate, sp.Permanent, sp.Adjoint, sp.Sum)
"""Operations that no rule is for: refusing them is right where they vary.

A sum over an index is not written here; SymPy makes one of an entry of a product.
"""

UNFINISHED = (sp.KroneckerProduct, sp.BlockMatrix, sp.ImmutableDenseMatrix)
"""Operations of the contract that may still be refused; to be emptied."""

Size = tuple[str, ...]
"""A size as the names whose product it is: () is 1, ("m", "n") is mn."""

_DEPTHS = (1, 2, 3, 4, 5, 6, 6, 5, 4, 3)
"""How deep operations nest at most; deep ones are more likely."""

_DIMENSIONS: tuple[Size, ...] = (("n",), ("m",), ("p",), ())
_STEMS = ("X", "Y", "A", "N", "S")
_BY_NAME = {"n": n, "m": m, "p": p}


@dataclass(frozen=True)
class Example:
    """What is to be differentiated, by what, and what kind of derivative that is."""

    kind: str
    expr: Any
    wrt: Any

    def __repr__(self) -> str:
        return f"{self.kind}: d({self.expr}) by {self.wrt} {getattr(self.wrt, 'shape', '')}"


_INTEGERS = [st.integers(0, k) for k in range(40)]


class Writer:
    """Writes expressions, asking Hypothesis at each choice.

    :param draw: Hypothesis's draw.
    """

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.concrete = self.flip()
        self.commutative = not self.flip()
        self.odd = self.below(20) == 19
        self.budget = 5 + self.below(25)
        self.favoured: Any = t

    # --- choices ------------------------------------------------------------------------

    def below(self, limit: int) -> int:
        return self.draw(_INTEGERS[limit - 1]) if limit > 1 else 0

    def flip(self) -> bool:
        return bool(self.below(2))

    def pick(self, options: Any) -> Any:
        return options[self.below(len(options))]

    def dimension(self) -> Size:
        if self.below(12) == 11:
            return tuple(sorted(self.pick(_DIMENSIONS[:3]) + self.pick(_DIMENSIONS[:3])))
        return self.pick(_DIMENSIONS)

    def square(self) -> Size:
        return self.pick(_DIMENSIONS)

    def size(self, names: Size) -> Any:
        product = sp.Mul(*(_BY_NAME[name] for name in names))
        return product.subs(SIZES) if self.concrete else product

    def function(self, names: tuple[str, ...]) -> Any:
        name = self.pick(names)
        return Function(name, commutative=True) if self.commutative else Function(name)

    # --- leaves -------------------------------------------------------------------------

    def symbol(self, stem: str, r: Size, c: Size) -> Any:
        name = f"{stem}_{''.join(r) or 1}x{''.join(c) or 1}"
        return MatrixSymbol(name, self.size(r), self.size(c))

    def choose_variable(self, matrix: bool) -> None:
        """Choose what is differentiated by."""
        self.favoured_names = self.pick(_DIMENSIONS), self.pick(_DIMENSIONS)
        self.favoured = self.symbol(self.pick(_STEMS), *self.favoured_names) if matrix else t

    def leaf(self, r: Size, c: Size) -> Any:
        """A matrix without operations, or with no more than lead to the variable."""
        rows, cols = self.size(r), self.size(c)
        way = self.below(10)
        if way < 6:
            return self.varying(r, c)
        if way == 6 and self.concrete and rows * cols <= 16:
            return sp.ImmutableMatrix(
                rows, cols, lambda i, j: Integer((3 * i + 5 * j * j + i * j) % 7 - 2)
            )
        if way == 7:
            return sp.Identity(rows) if r == c else sp.OneMatrix(rows, cols)
        if way == 8:
            return sp.ZeroMatrix(rows, cols) if self.flip() else sp.OneMatrix(rows, cols)
        return self.symbol(self.pick(_STEMS), r, c)

    def varying(self, r: Size, c: Size) -> Any:
        """A matrix of that shape that depends on the variable."""
        X = self.favoured
        if not X.is_Matrix:
            constant = self.symbol("A", r, c)
            if self.concrete and self.below(8) == 7 and len(r) < 2 and len(c) < 2:
                return sp.ImmutableMatrix(
                    self.size(r), self.size(c), lambda i, j: (i + 1) * t**j - i
                )
            return X * constant
        rows, cols = self.favoured_names
        if (r, c) == (rows, cols):
            return X
        if (c, r) == (rows, cols):
            return X.T
        left = [] if r == rows else [self.symbol("B", r, rows)]
        right = [] if c == cols else [self.symbol("B", cols, c)]
        return sp.MatMul(*left, X, *right)

    # --- matrices -----------------------------------------------------------------------

    def matrix(self, r: Size, c: Size, depth: int) -> Any:
        """A matrix expression of a given shape."""
        self.budget -= 1
        if depth <= 0 or self.budget <= 0:
            return self.leaf(r, c)
        ways = [self.leaf, *_ANY]
        if r == c:
            ways += _SQUARE
        if c == ():
            ways += _COLUMN
        if r == ():
            ways += _ROW
        if (len(r) < 2 and len(c) < 2) and self.odd:
            ways += [_odd_matrix]
        way = self.pick(ways)
        return self.leaf(r, c) if way == self.leaf else way(self, r, c, depth - 1)

    def scalar(self, depth: int) -> Any:
        """A scalar expression."""
        self.budget -= 1
        if depth <= 0 or self.budget <= 0:
            if self.favoured.is_Matrix and not self.flip():
                i, j = (self.below(SIZES[_BY_NAME[s[0]]]) if s else 0 for s in self.favoured_names)
                return self.favoured[i, j]
            return self.pick([t, Integer(2), t**2, 1 / (1 + t**2), Symbol("a") * t])
        way = self.pick([*_SCALAR, *([_odd_scalar] if self.odd else [])])
        return way(self, depth - 1)

    def anything(self, depth: int) -> Any:
        """A matrix expression of any shape."""
        return self.matrix(self.dimension(), self.dimension(), depth)

    def positive_definite(self, r: Size, depth: int) -> Any:
        """A square matrix that is likely to be invertible, with a positive determinant."""
        way = self.below(4)
        unit = sp.Identity(self.size(r))
        if way == 0:
            return self.varying(r, r)
        if way == 1:
            return 2 * unit + self.matrix(r, r, depth)
        if way == 2:
            inner = self.matrix(self.dimension(), r, depth)
            return unit + inner.T * inner
        return self.matrix(r, r, depth)

    def positive(self, depth: int) -> Any:
        """A scalar that is positive."""
        way = self.below(4)
        if way == 0:
            return norm(self.anything(depth))
        if way == 1:
            inner = self.anything(depth)
            return sp.Trace(inner.T * inner)
        return 1 + self.scalar(depth) ** 2 if way == 2 else sp.exp(self.scalar(depth))


# --- matrix operations ------------------------------------------------------------------


def _product(w: Writer, r: Size, c: Size, d: int) -> Any:
    inner = w.dimension()
    return w.matrix(r, inner, d) * w.matrix(inner, c, d)


def _sum(w: Writer, r: Size, c: Size, d: int) -> Any:
    second = w.matrix(r, c, d)
    return w.matrix(r, c, d) - second if w.flip() else w.matrix(r, c, d) + second


def _hadamard(w: Writer, r: Size, c: Size, d: int) -> Any:
    return sp.HadamardProduct(*(w.matrix(r, c, d) for _ in range(2 + w.below(2))))


def _hadamard_power(w: Writer, r: Size, c: Size, d: int) -> Any:
    exponent = w.pick([2, 3, -1, -2])
    base = w.matrix(r, c, d)
    return sp.HadamardPower(base if exponent > 0 or w.flip() else base.applyfunc(sp.exp), exponent)


def _elementwise(w: Writer, r: Size, c: Size, d: int) -> Any:
    function = w.pick(_FUNCTIONS)
    argument = w.matrix(r, c, d)
    if function == "undefined":
        return argument.applyfunc(Function(w.pick(("sigma", "tau"))))
    if function is sp.log:
        argument = argument.applyfunc(sp.cosh)
    return argument.applyfunc(function)


_FUNCTIONS = (
    "undefined",
    sp.sin,
    sp.tanh,
    sp.exp,
    Lambda(z, z**3 - z),
    Lambda(z, t * z),
    Lambda(z, sp.sin(t * z) + z**2),
    Lambda(z, 1 / (1 + sp.exp(-z))),
    sp.log,
    Lambda(z, sp.atan(z) * Function("sigma")(z)),
    Lambda(z, t**2 + 1),
)


def _scaled(w: Writer, r: Size, c: Size, d: int) -> Any:
    return w.pick([2, -1, t, sp.Rational(1, 3), -t]) * w.matrix(r, c, d)


def _coefficient(w: Writer, r: Size, c: Size, d: int) -> Any:
    return w.scalar(d) * w.matrix(r, c, d)


def _divided(w: Writer, r: Size, c: Size, d: int) -> Any:
    return w.matrix(r, c, d) / w.positive(d)


def _matrix_function(w: Writer, r: Size, c: Size, d: int) -> Any:
    nu = MatrixFunction(w.pick(("nu", "phi")), (w.size(r), w.size(c)))
    ways = [lambda: (w.anything(d),), lambda: (w.anything(d), w.anything(d)),
            lambda: (w.scalar(d),), lambda: (w.anything(d), w.scalar(d))]  # fmt: skip
    return nu(*w.pick(ways)())


def _transpose(w: Writer, r: Size, c: Size, d: int) -> Any:
    return w.matrix(c, r, d).T


def _vec_and_back(w: Writer, r: Size, c: Size, d: int) -> Any:
    inner = w.matrix(r, c, d)
    whole = tuple(sorted(r + c))
    column = vec(inner)
    if w.flip() and len(whole) < 3:
        column = w.symbol("K", whole, whole) * column
    return unvec(column, (w.size(r), w.size(c)))


def _kronecker(w: Writer, r: Size, c: Size, d: int) -> Any:
    if len(r) + len(c) > 3:
        return w.leaf(r, c)
    i, j = w.below(len(r) + 1), w.below(len(c) + 1)
    return sp.KroneckerProduct(w.matrix(r[:i], c[:j], d), w.matrix(r[i:], c[j:], d))


def _blocks(w: Writer, r: Size, c: Size, d: int) -> Any:
    """Left or right part of a matrix of blocks side by side."""
    second = w.dimension()
    row = sp.BlockMatrix([[w.matrix(r, c, d), w.matrix(r, second, d)]])
    width = w.size(c) + w.size(second)
    return row * MatrixSymbol(f"J_{''.join(c) or 1}{''.join(second) or 1}", width, w.size(c))


def _row_times_column(w: Writer, r: Size, c: Size, d: int) -> Any:
    """An outer product, or the sum of a matrix with a repeated bias."""
    if w.flip():
        return w.matrix(r, c, d) + w.matrix(r, (), d) * sp.OneMatrix(1, w.size(c))
    return w.matrix(r, (), d) * w.matrix((), c, d)


def _matrix_power(w: Writer, r: Size, c: Size, d: int) -> Any:
    exponent = w.pick([2, 3, -1, -2])
    base = w.matrix(r, r, d) if exponent > 0 else w.positive_definite(r, d)
    return base**exponent


def _inverse(w: Writer, r: Size, c: Size, d: int) -> Any:
    return sp.Inverse(w.positive_definite(r, d))


def _diagonal_matrix(w: Writer, r: Size, c: Size, d: int) -> Any:
    return DiagMatrix(w.matrix(r, (), d) if not w.flip() else w.matrix((), r, d))


def _kept_diagonal(w: Writer, r: Size, c: Size, d: int) -> Any:
    return DiagMatrix(sp.DiagonalOf(w.matrix(r, r, d)))


def _diagonal(w: Writer, r: Size, c: Size, d: int) -> Any:
    return sp.DiagonalOf(w.matrix(r, r, d))


def _softmax_column(w: Writer, r: Size, c: Size, d: int) -> Any:
    return softmax(w.matrix(r, (), d))


def _softmax_row(w: Writer, r: Size, c: Size, d: int) -> Any:
    return softmax(w.matrix((), c, d))


def _vec(w: Writer, r: Size, c: Size, d: int) -> Any:
    i = w.below(len(r) + 1)
    return vec(w.matrix(r[:i], r[i:], d))


def _odd_matrix(w: Writer, r: Size, c: Size, d: int) -> Any:
    return sp.Adjoint(w.matrix(c, r, d))


_ANY = (
    _product, _product, _sum, _hadamard, _elementwise, _elementwise, _transpose, _scaled,
    _coefficient, _hadamard_power, _divided, _matrix_function, _vec_and_back, _kronecker,
    _row_times_column, _blocks,
)  # fmt: skip
_SQUARE = (_matrix_power, _inverse, _diagonal_matrix, _kept_diagonal)
_COLUMN = (_diagonal, _softmax_column, _vec)
_ROW = (_softmax_row,)

# --- scalar operations ------------------------------------------------------------------


def _trace(w: Writer, d: int) -> Any:
    r = w.square()
    return sp.Trace(w.matrix(r, r, d))


def _determinant(w: Writer, d: int) -> Any:
    return sp.Determinant(w.positive_definite(w.square(), d))


def _entry(w: Writer, d: int) -> Any:
    r, c = w.square(), w.square()
    i, j = (w.below(SIZES[_BY_NAME[s[0]]]) if s else 0 for s in (r, c))
    return MatrixElement(w.matrix(r, c, d), i, j)


def _abstract(w: Writer, d: int) -> Any:
    ways = [lambda: (w.anything(d),), lambda: (w.anything(d), w.anything(d)),
            lambda: (w.anything(d), w.scalar(d))]  # fmt: skip
    return w.function(("lambda", "mu"))(*w.pick(ways)())


def _scalar_abstract(w: Writer, d: int) -> Any:
    arguments = [w.scalar(d) for _ in range(1 + w.below(2))]
    return w.function(("f", "g", "sigma"))(*arguments)


def _known(w: Writer, d: int) -> Any:
    return w.pick([sp.sin, sp.exp, sp.tanh, sp.cos])(w.scalar(d))


def _power(w: Writer, d: int) -> Any:
    return w.scalar(d) ** w.pick([2, 3, -1, -2])


def _odd_scalar(w: Writer, d: int) -> Any:
    way = w.below(4)
    if way == 3:
        r = w.square()
        return sp.Permanent(w.matrix(r, r, d))
    inner = w.scalar(d)
    return [sp.Abs, lambda x: sp.Max(x, Integer(0)), sp.conjugate][way](inner)


_SCALAR = (
    _trace, _trace,
    lambda w, d: sum_entries(w.anything(d)),
    lambda w, d: sum_entries(w.anything(d)),
    _abstract, _abstract,
    lambda w, d: w.scalar(d) * w.scalar(d),
    lambda w, d: w.scalar(d) + w.scalar(d),
    lambda w, d: norm(w.anything(d)),
    _determinant,
    lambda w, d: logdet(w.positive_definite(w.square(), d)),
    lambda w, d: logsumexp(w.matrix(w.dimension(), (), d)),
    lambda w, d: logsumexp(w.matrix((), w.dimension(), d)),
    _entry, _scalar_abstract, _known, _power,
    lambda w, d: w.scalar(d) / w.positive(d),
    lambda w, d: sp.log(w.positive(d)),
    lambda w, d: sp.sqrt(w.positive(d)),
)  # fmt: skip


_WRITING = (NotImplementedError, AttributeError, TypeError, ValueError, AssertionError)
"""What SymPy raises where it cannot write something down, before the library sees it."""

_NO_NUMBERS = (sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I)
"""What comes of a division by a scalar that is always zero."""


@st.composite
def examples(draw: Callable[[Any], Any], kind: str) -> Example:
    """An expression with what to differentiate it by.

    :param kind: one of :data:`KINDS`.
    """
    w = Writer(draw)
    w.choose_variable(matrix="by matrix" in kind or kind == "hessian")
    depth = w.pick(_DEPTHS if kind != "hessian" else _DEPTHS[:3])
    try:
        if kind.startswith("matrix"):
            expr = w.anything(depth)
        elif w.below(8) == 7:
            expr = w.matrix((), (), depth)
        else:
            expr = w.scalar(depth)
    except _WRITING as error:
        raise UnsatisfiedAssumption from error
    assume(not expr.has(*_NO_NUMBERS))
    return Example(kind, expr, w.favoured)
