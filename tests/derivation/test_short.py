"""The short derivation is as short as a textbook's, and consists of lines of the full one."""

from dataclasses import replace
from itertools import pairwise

import pytest
from expressions import DERIVATIONS, derivation
from sympy import (
    DiagMatrix,
    DiagonalOf,
    Function,
    HadamardProduct,
    Identity,
    Inverse,
    Lambda,
    MatrixSymbol,
    OneMatrix,
    Q,
    Symbol,
    Trace,
    cos,
    exp,
    log,
    sqrt,
    symbols,
    tanh,
)

from derivlib import (
    derive,
    hessian,
    logdet,
    logsumexp,
    norm,
    partial,
    sigmoid,
    softmax,
    sum_entries,
    text,
)
from derivlib.derivation.own_names import OwnNames
from derivlib.derivation.replay import replayed
from derivlib.errors import InputError, ReplayError, VerificationError
from derivlib.nodes import FormalNode

n, m, p, h = symbols("n m p h", integer=True, positive=True)
t, alpha = Symbol("t"), Symbol("alpha", positive=True)
epsilon = Symbol("epsilon", positive=True)
X, w, y = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1), MatrixSymbol("y", n, 1)
W, x, z = MatrixSymbol("W", m, p), MatrixSymbol("x", n, 1), MatrixSymbol("z", n, 1)
A, S, T = MatrixSymbol("A", n, n), MatrixSymbol("S", m, m), MatrixSymbol("Lambda", p, p)
R, V, mu = MatrixSymbol("R", n, n), MatrixSymbol("X", n, p), MatrixSymbol("mu", n, 1)
Sigma = MatrixSymbol("Sigma", n, n)
sigma, tau, lam = Function("sigma"), Function("tau"), Function("lambda")
U, Y = MatrixSymbol("U", p, h), MatrixSymbol("Y", n, h)

softplus = sum_entries((X * w).applyfunc(Lambda(t, log(1 + exp(t)))))
centred = (Identity(n) - OneMatrix(n, n) / n) * X
deviation = (DiagonalOf(centred.T * centred) / n).applyfunc(Lambda(t, 1 / sqrt(t + epsilon)))
batch_norm = centred * DiagMatrix(deviation) * DiagMatrix(w)
queries, keys, values = MatrixSymbol("Q", n, h), MatrixSymbol("K", m, h), MatrixSymbol("V", m, p)
weights = (queries * keys.T / sqrt(h)).applyfunc(exp)
attention = Inverse(DiagMatrix(weights * OneMatrix(m, 1))) * weights * values

LENGTHS = {
    "least squares": (norm(X * w - y) ** 2, w, 4),
    "ridge": (norm(X * w - y) ** 2 + alpha * norm(w) ** 2, w, 5),
    "quadratic form": (x.T * A * x, x, 4),
    "trace of a quadratic": (Trace(V.T * A * V), V, 4),
    "Rayleigh quotient": ((x.T * A * x)[0, 0] / (x.T * x)[0, 0], x, 6),
    "Lagrangian of PCA": (Trace(W.T * S * W) - Trace(T * (W.T * W - Identity(p))), W, 6),
    "log-determinant": (logdet(R), R, 3),
    "inverse between columns": (x.T * Inverse(A) * y, A, 4),
    "softmax cross-entropy": (logsumexp(z) - (y.T * z)[0, 0], z, 5),
    "logistic": (softplus - (y.T * X * w)[0, 0], w, 6),
    "Gaussian": (-logdet(Sigma) / 2 - ((x - mu).T * Inverse(Sigma) * (x - mu))[0, 0] / 2, Sigma, 7),
    "a layer": (lam((X * W).applyfunc(sigma)), W, 5),
    "two layers": (lam(((X * W).applyfunc(sigma) * U).applyfunc(tau)), W, 9),
    "two layers, squared error": (norm((X * W).applyfunc(sigma) * U - Y) ** 2, W, 9),
    "batch norm": (lam(batch_norm), X, 14),
    "attention": (lam(attention), queries, 12),
}
"""What is differentiated, with respect to what, and how many lines it may have, all counted."""

