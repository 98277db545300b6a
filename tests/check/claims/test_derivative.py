"""A true derivative is confirmed, and every false one rejected, by name of the entry."""

from __future__ import annotations

import dataclasses

import pytest
from sympy import (
    Abs,
    Determinant,
    DiracDelta,
    Float,
    Function,
    HadamardPower,
    HadamardProduct,
    Heaviside,
    Identity,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatrixSymbol,
    Max,
    OneMatrix,
    Piecewise,
    Rational,
    Symbol,
    Trace,
    ZeroMatrix,
    acosh,
    cosh,
    exp,
    log,
    sign,
    sin,
    sqrt,
    symbols,
    tanh,
)

from derivlib.check import elementwise, verify
from derivlib.check.claims.comparison import as_grid
from derivlib.check.claims.judgement import Directional, WrittenOut, judgement
from derivlib.check.scalars.numbers import at_points
from derivlib.check.values.directional import derivative_at
from derivlib.errors import (
    InputError,
    SizesError,
    UnsupportedError,
    VerificationError,
)
from derivlib.nodes import (
    AbstractGradient,
    MatrixFunction,
    d,
    partial,
    prime,
    sum_entries,
    unvec,
    vec,
)
from derivlib.nodes.relu import relu

n, m, p = symbols("n m p", integer=True, positive=True)
SIZES = {n: 4, m: 3, p: 2}
X, W = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
A, B, v = MatrixSymbol("A", n, n), MatrixSymbol("B", n, m), MatrixSymbol("v", n, 1)
z, t = symbols("z t")
sigma, tau, lam = Function("sigma"), Function("tau"), Function("lambda")

N = X * W
S = N.applyfunc(sigma)
L = lam(S)
UPSTREAM = HadamardProduct(AbstractGradient(L), N.applyfunc(prime(sigma)))
TANH_PRIME = Lambda(z, 1 - tanh(z) ** 2)

TRUE = {
    "abstract layer by weights": (L, W, X.T * UPSTREAM),
    "abstract layer by inputs": (L, X, UPSTREAM * W.T),
    "two applications of one function": (
        lam(X) + 2 * lam(X - B) + lam(B),
        X,
        AbstractGradient(lam(X)) + 2 * AbstractGradient(lam(X - B)),
    ),
    "concrete layer": (sum_entries(N.applyfunc(tanh)), W, X.T * N.applyfunc(TANH_PRIME)),
    "abstract function of a concrete layer": (
        lam(N.applyfunc(tanh)),
        W,
        X.T * HadamardProduct(AbstractGradient(lam(N.applyfunc(tanh))), N.applyfunc(TANH_PRIME)),
    ),
    "bilinear": (Trace(B.T * X), X, B),
    "quadratic": (Trace(X.T * A * X), X, A * X + A.T * X),
    "quadratic form": (v.T * A * v, v, (A + A.T) * v),
    "determinant": (Determinant(A), A, Determinant(A) * Inverse(A).T),
    "log-determinant": (log(Determinant(A)), A, Inverse(A).T),
    "inverse": (Trace(Inverse(A)), A, -(Inverse(A) * Inverse(A)).T),
    "norm": (sqrt(Trace(X.T * X)), X, X / sqrt(Trace(X.T * X))),
    "sum of logarithms": (sum_entries(X.applyfunc(log)), X, HadamardPower(X, -1)),
    "inside |x| < 1": (
        sum_entries(X.applyfunc(Lambda(z, sqrt(1 - z**2)))),
        X,
        X.applyfunc(Lambda(z, -z / sqrt(1 - z**2))),
    ),
    "outside x > 1": (
        sum_entries(X.applyfunc(acosh)),
        X,
        X.applyfunc(Lambda(z, 1 / sqrt(z**2 - 1))),
    ),
    "absolute value": (sum_entries(X.applyfunc(Abs)), X, X.applyfunc(sign)),
    "sign": (sum_entries(X.applyfunc(sign)), X, 2 * X.applyfunc(DiracDelta)),
    "written otherwise": (
        sum_entries(X.applyfunc(tanh)),
        X,
        X.applyfunc(Lambda(z, cosh(z) ** -2)),
    ),
    "Jacobian of a product": (X * W, W, KroneckerProduct(Identity(p), X)),
    "Jacobian by the left factor": (X * W, X, KroneckerProduct(W.T, Identity(n))),
    "abstract matrix function": (
        Trace(B.T * MatrixFunction("nu", (n, m))(W)),
        W,
        unvec(partial(MatrixFunction("nu", (n, m))(W)).T * vec(B), (m, p)),
    ),
    "matrix by scalar": (t**2 * X, t, 2 * t * X),
    "scalar by scalar": (sin(t) * Trace(A), t, Trace(A) * (1 - 2 * sin(t / 2) ** 2)),
    "not there": (Trace(A), X, ZeroMatrix(n, m)),
}


