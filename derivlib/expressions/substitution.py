"""Putting the definitions of names back in, sharing what is shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from sympy import (
    Basic,
    Expr,
    HadamardProduct,
    ImmutableDenseMatrix,
    KroneckerProduct,
    MatAdd,
    MatMul,
    Mul,
    S,
    Transpose,
)
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.construction import hadamard, mul, split_coefficient
from derivlib.expressions.guarded import in_order
from derivlib.expressions.traversal import children, with_children

_MOST_SORTED = 24
"""Up to how many definitions sums are put into SymPy's order; sorting walks whole trees."""


def _as_sympy_orders(expr: Expr) -> Expr:
    """Write a sum as SymPy's operators do."""
    if isinstance(expr, MatAdd):
        return Basic.__new__(MatAdd, *in_order(expr.args))
    return expr


def substitute(expr: Expr, values: Mapping[Expr, Expr], *, ordered: bool = False) -> Expr:
    """Replace subexpressions, rebuilding in normal form what is above them.

    :param expr: an expression over names.
    :param values: what to put in place of names, or of any other subexpression.
    :param ordered: put the terms of matrix sums into the order SymPy's `+` gives them.
    """
    done: dict[Expr, Expr] = {}

    def replaced(part: Expr) -> Expr:
        if part in values:
            return values[part]
        if part not in done:
            below = _entries(part) if values else children(part)
            parts = tuple(replaced(child) for child in below)
            new = part if parts == below and not ordered else _on_parts(part, parts)
            done[part] = _as_sympy_orders(new) if ordered else new
        return done[part]

    return replaced(expr)


def _entries(expr: Expr) -> tuple[Expr, ...]:
    """The parts of an expression, those of an explicit matrix being its entries."""
    return tuple(expr.flat()) if isinstance(expr, MatrixBase) else children(expr)


def _on_parts(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The same operation on other parts, or the explicit matrix of other entries."""
    if isinstance(expr, MatrixBase) and parts:
        return expr if parts == _entries(expr) else ImmutableDenseMatrix(*expr.shape, list(parts))
    return with_children(expr, parts)


def replace_part(expr: Expr, before: Expr, after: Expr) -> Expr:
    """Replace a subexpression, or neighbouring factors of a matrix product, wherever it stands.

    :param before: what is replaced; a product is found inside longer products too, a sum
        or a Hadamard product whatever the order of its terms.
    :param after: what takes its place, of the same shape.
    """
    done: dict[Expr, Expr] = {before: after}
    run = before.args if isinstance(before, MatMul) else ()
    unordered = isinstance(before, (MatAdd, HadamardProduct))
    terms = frozenset(before.args) if unordered else frozenset()

    def replaced(part: Expr) -> Expr:
        if terms and type(part) is type(before) and frozenset(part.args) == terms:
            return after
        if part not in done:
            below = children(part)
            parts = tuple(replaced(child) for child in below)
            new = part if parts == below else with_children(part, parts)
            done[part] = _without_run(new, run, after) if run else new
        return done[part]

    return replaced(expr)


def _factors(expr: Expr) -> tuple[Expr, ...]:
    return expr.args if isinstance(expr, MatMul) else (expr,)


def _without_run(expr: Expr, run: tuple[Expr, ...], after: Expr) -> Expr:
    """Replace the first run of factors in a product."""
    factors = _factors(expr)
    for i in range(len(factors) - len(run) + 1):
        if factors[i : i + len(run)] == run:
            return mul(*factors[:i], after, *factors[i + len(run) :])
    return expr


_MULTILINEAR = (MatMul, Transpose, HadamardProduct, KroneckerProduct)


def _replaced_once(expr: Expr, run: tuple[Expr, ...], after: Expr) -> Expr:
    """Replace the first run of factors where the whole is linear in it."""
    new = _without_run(expr, run, after)
    if new != expr or not isinstance(expr, _MULTILINEAR):
        return new
    parts = children(expr)
    for i, part in enumerate(parts):
        if (changed := _replaced_once(part, run, after)) != part:
            return with_children(expr, (*parts[:i], changed, *parts[i + 1 :]))
    return expr


def abbreviate(expr: Expr, value: Expr, name: Expr, leaves: Collection[Expr] = ()) -> Expr:
    """Put a name in place of what it stands for, wherever that stands.

    Among the factors of products it is found too, where they were multiplied out: 2 Xᵀ M is
    Xᵀ G for G = 2 M, and A ⊙ B ⊙ C is G ⊙ C for G = A ⊙ B.

    :param value: what the name stands for.
    :param name: a symbol, or a node, of the shape of the value.
    :param leaves: nodes in which nothing is replaced, such as names that were put in before.
    """
    done: dict[Expr, Expr] = {**{leaf: leaf for leaf in leaves}, value: name}
    is_product = type(value) in (HadamardProduct, Mul)
    factors = Counter(value.args) if is_product else Counter()
    coefficient, multiplied = split_coefficient(value)

    def replaced(part: Expr) -> Expr:
        if part not in done:
            below = children(part)
            parts = tuple(map(replaced, below))
            done[part] = among_factors(part if parts == below else with_children(part, parts))
        return done[part]

    def among_factors(new: Expr) -> Expr:
        if factors and type(new) is type(value) and factors <= Counter(new.args):
            rest = list((Counter(new.args) - factors).elements())
            return hadamard(name, *rest) if new.is_Matrix else Mul(name, *rest)
        if not isinstance(new, MatMul):
            return new
        own, product = split_coefficient(new)
        ratio = own / coefficient
        if not ratio.is_Number:
            return new
        if coefficient is S.One:
            named = replace_part(product, multiplied, name)
        else:  # each name brings the coefficient
            named = _replaced_once(product, _factors(multiplied), name)
        return new if named == product else mul(ratio, named)

    return replaced(expr)


def resolve(expr: Expr, definitions: Mapping[Expr, Expr]) -> Expr:
    """Write an expression over names in terms of the reader's own symbols.

    :param expr: an expression over names.
    :param definitions: each name with its definition, in an order in which a definition
        uses only names before it.
    """
    return substitute(expr, resolved(definitions), ordered=len(definitions) <= _MOST_SORTED)


def resolved(definitions: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
    """Write each definition over names in terms of the reader's own symbols.

    :param definitions: as for :func:`resolve`.
    """
    ordered = len(definitions) <= _MOST_SORTED
    values: dict[Expr, Expr] = {}
    for name, definition in definitions.items():
        value = substitute(definition, values, ordered=ordered)
        hash(value)  # bottom up, so that no later hash has to descend
        values[name] = value
    return values


def normal_form(expr: Expr) -> Expr:
    """Rebuild an expression with the constructors of :mod:`derivlib.expressions.construction`."""
    return substitute(expr, {}, ordered=True)
