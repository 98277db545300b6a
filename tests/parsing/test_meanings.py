"""What is typed means what it means in the language it comes from, entry by entry."""

from __future__ import annotations

import numpy as np
import pytest
from compare import evaluator
from scipy.special import erf, expit, huber, logsumexp, softmax
from sympy import Function, MatrixSymbol, Symbol, symbols

from derivlib import MatrixFunction, ParseError, parse, read_text, text

n, m, p = symbols("n m p", integer=True, positive=True)
SIZES = {n: 4, m: 3, p: 2}
SHAPES = {
    "X": (n, m), "Y": (n, m), "W": (m, p), "A": (n, n), "B": (n, n), "S": (m, m), "U": (n, p),
    "V": (m, p), "x": (n, 1), "y": (n, 1), "w": (m, 1), "b": (n, 1), "v": (m, 1),
    "r": (1, n), "c": (), "t": (), "alpha": (),
}  # fmt: skip
SYMBOLS = {
    name: MatrixSymbol(name, *shape) if shape else Symbol(name, real=True)
    for name, shape in SHAPES.items()
}


def values():
    random = np.random.default_rng(7)
    found = {}
    for name, symbol in SYMBOLS.items():
        shape = tuple(SIZES[s] if s in SIZES else int(s) for s in SHAPES[name]) or (1, 1)
        found[symbol] = random.uniform(0.3, 1.4, shape)
        if shape[0] == shape[1] and shape != (1, 1):
            found[symbol] += 2 * np.eye(shape[0])
    return found


VALUES = values()
P = {name: VALUES[symbol] for name, symbol in SYMBOLS.items()}
inv, det = np.linalg.inv, np.linalg.det
ones = np.ones


def vec(A):
    return A.reshape(-1, 1, order="F")


def fro(A):
    return np.sqrt((A**2).sum())


