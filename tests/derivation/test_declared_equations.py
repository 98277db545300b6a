"""Equations that are declared of matrices: used by name, kept at every point, refused if false."""

from __future__ import annotations

import pickle
import random

import numpy as np
import pytest
from sympy import Eq, Identity, MatrixSymbol, OneMatrix, Trace, ZeroMatrix, symbols

from derivlib import (
    InputError,
    ParseError,
    SizesError,
    VerificationError,
    check_steps,
    d,
    derive,
    dot,
    hessian,
    is_derivative,
    logsumexp,
    norm,
    read_text,
    sum_entries,
    text,
    wirtinger,
)
from derivlib.check import verify
from derivlib.check.arrays.array_points import draw
from derivlib.check.points.domain import domain_of
from derivlib.check.scalars.fields import Exact
from derivlib.check.scalars.numbers import Point

n, m, k = symbols("n m k", integer=True, positive=True)
Q, F, X = (MatrixSymbol(*of) for of in (("Q", n, m), ("F", m, n), ("X", n, k)))
A, B, P = (MatrixSymbol(name, n, n) for name in "ABP")
x, y, z, w = (MatrixSymbol(*of) for of in (("x", n, 1), ("y", n, 1), ("z", n, 1), ("w", m, 1)))
r = MatrixSymbol("r", 1, n)
t = symbols("t")
COLUMNS = Eq(Q.T * Q, Identity(m))
SIZES = {n: 4, m: 3, k: 2}


def conditions(derivation):
    return [str(c) for c in derivation.assumptions if c.property != "constant"]


def rules(derivation):
    return [step.rule for step in derivation.steps]


def ones(rows, cols=1):
    return OneMatrix(rows, cols)


HELD = {
    "columns": (Q, COLUMNS, lambda a: a.T @ a - np.eye(3)),
    "rows": (F, Eq(Identity(m), F * F.T), lambda a: a @ a.T - np.eye(3)),
    "square": (A, Eq(A.T * A, Identity(n)), lambda a: a.T @ a - np.eye(4)),
    "inverse": (A, Eq(A.T, A.inv()), lambda a: a.T @ a - np.eye(4)),
    "unit": (x, Eq(norm(x), 1), lambda a: a.T @ a - 1),
    "unit row": (r, Eq(r * r.T, Identity(1)), lambda a: a @ a.T - 1),
    "scalar": (x, Eq(dot(x, x), 1), lambda a: a.T @ a - 1),
    "sum": (x, Eq(sum_entries(x), 1), lambda a: a.sum() - 1),
    "product": (x, Eq(ones(1, n) * x, ones(1, 1)), lambda a: a.sum() - 1),
    "sum of a row": (r, Eq(r * ones(n), ones(1)), lambda a: a.sum() - 1),
    "centred": (x, Eq(x.T * ones(n), ZeroMatrix(1, 1)), lambda a: a.sum()),
    "columns of ones": (Q, Eq(ones(1, n) * Q, ones(1, m)), lambda a: a.sum(0) - 1),
    "turned": (Q, Eq(Q.T * ones(n), ones(m)), lambda a: a.sum(0) - 1),
    "rows of ones": (Q, Eq(ones(n), Q * ones(m)), lambda a: a.sum(1) - 1),
    "rows of zeros": (Q, Eq(ones(1, m) * Q.T, ZeroMatrix(1, n)), lambda a: a.sum(1)),
    "symmetric": (A, Eq(A, A.T), lambda a: a - a.T),
    "skew": (A, Eq(A, -A.T), lambda a: a + a.T),
    "skew as a sum": (A, Eq(A + A.T, ZeroMatrix(n, n)), lambda a: a + a.T),
    "difference": (A, Eq(A - A.T, ZeroMatrix(n, n)), lambda a: a - a.T),
    "idempotent": (P, Eq(P**2, P), lambda a: a @ a - a),
    "involutory": (P, Eq(P * P, Identity(n)), lambda a: a @ a - np.eye(4)),
}


