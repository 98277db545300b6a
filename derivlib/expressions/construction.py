"""Building expressions in normal form, at a cost proportional to what is built.

SymPy's operators walk and sort the whole tree at each product. These constructors look only
at the node they make: they flatten, drop neutral elements, collect equal terms and factors,
and push transposes inwards. Each is an identity of matrix algebra; no calculus happens here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, cast

from sympy import (
    Add,
    Basic,
    Expr,
    Function,
    FunctionClass,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    Lambda,
    MatAdd,
    MatMul,
    MatPow,
    Mul,
    OneMatrix,
    S,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.matrixbase import MatrixBase

from derivlib.vocabulary import Inner, SumEntries, Unvec, Vec

__all__ = [
    "add",
    "applied",
    "as_lambda",
    "distributed",
    "elementwise",
    "elementwise_parts",
    "frobenius",
    "hadamard",
    "hadamard_power",
    "identity_like",
    "inner",
    "inner_sum",
    "inverse",
    "is_zero",
    "mul",
    "ones_like",
    "power",
    "rebuild",
    "split_coefficient",
    "sum_of",
    "trace",
    "transpose",
    "unvec",
    "vec",
    "zero_like",
]

_ARGUMENT = Symbol("z")


def is_zero(expr: Expr) -> bool:
    """Tell whether an expression is written as zero."""
    return expr is S.Zero or isinstance(expr, ZeroMatrix)


def zero_like(expr: Expr) -> Expr:
    """Zero, in the shape of an expression."""
    return ZeroMatrix(*expr.shape) if expr.is_Matrix else S.Zero


def ones_like(expr: Expr) -> Expr:
    """The matrix of ones in the shape of a matrix."""
    return OneMatrix(*expr.shape)


def identity_like(expr: Expr) -> Expr:
    """The identity of the size of a square matrix."""
    return Identity(expr.shape[0])


def split_coefficient(expr: Expr) -> tuple[Expr, Expr]:
    """Split a matrix expression into its scalar coefficient and the matrix it multiplies."""
    if isinstance(expr, MatMul) and not expr.args[0].is_Matrix:
        rest = expr.args[1:]
        return expr.args[0], rest[0] if len(rest) == 1 else Basic.__new__(MatMul, *rest)
    return S.One, expr


def _scaled(coefficient: Expr, factors: tuple[Expr, ...]) -> Expr:
    if coefficient is S.One:
        return factors[0] if len(factors) == 1 else Basic.__new__(MatMul, *factors)
    return Basic.__new__(MatMul, coefficient, *factors)


def _base_and_exponent(factor: Expr) -> tuple[Expr, Expr]:
    if isinstance(factor, Inverse):
        return factor.args[0], S.NegativeOne
    if isinstance(factor, MatPow):
        return factor.args[0], factor.args[1]
    return factor, S.One


def _append_factor(factors: list[Expr], factor: Expr) -> None:
    """Append a factor to a product, joining it with an equal base before it."""
    if factors:
        base, exponent = _base_and_exponent(factor)
        last, last_exponent = _base_and_exponent(factors[-1])
        if base == last and base.shape[0] == base.shape[1]:
            factors.pop()
            joined = power(base, exponent + last_exponent)
            if not isinstance(joined, Identity):
                factors.append(joined)
            return
    factors.append(factor)


def mul(*factors: Expr) -> Expr:
    """Multiply scalars and matrices, in the order given.

    :param factors: scalars and conformable matrices.
    :returns: a product without nested products, identities or more than one scalar.
    """
    scalars: list[Expr] = []
    matrices: list[Expr] = []
    first: Expr | None = None
    last: Expr | None = None
    vanishes = False
    for factor in factors:
        if not factor.is_Matrix:
            scalars.append(factor)
            continue
        first = factor if first is None else first
        last = factor
        if isinstance(factor, ZeroMatrix):
            vanishes = True
        elif isinstance(factor, MatMul):
            for part in factor.args:
                if not part.is_Matrix:
                    scalars.append(part)
                elif not isinstance(part, Identity):
                    _append_factor(matrices, part)
        elif not isinstance(factor, Identity):
            _append_factor(matrices, factor)
    coefficient: Expr = scalars[0] if len(scalars) == 1 else Mul(*scalars)
    if first is None or last is None:
        return coefficient
    if vanishes or coefficient is S.Zero:
        return ZeroMatrix(first.shape[0], last.shape[1])
    if not matrices:
        matrices.append(Identity(first.shape[0]))
    return _scaled(coefficient, tuple(matrices))


def distributed(expr: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, or of a number times a sum."""
    coefficient, matrix = split_coefficient(expr)
    if not isinstance(matrix, MatAdd) or not coefficient.is_Number:
        return (expr,)
    return tuple(mul(coefficient, term) for term in matrix.args)


