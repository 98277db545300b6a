"""What the ledger records: every check once, refused ones apart, and nothing nobody asked for."""

from __future__ import annotations

import contextvars

import pytest
from sympy import MatrixSymbol, Trace, symbols

from derivlib import RULES, VerificationError, check_steps, derive, is_derivative
from derivlib.check import (
    check_equation,
    check_rule,
    is_equal,
    recorded,
    rejected_tampering,
    verify,
)
from derivlib.errors import SizesError

n, m = symbols("n m", integer=True, positive=True)
X, A = MatrixSymbol("X", n, m), MatrixSymbol("A", m, n)
L = Trace(A * X)


def kinds(checks):
    return [check.kind for check in checks]


def test_a_derivation_that_is_verified_is_one_check_of_all_its_entries():
    with recorded() as ledger:
        derive(L, X).verify({n: 4, m: 3})
    (check,) = ledger.agreed
    assert check.kind == "derivative"
    assert check.subject[:2] == (L, X)
    (verification,) = check.comparisons
    assert check.entries == verification.entries * verification.points == 12 * verification.points
    assert ledger.refused == ()


def test_a_false_claim_is_refused_and_counted_apart_however_it_is_judged():
    with recorded() as ledger:
        with pytest.raises(VerificationError):
            verify(L, X, A, {n: 4, m: 3})
        assert not is_derivative(2 * A.T, L, X)
        assert not check_steps([L, Trace(X * A), 2 * Trace(X * A)])
        with pytest.raises(VerificationError):
            check_equation(X, 2 * X, sizes={n: 3, m: 2})
    assert ledger.agreed == ()
    assert kinds(ledger.refused) == ["derivative", "derivative", "steps", "equation"]
    assert all(check.refused for check in ledger.refused)


def test_a_chain_is_one_check_with_a_comparison_for_each_line():
    with recorded() as ledger:
        check_steps([L, Trace(X * A), Trace(A.T * X.T)])
    (check,) = ledger.agreed
    assert (check.kind, len(check.comparisons)) == ("steps", 2)


def test_a_rule_is_one_check_and_each_falsification_a_refusal():
    rule = next(iter(RULES.values()))
    with recorded() as ledger:
        result = check_rule(rule)
        rejected = rejected_tampering(rule)
    (check,) = ledger.agreed
    assert check.entries == result.entries
    assert len(ledger.refused) == len(rejected) > 0


def test_what_the_library_asks_on_its_own_account_is_not_recorded():
    with recorded() as ledger:
        d = derive(L, X)
        assert d.replay() == d.result
        assert is_equal(X, X)
        with pytest.raises(SizesError):
            verify(L, X, A.T, {n: 4})
    assert ledger.checks == []


def test_ledgers_inside_each_other_both_record_and_a_closed_one_does_not():
    with recorded() as outer:
        with recorded() as inner:
            is_derivative(A.T, L, X)
        is_derivative(A.T, L, X)
    is_derivative(A.T, L, X)
    assert (len(outer.agreed), len(inner.agreed)) == (2, 1)


def test_a_ledger_listens_once_and_no_longer_than_its_context():
    with recorded() as ledger:
        pass

    def listening():
        ledger.listen()
        ledger.listen()
        is_derivative(A.T, L, X)

    contextvars.copy_context().run(listening)
    is_derivative(A.T, L, X)
    assert kinds(ledger.agreed) == ["derivative"]
