"""Random expressions whose sizes fit, from the whole vocabulary, drawn by Hypothesis.

Each list of ways to write something starts with the simplest, because Hypothesis shrinks
towards the first of what it chooses from.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from traceback import walk_tb
from typing import Any

import sympy as sp
import ways
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.errors import UnsatisfiedAssumption
from limits import limited
from sympy import Function, Integer, MatrixSymbol, Symbol
from ways import Size, t

from derivlib import DerivlibError, norm

n, m, p = sp.symbols("n m p", integer=True, positive=True)
SIZES = {n: 3, m: 2, p: 4}

KINDS = (
    "scalar by scalar",
    "scalar by matrix",
    "matrix by scalar",
    "matrix by matrix",
    "hessian",
)
"""The kinds of derivatives in the layout table."""

RUNNING = KINDS
"""The kinds that are tested."""

UNSUPPORTED = (sp.conjugate, sp.adjoint, sp.Permanent, sp.Adjoint, sp.Sum)
"""Operations that no rule is for: refusing them is right where they vary.

A sum over an index is not written here; SymPy makes one of an entry of a product.
"""

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


_INTEGERS = [st.integers(0, k) for k in range(100)]


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
        self.sizes = {name: SIZES[size] for name, size in _BY_NAME.items()}

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
        sizes = [_BY_NAME[name] for name in names]
        return sp.Mul(*(SIZES[size] for size in sizes) if self.concrete else sizes)

    def function(self, names: tuple[str, ...]) -> Any:
        name = self.pick(names)
        return Function(name, commutative=True) if self.commutative else Function(name)

    def elementwise_function(self) -> Any:
        """A function of one scalar, defined everywhere."""
        function = self.pick(ways.FUNCTIONS)
        if function == "undefined":
            return Function(self.pick(("sigma", "tau")))
        return sp.Lambda(ways.z, sp.log(sp.cosh(ways.z))) if function is sp.log else function

    def known_function(self) -> Any:
        """A function of one scalar that SymPy knows."""
        return self.pick([sp.sin, sp.exp, sp.tanh, sp.cos])

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
        options = [self.leaf, *ways.ANY]
        if r == c:
            options += ways.SQUARE
        if c == ():
            options += ways.COLUMN
        if r == ():
            options += ways.ROW
        if (len(r) < 2 and len(c) < 2) and self.odd:
            options += [ways.odd_matrix]
        way = self.pick(options)
        if way == self.leaf:
            return self.leaf(r, c)
        expr = way(self, r, c, depth - 1)
        # SymPy gives a product with DiagMatrix(0) of a row the shape of the row.
        return expr if expr.shape == (self.size(r), self.size(c)) else self.leaf(r, c)

    def scalar(self, depth: int) -> Any:
        """A scalar expression."""
        self.budget -= 1
        if depth <= 0 or self.budget <= 0:
            if self.favoured.is_Matrix and not self.flip():
                i, j = (self.below(self.sizes[s[0]]) if s else 0 for s in self.favoured_names)
                return self.favoured[i, j]
            return self.pick([t, Integer(2), t**2, 1 / (1 + t**2), Symbol("a") * t])
        way = self.pick([*ways.SCALAR, *([ways.odd_scalar] if self.odd else [])])
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


_LONGEST = 5
"""How many seconds SymPy may take for it: it multiplies some inverses out."""

_NOT_REAL = (sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I, sp.arg, sp.re, sp.im)
"""What SymPy makes of a division by zero, and of functions it takes for complex."""


def _is_sympys(error: Exception, w: Writer) -> bool:
    """Return whether SymPy alone could not write something down, before the library saw it.

    It was then called by what writes expressions, and the library by neither.
    """
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    writes = [any(value is w for value in frame.f_locals.values()) for frame in frames]
    below = frames[len(writes) - writes[::-1].index(True) :] if any(writes) else frames
    modules = {str(frame.f_globals.get("__name__")).partition(".")[0] for frame in below}
    return "sympy" in modules and "derivlib" not in modules


def _fits(product: Any) -> bool:
    """Return whether the sizes of the factors fit, wherever SymPy took the product from."""
    factors = [factor for factor in product.args if factor.is_Matrix]
    return all(left.shape[1] == right.shape[0] for left, right in pairwise(factors))


def _written(w: Writer, kind: str, depth: int) -> Any:
    """An expression of a kind."""
    if kind.startswith("matrix"):
        return w.anything(depth)
    return w.matrix((), (), depth) if w.below(8) == 7 else w.scalar(depth)


@st.composite
def examples(draw: Callable[[Any], Any], kind: str) -> Example:
    """An expression with what to differentiate it by.

    :param kind: one of :data:`KINDS`.
    """
    w = Writer(draw)
    w.choose_variable(matrix="by matrix" in kind or kind == "hessian")
    depth = w.pick(_DEPTHS if kind != "hessian" else _DEPTHS[:3])
    try:
        with limited(_LONGEST, TimeoutError):
            expr = _written(w, kind, depth)
    except (TimeoutError, RecursionError, DerivlibError) as error:
        raise UnsatisfiedAssumption from error
    except Exception as error:
        if _is_sympys(error, w):
            raise UnsatisfiedAssumption from error
        raise
    assume(not expr.has(*_NOT_REAL))
    # SymPy takes traces and inverses of Kronecker products factor by factor, square or not.
    whole = [*expr.atoms(sp.Trace), *expr.atoms(sp.Inverse)]
    assume(all(operator.eq(*node.arg.shape) for node in whole))
    # It writes the absolute value of a row as a root of a product that has no value.
    assume(all(map(_fits, expr.atoms(sp.MatMul))))
    return Example(kind, expr, w.favoured)
