"""Expressions that many tests share, with symbolic sizes and with pairwise different values."""

from __future__ import annotations

from sympy import (
    Abs,
    BlockDiagMatrix,
    BlockMatrix,
    Determinant,
    DiagonalOf,
    Eq,
    Function,
    HadamardPower,
    HadamardProduct,
    Heaviside,
    Identity,
    ImmutableMatrix,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatMul,
    MatrixSymbol,
    Max,
    Min,
    OneMatrix,
    Piecewise,
    Q,
    Symbol,
    Trace,
    ZeroMatrix,
    cos,
    cosh,
    exp,
    log,
    sign,
    sin,
    sqrt,
    symbols,
    tanh,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import (
    BasisMatrix,
    ExpmFrechet,
    LogmFrechet,
    MatrixFunction,
    absolute,
    adjugate,
    amax,
    amin,
    cholesky,
    circulant,
    clip,
    convolve,
    cross,
    derive,
    diagonal_sums,
    dot,
    eigvalsh,
    elu,
    expm,
    hardmax,
    hessian,
    huber,
    khatri_rao,
    lambda_max,
    lambda_min,
    leaky_relu,
    logabsdet,
    logdet,
    logm,
    logsumexp,
    lyapunov,
    maximum,
    minimum,
    norm,
    pinv,
    polar,
    projector,
    relu,
    sigmoid,
    skew,
    softmax,
    sqrtm,
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
from derivlib.nodes import Commutation

n, m, p, q, k, l = symbols("n m p q k l", integer=True, positive=True)
X, W, V = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p), MatrixSymbol("V", p, q)
A, B, C = MatrixSymbol("A", n, n), MatrixSymbol("B", m, m), MatrixSymbol("C", n, m)
U, G = MatrixSymbol("U", n, n), MatrixSymbol("G", n, n)
x, y, b = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), MatrixSymbol("b", n, 1)
row = MatrixSymbol("r", 1, p)
P, H, F = MatrixSymbol("P", p, p), MatrixSymbol("H", l, l), MatrixSymbol("F", l, l)
h, g = MatrixSymbol("h", l, 1), MatrixSymbol("g", l, 1)
t, z = Symbol("t"), Symbol("z")
v, k3, M3 = MatrixSymbol("v", 3, 1), MatrixSymbol("k", 3, 1), MatrixSymbol("M", 3, 3)
sigma, tau, lam, mu = (Function(name) for name in ("sigma", "tau", "lambda", "mu"))
nu, square = MatrixFunction("nu", (n, p)), MatrixFunction("mu", (n, n))

SIZES = {n: 4, m: 3, p: 2, q: 5, k: 3, l: 2}
TRIPLES = [(4, 3, 2), (2, 3, 5), (1, 4, 3), (3, 1, 2), (5, 2, 1)]

layer = (X * W).applyfunc(sigma)
pseudo_inverse = X * Inverse(X.T * X)
second = (layer * V).applyfunc(tau)

unit = MatrixSymbol("o", 1, 1)

w = MatrixSymbol("w", m, 1)

