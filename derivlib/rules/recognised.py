"""Rewriting what has a name, or a form without large matrices: softmax, traces, K ⊙ K."""

from __future__ import annotations

from functools import reduce
from itertools import product
from operator import matmul
from typing import Any

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix, MatMul, MatrixSymbol, OneMatrix, S, Transpose
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from derivlib.expressions.construction import (
    add,
    hadamard,
    identity,
    kronecker,
    mul,
    ones,
    power,
    split_coefficient,
    transpose,
)
from derivlib.expressions.guarded import scalar_power, scalar_product
from derivlib.nodes import BasisMatrix, SingleEntry
from derivlib.nodes.builders import (
    columnwise,
    diagonal,
    diagonal_matrix,
    entry,
    sum_of,
    trace,
    vec,
)
from derivlib.nodes.elementwise import elementwise
from derivlib.nodes.softmax import Softmax
from derivlib.rules.declare import algebra
from derivlib.rules.placeholders import a, k, m, matrix, n
from derivlib.rules.rule import Rule
from derivlib.rules.sources import (
    HADAMARD_ALGEBRA,
    LINEAR_STRUCTURES,
    MATRIX_ALGEBRA,
    goodfellow,
)

x, y = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
A = matrix("A", n, n)


def _centring(size: Expr) -> Expr:
    """I - 11ᵀ/n, which subtracts the mean."""
    return add(identity(size), mul(-1 / size, OneMatrix(size, size)))


def _shares(name: str, wrap: Any, outer: Any) -> Rule:
    """Declare the rule for weights times exp(z), as a column, as a row or on a diagonal."""
    put = {None: lambda column: column, Transpose: transpose, DiagMatrix: diagonal_matrix}[wrap]
    whole = trace if outer else mul

    def sides(scalar: Expr, before: Expr, weights: Expr, z: Expr, after: Expr) -> tuple[Expr, Expr]:
        exponential = elementwise(sp.exp, z)
        total = scalar_power(sum_of(exponential), S.NegativeOne)
        with_exponential = mul(before, put(hadamard(weights, exponential)), after)
        with_shares = mul(before, put(hadamard(weights, Softmax(z))), after)
        return (
            mul(scalar_product(scalar, total), whole(with_exponential)),
            mul(scalar, whole(with_shares)),
        )

    rows = {None: (n, S.One), Transpose: (S.One, n), DiagMatrix: (n, n)}[wrap]
    first, last = (m, m) if outer else (m, k)
    instance = (a, matrix("A", first, rows[0]), y, x, matrix("B", rows[1], last))
    return algebra(name, sides, instance, source=goodfellow("section 6.2.2.3"))


def is_centring(total: Expr) -> bool:
    """Return whether a sum is the centring matrix, whatever the order of its terms."""
    return set(total.args) == set(_centring(total.shape[0]).args)


def _between(size: Expr, *terms: Expr) -> Expr:
    """Δᵀ (… + …) Δ."""
    basis = BasisMatrix("diagonal", size)
    return mul(transpose(basis), add(*terms), basis)


SOFTMAX = {
    (wrap, outer): _shares(name + where, wrap, outer)
    for wrap, name in (
        (None, "exponentials over their sum"),
        (Transpose, "row of exponentials over their sum"),
        (DiagMatrix, "diagonal of exponentials over their sum"),
    )
    for outer, where in ((None, ""), (sp.Trace, ", in a trace"))
}
"""exp(z)/sum(exp(z)) is softmax(z), among the factors of a product or of its trace."""

SUM_OF_COLUMN = algebra(
    "product with a row of ones",
    lambda column: (trace(mul(ones(S.One, column.shape[0]), column)), sum_of(column)),
    (x,),
    source=MATRIX_ALGEBRA,
)

ONES_TIMES_DIAGONAL = algebra(
    "row of ones times a diagonal matrix",
    lambda column: (
        mul(ones(S.One, column.shape[0]), DiagMatrix(column)),
        transpose(column),
    ),
    (x,),
    source=HADAMARD_ALGEBRA,
)

ENTRY_BY_UNIT_VECTOR = algebra(
    "product with a unit vector",
    lambda i, column: (
        trace(mul(transpose(SingleEntry(column.shape, i, 0)), column)),
        entry(column, i, S.Zero),
    ),
    (sp.Integer(1), MatrixSymbol("x", 3, 1)),
    source=MATRIX_ALGEBRA,
)

ENTRY_TIMES_UNIT_VECTOR = algebra(
    "Hadamard product with a unit vector",
    lambda i, column: (
        hadamard(SingleEntry(column.shape, i, 0), column),
        mul(entry(column, i, S.Zero), SingleEntry(column.shape, i, 0)),
    ),
    (sp.Integer(1), MatrixSymbol("x", 3, 1)),
    source=HADAMARD_ALGEBRA,
)

CENTRING = algebra(
    "power of the centring matrix",
    lambda base, exponent: (
        power(base, exponent),
        base if is_centring(base) else power(base, exponent),
    ),
    (_centring(n), sp.Integer(2)),
    (_centring(n), sp.Integer(3)),
    source=MATRIX_ALGEBRA,
)

POWER_OF_ONES = algebra(
    "power of a matrix of ones",
    lambda size, exponent: (
        power(OneMatrix(size, size), exponent),
        mul(size ** (exponent - 1), OneMatrix(size, size)),
    ),
    (n, sp.Integer(2)),
    (n, sp.Integer(3)),
    source=MATRIX_ALGEBRA,
)


