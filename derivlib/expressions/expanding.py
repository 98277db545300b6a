"""Multiplying out, to tell whether two spellings of an expression mean the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from math import comb, prod

from sympy import (
    Add,
    Basic,
    Dummy,
    Expr,
    Function,
    HadamardPower,
    HadamardProduct,
    MatAdd,
    MatMul,
    Mul,
    Piecewise,
    Pow,
    Transpose,
    expand,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivlib.expressions.construction import (
    add,
    distributed,
    hadamard,
    mul,
    split_coefficient,
    transpose,
)
from derivlib.expressions.facets import facets_of
from derivlib.expressions.guarded import in_order
from derivlib.expressions.traversal import children, with_children


@lru_cache(maxsize=4096)
def expanded(expr: Expr) -> Expr:
    """Multiply out all products of sums, scalar and matrix, inside an expression.

    Scalars of very many terms stay as they are.

    :param expr: a small expression: the cost grows with the number of terms.
    """
    new = with_children(expr, tuple(expanded(part) for part in children(expr)))
    if isinstance(new, Transpose):
        return _turned(new.args[0])
    if not new.is_Matrix and facets_of(type(new)).is_linear:
        terms = _terms(new.args[0])
        return _expanded_scalar(add(*(with_children(new, (term,)) for term in terms)))
    if not new.is_Matrix:
        return _expanded_scalar(new)
    if isinstance(new, MatMul):
        return _multiplied_out(mul, tuple(map(_pushed, new.args)))
    if isinstance(new, HadamardProduct):
        return _multiplied_out(hadamard, new.args)
    return _sorted(add(new)) if isinstance(new, MatAdd) else new


_MOST_TERMS = 64
"""How many terms a scalar may get: entries of products are polynomials of many."""


def _expanded_scalar(expr: Expr) -> Expr:
    """Multiply out a scalar; functions of matrices, such as traces, are letters to SymPy."""
    letters: dict[Expr, Dummy] = {}
    written = _lettered(expr, letters)
    if _count_of_terms(written) > _MOST_TERMS:
        return expr
    return expand(written).xreplace({letter: of for of, letter in letters.items()})


def _lettered(expr: Basic, letters: dict[Expr, Dummy]) -> Basic:
    """Put a letter in place of each part that is a function of matrices.

    A node that is no arithmetic keeps what it is made of: the partial derivative of λ(X) is
    none of a letter, and a piece of a function is an expression with its condition.
    """
    parts = expr.args
    if not any(getattr(part, "is_Matrix", False) for part in parts):
        parts = tuple(_lettered(part, letters) for part in parts)
        if parts == expr.args:
            return expr
        if isinstance(expr, (Add, Mul, Pow, Function)) and not isinstance(expr, Piecewise):
            return expr.func(*parts)
    return letters.setdefault(expr, Dummy(commutative=bool(expr.is_commutative)))


def _count_of_terms(expr: Basic) -> int:
    """How many terms a scalar has when multiplied out, or a part of it where that is more."""
    counts = [_count_of_terms(part) for part in expr.args]
    if isinstance(expr, Add):
        return sum(counts)
    if isinstance(expr, (Mul, MatMul)):
        return prod(counts)
    if isinstance(expr, Pow) and expr.exp.is_Integer:
        power = abs(int(expr.exp))
        return comb(counts[0] + power - 1, power)
    return max(counts, default=1)


def _sorted(expr: Expr) -> Expr:
    """Put the terms of a sum, below a transpose too, into one order."""
    if isinstance(expr, Transpose) and isinstance(expr.args[0], MatAdd):
        return _turned(expr.args[0])
    if isinstance(expr, MatAdd):
        return Basic.__new__(MatAdd, *in_order(expr.args))
    return expr


_ENTRYWISE = (MatAdd, HadamardProduct, HadamardPower, ElementwiseApplyFunction)
"""Operations that a transpose can be pushed through to each matrix below."""


def _turned(expr: Expr) -> Expr:
    """Transpose, down to the symbols, wherever a transpose can be pushed through."""
    if not isinstance(expr, _ENTRYWISE):
        product = transpose(expr)
        return mul(*map(_pushed, product.args)) if isinstance(product, MatMul) else product
    turned = [_turned(arg) if getattr(arg, "is_Matrix", False) else arg for arg in expr.args]
    if isinstance(expr, MatAdd):
        return Basic.__new__(MatAdd, *in_order(turned))
    return Basic.__new__(type(expr), *turned)


def _pushed(factor: Expr) -> Expr:
    """A factor with its transpose, if it has one, pushed through."""
    through = isinstance(factor, Transpose) and isinstance(factor.args[0], _ENTRYWISE)
    return _turned(factor.args[0]) if through else factor


def _multiplied_out(times: Callable[..., Expr], factors: tuple[Expr, ...]) -> Expr:
    terms = [_terms(factor) for factor in factors]
    return _sorted(add(*(times(*choice) for choice in product(*terms))))


def _terms(factor: Expr) -> tuple[Expr, ...]:
    if not factor.is_Matrix:
        return (factor,)
    coefficient, matrix = split_coefficient(factor)
    if isinstance(matrix, MatAdd):
        return tuple(mul(coefficient, term) for term in matrix.args)
    return distributed(factor)


def mean_the_same(a: Expr, b: Expr) -> bool:
    """Tell whether two expressions are equal, at sight or when multiplied out."""
    return bool(a == b) or bool(expanded(a) == expanded(b))