CASES = {
    "notebook, W": (lam(layer), W),
    "notebook, X": (lam(layer), X),
    "second layer, X": (lam(second), X),
    "second layer, W": (lam(second), W),
    "second layer, V": (lam(second), V),
    "bias": (lam((X * W + b * OneMatrix(1, p)).applyfunc(sigma)), b),
    "row bias": (lam((X * W + OneMatrix(n, 1) * row).applyfunc(sigma)), row),
    "cube of a norm": (norm(X * W) ** 3, W),
    "bias, weights": (lam((X * W + b * OneMatrix(1, p)).applyfunc(sigma)), W),
    "residual": (lam((A * X).applyfunc(sigma) + X), X),
    "residual twice": (lam(((A * X).applyfunc(sigma) + X).applyfunc(tau) + X), X),
    "transposed layer": (lam((W.T * X.T).applyfunc(sigma)), X),
    "abstract matrix function": (lam(nu(X, W).applyfunc(sigma)), X),
    "abstract of two": (lam(X * W, X) + mu(X), X),
    "abstract of matrix and scalar": (lam(t * X, t**2), t),
    "abstract matrix of a scalar": (lam(nu(t)), t),
    "trace of a product": (Trace(C.T * X), X),
    "quadratic in a matrix": (Trace(X.T * A * X), X),
    "quadratic twice": (Trace(X.T * A * X * B), X),
    "quadratic form": (x.T * A * x, x),
    "least squares": ((X * MatrixSymbol("w", m, 1) - y).T * (X * MatrixSymbol("w", m, 1) - y),
                      MatrixSymbol("w", m, 1)),
    "coefficients": (lam(3 * X - t * C), X),
    "cube": (Trace(U**3), U),
    "power between": (Trace(A * U**3 * A.T), U),
    "inverse": (Trace(A * Inverse(U)), U),
    "negative power": (Trace(A * U**-2), U),
    "entrywise square": (sum_entries(HadamardProduct(X, X)), X),
    "entrywise product": (sum_entries(HadamardProduct(X, C, X * B)), X),
    "sum of tanh": (sum_entries((X * W).applyfunc(tanh)), W),
    "sum of squares of tanh": (
        sum_entries(HadamardProduct((X * W).applyfunc(tanh), (X * W).applyfunc(tanh))), W),
    "gaussian bump": (sum_entries(X.applyfunc(Lambda(z, exp(-(z**2) / 2)))), X),
    "parameter inside": (sum_entries(X.applyfunc(Lambda(z, sin(t * z)))), t),
    "parameter and matrix": (sum_entries((t * X).applyfunc(Lambda(z, t * z**2))), t),
    "log of a trace": (log(Trace(X.T * X)), X),
    "square of a trace": (Trace(A * U) ** 2, U),
    "product of traces": (Trace(U) * Trace(U * U) * t, U),
    "quotient of traces": (Trace(U * A) / Trace(U.T * U), U),
    "coefficient that varies": (Trace(Trace(A * U) * U * A), U),
    "scalar function of a scalar": (exp(-t) * lam(X, t), t),
    "undefined scalar functions": (sigma(t * tau(t)), t),
    "scalar times matrix": (Trace((t * A) * (t * A)), t),
    "vec and back": (lam(unvec(vec(A * unvec(vec(X), (n, m))), (n, m))), X),
    "laid out anew": (lam(unvec(vec(X), (m, n))), X),
    "determinant": (Determinant(A * U * A), U),
    "determinant of a square form": (Determinant(X.T * A * X), X),
    "determinant times trace": (Determinant(U) * Trace(A * U), U),
    "determinant where another part needs an inverse": (Determinant(U) * Trace(Inverse(U)), U),
    "determinant of a multiple that stays": (Determinant(t * U) * Trace(A * U), U),
    "power of a determinant": (Determinant(U) ** t, U),
    "adjugate": (Trace(A * adjugate(U)), U),
    "adjugate where another part needs an inverse": (Trace(adjugate(U) * Inverse(U)), U),
    "Moore–Penrose inverse": (Trace(C * pinv(X)), X),
    "Moore–Penrose inverse of a wide matrix": (sum_entries(pinv(V)), V),
    "Moore–Penrose inverse of rank one": (y.T * pinv(x * b.T) * b, x),
    "eigenvalues": (x.T * eigvalsh(A * U + U.T * A.T), U),
    "exponentials of the eigenvalues": (
        sum_entries(eigvalsh(U + U.T).applyfunc(Lambda(z, exp(z) - 2 * z**3))), U),
    "function of the eigenvalues": (
        sum_entries(eigvalsh(U + U.T).applyfunc(Lambda(z, tanh(z)))), U),
    "length of the eigenvalues": (norm(eigvalsh(U + U.T)) ** 2, U),
    "largest eigenvalue": (lambda_max(X.T * X) ** 2 * Trace(C.T * X), X),
    "smallest eigenvalue": (lambda_min(U + U.T), U),
    "inverted gaps of the largest eigenvalue": (
        Trace(A * pinv(lambda_max(U + U.T) * Identity(n) - U - U.T)), U),
    "inverted gaps of the smallest eigenvalue": (
        Trace(A * pinv(lambda_min(U + U.T) * Identity(n) - U - U.T)), U),
    "spectral norm": (norm(A * X, 2) ** 2, X),
    "nuclear norm": (norm(A * X, "nuc") * Trace(C.T * X), X),
    "orthogonal polar factor": (Trace(C.T * polar(X)), X),
    "Cholesky factor": (Trace(A * cholesky(U * U.T)), U),
    "log-determinant by Cholesky": (
        2 * sum_entries(DiagonalOf(cholesky(U * U.T)).applyfunc(log)), U),
    "projector": (y.T * projector(X) * A * y, X),
    "symbolic power": (x.T * (A * U) ** k * y, U),
    "symbolic power of an inverse": (Trace(A * U**-k), U),
    "trace of a symbolic power": (Trace((A * U) ** k), U),
    "determinant of a symbolic power": (Determinant((A * U) ** k), U),
    "log-determinant of a symbolic power": (logdet((U * U.T) ** k), U),
    "absolute determinant of a symbolic power": (logabsdet((A * U) ** k), U),
    "matrix exponential": (h.T * expm(F * H) * g, H),
    "trace of a matrix exponential": (Trace(expm(H)) * Trace(F * H), H),
    "matrix logarithm": (Trace(F * logm(H)), H),
    "matrix square root": (h.T * sqrtm(H) * g, H),
    "Sylvester's equation, A": (Trace(W.T * sylvester(B, P, W)), B),
    "Sylvester's equation, B": (Trace(W.T * sylvester(B, P.T * P, W)), P),
    "Sylvester's equation, C": (norm(sylvester(B, P, W)) ** 2, W),
    "Lyapunov's equation": (Trace(F * lyapunov(H, F)), H),
    "logistic function": (sum_entries(sigmoid(X * W)), W),
    "logistic function of a scalar": (sigmoid(t) * Trace(t * U), t),
    "log-determinant": (logdet(U * A + A), U),
    "log-determinant of a sum": (logdet(t * U + A), t),
    "norm": (norm(x - y), x),
    "norm of a product": (norm(X * W), W),
    "cosine similarity": (Trace(x.T * y) / (norm(x) * norm(y)), x),
    "diagonal matrix": (Trace(A * DiagMatrix(x) * U), x),
    "diagonal": (x.T * DiagonalOf(U * A), U),
    "diagonal twice": (lam(DiagMatrix(DiagonalOf(U))), U),
    "entry": (MatrixElement(A * U, 1, 2), U),
    "entries": (X[0, 1] * X[1, 0] ** 2 * t, X),
    "trace of a Kronecker product": (Trace(KroneckerProduct(A, U)), U),
    "softmax": (y.T * softmax(A * x), x),
    "softmax cross-entropy": (logsumexp(A * x) - Trace(y.T * A * x), A),
    "softmax of a row": (lam(softmax(x.T * A)), A),
    "log-sum-exp": (logsumexp(A * x + y), x),
    "softmax of each row": (Trace(C.T * softmax(A * X, axis=1)), X),
    "softmax of each column": (sum_entries(softmax(X.T, axis=1) * C), X),
    "softmax regression": (
        sum_entries(logsumexp(X * W, axis=1)) - Trace(MatrixSymbol("Y", n, p).T * X * W), W),
    "cross-entropy of each row": (
        -Trace(MatrixSymbol("Y", n, p).T * softmax(X * W, axis=1).applyfunc(log)), W),
    "weighted log-sum-exp of each row": (x.T * logsumexp(A * X, axis=1), X),
    "weighted log-sum-exp of each column": (logsumexp(A * X, axis=0) * MatrixSymbol("w", m, 1), X),
    "rectified layer": (lam(relu(X * W)), W),
    "rectified scalar": (relu(Trace(A * U)) * t, U),
    "clipped layer": (lam(clip(X * W, -1, t)), W),
    "bounds": (clip(Trace(A * U), t, t**2 + 1) * t, t),
    "kinks that cancel": (Trace(A * U) * Abs(Trace(A * U) - t) * sign(Trace(A * U) - t), U),
    "magnitude with a slope at 0": (absolute(Trace(A * U) - t, 1) * t, U),
    "magnitudes with a slope at 0": (lam(absolute(X * W, -1)), W),
    "larger with its tie": (maximum(t, Trace(A * U), 1) * minimum(t**2, t + 1, 0), t),
    "larger entries with ties": (lam(maximum(X * W, -1, 1)), W),
    "leaky slope": (leaky_relu(-(t**2) - Trace(U.T * U), t) * t, t),
    "leaky layer": (lam(leaky_relu(X * W, t)), W),
    "exponential layer": (sum_entries(HadamardProduct(elu(X, t), X)), X),
    "Huber's loss": (sum_entries(huber(A * x - y, 2)) + t * huber(Trace(U), 1), x),
    "absolute values": (sum_entries((X * W).applyfunc(Abs)), W),
    "absolute value of a trace": (Abs(Trace(A * U) - t) * Trace(U), U),
    "hinge": (sum_entries((X * W).applyfunc(Lambda(z, Max(0, 1 - z) ** 2))), W),
    "larger of two": (Max(Trace(A * U), t) * Min(Trace(U), t**2), U),
    "largest of three": (Max(Trace(A * U), t, Trace(U)) ** 2, U),
    "clipped": (sum_entries(X.applyfunc(Lambda(z, Min(Max(z, -t), t) * sign(z)))), t),
    "linear in vec": (lam(unvec(MatrixSymbol("K", n * m, n * m) * vec(X), (n, m))), X),
    "quadratic in vec": (vec(X).T * vec(A * X), X),
    "norms of rows": (sum_entries(norm(A * X, axis=1)), X),
    "powers of norms": (sum_entries(HadamardPower(norm(A * X, axis=0), 4)), X),
    "largest entry": (amax(A * X) ** 2, X),
    "smallest entry": (amin(A * X) ** 2, X),
    "largest entry, the first": (amax(A * X, at_tie=1) ** 2, X),
    "largest of each row, the last": (Trace(b.T * amax(A * X, axis=1, at_tie=0)), X),
    "smallest of each column, the first": (norm(amin(A * X, axis=0, at_tie=1)) ** 2, X),
    "largest of each row": (Trace(b.T * amax(A * X, axis=1)), X),
    "smallest of each column": (norm(amin(A * X, axis=0)) ** 2, X),
    "where the largest is": (Trace(C.T * HadamardProduct(hardmax(A * X), X)), X),
    "where the largest of each row is": (
        Trace(C.T * HadamardProduct(hardmax(A * X, axis=1), X)), X),
    "squared distances": (Trace(A * squared_distances(X * B, C)), X),
    "squared distances of one": (Trace(A * squared_distances(X)), X),
    "slice": (Trace(C[0:2, :] * (A * X)[1:3, :].T), X),
    "slice of a transpose": (lam(X.T[:, 0:2] * A[0:2, :]), X),
    "rows by number": (Trace(C[0:3, :] * take_rows(A * X, [0, 2, 2]).T), X),
    "columns by number": (Trace(take_columns(C, [0, 0]) * take_columns(X, [1, 0]).T), X),
    "triangle below the diagonal": (Trace(A * tril(U * A, -1)), U),
    "triangle above the diagonal": (Trace(A * triu(U * A, 1)), U),
    "Khatri–Rao product": (norm(khatri_rao(A * X, C * B)) ** 2, X),
    "Khatri–Rao product, on the right": (norm(khatri_rao(C * B, A * X)) ** 2, X),
    "circulant matrix": (norm(circulant(A * x) * y - b) ** 2, x),
    "circulant matrix in a trace": (Trace(A * circulant(A * x)), x),
    "convolution": (norm(convolve(A * x, y)) ** 2, x),
    "cross product": (norm(cross(v, skew(v) * k3 + k3)) ** 2, v),
    "cross product, on the right": (Trace(k3.T * cross(M3 * k3, v)), v),
    "skew-symmetric matrix": (Trace(M3 * skew(M3 * v)), v),
    "log-determinant of either sign": (logabsdet(A * U), U),
    "lower triangle": (Trace(A * tril(U * A)), U),
    "upper triangle": (lam(triu(A * U)), U),
    "triangle of a transpose": (Trace(A * tril(U.T) * U), U),
    "product of triangles": (Trace(A * tril(U) * triu(U) * A), U),
    "triangle of a triangle": (lam(tril(triu(U))), U),
    "trace of a triangle": (Trace(tril(U * A)) + Trace(U * diagonal_sums(-3 * Identity(n))), U),
    "sums of diagonals": (Trace(A * diagonal_sums(U * U)), U),
    "free entries of a symmetric matrix": (
        lam(BasisMatrix("symmetric", n).T * vec(U * A)), U),
    "Toeplitz matrix of its free entries": (
        Trace(A * unvec(BasisMatrix("toeplitz", n) * MatrixSymbol("w", 2 * n - 1, 1), (n, n)) ** 2),
        MatrixSymbol("w", 2 * n - 1, 1)),
    "a matrix and its transpose, equal": (
        Trace(Inverse(t * unit.T).applyfunc(sigma) * x.T * x * Inverse(t * unit).applyfunc(sigma)),
        t),
}  # fmt: skip
"""Scalar expressions with the symbol they are differentiated by."""