MEANINGS = {
    # matrixcalculus.org and MATLAB
    "norm2(X*w - y)^2 + c*norm2(w)^2": lambda X, w, y, c: fro(X @ w - y) ** 2 + c * fro(w) ** 2,
    "x'*A*x + b'*x + c": lambda x, A, b, c: x.T @ A @ x + b.T @ x + c,
    "sum(log(1 + exp(-y .* (X*w))))": lambda X, w, y: np.log(1 + np.exp(-y * (X @ w))).sum(),
    "log(det(S))": lambda S: np.log(det(S)),
    "tr(A*B')": lambda A, B: np.trace(A @ B.T),
    "x.^2 ./ y - 2.*x": lambda x, y: x**2 / y - 2 * x,
    "2.^x": lambda x: 2**x,
    "A\\b": lambda A, b: inv(A) @ b,
    "norm1(X)": lambda X: np.abs(X).sum(),
    "sum(relu(X*w - y))": lambda X, w, y: np.maximum(X @ w - y, 0).sum(),
    "diag(x)*A - diag(A)*x'": lambda x, A: np.diag(x[:, 0]) @ A - np.diag(A)[:, None] @ x.T,
    "vector(1)'*x": lambda x: ones((1, 4)) @ x,
    "eye(n)*x + zeros(n)": lambda x: x,
    "A^2 + A^-1": lambda A: A @ A + inv(A),
    "A^(-2)*x": lambda A, x: inv(A) @ inv(A) @ x,
    "1/(x'*x)": lambda x: 1 / (x.T @ x),
    "exp(-norm(x - y)^2/(2*c^2))": lambda x, y, c: np.exp(-(fro(x - y) ** 2) / (2 * c**2)),
    "c - x": lambda c, x: c - x,
    "x/norm(x)": lambda x: x / fro(x),
    "-x'*y": lambda x, y: -x.T @ y,
    "-c^2": lambda c: -(c**2),
    "2^-c": lambda c: 2**-c,
    "A'^2": lambda A: A.T @ A.T,
    # NumPy and PyTorch
    "x.T @ A @ x": lambda x, A: x.T @ A @ x,
    "np.sum(np.exp(X @ w))": lambda X, w: np.exp(X @ w).sum(),
    "np.linalg.norm(X @ w - y)**2 / 2": lambda X, w, y: fro(X @ w - y) ** 2 / 2,
    "np.linalg.inv(A) @ x": lambda A, x: inv(A) @ x,
    "np.maximum(x, 0) - np.minimum(x, y)": lambda x, y: np.maximum(x, 0) - np.minimum(x, y),
    "np.multiply(x, y)": lambda x, y: x * y,
    "np.outer(x, y) @ np.ones((n, 1))": lambda x, y: x @ y.T @ ones((4, 1)),
    "torch.sigmoid(X @ w).sum()": lambda X, w: expit(X @ w).sum(),
    "softmax(X, axis=1)": lambda X: softmax(X, axis=1),
    "scipy.special.logsumexp(X, axis=0)": lambda X: logsumexp(X, axis=0)[None],
    "X.sum(axis=0)": lambda X: X.sum(axis=0)[None],
    "np.sum(X, axis=1)": lambda X: X.sum(axis=1)[:, None],
    "np.trace(A) + A.trace()": lambda A: 2 * np.trace(A),
    "np.mean(X)": lambda X: X.mean(),
    "x.dot(y)": lambda x, y: x.T @ y,
    "np.kron(A, X)": lambda A, X: np.kron(A, X),
    "np.linalg.solve(A, b)": lambda A, b: inv(A) @ b,
    "np.diag(x) @ X": lambda x, X: x * X,
    "X[1, 2] + x[3]": lambda X, x: X[1, 2] + x[3, 0],
    "np.log(1 + np.exp(-y * (X @ w))).sum()": lambda y, X, w: np.log1p(np.exp(-y * (X @ w))).sum(),
    "x @ A @ y": lambda x, A, y: x.T @ A @ y,
    "x @ y": lambda x, y: x.T @ y,
    "((y - X @ w)**2).mean()": lambda y, X, w: ((y - X @ w) ** 2).mean(),
    "X.dot(w)": lambda X, w: X @ w,
    "norm(w, ord=1)": lambda w: np.abs(w).sum(),
    "X[0:2, :]*w + x[1:3]": lambda X, w, x: X[0:2] @ w + x[1:3],
    "X[1:, 0:2]": lambda X: X[1:, :2],
    "X[[0, 2, 2], :]": lambda X: X[[0, 2, 2]],
    "X[:, 1]": lambda X: X[:, 1:2],
    # Julia and R
    "2x - 3y": lambda x, y: 2 * x - 3 * y,
    "x'y": lambda x, y: x.T @ y,
    "(x - y)'A(x - y)": lambda x, y, A: (x - y).T @ A @ (x - y),
    "logdet(A) - tr(A)": lambda A: np.log(det(A)) - np.trace(A),
    # SymPy
    "Trace(A*B.T) + Determinant(S)": lambda A, B, S: np.trace(A @ B.T) + det(S),
    "HadamardProduct(X, Y).applyfunc(sin)": lambda X, Y: np.sin(X * Y),
    "A.inv()*x - Inverse(A).T*x": lambda A, x: inv(A) @ x - inv(A).T @ x,
    "KroneckerProduct(x, w)": lambda x, w: np.kron(x, w),
    "X.T*x": lambda X, x: X.T @ x,
    "Identity(n)*x": lambda x: x,
    "A**2*x": lambda A, x: A @ A @ x,
    "A \\ b": lambda A, b: inv(A) @ b,
    "(A + c*I)\\b": lambda A, c, b: inv(A + c * np.eye(4)) @ b,
    "x’*y": lambda x, y: x.T @ y,
    # TeX
    r"\mathbf{1}^\top x": lambda x: x.sum(),
    r"\alpha\, x^\top y": lambda alpha, x, y: alpha * x.T @ y,
    r"\langle X, Y \rangle": lambda X, Y: (X * Y).sum(),
    r"\lVert X w - y \rVert_2^2 + \alpha \|w\|_1": lambda X, w, y, alpha: (
        fro(X @ w - y) ** 2 + alpha * np.abs(w).sum()
    ),
    r"\operatorname{tr}(X^\top A X)": lambda X, A: np.trace(X.T @ A @ X),
    r"\frac{1}{2} \mathbf{x}^{\mathsf{T}} A \mathbf{x}": lambda x, A: x.T @ A @ x / 2,
    r"\log\det S": lambda S: np.log(det(S)),
    r"\frac{x^T y}{\sqrt{x^T x}}": lambda x, y: x.T @ y / np.sqrt(x.T @ x),
    r"A^{-T} x + A^{-1} x": lambda A, x: inv(A).T @ x + inv(A) @ x,
    r"X \odot Y": lambda X, Y: X * Y,
    r"(S \otimes A) \operatorname{vec}(X)": lambda S, A, X: np.kron(S, A) @ vec(X),
    r"\lVert Xw - y\rVert^2 + \alpha w^Tw": lambda X, w, y, alpha: (
        fro(X @ w - y) ** 2 + alpha * w.T @ w
    ),
    r"x^{T}Ax": lambda x, A: x.T @ A @ x,
    "x⊤A x": lambda x, A: x.T @ A @ x,
    r"\exp\{-x\}": lambda x: np.exp(-x),
    r"x^{\odot 2}": lambda x: x**2,
    "np.clip(X, 0.5, c) + torch.clamp(X, 0.4, 0.6)": lambda X, c: (
        np.clip(X, 0.5, c) + np.clip(X, 0.4, 0.6)
    ),
    "leaky_relu(x - 1) + leaky_relu(x - 1, c)": lambda x, c: sum(
        np.where(x > 1, x - 1, slope * (x - 1)) for slope in (0.01, c)
    ),
    "elu(x - 1) + elu(x - 1, c)": lambda x, c: sum(
        np.where(x > 1, x - 1, alpha * np.expm1(x - 1)) for alpha in (1, c)
    ),
    "selu(x - 1)": lambda x: 1.0507009873554805 * np.where(
        x > 1, x - 1, 1.6732632423543772 * np.expm1(x - 1)
    ),
    "huber(x) + huber(x, 0.5)": lambda x: 2 * huber(1, x) + 2 * huber(0.5, x),
    "hinge(x .* y)": lambda x, y: np.maximum(0, 1 - x * y),
    "hardtanh(2*x - 2) + relu6(9*x)": lambda x: np.clip(2 * x - 2, -1, 1) + np.clip(9 * x, 0, 6),
    "prod(x) + np.prod(X)": lambda x, X: x.prod() + X.prod(),
    "abs(x - 1, at_zero=1) + norm1(x - 1, at_zero=1/2)": lambda x: (
        abs(x - 1) + abs(x - 1).sum()
    ),
    "max(X, c, at_tie=1) - min(X, Y, at_tie=0)": lambda X, c, Y: (
        np.maximum(X, c) - np.minimum(X, Y)
    ),
    "sum(tril(c, -1)) + triu(c, 0)": lambda c: c,
    "gelu(x)": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
    "silu(x) - swish(y)": lambda x, y: x * expit(x) - y * expit(y),
    "heaviside(x - x[0], 1/4)": lambda x: np.heaviside(x - x[0], 0.25),
    "np.where(X @ w > 2, X @ w, 0)": lambda X, w: np.where(X @ w > 2, X @ w, 0),
    "where(x < 0.5, 1, where(x >= 1, x, c))": lambda x, c: np.select([x < 0.5, x >= 1], [1, x], c),
    "where(logical_or(c > 9, logical_and(x > 0.4, x != 1)), x, 2)": lambda x, c: np.where(
        x > 0.4, x, 2
    ),
    "where(logical_not(0.5 <= x < 1), x, 2)": lambda x: np.where((x >= 0.5) & (x < 1), 2, x),
    "[where(X > 1, X*exp(X), X**2) + 1]": lambda X: np.where(X > 1, X * np.exp(X), X**2) + 1,
    # as this library prints
    "[0.5 < X*w - y <= 2]": lambda X, w, y: (X @ w - y > 0.5) & (X @ w - y <= 2),
    "[1 + exp(X*w - y)]": lambda X, w, y: 1 + np.exp(X @ w - y),
    "2*Xᵀ*(X*w - y)": lambda X, w, y: 2 * X.T @ (X @ w - y),
    "A⁻ᵀ + A⁻¹": lambda A: inv(A).T + inv(A),
    "y ⊙ X*w": lambda y, X, w: y * (X @ w),
    "X ⊙ Y ⊙ X": lambda X, Y: X * Y * X,
    "[1 - tanh(X*w)**2]": lambda X, w: 1 - np.tanh(X @ w) ** 2,
    "[x*exp(-x)]": lambda x: x * np.exp(-x),
    "[1/(1 + z); z = A**2]": lambda A: 1 / (1 + A @ A),
    "[1/sqrt((1/n*diag(A*B*A)) + 1)]": lambda A, B: (
        1 / np.sqrt(np.diag(A @ B @ A).reshape(-1, 1) / 4 + 1)
    ),
    "Diag([sqrt((1/n*diag(Xᵀ*(I - 1[n×n]/n)*X)) + c)])": lambda X, c: (
        np.diag(np.sqrt(X.var(axis=0) + c[0, 0]))
    ),
    "1[n×n] ./ n*y": lambda y: ones((4, 1)) * y.mean(),
    "[A - B > 0] - [A ≤ B]": lambda A, B: (A > B) * 1.0 - (A <= B),
    "1[n×m]*w": lambda w: ones((4, 3)) @ w,
    "unvec[n×m](vec(X))": lambda X: X,
    "(I ⊗ A)*vec(X)": lambda A, X: vec(A @ X),
    "sum(erf(x))": lambda x: erf(x).sum(),
    "[x, y; 2*x, -y]": lambda x, y: np.block([[x, y], [2 * x, -y]]),
    "[1, 2; 3, 4]": lambda: np.array([[1.0, 2], [3, 4]]),
    "x*x' - x[0]*I": lambda x: x @ x.T - x[0, 0] * np.eye(4),
}  # fmt: skip


