"""Softmax, log-sum-exp, log-determinants and smooth functions, as they are written out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise, permutations

import sympy as sp
from sympy import (
    DiagonalOf,
    Expr,
    HadamardPower,
    HadamardProduct,
    Inverse,
    Lambda,
    MatAdd,
    MatMul,
    OneMatrix,
    S,
    Symbol,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.expressions.construction import (
    add,
    hadamard,
    hadamard_power,
    identity,
    inverse,
    is_one,
    mul,
    ones,
    split_coefficient,
    transpose,
)
from derivlib.nodes.builders import diagonal, diagonal_matrix
from derivlib.nodes.cholesky import Cholesky
from derivlib.nodes.elementwise import as_lambda, elementwise
from derivlib.nodes.logdet import LogDet
from derivlib.nodes.logsumexp import AxisLogSumExp, LogSumExp, logsumexp
from derivlib.nodes.softmax import softmax
from derivlib.nodes.sum_entries import SumEntries
from derivlib.rules.conditions import each
from derivlib.rules.declare import algebra
from derivlib.rules.kinks import CANCELLED, with_kinks
from derivlib.rules.placeholders import m, matrix, n
from derivlib.rules.rule import Arguments, Rule, Source
from derivlib.rules.sources import goodfellow
from derivlib.rules.spectral import OF_EIGENVALUES, of_all_eigenvalues

Z, C = matrix("Z", n, m), matrix("C", n, m)
z = Symbol("z")
_RECIPROCAL = Lambda(z, 1 / z)


def _exponent(expr: Expr) -> Expr | None:
    """The Z of a matrix that is exp(Z), entry by entry."""
    inside = transpose(expr) if isinstance(expr, sp.Transpose) else expr
    if not isinstance(inside, ElementwiseApplyFunction):
        return None
    function = as_lambda(inside.function)
    if not isinstance(function.expr, sp.exp):
        return None
    exponent = elementwise(Lambda(function.variables[0], function.expr.args[0]), inside.expr)
    return exponent if inside is expr else transpose(exponent)


def _summed(expr: Expr) -> tuple[Expr, Expr] | None:
    """The Z of exp(Z) 11ᵀ, each row replaced by its sum, and how often the sums stand there."""
    if (
        not isinstance(expr, MatMul)
        or len(expr.args) != 2
        or not isinstance(expr.args[1], OneMatrix)
    ):
        return None
    exponent = _exponent(expr.args[0])
    return None if exponent is None else (exponent, expr.args[1].shape[1])


def _inverted(expr: Expr) -> Expr | None:
    """The matrix whose entries a matrix has the reciprocals of."""
    if isinstance(expr, sp.Transpose):
        inside = _inverted(expr.args[0])
        return None if inside is None else transpose(inside)
    if isinstance(expr, HadamardPower) and expr.args[1] == -1:
        return expr.args[0]
    if isinstance(expr, ElementwiseApplyFunction):
        function = as_lambda(expr.function)
        return expr.expr if function.expr * function.variables[0] == 1 else None
    return None


def _over_sums(expr: Expr) -> Expr | None:
    """The Z of a matrix at whose places stand the reciprocals of the sums of the rows of exp(Z)."""
    if isinstance(expr, MatMul) and len(expr.args) == 2:
        column, row = expr.args
        if column.is_Matrix and is_one(column.shape[1]) and isinstance(row, OneMatrix):
            expr = column
    below = _inverted(expr)
    found = None if below is None else _summed(below)
    return None if found is None else found[0]


def _scaling(expr: Expr) -> Expr | None:
    """The Z of a diagonal matrix of the reciprocals of the sums of the rows of exp(Z)."""
    if isinstance(expr, DiagMatrix):
        return _over_sums(expr.args[0])
    if isinstance(expr, Inverse) and isinstance(expr.args[0], DiagMatrix):
        found = _summed(expr.args[0].args[0])
        return None if found is None else found[0]
    return None


def _less_its_logsumexp(terms: Arguments) -> Expr | None:
    """The Z of Z - logsumexp(Z) 1ᵀ, a sum of terms, with a value for each row."""
    for term in terms:
        scalar, product = split_coefficient(term)
        factors = product.args if isinstance(product, MatMul) else (product,)
        if not isinstance(factors[-1], OneMatrix):
            continue
        rest = add(*(other for other in terms if other is not term))
        if scalar == -1 and len(factors) == 2 and factors[0] == logsumexp(rest, axis=1):
            return rest
        if is_one(rest.shape[0]) and scalar == -LogSumExp(transpose(rest)):
            return rest
    return None


def _of_rows(kind: type, parts: Arguments) -> Expr | None:
    """The Z of exp(Z) with each row divided by its sum.

    :param kind: a product of two matrices, in either sense, or the class of a sum in exp( ).
    :param parts: the two, or the terms of the sum.
    """
    if kind is MatAdd:
        return _less_its_logsumexp(parts)
    orders, over = ((parts,), _scaling) if kind is MatMul else (permutations(parts), _over_sums)
    for divisor, numerator in orders:
        exponent = _exponent(numerator)
        if exponent is not None and exponent == over(divisor):
            return exponent
    return None


def _softmax(expr: Expr) -> Expr | None:
    """A product of two factors, or the exponential of a sum, as a softmax of rows or columns."""
    is_power = isinstance(expr, ElementwiseApplyFunction)
    whole = _exponent(expr) if is_power else expr
    if not isinstance(whole, MatAdd if is_power else (MatMul, HadamardProduct)):
        return None
    kind, parts = type(whole), whole.args
    if (exponent := _of_rows(kind, parts)) is not None:
        return softmax(exponent, axis=1)
    turned = tuple(map(transpose, parts))
    if (exponent := _of_rows(kind, turned[::-1])) is not None:
        return softmax(transpose(exponent), axis=0)
    return None


def _logsumexp(expr: Expr) -> Expr | None:
    """The logarithm of sums of exponentials as a log-sum-exp of rows or of columns."""
    if not isinstance(expr, ElementwiseApplyFunction):
        return None
    function = as_lambda(expr.function)
    if function.expr != sp.log(function.variables[0]):
        return None
    if (found := _summed(expr.expr)) is not None:
        return mul(logsumexp(found[0], axis=1), ones(1, found[1]))
    if (found := _summed(transpose(expr.expr))) is not None:
        return mul(ones(found[1], 1), logsumexp(transpose(found[0]), axis=0))
    return None


def _written_out(name: str, read: Callable[[Expr], Expr | None], *ways: Arguments) -> Rule:
    """Declare that what is written out in one of several ways is what is read in it.

    Beside it further factors of a Hadamard product may stand.
    """

    def sides(expr: Expr, *beside: Expr) -> tuple[Expr, Expr]:
        short = read(expr)
        return hadamard(expr, *beside), hadamard(expr if short is None else short, *beside)

    return algebra(name, sides, *ways, source=goodfellow("section 6.2.2.3"))


_E = elementwise(sp.exp, Z)
_SUMS, _SUMS_OF_COLUMNS = mul(_E, ones(m, 1)), mul(ones(1, n), _E)
_SUMS_EVERYWHERE = mul(_E, ones(m, m))
_SHARES = hadamard(_E, elementwise(_RECIPROCAL, _SUMS_EVERYWHERE))

SOFTMAX = _written_out(
    "softmax written out",
    _softmax,
    (mul(inverse(diagonal_matrix(_SUMS)), _E),),
    (mul(diagonal_matrix(elementwise(_RECIPROCAL, _SUMS)), _E),),
    (mul(diagonal_matrix(hadamard_power(_SUMS, S.NegativeOne)), _E),),
    (hadamard(_E, hadamard_power(_SUMS_EVERYWHERE, S.NegativeOne)),),
    (_SHARES,),
    (hadamard(_E, mul(elementwise(_RECIPROCAL, _SUMS), ones(1, m))),),
    (mul(_E, diagonal_matrix(elementwise(_RECIPROCAL, transpose(_SUMS_OF_COLUMNS)))),),
    (hadamard(_E, elementwise(_RECIPROCAL, mul(ones(n, n), _E))),),
    (elementwise(sp.exp, add(Z, mul(S.NegativeOne, AxisLogSumExp(Z, 1), ones(1, m)))),),
    (_SHARES, C),
    (elementwise(sp.exp, add(Z, mul(S.NegativeOne, ones(n, 1), AxisLogSumExp(Z, 0)))),),
)

LOGSUMEXP = _written_out(
    "log-sum-exp written out",
    _logsumexp,
    (elementwise(sp.log, _SUMS),),
    (elementwise(sp.log, _SUMS_EVERYWHERE),),
    (elementwise(sp.log, transpose(_SUMS_OF_COLUMNS)),),
)


_SQUARE = matrix("S", n, n)
_POSITIVE_DEFINITE = add(mul(_SQUARE, transpose(_SQUARE)), identity(n))

LOG_DETERMINANT = algebra(
    "log-determinant by Cholesky",
    lambda base: (
        SumEntries(elementwise(sp.log, diagonal(Cholesky(base)))),
        mul(S.Half, LogDet(base)),
    ),
    (_POSITIVE_DEFINITE,),
    source=Source("Rasmussen & Williams", 2006, "appendix A.4, Cholesky decomposition"),
    conditions=each("positive definite"),
    reading=(_SQUARE,),
)


def _logs_of_cholesky(expr: Expr) -> Arguments | None:
    """The S of Σ log Lᵢᵢ, for the Cholesky factor L of S."""
    inside = expr.args[0]
    if not isinstance(inside, ElementwiseApplyFunction) or not isinstance(inside.expr, DiagonalOf):
        return None
    function, factor = as_lambda(inside.function), inside.expr.args[0]
    is_log = function.expr == sp.log(*function.variables)
    return factor.args if is_log and isinstance(factor, Cholesky) else None


def readings(expr: Expr) -> Iterator[tuple[Rule, Arguments]]:
    """The rules by which a part of an expression is something that has a name, or a kink less."""
    if (kinked := with_kinks(expr)) is not None:
        yield CANCELLED, kinked
    if (of_eigenvalues := of_all_eigenvalues(expr)) is not None:
        yield OF_EIGENVALUES, of_eigenvalues
    if isinstance(expr, ElementwiseApplyFunction) and _logsumexp(expr) is not None:
        yield LOGSUMEXP, (expr,)
    if isinstance(expr, SumEntries) and (found := _logs_of_cholesky(expr)) is not None:
        yield LOG_DETERMINANT, found
    for pair, *beside in _pairs(expr):
        if _softmax(pair) is not None:
            yield SOFTMAX, (pair, *beside)


def _pairs(expr: Expr) -> Iterator[Arguments]:
    """Two factors, or a function, that may be a softmax, and what stands beside them."""
    if isinstance(expr, ElementwiseApplyFunction):
        yield (expr,)
    if isinstance(expr, MatMul):
        factors = [factor for factor in expr.args if factor.is_Matrix]
        yield from ((mul(*both),) for both in pairwise(factors))
    if isinstance(expr, HadamardProduct):
        for both in combinations(expr.args, 2):
            rest = (factor for factor in expr.args if factor not in both)
            yield (hadamard(*both), *rest)
