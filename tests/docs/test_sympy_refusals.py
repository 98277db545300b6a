"""The page on what SymPy refuses: each row runs, and one that does not hold is noticed."""

from __future__ import annotations

import pytest
from sympy_refusals import REFUSED_BY_SYMPY, beside, refused_by_derivlib, refused_by_sympy

from derivlib import DerivlibError


def test_each_row_is_refused_and_what_is_written_instead_is_verified():
    found = refused_by_sympy()
    assert len(found) == len(REFUSED_BY_SYMPY)
    assert all(each.verification.entries > 0 for each in found)
    shown = beside(found)._repr_markdown_()
    assert "| TypeError: Mix of Matrix and Scalar symbols | `scalar(x.T*A*x) + 1` |" in shown
    assert "(X\\*w - y).T\\*(X\\*w - y)" in refused_by_derivlib()._repr_markdown_()


def test_a_row_that_sympy_accepts_is_noticed():
    with pytest.raises(AssertionError, match="SymPy accepts"):
        refused_by_sympy([("x.T*A*x", "Trace(x.T*A*x)", "x")])


def test_advice_that_does_not_work_is_noticed():
    with pytest.raises(DerivlibError):
        refused_by_sympy([("x.dot(y)", "x*y", "x")])
