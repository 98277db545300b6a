"""A hand derivation is judged without the engine, and a wrong one is told what it is."""

from __future__ import annotations

import sys

import pytest
from expressions import A, U, W, X, lam, layer, m, n, p, sigma, x
from sympy import HadamardProduct, MatrixSymbol, Trace

from derivlib import InputError, check_steps, d, is_derivative, partial, prime
from derivlib.check.claims.judgement import judgement
from derivlib.nodes import Inner

QUADRATIC = Trace(X.T * A * X)

CLAIMS = {
    "right": ((A + A.T) * X, True, ""),
    "transposed": (X.T * (A + A.T), False, "its transpose, the other layout"),
    "doubled": (2 * (A + A.T) * X, False, "off by the factor 2"),
    "halved": ((A + A.T) * X / 2, False, "off by the factor 1/2"),
    "of the wrong sign": (-(A + A.T) * X, False, "off by the factor -1"),
    "for a symmetric A": (2 * A * X, False, "the derivative where A is symmetric"),
    "short of a transpose": ((A + A) * X, False, "the derivative where A is symmetric"),
    "for no A": (3 * A * X, False, ""),
    "of another shape": (A, False, ""),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_about_a_quadratic_form(name):
    claim, holds, hint = CLAIMS[name]
    verdict = is_derivative(claim, QUADRATIC, X)
    assert bool(verdict) is holds
    assert verdict.hint == hint
    assert ("agreed" in str(verdict)) is holds


def test_the_rules_of_the_notebook_at_chosen_sizes():
    """Its rule for X holds; its rule for W differs in shape where n and m differ."""
    gradient, slope = partial(lam(layer)), (X * W).applyfunc(prime(sigma))
    at_x = HadamardProduct(gradient, slope, evaluate=False) * W.T
    at_w = X.T * HadamardProduct(gradient, slope, evaluate=False)
    sizes = {n: 4, m: 3, p: 2}
    assert is_derivative(at_x, lam(layer), X, sizes)
    assert is_derivative(at_w, lam(layer), W, sizes)
    assert not is_derivative(at_x, lam(layer), W, sizes)


def test_a_wrong_claim_names_the_first_entry_and_both_values():
    verdict = is_derivative(A * X, QUADRATIC, X, {n: 4, m: 3})
    assert "entry (1, 1)" in verdict.reason
    assert verdict.sizes == (("m", 3), ("n", 4))


def test_jacobians_in_the_other_layout():
    """The Jacobian of Ax is A; Aᵀ is the other layout."""
    B = MatrixSymbol("B", m, n)
    assert is_derivative(B, B * x, x)
    assert is_derivative(B.T, B * x, x).hint == "its transpose, the other layout"


def test_a_chain_of_equalities():
    lines = [
        d(Trace(A * U)),
        Trace(d(A) * U + A * d(U)),
        Inner(U.T, d(A)) + Inner(A.T, d(U)),
    ]
    assert check_steps(lines)
    wrong = [*lines[:2], Inner(U.T, d(A)) + Inner(A, d(U))]
    verdict = check_steps(wrong)
    assert not verdict
    assert verdict.first_wrong == 2
    assert "line 3" in str(verdict)


def test_what_no_differential_is_written_of_is_constant():
    lines = [d(Trace(A * U)), Trace(A * d(U))]
    assert check_steps(lines)
    assert not check_steps([*lines, Trace(A * d(U)) + Trace(d(A) * U)])


def test_one_line_is_not_a_chain():
    with pytest.raises(InputError, match="at least two lines"):
        check_steps([QUADRATIC])


def test_a_claim_about_a_compound_variable_is_refused():
    with pytest.raises(InputError):
        is_derivative(A, Trace(A * U), 2 * U)


def test_a_refused_claim_is_told_apart_without_differentiating_again(monkeypatch):
    """What the claim may be instead is compared with the derivative that refused it.

    Where a constant may be meant to be symmetric, the points are others.
    """
    found = []

    def counted(*arguments, **options):
        found.append(arguments)
        return judgement(*arguments, **options)

    for module in ("by_hand", "derivative"):
        monkeypatch.setattr(sys.modules[f"derivlib.check.claims.{module}"], "judgement", counted)
    U, B = MatrixSymbol("U", 3, 3), MatrixSymbol("B", 3, 3)
    assert not is_derivative(B * B, Trace(B * U), U).hint
    assert [arguments[4].told for arguments in found] == [(), ("B symmetric",)]
    found.clear()
    assert not is_derivative(B * B, Trace(B * U), U, structure="symmetric").hint
    assert len(found) == 2, "one for the structure, one without it"
