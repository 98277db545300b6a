"""Nodes of ours with numbers for their sizes: their entries, and their values as matrices."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import Expr, I, ImmutableDenseMatrix, ImmutableSparseMatrix, Integer, MatrixSymbol

from derivlib.errors import DerivlibError
from derivlib.expressions.facets import facets_of
from derivlib.nodes.abstract_partial import has_abstract
from derivlib.nodes.evaluation import ComplexEvaluation, Evaluation
from derivlib.nodes.symbolic import Symbolic

_EXPLICIT = (ImmutableDenseMatrix, ImmutableSparseMatrix)

LARGEST = 2**16
"""So many entries are written out, and no more: the commutation matrix of 100×100 has 10⁸."""


def _can_be_written_out(matrix: Any) -> bool:
    """Return whether the sizes of a matrix are numbers, and not too large ones."""
    rows, cols = matrix.shape
    are_numbers = isinstance(rows, (int, Integer)) and isinstance(cols, (int, Integer))
    return are_numbers and bool(rows * cols <= LARGEST)


@lru_cache(maxsize=512)
def entries_of(node: Any) -> Any:
    """What the definition of a node says its entries are, a grid or a scalar.

    :returns: nothing where sizes are symbols, entries are too many, or the definition has no
        value, as that of a differential.
    """
    if node.is_Matrix and not _can_be_written_out(node):
        return None
    ring = Symbolic()
    evaluation = ComplexEvaluation if node.has(I) else Evaluation
    try:
        return evaluation(lambda _: ring, {}).value(node)
    except (DerivlibError, TypeError, ValueError):  # SymPy compares what is not real
        return None


def entry_of(node: Any, i: Any, j: Any) -> Expr | None:
    """Entry (i, j), counted from 0; nothing where an index or a size is a symbol."""
    if not (isinstance(i, (int, Integer)) and isinstance(j, (int, Integer))):
        return None
    grid = entries_of(node)
    return None if grid is None else grid[int(i) % grid.rows, int(j) % grid.cols]


def as_matrix(node: Any) -> Any:
    """The matrix of all entries of a node; nothing where they are not known."""
    grid = entries_of(node)
    return None if grid is None else ImmutableDenseMatrix(*grid.shape, list(grid.entries))


def value_of(node: Any) -> Any:
    """The value of a node that is made of explicit matrices.

    Constants such as K₃₂ stay what they are, as SymPy's Identity(3) does: its arithmetic asks for
    the value of everything, and 2 K₃₂ is easier to read than a table of 36 numbers.

    :returns: an expression or an explicit matrix; nothing where there is no value, because a
        matrix is a symbol, a function undefined or a size unknown.
    """
    parts = facets_of(type(node)).parts(node)
    if not parts or node.has(MatrixSymbol) or has_abstract([node]):
        return None
    if node.is_Matrix:
        return as_matrix(node) if node.has(*_EXPLICIT) else None
    if any(part.is_Matrix and not _can_be_written_out(part) for part in parts):
        return None
    return entries_of(node)
