"""What a book has a name for, or a shorter form, is printed so; each is verified as well."""

from __future__ import annotations

import pytest
from expressions import DERIVATIONS, derivation
from sympy import (
    Determinant,
    DiagMatrix,
    DiagonalOf,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatMul,
    Matrix,
    MatrixSymbol,
    OneMatrix,
    Pow,
    Q,
    Rational,
    Symbol,
    Trace,
    cosh,
    exp,
    log,
    pi,
    sinh,
    sqrt,
    symbols,
    tanh,
)

from derivlib import derive, hessian, latex, logdet, norm, sigmoid, softmax, sum_entries, text
from derivlib.check import size_symbols
from derivlib.expressions.sizes import all_nodes
from derivlib.rules import RULES, scalar_forms
from derivlib.rules.entrywise import is_plain, of_entries
from derivlib.rules.scalar_forms import hyperbolic, logistic, shortened

n, m, p, k = symbols("n m p k", integer=True, positive=True)
SIZES = {n: 3, m: 2, p: 4, k: 5}
t, z, alpha, s = Symbol("t"), Symbol("z"), Symbol("alpha"), Symbol("s")
X, w, W = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1), MatrixSymbol("W", m, p)
x, y, a, b, c, v = (MatrixSymbol(name, n, 1) for name in "xyabcv")
A, S, B, U = (
    MatrixSymbol(*named) for named in (("A", n, n), ("S", n, n), ("B", m, m), ("U", m, n))
)
u, one, eye = MatrixSymbol("u", n * m, 1), OneMatrix(n, 1), Identity(n)
ax = Trace(a.T * x)


def each(body, matrix):
    return matrix.applyfunc(Lambda(z, body))


SIGMOID, TANH = 1 / (1 + exp(-z)), (exp(z) - exp(-z)) / (exp(z) + exp(-z))
gaussian = exp(-Trace((x - c).T * Inverse(S) * (x - c)) / 2) / sqrt((2 * pi) ** n * Determinant(S))
gram = DiagonalOf(U.T * U) * one.T + one * DiagonalOf(U.T * U).T - 2 * U.T * U

GRADIENTS = {
    "Xᵀ*(sigmoid(X*w) - y)": (
        sum_entries(HadamardPower(one + (X * w).applyfunc(exp), 1).applyfunc(log))
        - Trace(y.T * X * w), w),
    "Xᵀ*sigmoid(X*w)": (sum_entries(each(log(1 + exp(z)), X * w)), w),
    "-sigmoid(-(aᵀ*x))*a": (-log(1 / (1 + exp(-ax))), x),
    "sigmoid(aᵀ*x)*(1 - sigmoid(aᵀ*x))*a": (1 / (1 + exp(-ax)), x),
    "2*sigmoid(norm(x - a)**2 - norm(x - b)**2)*(b - a)": (
        log(1 + exp(norm(x - a) ** 2 - norm(x - b) ** 2)), x),
    "-2*[log(exp(1 - x) + 1)*sigmoid(1 - x)]": (sum_entries(each(log(1 + exp(1 - z)) ** 2, x)), x),
    "2*log(exp(aᵀ*x) + 1)*sigmoid(aᵀ*x)*a": (log(1 + exp(ax)) ** 2, x),
    "[sigmoid(x)*(x*(1 - sigmoid(x)) + 1)]": (sum_entries(each(z * SIGMOID, x)), x),
    "tanh(x)": (sum_entries(each(log(cosh(z)), x)), x),
    "[1 - tanh(x)**2]": (sum_entries(each(TANH, x)), x),
    "(1 - tanh(aᵀ*x)**2)*a": (sinh(ax) / cosh(ax), x),
    "softmax(x)": (log(sum_entries(x.applyfunc(exp))), x),
    "Xᵀ*softmax(X*w)": (log(sum_entries((X * w).applyfunc(exp))), w),
    "(b - (bᵀ*softmax(x))*1[n×1]) ⊙ softmax(x)": (
        b.T * x.applyfunc(exp) / sum_entries(x.applyfunc(exp)), x),
    "-y ⊙ [1/x]": (
        sum_entries(HadamardProduct(y, HadamardProduct(y, each(1 / z, x)).applyfunc(log))), x),
    "-[1/(x + 1)]": (sum_entries(each(1 / (1 + z), x).applyfunc(log)), x),
    "-1/2*[x**(-3/2)]": (sum_entries(each(1 / z, x.applyfunc(sqrt))), x),
    "1[n×1]": (sum_entries(x.applyfunc(log).applyfunc(exp)), x),
    "1/2*(S⁻ᵀ*(x - c)*(x - c)ᵀ*S⁻ᵀ - S⁻ᵀ)": (log(gaussian), S),
    "t*det(A)**t*A⁻ᵀ": (Determinant(A) ** t, A),
    "2*(S ⊙ A)": (Trace(HadamardProduct(S, A) * S.T), S),
    "-2*Xᵀ*((y - X*w) ⊙ v)": ((y - X * w).T * DiagMatrix(v) * (y - X * w), w),
    "2*(X - 1[n×n]*X/n)": (norm(X - OneMatrix(n, n) * X / n) ** 2, X),
    "2*(I - 1[n×n]/n)*X": (norm((eye - one * one.T / n) ** 2 * X) ** 2, X),
    "unvec[n×m](u)ᵀ*unvec[n×m](u)": (u.T * KroneckerProduct(B, eye) * u, B),
    "unvec[n×m](u)*B*unvec[n×m](u)ᵀ": (u.T * KroneckerProduct(B, S) * u, S),
    "-B⁻ᵀ*unvec[n×m](u)ᵀ*unvec[n×m](u)*B⁻ᵀ": (u.T * Inverse(KroneckerProduct(B, eye)) * u, B),
    "A^⊙2": (DiagonalOf(A * DiagMatrix(v) * A.T), v),
    "2*(Xᵀ*(X*w - y) + α*w)": ((y - X * w).T * (y - X * w) + alpha * (w.T * w), w),
    "(A + t*I)⁻ᵀ": (logdet(A + t * eye), A),
    "x/norm(x)": (norm(x), x),
    "x/sqrt(norm(x)**2 + s**2)": (sqrt(s**2 + norm(x) ** 2), x),
    "2*U*((y*yᵀ) ⊙ exp(Uᵀ*U))": (y.T * (U.T * U).applyfunc(exp) * y, U),
    "U*(exp(2*Uᵀ*U - diag(Uᵀ*U)*1[1×n] - 1[n×1]*diag(Uᵀ*U)ᵀ)"
    " - Diag(exp(2*Uᵀ*U - diag(Uᵀ*U)*1[1×n] - 1[n×1]*diag(Uᵀ*U)ᵀ)*1[n×1]))": (
        Rational(1, 4) * sum_entries((-gram).applyfunc(exp)), U),
}  # fmt: skip

