"""Expressions that are calculated entry by entry, as one function of single entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sympy import (
    Add,
    Determinant,
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
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    log,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.code.guarded import guarded
from derivlib.code.stable_functions import Guarded
from derivlib.code.stable_scalars import stable
from derivlib.expressions.construction import (
    add,
    hadamard,
    mul,
    ones,
    split_coefficient,
    transpose,
)
from derivlib.expressions.measure import Measures
from derivlib.expressions.sizes import all_nodes
from derivlib.expressions.substitution import substitute
from derivlib.expressions.traversal import children
from derivlib.nodes import AxisSoftmax, LogSumExp, Norm, Softmax, logsumexp
from derivlib.nodes.elementwise import as_lambda
from derivlib.nodes.matrix_element import entry

_ENTRYWISE = (MatAdd, HadamardProduct, HadamardPower, ElementwiseApplyFunction)


_LONGEST = 200
"""How many nodes a definition may have, names written out, to be joined with what uses it."""


def _divisions(expr: Expr) -> int:
    return sum(bool(power.exp.is_negative) for power in expr.atoms(Pow))


class Fusion:
    """Joins operations entry by entry, through the names that stand for some of them.

    :param definitions: each name with what it stands for.
    :param differentiated: what the derivatives are of, or are from.
    """

    def __init__(self, definitions: Mapping[Expr, Expr], differentiated: Expr) -> None:
        measures = Measures(definitions)
        short = {n: value for n, value in definitions.items() if measures.of(n).nodes <= _LONGEST}
        self.definitions: Mapping[Expr, Expr] = short
        self._places: dict[Any, Symbol] = {}
        self._softmax: dict[Symbol, tuple[Expr, Expr]] = {}
        self._scalars: dict[Expr, Expr] = {}
        self._written_out: dict[Expr, Expr] = {}
        for name, meaning in short.items():
            self._written_out[name] = substitute(meaning, self._written_out)
            if not name.is_Matrix:
                self._scalars[name] = self.scalar(meaning)
        self._logarithms: frozenset[Expr] = frozenset(
            found
            for part in all_nodes([differentiated])
            if isinstance(part, Expr) and part.has(log)
            for found in self._logarithms_in(part)
        )

    @staticmethod
    def is_entrywise(expr: Expr) -> bool:
        """Return whether an expression calculates each entry from one entry of other matrices."""
        inner = split_coefficient(expr)[1]
        return isinstance(inner.arg if isinstance(inner, Transpose) else inner, _ENTRYWISE)

    def scalar(self, expr: Expr) -> Expr:
        """A scalar over names with the definitions of those names put in that are scalars."""
        values = {
            part: self._as_exponential(
                part, part, entry(part.parent.arg, part.i, S.Zero), LogSumExp(part.parent.arg)
            )
            for part in expr.atoms(MatrixElement)
            if isinstance(part.parent, Softmax)
        }
        return substitute(expr, {**values, **self._scalars}) if values or self._scalars else expr

    def _as_exponential(self, expr: Expr, entry: Expr, logit: Expr, total: Expr) -> Expr:
        """A softmax as the exponential of a symbol, so that its logarithm is that."""
        name = self._places.setdefault(("logarithm", expr), Dummy("s"))
        self._softmax[name] = (entry, logit - total)
        return exp(name)

    def rewritten(self, expr: Expr) -> Expr:
        """A function of scalars, calculated stably and with what is multiplied by zero guarded."""
        return self.finished(guarded(stable(expr), self._logarithms))

    def _logarithms_in(self, expr: Expr) -> Iterator[Expr]:
        """What logarithms are taken of that are multiplied, as functions of entries."""
        if isinstance(expr, MatMul | Trace):
            parts = (p.args[0] if isinstance(p, DiagMatrix) else p for p in children(expr))
            bodies = [self.entry(part)[0] for part in parts if self.is_entrywise(part)]
        else:
            body = self.entry(expr)[0] if self.is_entrywise(expr) else self.scalar(expr)
            bodies = [each for each in body.atoms(Mul) if not each.as_coeff_Mul()[1].is_Function]
        yield from (each.args[0] for body in bodies for each in body.atoms(log))

    def finished(self, expr: Expr) -> Expr:
        """A rewritten expression with each softmax put in again, and its logarithm."""
        names = [name for name in self._softmax if name in expr.free_symbols]
        whole = {exp(name): self._softmax[name][0] for name in names}
        return expr.xreplace(whole).xreplace({name: self._softmax[name][1] for name in names})

    def coefficients(self, factors: Sequence[Expr]) -> list[Expr]:
        """The scalars of a product; as one where some may be out of range alone.

        Where a product has v more often than it is divided by ‖v‖, it is zero for v = 0.
        """
        scalars = [self.scalar(factor) for factor in factors if not factor.is_Matrix]
        for i, scalar in enumerate(scalars):
            base, exponent = scalar.as_base_exp()
            if isinstance(base, Norm) and exponent.is_Integer:
                times = sum(factor in (base.arg, transpose(base.arg)) for factor in factors)
                if 0 < -exponent < times:
                    scalars[i] = Pow(Guarded(base, base), exponent)
        if len(scalars) > 1 and any(scalar.has(exp, Determinant) for scalar in scalars):
            return [Mul(*scalars)]
        return scalars

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

    def cancels(self, expr: Expr, body: Expr) -> bool:
        """Return whether operations of an expression cancel in the function of its entries."""
        divisions, stack, met = 0, [expr], {expr}
        while stack:
            part = stack.pop()
            meaning = self.definitions.get(part, part)
            if self.is_entrywise(meaning):
                if isinstance(meaning, HadamardPower):
                    divisions += bool(meaning.args[1].is_negative)
                if isinstance(meaning, ElementwiseApplyFunction):
                    divisions += _divisions(meaning.args[0].expr)
                stack += [each for each in children(meaning) if each not in met]
                met.update(children(meaning))
        return divisions > _divisions(body)

    def entry(self, expr: Expr) -> tuple[Expr, dict[Expr, Symbol]]:
        """An entry of a matrix as a function of entries of others.

        :returns: the function, and the matrices with what stands for their entries.
        """
        matrices: dict[Expr, Symbol] = {}

        def leaf(part: Expr) -> Symbol:
            meaning = self._written_out.get(part) or substitute(part, self._written_out)
            matrices[part] = self._places.setdefault(meaning, Dummy("x", real=True))
            return matrices[part]

        def of(part: Expr, turn: Callable[[Expr], Expr] = lambda matrix: matrix) -> Expr:
            meaning = self.definitions.get(part, part)
            match meaning:
                case MatMul() if (scaled := split_coefficient(meaning))[0] is not S.One:
                    return self.scalar(scaled[0]) * of(scaled[1], turn)
                case Transpose():
                    return of(meaning.arg, lambda matrix: turn(transpose(matrix)))
                case MatAdd():
                    return Add(*(of(term, turn) for term in meaning.args))
                case HadamardProduct():
                    return Mul(*(of(factor, turn) for factor in meaning.args))
                case HadamardPower():
                    return Pow(of(meaning.args[0], turn), meaning.args[1])
                case ElementwiseApplyFunction():
                    function = as_lambda(meaning.args[0])
                    (variable,) = function.variables
                    return function.expr.xreplace({variable: of(meaning.args[1], turn)})
                case OneMatrix() | ZeroMatrix():
                    return S.One if isinstance(meaning, OneMatrix) else S.Zero
                case Softmax():
                    place = leaf(turn(part))
                    total = LogSumExp(meaning.arg)
                    return self._as_exponential(place, place, of(meaning.arg, turn), total)
                case AxisSoftmax():
                    place, sums = leaf(turn(part)), logsumexp(meaning.arg, meaning.axis)
                    rows, cols = meaning.shape
                    along = (sums, ones(S.One, cols)) if meaning.axis else (ones(rows, S.One), sums)
                    total = leaf(turn(mul(*along)))
                    return self._as_exponential(place, place, of(meaning.arg, turn), total)
            return leaf(turn(part))

        return of(expr), matrices
