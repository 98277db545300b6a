"""What is shown in a terminal, a container and a failing test is what `print` shows."""

from __future__ import annotations

import pytest
from expressions import A, W, X, lam, m, n, p, sigma, x
from sympy import HadamardProduct, Trace

from derivlib import (
    RULES,
    MatrixFunction,
    check_steps,
    derive,
    hessian,
    is_derivative,
    sum_entries,
)
from derivlib.check import check_entries, check_equation, check_rule

D = derive(lam((X * W).applyfunc(sigma)), W)
SIZES = {n: 2, m: 3, p: 1}
SHOWN = {
    "derivation": (D, "∂L/∂W = Xᵀ*(∂λ(S)/∂S ⊙ σ'(X*W)), S = σ(X*W)"),
    "joint derivation": (derive(x.T * A * x, [x, A]), "∂L/∂x = (A + Aᵀ)*x\n∂L/∂A = x*xᵀ"),
    "formula": (derive(x.T * x, x).equation, r"\frac{\partial L}{\partial x} = 2 x"),
    "step": (D.steps[7], "d(X*W) → X*dW  [product]"),
    "condition": (D.assumptions, "(X constant,)"),
    "line": (D.lines()[7], "dL = ⟨∂L/∂N, X*dW⟩   [product]"),
    "naming line": (D.lines()[0], "N = X*W   [naming]"),
    "rule": (RULES["product"], "product: d(U*V) = dU*V + U*dV"),
    "rule that reads off": (
        RULES["first identification theorem"],
        "first identification theorem: ⟨G, dX⟩ ⇒ G",
    ),
    "source": (RULES["product"].source, "Petersen & Pedersen (2012), eq. (37)"),
    "chain": (D.chain, "∂L/∂W = ∂L/∂S·∂S/∂N·∂N/∂W"),
    "node": (D.graph[W], "W is the variable, m×p; ∂L/∂W = Xᵀ*∂L/∂N, m×p."),
    "edges": (D.graph.edges[:2], "(X → N, W → N: Xᵀ*∂L/∂N)"),
    "equation check": (
        check_equation(A, A, sizes={n: 2}),
        "Both sides agree in all 4 entries at n=2: exactly at 2 random points.",
    ),
    "entries": (check_entries(x[0], x[0]), "The one entry agrees."),
    "matrix function": (MatrixFunction("nu", (n, p)), 'MatrixFunction("nu", (n, p))'),
    "substitutions": (
        D.substitutions(8, 8),
        "8. product: d(U*V) = dU*V + U*dV\n"
        "   with U := X, V := W\n"
        "   d(X*W) → X*dW, where X constant",
    ),
    "stages": (
        derive(sum_entries(HadamardProduct(X, X)), X).stepwise({n: 1, m: 2}),
        "named: 2*X\napplied: 2*X\nexplicit: 2*[x_11, x_12]\nproduct: [2*x_11, 2*x_12]",
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_repr_is_what_print_shows(name):
    value, shown = SHOWN[name]
    assert repr(value) == str(value) == shown


@pytest.mark.parametrize(
    "told",
    [
        D.verify(SIZES),
        is_derivative(x, x.T * x, x),
        check_steps([x, x]),
        check_steps([x, 2 * x]),
        check_rule(RULES["trace"]),
        D.graph,
    ],
    ids=lambda value: type(value).__name__,
)
def test_verdicts_and_graphs_are_sentences(told):
    assert repr(told) == str(told)
    assert type(told).__name__ not in repr(told)
    assert repr([told]) == f"[{told}]"


def test_containers_show_derivations():
    assert repr([D, D]) == f"[{D}, {D}]"
    assert repr({"a": D}) == f"{{'a': {D}}}"


@pytest.mark.parametrize(
    "d",
    [
        derive(x.T * A * x, x),
        derive(A * x, x),
        derive(x.T * A * x, [x, A]),
        hessian(x.T * A * x, x),
        derive(Trace(A.T * A), A, structure="symmetric"),
        derive(2 * x * Trace(A), A),
    ],
    ids=str,
)
def test_lines_are_read_one_below_the_other(d):
    lines = d.lines()
    told = str(lines).splitlines()
    assert told == [str(line) for line in lines]
    assert repr(lines) == str(lines)
    assert len(told) == len(d.steps)
    assert all(line.endswith(f"   [{step.rule}]") for line, step in zip(told, d.steps, strict=True))
    assert all(" = " in line for line in told)
    assert str(d.steps).splitlines() == [str(step) for step in d.steps]


def test_the_last_line_is_the_result():
    """With the letter that `print(d)` explains, not with σ(XW) in the place of S."""
    assert str(D.lines()[-1]).startswith("∂L/∂W = Xᵀ*(∂λ(S)/∂S ⊙ σ'(X*W))")
    structured = derive(Trace(A.T * A), A, structure="symmetric")
    assert str(structured.lines()[-1]).startswith(str(structured))


def test_differences_have_their_sign():
    first = derive(Trace(A * X * X.T) - Trace(X.T * A.T * X), X).lines()[1]
    assert " - " in str(first)
    assert "+ -" not in str(first)


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [
        (is_derivative(2 * x, x.T * x, x), "**Agreed.** The 4×1 result agrees"),
        (is_derivative(x, x.T * x, x), "**Not the derivative.** Entry (1, 1), counted from 1"),
        (is_derivative(x, x.T * x, x), r"has x\[0, 0\], entry-by-entry calculus has 2\*x\[0, 0\]."),
        (is_derivative(x, x.T * x, x), "The claim is off by the factor 1/2."),
        (check_steps([x, x]), "**Agreed.** The 2 lines are equal."),
        (check_steps([x, 2 * x]), "**Wrong.** Line 2, counted from 1, is not equal"),
    ],
)
def test_verdicts_are_shown_in_a_notebook(verdict, shown):
    assert shown in verdict._repr_markdown_()
    assert ".." not in verdict._repr_markdown_()
