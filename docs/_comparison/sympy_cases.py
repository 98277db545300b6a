"""Derivatives people need, typed as one types them, for SymPy's own `.diff` and for derivlib.

Everything is in SymPy's vocabulary. Where derivlib has a word that SymPy lacks, such as the sum
of entries or softmax, the case has two spellings of one function.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import (
    Determinant,
    DiagonalOf,
    Expr,
    Function,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatrixSymbol,
    OneMatrix,
    Rational,
    Trace,
    atan,
    cos,
    cosh,
    exp,
    log,
    sin,
    sqrt,
    symbols,
    tanh,
)
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derivlib import logdet, logsumexp, norm, softmax, sum_entries


@dataclass(frozen=True)
class Case:
    """A derivative to find.

    :param group: what it is about.
    :param name: what it is.
    :param expr: what is differentiated, as derivlib is asked.
    :param wrt: with respect to what.
    :param for_sympy: the same function as SymPy is asked.
    """

    group: str
    name: str
    expr: Expr
    wrt: Expr
    for_sympy: Expr

    @property
    def kind(self) -> str:
        """The shapes of what is differentiated and of the variable."""
        return f"{_shape(self.expr)} by {_shape(self.wrt)}"


def _shape(expr: Expr) -> str:
    if not expr.is_Matrix or expr.shape == (1, 1):
        return "scalar"
    return "vector" if 1 in expr.shape else "matrix"


n, m, p, q = symbols("n m p q", integer=True, positive=True)
SIZES = {n: 3, m: 2, p: 4, q: 5}

X, Y, C, R = (MatrixSymbol(name, n, m) for name in "XYCR")
W, V = MatrixSymbol("W", m, p), MatrixSymbol("V", p, q)
A, G, U, D = (MatrixSymbol(name, n, n) for name in "AGUD")
B = MatrixSymbol("B", m, m)
x, y, b, c = (MatrixSymbol(name, n, 1) for name in "xybc")
w, v = MatrixSymbol("w", m, 1), MatrixSymbol("v", p, 1)
T = MatrixSymbol("T", n, p)
t, s, z, mu, beta = symbols("t s z mu beta", real=True)
sigma, tau, lam, f, g = (Function(name) for name in ("sigma", "tau", "lambda", "f", "g"))

logistic = Lambda(z, 1 / (1 + exp(-z)))
softplus = Lambda(z, log(1 + exp(z)))
square = Lambda(z, z**2)
gauss = Lambda(z, exp(-(z**2) / 2))
swish = Lambda(z, z / (1 + exp(-z)))
xlogx = Lambda(z, z * log(z))


def dot(left: Expr, right: Expr) -> Expr:
    """The inner product of two matrices of one shape."""
    return Trace(left.T * right)


def total(matrix: Expr) -> Expr:
    """The sum of all entries, as SymPy can say it."""
    rows, cols = matrix.shape
    columns = OneMatrix(1, rows) * matrix
    return Trace(columns if cols == 1 else columns * OneMatrix(cols, 1))


def length(matrix: Expr) -> Expr:
    """The Frobenius norm, as SymPy can say it."""
    return sqrt(Trace(matrix.T * matrix))


def potential(vector: Expr) -> Expr:
    """Log-sum-exp, as SymPy can say it."""
    return log(total(vector.applyfunc(exp)))


def _same(name: str, expr: Expr, wrt: Expr) -> tuple[str, Expr, Expr, Expr]:
    return name, expr, wrt, expr


def _summed(name: str, matrix: Expr, wrt: Expr) -> tuple[str, Expr, Expr, Expr]:
    return name, sum_entries(matrix), wrt, total(matrix)


def _normed(name: str, matrix: Expr, wrt: Expr) -> tuple[str, Expr, Expr, Expr]:
    return name, norm(matrix), wrt, length(matrix)


layer = (X * W).applyfunc(sigma)
deep = (layer * V).applyfunc(tau)
bias = X * W + OneMatrix(n, 1) * v.T

TABLE = {
    "traces": [
        _same("product", Trace(C.T * X), X),
        _same("transposed product", Trace(X.T * C), X),
        _same("square", Trace(X.T * X), X),
        _same("quadratic", Trace(X.T * A * X), X),
        _same("quadratic, both sides", Trace(X.T * A * X * B), X),
        _same("twice the variable", Trace(U * U), U),
        _same("cube", Trace(U**3), U),
        _same("power between constants", Trace(A * U**2 * G), U),
        _same("inverse", Trace(A * Inverse(U)), U),
        _same("inverse between", Trace(A * Inverse(U + G) * D), U),
        _same("inverse of a quadratic", Trace(Inverse(X.T * A * X) * B), X),
        _same("Rayleigh quotient", Trace(X.T * A * X) / Trace(X.T * X), X),
        _same("square of a trace", Trace(A * U) ** 2, U),
        _same("product of traces", Trace(U) * Trace(U * U), U),
        _same("log of a trace", log(Trace(X.T * X)), X),
        _same("exponential of a trace", exp(Trace(A * U)), U),
        _same("coefficient that varies", Trace(Trace(A * U) * U * A), U),
        _same("difference of squares", Trace((X - C).T * (X - C)), X),
        _same("commutator", Trace((A * U - U * A).T * (A * U - U * A)), U),
        _same("Kronecker product", Trace(KroneckerProduct(A, U)), U),
        _same("of an identity", Trace((Identity(n) + U).T * A), U),
    ],
    "determinants": [
        _same("determinant", Determinant(U), U),
        _same("of a product", Determinant(A * U * G), U),
        _same("of a transpose", Determinant(U.T), U),
        _same("of an inverse", Determinant(Inverse(U)), U),
        _same("of a power", Determinant(U**2), U),
        _same("of a sum", Determinant(U + A), U),
        _same("of a quadratic", Determinant(X.T * A * X), X),
        _same("of a Gram matrix", Determinant(X.T * X), X),
        _same("power of a determinant", Determinant(U) ** 3, U),
        _same("square root of a determinant", sqrt(Determinant(U)), U),
        ("log-determinant", logdet(U), U, log(Determinant(U))),
        ("log-determinant of a sum", logdet(U * A + G), U, log(Determinant(U * A + G))),
        ("log-determinant of a Gram matrix", logdet(X.T * X), X, log(Determinant(X.T * X))),
        ("log-determinant, regularised", logdet(X.T * X + B), X, log(Determinant(X.T * X + B))),
        _same("times a trace", Determinant(U) * Trace(A * U), U),
        _same("ratio", Determinant(U + A) / Determinant(U), U),
    ],
    "vectors": [
        _same("linear form", c.T * x, x),
        _same("linear form, transposed", x.T * c, x),
        _same("quadratic form", x.T * A * x, x),
        _same("quadratic form by its matrix", x.T * U * y, U),
        _same("quadratic form twice", x.T * U.T * U * y, U),
        _same("bilinear in a product", y.T * U.T * D * U * x, U),
        _same("shifted quadratic form", (x - b).T * A * (x - b), x),
        _same("square of a quadratic form", Trace(x.T * A * x) ** 2, x),
        _same("inverse of a quadratic form", 1 / Trace(x.T * A * x), x),
        _same("log of a quadratic form", log(Trace(x.T * A * x)), x),
        _same("Gaussian", exp(-Trace(x.T * A * x) / 2), x),
        _same("Rayleigh quotient of a vector", dot(x, A * x) / dot(x, x), x),
        _same("least squares", (X * w - y).T * (X * w - y), w),
        _same("least squares by the design", (X * w - y).T * (X * w - y), X),
        _same("weighted least squares", (X * w - y).T * A * (X * w - y), w),
        _same("ridge", dot(X * w - y, X * w - y) + t * dot(w, w), w),
        _same("inverse in a quadratic form", x.T * Inverse(U) * y, U),
        _same("sum of a vector", OneMatrix(1, n) * x, x),
        _same("variance", dot(x, x) / n - (total(x) / n) ** 2, x),
        _same("rank-one matrix", Trace(A * x * x.T), x),
    ],
    "norms": [
        _normed("of a vector", x, x),
        _normed("of a difference", x - b, x),
        _normed("of a matrix", X, X),
        _normed("of a product", X * W, W),
        _normed("of a residual", X * w - y, w),
        _normed("of elementwise values", (X * W).applyfunc(tanh), W),
        ("cube of a norm", norm(x) ** 3, x, length(x) ** 3),
        ("exponential of a norm", exp(-norm(x)), x, exp(-length(x))),
        ("cosine similarity", dot(x, y) / (norm(x) * norm(y)), x,
         dot(x, y) / (length(x) * length(y))),
        ("pseudo-Huber", sqrt(1 + norm(x - b) ** 2), x, sqrt(1 + length(x - b) ** 2)),
    ],
    "entry by entry": [
        _summed("sum of entries", X, X),
        _summed("sum of a product", X * W, W),
        _summed("sum of sines", X.applyfunc(sin), X),
        _summed("sum of exponentials of a vector", x.applyfunc(exp), x),
        _summed("sum of tanh of a product", (X * W).applyfunc(tanh), W),
        _summed("sum of tanh, by the inputs", (X * W).applyfunc(tanh), X),
        _summed("sum of squares", X.applyfunc(square), X),
        _summed("Hadamard square", HadamardProduct(X, X), X),
        _summed("Hadamard power", HadamardPower(X, 3), X),
        _summed("Hadamard product", HadamardProduct(X, C), X),
        _summed("Hadamard product of products", HadamardProduct(X * B, C), X),
        _summed("Hadamard product of three", HadamardProduct(X, C, X * B), X),
        _summed("logistic layer", (X * W).applyfunc(logistic), W),
        _summed("softplus layer", (X * W).applyfunc(softplus), W),
        _summed("swish layer", (X * W).applyfunc(swish), W),
        _summed("Gaussian bump", X.applyfunc(gauss), X),
        _summed("entropy", x.applyfunc(xlogx), x),
        _summed("log of entries", X.applyfunc(log), X),
        _summed("function of a function", X.applyfunc(sin).applyfunc(cos), X),
        _summed("product of two functions",
                HadamardProduct(X.applyfunc(sin), X.applyfunc(cos)), X),
        _same("trace of an elementwise function", Trace(U.applyfunc(sin)), U),
        _same("trace with an elementwise function", Trace(A * U.applyfunc(cosh)), U),
        _same("trace of a Hadamard product", Trace(HadamardProduct(A, U) * G), U),
        _same("weighted elementwise function", c.T * (A * x).applyfunc(atan), x),
        _same("weighted product of functions",
              c.T * HadamardProduct(x.applyfunc(sin), x.applyfunc(exp)), x),
        _same("undefined function, weighted", c.T * x.applyfunc(sigma), x),
        _same("undefined function of a product", Trace(T.T * (X * W).applyfunc(sigma)), W),
        _same("undefined function, by the inputs", Trace(T.T * (X * W).applyfunc(sigma)), X),
        _summed("undefined function, summed", layer, W),
        _summed("its square, summed", HadamardProduct(layer, layer), W),
        _same("diagonal matrix", Trace(A * DiagMatrix(x) * G), x),
        _same("diagonal", c.T * DiagonalOf(U), U),
        _same("diagonal of a product", c.T * DiagonalOf(A * U), U),
        _same("entry", U[0, 1], U),
        ("entry of a product", MatrixElement(A * U, 0, 1), U, (A * U)[0, 1]),
        _same("product of entries", U[0, 1] * U[1, 0], U),
    ],
    "networks": [
        _same("abstract loss", lam(X), X),
        _same("abstract loss of a product", lam(X * W), W),
        _same("abstract loss of a layer", lam(layer), W),
        _same("abstract loss, by the inputs", lam(layer), X),
        _same("abstract loss, by the bias", lam(bias.applyfunc(sigma)), v),
        _same("two layers", lam(deep), W),
        _same("residual connection", lam((A * X).applyfunc(sigma) + X), X),
        _same("transposed layer", lam((W.T * X.T).applyfunc(sigma)), W),
        _same("abstract regulariser", lam(X) + t * Trace(X.T * X), X),
        _same("loss of two layers", lam(X * W, X), X),
        _summed("squared error",
                HadamardProduct((X * W).applyfunc(tanh) - T, (X * W).applyfunc(tanh) - T), W),
        _same("squared error as a trace",
              dot((X * W).applyfunc(tanh) - T, (X * W).applyfunc(tanh) - T), W),
        _summed("two concrete layers", ((X * W).applyfunc(tanh) * V).applyfunc(logistic), W),
        _summed("layer with a bias", bias.applyfunc(tanh), v),
        _same("function of a trace", f(Trace(A * U)), U),
        _same("function of a quadratic form", f(Trace(x.T * A * x)), x),
    ],
    "likelihoods": [
        ("log-sum-exp", logsumexp(x), x, potential(x)),
        ("log-sum-exp of a product", logsumexp(A * x + b), x, potential(A * x + b)),
        ("softmax, weighted", y.T * softmax(x), x,
         Trace(y.T * x.applyfunc(exp)) / total(x.applyfunc(exp))),
        ("cross-entropy of a softmax", logsumexp(X * w) - dot(y, X * w), w,
         potential(X * w) - dot(y, X * w)),
        ("cross-entropy by the weights", logsumexp(U * x) - dot(y, U * x), U,
         potential(U * x) - dot(y, U * x)),
        ("logistic regression", sum_entries((X * w).applyfunc(softplus)) - dot(y, X * w), w,
         total((X * w).applyfunc(softplus)) - dot(y, X * w)),
        ("Poisson regression", sum_entries((X * w).applyfunc(exp)) - dot(y, X * w), w,
         total((X * w).applyfunc(exp)) - dot(y, X * w)),
        ("Gaussian, by the precision", dot(x, U * x) / 2 - logdet(U) / 2, U,
         dot(x, U * x) / 2 - log(Determinant(U)) / 2),
        ("Gaussian, by the covariance", Trace(x.T * Inverse(U) * x) / 2 + logdet(U) / 2, U,
         Trace(x.T * Inverse(U) * x) / 2 + log(Determinant(U)) / 2),
        _same("Gaussian, by the mean", Trace((y - x).T * A * (y - x)) / 2, x),
        ("Gaussian, by a factor", Trace(C.T * Inverse(U.T * U) * C) + logdet(U.T * U), U,
         Trace(C.T * Inverse(U.T * U) * C) + log(Determinant(U.T * U))),
        ("Wishart", Rational(3, 2) * logdet(U) - Trace(A * U) / 2, U,
         Rational(3, 2) * log(Determinant(U)) - Trace(A * U) / 2),
        ("divergence of Gaussians", Trace(Inverse(A) * U) - logdet(U), U,
         Trace(Inverse(A) * U) - log(Determinant(U))),
        _same("Cauchy", log(1 + dot(x - b, x - b)), x),
        _same("matrix factorisation", dot(X * W - T, X * W - T), W),
        _same("matrix factorisation, regularised",
              dot(X * W - T, X * W - T) + t * Trace(W.T * W), W),
    ],
    "by a scalar": [
        _same("trace of a multiple", Trace(t * A), t),
        _same("trace of a square", Trace((t * A + G) * (t * A + G)), t),
        _same("quadratic form of a line", (x + t * y).T * A * (x + t * y), t),
        _same("inverse of a pencil", Trace(Inverse(A + t * G)), t),
        _same("determinant of a pencil", Determinant(A + t * G), t),
        ("log-determinant of a pencil", logdet(A + t * G), t, log(Determinant(A + t * G))),
        ("norm of a line", norm(x + t * y), t, length(x + t * y)),
        _summed("sum of functions of a multiple", (t * X).applyfunc(sin), t),
        _summed("parameter of a function", X.applyfunc(Lambda(z, sin(t * z))), t),
        _same("abstract loss of a multiple", lam(t * X), t),
        _same("function of a function", sigma(t * tau(t)), t),
        _same("decay of a loss", exp(-t) * Trace(X.T * X), t),
    ],
    "Jacobians": [
        _same("linear map", A * x, x),
        _same("transposed", X.T, X),
        _same("elementwise function", x.applyfunc(sin), x),
        _same("layer", (A * x).applyfunc(tanh), x),
        _same("Hadamard product", HadamardProduct(x, A * x), x),
        _same("outer product", x * x.T, x),
        _same("product", A * X * B, X),
        _same("square of a matrix", U * U, U),
        _same("inverse of a matrix", Inverse(U), U),
        _same("elementwise function of a matrix", X.applyfunc(sin), X),
        ("softmax", softmax(x), x, x.applyfunc(exp) / total(x.applyfunc(exp))),
        _same("scaled vector", Trace(x.T * x) * x, x),
    ],
    "matrices by a scalar": [
        _same("multiple", t * A, t),
        _same("quadratic", t**2 * A + t * G, t),
        _same("inverse of a pencil", Inverse(A + t * G), t),
        _same("elementwise function of a multiple", (t * X).applyfunc(sin), t),
        _same("product of lines", (A + t * G) * (G + t * A), t),
        _same("vector on a line", x + t * y, t),
    ],
}  # fmt: skip

CASES = tuple(Case(group, *row) for group, rows in TABLE.items() for row in rows)
"""All derivatives that are compared."""