HESSIANS = {
    "Xᵀ*Diag([sigmoid(X*w)*(1 - sigmoid(X*w))])*X": (
        -y.T * each(log(SIGMOID), X * w) - (one - y).T * each(log(1 - SIGMOID), X * w), w),
    "sigmoid(aᵀ*x)*(1 - sigmoid(aᵀ*x))*(1 - 2*sigmoid(aᵀ*x))*a*aᵀ": (sigmoid(ax), x),
    "(1 - tanh(aᵀ*x)**2)*a*aᵀ": (log(cosh(ax)), x),
    "Diag([1 - tanh(x)**2])": (sum_entries(each(log(cosh(z)), x)), x),
    "-2*tanh(aᵀ*x)*(1 - tanh(aᵀ*x)**2)*a*aᵀ": (tanh(ax), x),
    "Diag(softmax(x)) - softmax(x)*softmax(x)ᵀ": (log(sum_entries(x.applyfunc(exp))), x),
    "-(X*(Xᵀ*Diag(v)*X)⁻¹*Xᵀ)^⊙2": (logdet(X.T * DiagMatrix(v) * X), v),
    "A ⊙ Sᵀ + S ⊙ Aᵀ": (Trace(DiagMatrix(v) * A * DiagMatrix(v) * S), v),
    "-(Diag(v) + A)⁻¹ ⊙ (Diag(v) + A)⁻ᵀ": (logdet(DiagMatrix(v) + A), v),
    "2*(Xᵀ*X + α*I)": ((y - X * w).T * (y - X * w) + alpha * (w.T * w), w),
}  # fmt: skip


def read(derivation):
    sizes = {size: SIZES[size] for size in size_symbols(derivation.expr, derivation.result)}
    derivation.verify(sizes)
    assert derivation.replay() == derivation.result
    return text(derivation.result)


@pytest.mark.parametrize("printed", GRADIENTS)
def test_a_gradient_is_printed_as_in_a_book(printed):
    assert read(derive(*GRADIENTS[printed])) == printed


@pytest.mark.parametrize("printed", HESSIANS)
def test_a_hessian_is_printed_as_in_a_book(printed):
    assert read(hessian(*HESSIANS[printed])) == printed


def test_the_surprisal_of_an_entry_of_softmax():
    loss = -log(softmax(x)[k, 0])
    gradient = derive(loss, x)
    gradient.verify({n: 3, k: 2})
    assert text(gradient.result) == "softmax(x) - e[k]"
    assert text(hessian(loss, x).result) == "Diag(softmax(x)) - softmax(x)*softmax(x)ᵀ"