def add(*terms: Expr) -> Expr:
    """Add scalars, or matrices of one shape, collecting equal terms.

    :param terms: at least one term; the first tells scalar or matrix.
    """
    if not terms[0].is_Matrix:
        return terms[0] if len(terms) == 1 else Add(*terms)
    nonzero = [term for term in terms if not isinstance(term, ZeroMatrix)]
    if len(nonzero) == 1 and not isinstance(nonzero[0], MatAdd):
        return nonzero[0]
    collected: dict[Expr, Expr] = {}
    for term in nonzero:
        for part in distributed(term):
            coefficient, matrix = split_coefficient(part)
            known = collected.get(matrix)
            collected[matrix] = coefficient if known is None else known + coefficient
    parts = [mul(c, matrix) for matrix, c in collected.items() if c is not S.Zero]
    if not parts:
        return zero_like(terms[0])
    if len(parts) == 1:
        return parts[0]
    if all(map(_leads_with_transpose, parts)):
        return Basic.__new__(Transpose, Basic.__new__(MatAdd, *map(transpose, parts)))
    return Basic.__new__(MatAdd, *parts)


def transpose(expr: Expr) -> Expr:
    """Transpose, pushing the transpose into sums and products; a scalar stays itself."""
    if not expr.is_Matrix:
        return expr
    match expr:
        case Transpose():
            return cast("Expr", expr.args[0])
        case MatMul():
            return mul(*(transpose(factor) for factor in reversed(expr.args)))
        case MatAdd() if any(map(_leads_with_transpose, expr.args)):
            return add(*(transpose(term) for term in expr.args))
        case Identity():
            return expr
        case ZeroMatrix() | OneMatrix():
            return type(expr)(expr.shape[1], expr.shape[0])
        case Inverse():
            return inverse(transpose(expr.args[0]))
        case MatPow():
            return power(transpose(expr.args[0]), expr.args[1])
        case HadamardProduct() if any(isinstance(a, Transpose) for a in expr.args):
            return hadamard(*(transpose(factor) for factor in expr.args))
        case MatrixBase():
            return expr.T
    return Basic.__new__(Transpose, expr)


def power(base: Expr, exponent: Expr) -> Expr:
    """Raise a square matrix to a power."""
    if isinstance(base, (Identity, MatPow, Inverse)) and exponent.is_Integer:
        if isinstance(base, Identity):
            return base
        inside, inner_exponent = _base_and_exponent(base)
        if inner_exponent.is_Integer:
            return power(inside, inner_exponent * exponent)
    if exponent is S.Zero:
        return Identity(base.shape[0])
    if exponent is S.One:
        return base
    if exponent is S.NegativeOne:
        return Basic.__new__(Inverse, base, S.NegativeOne)
    return Basic.__new__(MatPow, base, exponent)


def inverse(base: Expr) -> Expr:
    """Invert a square matrix."""
    return power(base, S.NegativeOne)


def hadamard(*factors: Expr) -> Expr:
    """Multiply matrices of one shape entry by entry; scalars come out in front."""
    coefficient: Expr = S.One
    exponents: dict[Expr, Expr] = {}
    shape_of: Expr | None = None
    queue = list(factors)
    while queue:
        factor = queue.pop(0)
        if not factor.is_Matrix:
            coefficient = coefficient * factor
            continue
        shape_of = factor if shape_of is None else shape_of
        if isinstance(factor, ZeroMatrix):
            return factor
        scale, matrix = split_coefficient(factor)
        if scale is not S.One:
            coefficient = coefficient * scale
        if isinstance(matrix, HadamardProduct):
            queue[:0] = matrix.args
        elif isinstance(matrix, HadamardPower):
            base, exponent = matrix.args
            exponents[base] = exponents.get(base, S.Zero) + exponent
        elif not isinstance(matrix, OneMatrix):
            exponents[matrix] = exponents.get(matrix, S.Zero) + S.One
    if shape_of is None:
        return coefficient
    parts = [
        base if exponent is S.One else Basic.__new__(HadamardPower, base, exponent)
        for base, exponent in exponents.items()
        if exponent is not S.Zero
    ]
    if not parts:
        return mul(coefficient, ones_like(shape_of))
    product = parts[0] if len(parts) == 1 else Basic.__new__(HadamardProduct, *parts)
    return mul(coefficient, product)


def hadamard_power(base: Expr, exponent: Expr) -> Expr:
    """Raise each entry to a power."""
    if exponent is S.Zero:
        return ones_like(base)
    if exponent is S.One:
        return base
    return hadamard(Basic.__new__(HadamardPower, base, exponent))


@lru_cache(maxsize=1024)
def as_lambda(function: Any) -> Lambda:
    """Write a function of one scalar as a `Lambda` of z, so that equal functions are equal.

    SymPy's `applyfunc` invents a new dummy variable each time, and functions of different
    dummies are different to it.
    """
    if not isinstance(function, Lambda):
        return Lambda(_ARGUMENT, function(_ARGUMENT))
    (variable,) = function.variables
    if variable == _ARGUMENT or _ARGUMENT in function.expr.free_symbols:
        return function
    return Lambda(_ARGUMENT, function.expr.xreplace({variable: _ARGUMENT}))


