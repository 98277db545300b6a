"""Every equation of two chapters of the Matrix Cookbook has its verdict; false ones lose theirs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from cookbook import BY_NUMBER, EQUATIONS, Verdict
from cookbook import NUMBERS as IN_THE_BOOK
from cookbook.answers import signs
from cookbook.readability import LONGER, SILENT, readability
from sympy import Derivative, Function, Sum, symbols
from sympy.tensor.array.expressions import ArraySymbol

from derivlib import VerificationError

NUMBERS = [equation.number for equation in EQUATIONS]


def equations():
    return pytest.mark.parametrize("equation", EQUATIONS, ids=map(str, NUMBERS))


def test_none_is_left_out():
    assert IN_THE_BOOK == NUMBERS
    assert len(NUMBERS) == 112 + 35


@equations()
def test_the_verdict_is_the_expected_one(equation):
    assert equation.verdict is equation.expected


@equations()
def test_falsified_claims_are_rejected(equation):
    """Doubled, negated, with ones added, transposed, wherever that is a different claim."""
    true_claims = equation.claims if equation.verdict is Verdict.HOLDS else equation.repaired
    for claim in true_claims:
        falsified = list(claim.falsified())
        assert falsified
        for false_claim in falsified:
            assert not false_claim.judge().holds, false_claim.tex()


@equations()
def test_the_engine_agrees_with_the_judge(equation):
    """An answer that the judge refutes raises; what is left was compared somewhere."""
    assert all(answer.entries > 0 for answer in equation.answers)


def test_the_engine_answers_where_it_is_expected_to():
    silent = {equation.number for equation in EQUATIONS if not equation.answers}
    assert silent == NOT_DERIVED == set(SILENT)


NOT_DERIVED = {
    *(45, 67, 68, 96, 128),
    *(225, 226, 227, 228, 231, 234, 235, 251, 253, 254),
    *range(255, 260),
}
"""Eigenvalues, functions of a matrix, definitions, and what is about any function."""


@equations()
def test_an_answer_is_plain_matrix_notation_and_as_short_as_the_book(equation):
    assert all(answer.is_readable for answer in equation.answers)
    is_longer = any(answer.is_longer for answer in equation.answers)
    assert is_longer == (equation.number in LONGER)


def test_what_is_longer_or_not_answered_is_shown_with_its_reason():
    shown = readability()._repr_markdown_()
    assert f"answers {len(EQUATIONS) - len(NOT_DERIVED)} of 147" in shown
    assert all(f"| ({number}) |" in shown for number in {*LONGER, *SILENT})


def test_an_unreadable_answer_would_be_noticed():
    (good,) = BY_NUMBER[99].answers
    i, t = symbols("i t")
    for bad in (Sum(i, (i, 0, t)), Derivative(Function("f")(t), t), ArraySymbol("X", (2, 2))):
        assert not replace(good, result=bad).is_readable
    assert good.is_readable
    assert replace(good, right=r"I_{n} + X").is_longer


@pytest.mark.parametrize(
    ("tex", "count"),
    [
        (r"A + B^{\mathsf{T}}", 4),
        (r"2 \operatorname{tr}\left(X^{\mathsf{T}} A\right)", 5),
        (r"\frac{1}{\left\lVert x \right\rVert^{3}} I_{n}", 6),
        (r"\sum_{k l} X_{12, l}", 6),
    ],
)
def test_how_long_a_formula_is(tex, count):
    assert signs(tex) == count


@pytest.mark.parametrize(
    "equation",
    [e for e in EQUATIONS if e.expected is not Verdict.HOLDS],
    ids=lambda equation: str(equation.number),
)
def test_what_does_not_hold_has_a_counterexample(equation):
    assert any(not outcome.holds for outcome in equation.outcomes)
    assert all(outcome.holds for outcome in equation.repairs)
    found = next(filter(None, (claim.counterexample() for claim in equation.claims)))
    assert found.claimed != found.true


def test_a_true_claim_has_no_counterexample():
    (corrected,) = BY_NUMBER[92].repaired
    assert replace(corrected, sizes=corrected.sizes[:1]).counterexample() is None


def test_a_condition_is_told_from_a_correction():
    kinds = Counter(equation.verdict for equation in EQUATIONS)
    conditional = {e.number for e in EQUATIONS if e.verdict is Verdict.CONDITION}
    assert conditional == {51, 127}
    assert kinds == {Verdict.HOLDS: 105 + 34, Verdict.CONDITION: 2, Verdict.WRONG: 5 + 1}


def test_a_wrong_answer_of_the_engine_would_be_noticed(monkeypatch):
    from cookbook import claims

    real = claims.derive

    def doubled(expr, wrt, **options):
        return real(2 * expr, wrt, **options)

    monkeypatch.setattr(claims, "derive", doubled)
    with pytest.raises(VerificationError):
        BY_NUMBER[100].claims[0].engine_answer()
