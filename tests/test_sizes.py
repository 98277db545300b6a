"""One mapping of sizes serves a session; where none is given, the judge chooses and says which."""

from __future__ import annotations

import pytest
from expressions import A, B, W, X, lam, m, n, p, sigma, x
from sympy import Function, Matrix, MatrixSymbol, Symbol, Trace, symbols

from derivlib import SizesError, VerificationError, check_steps, derive, explicit, is_derivative
from derivlib.check import check_equation, size_symbols, verify
from derivlib.expressions.sizes import resolve_sizes

SESSION = {"n": 4, m: 3, "p": 2, "k": -1, Symbol("q"): "not looked at"}
LAYER = derive(lam((X * W).applyfunc(sigma)), W)


@pytest.mark.parametrize(
    "use",
    [
        lambda sizes: LAYER.verify(sizes).sizes,
        lambda sizes: LAYER.elementwise(sizes),
        lambda sizes: LAYER.stepwise(sizes).product,
        lambda sizes: explicit(A * x, sizes),
        lambda sizes: is_derivative(2 * X, Trace(X.T * X), X, sizes).sizes,
        lambda sizes: check_steps([X.T * X, X.T * X], sizes).reason,
        lambda sizes: check_equation(A, A, sizes=sizes).sizes,
        lambda sizes: derive(x.T * A * x, [x, A]).verify(sizes)[A].sizes,
    ],
)
def test_one_mapping_serves_a_session(use):
    assert use(SESSION) == use({n: 4, m: 3, p: 2})


@pytest.mark.parametrize("use", [explicit, lambda expr, sizes: verify(expr, X, expr, sizes)])
def test_a_misspelt_size_is_named_beside_the_missing_one(use):
    with pytest.raises(SizesError, match=r"no value for the size m; size mm does not occur.*m, n"):
        use(X, {n: 2, "mm": 3})


def test_two_symbols_of_one_name_are_told_apart():
    other = Symbol("n", integer=True)
    expr = Trace(A) * Trace(MatrixSymbol("C", other, other))
    with pytest.raises(SizesError, match=r"several symbols: Symbol\('n'.*and Symbol\('n'"):
        explicit(expr, {"n": 2})
    assert explicit(expr, {n: 2, other: 3}).count_ops() == 4
    with pytest.raises(SizesError, match="given as another symbol of the same name"):
        explicit(A, {other: 2})


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({n: 2, "n": 3}, "n is given twice: 2 and 3"),
        ({3: 4}, "by its symbol or its name, not by 3"),
        ({A: 4}, "by its symbol or its name, not by A"),
        ({"n": 0}, "positive integer"),
    ],
)
def test_what_is_no_size_is_refused(sizes, message):
    with pytest.raises(SizesError, match=message):
        explicit(A, sizes)


def test_a_size_given_twice_alike_is_taken():
    assert resolve_sizes({n: 2, "n": 2}, A) == {n: 2}


def test_an_index_may_be_given_by_its_name():
    i = Symbol("i", integer=True)
    assert explicit(x[i, 0], {"n": 3, "i": 1}) == explicit(x[1, 0], {n: 3})


# --- sizes that are chosen --------------------------------------------------------------


def test_chosen_sizes_are_different_and_told():
    verification = LAYER.verify()
    assert [name for name, _ in verification.sizes] == ["m", "n", "p"]
    assert len({size for _, size in verification.sizes}) == 3
    for name, size in verification.sizes:
        assert f"{name}={size}" in str(verification)


def test_a_wrong_result_is_refused_at_chosen_sizes():
    with pytest.raises(VerificationError, match="differs at m="):
        verify(Trace(X.T * X), X, X)


def test_nothing_is_chosen_where_some_sizes_are_given():
    with pytest.raises(SizesError, match="no value for the size m"):
        derive(X.T * X, X).verify({n: 2})


@pytest.mark.parametrize(
    "expr",
    [
        MatrixSymbol("Y", n - 3, n - m),
        MatrixSymbol("Y", n / 2, m - p),
        X[7, 2] * X,
        Matrix([[n]])[0, 0] * X,
    ],
)
def test_shapes_are_possible_and_indices_inside(expr):
    sizes = resolve_sizes(None, expr, choose=True)
    assert set(sizes) == set(size_symbols(expr))
    assert len(set(sizes.values())) == len(sizes)
    assert explicit(expr, sizes).rows > 0


def test_indices_are_chosen_too():
    i, j = symbols("i j", integer=True)
    assert derive(A[i, j] * Trace(A), A).verify().sizes == (("n", 4), ("i", 1), ("j", 0))


def test_shapes_that_no_small_sizes_allow_are_named():
    with pytest.raises(SizesError, match="state the sizes: none were found at which n - 20"):
        resolve_sizes(None, MatrixSymbol("Y", n - 20, m), choose=True)


def test_many_sizes_are_to_be_given():
    many = symbols("s_1:11", integer=True, positive=True)
    expr = Function("f")(*(MatrixSymbol(f"A_{s}", s, 1) for s in many))
    with pytest.raises(SizesError, match="state the sizes: there are 10"):
        resolve_sizes(None, expr, choose=True)
    assert len(resolve_sizes({s.name: 2 for s in many}, expr)) == 10


def test_joint_derivations_choose_as_well():
    assert derive(Trace(A * X * B * X.T), [A, B]).verify()[A].sizes == (("m", 4), ("n", 3))