def evaluated(expr):
    return evaluator(VALUES, SIZES).value(expr)[0, 0]


@pytest.mark.parametrize("typed", MEANINGS)
def test_means_what_it_means_where_it_comes_from(typed):
    meaning = MEANINGS[typed]
    used = meaning.__code__.co_varnames[: meaning.__code__.co_argcount]
    expr = parse(typed, **{name: SYMBOLS[name] for name in used}, n="size", m="size")
    expected = np.asarray(meaning(**{name: P[name] for name in used}), float)
    found = evaluated(expr)
    assert found.shape == (np.atleast_2d(expected).shape)
    np.testing.assert_allclose(found, np.atleast_2d(expected), rtol=1e-12, atol=1e-12)


INFERRED = {
    "norm2(X*w - y)^2 + c*norm2(w)^2": {"X": "n×m", "w": "m×1", "y": "n×1", "c": ""},
    "(x-mu)'*inv(Sigma)*(x-mu)": {"x": "n×1", "mu": "n×1", "Sigma": "n×n"},
    "-n/2*log(det(S))": {"n": "", "S": "m×m"},
    "w'*x + b": {"w": "n×1", "x": "n×1", "b": ""},
    "X*w + b": {"X": "n×m", "w": "m×1", "b": "n×1"},
    "y - mean(y)": {"y": "n×1"},
    "Y - X*w": {"Y": "n×1", "X": "n×m", "w": "m×1"},
    "alpha*x": {"alpha": "", "x": "n×1"},
    "x^2 + 1": {"x": ""},
    "sum(y .* log(p) + (1-y) .* log(1-p))": {"y": "n×1", "p": "n×1"},
    "exp(-norm(x-y)^2/(2*s^2))": {"x": "n×1", "y": "n×1", "s": ""},
    "vec(X) - vec(Y)": {"X": "n×m", "Y": "n×m"},
    "(A ⊗ B)*vec(X)": {"A": "n×m", "B": "p×q", "X": "m×q"},
    "x'*S*x, S symmetric": {"x": "n×1", "S": "n×n"},
    "tr(X*S) where S in R^(k x m), X: m x k": {"X": "m×k", "S": "k×m"},
    "X*w, X 3×2": {"X": "3×2", "w": "2×1"},
    "theta'*x": {"theta": "n×1", "x": "n×1"},
    r"\hat{y} - y": {"y_hat": "n×1", "y": "n×1"},
    "lam*norm2(w)^2": {"lam": "", "w": "n×1"},
    "C*sum(max(1 - y.*(X*w), 0)) + norm2(w)^2": {"C": "", "y": "n×1", "X": "n×m", "w": "m×1"},
    "alpha*x^2 + beta": {"alpha": "", "x": "", "beta": ""},
    "c/x": {"c": "", "x": ""},
    "a*x^2 + b*x + c": {"a": "", "x": "", "b": "", "c": ""},
    "x/t": {"x": "n×1", "t": ""},
    "1/N*sum(x)": {"N": "", "x": "n×1"},
    r"\sigma_{max}*x_1'x_2": {"sigma_max": "", "x_1": "n×1", "x_2": "n×1"},
}