stacked = MatrixSymbol("c", n * m, 1)

JACOBIANS = {
    "linear map": (A * x, x),
    "row": (x.T * A, x),
    "matrix product, left": (X * W, X),
    "matrix product, right": (X * W, W),
    "transpose": (X.T, X),
    "Gram matrix": (X.T * X, X),
    "cube of a matrix": (U**3, U),
    "inverse of a matrix": (Inverse(U), U),
    "inverse of the transpose": (Inverse(U.T), U),
    "layer": (layer, W),
    "two layers": (second, X),
    "residual layer": ((A * X).applyfunc(sigma) + X, X),
    "symbolic power, as a matrix": (U**k, U),
    "matrix exponential, as a matrix": (expm(H), H),
    "matrix logarithm, as a matrix": (logm(H), H),
    "matrix square root, as a matrix": (sqrtm(H), H),
    "solution of Sylvester's equation": (sylvester(B, P, W), W),
    "solution of Lyapunov's equation": (lyapunov(H, F), H),
    "Cholesky factor, as a matrix": (cholesky(U * U.T), U),
    "eigenvalues, as a column": (eigvalsh(U + U.T), U),
    "layer of a column": ((A * x).applyfunc(sigma), x),
    "abstract matrix": (nu(X, W), W),
    "abstract matrix of a product": (nu(X * W, X).applyfunc(tau), X),
    "normalised column": (x / norm(x), x),
    "scaled by a scalar function": (Determinant(U) * U, U),
    "scaled by an abstract function": (Function("lambda", commutative=True)(X) * A, X),
    "scaled by two": (Trace(A * U) * sum_entries(U) * U.T, U),
    "scaled by an entry": (X[1, 0] * x, X),
    "slice, as a matrix": ((A * X)[0:2, :], X),
    "rows by number, as a matrix": (take_rows(A * X, [1, 0, 1]), X),
    "triangle above the diagonal, as a matrix": (triu(A * U, 1), U),
    "Khatri–Rao product, as a matrix": (khatri_rao(A * X, C), X),
    "Khatri–Rao product, on the right, as a matrix": (khatri_rao(C, A * X), X),
    "circular convolution": (A * circulant(A * x) * y, x),
    "circulant matrix, as a matrix": (circulant(A * x), x),
    "matrix of a convolution": (convolve(A * x, y) * y.T, x),
    "cross product, as a matrix": (cross(v, M3 * v), v),
    "skew-symmetric matrix, as a matrix": (skew(M3 * v) * M3, v),
    "softmax of a column": (softmax(A * x), x),
    "softmax of the rows": (softmax(A * X, axis=1), X),
    "log-sum-exp of the columns": (logsumexp(A * X, axis=0), X),
    "outer product": (x * x.T, x),
    "Hadamard with the transpose": (HadamardProduct(U, A * U.T), U),
    "Kronecker, moving on the left": (KroneckerProduct(X, B), X),
    "Kronecker, moving on the right": (KroneckerProduct(B, X), X),
    "Kronecker of three": (KroneckerProduct(b, X, row), X),
    "Kronecker with itself": (KroneckerProduct(X, X), X),
    "vec of a matrix": (vec(A * X), X),
    "unvec of a column": (A * unvec(stacked, (n, m)), stacked),
    "block matrix": (BlockMatrix([[U, A * U], [U.T, A]]), U),
    "by a constant matrix": (A * B.subs(m, n), U),
    "sum twice": (A * U + 2 * U - 3 * U * A, U),
    "explicit entries of a matrix": (ImmutableMatrix([[X[0, 0] ** 2, 1], [X[0, 0], X[1, 0]]]), X),
    "diagonal of diagonals": (DiagMatrix(x) * DiagMatrix(A * x) * A, x),
}  # fmt: skip
"""Matrix expressions with the matrix they are differentiated by."""

