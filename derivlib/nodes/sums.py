"""Sums of scalars and of matrices, and sums over an index."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from sympy import Add, Dummy, Integer, MatAdd, Mod, Sum, Symbol
from sympy.printing.str import StrPrinter

from derivlib.expressions.construction import add
from derivlib.expressions.facets import PRINTED, Absent, Entries, Example, no_parts, tell
from derivlib.expressions.shapes import alike, scalar
from derivlib.nodes.grid import Grid, as_scalar, same_shape
from derivlib.nodes.index_sums import without_indices


def _entries(calc: Any, _: Any, *terms: Any) -> Any:
    total = calc.ring.total
    if not any(isinstance(term, Grid) for term in terms):
        return total(terms)
    if all(isinstance(term, Grid) for term in terms):
        rows, cols = same_shape(terms)
        columns = zip(*(term.entries for term in terms), strict=True)
        return Grid(rows, cols, tuple(map(total, columns)))
    return total([as_scalar(term) for term in terms])


def _matrix_sum(w: Any, r: Any, c: Any, d: int) -> Any:
    second = w.matrix(r, c, d)
    return w.matrix(r, c, d) - second if w.flip() else w.matrix(r, c, d) + second


tell(
    Add,
    **PRINTED,
    shape=scalar,
    normal=Absent("SymPy's own"),
    entries=Entries(_entries),
    arrays=lambda on, node: sum(on.all_of(node.args[1:]), on.value(node.args[0])),
    code="sum",
    example=Example(lambda w, d: w.scalar(d) + w.scalar(d), "scalar"),
    parts=lambda node: node.args,
    is_holomorphic=True,
)
tell(
    MatAdd,
    **PRINTED,
    shape=alike,
    normal=add,
    entries=Entries(_entries),
    arrays=lambda on, node: sum(on.all_of(node.args[1:]), on.value(node.args[0])),
    code="sum",
    example=Example(_matrix_sum, weight=2),
    parts=lambda node: node.args,
    is_holomorphic=True,
)


def _over_indices(calc: Any, node: Sum) -> Any:
    """SymPy makes such a sum of an entry of a product."""
    *inner, (index, first, last) = node.limits
    body = Sum(node.function, *inner) if inner else node.function
    terms = [
        calc.nested(_term(body, {index: Integer(k)}, calc.sizes))
        for k in range(calc.size(first), calc.size(last) + 1)
    ]
    return calc.ring.total([as_scalar(term) for term in terms])


def _term(body: Any, at: Mapping[Any, Integer], sizes: Mapping[Any, int]) -> Any:
    """The term of a sum at some values of its indices.

    Remainders get their sizes with the indices: to SymPy 1.13, Mod(1, m) is 1 - m.
    """
    numbers = {**at, **{size: Integer(value) for size, value in sizes.items()}}
    return body.xreplace({part: part.xreplace(numbers) for part in body.atoms(Mod)}).xreplace(at)


def _over_indices_on_arrays(on: Any, node: Sum) -> Any:
    indices = [index for index, _, _ in node.args[1:]]
    ranges = [range(on.size(first), on.size(last) + 1) for _, first, last in node.args[1:]]
    terms = [
        on.value(_term(node.args[0], dict(zip(indices, map(Integer, at), strict=True)), on.sizes))
        for at in product(*ranges)
    ]
    return sum(terms[1:], terms[0])


def _text(p: Any, node: Sum) -> str:
    """The product that it is an entry of, where it is one, as in results."""
    found = without_indices(*node.args)
    if not isinstance(found, Sum):
        return str(p.atom(found))
    return str(StrPrinter._print_Sum(p, _with_letters(node)))


def _with_letters(node: Sum) -> Sum:
    """A letter that is free in place of each index that SymPy has invented."""
    taken = {str(symbol) for symbol in node.free_symbols} | {str(limit[0]) for limit in node.limits}
    free = (letter for letter in "ijklpqrs" if letter not in taken)
    invented = [limit[0] for limit in node.limits if isinstance(limit[0], Dummy)]
    return node.xreplace({i: Symbol(next(free, str(i)), integer=True) for i in invented})


tell(
    Sum,
    text=_text,
    tex=PRINTED["tex"],
    shape=scalar,
    normal=without_indices,
    entries=Entries(_over_indices, no_parts),
    arrays=_over_indices_on_arrays,
    code=Absent("its terms are many entries one by one; write it with products of matrices"),
    example=Absent("SymPy makes one of an entry of a product, and nobody writes one"),
)