BETWEEN_DIAGONALS = algebra(
    "Kronecker products between diagonals",
    lambda *pairs: (
        _between(pairs[0][1].shape[0], *(mul(scalar, kronecker(*both)) for scalar, *both in pairs)),
        add(*(mul(scalar, hadamard(*both)) for scalar, *both in pairs)),
    ),
    ((S.One, A, matrix("B", n, n)),),
    ((S.One, A, matrix("B", n, n)), (a, matrix("C", n, n), Transpose(A))),
    source=LINEAR_STRUCTURES,
)
"""Δᵀ (P ⊗ Q) Δ = P ⊙ Q, where Δ are the columns of vec(X) at which a diagonal X has entries."""

KRONECKER_AT_DIAGONAL = algebra(
    "Kronecker products at diagonals",
    lambda *pairs: (
        mul(
            add(*(mul(scalar, kronecker(*both)) for scalar, *both in pairs)),
            BasisMatrix("diagonal", pairs[0][1].shape[1]),
        ),
        add(*(mul(scalar, columnwise(*both)) for scalar, *both in pairs)),
    ),
    ((S.One, matrix("A", n, m), matrix("B", k, m)),),
    ((S.One, A, matrix("B", k, n)), (a, matrix("C", n, n), matrix("D", k, n))),
    source=LINEAR_STRUCTURES,
)
"""(P ⊗ Q) Δ has the columns of P ⊗ Q that belong to a diagonal: those of the Khatri–Rao product."""

DIAGONAL_BETWEEN_DIAGONALS = algebra(
    "diagonal matrix between diagonals",
    lambda square: (
        _between(square.shape[0], DiagMatrix(vec(square))),
        diagonal_matrix(diagonal(square)),
    ),
    (A,),
    source=LINEAR_STRUCTURES,
)


_LARGEST = 16
"""How many entries a matrix may have that is written out."""


def in_entries(term: Expr) -> ImmutableDenseMatrix | None:
    """A product of a single-entry matrix with matrices of few entries, written out."""
    scalar, whole = split_coefficient(term)
    factors = whole.args if isinstance(whole, MatMul) else (whole,)
    values = [*map(_written_out, factors)]
    parts = [*map(_untransposed, factors)]
    has_place = any(isinstance(part, SingleEntry) for part in parts)
    is_written_out = len(parts) == 1 and isinstance(parts[0], MatrixBase)
    if any(value is None for value in values) or not (has_place or is_written_out):
        return None
    entries = (scalar_product(scalar, entry) for entry in reduce(matmul, values))
    return ImmutableDenseMatrix(*term.shape, list(entries))


def _untransposed(factor: Expr) -> Expr:
    return factor.args[0] if isinstance(factor, Transpose) else factor


def _written_out(factor: Expr) -> Any:
    inside = _untransposed(factor)
    rows, cols = map(sp.sympify, factor.shape)  # those of an explicit matrix are of type int
    if not (rows.is_Integer and cols.is_Integer and rows * cols <= _LARGEST):
        return None
    if isinstance(inside, SingleEntry):
        if not all(index.is_Integer for index in inside.position):
            return None
        value = sp.Matrix(*inside.shape, lambda *place: sp.Integer(place == inside.position))
    elif isinstance(inside, (MatrixSymbol, MatrixBase)):
        value = sp.Matrix(*inside.shape, lambda i, j: inside[i, j])
    else:
        return None
    return value if factor is inside else value.T


def _of_entries(total: Expr) -> Expr:
    """A sum written out; a multiple of a matrix, if it is all its entries at their places."""
    found = [in_entries(term) for term in total.args]
    if any(value is None for value in found):
        return total
    entries = ImmutableDenseMatrix(*total.shape, [add(*here) for here in zip(*found, strict=True)])
    numbers = {entry.as_coeff_Mul()[0] for entry in entries if entry != 0}
    if len(numbers) == 1 and (number := numbers.pop()) is not S.One:
        return mul(number, _as_one(entries / number))
    return _as_one(entries)


def _as_one(entries: ImmutableDenseMatrix) -> Expr:
    first = entries[0, 0]
    if isinstance(first, MatrixElement):
        for whole in (first.parent, Transpose(first.parent)):
            if whole.shape == entries.shape and all(
                entries[i, j] == whole[i, j] for i, j in product(*map(range, entries.shape))
            ):
                return whole
    return entries


def _trace_of_entries(matrix: Expr) -> Expr:
    written = in_entries(matrix)
    return trace(matrix) if written is None else add(*written.diagonal())


_Q, _B = MatrixSymbol("q", 3, 1), MatrixSymbol("B", 2, 3)

WRITTEN_OUT = algebra(
    "sum of entries at their places",
    lambda total: (total, _of_entries(total)),
    (add(*(mul(_Q[i, 0], SingleEntry((3, 1), i, 0)) for i in range(3))),),
    (add(*(mul(_B[i, j], SingleEntry((2, 3), i, j)) for i in range(2) for j in range(3))),),
    (add(mul(a, SingleEntry((2, 2), 0, 1)), mul(-a, SingleEntry((2, 2), 1, 0))),),
    (
        add(
            mul(SingleEntry((3, 3), 1, 0), _Q, SingleEntry((1, 2), 0, 1)),
            mul(a, SingleEntry((3, 2), 0, 0)),
        ),
    ),
    source=MATRIX_ALGEBRA,
)

TRACE_OF_ENTRIES = algebra(
    "trace of a product with a single entry",
    lambda matrix: (trace(matrix), _trace_of_entries(matrix)),
    (SingleEntry((3, 3), 1, 1),),
    (mul(Transpose(_Q), SingleEntry((3, 3), 1, 0), MatrixSymbol("p", 3, 1)),),
    (mul(Transpose(_B), SingleEntry((2, 3), 0, 2)),),
    source=MATRIX_ALGEBRA,
)
