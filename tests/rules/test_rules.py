"""Every rule of the table is an equation that holds, and a falsified one would be noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Eq, Identity, OneMatrix, Q

from derivlib import RULES, RuleError, VerificationError
from derivlib.check import check_equation, check_rule, rejected_tampering, size_symbols
from derivlib.display.statements import equated
from derivlib.engine.events import NAMING, SUBSTITUTION
from derivlib.rules.rule import slug


@pytest.mark.parametrize("name", RULES)
def test_both_sides_agree(name):
    assert check_rule(RULES[name]).entries > 0


@pytest.mark.parametrize("name", RULES)
def test_falsified_right_sides_are_rejected(name):
    """Doubled, of the wrong sign, with ones added, short of a term or of a transpose."""
    assert rejected_tampering(RULES[name])


ZERO = ("constant", "hardmax", "hardmax of rows or columns")
"""Rules whose right side is zero, which has no sign."""


@pytest.mark.parametrize("name", [name for name in RULES if name not in ZERO])
def test_a_rule_of_opposite_sign_is_rejected_by_name(name):
    rule = RULES[name]
    wrong = replace(rule, right=lambda d, *placeholders: -rule.right(d, *placeholders))
    with pytest.raises(RuleError, match=name):
        check_rule(wrong)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_where_it_comes_from_and_can_be_stated(name):
    rule = RULES[name]
    assert rule.source.author
    assert rule.source.year >= 1950
    left, equals, right = equated(*rule.equation(*rule.stated)).partition(" = ")
    assert left
    assert equals
    assert right != left


def column_sums(A):
    rows, cols = A.shape
    return Eq(OneMatrix(1, rows) * A, OneMatrix(1, cols))


def row_sums(A):
    rows, cols = A.shape
    return Eq(A * OneMatrix(cols, 1), OneMatrix(rows, 1))


READINGS = {
    "transpose of a symmetric matrix": (Q.symmetric,),
    "orthogonal matrix": (Q.orthogonal,),
    "orthonormal columns": (lambda A: Eq(A.T * A, Identity(A.shape[1])),),
    "orthonormal rows": (lambda A: Eq(A * A.T, Identity(A.shape[0])),),
    "vector of length 1": (lambda u: Eq(u.T * u, Identity(1)),),
    "transpose of a skew-symmetric matrix": (lambda A: Eq(A, -A.T),),
    "power of an idempotent matrix": (lambda A: Eq(A**2, A),),
    "power of an involutory matrix": (lambda A: Eq(A**2, Identity(A.shape[0])),),
    "declared sums of columns": (column_sums,),
    "declared sums of rows": (row_sums,),
    "declared sum of entries": (column_sums,),
    "declared sum of entries by rows": (row_sums,),
    "transpose of a sum": (),
    "Cholesky factor": (Q.positive_definite,),
    "log-determinant by Cholesky": (Q.positive_definite,),
    "matrix logarithm": (),
    "matrix square root": (),
    "derivative of a matrix exponential": (),
    "derivative of a matrix logarithm": (),
}

OF_THE_SYMMETRIC_PART = ("Cholesky factor",)
"""What holds of a matrix whose symmetric part is as stated, too."""

OF_BLOCKS = ("derivative of a matrix exponential", "derivative of a matrix logarithm")
"""What makes large matrices of small ones, of which precise logarithms take long."""


@pytest.mark.parametrize("name", READINGS)
def test_a_rule_holds_as_it_is_stated(name):
    """Where it is stated in other letters than it is checked with, under what it needs."""
    rule = RULES[name]
    left, right = rule.equation(*rule.reading)
    larger_first = (2,) if name in OF_BLOCKS else (3, 2)
    sizes = dict(zip(sorted(size_symbols(left), key=str), larger_first, strict=False))
    given = [needed(rule.reading[0]) for needed in READINGS[name]]
    check_equation(left, right, sizes=sizes, assuming=given)
    with pytest.raises(VerificationError):
        check_equation(left, 2 * right, sizes=sizes, assuming=given)
    if given and name not in OF_THE_SYMMETRIC_PART:
        with pytest.raises(VerificationError):
            check_equation(left, right, sizes=sizes)


def test_every_statement_in_letters_of_its_own_is_checked():
    assert {name for name, rule in RULES.items() if rule.reading} == set(READINGS)


def test_names_are_unique_and_cannot_be_confused():
    names = list(RULES)
    assert len(names) == len({name.casefold() for name in names})
    assert all(rule.name == name for name, rule in RULES.items())
    slugs = {rule.slug for rule in RULES.values()}
    assert len(names) == len(slugs)
    assert not slugs & {slug(NAMING), slug(SUBSTITUTION)}
