"""The judge in double precision agrees where the exact one does, and finds what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from expressions import DERIVATIONS, derivation
from sympy import (
    Function,
    Inverse,
    Lambda,
    MatrixSymbol,
    Max,
    Min,
    Piecewise,
    Q,
    Symbol,
    Trace,
    asinh,
    erf,
    log,
    symbols,
    tan,
)

from derivlib import (
    BackendError,
    InputError,
    UnsupportedError,
    VerificationError,
    derive,
    hessian,
    logdet,
    sum_entries,
)
from derivlib.check import size_symbols, verify
from derivlib.check.arrays.array_points import FreeEntries
from derivlib.check.arrays.evaluator import Evaluator
from derivlib.check.arrays.jets import constant
from derivlib.check.claims import large
from derivlib.nodes import STRUCTURES, SingleEntry
from derivlib.nodes.free_entries import free_entries, spread_out

n, m, p = symbols("n m p", integer=True, positive=True)
A, X, W = MatrixSymbol("A", n, n), MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
x, y, B = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), MatrixSymbol("B", m, m)
t, z = Symbol("t"), Symbol("z")
SIZES = {"n": 4, "m": 3, "p": 2, "q": 5, "k": 6, "l": 2}


def sizes_of(d):
    return {size: SIZES[size.name] for size in size_symbols(*d._asked.parts, d.wrt)}


@pytest.mark.parametrize("name", DERIVATIONS)
def test_both_judges_agree(name):
    d = derivation(name)
    assert d.verify(sizes_of(d), method="double").method == "double"


@pytest.mark.parametrize("name", DERIVATIONS)
def test_a_doubled_result_is_refused(name):
    d = derivation(name)
    if getattr(d.result, "is_ZeroMatrix", False) or d.result == 0:
        return
    with pytest.raises(VerificationError, match="differs"):
        verify(
            d.expr, d.wrt, 2 * d.result, sizes_of(d), order=d.order,
            definitions={**d.shared, **d.where}, method="double",
            structure=d.premises.structure, assuming=d.premises.given,
        )  # fmt: skip


sigma, lam = Function("sigma"), Function("lambda")
LAYER = lam((X * W).applyfunc(sigma))
LARGE = {n: 60, m: 50, p: 40}


def test_large_sizes_are_judged_in_double_precision():
    d = derive(LAYER, W)
    verification = d.verify(LARGE)
    assert verification.method == "double"
    assert verification.entries == 2000
    assert "along random directions" in str(verification)
    assert "NumPy" in dict(verification.versions)
    assert d.verify({n: 4, m: 3, p: 2}).method == "exact"
    assert derive(Trace(A * A.T), A).verify({n: 25}, method="exact").method == "exact"


PLACES = {
    "gradient": (Trace(A * X * X.T), X, 1, (n, m), (17, 8)),
    "Jacobian": (A * x, x, 1, (n, n), (31, 7)),
    "Hessian": (x.T * A * x, x, 2, (n, n), (5, 44)),
    "by a scalar": (t**2 * A, t, 1, (n, n), (9, 58)),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_single_wrong_entry_is_found(name):
    expr, wrt, order, shape, (i, j) = PLACES[name]
    d = hessian(expr, wrt) if order == 2 else derive(expr, wrt)
    sizes = {size: LARGE[size] for size in size_symbols(expr)}
    wrong = d.result + SingleEntry(shape, i, j)
    with pytest.raises(VerificationError, match=rf"entry \({i + 1}, {j + 1}\).* differs"):
        verify(expr, wrt, wrong, sizes, order=order, method="double")


def test_transposed_claims_are_refused():
    with pytest.raises(VerificationError, match=r"the shapes differ .* 50×60, .* 60×50"):
        verify(Trace(A * X * X.T), X, derive(Trace(A * X * X.T), X).result.T, LARGE_OF_X)
    with pytest.raises(VerificationError, match="differs"):
        verify(A * x, x, A.T, {n: 60})


LARGE_OF_X = {n: 60, m: 50}


@pytest.mark.parametrize("structure", STRUCTURES)
def test_structured_variables(structure):
    U = MatrixSymbol("U", n, n)
    expr = Trace(A * U * A * U)
    d = derive(expr, U, structure=structure)
    assert d.verify({n: 30}).structure == f"{structure} U"
    free = derive(expr, U).result
    with pytest.raises(VerificationError, match="differs"):
        verify(expr, U, free, {n: 30}, structure=structure)
    assert derive(U * A, U, structure=structure).verify({n: 4}, method="double")
    assert hessian(expr, U, structure=structure).verify({n: 4}, method="double")


@pytest.mark.parametrize("structure", [None, *STRUCTURES])
def test_free_entries_stand_where_the_exact_judge_has_them(structure):
    size = 4
    free = free_entries(structure, size, size)
    entries = FreeEntries(structure, size, size)
    assert [entries.place(k) for k in range(entries.count)] == free
    numbers = {place: 1.0 + k for k, place in enumerate(free)}
    wanted = spread_out(structure, size, size, numbers)
    found = entries.matrix(np.arange(1.0, 1 + len(free)))
    assert found.tolist() == [[float(wanted[i, j]) for j in range(size)] for i in range(size)]


ASSUMED = [
    (x.T * A * x, x, Q.symmetric(A)),
    (x.T * Inverse(A) * x, x, Q.positive_definite(A)),
    (x.T * A * x, x, Q.diagonal(A)),
    (x.T * A * y, x, Q.upper_triangular(A)),
    (Trace(A.T * X * X.T * A), X, Q.orthogonal(A)),
    (t * Trace(X.T * X), X, Q.negative(t)),
]


@pytest.mark.parametrize(("expr", "wrt", "assumed"), ASSUMED)
def test_what_is_assumed_holds_at_every_point(expr, wrt, assumed):
    d = derive(expr, wrt, assuming=assumed)
    sizes = {size: LARGE[size] for size in size_symbols(expr)}
    assert d.verify(sizes).assumptions


def test_a_result_that_needs_its_assumption_fails_without_it():
    assumed = derive(x.T * A * x, x, assuming=Q.symmetric(A)).result
    with pytest.raises(VerificationError, match="differs"):
        verify(x.T * A * x, x, assumed, {n: 40})


FUNCTIONS = [
    X.applyfunc(asinh),
    X.applyfunc(Lambda(z, tan(z / 4))),
    X.applyfunc(erf),
    X.applyfunc(Lambda(z, log(2 + z))),
]


@pytest.mark.parametrize("matrix", FUNCTIONS)
def test_functions_that_numpy_or_mpmath_have(matrix):
    assert derive(sum_entries(matrix), X).verify({n: 25, m: 20}).method == "double"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (Piecewise((z**2, z > 0), (-z, True)), [4.0, 3.0]),
        (Piecewise((z**2, (z > 0) & (z < 1)), (5 * z, ~(z > 0)), (z, True)), [2.0, -15.0]),
        (Max(z, 1), [2.0, 1.0]),
        (Min(z, 1, -1), [-1.0, -3.0]),
    ],
)
def test_choices(body, wanted):
    like = (2, 1)
    for start, value in zip((2.0, -3.0), wanted, strict=True):
        evaluator = Evaluator({}, {z: constant(start, like)}, like)
        assert float(evaluator.value(body)[0, 0, 0, 0]) == value


def test_blocks_are_solved_as_by_elimination():
    """Inverses and determinants of matrices larger than those eliminated row by row."""
    d = derive(logdet(A) + Trace(Inverse(A) * x * y.T), A)
    assert d.verify({n: 40}).entries == 1600
    with pytest.raises(VerificationError, match="differs"):
        verify(logdet(A) + Trace(Inverse(A) * x * y.T), A, d.result + A.T, {n: 40})


def test_a_network_of_many_layers_over_names():
    value, where = x, {}
    for i in range(12):
        name = MatrixSymbol(f"h{i}", n, 1)
        where[name], value = (A * value).applyfunc(sigma), name
    d = derive(lam(value), x, where=where)
    assert d.verify({n: 30}).method == "double"


# --- bad input --------------------------------------------------------------------------


def test_without_numpy(monkeypatch):
    monkeypatch.setattr(large, "_has_numpy", lambda: False)
    d = derive(Trace(A * A), A)
    with pytest.raises(BackendError, match=r"pip install .*numpy.* or verify at small sizes"):
        d.verify({n: 4}, method="double")
    assert d.verify({n: 21}).method == "modular"


def test_a_method_that_is_none():
    with pytest.raises(InputError, match="method must be"):
        derive(Trace(A * A), A).verify({n: 4}, method="fast")


def test_a_variable_that_moves_on_a_curve():
    with pytest.raises(UnsupportedError, match=r'A is orthogonal .* method="exact"'):
        verify(Trace(A), A, A, {n: 30}, assuming=Q.orthogonal(A))


def test_no_point_at_which_there_is_a_value():
    with pytest.raises(VerificationError, match="no 2 points were found"):
        verify(sum_entries(X.applyfunc(Lambda(z, log(-1 - z**2)))), X, X, {n: 25, m: 20})


def test_kronecker_products_at_sizes_that_differ():
    assert derive(A * X * B, X).verify({n: 25, m: 20}).shape == (500, 500)
