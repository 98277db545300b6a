"""Every form of a derivation exists, has its shape, and reads as mathematics."""

from __future__ import annotations

from itertools import pairwise

import pytest
from expressions import (
    DERIVATIONS,
    SIZES,
    A,
    U,
    W,
    X,
    derivation,
    k,
    lam,
    layer,
    m,
    n,
    nu,
    p,
    sigma,
    t,
    x,
)
from sympy import (
    Function,
    HadamardProduct,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    Q,
    Symbol,
    Trace,
    exp,
    preorder_traversal,
    symbols,
)
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from derivlib import (
    BasisMatrix,
    Expm,
    ExpmFrechet,
    Logm,
    LogmFrechet,
    MatrixFunction,
    Sqrtm,
    UnsupportedError,
    d,
    derive,
    formal,
    hessian,
    latex,
    logdet,
    norm,
    partial,
    prime,
    show,
    small_letters,
    sum_entries,
    text,
    vec,
)
from derivlib.check import size_symbols
from derivlib.nodes import AbstractGradient, Commutation, Inner, OnVec

SMALL = {**SIZES, n: 3, m: 2, p: 4}
"""Sizes at which an inverse can still be written out."""
SMALLER = {**SMALL, n: 2, m: 2, k: 2}
"""The same for the inverse of a Kronecker product, whose entries with n = 3 are 10 MB of TeX, for
products of several inverses, and for eigenvalues, which then are roots of quadratic polynomials."""


@pytest.mark.parametrize("name", DERIVATIONS)
def test_stages_and_entries_have_the_shape_of_the_variable(name):
    d = derivation(name)
    inverts = any(word in name for word in ("inverse", "log-determinant"))
    words = ("eigenvalue", "polar", "projector", "Moore", "symbolic", "Sylvester", "Lyapunov")
    long = any(word in name for word in words)
    many = long or (inverts and "Kronecker" in name) or "Stein" in name
    chosen = SMALLER if many else SMALL
    if "Sylvester" in name:
        chosen = {**SMALLER, p: 1}
    sizes = {size: chosen[size] for size in size_symbols(d.expr, d.wrt)}
    if d.expr.has(Expm, ExpmFrechet, Logm, LogmFrechet, Sqrtm):
        with pytest.raises(UnsupportedError, match="is not written out in its entries"):
            d.elementwise(sizes, entry=small_letters)
        return
    entries = d.elementwise(sizes, entry=small_letters)
    for stage in d.stepwise(sizes):
        assert latex(stage)
    if isinstance(stage, MatrixBase):
        assert stage.shape == entries.shape
    shown = latex(entries)
    assert "Lambda" not in shown
    assert "xi" not in shown


@pytest.mark.parametrize("name", DERIVATIONS)
def test_the_chain_rule_leads_from_the_result_to_the_variable(name):
    d = derivation(name)
    paths = list(d.chain.paths())
    assert bool(paths) is d._graph.moves(d.root)
    for path in paths:
        assert path[0].numerator == d.output
        assert path[-1].denominator == d.wrt
        for before, after in pairwise(path):
            assert before.denominator == after.numerator
    assert len(d.chain.differentials) == len(d.intermediates) + 1


def test_a_residual_connection_has_two_paths():
    d = derivation("residual")
    assert str(d.chain) == "∂L/∂X = ∂L/∂M·∂M/∂S·∂S/∂N·∂N/∂X + ∂L/∂M·∂M/∂X"


