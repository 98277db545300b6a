"""Equations with differentials are decided rightly, and falsified rules are found out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from sympy import (
    Add,
    Determinant,
    Function,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Max,
    Mul,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    cosh,
    exp,
    log,
    sinh,
    sqrt,
    symbols,
    tanh,
)

from derivlib.check import check_equation, check_identification, check_rule, rejected_tampering
from derivlib.check.scalars.dual import Dual, reciprocal
from derivlib.errors import InputError, RuleError, SizesError, VerificationError
from derivlib.nodes import (
    AbstractGradient,
    Inner,
    MatrixFunction,
    d,
    partial,
    prime,
    sum_entries,
    unvec,
    vec,
)

n, m, p = symbols("n m p", integer=True, positive=True)
SIZES = {n: 4, m: 3, p: 2}
X, Y, W = MatrixSymbol("X", n, m), MatrixSymbol("Y", n, m), MatrixSymbol("W", m, p)
A, E = MatrixSymbol("A", n, n), MatrixSymbol("E", n, m)
u, t, z = Symbol("u"), Symbol("t"), Symbol("z")
sigma, lam, f = Function("sigma"), Function("lambda"), Function("f")
nu = MatrixFunction("nu", (n, p))

TRUE = {
    "product": (d(X * W), d(X) * W + X * d(W)),
    "scalar coefficient": (d(u * X), d(u) * X + u * d(X)),
    "transpose": (d(X.T), d(X).T),
    "inverse": (d(Inverse(A)), -Inverse(A) * d(A) * Inverse(A)),
    "power": (d(A**3), d(A) * A * A + A * d(A) * A + A * A * d(A)),
    "determinant": (d(Determinant(A)), Determinant(A) * Trace(Inverse(A) * d(A))),
    "log-determinant": (d(log(Determinant(A) ** 2)), 2 * Trace(Inverse(A) * d(A))),
    "Hadamard product": (
        d(HadamardProduct(X, Y)),
        HadamardProduct(d(X), Y) + HadamardProduct(X, d(Y)),
    ),
    "Kronecker product": (
        d(KroneckerProduct(X, W)),
        KroneckerProduct(d(X), W) + KroneckerProduct(X, d(W)),
    ),
    "trace": (d(Trace(X.T * Y)), Trace(d(X).T * Y) + Trace(X.T * d(Y))),
    "sum of entries": (d(sum_entries(X)), sum_entries(d(X))),
    "vec": (d(vec(X)), vec(d(X))),
    "abstract elementwise": (
        d(X.applyfunc(sigma)),
        HadamardProduct(X.applyfunc(prime(sigma)), d(X)),
    ),
    "known elementwise": (
        d(X.applyfunc(tanh)),
        HadamardProduct(X.applyfunc(Lambda(z, 1 - tanh(z) ** 2)), d(X)),
    ),
    "parameter": (
        d(X.applyfunc(Lambda(z, t * z**2))),
        HadamardProduct(X.applyfunc(Lambda(z, 2 * t * z)), d(X)) + d(t) * HadamardProduct(X, X),
    ),
    "abstract scalar function": (
        d(lam(X, W)),
        Inner(AbstractGradient(lam(X, W), 0), d(X)) + Inner(AbstractGradient(lam(X, W), 1), d(W)),
    ),
    "abstract matrix function": (
        d(nu(X, t)),
        unvec(partial(nu(X, t), 0) * vec(d(X)), (n, p)) + d(t) * partial(nu(X, t), 1),
    ),
    "chain of scalars": (d(f(exp(u))), prime(f)(exp(u)) * exp(u) * d(u)),
    "several arguments": (d(f(u, t)), partial(f(u, t), 0) * d(u) + partial(f(u, t), 1) * d(t)),
    "power with a moving exponent": (d(u**t), t * u ** (t - 1) * d(u) + log(u) * u**t * d(t)),
    "square root": (d(sqrt(u)), d(u) / (2 * sqrt(u))),
    "maximum": (d(Max(u, t)), d(Max(u, t) - t) + d(t)),
    "twice": (d(d(A * A)), 2 * d(A) * d(A)),
    "twice, elementwise": (
        d(d(X.applyfunc(sigma))),
        HadamardProduct(X.applyfunc(prime(sigma, 2)), d(X), d(X)),
    ),
    "twice, inverse": (
        d(d(Inverse(A))),
        2 * Inverse(A) * d(A) * Inverse(A) * d(A) * Inverse(A),
    ),
    "trace is cyclic": (Inner(E, A * X), Inner(A.T * E, X)),
    "inner product": (Inner(X, Y), Trace(X.T * Y)),
}

FALSE = {
    "swapped factors": (d(A * A.T), d(A).T * A + A * d(A).T),
    "a term only": (d(X * W), d(X) * W),
    "no transpose": (Inner(E, A * X), Inner(A * E, X)),
    "no inverse on the left": (d(Inverse(A)), -d(A) * Inverse(A) * Inverse(A)),
    "slope at another place": (
        d((2 * X).applyfunc(sigma)),
        2 * HadamardProduct(X.applyfunc(prime(sigma)), d(X)),
    ),
    "second slope for the first": (
        d(X.applyfunc(sigma)),
        HadamardProduct(X.applyfunc(prime(sigma, 2)), d(X)),
    ),
    "gradient of another argument": (d(lam(X, Y)), Inner(AbstractGradient(lam(X, Y)), d(X) + d(Y))),
    "not constant": (d(X), ZeroMatrix(n, m)),
    "factor of the second differential": (d(d(A * A)), d(A) * d(A)),
    "one branch of a maximum": (d(Max(u, t)), d(u)),
}


def sizes_of(*expressions):
    from derivlib.check import size_symbols

    return {size: SIZES[size] for size in size_symbols(*expressions)}


@pytest.mark.parametrize("name", TRUE)
def test_true_equation_is_accepted(name):
    left, right = TRUE[name]
    assert check_equation(left, right, sizes=sizes_of(left, right)).entries > 0


@pytest.mark.parametrize("name", FALSE)
def test_false_equation_is_rejected(name):
    left, right = FALSE[name]
    with pytest.raises(VerificationError, match="counted from 1, differs"):
        check_equation(left, right, sizes=sizes_of(left, right))


@pytest.mark.parametrize("name", TRUE)
def test_doubled_and_negated_sides_are_rejected(name):
    left, right = TRUE[name]
    times = MatMul if right.is_Matrix else Mul
    for factor in (2, -1):
        with pytest.raises(VerificationError):
            check_equation(left, times(factor, right), sizes=sizes_of(left, right))


def test_different_shapes_are_rejected_with_both():
    with pytest.raises(VerificationError, match="the left side is 4×3, the right side is 3×4"):
        check_equation(d(X), d(X.T), sizes={n: 4, m: 3})


def test_only_what_varies_has_a_differential():
    left = d(X * W)
    check_equation(left, X * d(W), sizes=SIZES, varying=[W])
    with pytest.raises(VerificationError):
        check_equation(left, X * d(W), sizes=SIZES, varying=[W, X])
    check_equation(left, ZeroMatrix(n, p), sizes=SIZES, varying=[])


def test_definitions_are_differentiated_through():
    """DS = σ'(N) ⊙ (X dW) where S = σ(N) and N = XW are names."""
    N, S = MatrixSymbol("N", n, p), MatrixSymbol("S", n, p)
    names = {N: X * W, S: N.applyfunc(sigma)}
    right = HadamardProduct(N.applyfunc(prime(sigma)), X * d(W))
    check_equation(d(S), right, sizes=SIZES, definitions=names, varying=[W])
    with pytest.raises(VerificationError):
        check_equation(d(S), right, sizes=SIZES, definitions=names)
    with pytest.raises(VerificationError):
        check_equation(d(S), right, sizes=SIZES, varying=[W])


