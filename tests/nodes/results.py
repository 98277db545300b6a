"""Derivatives of every kind, for what each result has to be able to do."""

from __future__ import annotations

import sympy as sp
from sympy import (
    BlockMatrix,
    Determinant,
    DiagMatrix,
    Function,
    HadamardPower,
    HadamardProduct,
    Identity,
    ImmutableMatrix,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatrixSymbol,
    OneMatrix,
    Q,
    Trace,
    ZeroMatrix,
    symbols,
)

from derivlib import (
    MatrixFunction,
    absolute,
    amax,
    amin,
    cholesky,
    circulant,
    clip,
    convolve,
    cross,
    derive,
    diagonal_sums,
    eigvalsh,
    elu,
    hessian,
    huber,
    khatri_rao,
    lambda_max,
    lambda_min,
    leaky_relu,
    logabsdet,
    logdet,
    logsumexp,
    maximum,
    minimum,
    norm,
    partial,
    pinv,
    projector,
    relu,
    skew,
    softmax,
    squared_distances,
    sum_entries,
    sylvester,
    take_columns,
    take_rows,
    tril,
    triu,
    unvec,
    vec,
)

n, m, p = symbols("n m p", integer=True, positive=True)
SIZES = {n: 3, m: 2, p: 4}
X, W, Y = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p), MatrixSymbol("Y", n, m)
A, B, C = MatrixSymbol("A", n, n), MatrixSymbol("B", m, m), MatrixSymbol("C", n, n)
x, y, w = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), MatrixSymbol("w", m, 1)
v = MatrixSymbol("v", 3, 1)
f, sigma, lam = symbols("f sigma lambda", cls=Function)
z, t = symbols("z t")
nu = MatrixFunction("nu", (n, p))

EXPRESSIONS = {
    "quadratic form": (x.T * A * x, x),
    "least squares": ((X * w - y).T * (X * w - y), w),
    "trace of a product": (Trace(A * X * X.T), X),
    "Jacobian of a product": (A * X * B, X),
    "Jacobian of a square": (X.T * A * X, X),
    "Jacobian of a transpose": (X.T, X),
    "Jacobian of an inverse": (Inverse(A), A),
    "Jacobian of a power": (A**3, A),
    "determinant": (Determinant(A), A),
    "log-determinant": (logdet(A), A),
    "log-determinant of a product": (logdet(X.T * X), X),
    "norm": (norm(x), x),
    "norm of residuals": (norm(X * w - y), w),
    "squared norm": (norm(X) ** 2, X),
    "norm times a scalar": (t * norm(A), A),
    "scalar in a norm": (norm(t * v), t),
    "exponential of a norm": (sp.exp(norm(x)), x),
    "softmax": (softmax(v), v),
    "softmax of a product": (softmax(A * x), x),
    "softmax by a scalar": (softmax(t * x), t),
    "log-sum-exp": (logsumexp(A * x), x),
    "softmax of rows": (Trace(C * softmax(X * W, axis=1) * W.T * Y.T), W),
    "log-sum-exp of columns": (logsumexp(X * W, axis=0), W),
    "rectified layer": (sum_entries(relu(X * W)), W),
    "clipped layer": (sum_entries(clip(X * W, -1, t)), W),
    "magnitudes with a slope": (sum_entries(absolute(X * W, 1)), W),
    "larger with a tie": (maximum(t, t**2, 1) * minimum(t, 1, 0), t),
    "leaky layer": (sum_entries(leaky_relu(X * W)), W),
    "exponential layer": (sum_entries(elu(X, t)), X),
    "Huber's loss": (sum_entries(huber(A * x - y, 2)), x),
    "hinge": (sp.Max(t, 0) * sp.Abs(t), t),
    "layer": (sum_entries((X * W).applyfunc(sp.tanh)), W),
    "undefined layer": (sum_entries((X * W).applyfunc(sigma)), W),
    "abstract loss of a layer": (lam((X * W).applyfunc(sigma)), W),
    "abstract loss": (lam(X), X),
    "abstract loss of two": (lam(X, t), t),
    "abstract matrix": (nu(X * W, X), W),
    "abstract matrix by a scalar": (nu(t * X), t),
    "undefined function": (f(t), t),
    "undefined function of a product": (f(2 * t), t),
    "undefined function of a trace": (f(Trace(A * C)), A),
    "undefined function twice": (f(t) * f(t**2), t),
    "Hadamard product": (HadamardProduct(X, Y, X), X),
    "sum of Hadamard powers": (sum_entries(HadamardPower(X, 3)), X),
    "Kronecker product": (KroneckerProduct(X, w), X),
    "trace of a Kronecker product": (Trace(KroneckerProduct(A, B)), A),
    "diagonal matrix": (DiagMatrix(x), x),
    "diagonal": (sp.DiagonalOf(A), A),
    "lower triangle": (tril(A), A),
    "upper triangle": (Trace(triu(A) * C), A),
    "sums of diagonals": (Trace(diagonal_sums(A) * C), A),
    "largest entry": (amax(X * W), W),
    "smallest of rows": (amin(X * W, axis=1), W),
    "norm of columns": (norm(X * W, axis=0), W),
    "squared distances": (Trace(C * squared_distances(X, 2 * X * B)), X),
    "slice": (norm(X[0:2, :]) ** 2, X),
    "rows by number": (take_rows(X, [1, 1]), X),
    "columns by number": (norm(take_columns(A, [0, 2])) ** 2, A),
    "triangle below the diagonal": (tril(A, -1), A),
    "Khatri–Rao product": (khatri_rao(X, Y), X),
    "circulant matrix": (circulant(x) * y, x),
    "Moore–Penrose inverse": (norm(pinv(X)) ** 2, X),
    "eigenvalues": (w.T * eigvalsh(X.T * X), X),
    "largest eigenvalue": (lambda_max(X.T * X), X),
    "smallest eigenvalue": (lambda_min(X.T * X), X),
    "spectral norm": (norm(X, 2), X),
    "nuclear norm": (norm(X, "nuc"), X),
    "symbolic power": (x.T * A**n * y, A),
    "symbolic power, as a matrix": (A**n, A),
    "Sylvester's equation": (Trace(Y.T * sylvester(A, B, X)), A),
    "projector": (x.T * projector(X) * y, X),
    "convolution": (norm(convolve(x, w)) ** 2, x),
    "Jacobian of a circulant matrix": (circulant(x), x),
    "log-determinant of either sign": (logabsdet(A), A),
    "cross product": (cross(v, skew(v) * v + v), v),
    "Jacobian of a skew matrix": (skew(v), v),
    "vec": (vec(X.T), X),
    "unvec": (Trace(unvec(vec(A), (n, n)) * C), A),
    "entry": (A[0, 1], A),
    "entry of a vector": (x[1, 0], x),
    "block matrix": (
        Trace(BlockMatrix([[A, X], [X.T, ZeroMatrix(m, m)]]) ** 2),
        X,
    ),
    "constant matrix": (Trace(ImmutableMatrix([[1, 2, 3], [4, 5, 6], [7, 8, 10]]) * v * v.T), v),
    "ones": (Trace(OneMatrix(n, n) * A), A),
    "identity": (Trace(A + Identity(n)), A),
    "function with a parameter": (sum_entries(X.applyfunc(Lambda(z, sp.sin(t * z)))), t),
}

