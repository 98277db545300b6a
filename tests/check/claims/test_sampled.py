"""Derivatives along random directions, at sizes where fractions would take minutes."""

import pytest
from sympy import (
    Determinant,
    DiagMatrix,
    DiagonalOf,
    HadamardProduct,
    ImmutableMatrix,
    Inverse,
    KroneckerProduct,
    MatrixSymbol,
    Symbol,
    Trace,
    exp,
    log,
    sin,
    symbols,
)

from derivlib import derive, hessian, is_derivative, logdet, relu, scalar, sum_entries
from derivlib.check import check_equation, check_steps, verify
from derivlib.check.claims import large
from derivlib.errors import VerificationError

n = 12
A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
X = MatrixSymbol("X", n, 7)
x, y = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
t = Symbol("t")
INVERTED = x.T * Inverse(A) * y
SLOPE = -Inverse(A).T * x * y.T * Inverse(A).T
SAMPLED = ("along random directions", "modular")


def how(verification):
    return verification.calculus, verification.method


def off_at(i, j, rows=n, cols=n):
    """Zero but for one entry."""
    return ImmutableMatrix(rows, cols, lambda *place: int(place == (i, j)))


@pytest.mark.parametrize(
    ("expr", "wrt"),
    [
        (INVERTED, A),
        (logdet(A), A),
        (logdet(A) + Trace(Inverse(A) * B), A),
        (Determinant(A), A),
        (Trace(X.T * Inverse(A) * X), X),
        (logdet(X.T * Inverse(A) * X), X),
        (sum_entries(HadamardProduct(A, Inverse(A))), A),
        (X.T * A * X, X),
    ],
)
def test_what_is_derived_agrees(expr, wrt):
    assert how(derive(expr, wrt).verify()) == SAMPLED


@pytest.mark.parametrize("structure", ["symmetric", "lower triangular", "toeplitz"])
def test_a_structured_variable_keeps_its_structure(structure):
    verification = derive(Trace(B * A * B * A), A, structure=structure).verify()
    assert how(verification) == SAMPLED
    assert verification.structure == f"{structure} A"


def test_a_misplaced_entry_of_a_structured_gradient_is_named():
    """Only the entry above the diagonal is wrong, where nothing is free."""
    claim = B + B.T - DiagMatrix(DiagonalOf(B))
    assert verify(Trace(B * A), A, claim, structure="symmetric").method == "modular"
    with pytest.raises(VerificationError, match=r"entry \(2, 11\)"):
        verify(Trace(B * A), A, claim + off_at(1, 10), structure="symmetric")


@pytest.mark.parametrize("place", [(0, 0), (4, 9), (11, 11)])
def test_the_one_wrong_entry_of_a_gradient_is_named(place):
    i, j = place
    with pytest.raises(VerificationError, match=rf"entry \({i + 1}, {j + 1}\)"):
        verify(INVERTED, A, SLOPE + off_at(i, j))


@pytest.mark.parametrize("place", [(0, 0), (17, 80), (48, 83)])
def test_the_one_wrong_entry_of_a_jacobian_is_named(place):
    i, j = place
    right = derive(X.T * A * X, X).result
    with pytest.raises(VerificationError, match=rf"entry \({i + 1}, {j + 1}\)"):
        verify(X.T * A * X, X, right + off_at(i, j, 49, 84))


@pytest.mark.parametrize("place", [(0, 0), (5, 17), (17, 5)])
def test_the_one_wrong_entry_of_a_hessian_is_named(place):
    i, j = place
    Y, C = MatrixSymbol("Y", 6, 3), MatrixSymbol("C", 6, 6)
    value = Trace(Y.T * C * Y)
    right = hessian(value, Y).result
    assert how(verify(value, Y, right, order=2)) == ("along random directions", "exact")
    with pytest.raises(VerificationError, match=rf"entry \({i + 1}, {j + 1}\)"):
        verify(value, Y, right + off_at(i, j, 18, 18), order=2)


