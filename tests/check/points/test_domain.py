"""Derivatives by the free entries of structured matrices, and at points where something holds."""

from __future__ import annotations

import pytest
from sympy import (
    Abs,
    Determinant,
    DiagMatrix,
    DiagonalOf,
    Function,
    HadamardProduct,
    Identity,
    KroneckerProduct,
    Matrix,
    MatrixSymbol,
    Q,
    S,
    Symbol,
    Trace,
    ZeroMatrix,
    assuming,
    sqrt,
    symbols,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import (
    BasisMatrix,
    InputError,
    ShapeError,
    UnsupportedError,
    VerificationError,
    check_steps,
    d,
    diagonal_sums,
    is_derivative,
    logdet,
    partial,
    sum_entries,
    tril,
    triu,
    unvec,
    vec,
)
from derivlib.check import check_equation, elementwise, explicit, size_symbols, verify
from derivlib.nodes import STRUCTURES, Commutation

n, m = symbols("n m", integer=True, positive=True)
X, A, B, C = (MatrixSymbol(name, n, n) for name in "XABC")
x, y = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
t, s = symbols("t s")
lam = Function("lambda")
SIZES = {n: 3}


def diag(matrix):
    return DiagMatrix(DiagonalOf(matrix))


def by_symmetric(gradient):
    return gradient + gradient.T - diag(gradient)


def by_toeplitz(gradient):
    sums = diagonal_sums(gradient)
    return sums + sums.T - diag(sums)


ALPHA = diagonal_sums(A.T)
"""What the Matrix Cookbook calls α(A)."""

GRADIENTS = {
    "Cookbook (138), any function": ("symmetric", lam(X), by_symmetric(partial(lam(X)))),
    "Cookbook (139)": (
        "symmetric", Trace(A * X), A + A.T - HadamardProduct(A, Identity(n))),
    "Cookbook (140)": (
        "symmetric",
        Determinant(X),
        Determinant(X) * (2 * X.I - HadamardProduct(X.I, Identity(n)))),
    "Cookbook (141)": (
        "symmetric", logdet(X), 2 * X.I - HadamardProduct(X.I, Identity(n))),
    "Cookbook (142)": ("diagonal", Trace(A * X), HadamardProduct(A, Identity(n))),
    "Cookbook (143)": ("toeplitz", Trace(A * X), ALPHA),
    "Cookbook (144)": (
        "symmetric toeplitz", Trace(A * X), ALPHA + ALPHA.T - HadamardProduct(ALPHA, Identity(n))),
    "quadratic form": ("symmetric", x.T * X * x, by_symmetric(x * x.T)),
    "quadratic in X": ("symmetric", Trace(X * A * X), by_symmetric(X * A.T + A.T * X)),
    "inverse": ("symmetric", Trace(A * X.I), -by_symmetric(X.I * A.T * X.I)),
    "lower triangular": ("lower triangular", Trace(A * X * X), tril(A.T * X.T + X.T * A.T)),
    "upper triangular": ("upper triangular", Trace(A * X * X), triu(A.T * X.T + X.T * A.T)),
    "logdet of a triangle": ("lower triangular", logdet(X), diag(X.I)),
    "diagonal, its square": ("diagonal", Trace(A * X * X), 2 * diag(A) * X),
    "Toeplitz, its square": (
        "toeplitz", Trace(A * X * X), diagonal_sums(A.T * X.T + X.T * A.T)),
    "abstract of a Toeplitz matrix": ("toeplitz", lam(X), diagonal_sums(partial(lam(X)))),
    "does not occur": ("symmetric", Trace(A), ZeroMatrix(n, n)),
}  # fmt: skip
"""Structure, scalar and its derivative by the free entries, each at the places it stands at."""


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_by_free_entries(name):
    structure, expr, claim = GRADIENTS[name]
    verification = verify(expr, X, claim, SIZES, structure=structure)
    assert verification.entries == 9
    assert verification.method == "exact" or "log" in str(expr)
    assert f"by the free entries of the {structure} X" in str(verification)


@pytest.mark.parametrize("name", sorted(GRADIENTS.keys() - {"does not occur"}))
@pytest.mark.parametrize("wrong", ["doubled", "halved", "of the wrong sign", "short of a one"])
def test_false_gradients_by_free_entries_are_rejected(name, wrong):
    structure, expr, claim = GRADIENTS[name]
    false = {
        "doubled": 2 * claim,
        "halved": claim / 2,
        "of the wrong sign": -claim,
        "short of a one": claim - Identity(n),
    }[wrong]
    with pytest.raises(VerificationError):
        verify(expr, X, false, SIZES, structure=structure)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_gradient_without_structure_is_rejected(structure):
    """It is right only for the place of a variable whose entries are all free."""
    verify(Trace(A * X * X), X, A.T * X.T + X.T * A.T, SIZES)
    with pytest.raises(VerificationError):
        verify(Trace(A * X * X), X, A.T * X.T + X.T * A.T, SIZES, structure=structure)


@pytest.mark.parametrize("structure", ["lower triangular", "upper triangular", "toeplitz"])
def test_a_transposed_gradient_is_rejected(structure):
    by_structure = {"lower triangular": tril, "upper triangular": triu, "toeplitz": diagonal_sums}
    claim = by_structure[structure](A.T)
    verify(Trace(A * X), X, claim, SIZES, structure=structure)
    with pytest.raises(VerificationError):
        verify(Trace(A * X), X, claim.T, SIZES, structure=structure)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_jacobians_by_free_entries(structure):
    """∂vec(F)/∂θᵀ = J B for the Jacobian J without structure and vec(X) = B θ."""
    basis = BasisMatrix(structure, n)
    square = KroneckerProduct(X.T, Identity(n)) + KroneckerProduct(Identity(n), X)
    for F, jacobian in (
        (X, basis),
        (A * X * B, KroneckerProduct(B.T, A) * basis),
        (X * X, square * basis),
        (x.T * X, KroneckerProduct(Identity(n), x.T) * basis),
    ):
        verification = verify(F, X, jacobian, SIZES, structure=structure)
        assert verification.shape == explicit(jacobian, SIZES).shape
        for false in (2 * jacobian, jacobian / 2, -jacobian):
            with pytest.raises(VerificationError):
                verify(F, X, false, SIZES, structure=structure)


def test_jacobians_of_another_structure_are_rejected():
    with pytest.raises(VerificationError):  # the same shape, other entries
        verify(X, X, BasisMatrix("lower triangular", n), SIZES, structure="symmetric")
    with pytest.raises(VerificationError, match="shapes differ"):
        verify(X, X, Identity(n**2), SIZES, structure="symmetric")


def test_the_jacobian_of_the_gradient_of_the_log_determinant():
    """The Hessian on vech(X) is -Dᵀ (X⁻¹ ⊗ X⁻¹) D (Magnus & Neudecker)."""
    D = BasisMatrix("symmetric", n)
    gradient = D.T * vec(X.I)
    claim = -D.T * KroneckerProduct(X.I, X.I) * D
    assert verify(gradient, X, claim, {n: 2}, structure="symmetric").shape == (3, 3)
    with pytest.raises(VerificationError):
        verify(gradient, X, D.T * KroneckerProduct(X.I, X.I) * D, {n: 2}, structure="symmetric")


@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_basis_matrix_holds_the_free_entries(structure):
    """BᵀB θ counts each free entry as often as it stands, so B loses none and doubles none."""
    B = explicit(BasisMatrix(structure, 3))
    assert set(B) == {0, 1}
    assert all(sum(B.col(k)) >= 1 for k in range(B.cols))
    assert all(sum(B.row(k)) <= 1 for k in range(B.rows))
    assert elementwise(vec(X), X, SIZES, structure=structure) == B


def test_hessians_on_free_entries(monkeypatch):
    """They are Dᵀ H D, as the structure is linear; written out and by dual numbers."""
    plain = 2 * Commutation(n, n)
    for structure in STRUCTURES:
        B = BasisMatrix(structure, n)
        for longest in (20_000, 0):
            monkeypatch.setattr("derivlib.check.claims.judgement.LONGEST", longest)
            on_theta = verify(Trace(X * X), X, B.T * plain * B, SIZES, structure=structure, order=2)
            assert on_theta.shape == (B.free.subs(SIZES),) * 2
            for false in (plain, B.T * plain * B / 2, B.T * B * 2 + B.T * plain * B):
                with pytest.raises(VerificationError):
                    verify(Trace(X * X), X, false, SIZES, structure=structure, order=2)


def test_derivatives_too_long_to_write_out_agree_by_directions(monkeypatch):
    expr, claim = GRADIENTS["inverse"][1:]
    monkeypatch.setattr("derivlib.check.claims.judgement.LONGEST", 0)
    verification = verify(expr, X, claim, SIZES, structure="symmetric")
    assert verification.calculus == "direction by direction"
    with pytest.raises(VerificationError):
        verify(expr, X, -X.I.T * A.T * X.I.T, SIZES, structure="symmetric")
    verify(A * X * B, X, KroneckerProduct(B.T, A) * BasisMatrix("toeplitz", n), SIZES,
           structure="toeplitz")  # fmt: skip
    verify(Trace(A * X * X), X, 2 * diag(A) * X, SIZES, structure="diagonal")


def test_entries_are_written_in_the_free_ones():
    M, K = MatrixSymbol("M", 2, 2), MatrixSymbol("K", 2, 2)
    found = elementwise(Trace(K * M * M), M, structure="symmetric")
    assert M[1, 0] in found.atoms(MatrixElement)
    assert M[0, 1] not in found.atoms(MatrixElement)
    assert found[0, 1] == found[1, 0]
    assert M[0, 1] in elementwise(Trace(K * M * M), M).atoms(MatrixElement)
    diagonal = elementwise(Trace(K * M * M), M, structure="diagonal")
    assert diagonal == Matrix([[2 * K[0, 0] * M[0, 0], 0], [0, 2 * K[1, 1] * M[1, 1]]])


def test_a_claim_for_a_structured_variable_gets_a_hint():
    verdict = is_derivative(X.I, logdet(X), X, structure="symmetric")
    assert not verdict
    assert verdict.hint == "the derivative by all entries of X, each taken as free"
    halved = is_derivative((A + A.T) / 2, Trace(A * X), X, structure="symmetric")
    assert "space of symmetric matrices" in halved.hint
    doubled = is_derivative(2 * by_symmetric(A), Trace(A * X), X, structure="symmetric")
    assert doubled.hint == "off by the factor 2"
    assert is_derivative(by_symmetric(A), Trace(A * X), X, structure="symmetric")


def test_structures_that_cannot_be_are_refused():
    rectangular = MatrixSymbol("Y", n, m)
    with pytest.raises(InputError, match=r"no structure 'banded'.*symmetric"):
        verify(Trace(A * X), X, A.T, SIZES, structure="banded")
    with pytest.raises(ShapeError, match=r"square matrix, but Y is n×m.*leave structure out"):
        elementwise(sum_entries(rectangular), rectangular, {n: 2, m: 3}, structure="symmetric")
    with pytest.raises(InputError, match="but t is a scalar; leave structure out"):
        is_derivative(1, t, t, structure="diagonal")
    with pytest.raises(InputError, match="no structure"):
        BasisMatrix("banded", n)
    for on_square in (tril, triu, diagonal_sums):
        with pytest.raises(ShapeError, match="square"):
            on_square(rectangular)
        with pytest.raises(InputError, match="scalar"):
            on_square(t)


# --- assumptions ------------------------------------------------------------------------

HOLDS = {
    "symmetric": (A + A.T, 2 * A, Q.symmetric(A)),
    "diagonal": (A * B - B * A, ZeroMatrix(n, n), [Q.diagonal(A), Q.diagonal(B)]),
    "lower triangular": (tril(A), A, Q.lower_triangular(A)),
    "upper triangular": (triu(A * B), A * B, (Q.upper_triangular(A), Q.upper_triangular(B))),
    "orthogonal": (A.T * A, Identity(n), Q.orthogonal(A)),
    "orthogonal, its determinant": (Determinant(A) ** 2, S.One, Q.orthogonal(A)),
    "orthogonal and symmetric": (A * A, Identity(n), Q.orthogonal(A) & Q.symmetric(A)),
    "orthogonal and symmetric, transposed": (A.T, A, Q.orthogonal(A) & Q.symmetric(A)),
    "orthogonal and triangular": (A, diag(A).I, [Q.orthogonal(A), Q.lower_triangular(A)]),
    "orthogonal and positive definite": (
        A, Identity(n), Q.orthogonal(A) & Q.positive_definite(A)),
    "positive definite": (A.T, A, Q.positive_definite(A)),
    "positive definite form": (
        Abs(Trace(x.T * A * x)), Trace(x.T * A * x), Q.positive_definite(A)),
    "positive definite and triangular": (
        A, diag(A), Q.positive_definite(A) & Q.upper_triangular(A)),
    "invertible and symmetric": (
        A * (A * B).T.I, B.T.I, Q.invertible(A) & Q.invertible(A * B) & Q.symmetric(A)),
    "positive scalar": (sqrt(t**2) * A, t * A, Q.positive(t)),
    "negative scalar": (Abs(t), -t, Q.negative(t)),
}  # fmt: skip
"""Two sides that are equal only where something is assumed."""


@pytest.mark.parametrize("name", HOLDS)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_equations_hold_where_they_are_assumed_to(name, size):
    left, right, given = HOLDS[name]
    sizes = dict.fromkeys(size_symbols(left, right), size)
    assert check_equation(left, right, sizes=sizes, assuming=given).entries > 0


@pytest.mark.parametrize("name", HOLDS)
def test_and_are_rejected_where_they_are_not(name):
    left, right, _ = HOLDS[name]
    sizes = dict.fromkeys(size_symbols(left, right), 3)
    with pytest.raises(VerificationError):
        check_equation(left, right, sizes=sizes)


FALSE = {
    "orthogonal matrices of determinant one only": (
        Determinant(A), S.One, Q.orthogonal(A)),
    "orthogonal but not symmetric": (A.T, A, Q.orthogonal(A)),
    "orthogonal, symmetric, but not the identity": (
        A, Identity(n), Q.orthogonal(A) & Q.symmetric(A)),
    "symmetric but not diagonal": (A, diag(A), Q.symmetric(A)),
    "positive definite but not diagonal": (A, diag(A), Q.positive_definite(A)),
    "lower, not upper": (triu(A), A, Q.lower_triangular(A)),
    "product of symmetric matrices": ((A * B).T, A * B, [Q.symmetric(A), Q.symmetric(B)]),
    "positive t, but not s": (sqrt(s**2) * t, s * t, Q.positive(t)),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
@pytest.mark.parametrize("seed", range(4))
def test_more_than_what_is_assumed_is_rejected(name, seed):
    left, right, given = FALSE[name]
    sizes = dict.fromkeys(size_symbols(left, right), 3)
    with pytest.raises(VerificationError):
        check_equation(left, right, sizes=sizes, assuming=given, seed=seed)


def test_positive_definite_matrices_are():
    """Every leading minor is positive, so a wrong shift of the diagonal would show."""
    for size in (1, 2, 3, 4):
        minor = Determinant(A)
        check_equation(Abs(minor), minor, sizes={n: size}, assuming=Q.positive_definite(A))


def test_differentials_keep_what_is_assumed():
    check_equation(d(A).T, d(A), sizes=SIZES, assuming=Q.symmetric(A))
    check_equation(triu(d(A)), d(A), sizes=SIZES, assuming=Q.upper_triangular(A))
    turning = A.T * d(A)
    check_equation(turning.T, -turning, sizes=SIZES, assuming=Q.orthogonal(A))
    check_equation(d(A.T * A), ZeroMatrix(n, n), sizes=SIZES, assuming=Q.orthogonal(A))
    check_equation(
        d(A * A), ZeroMatrix(n, n), sizes=SIZES, assuming=Q.orthogonal(A) & Q.symmetric(A)
    )
    check_equation(diagonal_sums(d(X)), diagonal_sums(d(X).T).T, sizes=SIZES)
    check_equation(d(X).T, d(X), sizes=SIZES, structures={X: "symmetric toeplitz"})
    for false in (d(A).T, -turning, turning):
        with pytest.raises(VerificationError):
            check_equation(turning.T, false, sizes=SIZES, assuming=Q.symmetric(A))
    with pytest.raises(VerificationError):
        check_equation(d(A), ZeroMatrix(n, n), sizes=SIZES, assuming=Q.orthogonal(A))
    with pytest.raises(VerificationError):
        check_equation(d(X).T, d(X), sizes=SIZES, structures={X: "toeplitz"})


def test_an_orthogonal_matrix_has_no_straight_line_to_move_on():
    with pytest.raises(UnsupportedError, match="second differential of A, which is orthogonal"):
        check_equation(d(d(A)), ZeroMatrix(n, n), sizes=SIZES, assuming=Q.orthogonal(A))
    check_equation(d(d(A)), ZeroMatrix(n, n), sizes=SIZES, assuming=Q.orthogonal(A), varying=[X])


QUADRATIC = Trace(X.T * A * X)


def test_a_claim_that_needs_a_symmetric_constant():
    assert verify(QUADRATIC, X, 2 * A * X, SIZES, assuming=Q.symmetric(A)).entries == 9
    with pytest.raises(VerificationError):
        verify(QUADRATIC, X, 2 * A * X, SIZES)
    with pytest.raises(VerificationError):
        verify(QUADRATIC, X, A * X, SIZES, assuming=Q.symmetric(A))
    assert is_derivative(2 * A * X, QUADRATIC, X, assuming=Q.symmetric(A))
    assert not is_derivative(2 * A * X, QUADRATIC, X)


def test_an_assumption_on_the_variable_says_where_and_not_how_it_moves():
    """At a symmetric X the gradient of log det is X⁻¹, but all entries are free."""
    assert is_derivative(X.I, logdet(X), X, assuming=Q.symmetric(X))
    assert not is_derivative(X.I, logdet(X), X)
    assert not is_derivative(2 * X.I - diag(X.I), logdet(X), X, assuming=Q.symmetric(X))
    assert is_derivative(
        2 * X.I - diag(X.I), logdet(X), X, structure="symmetric", assuming=Q.positive_definite(X)
    )
    monotone = Abs(Determinant(X))
    assert is_derivative(Determinant(X) * X.I, monotone, X, {n: 2}, assuming=Q.positive_definite(X))


def test_the_verification_says_what_it_rests_on():
    verification = verify(
        t * QUADRATIC, X, 2 * t * A * X, SIZES, assuming=[Q.symmetric(A), Q.positive(t)]
    )
    assert verification.assumptions == ("A symmetric", "t positive")
    assert "at 2 random points with A symmetric, t positive (seed" in str(verification)
    plain = verify(QUADRATIC, X, A * X + A.T * X, SIZES)
    assert (plain.structure, plain.assumptions) == ("", ())
    assert " with " in str(plain).partition(" found ")[0]
    assert "with A" not in str(plain)


def test_assumptions_of_a_with_statement_hold():
    with assuming(Q.symmetric(A), Q.symmetric(C)):
        verification = verify(QUADRATIC, X, 2 * A * X, SIZES)
    assert verification.assumptions == ("A symmetric",)
    with pytest.raises(VerificationError):
        verify(QUADRATIC, X, 2 * A * X, SIZES)


def test_entries_that_are_zero_or_equal_are_written_so():
    a = MatrixSymbol("A", 2, 2)
    v = MatrixSymbol("v", 2, 1)
    found = elementwise(v.T * a * v, v, assuming=Q.symmetric(a))
    assert a[0, 1] not in found.atoms(MatrixElement)
    assert found[0, 0].expand() == 2 * a[0, 0] * v[0, 0] + 2 * a[1, 0] * v[1, 0]
    assert elementwise(a * v, v, assuming=Q.diagonal(a)) == explicit(diag(a))


def test_chains_of_equalities_under_assumptions():
    lines = [d(QUADRATIC), Trace((A + A.T) * X * d(X).T), 2 * Trace(A * X * d(X).T)]
    assert check_steps(lines, assuming=Q.symmetric(A))
    assert check_steps(lines).first_wrong == 2
    symmetric = [Trace(A * d(X)), Trace(A.T * d(X))]
    assert check_steps(symmetric, structures={X: "symmetric"})
    assert not check_steps(symmetric)


def test_assumptions_that_are_not_understood_are_refused_by_name():
    rectangular = MatrixSymbol("Y", n, m)
    for given, named in (
        (Q.normal(A), r"Q\.normal\(A\)"),
        (Q.symmetric(A * B), r"Q\.symmetric\(A\*B\)"),
        (Q.prime(t), r"Q\.prime\(t\)"),
        (Q.positive(A), r"Q\.positive\(A\)"),
        (Q.symmetric(A) | Q.diagonal(A), "Q.diagonal"),
        (~Q.symmetric(A), "Q.symmetric"),
        ("symmetric", "symmetric is not understood"),
        (t > 0, "t > 0"),
    ):
        with pytest.raises(InputError, match=named):
            verify(QUADRATIC, X, 2 * A * X, SIZES, assuming=given)
    with pytest.raises(ShapeError, match=r"Q.symmetric.Y. needs a square matrix, but Y is n×m"):
        verify(sum_entries(rectangular), rectangular, rectangular, {n: 2, m: 3},
               assuming=Q.symmetric(rectangular))  # fmt: skip
    with pytest.raises(InputError, match="another A than the one that occurs"):
        verify(QUADRATIC, X, 2 * A * X, SIZES, assuming=Q.symmetric(MatrixSymbol("A", 3, 3)))
    positive = Symbol("t", positive=True)
    with pytest.raises(InputError, match="cannot be negative"):
        verify(positive * QUADRATIC, X, A * X, SIZES, assuming=Q.negative(positive))
    with pytest.raises(InputError, match="no orthogonal"):
        verify(Trace(X), X, Identity(n), SIZES, structure="toeplitz", assuming=Q.orthogonal(X))


def test_what_is_assumed_of_what_does_not_occur_changes_nothing():
    verification = verify(QUADRATIC, X, A * X + A.T * X, SIZES, assuming=Q.symmetric(B))
    assert verification.assumptions == ()


def test_a_structured_matrix_from_its_free_entries():
    """vec(X) = B θ, entry by entry, for θ in the order that the docstring states."""
    w = MatrixSymbol("w", 5, 1)
    found = explicit(unvec(BasisMatrix("toeplitz", 3) * w, (3, 3)))
    assert [found[2, 0], found[1, 0], found[0, 0], found[0, 1], found[0, 2]] == list(explicit(w))