def test_rational_equations_are_exact_and_others_numeric():
    assert check_equation(*TRUE["inverse"], sizes={n: 4}).method == "exact"
    assert check_equation(*TRUE["abstract elementwise"], sizes={n: 4, m: 3}).method == "exact"
    assert check_equation(*TRUE["known elementwise"], sizes={n: 4, m: 3}).method == "numeric"


def test_missing_and_misspelt_sizes_are_named():
    with pytest.raises(SizesError, match="no value for the size p"):
        check_equation(d(X * W), d(X) * W, sizes={n: 4, m: 3})
    with pytest.raises(SizesError, match="size k does not occur"):
        check_equation(d(X), d(X), sizes={n: 4, Symbol("k"): 2})


def test_equation_is_checked_at_one_point_or_more():
    with pytest.raises(InputError):
        check_equation(u, u, points=0)


# --- dual numbers -----------------------------------------------------------------------


def test_dual_numbers_follow_the_product_and_quotient_rules():
    one, other = Dual(3, 5), Dual(2, -7)
    assert one * other == Dual(6, 5 * 2 + 3 * -7)
    assert one - other + 1 == Dual(2, 12)
    quotient = one * reciprocal(other)
    assert (quotient.real * 2, quotient.part * 4) == (3, 5 * 2 - 3 * -7)


