"""A result carried out in four stages, from names to entries."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sympy import (
    Add,
    Basic,
    DiagonalOf,
    Expr,
    HadamardPower,
    HadamardProduct,
    Identity,
    ImmutableDenseMatrix,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    OneMatrix,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    sympify,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.matrixbase import MatrixBase

from derivlib.check import explicit, size_symbols
from derivlib.display import show_group
from derivlib.elements import element_matrix
from derivlib.expressions.text import text
from derivlib.expressions.traversal import children, with_children
from derivlib.nodes import (
    AbstractGradient,
    BasisMatrix,
    Commutation,
    DiagonalSums,
    SingleEntry,
    SumEntries,
    Tril,
    Triu,
    Unvec,
    Vec,
    formal,
)
from derivlib.nodes.elementwise import of_each_entry

_CONSTANTS = (OneMatrix, ZeroMatrix, Identity, SingleEntry, Commutation, BasisMatrix)
"""Matrices that depend on nothing but sizes."""

_REARRANGING = (KroneckerProduct, Vec, Unvec, Tril, Triu, DiagonalSums)
"""Operations that put entries, and products of them, in other places."""


@dataclass(frozen=True, eq=False)
class Stepwise:
    """The same derivative four times, each stage carrying out more of it.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, small_letters, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", n, n)
    >>> d, sizes = derive(sum_entries(A * X), X), {n: 2, m: 1}
    >>> d.stepwise(sizes).product
    Matrix([
    [a_11 + a_21],
    [a_12 + a_22]])
    >>> d.stepwise(sizes).product == d.elementwise(sizes, entry=small_letters)
    True

    ```

    :param named: the entries of the intermediates put in, nothing carried out.
    :param applied: elementwise functions and abstract gradients applied to those entries.
    :param explicit: the other matrices written out, Hadamard products carried out.
    :param product: everything multiplied out, an explicit matrix; inverses and the Jacobians of
        abstract functions stay as they are.
    """

    named: Expr
    applied: Expr
    explicit: Expr
    product: Expr

    def __iter__(self) -> Iterator[Expr]:
        return iter((self.named, self.applied, self.explicit, self.product))

    def __str__(self) -> str:
        stages = zip(("named", "applied", "explicit", "product"), self, strict=True)
        return "\n".join(f"{name}: {text(stage)}" for name, stage in stages)

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return show_group(self)._repr_latex_()


def _entries_of(name: Expr, shape: tuple[int, int]) -> Expr:
    """The elements n_ij of a named intermediate, or the scalar itself."""
    if not name.is_Matrix:
        return name
    return element_matrix(str(name).lower(), *shape)


class _CarryOut:
    """Carries out some operations on explicit matrices and leaves the others standing."""

    def __init__(self, sizes: Mapping[Symbol, int], letters: Mapping[Expr, Expr]) -> None:
        self.sizes = sizes
        self.letters = letters

    def shape(self, expr: Expr) -> tuple[int, int]:
        rows, cols = (sympify(size).subs(self.sizes) for size in expr.shape)
        return int(rows), int(cols)

    def entries(self, expr: Expr) -> Expr:
        """Every entry of an expression."""
        sizes = {size: self.sizes[size] for size in size_symbols(expr)}
        return explicit(expr, sizes)

    def rearranged(self, expr: Expr, parts: tuple[Any, ...]) -> Expr:
        """The entries of an operation that puts entries in other places."""
        places = [MatrixSymbol(f"part {k}", *part.shape) for k, part in enumerate(parts)]
        found = self.entries(expr.func(*places, *expr.args[len(parts) :]))
        return found.xreplace(
            {
                place[i, j]: part[i, j]
                for place, part in zip(places, parts, strict=True)
                for i in range(part.rows)
                for j in range(part.cols)
            }
        )

    def put_in(self, expr: Expr, values: Mapping[Expr, Expr]) -> Expr:
        """Put explicit matrices in for names, leaving every operation standing."""
        if expr in values:
            return values[expr]
        parts = children(expr)
        if not parts:
            return expr
        return _standing(expr, tuple(self.put_in(part, values) for part in parts))

    def apply_functions(self, expr: Expr) -> Expr:
        """Apply elementwise functions and abstract gradients to explicit matrices."""
        if isinstance(expr, AbstractGradient):
            return self._gradient(expr)
        parts = tuple(self.apply_functions(part) for part in children(expr))
        if isinstance(expr, ElementwiseApplyFunction) and isinstance(parts[0], MatrixBase):
            return of_each_entry(expr.args[0], parts[0])
        return _standing(expr, parts) if parts else expr

    def _gradient(self, expr: AbstractGradient) -> Expr:
        """∂λ(S)/∂S as the matrix of the ∂λ/∂s_ij."""
        name = self.letters.get(expr.argument, MatrixSymbol("S", *expr.shape))
        function = Symbol(expr.application.func.__name__)
        return _entries_of(name, self.shape(expr)).applyfunc(lambda entry: formal(function, entry))

    def write_out(self, expr: Expr) -> Expr:
        """Write the remaining matrices out and carry out entrywise operations."""
        if isinstance(expr, MatrixSymbol):
            return element_matrix(expr.name.lower(), *self.shape(expr))
        if isinstance(expr, _CONSTANTS):
            return self.entries(expr)
        parts = tuple(self.write_out(part) for part in children(expr))
        if isinstance(expr, HadamardProduct) and all(isinstance(p, MatrixBase) for p in parts):
            return _entrywise(parts)
        return _standing(expr, parts) if parts else expr

    def multiply(self, expr: Expr) -> Expr:
        """Carry out transposes, products, sums and traces; inverses are left standing."""
        parts = tuple(self.multiply(part) for part in children(expr))
        if not parts:
            return expr
        if all(isinstance(part, MatrixBase) or not part.is_Matrix for part in parts):
            if isinstance(expr, _REARRANGING):
                return self.rearranged(expr, parts)
            carried_out = _carried_out(expr, parts)
            if carried_out is not None:
                return carried_out
        return _standing(expr, parts)


def _carried_out(expr: Expr, parts: tuple[Any, ...]) -> Expr | None:
    """The value of an operation on explicit matrices, or None if it is better left standing."""
    match expr:
        case Transpose():
            return parts[0].T
        case MatMul():
            return reduce(operator.mul, parts)
        case MatAdd():
            return reduce(operator.add, parts)
        case MatPow() if expr.args[1].is_nonnegative:
            return parts[0] ** expr.args[1]
        case Trace():
            return parts[0].trace()
        case SumEntries():
            return Add(*parts[0])
        case HadamardProduct():
            return _entrywise(parts)
        case ElementwiseApplyFunction():
            return of_each_entry(expr.args[0], parts[0])
        case HadamardPower():
            return parts[0].applyfunc(lambda entry: entry ** expr.args[1])
    return None


def _standing(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The same operation on other parts, not carried out even where it could be."""
    if isinstance(expr, DiagMatrix) and isinstance(parts[0], MatrixBase):
        return ImmutableDenseMatrix.diag(*parts[0])
    if isinstance(expr, DiagMatrix) and isinstance(parts[0], DiagonalOf):
        square = parts[0].args[0]  # of explicit matrices, whose sizes SymPy's Diag cannot read
        return Basic.__new__(HadamardProduct, square, Identity(square.shape[0]))
    if isinstance(expr, DiagonalOf) and isinstance(parts[0], MatrixBase):
        return ImmutableDenseMatrix([parts[0][i, i] for i in range(parts[0].rows)])
    if isinstance(expr, (MatMul, MatAdd, HadamardProduct, Transpose, DiagonalOf)):
        return Basic.__new__(type(expr), *parts)
    return with_children(expr, parts)


def _entrywise(parts: tuple[Any, ...]) -> Expr:
    rows, cols = parts[0].shape
    return ImmutableDenseMatrix(rows, cols, lambda i, j: Mul(*(part[i, j] for part in parts)))


def stepwise(
    derivative: Expr,
    definitions: Mapping[Expr, Expr],
    sizes: Mapping[Symbol, int],
) -> Stepwise:
    """Carry a derivative over named intermediates out in four stages.

    :param derivative: the derivative, over names.
    :param definitions: the names, in the order of computation.
    """
    work = _CarryOut(sizes, {})
    values: dict[Expr, Expr] = {}
    letters: dict[Expr, Expr] = {}
    for name, definition in definitions.items():
        if isinstance(definition, ElementwiseApplyFunction):
            values[name] = work.put_in(definition, values)
            letters[values[name]] = name
        else:
            values[name] = _entries_of(name, work.shape(name) if name.is_Matrix else (1, 1))
    work.letters = letters
    named = work.put_in(derivative, values)
    applied = work.apply_functions(named)
    explicit = work.write_out(applied)
    return Stepwise(named, applied, explicit, work.multiply(explicit))
