"""Sums over indices that are products of matrices: Σₖ A[i, k] X[k, j] is (A X)[i, j].

SymPy writes an entry of a product as such a sum. It is turned back where each index that is
summed over runs through all rows or columns and stands in two places at most: the matrices are
then links of chains, from one index that is left to another, or of rings, which are traces. An
index in one place sums a row or a column, which is a product with ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sympy import Add, Expr, Lambda, Mul, Pow, S, Sum, Symbol, Trace
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib.expressions.construction import add, mul, ones, transpose
from derivlib.expressions.facets import facet
from derivlib.expressions.guarded import scalar_product
from derivlib.expressions.shapes import same_size
from derivlib.nodes.elementwise import elementwise


@dataclass(frozen=True)
class _Link:
    """An entry of a matrix."""

    matrix: Expr
    row: Expr
    col: Expr

    def turned(self) -> _Link:
        return _Link(transpose(self.matrix), self.col, self.row)

    def starting_at(self, index: Expr) -> _Link:
        """The same entry, with an index of it as its row."""
        return self if self.row == index else self.turned()


def without_indices(function: Expr, *limits: Iterable[Expr]) -> Expr:
    """Write a sum as an entry of a product, or as a trace; as it is if it is no such sum.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> import derivlib.nodes
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> A, X = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m)
    >>> product = (A*X)[0, 1]
    >>> print(type(product).__name__, without_indices(*product.args))
    Sum (A*X)[0, 1]
    >>> k = symbols("k", integer=True)
    >>> without_indices(A[k, k], (k, 0, n - 2))
    Sum(A[k, k], (k, 0, n - 2))

    ```

    :param function: what is summed.
    :param limits: each index with its first and its last value.
    """
    ranges = [tuple(limit) for limit in limits]
    lengths = {index: last + 1 for index, first, last in ranges if first == S.Zero}
    if len(lengths) < len(ranges):
        return Sum(function, *limits)
    for unrolled in (True, False):
        factors = _factors(function, unrolled=unrolled)
        inside = [not lengths.keys().isdisjoint(factor.free_symbols) for factor in factors]
        links = [_as_link(f, lengths) for f, varies in zip(factors, inside, strict=True) if varies]
        chains = _chains([link for link in links if link is not None], lengths)
        if None not in links and chains is not None:
            scalars = (f for f, varies in zip(factors, inside, strict=True) if not varies)
            return scalar_product(*scalars, *chains)
    return Sum(function, *limits)


def _factors(function: Expr, *, unrolled: bool) -> list[Expr]:
    """The factors of a product, with squares as two factors each if they are to be unrolled."""
    factors: list[Expr] = []
    for factor in Mul.make_args(function):
        square = unrolled and isinstance(factor, Pow) and factor.exp == 2
        factors += [factor.base] * 2 if square else [factor]
    return factors


def _as_link(factor: Expr, lengths: Mapping[Expr, Expr]) -> _Link | None:
    """An entry of a matrix, of a sum of matrices, or of a matrix with a function applied to it."""
    if isinstance(factor, MatrixElement):
        return _Link(*factor.args)
    if isinstance(factor, Add):
        terms = [_as_link(term, lengths) for term in factor.args]
        first = terms[0]
        if first is None:
            return None
        places = {first.row, first.col}
        alike = [t.starting_at(first.row) for t in terms if t and {t.row, t.col} == places]
        if len(alike) < len(terms) or first.row == first.col:
            return None
        return _Link(add(*(term.matrix for term in alike)), first.row, first.col)
    inside = [e for e in factor.atoms(MatrixElement) if not lengths.keys().isdisjoint(e.args[1:])]
    if len(inside) != 1 or factor.atoms(Sum):
        return None
    variable = Symbol("z")
    body = factor.xreplace({inside[0]: variable})
    if factor.has(variable) or not lengths.keys().isdisjoint(body.free_symbols):
        return None
    matrix, row, col = inside[0].args
    coefficient, rest = body.as_independent(variable, as_Add=False)
    if rest == variable:
        return _Link(mul(coefficient, matrix), row, col)
    return _Link(elementwise(Lambda(variable, body), matrix), row, col)


def _chains(links: list[_Link], lengths: Mapping[Expr, Expr]) -> list[Expr] | None:
    """The product along each chain, and the trace of each ring; nothing if there is another form.

    Each index has to run through all rows or columns, and to stand in two places at most.
    """
    places: dict[Expr, list[Expr]] = {index: [] for index in lengths}
    for link in links:
        for index, size in zip((link.row, link.col), link.matrix.shape, strict=True):
            if index in lengths:
                places[index].append(size)
            elif not lengths.keys().isdisjoint(index.free_symbols):
                return None
    for index, sizes in places.items():
        if not 1 <= len(sizes) <= 2 or not all(same_size(size, lengths[index]) for size in sizes):
            return None
        if len(sizes) == 1:
            links = [*links, _Link(ones(lengths[index], S.One), index, S.Zero)]
    return list(_products(links, lengths))


def _products(links: Iterable[_Link], lengths: Mapping[Expr, Expr]) -> Iterable[Expr]:
    rest = list(links)
    while rest:
        first = next((link for link in rest if link.row not in lengths), None)
        last = next((link for link in rest if link.col not in lengths), None)
        start = first or last or rest[0]
        rest.remove(start)
        chain = [start.turned() if first is None and last is not None else start]
        while chain[-1].col in lengths and chain[-1].col != chain[0].row:
            index = chain[-1].col
            following = next(link for link in rest if index in (link.row, link.col))
            rest.remove(following)
            chain.append(following.starting_at(index))
        product = mul(*(link.matrix for link in chain))
        if chain[-1].col in lengths or all(same_size(size, S.One) for size in product.shape):
            yield facet(Trace, "normal")(product)
        else:
            yield facet(MatrixElement, "normal")(product, chain[0].row, chain[-1].col)