def elementwise_parts(expr: Expr) -> tuple[Lambda, Expr]:
    """The function and the matrix of an elementwise application."""
    return as_lambda(expr.args[0]), expr.args[1]


def _leads_with_transpose(matrix: Expr) -> bool:
    """Tell whether a matrix is written as the transpose of something simpler: Wᵀ Xᵀ, not X W."""
    if isinstance(matrix, Transpose):
        return True
    if isinstance(matrix, MatMul):
        parts = [part for part in matrix.args if part.is_Matrix]
        turned = sum(_leads_with_transpose(part) for part in parts)
        return 2 * turned > len(parts)
    return False


def elementwise(function: FunctionClass | Lambda, matrix: Expr) -> Expr:
    """Apply a scalar function to each entry."""
    function = as_lambda(function)
    (argument,) = function.variables
    body = function.expr
    if not body.has(argument):
        return mul(body, ones_like(matrix))
    if body == argument:
        return matrix
    if _leads_with_transpose(matrix):
        return Basic.__new__(Transpose, elementwise(function, transpose(matrix)))
    return Basic.__new__(ElementwiseApplyFunction, function, matrix)


def trace(matrix: Expr) -> Expr:
    """Take the trace of a square matrix; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, ZeroMatrix):
        return S.Zero
    if isinstance(matrix, Identity):
        return coefficient * matrix.shape[0]
    if isinstance(matrix, Transpose):
        matrix = matrix.args[0]
    return coefficient * Basic.__new__(Trace, matrix)


def sum_of(matrix: Expr) -> Expr:
    """Sum the entries of a matrix; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, ZeroMatrix):
        return S.Zero
    if isinstance(matrix, OneMatrix):
        rows, cols = matrix.shape
        return coefficient * rows * cols
    return coefficient * SumEntries(matrix)


def inner(left: Expr, right: Expr) -> Expr:
    """The inner product tr(GᵀE) of matrices of one shape, or the product of two scalars."""
    if is_zero(left) or is_zero(right):
        return S.Zero
    return Basic.__new__(Inner, left, right)


def frobenius(left: Expr, right: Expr) -> Expr:
    """The value of tr(GᵀA), in the plainest notation: a product, a sum, or a trace."""
    if not left.is_Matrix:
        return mul(left, right)
    scale, matrix = split_coefficient(left)
    if isinstance(matrix, OneMatrix):
        return mul(scale, sum_of(right))
    return trace(mul(scale, transpose(matrix), right))


def inner_sum(*terms: Expr) -> Expr:
    """Add inner products in the order given, leaving out the zeros."""
    kept = [term for term in terms if term is not S.Zero]
    if not kept:
        return S.Zero
    return kept[0] if len(kept) == 1 else Add._from_args(kept)


def vec(matrix: Expr) -> Expr:
    """Stack the columns of a matrix; a column stays itself."""
    if isinstance(matrix, Unvec):
        return matrix.arg
    if isinstance(matrix, ZeroMatrix):
        return ZeroMatrix(matrix.shape[0] * matrix.shape[1], 1)
    return matrix if matrix.shape[1] is S.One else Vec(matrix)


def unvec(column: Expr, shape: tuple[Expr, Expr]) -> Expr:
    """Lay a stacked column out as a matrix of a given shape."""
    if isinstance(column, Vec):
        return column.arg
    if isinstance(column, ZeroMatrix):
        return ZeroMatrix(*shape)
    return column if shape[1] is S.One else Unvec(column, shape)


_CONSTRUCTORS: dict[type, Callable[..., Expr]] = {
    MatMul: mul,
    MatAdd: add,
    Transpose: transpose,
    MatPow: power,
    Inverse: lambda base, _: inverse(base),
    HadamardProduct: hadamard,
    HadamardPower: hadamard_power,
    ElementwiseApplyFunction: elementwise,
    Trace: trace,
    SumEntries: sum_of,
    Inner: inner,
    Vec: vec,
    Unvec: lambda column, shape: unvec(column, tuple(shape)),
}


def applied(function: UndefinedFunction, *args: Expr) -> Expr:
    """Apply an undefined scalar function; its value commutes, whatever its arguments are.

    SymPy takes λ(S) for non-commutative because the matrix S is, and then cannot multiply a
    matrix by it. The function used instead is `Function("lambda", commutative=True)`.
    """
    value = function(*args)
    if value.is_commutative:
        return value
    kept = {**function._kwargs, "commutative": True}
    return Function(function.__name__, **kept)(*args)


def rebuild(expr: Expr, args: Iterable[Any]) -> Expr:
    """Make a node of the same kind with other arguments, in normal form.

    :param expr: the node to imitate.
    :param args: one argument for each of `expr.args`.
    """
    if isinstance(expr, AppliedUndef):
        return applied(expr.func, *args)
    return _CONSTRUCTORS.get(type(expr), expr.func)(*args)