RATES = {
    "derivative of a matrix exponential": (ExpmFrechet(F + t * H, H * F), t),
    "derivative of a matrix logarithm": (LogmFrechet(F + t * H, H * F), t),
    "multiple": (t * X, t),
    "inverse of a sum": (Inverse(A + t * U), t),
    "layer of a multiple": ((t * X * W).applyfunc(sigma) * V, t),
    "parameter of a function": ((t * X).applyfunc(Lambda(z, z**2 * t + sin(t))), t),
    "scalar and matrix": (X * Trace(t**2 * U) + t * X, t),
    "abstract of a multiple": (nu(t * X, W), t),
    "abstract matrix of a scalar, as a matrix": (nu(t), t),
    "softmax of a multiple": (softmax(t * x) * sin(t), t),
    "log-sum-exp of each row": (logsumexp(t * X, axis=1), t),
    "two layers by a scalar": (((X * W).applyfunc(Lambda(z, t * z)) * V).applyfunc(tau), t),
    "constant by a scalar": (X, t),
    "Kronecker by a scalar": (KroneckerProduct(t * X, (t * W).applyfunc(tanh)), t),
    "step of a multiple": ((t * X).applyfunc(Lambda(z, z * Heaviside(z))), t),
    "rotation": (
        ImmutableMatrix([[cos(t), -sin(t)], [sin(t), cos(t)]]) * MatrixSymbol("v", 2, 1), t),
    "explicit entries": (ImmutableMatrix([[t**2, 1], [sigma(t), t * z]]).T, t),
    "determinant times matrix": (Determinant(A + t * U) * U, t),
}  # fmt: skip
"""Matrix expressions with the scalar they are differentiated by."""

