"""derivlib is right on every derivative of the comparison with SymPy, and the comparison is fair.

How often SymPy is right depends on its version and is not asserted; how its answers are told
apart is, on answers made for the purpose.
"""

from __future__ import annotations

import pytest
from sympy import (
    Derivative,
    Determinant,
    Function,
    HadamardProduct,
    Identity,
    Lambda,
    MatrixExpr,
    MatrixSymbol,
    OneMatrix,
    Symbol,
    Trace,
    ZeroMatrix,
    exp,
    sin,
    symbols,
)
from sympy.tensor.array.expressions import (
    ArrayContraction,
    ArrayDiagonal,
    ArrayTensorProduct,
    PermuteDims,
)
from sympy_cases import CASES, SIZES
from sympy_table import answers, compare, counts
from sympy_verdict import VERDICTS, ask_sympy, judge

from derivlib import Derivation, derive
from derivlib.check import check_equation, size_symbols

n, m = symbols("n m", integer=True, positive=True)
X, A, C = MatrixSymbol("X", n, m), MatrixSymbol("A", n, n), MatrixSymbol("C", n, m)
U, x, c = MatrixSymbol("U", n, n), MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1)
sigma, t, z = Function("sigma"), Symbol("t"), Symbol("z")


def named(chosen):
    return {f"{case.group}: {case.name}": case for case in chosen}


ALL = named(CASES)


def sizes_of(*expressions):
    return {size: SIZES[size] for size in size_symbols(*expressions)}


@pytest.mark.parametrize("name", ALL)
def test_derivlib_is_right(name):
    case = ALL[name]
    derivation = derive(case.expr, case.wrt)
    assert isinstance(derivation, Derivation)
    assert derivation.verify(sizes_of(case.expr, case.wrt)).entries > 0


@pytest.mark.parametrize(
    "name", [name for name, case in ALL.items() if case.expr != case.for_sympy]
)
def test_both_are_asked_for_the_derivative_of_the_same_function(name):
    case = ALL[name]
    check_equation(case.expr, case.for_sympy, sizes=sizes_of(case.expr), varying=[case.wrt])


def test_a_spelling_that_says_something_else_is_noticed():
    with pytest.raises(AssertionError):
        check_equation(Trace(U.T * U), Trace(U * U), sizes={n: 3}, varying=[U])


def test_there_are_enough_cases_and_each_is_there_once():
    assert len(ALL) >= 120
    assert len(ALL) == len(CASES)
    assert len({(case.for_sympy, case.wrt) for case in CASES}) == len(CASES)


class Opaque(MatrixExpr):
    """A matrix of which nobody knows the entries."""

    shape = property(lambda self: self.args[0].shape)


weighted = c.T * x.applyfunc(sigma)
slopes = Lambda(z, Derivative(sigma(z), z))
one = OneMatrix(1, n)

PLANTED = {
    "right": [
        (Trace(X.T * X), X, 2 * X),
        (Trace(C.T * X), X, C),
        (Trace(C.T * X.applyfunc(sigma)), X, HadamardProduct(C, X.applyfunc(slopes))),
        (X.applyfunc(sin).T, t, ZeroMatrix(m, n)),
        (Trace(A), U, ZeroMatrix(n, n)),
        (A * x, x, A),
    ],
    "wrong": [
        (Trace(X.T * X), X, X),
        (Trace(X.T * X), X, X.T),
        (Trace(A * U), U, A),
        (Trace(C.T * X.applyfunc(sigma)), X, X.applyfunc(slopes)),
        (x.T * A * x, x, 2 * A * x),
        (Trace(one * x.applyfunc(exp)), x, ArrayContraction(ArrayTensorProduct(c, c), (1, 3))),
        (Trace(U.applyfunc(sin)), U, ArrayDiagonal(U, (0, 1))),
        (A * x, x, 2 * A),
    ],
    "zero": [
        (Trace(X.T * X), X, ZeroMatrix(n, m)),
        (exp(Trace(A * U)), U, 0 * t),
    ],
    "right, unreadable": [
        (x.T * A * x, x, ArrayContraction(ArrayTensorProduct(A + A.T, x), (1, 2))),
        (weighted, x, ArrayDiagonal(ArrayTensorProduct(c, x.applyfunc(slopes)), (0, 2))),
        (A * X, X, PermuteDims(ArrayTensorProduct(A.T, Identity(m)), [0, 2, 1, 3])),
    ],
    "other layout": [(A * x, x, A.T)],
    "not carried out": [
        (Determinant(U), U, Derivative(Determinant(U), U)),
        (Determinant(A + t * U), t, Derivative(Determinant(A + t * U), t)),
    ],
    "unreadable": [(Trace(U), U, Opaque(U))],
    "raises": [(Trace(U), U, TypeError("an error"))],
}
"""Answers of every kind, made for the purpose."""


@pytest.mark.parametrize(
    ("verdict", "planted"),
    [(verdict, planted) for verdict, answers in PLANTED.items() for planted in answers],
)
def test_answers_are_told_apart(verdict, planted):
    expr, wrt, answer = planted
    found, reason = judge(expr, wrt, answer, SIZES)
    assert found == verdict, reason
    assert reason


def test_every_verdict_is_planted():
    assert set(PLANTED) == set(VERDICTS)


def test_an_error_of_sympy_is_an_answer():
    class Stubborn:
        def diff(self, wrt):
            raise RecursionError("too deep")

    assert isinstance(ask_sympy(Stubborn(), X), RecursionError)


def test_tables_count_and_list_what_they_are_given():
    comparisons = [compare(ALL[name]) for name in ("traces: product", "vectors: linear form")]
    found = {verdict for comparison in comparisons for verdict in [comparison.verdict]}
    listed = answers(comparisons, *found)
    assert len(listed.rows) == 2
    assert sum(int(count) for _, count in counts(comparisons).rows) == 2
    assert listed._repr_markdown_().count("\n") == 3
    assert not answers(comparisons, "zero").rows


@pytest.mark.parametrize("name", ["networks: transposed layer", "norms: of a vector"])
def test_bars_in_formulas_do_not_end_a_cell(name):
    comparison = compare(ALL[name])
    table = answers([comparison], comparison.verdict)
    assert table._repr_markdown_().splitlines()[-1].count("|") == len(table.heads) + 1