def test_differential_agrees_with_finite_differences():
    """The ε-part of det X, at a point, is what NumPy's determinant changes by."""
    from derivlib.check.scalars.fields import HighPrecision
    from derivlib.check.scalars.numbers import at_points

    U = MatrixSymbol("U", 3, 3)

    def values(point):
        base = np.array(point.evaluation({}).value(U).entries, dtype=float).reshape(3, 3)
        moved = np.array(point.evaluation({}).value(d(U)).entries, dtype=float).reshape(3, 3)
        return base, moved, float(point.evaluation({}).value(d(Determinant(U))))

    for base, moved, found in at_points(HighPrecision(), 3, 2, values):
        step = 1e-6
        ends = [np.linalg.det(base + s * step * moved) for s in (1, -1)]
        assert found == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)


# --- identification ---------------------------------------------------------------------


def test_gradient_is_read_off_an_inner_product():
    check_identification(Inner(A * X, d(X)), A * X, sizes={n: 4, m: 3})
    check_identification(Trace((A * X).T * d(X)), A * X, sizes={n: 4, m: 3})
    check_identification(t * d(u), t)


def test_matrix_by_scalar_is_read_off():
    check_identification(2 * d(u) * X, 2 * X, sizes={n: 4, m: 3})


def test_jacobian_is_read_off_column_by_column():
    check_identification(X * d(W), KroneckerProduct(Identity(p), X), sizes=SIZES)
    with pytest.raises(VerificationError):
        check_identification(X * d(W), KroneckerProduct(X, Identity(p)), sizes=SIZES)


@pytest.mark.parametrize("wrong", [2 * A * X, -A * X, A.T * X, X])
def test_wrong_gradient_is_rejected(wrong):
    with pytest.raises(VerificationError, match="differs"):
        check_identification(Inner(A * X, d(X)), wrong, sizes={n: 4, m: 3})


def test_transposed_gradient_is_rejected_by_its_shape():
    with pytest.raises(VerificationError, match="left side is 4×3, the right side is 3×4"):
        check_identification(Inner(X, d(X)), X.T, sizes={n: 4, m: 3})


def test_identification_needs_the_differential_of_one_symbol():
    with pytest.raises(InputError, match="exactly one symbol"):
        check_identification(Inner(X, d(X)) + Inner(Y, d(Y)), X, sizes={n: 4, m: 3})
    with pytest.raises(InputError, match="exactly one symbol"):
        check_identification(Inner(X, d(2 * X)), X, sizes={n: 4, m: 3})


# --- rules ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stated:
    """A rule with nothing of derivlib's rule table in it."""

    name: str
    left: Any
    right: Any
    instances: tuple
    family: str = "differential"

    def equation(self, *placeholders):
        return self.left(*placeholders), self.right(d, *placeholders)


PRODUCT = Stated(
    "product",
    lambda U, V: d(MatMul(U, V)),
    lambda d, U, V: MatAdd(MatMul(d(U), V), MatMul(U, d(V))),
    ((X, W), (u, X)),
)
QUADRATIC = Stated(
    "quadratic",
    lambda U, B: d(Trace(U.T * B * U)),
    lambda d, U, B: Add(Trace(U.T * B * d(U)), Trace(U.T * B.T * d(U))) + Trace(U.T * d(B) * U),
    ((X, A),),
)
CYCLIC = Stated(
    "cyclic",
    lambda G, B, U: Inner(G, B * U),
    lambda _, G, B, U: Inner(Transpose(B) * G, U),
    ((MatrixSymbol("G", n, p), X, W),),
    "trace",
)
READ_OFF = Stated(
    "reading off",
    lambda G, U: Inner(G, d(U)),
    lambda _, G, U: G,
    ((Y, X), (u, t)),
    "identification",
)


