"""Gradients of everyday losses are what books print, and no longer."""

from __future__ import annotations

import pytest
from losses import LOSSES, m, n, w

from derivlib import derive, is_derivative, text

SIZES = {n: 3, m: 2}


@pytest.mark.parametrize("case", LOSSES, ids=lambda case: case.name)
def test_the_gradient_is_the_books_and_no_longer(case):
    gradient = derive(case.loss, w, **case.premises)
    gradient.verify(SIZES)
    assert is_derivative(case.book, case.loss, w, SIZES, **case.premises)
    assert text(gradient.result) == case.printed
    assert len(text(gradient.result)) <= len(text(case.book))


def test_a_gradient_that_is_not_the_books_is_noticed():
    case = LOSSES[0]
    assert not is_derivative(-case.book, case.loss, w, SIZES)


def test_there_are_losses_of_each_use():
    uses = [case.use for case in LOSSES]
    assert len(uses) >= 30
    assert {"regression", "classification", "ranking", "probability"} == set(uses)