@pytest.mark.parametrize(
    ("loss", "printed"),
    [
        (logdet(S + t * eye), "2*(S + t*I)⁻¹ - Diag(diag((S + t*I)⁻¹))"),
        (Trace(S * x * x.T * S), "2*S*x*xᵀ + 2*x*xᵀ*S - Diag(diag(S*x*xᵀ + x*xᵀ*S))"),
        (
            logdet(S + t * eye) + Trace(x.T * Inverse(S + t * eye) * x),
            "2*(S + t*I)⁻¹ - 2*(S + t*I)⁻¹*x*xᵀ*(S + t*I)⁻¹"
            " - Diag(diag((S + t*I)⁻¹ - (S + t*I)⁻¹*x*xᵀ*(S + t*I)⁻¹))",
        ),
    ],
)
def test_what_is_symmetric_in_a_symmetric_variable_collapses(loss, printed):
    assert read(derive(loss, S, structure="symmetric")) == printed


def test_a_function_of_a_symmetric_matrix_is_symmetric():
    exponentials = (x * one.T + one * x.T).applyfunc(exp)
    gradient = derive(Trace(S * exponentials), x, assuming=Q.symmetric(S))
    assert read(gradient) == "2*(S ⊙ exp(x*1[1×n] + 1[n×1]*xᵀ))*1[n×1]"
    assert "S symmetric" in map(str, gradient.assumptions)
    assert "Sᵀ" in text(derive(Trace(S * exponentials), x).result)


def test_tex_has_the_order_of_text_and_no_needless_brackets():
    shown = latex(derive((y - X * w).T * (y - X * w) + alpha * (w.T * w), w).result)
    assert shown == r"2 (X^{\mathsf{T}} (X w - y) + \alpha w)"
    assert latex(derive(norm(X), X).result) == r"\frac{X}{\left\lVert X \right\rVert_{F}}"
    assert latex(derive(norm(x), x).result) == r"\frac{x}{\left\lVert x \right\rVert}"
    assert latex(log(Trace(x.T * A * x))) == (r"\log{\left(x^{\mathsf{T}} A x \right)}")
    assert latex(softmax(x).T) == r"\operatorname{softmax}(x)^{\mathsf{T}}"
    assert latex(KroneckerProduct(W.T * W, Identity(n))) == (r"W^{\mathsf{T}} W \otimes I_{n}")


def test_what_is_not_searched_has_no_other_form():
    kinds = RULES["shorter function of entries"].of
    steps = [step for name in DERIVATIONS for step in derivation(name).steps]
    parts = {
        part
        for step in steps
        for part in all_nodes([step.before, step.after])
        if isinstance(part, kinds) and not isinstance(part, MatMul)
    }
    plain = [part for part in parts if is_plain(part)]
    assert len(parts) / 2 < len(plain) < len(parts)
    for part in plain:
        for form in (shortened, logistic, hyperbolic):
            assert of_entries(part).in_form(form) is None, (part, form)


q, r, Z = MatrixSymbol("q", 3, 1), MatrixSymbol("r", 3, 1), MatrixSymbol("Z", 3, 3)
cross = Matrix([[0, -q[2, 0], q[1, 0]], [q[2, 0], 0, -q[0, 0]], [-q[1, 0], q[0, 0], 0]])
WRITTEN_OUT = {
    "2*q": (Matrix(q).dot(Matrix(q)), q),
    "r": (q[0, 0] * r[0, 0] + q[1, 0] * r[1, 0] + q[2, 0] * r[2, 0], q),
    "Z": ((Z * q).as_explicit(), q),
    "2*Z": (Trace(Z.as_explicit() * Z.as_explicit().T), Z),
    "[0, r[2, 0], -r[1, 0]; -r[2, 0], 0, r[0, 0]; r[1, 0], -r[0, 0], 0]": (cross * r, q),
    "[Z[1, 1], -Z[1, 0], 0; -Z[0, 1], Z[0, 0], 0; 0, 0, 0]": (
        Z[0, 0] * Z[1, 1] - Z[0, 1] * Z[1, 0], Z),
    "J[2, 0]": (Z[2, 0], Z),
}  # fmt: skip


@pytest.mark.parametrize("printed", WRITTEN_OUT)
def test_entries_are_put_together_again(printed):
    """The derivative of a cross product is a matrix of the entries of the other factor."""
    assert read(derive(*WRITTEN_OUT[printed])) == printed


def test_what_has_roots_of_exponentials_is_not_expanded(monkeypatch):
    """SymPy needs many seconds for that, and no polynomial of σ(z) can come of it."""
    asked, cancel = [], scalar_forms.sp.cancel
    monkeypatch.setattr(scalar_forms.sp, "cancel", lambda f: asked.append(f) or cancel(f))
    root, value = sqrt(sigmoid(z) ** 2 + 1), sigmoid(z)
    assert logistic(t * value * (1 - value) / root + s * root) is None
    assert not any(power.exp == Rational(1, 2) for f in asked for power in f.atoms(Pow))
    assert logistic(sqrt(t) * exp(z) / (1 + exp(z))) == sqrt(t) * value
    assert asked