def sizes_of(*expressions):
    from derivlib.check import size_symbols

    return {size: SIZES[size] for size in size_symbols(*expressions)}


@pytest.mark.parametrize("name", TRUE)
def test_true_derivative_is_confirmed(name):
    expr, wrt, result = TRUE[name]
    verification = verify(expr, wrt, result, sizes_of(expr, wrt, result))
    assert verification.entries == verification.shape[0] * verification.shape[1] > 0


@pytest.mark.parametrize("name", sorted(TRUE.keys() - {"not there", "sign"}))
@pytest.mark.parametrize("falsify", ["factor 2", "sign", "another term"])
def test_falsified_derivative_is_rejected(name, falsify):
    """A factor, a sign or a stray term, also one as small as 10⁻²⁰."""
    expr, wrt, result = TRUE[name]
    tiny = Rational(1, 10**20)
    stray = tiny * OneMatrix(*result.shape) if result.is_Matrix else tiny
    wrong = {"factor 2": 2 * result, "sign": -result, "another term": result + stray}[falsify]
    with pytest.raises(VerificationError, match=r"entry \(1, 1\), counted from 1, differs"):
        verify(expr, wrt, wrong, sizes_of(expr, wrt, result))


@pytest.mark.parametrize("name", TRUE)
def test_both_ways_of_judging_agree(name):
    """Writing out and differentiating, and dual numbers, share no calculus."""
    from derivlib.check.scalars.fields import HighPrecision

    expr, wrt, _ = TRUE[name]
    sizes = sizes_of(expr, wrt)
    written = judgement(expr, wrt, sizes, {})
    assert isinstance(written, WrittenOut)
    by_direction = Directional(expr, wrt, sizes, {})

    def values(point):
        return as_grid(written.at(point)), as_grid(by_direction.at(point)), point.arithmetic

    for one, other, arithmetic in at_points(HighPrecision(), 0, 1, values):
        assert one.shape == other.shape
        assert all(map(arithmetic.equal, one.entries, other.entries))