@pytest.mark.parametrize("rule", [PRODUCT, QUADRATIC, CYCLIC, READ_OFF], ids=lambda r: r.name)
def test_true_rule_is_accepted_for_every_instance(rule):
    check = check_rule(rule)
    assert check.rule == rule.name
    assert check.instances == len(rule.instances)
    assert check.entries >= check.instances


def test_rule_is_checked_at_pairwise_different_sizes():
    for sizes in check_rule(PRODUCT).sizes:
        values = [value for _, value in sizes]
        assert len(set(values)) == len(values)


def test_falsifications_cover_factor_sign_terms_and_transposes():
    assert set(rejected_tampering(QUADRATIC)) == {
        "doubled",
        "sign",
        "added ones",
        "dropped term",
        "dropped transpose",
    }
    assert "dropped transpose" in rejected_tampering(CYCLIC)
    assert "dropped term" in rejected_tampering(PRODUCT)


FALSIFIED = {
    "factor": replace(PRODUCT, right=lambda d, U, V: 2 * PRODUCT.right(d, U, V)),
    "sign": replace(PRODUCT, right=lambda d, U, V: MatMul(d(U), V) - MatMul(U, d(V))),
    "term": replace(PRODUCT, right=lambda d, U, V: MatMul(U, d(V))),
    "order": replace(PRODUCT, right=lambda d, U, V: MatMul(d(V), U), instances=((A, A.T),)),
    "shapes": replace(PRODUCT, right=lambda d, U, V: MatMul(V, d(U)), instances=((X, W),)),
    "transpose": replace(CYCLIC, right=lambda _, G, B, U: Inner(G, U), instances=((A, A.T, A),)),
    "second instance": replace(
        PRODUCT,
        right=lambda d, U, V: PRODUCT.right(d, U, V) if U.is_Matrix else MatMul(d(U), V),
    ),
    "reading": replace(READ_OFF, right=lambda _, G, U: Transpose(G), instances=((Y, X),)),
}


@pytest.mark.parametrize("name", FALSIFIED)
def test_falsified_rule_is_rejected_by_name(name):
    rule = FALSIFIED[name]
    with pytest.raises(RuleError, match=f"the rule “{rule.name}” for "):
        check_rule(rule)


def test_error_names_placeholders_sizes_entry_and_values():
    with pytest.raises(
        RuleError,
        match=r"“product” for X, W: entry \(1, 1\), counted from 1, differs at m=2, n=3, p=4: "
        r"the left side has -?\d+, the right side has -?\d+",
    ):
        check_rule(FALSIFIED["factor"])


def test_a_rule_true_for_square_matrices_only_is_rejected():
    """A Aᵀ = Aᵀ A holds for numbers and for no larger random matrix."""
    rule = Stated("commuting", lambda U, V: U * V, lambda _, U, V: V * U, ((A, A.T),), "notation")
    with pytest.raises(RuleError, match="commuting"):
        check_rule(rule)


def test_tampering_with_a_false_rule_does_not_pass_for_a_check():
    """If the doubled right side is the true one, that is told."""
    half = replace(PRODUCT, right=lambda d, U, V: PRODUCT.right(d, U, V) / 2, instances=((X, W),))
    with pytest.raises(RuleError, match="was accepted"):
        rejected_tampering(half)


def test_rule_without_instances_is_refused():
    with pytest.raises(RuleError, match="no instance"):
        check_rule(replace(PRODUCT, instances=()))
    with pytest.raises(RuleError, match="no falsification"):
        rejected_tampering(replace(PRODUCT, instances=()))


def test_checks_are_quick():
    """All rules of the table together are checked in seconds: one takes milliseconds."""
    from time import perf_counter

    start = perf_counter()
    for _ in range(5):
        check_rule(PRODUCT)
    assert perf_counter() - start < 1


def test_what_cancels_is_zero_and_what_is_small_is_not():
    """With more digits rounding becomes smaller, and a number that is not zero does not."""
    cancelled = tanh(t) * cosh(t) - sinh(t)
    assert check_equation(cancelled, ZeroMatrix(1, 1)[0, 0]).method == "numeric"
    assert check_equation(cancelled * X, 2 * cancelled * X, sizes={n: 2, m: 3})
    small = exp(-120 - t**2)
    for claim in (0 * t, 2 * small):
        with pytest.raises(VerificationError, match="all values are below 1e-15"):
            check_equation(small, claim)
    with pytest.raises(VerificationError, match="differs"):
        check_equation(cancelled + exp(-60 - t**2) + t, cancelled + t)