@pytest.mark.parametrize("name", HELD)
def test_points_satisfy_what_is_declared(name):
    symbol, equation, off = HELD[name]
    domain = domain_of(SIZES, [symbol], assuming=equation)
    rows, cols = (SIZES.get(size, 1) for size in symbol.shape)
    values = set()
    for seed in range(4):
        point = Point(Exact(), random.Random(seed), domain=domain)
        exact = [[point.value(symbol, i, j) for j in range(cols)] for i in range(rows)]
        assert not np.any(off(np.array(exact, dtype=object)))
        in_double = draw([symbol], SIZES, domain, seed)[symbol]
        assert np.allclose(off(in_double), 0)
        values |= {str(exact), str(in_double)}
    assert len(values) == 8


KEPT = {
    "columns": (Q, d(Q).T * Q + Q.T * d(Q)),
    "rows": (F, d(F) * F.T + F * d(F).T),
    "unit": (x, d(x).T * x),
    "sum": (x, ones(1, n) * d(x)),
    "rows of ones": (Q, d(Q) * ones(m)),
    "skew": (A, d(A) + d(A).T),
    "idempotent": (P, d(P) * P + P * d(P) - d(P)),
    "involutory": (P, d(P) * P + P * d(P)),
}


@pytest.mark.parametrize("name", KEPT)
def test_differentials_keep_to_what_is_declared(name):
    symbol, change = KEPT[name]
    _, equation, _ = HELD[name]
    zero = ZeroMatrix(*change.shape)
    assert check_steps([change, zero], assuming=equation)
    assert not check_steps([change, zero])
    assert not check_steps([d(symbol), ZeroMatrix(*symbol.shape)], assuming=equation)


def test_projectors_are_symmetric_where_that_is_declared_too():
    told = [Eq(P**2, P), Eq(P, P.T)]
    domain = domain_of(SIZES, [P], assuming=told)
    for value in (
        np.array(
            [
                [Point(Exact(), random.Random(0), domain=domain).value(P, i, j) for j in range(4)]
                for i in range(4)
            ],
            dtype=object,
        ).astype(float),
        draw([P], SIZES, domain, 1)[P],
    ):
        assert np.allclose(value @ value, value)
        assert np.allclose(value, value.T)
        assert 0 < np.trace(value) < 4


@pytest.mark.parametrize(
    ("expr", "wrt", "equations", "shown", "used"),
    [
        (Trace(X.T * Q * Q.T * Q * F * X), X, COLUMNS, None, "orthonormal columns"),
        (norm(Q * w - x) ** 2, w, COLUMNS, "2*(w - Qᵀ*x)", "orthonormal columns"),
        (norm(F.T * w) ** 2, w, Eq(F * F.T, Identity(m)), "2*w", "orthonormal rows"),
        (norm(x * z.T) ** 2, z, Eq(norm(x), 1), "2*z", "orthonormal columns"),
        (norm(A * z) ** 2, z, Eq(A.T * A, Identity(n)), "2*z", "orthogonal matrix"),
        (
            logsumexp(z) * sum_entries(y) - dot(y, z), z, Eq(sum_entries(y), 1),
            "softmax(z) - y", "declared sum of entries",
        ),
        (
            norm(Q * w - t * ones(n)) ** 2, w, Eq(ones(1, n) * Q, ZeroMatrix(1, m)),
            "2*Qᵀ*Q*w", "declared sums of rows",
        ),
        (
            norm(P * x - y) ** 2, x, [Eq(P**2, P), Eq(P, P.T)],
            "2*P*(x - y)", "power of an idempotent matrix",
        ),
        (dot(y, P**3 * x), y, Eq(P**2, Identity(n)), "P*x", "power of an involutory matrix"),
        (dot(x, A * x) + dot(y, A * x), x, Eq(A, -A.T), "-A*y", None),
        (norm(x), x, Eq(norm(x), 1), "x", "vector of length 1"),
    ],
)  # fmt: skip
def test_results_are_simplified_by_name(expr, wrt, equations, shown, used):
    derivation = derive(expr, wrt, assuming=equations)
    if shown is not None:
        assert text(derivation.result) == shown
    assert used is None or used in rules(derivation)
    assert derivation.replay() == derivation.result
    assert derivation.verify(SIZES, code="numpy")
    assert derivation.verify(method="double").assumptions
    if shown is not None and "norm(x)" not in text(expr):
        with pytest.raises(VerificationError):
            verify(expr, wrt, derivation.result, SIZES)
    assert pickle.loads(pickle.dumps(derivation)).verify()