@pytest.mark.parametrize("typed", INFERRED)
def test_kinds_and_sizes_are_inferred(typed):
    symbols = read_text(typed).symbols
    found = {
        name: "×".join(map(str, symbol.shape)) if symbol.is_Matrix else ""
        for name, symbol in symbols.items()
    }
    assert found == INFERRED[typed]


def test_what_is_stated_holds():
    reading = read_text("tr(S*X) + a*t, S symmetric, t integer", X=("k", "k"), scalar="a")
    assert reading.symbols["S"].shape == (Symbol("k", integer=True, positive=True),) * 2
    assert str(reading.assuming) == "(Q.symmetric(S),)"
    assert reading.symbols["t"].is_integer
    assert not reading.symbols["a"].is_Matrix


def test_undefined_functions_are_stated():
    N = MatrixSymbol("N", 3, 2)
    sigma, lam = Function("sigma"), Function("lambda")
    said = {"N": N, "elementwise": "sigma", "function": "lambda"}
    assert text(parse("λ(σ(N))", **said)) == text(lam(N.applyfunc(sigma)))
    nu = MatrixFunction("nu", (4, 5))
    assert parse("ν(N)", N=N, nu=nu) == nu(N)
    assert parse("f''(t)", t=Symbol("t"), elementwise="f") == Function("f")(Symbol("t")).diff(
        Symbol("t"), 2
    )


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("ν(N, t), ν function in R^(4 x k)", {}),
        ("nu(N, t), nu function 4×k", {}),
        ("ν(N, t) where ν in R^(4 x k), ν function", {}),
        ("nu(N, t)", {"function": "nu", "nu": (4, "k")}),
        ("nu(N, t)", {"nu": (4, "k"), "function": "nu"}),
    ],
)
def test_the_value_of_an_undefined_function_has_the_sizes_that_are_stated(typed, kinds):
    N, t, k = MatrixSymbol("N", 3, 2), Symbol("t"), Symbol("k", integer=True, positive=True)
    assert parse(typed, N=N, t=t, **kinds) == MatrixFunction("nu", (4, k))(N, t)


