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
    Lambda,
    Matrix,
    MatrixSymbol,
    cos,
    exp,
    symbols,
)

from derivlib import (
    DerivlibError,
    InputError,
    MatrixFunction,
    SingleEntry,
    derive,
    hessian,
    norm,
    softmax,
    sum_entries,
    text,
    tril,
    triu,
)

COUNT = 60
"""How many random expressions of each kind."""

NOT_TYPED = {
    "derivative of scaled by an entry": "J[1, 0] does not say its shape",
    "derivative of explicit entries of a matrix": "the same",
    **{
        f"{of} {name}": "a sum over an index has no text form"
        for of, name in (
            ("derivative of", "symbolic power"),
            ("derivative of", "symbolic power of an inverse"),
            ("derivative of", "symbolic power, as a matrix"),
            ("Hessian of", "symbolic power"),
        )
    },
    "Hessian of through an abstract matrix": "the derivative of a derivative of ν has no text form",
    **{
        f"{of}{name}": "convolution_matrix(a, n) has a size among its arguments"
        for of in ("", "derivative of ")
        for name in ("convolution", "matrix of a convolution")
    },
    **{
        f"derivative of {name}": "Δ of what is made of a column has no text form"
        for name in (
            "circulant matrix in a trace",
            "circulant matrix, as a matrix",
            "skew-symmetric matrix",
            "skew-symmetric matrix, as a matrix",
        )
    },
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
A, A_1, X = MatrixSymbol("A", n, n), MatrixSymbol("A_1", 1, 1), MatrixSymbol("X", n, m)

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
    DiagMatrix(HadamardProduct(Matrix([[1, 2]]), MatrixSymbol("c", 1, 2)).T),
]


@pytest.mark.parametrize("expr", FOUND_AT_RANDOM, ids=text)
def test_what_was_once_not_read_back(expr):
    assert not trip(expr).failed


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
