"""Random expressions, built by derivlib beside the same written with SymPy's classes alone."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from operator import add, mul
from typing import Any, NamedTuple

import sympy as sp
from hypothesis import strategies as st
from sympy import Basic, Integer, MatrixSymbol, Symbol
from sympy.matrices.expressions.diagonal import DiagMatrix

from derivlib.expressions import construction as built
from derivlib.nodes import SumEntries

SCALAR = Symbol("c")
LETTERS = {
    MatrixSymbol(name, rows, cols): sp.ImmutableMatrix(
        rows, cols, lambda i, j, k=k: (3 * i + 5 * j + 7 * k + (i * j * k) % 4) % 11 - 4
    )
    for rows in (1, 2, 3)
    for cols in (1, 2, 3)
    for k, name in enumerate("AB")
}
"""Matrices of all small shapes, and what they are put equal to."""


class Written(NamedTuple):
    """An expression built by derivlib, and written by hand with SymPy's classes."""

    ours: Any
    plain: Any


def bare(kind: type, *args: Any) -> Any:
    """A node as it stands; where SymPy has no `evaluate=False`, neither does it evaluate here."""
    return Basic.__new__(kind, *map(sp.sympify, args))


def value(expr: Any) -> Any:  # noqa: C901 - a case for each class
    """The entries of an expression, by SymPy's arithmetic of explicit matrices.

    :raises sympy.matrices.exceptions.NonInvertibleMatrixError: if it has no value.
    """
    if expr in LETTERS:
        return LETTERS[expr]
    if expr == SCALAR:
        return sp.Rational(-3, 2)
    match expr:
        case sp.matrices.MatrixBase():
            return sp.ImmutableMatrix(expr)
        case sp.Identity() | sp.ZeroMatrix() | sp.OneMatrix():
            return sp.ImmutableMatrix(expr.as_explicit())
        case sp.BlockMatrix():
            rows = [[value(block) for block in row] for row in expr.blocks.tolist()]
            return sp.ImmutableMatrix.vstack(*(sp.ImmutableMatrix.hstack(*row) for row in rows))
    parts = [value(part) for part in expr.args]
    match expr:
        case sp.MatMul() | sp.Mul():
            return reduce(mul, parts)
        case sp.MatAdd() | sp.Add():
            return reduce(add, parts)
        case sp.Transpose():
            return parts[0].T
        case sp.MatPow() | sp.Pow():  # an Inverse is a power too
            return parts[0] ** parts[1]
        case sp.HadamardProduct():
            return reduce(sp.matrix_multiply_elementwise, parts)
        case sp.HadamardPower():
            return parts[0].applyfunc(lambda entry: entry ** parts[1])
        case sp.KroneckerProduct():
            return sp.ImmutableMatrix(sp.kronecker_product(*parts))
        case sp.Trace():
            return parts[0].trace()
        case SumEntries():
            return sum(parts[0])
        case DiagMatrix():
            return sp.diag(*parts[0])
    return expr


SIZES = st.integers(1, 3)


@st.composite
def leaves(draw: Any, rows: int, cols: int) -> Written:
    """A letter, a constant, or a matrix of numbers."""
    kinds = ["letter"] * 4 + ["zero", "ones", "numbers"] + ["identity"] * (rows == cols)
    kind = draw(st.sampled_from(kinds))
    if kind == "letter":
        letter = MatrixSymbol(draw(st.sampled_from("AB")), rows, cols)
        return Written(letter, letter)
    if kind == "zero":
        return Written(built.zeros(rows, cols), sp.ZeroMatrix(rows, cols))
    if kind == "ones":
        return Written(built.ones(rows, cols), sp.OneMatrix(rows, cols))
    if kind == "identity":
        return Written(built.identity(rows), sp.Identity(rows))
    numbers = draw(st.lists(st.integers(-3, 3), min_size=rows * cols, max_size=rows * cols))
    matrix = sp.ImmutableMatrix(rows, cols, numbers)
    return Written(matrix, matrix)


@st.composite
def written(draw: Any, rows: int, cols: int, depth: int = 3) -> Written:
    """An expression of a shape."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(leaves(rows, cols))

    def part(r: int = rows, c: int = cols) -> Written:
        return draw(written(r, c, depth - 1))

    kinds = ["mul", "mul", "add", "add", "scaled", "transpose", "hadamard", "hadamard_power"]
    kinds += ["power", "inverse"] * (rows == cols) + ["diagonal"] * (rows == cols)
    kinds += ["kronecker", "blocks"]
    kind = draw(st.sampled_from(kinds))
    if kind == "mul":
        sizes = [rows, *draw(st.lists(SIZES, min_size=1, max_size=2)), cols]
        factors = [part(r, c) for r, c in pairwise(sizes)]
        ours, plain = zip(*factors, strict=True)
        return Written(built.mul(*ours), sp.MatMul(*plain, evaluate=False))
    if kind in ("add", "hadamard"):
        ours, plain = zip(part(), part(), part(), strict=True)
        if kind == "add":
            return Written(built.add(*ours), bare(sp.MatAdd, *plain))
        return Written(built.hadamard(*ours), bare(sp.HadamardProduct, *plain))
    if kind == "scaled":
        number = draw(st.sampled_from([Integer(-1), Integer(2), sp.Rational(1, 3), SCALAR]))
        of = part()
        return Written(built.mul(number, of.ours), bare(sp.MatMul, number, of.plain))
    if kind == "transpose":
        of = part(cols, rows)
        return Written(built.transpose(of.ours), bare(sp.Transpose, of.plain))
    if kind == "hadamard_power":
        of, exponent = part(), Integer(draw(st.integers(0, 3)))
        raised = built.hadamard_power(of.ours, exponent)
        return Written(raised, bare(sp.HadamardPower, of.plain, exponent))
    if kind in ("power", "inverse"):
        of = part()
        exponent = Integer(-1 if kind == "inverse" else draw(st.integers(-2, 3)))
        raised = built.inverse(of.ours) if kind == "inverse" else built.power(of.ours, exponent)
        return Written(raised, bare(sp.MatPow, of.plain, exponent))
    if kind == "diagonal":
        of = part(rows, 1)
        return Written(DiagMatrix(of.ours), DiagMatrix(of.plain))
    if kind == "kronecker":
        left, right = _split(draw, rows), _split(draw, cols)
        ours, plain = zip(*(part(r, c) for r, c in zip(left, right, strict=True)), strict=True)
        return Written(built.kronecker(*ours), bare(sp.KroneckerProduct, *plain))
    if rows == cols > 1:
        first, second = part(1, 1), part(rows - 1, rows - 1)
        zeros = sp.ZeroMatrix(1, rows - 1), sp.ZeroMatrix(rows - 1, 1)
        plain = sp.BlockMatrix([[first.plain, zeros[0]], [zeros[1], second.plain]])
        return Written(built.block_diagonal([first.ours, second.ours]), plain)
    if rows > 1:
        first, second = part(1, cols), part(rows - 1, cols)
        return Written(
            built.blocks([[first.ours], [second.ours]]),
            sp.BlockMatrix([[first.plain], [second.plain]]),
        )
    return part()


def _split(draw: Any, size: int) -> tuple[int, int]:
    """Two sizes with that product."""
    return draw(st.sampled_from([(1, size), (size, 1)]))


def matrices(depth: int = 3) -> st.SearchStrategy[Written]:
    """Expressions of all small shapes."""
    return st.tuples(SIZES, SIZES).flatmap(lambda shape: written(*shape, depth))