def test_sizes_of_a_function_are_those_of_the_formula():
    read = read_text("k*f(x)*Y + X, f function in R^(k x 2)")
    assert [*read.symbols] == ["x", "Y", "X"]
    assert {str(read.symbols[name].shape) for name in "YX"} == {"(2, m)", "(k, m)"}
    handed = read_text("f(x)*Y + X*Z", f=MatrixFunction("f", (n, 2)))
    assert handed.symbols["X"].shape[0] == n != handed.symbols["X"].shape[1]


def test_symbols_handed_in_are_used():
    X = MatrixSymbol("X", 4, 3)
    assert parse("X'*X", X=X) == X.T * X


@pytest.mark.parametrize("typed", ["a'*X*c", "a'*X'*B*X*c"])
def test_a_row_that_ends_in_a_letter_for_scalars_ends_in_a_vector(typed):
    """It is a bilinear form."""
    assert not parse(typed).is_Matrix


@pytest.mark.parametrize("typed", ["c*a'*X", "a'*X*alpha"])
def test_a_scalar_beside_a_row_stands_first_or_is_greek(typed):
    assert parse(typed).shape[0] == 1 != parse(typed).shape[1]


CONJUGATES = {
    "X^H": "Xᴴ", "Xᴴ": "Xᴴ", "X.H": "Xᴴ", "adjoint(X)": "Xᴴ", "ctranspose(X)": "Xᴴ",
    "(X*Y)^H": "(X*Y)ᴴ", "conj(X)": "conj(X)", "conj(X*Y)^H": "conj(X*Y)ᴴ", "X⁻ᴴ": "X⁻ᴴ",
    "X^-H": "X⁻ᴴ", "re(X)": "1/2*X + 1/2*conj(X)", "tr(conj(X)*Y)": "tr(conj(X)*Y)",
}  # fmt: skip


@pytest.mark.parametrize("typed", CONJUGATES)
def test_conjugates_are_read_as_they_are_written(typed):
    read = parse(typed, matrix="X Y")
    assert text(read) == CONJUGATES[typed]
    assert parse(text(read), matrix="X Y") == read


def test_scalars_are_complex_where_it_is_said():
    assert text(parse("re(z) + im(z)*conj(z)")) == "z"
    assert text(parse("re(z) + im(z)*conj(z)", complex="z")) == "conj(z)*im(z) + re(z)"


def test_a_raised_star_is_refused():
    """It is the conjugate in one book, and its transpose in another."""
    for typed in ("X^*", "tr(X^*Y)"):
        with pytest.raises(ParseError, match="cannot follow"):
            parse(typed)