HESSIANS = {
    "kinks that meet": (sum_entries(x.applyfunc(Lambda(z, Abs(z) * Abs(sin(z))))), x),
    "quadratic form": (x.T * A * x, x),
    "quadratic in a matrix": (Trace(X.T * A * X * B), X),
    "eigenvalues": (x.T * eigvalsh(U + U.T), U),
    "function of the eigenvalues": (
        sum_entries(eigvalsh(U + U.T).applyfunc(Lambda(z, tanh(z)))), U),
    "symbolic power": (x.T * U**k * y, U),
    "matrix square root": (Trace(sqrtm(H)), H),
    "Sylvester's equation": (Trace(W.T * sylvester(B, P, W)), B),
    "nuclear norm": (norm(X, "nuc"), X),
    "largest eigenvalue": (lambda_max(U + U.T), U),
    "smallest eigenvalue": (lambda_min(U + U.T), U),
    "log-determinant": (logdet(U), U),
    "determinant": (Determinant(U), U),
    "abstract of a layer": (lam((X * w).applyfunc(sigma)), w),
    "sum over a layer": (sum_entries((X * w).applyfunc(sigma)), w),
    "squares of a rectified layer": (sum_entries(HadamardProduct(relu(X * w), relu(X * w))), w),
    "abstract of a product": (lam(X * W), W),
    "abstract of two": (lam(A * x, t * x), x),
    "scalar": (sin(t) * t**2, t),
    "abstract scalar": (sigma(t * tau(t)), t),
    "by a scalar": (lam(t * X), t),
    "log-sum-exp": (logsumexp(A * x), x),
    "log-sum-exp of each row": (sum_entries(logsumexp(X * W, axis=1)), W),
    "norm": (norm(A * x), x),
    "Huber's loss": (sum_entries(huber(A * x - y, 1)), x),
    "rectified residuals": (norm(relu(A * x - y)) ** 2, x),
    "square of a rectified scalar": (relu(x.T * y) ** 2, x),
    "hinge": (Max(Trace(x.T * A * x), t) * t, x),
    "absolute value": (Abs(Trace(x.T * A * x) - t), x),
    "function of a square": (sigma(x.T * x), x),
    "trace of a cube": (Trace(U**3), U),
    "through an abstract matrix": (lam(nu(X)), X),
    "Rayleigh quotient": ((x.T * A * x) / (x.T * x), x),
    "linear": (Trace(C.T * X), X),
    "by a 1×1 matrix": (
        sum_entries(HadamardProduct((x * unit * row).applyfunc(sin), x * unit * row)), unit),
    "terms that cancel": (log(exp(x[0, 0] + Trace(x * b.T))), x),
    "determinant of an abstract matrix": (Determinant(MatrixFunction("nu", (n, n))(t)), t),
}  # fmt: skip
"""Scalar expressions that are differentiated twice."""