OTHERS = {
    "Jacobian": derive(A * X, X),
    "Jacobian of an inverse": derive(Inverse(R), R),
    "derivative by a scalar": derive(Inverse(R + t * A) * z, t),
    "Hessian": hessian(norm(X * w - y) ** 2, w),
    "several": derive(norm(X * w - y) ** 2, [w, y]),
    "structure": derive(logdet(R), R, structure="symmetric"),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_derivation_is_as_short_as_in_a_book(name):
    expr, wrt, most = LENGTHS[name]
    assert derive(expr, wrt)._repr_latex_().count("&=") <= most


@pytest.mark.parametrize("name", [*LENGTHS, *OTHERS])
def test_each_line_is_a_line_of_the_full_derivation(name):
    d = OTHERS[name] if name in OTHERS else derive(*LENGTHS[name][:2])
    full, at = list(d.full), 0
    for line in d.short:
        steps = [one.step for one in full[at : at + len(line.steps)]]
        while steps != list(line.steps):
            at += 1
            assert at < len(full)
            steps = [one.step for one in full[at : at + len(line.steps)]]
        at += len(line.steps)
        assert set(line.reasons) <= {step.rule for step in steps}
        shown = full[at - 1]
        if isinstance(line.left, FormalNode) and line.by is None:
            assert line.terms == (OwnNames(d.intermediates)(shown.step.before),)
        elif len(shown.terms) == len(line.terms):
            assert set(line.terms) == set(shown.terms) or line.by is None
    assert d.short[-1].terms[0] == full[-1].terms[0]


@pytest.mark.parametrize("name", [*LENGTHS, *OTHERS])
def test_each_line_changes_something(name):
    d = OTHERS[name] if name in OTHERS else derive(*LENGTHS[name][:2])
    shown = [str(line).rpartition("   [")[0] for line in d.short]
    assert all(one != other for one, other in pairwise(shown))


def test_terms_stay_in_their_order():
    """The scores first, as in the loss, until both are collected in one term."""
    lines = [str(line) for line in derive(*LENGTHS["logistic"][:2]).short]
    assert lines[0].startswith("dL = sum(da) - ")
    assert lines[1].startswith("dL = ⟨1[n×1], da⟩ - ⟨Xᵀ*y, dw⟩")
    assert lines[2].endswith(", dz⟩ - ⟨Xᵀ*y, dw⟩   [elementwise function, "
                             "Hadamard product in the trace]")  # fmt: skip


def test_a_gradient_at_an_intermediate_is_named():
    lines = [str(line).rpartition("   [")[0] for line in derive(*LENGTHS["two layers"][:2]).short]
    assert lines == [
        "dL = ⟨∂λ(S_2)/∂S_2, dS_2⟩",
        "∂L/∂N_2 = ∂λ(S_2)/∂S_2 ⊙ τ'(N_2)",
        "dL = ⟨∂L/∂N_2*Uᵀ, dS_1⟩",
        "∂L/∂N_1 = (∂L/∂N_2*Uᵀ) ⊙ σ'(N_1)",
        "dL = ⟨Xᵀ*∂L/∂N_1, dW⟩",
        "∂L/∂W = Xᵀ*∂L/∂N_1",
        "∂L/∂W = Xᵀ*(((∂λ(S_2)/∂S_2 ⊙ τ'(σ(X*W)*U))*Uᵀ) ⊙ σ'(X*W))",
    ]


def test_columns_have_small_letters():
    names = derive(*LENGTHS["logistic"][:2]).intermediates
    assert {str(name): name.shape for name in names} == {"z": (n, 1), "a": (n, 1)}
    assert [str(name) for name in derive(lam(X * w - y), w).intermediates] == ["r"]


def test_the_letter_of_a_function_is_no_name():
    named = derive(sum_entries((X * w).applyfunc(Function("z"))), w).intermediates
    assert "z" not in map(str, named)


def layers(depth):
    value = X
    for i in range(depth):
        value = (value * MatrixSymbol(f"W_{i + 1}", m, m)).applyfunc(sigma)
    return derive(lam(value), MatrixSymbol("W_1", m, m))


def test_what_a_notebook_gets_grows_linearly():
    short, long = (len(layers(depth)._repr_markdown_()) for depth in (40, 80))
    assert long < 2.2 * short
    assert long < 100_000


# --- concluding ---------------------------------------------------------------------------


a_0, P_0, Z_0 = MatrixSymbol("a", n, 1), MatrixSymbol("P", n, p), MatrixSymbol("Z", n, p)


def test_a_derivation_ends_at_the_form_of_the_reader():
    d = derive(*LENGTHS["logistic"][:2])
    claim = X.T * ((X * w).applyfunc(sigmoid) - y)
    concluded = d.concluding(claim)
    assert concluded.result == concluded.replay() == concluded.steps[-1].after
    assert str(concluded.short[-1]).startswith("∂L/∂w = Xᵀ*(sigmoid(X*w) - y)")
    assert concluded.verify({n: 4, m: 3})


def test_rules_lead_from_a_claim_to_the_result():
    d = derive(x.T * A * x + y.T * x, x)
    claim = A * x + y + A.T * x
    rules = [step.rule for step in d.concluding(claim).steps]
    assert "equal, checked" not in rules
    assert d.concluding(claim).replay() == d.concluding(claim).result


def test_a_conclusion_may_stand_over_the_names_of_the_author():
    r = MatrixSymbol("r", n, 1)
    d = derive(norm(r) ** 2, w, where={r: X * w - y})
    assert str(d.concluding(2 * X.T * r)).startswith("∂L/∂w = 2*Xᵀ*r")


@pytest.mark.parametrize(
    ("expr", "wrt", "where", "claim"),
    [
        (lam(a_0), x, {a_0: x / norm(x)},
         (Identity(n) - a_0 * a_0.T) * partial(lam(a_0)) / norm(x)),
        (Trace(V.T * P_0), Z_0, {P_0: softmax(Z_0, axis=1)},
         HadamardProduct(P_0, V - DiagonalOf(V * P_0.T) * OneMatrix(1, p))),
        (Trace(V.T * P_0), Y, {P_0: Y * U.T}, V * U),
        (sum_entries(a_0), w, {a_0: sigmoid(X * w)},
         X.T * HadamardProduct(a_0, OneMatrix(n, 1) - a_0)),
    ],
)  # fmt: skip
def test_rules_and_definitions_lead_to_a_conclusion(expr, wrt, where, claim):
    """Both forms are multiplied out, over the definitions, where that is needed."""
    d = derive(expr, wrt, where=where).concluding(claim)
    assert "equal, checked" not in [step.rule for step in d.steps]
    assert d.replay() == d.result
    with pytest.raises(VerificationError):
        d.concluding(2 * claim)


def test_a_tampered_conclusion_is_refused():
    d = derive(norm(a_0) ** 2, w, where={a_0: X * w - y}).concluding(2 * X.T * X * w - 2 * X.T * y)
    *others, before, last = d.steps
    forged = replace(before, after=before.after * 2 if before.after.is_Matrix else before.after)
    with pytest.raises(ReplayError):
        list(replayed(d._graph, (*others, forged, last), (w,), d.layout))


def test_a_conclusion_may_have_the_name_of_what_is_differentiated():
    h = MatrixSymbol("h", n, 1)
    d = derive(h, x, where={h: x / norm(x)})
    claim = (Identity(n) - h * h.T) / norm(x)
    assert d.concluding(claim).replay() == claim
    with pytest.raises(VerificationError, match=r"entry \(1, 1\)"):
        d.concluding((Identity(n) + h * h.T) / norm(x))


def test_what_the_author_named_is_written_with_its_name():
    P = MatrixSymbol("P", n, p)
    d = derive(Trace(V.T * P), Y, where={P: softmax(Y * U.T, axis=1)})
    lines = [str(line) for line in d.short]
    assert "P ⊙ (dN" in lines[1]
    assert not any("softmax(" in line for line in lines)
    assert "softmax(" in str(d.full)
    assert d.replay() == d.result


def test_a_hessian_and_assumptions_are_concluded():
    d = hessian(norm(X * w - y) ** 2, w).concluding(X.T * X + X.T * X)
    assert d.replay() == d.result
    symmetric = derive(x.T * A * x, x, assuming=[Q.symmetric(A)]).concluding(A * x + A * x)
    assert symmetric.replay() == symmetric.result


@pytest.mark.parametrize("claim", [A * x, (A + A.T) * x * 2, A.T * x - A * x])
def test_a_claim_that_is_not_the_derivative_is_refused(claim):
    with pytest.raises(VerificationError, match=r"entry \(1, 1\)"):
        derive(x.T * A * x, x).concluding(claim)


def test_a_claim_of_another_shape_or_kind_is_refused():
    with pytest.raises(VerificationError, match="shapes differ"):
        derive(x.T * A * x, x).concluding(x.T * (A + A.T))
    with pytest.raises(InputError, match="expected a SymPy expression"):
        derive(x.T * A * x, x).concluding("2 A x")


@pytest.mark.parametrize("name", DERIVATIONS)
def test_printing_checks_nothing(name, monkeypatch):
    def asked(*_, **__):
        raise AssertionError("a step was checked")

    for name_of in ("replay.is_equal", "replay._check_against_rule", "replay._Checked.same"):
        monkeypatch.setattr(f"derivlib.derivation.{name_of}", asked)
    assert derivation(name)._repr_latex_().startswith("$$")


# --- the author's names -------------------------------------------------------------------

a_1, s = MatrixSymbol("a", n, 1), Symbol("s", positive=True)
OWN_NAMES = {
    "tanh": (norm(a_1 - y) ** 2, {a_1: (X * w).applyfunc(tanh)}, "2*Xᵀ*((a - y) ⊙ [1 - a**2])"),
    "sigmoid": (sum_entries(a_1), {a_1: sigmoid(X * w)}, "Xᵀ*[a*(1 - a)]"),
    "length": (sum_entries(w) / s, {s: norm(w)}, "1/s*(1[m×1] - sum(w)/s**2*w)"),
    "other function": (sum_entries(a_1), {a_1: (X * w).applyfunc(cos)}, "-Xᵀ*sin(X*w)"),
}


@pytest.mark.parametrize("name", OWN_NAMES)
def test_a_derivative_is_over_the_names_of_the_author(name):
    """1 - a², not 1 - tanh(Xw)²; where the derivative is no function of the name, it stays."""
    expr, where, shown = OWN_NAMES[name]
    d = derive(expr, w, where=where)
    assert text(d.result) == shown
    assert d.replay() == d.result
    assert d.verify({n: 4, m: 3})
    several = derive(expr, [w, y], where=where) if expr.has(y) else None
    assert several is None or several.replay()[0] == d.result
    again = hessian(expr, w, where=where)
    assert again.verify({n: 4, m: 3})
    assert again.replay() == again.result


def test_a_letter_means_the_same_in_both_parts_of_a_hessian():
    d = hessian(softplus - Trace(y.T * X * w), w)
    first, second = d.gradient.intermediates, d.intermediates
    assert {name: first[name] for name in first if name in second} == {
        name: second[name] for name in second if name in first
    }
    assert len(first.keys() & second.keys()) == 1
    assert len(second) == 2