WRONG = {
    "not transposed": (Trace(X.T * A * X), X, A * X + A * X, r"entry \(1, 1\)"),
    "dropped term": (Trace(X.T * A * X), X, A * X, r"entry \(1, 1\)"),
    "transposed gradient": (Trace(A * A), A, 2 * A, r"entry \(1, 2\)"),
    "transposed inverse": (log(Determinant(A)), A, Inverse(A), r"entry \(1, 2\)"),
    "no chain rule": (L, W, X.T * AbstractGradient(L), r"entry \(1, 1\)"),
    "slope not differentiated": (
        L,
        W,
        X.T * HadamardProduct(AbstractGradient(L), S),
        r"entry \(1, 1\)",
    ),
    "slope at another place": (
        L,
        W,
        X.T * HadamardProduct(AbstractGradient(L), S.applyfunc(prime(sigma))),
        r"entry \(1, 1\)",
    ),
    "another function's slope": (
        L,
        W,
        X.T * HadamardProduct(AbstractGradient(L), N.applyfunc(prime(tau))),
        r"entry \(1, 1\)",
    ),
    "gradient at another place": (
        L,
        W,
        X.T * HadamardProduct(AbstractGradient(lam(N)), N.applyfunc(prime(sigma))),
        r"entry \(1, 1\)",
    ),
    "rows of vec, not columns": (X * W, W, KroneckerProduct(X, Identity(p)), r"entry \(1, 2\)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_derivative_is_rejected_at_its_first_entry(name):
    expr, wrt, wrong, where = WRONG[name]
    with pytest.raises(VerificationError, match=where):
        verify(expr, wrt, wrong, sizes_of(expr, wrt, wrong))


def test_a_difference_in_the_last_entry_is_found():
    """Every entry is compared, not the first few."""
    M, C = MatrixSymbol("M", 4, 3), MatrixSymbol("C", 4, 3)
    from sympy import Matrix

    wrong = C + Matrix(4, 3, lambda i, j: int((i, j) == (3, 2)))
    with pytest.raises(VerificationError, match=r"entry \(4, 3\), counted from 1"):
        verify(Trace(C.T * M), M, wrong)


def test_rule_of_the_notebook_is_rejected():
    """∂L/∂W = ∂L/∂S ⊙ (Xᵀ ∂S/∂N) holds for λ = Σ at n = m, and not for λ = Σ s²."""
    wrong = HadamardProduct(OneMatrix(m, p), X.T * N.applyfunc(TANH_PRIME))
    verify(sum_entries(N.applyfunc(tanh)), W, wrong, {n: 3, m: 3, p: 2})
    M, V = MatrixSymbol("X", 3, 3), MatrixSymbol("W", 3, 2)
    wrong = HadamardProduct(2 * M * V, M.T * OneMatrix(3, 2))
    with pytest.raises(VerificationError, match=r"entry \(1, 1\)"):
        verify(sum_entries(HadamardPower(M * V, 2)), V, wrong)


def test_message_shows_both_values_written_out_if_they_are_short():
    C, M = MatrixSymbol("C", 2, 3), MatrixSymbol("M", 3, 2)
    with pytest.raises(
        VerificationError, match=r"the result has 3\*C\[0, 0\], .* calculus has C\[0, 0\]"
    ):
        verify(Trace(C * M), M, 3 * C.T)


def test_message_shows_numbers_where_expressions_are_long():
    with pytest.raises(VerificationError, match=r"the result has -?\d+, .* has -?\d+"):
        verify(L, W, 2 * X.T * UPSTREAM, SIZES)


def test_message_names_the_sizes():
    with pytest.raises(VerificationError, match="differs at m=3, n=4:"):
        verify(Trace(B.T * X), X, 2 * B, {n: 4, m: 3})


def test_wrong_shape_is_rejected_with_both_shapes():
    with pytest.raises(VerificationError, match="3×4, entry-by-entry calculus is 4×3"):
        verify(Trace(B.T * X), X, B.T, {n: 4, m: 3})
    with pytest.raises(VerificationError, match=r"the result is 1×1, .* is 4×3"):
        verify(Trace(B.T * X), X, 0, {n: 4, m: 3})


def test_a_scalar_may_be_written_as_a_one_by_one_matrix():
    assert verify(t**2, t, 2 * t * Identity(1)).shape == (1, 1)


# --- exact and numeric ------------------------------------------------------------------


def test_rational_values_are_compared_exactly():
    verification = verify(L, W, X.T * UPSTREAM, SIZES)
    assert (verification.method, verification.tolerance) == ("exact", None)


def test_other_values_are_compared_to_thirty_digits():
    verification = verify(*TRUE["concrete layer"], SIZES)
    assert (verification.method, verification.tolerance) == ("numeric", 1e-30)


def test_floating_point_in_the_expression_loosens_the_comparison():
    """0.1 and 0.1 computed otherwise are the same to fifteen digits, not to thirty."""
    expr = Float("0.1") * sum_entries(X.applyfunc(exp))
    result = (Float("0.3") - Float("0.2")) * X.applyfunc(exp)
    assert verify(expr, X, result, {n: 4, m: 3}).tolerance == 1e-10
    with pytest.raises(VerificationError):
        verify(expr, X, Float("0.1001") * X.applyfunc(exp), {n: 4, m: 3})


def test_positive_and_integer_symbols_get_such_values():
    a, k = Symbol("a", positive=True), Symbol("k", integer=True, positive=True)
    assert verify(log(a), a, 1 / a).method == "exact"
    assert verify(sqrt(a) ** k, a, k * a ** (k / 2 - 1) / 2).entries == 1
    assert verify(sqrt(a**2), a, 1).entries == 1
    with pytest.raises(VerificationError):
        verify(sqrt(t**2), t, 1)


@pytest.mark.parametrize("seed", range(8))
def test_a_mistake_in_one_piece_is_found_with_any_seed(seed):
    """|t| and max(t, 5) have the derivative 1 on one side only."""
    for expr in (sqrt(t**2), Abs(t), Max(t, 5)):
        assert verify(expr, t, elementwise(expr, t), seed=seed).points > 2
        with pytest.raises(VerificationError):
            verify(expr, t, 1, seed=seed)


def test_nothing_is_confirmed_where_no_point_is_in_the_domain():
    """√(-1-x²) is real nowhere: no agreement can be found, and none is reported."""
    expr = sqrt(-1 - t**2)
    with pytest.raises(VerificationError, match="nothing could be compared: no point was found"):
        verify(expr, t, -t / expr)


def test_nothing_is_confirmed_at_singular_matrices():
    x = MatrixSymbol("x", 3, 1)
    with pytest.raises((VerificationError, UnsupportedError), match=r"no point|singular"):
        verify(Trace(Inverse(x * x.T)), x, ZeroMatrix(3, 1))


def test_imaginary_results_are_refused():
    from sympy import I

    with pytest.raises(UnsupportedError, match="not real"):
        verify(Trace(A), A, I * Identity(n), {n: 2})


@pytest.mark.parametrize("points", [0, -1])
def test_a_comparison_at_no_point_is_impossible(points):
    with pytest.raises(InputError, match="at one point or more"):
        verify(Trace(B.T * X), X, B, {n: 4, m: 3}, points=points)


def test_the_same_seed_gives_the_same_message():
    def message(seed):
        with pytest.raises(VerificationError) as caught:
            verify(L, W, 2 * X.T * UPSTREAM, SIZES, seed=seed)
        return str(caught.value)

    assert message(1) == message(1) != message(2)


# --- deep expressions -------------------------------------------------------------------


def network(depth):
    weights = [MatrixSymbol(f"W{k}", m, m) for k in range(depth)]
    layers = [MatrixSymbol("X", n, m)]
    for weight in weights:
        layers.append((layers[-1] * weight).applyfunc(sigma))
    return weights, layers


def backpropagated(weights, layers):
    """∂λ/∂W₀ by hand, from the last layer back."""
    upstream = AbstractGradient(lam(layers[-1]))
    for k in reversed(range(len(weights))):
        upstream = HadamardProduct(
            upstream, (layers[k] * weights[k]).applyfunc(prime(sigma)), evaluate=False
        )
        if k:
            upstream = upstream * weights[k].T
    return layers[0].T * upstream


def test_deep_network_is_verified_without_writing_it_out():
    """Twelve layers written out have more than 2¹² terms; along directions it stays linear."""
    weights, layers = network(12)
    result = backpropagated(weights, layers)
    verification = verify(lam(layers[-1]), weights[0], result, {n: 3, m: 2})
    assert verification.calculus == "direction by direction"
    assert verification.method == "exact"
    with pytest.raises(VerificationError, match=r"entry \(1, 1\)"):
        verify(lam(layers[-1]), weights[0], -result, {n: 3, m: 2})


def test_jacobian_along_directions_has_the_layout_of_the_contract():
    from derivlib.check.scalars.fields import Exact

    def values(point):
        found = derivative_at(point, d(X * W), W, SIZES)
        return found, point.evaluation(SIZES).value(KroneckerProduct(Identity(p), X))

    ((found, expected),) = at_points(Exact(), 0, 1, values)
    assert found == expected


# --- the record -------------------------------------------------------------------------


def test_record_says_what_was_compared_with_what():
    verification = verify(L, W, X.T * UPSTREAM, SIZES, seed=5, points=3)
    sentence = str(verification)
    for part in (
        "3×2 result",
        "all 6 entries",
        "found entry by entry at m=3, n=4, p=2",
        "exactly",
        "3 random points",
        "seed 5",
        "SymPy",
        "Python",
    ):
        assert part in sentence


def test_record_is_frozen():
    verification = verify(Trace(A), A, Identity(n), {n: 3})
    with pytest.raises(dataclasses.FrozenInstanceError):
        verification.entries = 0


# --- wrong input ------------------------------------------------------------------------


def test_missing_and_misspelt_sizes_are_named():
    with pytest.raises(SizesError, match="no value for the size p"):
        verify(L, W, X.T * UPSTREAM, {n: 4, m: 3})
    with pytest.raises(SizesError, match="size k does not occur"):
        verify(L, W, X.T * UPSTREAM, {n: 4, m: 3, Symbol("k"): 2})


@pytest.mark.parametrize("argument", [0, 1, 2])
def test_text_is_not_taken_for_an_expression(argument):
    arguments = [Trace(A), A, Identity(n)]
    arguments[argument] = "A"
    with pytest.raises(InputError, match="SymPy expression"):
        verify(*arguments, {n: 2})


def test_claim_about_other_symbols_is_rejected():
    """A stray symbol in a result takes values of its own."""
    with pytest.raises(VerificationError):
        verify(Trace(B.T * X), X, MatrixSymbol("C", n, m), {n: 4, m: 3})


@pytest.mark.parametrize("wrong", [0, 1])
def test_what_sympy_cannot_write_out_is_compared_along_directions(wrong):
    """SymPy compares 1/0 with 1 where it puts relu's two values into a division, and refuses."""
    inverse = 1 / relu(t)
    chosen = Piecewise((t, inverse > 1), (inverse, True))
    slope = Piecewise((1, inverse > 1), (-(inverse**2) * Heaviside(t, 0), True))
    with pytest.raises(UnsupportedError, match="Invalid comparison"):
        elementwise(chosen, t)
    if wrong:
        with pytest.raises(VerificationError):
            verify(chosen, t, slope + wrong)
    else:
        assert verify(chosen, t, slope).calculus == "direction by direction"
