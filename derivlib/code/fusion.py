"""Expressions that are calculated entry by entry, as one function of single entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import (
    Add,
    DiagMatrix,
    Dummy,
    Expr,
    HadamardPower,
    HadamardProduct,
    MatAdd,
    MatMul,
    Mul,
    OneMatrix,
    Pow,
    S,
    Symbol,
    ZeroMatrix,
    exp,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.expressions.construction import add, hadamard, mul, split_coefficient
from derivlib.expressions.substitution import substitute
from derivlib.nodes import LogSumExp, Softmax
from derivlib.nodes.elementwise import as_lambda

_ENTRYWISE = (MatAdd, HadamardProduct, HadamardPower, ElementwiseApplyFunction)


class Fusion:
    """Joins operations entry by entry, through the names that stand for some of them.

    :param definitions: each name with what it stands for.
    """

    def __init__(self, definitions: Mapping[Expr, Expr]) -> None:
        self.definitions = definitions
        self._places: dict[Any, Symbol] = {}
        self._softmax: dict[Symbol, tuple[Expr, Expr]] = {}
        self._scalars: dict[Expr, Expr] = {}
        for name, meaning in definitions.items():
            if not name.is_Matrix:
                self._scalars[name] = self.scalar(meaning)

    @staticmethod
    def is_entrywise(expr: Expr) -> bool:
        """Return whether an expression calculates each entry from one entry of other matrices."""
        if isinstance(expr, MatMul):
            return isinstance(split_coefficient(expr)[1], _ENTRYWISE)
        return isinstance(expr, _ENTRYWISE)

    def scalar(self, expr: Expr) -> Expr:
        """A scalar over names with the definitions of those names put in that are scalars."""
        values = {
            part: self._as_exponential(part, part, part.parent.arg[part.i, 0], part.parent)
            for part in expr.atoms(MatrixElement)
            if isinstance(part.parent, Softmax)
        }
        return substitute(expr, {**values, **self._scalars}) if values or self._scalars else expr

    def _as_exponential(self, expr: Expr, entry: Expr, logit: Expr, softmax: Expr) -> Expr:
        """A softmax as the exponential of a symbol, so that its logarithm is that."""
        name = self._places.setdefault(("logarithm", expr), Dummy("s"))
        self._softmax[name] = (entry, logit - LogSumExp(softmax.arg))
        return exp(name)

    def finished(self, expr: Expr) -> Expr:
        """A rewritten expression with each softmax put in again, and its logarithm."""
        names = [name for name in self._softmax if name in expr.free_symbols]
        whole = {exp(name): self._softmax[name][0] for name in names}
        return expr.xreplace(whole).xreplace({name: self._softmax[name][1] for name in names})

    def diagonal_vector(self, expr: Expr) -> Expr | None:
        """The diagonal of a sum or a product of diagonal matrices, as one column."""
        return None if isinstance(expr, DiagMatrix) else self._diagonal(expr)

    def _diagonal(self, expr: Expr) -> Expr | None:
        meaning = self.definitions.get(expr, expr)
        if isinstance(meaning, DiagMatrix):
            return meaning.args[0] if meaning.args[0].shape[1] == 1 else None
        if isinstance(meaning, MatAdd | MatMul):
            coefficients = [part for part in meaning.args if not part.is_Matrix]
            found = [self._diagonal(part) for part in meaning.args if part.is_Matrix]
            if all(vector is not None for vector in found):
                join = add if isinstance(meaning, MatAdd) else hadamard
                return mul(*coefficients, join(*found))
        return None

    def with_joined_diagonals(self, factors: Sequence[Expr]) -> list[Expr]:
        """The factors of a product, in which diagonal matrices side by side are one."""
        joined: list[Expr] = []
        for factor in self._inlined(factors):
            vector = self._diagonal(factor)
            before = self._diagonal(joined[-1]) if joined and vector is not None else None
            if before is None:
                joined.append(factor)
            else:
                joined[-1] = DiagMatrix(hadamard(before, vector))
        return joined

    def _inlined(self, factors: Sequence[Expr]) -> list[Expr]:
        """Factors with the names of products opened that hide exponentials on a diagonal."""
        vectors = [v for v in map(self._diagonal, factors) if v is not None]
        if not any(self.entry(vector)[0].has(exp) for vector in vectors):
            return list(factors)
        opened: list[Expr] = []
        for factor in factors:
            coefficient, product = split_coefficient(self.definitions.get(factor, factor))
            parts = list(product.args) if isinstance(product, MatMul) else []
            found = [(i, v) for i, part in enumerate(parts) if (v := self._diagonal(part))]
            if found:
                i, vector = found[0]
                parts[i] = DiagMatrix(mul(coefficient, vector))
            opened += parts if found else [factor]
        return opened

    def entry(self, expr: Expr) -> tuple[Expr, dict[Expr, Symbol]]:
        """An entry of a matrix as a function of entries of others.

        :returns: the function, and the matrices with what stands for their entries.
        """
        matrices: dict[Expr, Symbol] = {}

        def of(part: Expr) -> Expr:
            meaning = self.definitions.get(part, part)
            if isinstance(meaning, MatMul):
                coefficient, rest = split_coefficient(meaning)
                if coefficient is not S.One:
                    return self.scalar(coefficient) * of(rest)
            if isinstance(meaning, MatAdd):
                return Add(*map(of, meaning.args))
            if isinstance(meaning, HadamardProduct):
                return Mul(*map(of, meaning.args))
            if isinstance(meaning, HadamardPower):
                return Pow(of(meaning.args[0]), meaning.args[1])
            if isinstance(meaning, ElementwiseApplyFunction):
                function = as_lambda(meaning.args[0])
                return function.expr.xreplace({function.variables[0]: of(meaning.args[1])})
            if isinstance(meaning, OneMatrix | ZeroMatrix):
                return S.One if isinstance(meaning, OneMatrix) else S.Zero
            if isinstance(meaning, Softmax):
                matrices[part] = self._places.setdefault(part, Dummy("x", real=True))
                return self._as_exponential(meaning, matrices[part], of(meaning.arg), meaning)
            matrices[part] = self._places.setdefault(part, Dummy("x", real=True))
            return matrices[part]

        return of(expr), matrices