def test_what_is_declared_is_said():
    derivation = derive(norm(Q * w - x) ** 2, w, assuming=COLUMNS)
    assert conditions(derivation) == ["Q with orthonormal columns"]
    assert "with Q with orthonormal columns" in str(derivation.verify(SIZES))
    assert "Q with orthonormal columns" in derivation.to_code()


def test_what_is_declared_of_the_variable_is_used_afterwards_only():
    """The derivative is that by free entries, at points of the sphere, not along it."""
    first, second = (verb(norm(x), x, assuming=Eq(x.T * x, Identity(1)))
                     for verb in (derive, hessian))  # fmt: skip
    assert text(first.result) == "x"
    assert text(second.result) == "I - x*xᵀ"
    assert second.verify().method == "numeric"
    assert "x of length 1, differentiated as a matrix of free entries" in conditions(first)
    assert not is_derivative(Identity(n), norm(x), x, assuming=Eq(norm(x), 1))
    trace = derive(Trace(A * B), A, assuming=Eq(A, A.T))
    assert trace.result == B.T
    gradient = derive(Trace(A.T * A * B), A, assuming=Eq(A.T * A, Identity(n)))
    assert text(gradient.result) == "A*(B + Bᵀ)"
    again = hessian(Trace(A.T * A * B), A, assuming=Eq(A.T * A, Identity(n)))
    assert again.verify({n: 2})
    assert again.result == hessian(Trace(A.T * A * B), A).result


def test_several_variables_keep_it():
    both = derive(norm(Q * w - x) ** 2, [w, Q], assuming=COLUMNS)
    assert text(both[w].result) == "2*(w - Qᵀ*x)"
    assert both.verify(SIZES)[Q].assumptions == ("Q with orthonormal columns",)


def test_instances_keep_it():
    derivation = derive(norm(Q * w - x) ** 2, w, assuming=COLUMNS)
    assert text(derivation.instantiate({x: y}).result) == "2*(w - Qᵀ*y)"
    assert text(derivation.instantiate({Q: F.T}).result) == "2*F*(Fᵀ*w - x)"


def test_hand_derivations_are_judged_where_it_holds():
    claim = 2 * w - 2 * Q.T * x
    assert is_derivative(claim, norm(Q * w - x) ** 2, w, assuming=COLUMNS)
    assert not is_derivative(claim, norm(Q * w - x) ** 2, w)
    assert not is_derivative(2 * claim, norm(Q * w - x) ** 2, w, assuming=COLUMNS)
    lines = [Q.T * Q * d(w), d(w)]
    assert check_steps(lines, assuming=COLUMNS)
    assert not check_steps(lines)


FORM = norm(Q * w - x) ** 2 + dot(x, A * P * x)


@pytest.mark.parametrize(
    ("equations", "kind", "message"),
    [
        (Eq(Q.T * Q, 2 * Identity(m)), InputError, r"at which Qᵀ\*Q = 2\*I; there are"),
        (Eq(A.T * A, A * A.T), InputError, "no points can be chosen"),
        (Eq(A * P, Identity(n)), InputError, "no points can be chosen"),
        (Eq(norm(Q), 1), InputError, "no points can be chosen"),
        (Eq(Q.T * Q, Identity(n)), InputError, "false to SymPy; its sides are of one shape"),
        (Eq(A, A), InputError, "says nothing"),
        ([Eq(A**2, A), Eq(A**2, Identity(n))], InputError, "idempotent and involutory at once"),
        ([Eq(sum_entries(x), 1), Eq(sum_entries(x), 0)], InputError, "contradict each other"),
        (Eq(MatrixSymbol("Q", n, n), MatrixSymbol("Q", n, n).T), InputError, "another Q"),
        ("Q'*Q", ParseError, "declare an equation such as"),
        ("Q'*Q = S", ParseError, "S does not occur"),
    ],
)
def test_what_is_refused(equations, kind, message):
    with pytest.raises(kind, match=message):
        derive(FORM, w, assuming=equations).verify()