z = Symbol("z")
N = MatrixSymbol("N", n, p)
SHOWN = {
    "product": (X * W, "X W", "X*W"),
    "transpose": (X.T, r"X^{\mathsf{T}}", "Xᵀ"),
    "inverse of a transpose": (Inverse(U.T), r"U^{-\mathsf{T}}", "U⁻ᵀ"),
    "Hadamard": (HadamardProduct(X, X * U), r"X \odot (X U)", "X ⊙ (X*U)"),
    "sum times matrix": (A * (U + A), "A (A + U)", "A*(A + U)"),
    "difference": (U - A, "U - A", "U - A"),
    "trace": (Trace(A * U), r"\operatorname{tr}(A U)", "tr(A*U)"),
    "sum of entries": (sum_entries(X), r"\operatorname{sum}(X)", "sum(X)"),
    "ones": (OneMatrix(n, 1), r"\mathbf{1}_{n}", "1[n×1]"),
    "row of ones": (OneMatrix(1, p), r"\mathbf{1}_{p}^{\mathsf{T}}", "1[1×p]"),
    "elementwise": (N.applyfunc(sigma), r"\sigma(N)", "σ(N)"),
    "slope": (N.applyfunc(prime(sigma)), r"\sigma'(N)", "σ'(N)"),
    "curvature": (N.applyfunc(prime(sigma, 2)), r"\sigma''(N)", "σ''(N)"),
    "square of entries": (N.applyfunc(Lambda(z, z**2)), r"N^{\odot 2}", "[N**2]"),
    "known function": (N.applyfunc(exp), r"\exp(N)", "exp(N)"),
    "product of entries": (
        N.applyfunc(Lambda(z, z * exp(-t * z))),
        r"N \odot \exp(- t N)",
        "[N*exp(-N*t)]",
    ),
    "one minus square": (
        (X * W).applyfunc(Lambda(z, 1 - z**2)),
        r"1 - (X W)^{\odot 2}",
        "[1 - (X*W)**2]",
    ),
    "gradient": (
        partial(lam(N)),
        r"\frac{\partial \lambda(N)}{\partial N}",
        "∂λ(N)/∂N",
    ),
    "formal derivative": (
        formal(Symbol("L"), W),
        r"\frac{\partial L}{\partial W}",
        "∂L/∂W",
    ),
    "matrix function": (nu(X, W), r"\nu(X, W)", "ν(X, W)"),
    "vec": (vec(X), r"\operatorname{vec}(X)", "vec(X)"),
    "norm": (norm(x), r"\left\lVert x \right\rVert", "norm(x)"),
    "entry": (X[0, 1], "X_{12}", "X[0, 1]"),
    "last entry": (MatrixElement(A, n - 1, 0), "A_{n, 1}", "A[n - 1, 0]"),
    "diagonal part": (
        DiagonalMatrix(A),
        r"\operatorname{Diag}(\operatorname{diag}(A))",
        "Diag(diag(A))",
    ),
    "second derivative by a scalar": (
        partial(partial(nu(t))),
        r"\frac{\partial^2 \nu(t)}{\partial t^2}",
        "∂²ν(t)/∂t²",
    ),
    "differential of a scalar product": (d(x.T * x), r"\mathrm{d}(x^{\mathsf{T}} x)", "d(xᵀ*x)"),
    "differential among scalars": (t * d(t), r"t \, \mathrm{d}t", "t*dt"),
    "Jacobian before a vec": (
        OnVec(KroneckerProduct(A, U), d(N)),
        r"(A \otimes U) \operatorname{vec} (\mathrm{d}N)",
        "(A ⊗ U)*vec(dN)",
    ),
    "negative Jacobian": (
        OnVec(-KroneckerProduct(A, U), d(N)),
        r"-(A \otimes U) \operatorname{vec} (\mathrm{d}N)",
        "-(A ⊗ U)*vec(dN)",
    ),
    "scalar of columns before a column": (
        MatMul(2 * Inner(x, d(x)), x),
        r"2 \langle x,\, \mathrm{d}x \rangle x",
        "2*⟨x, dx⟩*x",
    ),
    "scalar of columns among scalars": (
        t * Inner(x, d(x)) * Trace(A),
        r"t \langle x,\, \mathrm{d}x \rangle \operatorname{tr}(A)",
        "t*⟨x, dx⟩*tr(A)",
    ),
    "column before a scalar": (OnVec(x, t * d(t)), r"x (t \, \mathrm{d}t)", "x*t*dt"),
    "basis": (
        BasisMatrix("lower triangular", n),
        r"\Delta_{\mathrm{lower}, n}",
        "Δ[lower, n]",
    ),
    "commutation": (Commutation(n, m), "K_{nm}", "K[n, m]"),
    "Jacobian of an abstract function": (
        partial(nu(X, W)),
        r"\frac{\partial \operatorname{vec} \nu(X, W)}"
        r"{\partial (\operatorname{vec} X)^{\mathsf{T}}}",
        "∂vec(ν(X, W))/∂vec(X)ᵀ",
    ),
    "symbolic entry": (X[symbols("i"), symbols("j")], "X_{i, j}", "X[i, j]"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_how_things_are_written(name):
    expr, in_latex, in_text = SHOWN[name]
    assert latex(expr) == in_latex
    assert text(expr) == in_text


def test_a_gradient_inside_an_expression_says_where_it_is_taken():
    shown = latex(partial(lam(layer)))
    assert shown == (r"\left.\frac{\partial \lambda(S)}{\partial S}\right|_{S = \sigma(X W)}")


def test_where_two_arguments_share_the_variable_both_are_told_apart():
    shown = latex(partial(lam(X * W, X), 1))
    assert shown == r"\left.\frac{\partial \lambda(S, X)}{\partial X}\right|_{S = X W}"
    derivative = derive(lam(X * W, X), X)
    assert str(derivative) == "∂L/∂X = ∂λ(M, X)/∂M*Wᵀ + ∂λ(M, X)/∂X, M = X*W"


def test_a_second_derivative_names_both_places():
    second = hessian(lam(A * x, t * x), x)
    shown, *told = str(second.equation).split(r",\qquad ")
    assert "A x" not in shown
    assert "t x" not in shown
    assert sorted(told) == ["r_{1} = A x", "r_{2} = t x"]
    assert str(second).endswith(", r_1 = A*x, r_2 = t*x")


@pytest.mark.parametrize(
    ("layer", "wrt", "given"),
    [
        pytest.param(A.T * A * x + x, x, [Q.symmetric(A)], id="by an assumption"),
        pytest.param(U * DiagMatrix(A * x) * DiagMatrix(x) + U, U, [], id="by algebra"),
    ],
)
def test_a_place_that_was_rewritten_keeps_its_name(layer, wrt, given):
    first = derive(lam(layer), wrt, assuming=given)
    nodes = preorder_traversal(first.result)
    place = next(node.argument for node in nodes if isinstance(node, AbstractGradient))
    assert place not in first.intermediates.values()
    assert [name for value, name in first.letters.items() if value == place]
    shown, told = str(first.equation).split(r",\qquad ")
    letter = "r" if layer.shape[1] == 1 else "M"
    assert rf"\partial \lambda({letter}" in shown
    assert told.startswith(letter)
    assert r"\right|_{" not in shown


def test_a_hessian_says_its_gradient_once():
    assert hessian(logdet(U), U)._repr_latex_().count(r"{\partial U} &=") == 1
    assert hessian(lam(X * W), W)._repr_latex_().count(r"{\partial W} &=") == 1


def test_lines_with_fractions_keep_their_distance():
    rows = derive(lam(X * W), W)._repr_latex_().splitlines()
    for row in rows:
        if row.endswith("ex]"):
            assert row.endswith("[2ex]" if r"\frac" in row else "[1ex]")


def test_a_derivation_is_one_aligned_block_that_names_each_rule():
    d = derive(lam(layer), W)
    block = d.full._repr_latex_()
    assert block.count(r"\begin{aligned}") == 1
    for step in d.steps:
        if step.entry is not None and step.entry.name != "scalar times inner product":
            assert rf"\textrm{{{step.rule}}}" in block
    assert r"X\ \text{constant}" in block


def test_names_of_functions_may_be_words():
    loss = Function("loss")
    assert latex(derive(loss(X), X).result).startswith(r"\frac{\partial \operatorname{loss}(X)")
    assert latex(MatrixFunction("phi", (n, m))(X)) == r"\phi(X)"


def test_a_text_among_formulas_may_have_any_character():
    assert str(show("10 % of λ & σ")) == r"\text{10 \% of $\lambda$ \& $\sigma$}"


def test_sizes_of_the_shown_are_those_of_the_reader():
    assert latex(derive(sum_entries(X), X).result) == r"\mathbf{1}_{n \times m}"
