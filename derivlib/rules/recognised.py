"""Rewriting what has a name, or a form without large matrices: softmax, traces, K ⊙ K."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr, MatrixSymbol, OneMatrix, S, Transpose
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.expressions.construction import (
    add,
    hadamard,
    identity,
    kronecker,
    mul,
    ones,
    power,
    transpose,
)
from derivlib.expressions.guarded import scalar_power, scalar_product
from derivlib.nodes import BasisMatrix, SingleEntry
from derivlib.nodes.builders import (
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

DIAGONAL_BETWEEN_DIAGONALS = algebra(
    "diagonal matrix between diagonals",
    lambda square: (
        _between(square.shape[0], DiagMatrix(vec(square))),
        diagonal_matrix(diagonal(square)),
    ),
    (A,),
    source=LINEAR_STRUCTURES,
)
