"""Whatever is printed of an expression or a derivative is read back as what it was."""

from __future__ import annotations

from collections import Counter

import pytest
from blocks import run_examples
from expressions import CASES, HESSIANS, JACOBIANS, RATES, SIMPLIFIED
from expressions import SIZES as SIZES_OF_TABLES
from generate import RUNNING, Example
from hypothesis import Phase
from round_trip import count, examine, expressions_of, read_back, trip
from sympy import (
    DiagMatrix,
    DiagonalOf,
    Function,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    Lambda,
    Matrix,
    MatrixSymbol,
    OneMatrix,
    Rational,
    Sum,
    Trace,
    ZeroMatrix,
    cos,
    exp,
    sin,
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
    convolve,
    derive,
    hardmax,
    hessian,
    logabsdet,
    logdet,
    logsumexp,
    norm,
    parse,
    pinv,
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
v, long = MatrixSymbol("v", m, 1), MatrixSymbol("u", n + m, 1)
C_2 = MatrixSymbol("C_2", 3, 3)
f, lam, nu = Function("f"), Function("lambda"), MatrixFunction("nu", (n, n))

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
    derive(absolute(lam(t * A), Rational(1, 3)), t).result,
    derive(derive(f(t, z), t).result, z).result,
    derive(derive(derive(f(t, z), z).result, t).result, t).result,
    derive(derive(derive(f(t, z), t).result, t).result, t).result,
    derive(derive(f(C, t), C).result, t).result,
    hessian(f(Trace(A), sum_entries(A)), A).result,
    derive(f(t, t), t).result,
    hessian(sin(f(C[0, 0], t)), C).result,
    t / derive(f(t, z), z).result * C + C / derive(f(t, z), t).result ** 2,
    t * (A * x)[0, 0] * A,
    hessian(f(C, C), C).result,
    derive(nu(t * A, t * A), t).result,
    derive(nu(t * A_1), t).result,
    derive(nu(x.T * A * x), A).result,
    derive(derive(nu(A, t), t).result, A).result,
    hessian(Trace(nu(A)), A).result,
    derive(convolve(x, v, "full"), v).result,
    derive(convolve(x, long, "same"), x).result,
    ZeroMatrix(n, n).applyfunc(Lambda(z, t * z)) * A,
    logdet(Identity(n).applyfunc(Lambda(z, t * z)) + 2 * Identity(n)),
    sum_entries(OneMatrix(n, n).applyfunc(Lambda(z, z + t)) * A),
    logsumexp(Identity(n), axis=1).applyfunc(Lambda(z, t * z)),
    OneMatrix(n, n + m)[:, :n].applyfunc(Lambda(z, t * z)) * A,
    sum_entries(pinv(Identity(n)).applyfunc(Lambda(z, t * z))),
    tril(C * tril(C_2).T).applyfunc(Lambda(z, z**3 - z)),
    tril(C * (C_2.applyfunc(cos) + C)).applyfunc(Lambda(z, z**3 - z)),
    Trace(KroneckerProduct(Identity(m), X * X.T)),
    sum_entries(KroneckerProduct(X, Identity(m))),
]
"""They have each been refused, or read as something else, once."""


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


def test_a_long_text_is_an_outcome_of_its_own():
    long = sum((sin(k * t) ** k for k in range(2, 900)), t)
    assert trip(long).outcome == "too long"
    assert not trip(long).failed
    assert examine(Example("scalar by scalar", long, t)) == "too long"


def test_what_has_no_value_is_not_read():
    undefined = Trace(Inverse(ZeroMatrix(1, 1))) * sum_entries(X)
    assert not expressions_of(Example("scalar by matrix", undefined, X))
    assert examine(Example("scalar by matrix", undefined, X)) == "no value"


def test_one_name_for_two_things_is_refused():
    ours, other = MatrixFunction("nu", (n, m)), MatrixFunction("nu", (m, m))
    with pytest.raises(InputError, match="nu stands for two things"):
        read_back(sum_entries(ours(other(X))))
    with pytest.raises(InputError, match="X stands for two things"):
        read_back(sum_entries(X) * sum_entries(MatrixSymbol("X", m, m)))
    of_both = f(sum_entries(A.applyfunc(f)), t)
    with pytest.raises(InputError, match="f stands for two things"):
        read_back(of_both)
    assert trip(of_both).outcome == "one name for two"


def test_the_tables_are_read_back():
    outcomes: Counter[str] = Counter()
    refused = {}
    for name, expr in texts():
        found = trip(expr, SIZES_OF_TABLES)
        outcomes[found.outcome] += 1
        if found.failed:
            refused[name] = (found.printed, found.message)
    assert not refused
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