SIMPLIFIED = {
    "Kronecker in an abstract function, left": (lam(KroneckerProduct(X, B)), X),
    "Kronecker in an abstract function, right": (lam(KroneckerProduct(B, X)), X),
    "product of Kronecker products": (
        KroneckerProduct(B, A) * KroneckerProduct(B.T, A) * stacked, stacked),
    "blocks side by side": (
        Trace(BlockMatrix([[U, A * U]]) * BlockMatrix([[A], [A * A]])), U),
    "block diagonal": (Trace(BlockDiagMatrix(U, A) * BlockDiagMatrix(A, U)), U),
    "inner product times a function of it": (Trace((x.T * y).applyfunc(sin)) * (x.T * y), x),
    "explicit entries of explicit matrices": (
        sum_entries(ImmutableMatrix([[1, 2], [3, 4]]) * sum_entries(ImmutableMatrix([[t, t**2]]))),
        t),
    "shared product": ((A * X * B) * (A * X * B).T, X),
    "ones times ones": (sum_entries(OneMatrix(q, n) * X), X),
    "layer of a scaled matrix": (A * (Trace(A * U) * U).applyfunc(sigma), U),
    "commuted twice": (Commutation(m, n) * vec(X.T), X),
    "commuted vec": (Commutation(n, m) * vec(Trace(C.T * X) * C), X),
    "many transposes in a trace": (Trace(A.T * U.T) ** 2, U),
    "Hadamard product with the identity": (Trace(A * HadamardProduct(U, Identity(n))), U),
    "lower triangle of a product": (tril(A * U), U),
    "upper triangle of a product": (triu(U * A), U),
    "sums of diagonals of a product": (diagonal_sums(A * U), U),
    "diagonal of a product": (DiagonalOf(A * U), U),
    "diagonal matrix of a product": (DiagMatrix(A * x), x),
    "product times its inverse": (Trace(MatMul(U, Inverse(A * G), A, G)), U),
    "pseudo-inverse": (logdet(pseudo_inverse.T * pseudo_inverse), X),
    "sum of outer products": (y.T * U.T**3 * U**3 * b, U),
    "standardised": (
        Trace(C.T * ((Identity(n) - OneMatrix(n, n) / n) * X)
              / (Trace(X.T * (Identity(n) - OneMatrix(n, n) / n) ** 2 * X) / n + t) ** 2), X),
    "terms far apart": (Trace(A * U * G * U * A * U), U),
    "products alike on the right": (A * X * B + G * X * B + C, X),
    "products alike on the left": (A * X * B + A * X * B.T, X),
    "Stein loss, of the estimate": (Trace(U * Inverse(G)) - logdet(U * Inverse(G)), U),
    "Stein loss, of the truth": (Trace(G * Inverse(U)) - logdet(G * Inverse(U)), U),
    "function of the diagonal of an outer product": (
        sum_entries(DiagonalOf(A * x * y.T).applyfunc(exp)), x),
    "entropy": (Trace(x.T * x.applyfunc(log)), x),
    "relative entropy": (Trace(x.T * (x.applyfunc(log) - y.applyfunc(log))), x),
    "relative entropy of a quotient": (
        sum_entries(HadamardProduct(x, HadamardProduct(
            x, y.applyfunc(Lambda(z, 1 / z))).applyfunc(log))), x),
    "cross-entropy of softmax": (y.T * softmax(x).applyfunc(log), x),
    "log-determinant of a Kronecker product": (logdet(KroneckerProduct(U, B)), U),
    "log-determinant of a Kronecker product, right": (logdet(KroneckerProduct(B, A * U)), U),
    "determinant of a Kronecker product": (Determinant(KroneckerProduct(U, B)), U),
    "inverse of a Kronecker product": (
        Inverse(KroneckerProduct(A + t * U, B)), t),
    "function of an inner product": ((x.T * y).applyfunc(exp), x),
    "trace of a power of a Gram matrix": (Trace((X.T * X) ** 3), X),
    "trace of a power of a product": (Trace((A * U) ** 4), U),
    "trace of a power of an outer Gram matrix": (Trace((X * X.T) ** 3), X),
    "log-determinant of a multiple": (logdet(t * U), t),
    "log-determinant of a mean": (logdet((U + G) / 2), U),
    "determinant of a multiple": (Determinant(t * U), U),
    "canonical correlation": (
        Trace(x.T * X * w) / sqrt(Trace(x.T * A * x) * Trace(w.T * B * w)), w),
    "function of a Gram matrix": (sum_entries(HadamardProduct(
        HadamardProduct(B, B.T), (X.T * X).applyfunc(exp))), X),
    "logistic": (sum_entries((B * w).applyfunc(Lambda(z, log(1 + exp(z))))), w),
    "logarithm of a hyperbolic cosine": (sum_entries(x.applyfunc(Lambda(z, log(cosh(z))))), x),
    "product with its exponential": (HadamardProduct(x, x.applyfunc(exp)), x),
    "exponentials over their sum": (x.applyfunc(exp) / sum_entries(x.applyfunc(exp)), x),
    "mean by exponentials": (b.T * x.applyfunc(exp) / sum_entries(x.applyfunc(exp)), x),
    "mean by exponentials, turned": (
        y.T * x.applyfunc(exp) / sum_entries(x.applyfunc(exp)), x),
    "row of exponentials": (
        t**2 * (x.applyfunc(exp).T * A * y) / sum_entries(x.applyfunc(exp)), t),
    "outer product with exponentials": (
        t**2 * y * x.applyfunc(exp).T / sum_entries(x.applyfunc(exp)), t),
    "diagonal of exponentials": (
        t**2 * (y.T * DiagMatrix(x.applyfunc(exp)) * A * y) / sum_entries(x.applyfunc(exp)), t),
    "surprisal": (-log(softmax(x)[0, 0]), x),
    "square of a sum": ((OneMatrix(1, n) * x)**2, x),
    "centred": (Trace((X - OneMatrix(n, n) * X / n).T * (X - OneMatrix(n, n) * X / n)), X),
    "centred by a matrix": (
        Trace(X.T * (Identity(n) - OneMatrix(n, n) / n) ** 2 * X), X),
    "diagonal of a congruence": (DiagonalOf(A * DiagMatrix(x) * A.T), x),
    "product around a diagonal": (A * DiagMatrix(x) * A, x),
    "product around a diagonal twice": (A * DiagMatrix(x) * A.T * DiagMatrix(x) * A, x),
    "diagonal of a Hadamard product": (DiagonalOf(HadamardProduct(A, DiagMatrix(x))), x),
    "softmax of rows, written out": (
        Trace(C.T * (X.applyfunc(exp).T * DiagMatrix(X.applyfunc(exp) * OneMatrix(m, 1)).inv()).T),
        X),
    "log-sum-exp of rows, written out": (
        y.T * (X.applyfunc(exp) * OneMatrix(m, 1)).applyfunc(log), X),
    "function in pieces": (Piecewise((t**2, t > 1), (2 * t - 1, True)), t),
    "trace of written-out entries": (
        Trace(ImmutableMatrix([[v[0, 0], 0], [0, v[1, 0]]]) * MatrixSymbol("R", 2, 2)), v),
    "square of an indicator": (
        sum_entries(HadamardProduct(
            HadamardPower(x.applyfunc(Lambda(z, Heaviside(z, 0))), 2), x)), x),
    "inverse of an abstract matrix": (
        Trace(x.T * Inverse(square(t)) * y) - logdet(square(t)), t),
}  # fmt: skip
"""Expressions whose derivatives need this or that rule to read well."""

