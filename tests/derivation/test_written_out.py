"""A softmax or a log-sum-exp of rows is seen however a reader writes it out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import (
    DiagMatrix,
    Function,
    HadamardPower,
    HadamardProduct,
    Inverse,
    Lambda,
    MatrixSymbol,
    OneMatrix,
    Symbol,
    Trace,
    exp,
    log,
    symbols,
)

from derivlib import derive, hessian, logsumexp, softmax, sum_entries, text
from derivlib.derivation.replay import check_names, replayed
from derivlib.errors import ReplayError

n, m, p = symbols("n m p", integer=True, positive=True)
SIZES = {n: 4, m: 3, p: 2}
z = Symbol("z")
X, W = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p)
C, Z, P = (MatrixSymbol(name, n, p) for name in "CZP")
x = MatrixSymbol("x", n, 1)
E, one, eins = (X * W).applyfunc(exp), OneMatrix(p, 1), OneMatrix(n, 1)


def over(matrix):
    return matrix.applyfunc(Lambda(z, 1 / z))


ROWS = {
    "inverted diagonal matrix": Inverse(DiagMatrix(E * one)) * E,
    "diagonal matrix of reciprocals": DiagMatrix(over(E * one)) * E,
    "diagonal matrix of powers": DiagMatrix(HadamardPower(E * one, -1)) * E,
    "power of repeated sums": HadamardProduct(E, HadamardPower(E * one * one.T, -1)),
    "reciprocals of repeated sums": HadamardProduct(over(E * one * one.T), E),
    "sums of square ones": HadamardProduct(E, over(E * OneMatrix(p, p))),
    "repeated reciprocals": HadamardProduct(E, over(E * one) * one.T),
    "exponential of a difference": (X * W - (E * one).applyfunc(log) * one.T).applyfunc(exp),
    "transposed": (E.T * Inverse(DiagMatrix(E * one))).T,
}
COLUMNS = {
    "inverted diagonal matrix": E * Inverse(DiagMatrix(E.T * eins)),
    "diagonal matrix of reciprocals": E * DiagMatrix(over(E.T * eins)),
    "power of repeated sums": HadamardProduct(E, HadamardPower(eins * eins.T * E, -1)),
    "repeated reciprocals": HadamardProduct(eins * over(E.T * eins).T, E),
    "exponential of a difference": (X * W - eins * (eins.T * E).applyfunc(log)).applyfunc(exp),
}


@pytest.mark.parametrize("way", ROWS)
def test_a_softmax_of_rows_is_seen(way):
    d = derive(Trace(C.T * ROWS[way]), W)
    assert text(d.result) == "Xᵀ*((C - (C ⊙ softmax(X*W, axis=1))*1[p×p]) ⊙ softmax(X*W, axis=1))"
    assert d.verify(SIZES)
    assert d.replay() == d.result
    loss = derive(-Trace(C.T * ROWS[way].applyfunc(log)), W)
    assert text(loss.result) == "Xᵀ*(Diag(C*1[p×1])*softmax(X*W, axis=1) - C)"


@pytest.mark.parametrize("way", COLUMNS)
def test_a_softmax_of_columns_is_seen(way):
    d = derive(Trace(C.T * COLUMNS[way]), W)
    assert text(d.result) == "Xᵀ*((C - 1[n×n]*(C ⊙ softmax(X*W, axis=0))) ⊙ softmax(X*W, axis=0))"
    assert d.verify(SIZES)
    assert d.replay() == d.result


@pytest.mark.parametrize(
    "sums", [(E * one).applyfunc(log), (E * OneMatrix(p, p)).applyfunc(log) * one / p]
)
def test_a_logsumexp_of_rows_is_seen(sums):
    loss = sum_entries(sums) - Trace(C.T * X * W)
    d = derive(loss, W)
    assert text(d.result) == "Xᵀ*(softmax(X*W, axis=1) - C)"
    assert d.verify(SIZES)
    assert hessian(loss, W).verify(SIZES)


def test_its_code_is_right_where_exponentials_overflow():
    """By hand: the first row of softmax is (1, 0), that of the second (1, e)/(1 + e)."""
    loss = sum_entries((E * one).applyfunc(log)) - Trace(C.T * X * W)
    arrays = {"X": np.array([[1000.0, 0], [0, 1]]), "W": np.array([[1.0, 0], [0, 1]])}
    value, gradient = derive(loss, W).to_function(value=True)(**arrays, C=np.eye(2))
    assert value == pytest.approx(np.log(1 + np.e) - 1)
    share = 1 / (1 + np.e)
    assert gradient == pytest.approx(np.array([[0, 0], [share, -share]]))


@pytest.mark.parametrize(
    "other",
    [
        Inverse(DiagMatrix(E * one)) * (2 * X * W).applyfunc(exp),
        HadamardProduct(E, over(E * one * one.T), E),
        DiagMatrix(over(E * one)) * (X * W),
        (X * W - (Z.applyfunc(exp) * one).applyfunc(log) * one.T).applyfunc(exp),
        (X * W + (E * one).applyfunc(log) * one.T).applyfunc(exp),
    ],
)
def test_what_only_looks_like_it_is_differentiated_rightly(other):
    assert derive(Trace(C.T * other), W).verify(SIZES)


def test_a_definition_is_read_and_keeps_its_name():
    d = derive(Trace(C.T * P), W, where={P: ROWS["inverted diagonal matrix"]})
    assert text(d.result) == "Xᵀ*((C - (C ⊙ P)*1[p×p]) ⊙ P)"
    assert str(d.short[0]) == "P = softmax(X*W, axis=1)   [softmax written out]"
    assert r"^{-1} \exp(X W) = \operatorname{softmax}" in d._repr_latex_()
    assert d.verify(SIZES)
    assert d.replay() == d.result
    several = derive(Trace(C.T * P), [W, X], where={P: ROWS["inverted diagonal matrix"]})
    assert several.replay()[0] == d.result


def test_what_was_written_is_displayed_first():
    shown = derive(Trace(C.T * ROWS["diagonal matrix of powers"]), W)._repr_latex_()
    first, second, *_ = shown.splitlines()[2:]
    assert first.startswith(r"L &= \operatorname{tr}(C^{\mathsf{T}} \operatorname{Diag}(")
    assert second.startswith(" &= ")
    assert r"&& \textrm{softmax written out}" in second


def test_a_tampered_reading_is_refused():
    d = derive(Trace(C.T * ROWS["inverted diagonal matrix"]), W)
    reading, *others = d.steps
    assert reading.rule == "softmax written out"
    other = reading.after.subs(X, 2 * X)
    with pytest.raises(ReplayError, match="does not rewrite"):
        list(replayed(d._graph, (replace(reading, after=other), *others), (W,), d.layout))
    unread = replace(reading, before=Trace(C.T * Z), after=Trace(C.T * P))
    with pytest.raises(ReplayError, match="reads something that was not written"):
        check_names(d.written, d.root, (unread, *others))
    with pytest.raises(ReplayError, match="do not resolve"):
        check_names(replace(d.written, expr=Trace(C.T * X * W)), d.root, others)


def test_the_names_of_the_loss_are_used_in_the_lines():
    lam = Function("lambda")
    lines = [str(line) for line in derive(lam(ROWS["inverted diagonal matrix"]), W).short]
    assert lines[2].startswith("dL = ⟨∂λ(S)/∂S, S ⊙ (dN - (S ⊙ dN)*1[p×p])⟩")


def test_nothing_is_read_where_nothing_is_written_out():
    assert derive(sum_entries(softmax(X * W, axis=1)), W)._computed.readings == ()
    assert derive(sum_entries(logsumexp(X * W, axis=1)), W)._computed.readings == ()
    assert derive(sum_entries(E), W)._computed.readings == ()