RESULTS = {
    **{name: derive(expr, wrt).result for name, (expr, wrt) in EXPRESSIONS.items()},
    "Hessian of a quadratic form": hessian(x.T * A * x, x).result,
    "Hessian of a log-determinant": hessian(logdet(B), B).result,
    "Hessian of log-sum-exp": hessian(logsumexp(v), v).result,
    "Hessian of an undefined layer": hessian(sum_entries((X * w).applyfunc(f)), w).result,
    "Hessian of an abstract loss": hessian(lam(X), X).result,
    "Cholesky factor": derive(
        w.T * cholesky(B) * w, B, structure="symmetric", assuming=Q.positive_definite(B)
    ).result,
    "symmetric": derive(logdet(A), A, structure="symmetric").result,
    "symmetric trace": derive(Trace(A.T * A), A, structure="symmetric").result,
    "Jacobian by a symmetric matrix": derive(A * x, A, structure="symmetric").result,
    "Jacobian by a Toeplitz matrix": derive(A * x, A, structure="toeplitz").result,
    "gradient of an abstract loss": partial(lam(X)),
}
"""Results by name."""

CONSTANTS = {
    A: ImmutableMatrix([[4, 1, 0], [2, 5, 1], [1, 0, 3]]),
    C: ImmutableMatrix([[1, 2, 1], [0, 1, 3], [2, 0, 1]]),
    B: ImmutableMatrix([[2, 1], [1, 3]]),
    X: ImmutableMatrix([[1, 2], [3, 5], [2, 1]]),
    Y: ImmutableMatrix([[2, 0], [1, 1], [3, 2]]),
    W: ImmutableMatrix([[1, 0, 2, 1], [2, 1, 1, 3]]),
    x: ImmutableMatrix([1, 2, 2]),
    y: ImmutableMatrix([3, 1, 1]),
    w: ImmutableMatrix([1, 2]),
    v: ImmutableMatrix([1, 3, 2]),
}
"""Numbers for the matrices, at the sizes above."""


def at_sizes(expr: sp.Basic) -> sp.Basic:
    """An expression with numbers for its sizes, so that its matrices have them too."""
    return expr.subs(SIZES)


def with_numbers(expr: sp.Basic) -> sp.Basic:
    """An expression with numbers for its sizes, matrices and the scalar t."""
    values = {symbol.subs(SIZES): value for symbol, value in CONSTANTS.items()}
    return at_sizes(expr).subs(values).subs(t, sp.Rational(3, 2))