def test_sizes_have_to_leave_room():
    derivation = derive(norm(Q * w - x) ** 2, w, assuming=COLUMNS)
    with pytest.raises(SizesError, match="no 3×4 matrix Q has orthonormal columns"):
        derivation.verify({n: 3, m: 4})
    assert derivation.verify({n: 3, m: 3})
    sizes = dict(derivation.verify().sizes)
    assert sizes["n"] > sizes["m"]


def test_no_equation_is_declared_beside_a_structure():
    with pytest.raises(InputError, match="which says what its free entries are"):
        derive(Trace(A * B), A, assuming=Eq(A.T * A, Identity(n)), structure="symmetric")


TYPED = {
    ("norm2(Q*w - x)^2, Q'*Q = I", "w"): "2*(w - Qᵀ*x)",
    ("-p'*log(softmax(z)) where 1'*p = 1", "z"): "softmax(z) - p",
    ("x'*S*y, S = S'", "y"): "S*x",
    ("x'*S*y, S = -S'", "y"): "-S*x",
    ("x'*P^3*y, P*P = P", "x"): "P*y",
    ("x'*P^3*y, P^2 = I", "x"): "P*y",
    ("sum(P*y)*t, P*ones(m) = ones(n), sum(y, axis=0) = 0", "t"): "sum(P*y)",
    ("t*sum(y), 1'*y = 0", "t"): "0",
    ("tr(A*X), X = X'", "X"): "Aᵀ",
    ("t*sum(P*ones(m)), P*1 = 1", "t"): "n",
    ("t*sum(P*ones(m)), P 1 = 0", "t"): "0",
}


@pytest.mark.parametrize("typed", TYPED)
def test_equations_are_typed(typed):
    derivation = derive(*typed)
    assert text(derivation.result) == TYPED[typed]
    assert derivation.verify().assumptions


def test_a_vector_of_length_one_is_not_zero():
    for typed in ("norm(x) = 1", "x'*x = 1"):
        derivation = derive("a'*x/norm(x)", "x", assuming=typed)
        assert "x not zero" not in map(str, derivation.assumptions)
        assert "x of length 1" in map(str, derivation.assumptions)
    assert "x not zero" in map(str, derive("a'*x/norm(x)", "x").assumptions)
    of_another = derive("norm(x)*norm(y)", "x", assuming="norm(y) = 1")
    assert "x not zero" in map(str, of_another.assumptions)


def test_equations_beside_complex_variables():
    with pytest.raises(ParseError, match=r'A is a number.*matrix="A"'):
        wirtinger("z^H*A*z, A^H*A = I", "z", complex="z A")
    Z = MatrixSymbol("Z", 3, 2)
    with pytest.raises(InputError, match="is not used where variables are complex"):
        wirtinger(norm(Z) ** 2, Z, assuming=Eq(Z.T * Z, Identity(2)))


def test_equations_are_typed_beside_expressions():
    assert text(derive(norm(Q * w - x) ** 2, w, assuming="Q'*Q = I").result) == "2*(w - Qᵀ*x)"
    assert is_derivative("2*(w - Q'*x)", "norm(Q*w - x)^2", "w", assuming=["Q'*Q = I"])
    reading = read_text("norm2(Q*w - x)^2, Q'*Q = I")
    (told,) = reading.assuming
    symbol = reading.symbols["Q"]
    assert told == Eq(symbol.T * symbol, Identity(symbol.shape[1]))
