"""Ways to write a matrix or a scalar with one operation on top.

Each is a function of the writer (see `generate`), of the sizes of the matrix to be written,
and of how many operations may nest below. Lists start with the simplest way, because
Hypothesis shrinks towards the first of what it chooses from.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Function, Integer, Lambda, MatrixSymbol
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import (
    MatrixFunction,
    diagonal_sums,
    logdet,
    logsumexp,
    norm,
    softmax,
    sum_entries,
    tril,
    triu,
    unvec,
    vec,
)

__all__ = ["ANY", "COLUMN", "ROW", "SCALAR", "SQUARE", "Size", "odd_matrix", "odd_scalar", "t"]

Writer = Any
Size = tuple[str, ...]
"""A size as the names whose product it is: () is 1, ("m", "n") is mn."""

t, z = sp.symbols("t z")

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
    """A matrix laid out anew: from the same shape, the transposed one, or a column."""
    whole = tuple(sorted(r + c))
    shapes = [(r, c), (c, r), (whole, ())]
    column = vec(w.matrix(*w.pick(shapes), d))
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
    return _on_diagonal(w, r, w.matrix(r, (), d) if not w.flip() else w.matrix((), r, d))


def _kept_diagonal(w: Writer, r: Size, c: Size, d: int) -> Any:
    return _on_diagonal(w, r, _diagonal(w, r, (), d))


def _on_diagonal(w: Writer, r: Size, vector: Any) -> Any:
    """A diagonal matrix; of zeros SymPy would make a zero in the shape of the vector."""
    return DiagMatrix(w.symbol("d", r, ()) if vector.has(sp.ZeroMatrix) else vector)


def _diagonal(w: Writer, r: Size, c: Size, d: int) -> Any:
    diagonal = sp.DiagonalOf(w.matrix(r, r, d))
    _ = diagonal.shape  # SymPy raises an error here if the matrix is explicit
    return diagonal


def _triangle(w: Writer, r: Size, c: Size, d: int) -> Any:
    return w.pick((tril, triu))(w.matrix(r, r, d))


def _sums_of_diagonals(w: Writer, r: Size, c: Size, d: int) -> Any:
    return diagonal_sums(w.matrix(r, r, d))


def _softmax_column(w: Writer, r: Size, c: Size, d: int) -> Any:
    return softmax(w.matrix(r, (), d))


def _softmax_row(w: Writer, r: Size, c: Size, d: int) -> Any:
    return softmax(w.matrix((), c, d))


def _vec(w: Writer, r: Size, c: Size, d: int) -> Any:
    i = w.below(len(r) + 1)
    return vec(w.matrix(r[:i], r[i:], d))


def odd_matrix(w: Writer, r: Size, c: Size, d: int) -> Any:
    return sp.Adjoint(w.matrix(c, r, d))


ANY = (
    _product, _product, _sum, _hadamard, _elementwise, _elementwise, _transpose, _scaled,
    _coefficient, _hadamard_power, _divided, _matrix_function, _vec_and_back, _kronecker,
    _row_times_column, _blocks,
)  # fmt: skip
SQUARE = (
    _matrix_power, _inverse, _diagonal_matrix, _kept_diagonal, _triangle, _sums_of_diagonals,
)  # fmt: skip
COLUMN = (_diagonal, _softmax_column, _vec)
ROW = (_softmax_row,)

# --- scalar operations ------------------------------------------------------------------


def _trace(w: Writer, d: int) -> Any:
    r = w.square()
    return sp.Trace(w.matrix(r, r, d))


def _determinant(w: Writer, d: int) -> Any:
    return sp.Determinant(w.positive_definite(w.square(), d))


def _entry(w: Writer, d: int) -> Any:
    r, c = w.square(), w.square()
    i, j = (w.below(w.sizes[s[0]]) if s else 0 for s in (r, c))
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


def odd_scalar(w: Writer, d: int) -> Any:
    way = w.below(4)
    if way == 3:
        r = w.square()
        return sp.Permanent(w.matrix(r, r, d))
    inner = w.scalar(d)
    return [sp.Abs, lambda x: sp.Max(x, Integer(0)), sp.conjugate][way](inner)


SCALAR = (
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
