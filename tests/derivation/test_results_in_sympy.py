"""SymPy takes a derivation for its result, wherever an expression may stand."""

from __future__ import annotations

import pytest
import sympy
from expressions import A, W, X, lam, n, sigma, x
from sympy import Symbol, Trace, sympify

from derivlib import InputError, derive, explicit, hessian, is_derivative, latex, show, text
from derivlib.check import check_equation

FORM = x.T * A * x
D = derive(FORM, x)
GRADIENT = (A + A.T) * x
JOINT = derive(FORM, [x, A])


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (lambda: sympify(D), GRADIENT),
        (lambda: sympify(D, strict=True), GRADIENT),
        (lambda: 2 * D, 2 * GRADIENT),
        (lambda: D * 2, 2 * GRADIENT),
        (lambda: D / 2, GRADIENT / 2),
        (lambda: -D, -GRADIENT),
        (lambda: D + x, GRADIENT + x),
        (lambda: x + D, x + GRADIENT),
        (lambda: D - x, GRADIENT - x),
        (lambda: x - D, x - GRADIENT),
        (lambda: A * D, A * GRADIENT),
        (lambda: x.T * D, x.T * GRADIENT),
        (lambda: D - D, GRADIENT - GRADIENT),
        (lambda: derive(D, x).result, A + A.T),
        (lambda: explicit(D, {n: 2}), explicit(GRADIENT, {n: 2})),
    ],
)
def test_a_derivation_stands_for_its_result(taken, expected):
    assert taken() == expected


def test_the_scalar_of_a_scalar_is_an_operand_on_either_side():
    t = Symbol("t")
    d = derive(t**3, t)
    assert (1 / d, d**2, 1 + d, 1 - d) == (1 / (3 * t**2), 9 * t**4, 1 + 3 * t**2, 1 - 3 * t**2)


def test_a_derivation_is_judged_like_an_expression():
    assert is_derivative(D, FORM, x)
    assert is_derivative(A + A.T, D, x)
    assert not is_derivative(2 * D, FORM, x)
    assert check_equation(D, GRADIENT, sizes={n: 3}).entries == 3


def test_a_derivation_of_a_derivation_keeps_its_names():
    """What S stands for is part of a derivation; S is no constant when it is derived again."""
    S = sympy.MatrixSymbol("S", n, n)
    named = derive(Trace(S.T * S), A, where={S: A * A})
    again = derive(named, A)
    assert again.where == {S: A * A}
    assert again.verify({n: 2})
    assert derive(named.result, A).result != again.result


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (D, GRADIENT, True),
        (D, derive(FORM, x), True),
        (D, derive(2 * FORM, x), False),
        (D, x, False),
        (D, None, False),
        (D, "(A + A.T)*x", False),
        (derive(X * W, W), derive(X * W, W).result, True),
        (derive(Symbol("t") ** 2, Symbol("t")), 2 * Symbol("t"), True),
        (JOINT, derive(FORM, [x, A]), True),
        (JOINT, derive(FORM, [A, x]), True),
        (JOINT, derive(2 * FORM, [x, A]), False),
        (JOINT, {x: GRADIENT, A: x * x.T}, True),
        (JOINT, GRADIENT, False),
    ],
)
def test_equality_is_that_of_results(left, right, same):
    assert (left == right) is same
    if not (left is JOINT and right == GRADIENT):  # where SymPy asks JOINT for its expression
        assert (right == left) is same
    assert (left != right) is not same


def test_equal_derivations_have_equal_hashes():
    assert hash(D) == hash(GRADIENT) == hash(derive(FORM, x))
    assert {GRADIENT: "found"}[D] == "found"
    assert len({JOINT, derive(FORM, [x, A]), derive(2 * FORM, [x, A])}) == 2


@pytest.mark.parametrize(
    "use",
    [
        lambda: sympify(JOINT),
        lambda: 2 * JOINT,
        lambda: JOINT + x,
        lambda: A * JOINT,
        lambda: x - JOINT,
        lambda: explicit(JOINT, {n: 2}),
        lambda: derive(JOINT, x),
        lambda: hessian(JOINT, x),
        lambda: is_derivative(JOINT, FORM, x),
        lambda: GRADIENT == JOINT,
    ],
)
def test_several_results_are_no_expression(use):
    with pytest.raises(InputError, match=r"a result for each of x, A.*d\.results\[x\]"):
        use()


@pytest.mark.parametrize("name", ["T", "shape", "subs", "doit", "as_explicit", "free_symbols"])
def test_attributes_of_a_result_are_asked_of_the_result(name):
    with pytest.raises(AttributeError, match=rf"use d\.result\.{name}$"):
        getattr(D, name)
    with pytest.raises(AttributeError, match=rf"use d\.results\[variable\]\.{name}$"):
        getattr(JOINT, name)
    assert hasattr(D.result, name)
    assert not hasattr(D, "nothing")
    with pytest.raises(AttributeError, match=r"a Derivation has no attribute 'nothing'$"):
        D.nothing  # noqa: B018


def test_printers_print_the_equation():
    assert latex(D) == sympy.latex(D) == show(D).tex == D.equation.tex
    assert D.equation.tex.startswith(r"\frac{\partial L}{\partial x} =")
    assert sympy.latex([D]) == rf"\left[ {D.equation.tex}\right]"
    assert latex(JOINT) == sympy.latex(JOINT) == JOINT.equation.tex
    assert JOINT.equation.tex.count(r"\frac{\partial L}") == 2
    assert text(D.result) in sympy.pretty(D)


def test_names_that_results_share_are_told_once():
    joint = derive(lam((X * W).applyfunc(sigma)), [X, W])
    assert joint.equation.tex.count(r"S &= \sigma(X W)") == 1