PREMISED = {
    "symmetric constant": (derive, (x.T * A * x, x), {"assuming": Q.symmetric(A)}),
    "covariance": (hessian, (x.T * Inverse(A) * x, x), {"assuming": Q.positive_definite(A)}),
    "orthogonal constant": (
        derive, (Trace((A * X).T * (A * X)), X), {"assuming": Q.orthogonal(A)}),
    "orthonormal columns": (
        derive, (norm(X * w - y) ** 2, w), {"assuming": Eq(X.T * X, Identity(m))}),
    "orthonormal rows": (
        derive, (norm(MatrixSymbol("F", m, n).T * w - y) ** 2, w),
        {"assuming": Eq(MatrixSymbol("F", m, n) * MatrixSymbol("F", m, n).T, Identity(m))}),
    "vector of length 1": (hessian, (norm(x) ** 3, x), {"assuming": Eq(x.T * x, Identity(1))}),
    "skew-symmetric constant": (derive, (x.T * A * y, y), {"assuming": Eq(A.T, -A)}),
    "columns that sum to 1": (
        derive, (y.T * OneMatrix(n, n) * X * w, y),
        {"assuming": Eq(OneMatrix(1, n) * X, OneMatrix(1, m))}),
    "constant projector": (
        derive, (norm(A * x - y) ** 2, x), {"assuming": [Eq(A * A, A), Eq(A, A.T)]}),
    "reflection": (derive, (x.T * A**3 * y, y), {"assuming": Eq(A * A, Identity(n))}),
    "weights": (
        derive, (logsumexp(x) * sum_entries(y) - dot(x, y), x),
        {"assuming": Eq(sum_entries(y), 1)}),
    "stochastic matrix": (
        derive, (Trace(X * OneMatrix(m, n) * U) * t + sum_entries(X) * t, t),
        {"assuming": Eq(X * OneMatrix(m, 1), OneMatrix(n, 1))}),
    "centred data": (
        derive, (norm(X * w - t * OneMatrix(n, 1)) ** 2 + t * sum_entries(X), w),
        {"assuming": Eq(OneMatrix(1, n) * X, ZeroMatrix(1, m))}),
    "symmetric sum": (
        derive, (Trace(Inverse(X.T * A * X + B)), X),
        {"assuming": Q.symmetric(A) & Q.symmetric(B)}),
    "symmetric variable": (derive, (logdet(U) + Trace(A * U), U), {"structure": "symmetric"}),
    "largest eigenvalue of a symmetric variable": (
        derive, (lambda_max(A * U * A.T), U), {"structure": "symmetric"}),
    "Cholesky factor of a symmetric variable": (
        derive, (y.T * cholesky(U) * x, U),
        {"structure": "symmetric", "assuming": Q.positive_definite(U)}),
    "eigenvalues at a symmetric constant": (
        derive, (x.T * eigvalsh(A + t * U * U.T), t), {"assuming": Q.symmetric(A)}),
    "diagonal variable": (derive, (Trace(A * U * A * U), U), {"structure": "diagonal"}),
    "lower triangular variable": (
        derive, (sum_entries((A * U).applyfunc(tanh)), U), {"structure": "lower triangular"}),
    "upper triangular variable": (
        derive, (y.T * U * x, U), {"structure": "upper triangular"}),
    "Toeplitz variable": (derive, (Trace(A * U * U), U), {"structure": "toeplitz"}),
    "symmetric Toeplitz variable": (
        derive, (Trace(A * U * U), U), {"structure": "symmetric toeplitz"}),
    "Jacobian, symmetric variable": (derive, (A * U * A, U), {"structure": "symmetric"}),
    "Jacobian, Toeplitz variable": (derive, (U * x, U), {"structure": "toeplitz"}),
    "Hessian, symmetric variable": (
        hessian, (Trace(U * A * U * A), U), {"structure": "symmetric"}),
    "Hessian, diagonal variable": (hessian, (Trace(U**2), U), {"structure": "diagonal"}),
}  # fmt: skip
"""What derives an expression, the case, and what it is derived under."""

