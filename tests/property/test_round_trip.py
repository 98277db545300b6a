"""Whatever is printed of an expression or a derivative is read back as what it was."""

from __future__ import annotations

from collections import Counter

import pytest
from blocks import run_examples
from expressions import CASES, HESSIANS, JACOBIANS, RATES, SIMPLIFIED
from expressions import SIZES as SIZES_OF_TABLES
from generate import RUNNING, Example
from hypothesis import Phase
from round_trip import count, expressions_of, read_back, trip
from sympy import (
    DiagMatrix,
    DiagonalOf,
    HadamardProduct,
    Identity,
    KroneckerProduct,
    Lambda,
    Matrix,
    MatrixSymbol,
    Sum,
    cos,
    exp,
    symbols,
    tanh,
)

from derivlib import (
    DerivlibError,
    InputError,
    MatrixFunction,
    PowerFrechet,
    PowerJacobian,
    SingleEntry,
    absolute,
    circulant,
    derive,
    hardmax,
    hessian,
    logabsdet,
    logsumexp,
    norm,
    parse,
    skew,
    softmax,
    sum_entries,
    text,
    tril,
    triu,
    vec,
)

COUNT = 60
"""How many random expressions of each kind."""

_SIZED = "convolution_matrix(a, n) has a size among its arguments"

NOT_TYPED = {
    "Hessian of through an abstract matrix": "the derivative of a derivative of ν has no text form",
    "convolution": _SIZED,
    "derivative of convolution": _SIZED,
    "matrix of a convolution": _SIZED,
}


def texts():
    for table in (CASES, JACOBIANS, RATES, SIMPLIFIED):
        for name, (expr, wrt, *_) in table.items():
            yield name, expr
            try:
                yield f"derivative of {name}", derive(expr, wrt).result
            except DerivlibError:
                continue
    for name, (expr, wrt, *_) in HESSIANS.items():
        yield f"Hessian of {name}", hessian(expr, wrt).result


n, m, t, z = *symbols("n m", integer=True, positive=True), *symbols("t z")
k, i, j = symbols("k i j", integer=True, positive=True)
A, A_1, X = MatrixSymbol("A", n, n), MatrixSymbol("A_1", 1, 1), MatrixSymbol("X", n, m)
C, C_n = MatrixSymbol("C", 3, 3), MatrixSymbol("C", n, n)
x, y = MatrixSymbol("x", n, 1), MatrixSymbol("y", 3, 1)

FOUND_AT_RANDOM = [
    sum_entries(Identity(m)) * sum_entries(A),
    norm(softmax(DiagonalOf(Identity(m)))),
    sum_entries(t * Identity(m)),
    A.applyfunc(Lambda(z, z * cos(2 * z * t**3))),
    sum_entries(X.applyfunc(Lambda(z, t**2 + 1))),
    exp(t) * X.applyfunc(Lambda(z, t)),
    (exp(t) * A * A).applyfunc(cos),
    (t**2 * A * A.T).applyfunc(Lambda(z, z * exp(z))),
    exp(1) * A + exp(t + 1) * exp(1) * A,
    1 / norm(X) * SingleEntry((1, 1), 0, 0),
    2 * SingleEntry((1, 1), 0, 0),
    tril(t * A_1, -1),
    triu(Matrix([[2]]), 0),
    vec(SingleEntry((n, m), 1, 0)),
    KroneckerProduct(SingleEntry((n, m), 1, 0), Identity(n)),
    sum_entries(SingleEntry((3, 1), 2, 0)),
    norm(DiagMatrix(SingleEntry((3, 1), 2, 0))),
    logsumexp(SingleEntry((3, 1), 2, 0)),
    logabsdet(hardmax(Identity(3), axis=0) + 2 * Identity(3)),
    sum_entries(MatrixFunction("nu", (3, 3))(softmax(Identity(2), axis=0)) + C),
    C.applyfunc(Lambda(z, z * cos(z))) * (C**2).applyfunc(Lambda(z, z + z**2)),
    (t * (C**2).applyfunc(Lambda(z, z**3 - z)) * C).applyfunc(Lambda(z, 1 - tanh(z) ** 2)),
    derive(sum_entries(absolute(sum_entries(A.applyfunc(Lambda(z, t * z))), 1) * A), A).result,
    derive(circulant(x), x).result,
    derive(skew(y), y).result,
    PowerFrechet(A, k, x * x.T),
    PowerFrechet(A * A.T, 2 * k + 1, A + A.T),
    PowerFrechet(A, i, A.T * C_n * A) * 2 + A,
    PowerJacobian(X * X.T, k + i),
    t * Sum(x[j, 0] ** 2, (j, 0, n - 1)) * A,
    DiagMatrix(HadamardProduct(Matrix([[1, 2]]), MatrixSymbol("c", 1, 2)).T),
]


@pytest.mark.parametrize("expr", FOUND_AT_RANDOM, ids=text)
def test_what_was_once_not_read_back(expr):
    assert not trip(expr).failed


def test_a_sum_over_an_index_means_what_it_says():
    """The text is added up term by term, at an exponent that is a number."""
    text_of = text(PowerFrechet(C, k, C.T))
    assert text_of == "Σ(C**i*Cᵀ*C**(k - i - 1), i=0…k - 1)"
    terms = [C**j * C.T * C ** (3 - j) for j in range(4)]
    read = parse(text_of, like=PowerFrechet(C, k, C.T), shape=(3, 3)).subs(k, 4).doit()
    at = Matrix(3, 3, range(9))
    expected = sum((term.subs(C, at).doit() for term in terms), Matrix.zeros(3))
    assert read.subs(C, at).doit() == expected


def test_one_name_for_two_things_is_refused():
    ours, other = MatrixFunction("nu", (n, m)), MatrixFunction("nu", (m, m))
    with pytest.raises(InputError, match="nu stands for two things"):
        read_back(sum_entries(ours(other(X))))
    with pytest.raises(InputError, match="X stands for two things"):
        read_back(sum_entries(X) * sum_entries(MatrixSymbol("X", m, m)))


def test_the_tables_are_read_back():
    outcomes: Counter[str] = Counter()
    refused = {}
    for name, expr in texts():
        found = trip(expr, SIZES_OF_TABLES)
        outcomes[found.outcome] += 1
        if found.failed:
            refused[name] = (found.printed, found.message)
    assert refused.keys() == NOT_TYPED.keys(), refused
    assert outcomes["same"] + outcomes["same text"] > 10 * outcomes["simplified"]


@pytest.mark.parametrize("kind", RUNNING)
def test_random_expressions_are_read_back(kind):
    outcomes: Counter[str] = Counter()
    failures: dict[str, str] = {}

    def examine(example: Example) -> None:
        if outcomes.total() < COUNT:
            for expr in expressions_of(example):
                count(outcomes, failures, expr)

    run_examples(kind, 0, examine, Phase.generate)
    assert not [text for text, message in failures.items() if message.startswith("wrong")], failures
    assert outcomes["refused"] <= COUNT // 5, failures
