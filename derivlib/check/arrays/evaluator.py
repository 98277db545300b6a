"""The values of expressions on NumPy's arrays, with their derivatives along directions.

Every node is a function of jets. Derivatives come from their arithmetic, those of abstract
functions from their concrete definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from itertools import permutations, product
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from derivlib import nodes as words
from derivlib.check.arrays.conditions import holds
from derivlib.check.arrays.constants import basis, commutation, same_diagonal
from derivlib.check.arrays.elementary import EXP, LOG, derivatives_of, power
from derivlib.check.arrays.jets import (
    Array,
    Jet,
    apply,
    bilinear,
    constant,
    determinant,
    inverse,
    matmul,
    reciprocal,
    times,
)
from derivlib.check.arrays.ridges import ridges
from derivlib.errors import UnsupportedError

__all__ = ["Evaluator"]


class Evaluator:
    """Evaluates expressions at one point.

    :param sizes: a positive integer for each symbol that stands in a shape.
    :param values: a jet for each symbol.
    :param like: the first two axes of the jets: number of parts, number of directions.
    :param dtype: the precision.
    :param definitions: expressions to put in for symbols, such as N = XW.
    """

    def __init__(
        self,
        sizes: Mapping[Any, int],
        values: Mapping[Any, Jet],
        like: tuple[int, int],
        *,
        dtype: Any = np.longdouble,
        definitions: Mapping[Any, Any] | None = None,
    ) -> None:
        self.sizes = dict(sizes)
        self.like = like
        self.dtype = dtype
        self.definitions = dict(definitions or {})
        self.known: dict[Any, Jet] = dict(values)

    def size(self, size: Any) -> int:
        """The value of a size."""
        return int(sp.sympify(size).xreplace({s: sp.Integer(v) for s, v in self.sizes.items()}))

    def shape(self, expr: Any) -> tuple[int, int]:
        """Rows and columns of a matrix expression; 1×1 for a scalar."""
        if not expr.is_Matrix:
            return 1, 1
        rows, cols = expr.shape
        return self.size(rows), self.size(cols)

    def number(self, value: Any) -> Jet:
        """A constant."""
        return constant(value, self.like, self.dtype)

    def value(self, expr: Any) -> Jet:
        """The value of an expression.

        :raises NoValue: where it has none.
        :raises UnsupportedError: for a node that is not part of the vocabulary.
        """
        found = self.known.get(expr)
        if found is None:
            found = self.known[expr] = self._value(expr)
            nested = isinstance(expr, _PARTIALS) and isinstance(expr.args[0], _PARTIALS)
            if not nested and found.shape[2:] != self.shape(expr):
                raise ValueError(f"{expr} is said to be {self.shape(expr)}, not {found.shape[2:]}")
        return found

    def _value(self, expr: Any) -> Jet:
        if expr in self.definitions:
            return self.value(self.definitions[expr])
        if expr in self.sizes:
            return self.number(self.sizes[expr])
        if expr.is_Number or isinstance(expr, sp.NumberSymbol):
            if expr.is_Rational:
                return self.number(np.longdouble(expr.p) / np.longdouble(expr.q))
            return self.number(float(expr))
        for kind, method in _NODES.items():
            if isinstance(expr, kind):
                return method(self, expr)
        if isinstance(expr, sp.Function) and len(expr.args) == 1:
            return apply(derivatives_of(expr.func), self.value(expr.args[0]))
        raise UnsupportedError(f'{type(expr).__name__} in "{expr}" has no value on arrays')

    def all_of(self, parts: Iterable[Any]) -> list[Jet]:
        """The values of several expressions."""
        return [self.value(part) for part in parts]

    # --- leaves -------------------------------------------------------------------------

    def _ones(self, expr: Any) -> Jet:
        return self.number(np.ones(self.shape(expr)))

    def _zeros(self, expr: Any) -> Jet:
        return self.number(np.zeros(self.shape(expr)))

    def _identity(self, expr: Any) -> Jet:
        return self.number(np.eye(self.shape(expr)[0]))

    def _single(self, expr: Any) -> Jet:
        value = np.zeros(self.shape(expr))
        value[tuple(map(self.size, expr.position))] = 1
        return self.number(value)

    def _commutation(self, expr: Any) -> Jet:
        return self.number(commutation(*map(self.size, expr.args)))

    def _basis(self, expr: Any) -> Jet:
        return self.number(basis(expr.structure, self.size(expr.size)))

    def _lower(self, expr: Any) -> Jet:
        return np.tril(self.value(expr.args[0]))

    def _upper(self, expr: Any) -> Jet:
        return np.triu(self.value(expr.args[0]))

    def _diagonal_sums(self, expr: Any) -> Jet:
        value = self.value(expr.args[0])
        stacked = value.swapaxes(2, 3).reshape(*self.like, -1, 1)
        summed = same_diagonal(value.shape[2]) @ stacked
        return _laid_out(summed, value.shape[2:])

    def _explicit(self, expr: Any) -> Jet:
        rows = [
            np.concatenate([self.value(expr[i, j]) for j in range(expr.shape[1])], axis=3)
            for i in range(expr.shape[0])
        ]
        return np.concatenate(rows, axis=2)

    def _block(self, expr: Any) -> Jet:
        blocks = expr.args[0]
        rows = [
            np.concatenate([self.value(blocks[i, j]) for j in range(blocks.shape[1])], axis=3)
            for i in range(blocks.shape[0])
        ]
        return np.concatenate(rows, axis=2)

    def _block_diagonal(self, expr: Any) -> Jet:
        parts = self.all_of(expr.args)
        rows, cols = (sum(part.shape[axis] for part in parts) for axis in (2, 3))
        whole = self.number(np.zeros((rows, cols)))
        i = j = 0
        for part in parts:
            whole[:, :, i : i + part.shape[2], j : j + part.shape[3]] = part
            i, j = i + part.shape[2], j + part.shape[3]
        return whole

    # --- sums and products --------------------------------------------------------------

    def _sum(self, expr: Any) -> Jet:
        return reduce(np.add, self.all_of(expr.args))

    def _product(self, expr: Any) -> Jet:
        scalars = self.all_of(arg for arg in expr.args if not arg.is_Matrix)
        matrices = self.all_of(arg for arg in expr.args if arg.is_Matrix)
        parts = [reduce(matmul, matrices)] if matrices else []
        return reduce(times, [*scalars, *parts])

    def _hadamard(self, expr: Any) -> Jet:
        return reduce(times, self.all_of(expr.args))

    def _kronecker(self, expr: Any) -> Jet:
        return reduce(lambda a, b: bilinear(_kron, a, b), self.all_of(expr.args))

    def _matrix_power(self, expr: Any) -> Jet:
        base, exponent = self.value(expr.args[0]), int(expr.args[1])
        if exponent < 0:
            base, exponent = inverse(base), -exponent
        return reduce(matmul, [base] * exponent, self.number(np.eye(base.shape[-1])))

    def _entry_power(self, expr: Any) -> Jet:
        base = self.value(expr.args[0])
        exponent = expr.args[1]
        if exponent.is_Integer:
            if exponent < 0:
                base = reciprocal(base)
            one = self.number(np.ones(base.shape[2:]))
            return reduce(times, [base] * abs(int(exponent)), one)
        if exponent.is_Rational:
            return apply(power(float(exponent)), base)
        height = times(self.value(exponent), apply(LOG, base))
        return apply(EXP, height)

    def _inner(self, expr: Any) -> Jet:
        left, right = self.all_of(expr.args)
        return times(left, right).sum(axis=(2, 3), keepdims=True)

    def _index_sum(self, expr: Any) -> Jet:
        """A sum over indices, as SymPy makes one of an entry of a product."""
        indices = [index for index, _, _ in expr.args[1:]]
        ranges = [range(self.size(a), self.size(b) + 1) for _, a, b in expr.args[1:]]
        terms = (
            self.value(expr.args[0].xreplace(dict(zip(indices, map(sp.Integer, at), strict=True))))
            for at in product(*ranges)
        )
        return reduce(np.add, terms)

    def _delta(self, expr: Any) -> Jet:
        i, j = map(self.size, expr.args[:2])
        return self.number(float(i == j))

    # --- what has no rule, but may be constant ------------------------------------------

    def _as_it_is(self, expr: Any) -> Jet:
        return self.value(expr.args[0])

    def _largest(self, expr: Any) -> Jet:
        return reduce(lambda a, b: np.where(a[0] >= b[0], a, b), self.all_of(expr.args))

    def _smallest(self, expr: Any) -> Jet:
        return reduce(lambda a, b: np.where(a[0] <= b[0], a, b), self.all_of(expr.args))

    def _choice(self, expr: Any) -> Jet:
        """The first of several values whose condition holds."""
        *others, last = expr.args
        result = self.value(last[0])
        for value, condition in reversed(others):
            result = np.where(holds(condition, self.value), self.value(value), result)
        return result

    def _magnitude(self, expr: Any) -> Jet:
        value = self.value(expr.args[0])
        return np.where(value[0] >= 0, value, -value)

    def _permanent(self, expr: Any) -> Jet:
        value = self.value(expr.args[0])
        places = range(value.shape[2])
        entries = {(i, j): value[:, :, i : i + 1, j : j + 1] for i, j in product(places, places)}
        ways = permutations(places)
        terms = (reduce(times, [entries[place] for place in enumerate(way)]) for way in ways)
        return reduce(np.add, terms)

    # --- one matrix ---------------------------------------------------------------------

    def _transpose(self, expr: Any) -> Jet:
        return self.value(expr.args[0]).swapaxes(2, 3)

    def _inverse(self, expr: Any) -> Jet:
        return inverse(self.value(expr.args[0]))

    def _trace(self, expr: Any) -> Jet:
        return np.trace(self.value(expr.args[0]), axis1=2, axis2=3)[..., None, None]

    def _determinant(self, expr: Any) -> Jet:
        return determinant(self.value(expr.args[0]))

    def _logdet(self, expr: Any) -> Jet:
        return apply(LOG, determinant(self.value(expr.args[0])))

    def _total(self, expr: Any) -> Jet:
        return self.value(expr.args[0]).sum(axis=(2, 3), keepdims=True)

    def _norm(self, expr: Any) -> Jet:
        value = self.value(expr.args[0])
        return apply(power(0.5), times(value, value).sum(axis=(2, 3), keepdims=True))

    def _exponentials(self, expr: Any) -> tuple[Jet, Jet]:
        value = apply(EXP, self.value(expr.args[0]))
        return value, value.sum(axis=(2, 3), keepdims=True)

    def _softmax(self, expr: Any) -> Jet:
        value, total = self._exponentials(expr)
        return times(value, reciprocal(total))

    def _logsumexp(self, expr: Any) -> Jet:
        return apply(LOG, self._exponentials(expr)[1])

    def _vec(self, expr: Any) -> Jet:
        value = self.value(expr.args[0])
        return _laid_out(value, (value.shape[2] * value.shape[3], 1))

    def _unvec(self, expr: Any) -> Jet:
        return _laid_out(self.value(expr.args[0]), self.shape(expr))

    def _diagonal_matrix(self, expr: Any) -> Jet:
        value = self.value(expr.args[0])
        value = value.reshape(*self.like, -1, 1)
        return value * np.eye(value.shape[2])

    def _diagonal(self, expr: Any) -> Jet:
        return np.diagonal(self.value(expr.args[0]), axis1=2, axis2=3)[..., None]

    def _element(self, expr: Any) -> Jet:
        i, j = map(self.size, expr.args[1:])
        return self.value(expr.args[0])[:, :, i : i + 1, j : j + 1]

    def _elementwise(self, expr: Any) -> Jet:
        function, argument = expr.args[0], self.value(expr.args[1])
        (variable,) = function.variables
        outside = {s: self.value(s) for s in function.expr.free_symbols if s != variable}
        inside = _Entrywise(
            self.sizes, {**outside, variable: argument}, self.like, dtype=self.dtype
        )
        return inside.value(function.expr) + self.number(np.zeros(argument.shape[2:]))

    # --- abstract functions -------------------------------------------------------------

    def _partial(self, expr: Any) -> Jet:
        """A partial derivative of any order, nodes nested in the order of differentiation."""
        node = expr
        moving: list[int] = []
        kinds: list[Any] = []
        while isinstance(node, _PARTIALS):
            moving.insert(0, int(node.args[1]))
            kinds.insert(0, type(node))
            node = node.args[0]
        first = moving
        if isinstance(node, words.MatrixFunctionApplication):
            name, arguments, shape = node.name, node.arguments, self.shape(node)
        else:
            name, arguments, shape = type(node).__name__, node.args, (1, 1)
            order = getattr(type(node), "prime_order", 0)
            if order:
                name, moving = type(node).derivative_of.__name__, [0] * order + moving
        points = self.all_of(arguments)
        sizes = tuple(point.shape[2] * point.shape[3] for point in points)
        values = ridges(name, shape[0] * shape[1], sizes).partial(points, moving)
        for kind, position in zip(kinds, first, strict=True):
            if kind is words.Gradient:
                shape = points[position].shape[2:]
            elif kind is words.Jacobian:
                shape = shape[0] * shape[1], sizes[position]
        return _laid_out(values, shape)


class _Entrywise(Evaluator):
    """Evaluates the body of a function of one scalar for all entries of a matrix at once."""

    def value(self, expr: Any) -> Jet:
        found = self.known.get(expr)
        return self._value(expr) if found is None else found

    def _partial(self, expr: Any) -> Jet:
        name, order = type(expr).__name__, getattr(type(expr), "prime_order", 0)
        if order:
            name = type(expr).derivative_of.__name__
        return ridges(name, 1, (1,)).entrywise(self.value(expr.args[0]), order)


def _kron(a: Array, b: Array) -> Array:
    blocks = np.einsum("dij,dkl->dikjl", a, b)
    return blocks.reshape(a.shape[0], a.shape[1] * b.shape[1], a.shape[2] * b.shape[2])


def _laid_out(value: Jet, shape: tuple[int, int]) -> Jet:
    """The same entries in another shape, column after column."""
    rows, cols = shape
    return value.swapaxes(2, 3).reshape(*value.shape[:2], cols, rows).swapaxes(2, 3)


_PARTIALS = (words.Gradient, words.Jacobian, words.MatrixPartial, words.ScalarPartial)

_NODES: dict[Any, Callable[[Any, Any], Jet]] = {
    (sp.Identity,): Evaluator._identity,
    (sp.ZeroMatrix,): Evaluator._zeros,
    (sp.OneMatrix,): Evaluator._ones,
    (words.SingleEntry,): Evaluator._single,
    (MatrixBase,): Evaluator._explicit,
    (sp.BlockDiagMatrix,): Evaluator._block_diagonal,
    (sp.BlockMatrix,): Evaluator._block,
    (sp.Add, sp.MatAdd): Evaluator._sum,
    (sp.Mul, sp.MatMul): Evaluator._product,
    (sp.HadamardProduct,): Evaluator._hadamard,
    (sp.HadamardPower, sp.Pow): Evaluator._entry_power,
    (sp.KroneckerProduct,): Evaluator._kronecker,
    (sp.Inverse,): Evaluator._inverse,
    (sp.MatPow,): Evaluator._matrix_power,
    (sp.Transpose, sp.Adjoint): Evaluator._transpose,
    (sp.Sum,): Evaluator._index_sum,
    (sp.KroneckerDelta,): Evaluator._delta,
    (sp.conjugate, sp.adjoint): Evaluator._as_it_is,
    (sp.Max,): Evaluator._largest,
    (sp.Min,): Evaluator._smallest,
    (sp.Piecewise,): Evaluator._choice,
    (sp.Abs,): Evaluator._magnitude,
    (sp.Permanent,): Evaluator._permanent,
    (sp.Trace,): Evaluator._trace,
    (sp.Determinant,): Evaluator._determinant,
    (words.LogDet,): Evaluator._logdet,
    (words.SumEntries,): Evaluator._total,
    (words.Norm,): Evaluator._norm,
    (words.Inner,): Evaluator._inner,
    (words.Softmax,): Evaluator._softmax,
    (words.LogSumExp,): Evaluator._logsumexp,
    (words.Vec,): Evaluator._vec,
    (words.Unvec,): Evaluator._unvec,
    (DiagMatrix,): Evaluator._diagonal_matrix,
    (sp.DiagonalOf,): Evaluator._diagonal,
    (MatrixElement,): Evaluator._element,
    (ElementwiseApplyFunction,): Evaluator._elementwise,
    (AppliedUndef, words.MatrixFunctionApplication, *_PARTIALS): lambda e, x: e._partial(x),
    (words.Commutation,): Evaluator._commutation,
    (words.BasisMatrix,): Evaluator._basis,
    (words.Tril,): Evaluator._lower,
    (words.Triu,): Evaluator._upper,
    (words.DiagonalSums,): Evaluator._diagonal_sums,
}
"""How each node is evaluated, looked up by class in this order."""