DERIVATIONS = {
    **{
        name: (derive, case, {})
        for cases in (CASES, JACOBIANS, RATES, SIMPLIFIED)
        for name, case in cases.items()
    },
    **{f"Hessian, {name}": (hessian, case, {}) for name, case in HESSIANS.items()},
    **PREMISED,
}
"""Every case with what derives it."""

_P, _D, _r = softmax(X, axis=1), MatrixSymbol("D", n, m), MatrixSymbol("r", n, 1)
_s = sigmoid(X * w)

CONCLUDED = {
    "diagonal of scaled rows": lambda: derive(x.T * DiagonalOf(DiagMatrix(_r) * A), x).concluding(
        HadamardProduct(_r, DiagonalOf(A))
    ),
    "diagonal of scaled columns": lambda: derive(
        x.T * DiagonalOf(A * DiagMatrix(_r)), x
    ).concluding(HadamardProduct(_r, DiagonalOf(A))),
    "diagonal of a product as row sums": lambda: derive(Trace(_D.T * _P), X).concluding(
        HadamardProduct(_P, _D - DiagonalOf(_D * _P.T) * OneMatrix(1, m))
    ),
    "multiplying out a Hadamard product": lambda: derive(Trace(_D.T * _P), X).concluding(
        HadamardProduct(_P, _D - DiagonalOf(_D * _P.T) * OneMatrix(1, m))
    ),
    "product of functions of one matrix": lambda: hessian(
        sum_entries((X * w).applyfunc(Lambda(z, log(1 + exp(z))))), w
    ).concluding(X.T * DiagMatrix(HadamardProduct(_s, OneMatrix(n, 1) - _s)) * X),
}
"""For each rule that only leads to a reader's form a derivation that ends with its help."""


def derivation(name):
    """Derive a case by its name."""
    function, case, premises = DERIVATIONS[name]
    return function(*case, **premises)