@pytest.mark.parametrize(
    ("order", "claim", "shape"),
    [(1, x * y.T, "12×12"), (2, KroneckerProduct(A, A), "144×144")],
)
def test_another_shape_is_named(order, claim, shape):
    with pytest.raises(VerificationError, match=f"the result is {shape}"):
        verify(Trace(X.T * X), X, claim, order=order)


def test_a_wrong_claim_is_told_in_decimals():
    """A residue has forty digits and says nothing to a reader."""
    with pytest.raises(VerificationError) as caught:
        verify(INVERTED, A, 2 * SLOPE)
    message = str(caught.value)
    assert "modulo" not in message
    first, second = (float(word) for word in message.replace(",", "").split() if "." in word)
    assert first == pytest.approx(2 * second)


def test_every_entry_is_found_where_that_is_asked_for():
    Y = MatrixSymbol("Y", 11, 6)
    value, claim = Trace(Y.T * Y * Y.T * Y), 4 * Y * Y.T * Y
    assert how(verify(value, Y, claim)) == SAMPLED
    assert how(verify(value, Y, claim, method="exact")) == ("direction by direction", "exact")


@pytest.mark.parametrize("function", [exp, log, sin])
def test_a_known_function_takes_random_values(function):
    verification = derive(function(scalar(INVERTED)), A).verify()
    assert how(verification) == SAMPLED
    assert "every function that is not rational taking independent values" in str(verification)


def test_what_is_true_of_a_known_function_alone_is_compared_with_rounding():
    """A logarithm of a square is twice a logarithm, and other functions need not be."""
    s, slope = scalar(INVERTED), derive(scalar(INVERTED), A).result
    claim = log(s**2) / s
    assert how(verify(log(s) ** 2, A, claim * slope)) == ("along random directions", "numeric")
    with pytest.raises(VerificationError):
        verify(log(s) ** 2, A, 2 * claim * slope)


def test_what_is_in_pieces_needs_an_order():
    derivation = derive(sum_entries(relu(X)), X)
    assert how(derivation.verify()) == ("along random directions", "exact")
    with pytest.raises(VerificationError):
        verify(derivation.expr, X, derivation.result + off_at(3, 3, n, 7))


def test_a_power_with_a_symbol_has_no_value_in_a_field():
    s = symbols("s", positive=True)
    power = s ** Symbol("r", real=True)
    assert derive(power * Trace(Inverse(A)), A).verify().method == "numeric"


def test_without_numpy_large_sizes_are_compared_in_a_field(monkeypatch):
    monkeypatch.setattr(large, "_has_numpy", lambda: False)
    C, z = MatrixSymbol("C", 21, 21), MatrixSymbol("z", 21, 1)
    assert how(derive(z.T * Inverse(C) * z, C).verify()) == SAMPLED


def test_code_is_compared_with_fractions():
    verification = derive(Trace(B.T * A), A).verify(code="numpy")
    assert verification.method == "exact"
    assert verification.code == "NumPy"


@pytest.mark.parametrize(
    ("claim", "hint"),
    [(SLOPE.T, "its transpose, the other layout"), (2 * SLOPE, "off by the factor 2")],
)
@pytest.mark.parametrize("method", [None, "double"])
def test_a_claim_by_hand_is_judged_at_large_sizes(claim, hint, method):
    assert is_derivative(SLOPE, INVERTED, A, method=method)
    verdict = is_derivative(claim, INVERTED, A, method=method)
    assert not verdict
    assert verdict.hint == hint


def test_an_equation_is_compared_in_a_field():
    left, right = Inverse(A) + Inverse(B), Inverse(A) * (A + B) * Inverse(B)
    assert check_equation(left, right).method == "modular"
    assert "modulo a random prime" in str(check_equation(left, right))
    assert check_steps([left, right])
    verdict = check_steps([left, right, right + off_at(2, 6)])
    assert verdict.first_wrong == 2
    assert "entry (3, 7)" in verdict.reason
    assert "modulo" not in verdict.reason
