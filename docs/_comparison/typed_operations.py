"""What can be differentiated, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sympy_table import Table

from derivlib import derive, latex, read_text, text
from derivlib.parsing import operations

GROUPS = {
    "signs": {
        "X'": ("X.T", "X.T", "X'"),
        "X*w": ("X*w", "X @ w", "X*w"),
        "x'*y": ("dot(x, y)", "x @ y", "x'*y"),
        "X .* Y": ("HadamardProduct(X, Y)", "X * Y", "X .* Y"),
        "x ./ y": ("", "x / y", "x ./ y"),
        "x.^3": ("HadamardPower(x, 3)", "x**3", "x.^3"),
        "A^2": ("A**2", "A @ A", "A^2"),
        "A^k": ("A**k", "np.linalg.matrix_power(A, k)", "A^k"),
        "A^-1": ("A**-1", "np.linalg.inv(A)", "inv(A)"),
        "c*X": ("c*X", "c * X", "c*X"),
        "x/norm(x)": ("x/norm(x)", "x / np.linalg.norm(x)", "x/norm(x)"),
        "A ⊗ B": ("KroneckerProduct(A, B)", "np.kron(A, B)", "kron(A, B)"),
        "X[0, 1]": ("X[0, 1]", "X[0, 1]", "X(1, 2)"),
        "[x; y]": ("BlockMatrix([[x], [y]])", "np.concatenate([x, y])", "[x; y]"),
    },
    "numbers": {
        "tr(A*X)": ("Trace(A*X)", "np.trace(A @ X)", "trace(A*X)"),
        "det(A)": ("Determinant(A)", "np.linalg.det(A)", "det(A)"),
        "logdet(A)": ("logdet(A)", "np.linalg.slogdet(A)[1]", "log(det(A))"),
        "sum(X)": ("sum_entries(X)", "X.sum()", "sum(X, 'all')"),
        "prod(x)": ("det(diag(x))", "x.prod()", "prod(x)"),
        "mean(X)": ("", "X.mean()", "mean(X, 'all')"),
        "norm(X)": ("norm(X)", "np.linalg.norm(X)", "norm(X, 'fro')"),
        "norm1(X)": ("", "abs(X).sum()", "sum(abs(X), 'all')"),
        "specnorm(X)": ("norm(X, 2)", "np.linalg.norm(X, 2)", "norm(X)"),
        "nucnorm(X)": ('norm(X, "nuc")', 'np.linalg.norm(X, "nuc")', "sum(svd(X))"),
        "logsumexp(x)": ("logsumexp(x)", "scipy.special.logsumexp(x)", "log(sum(exp(x)))"),
        "lambda_max(X'*X)": (
            "lambda_max(X.T*X)",
            "np.linalg.eigvalsh(X.T @ X)[-1]",
            "max(eig(X'*X))",
        ),
        "lambda_min(A + A')": (
            "lambda_min(A + A.T)",
            "np.linalg.eigvalsh(A + A.T)[0]",
            "min(eig(A + A'))",
        ),
        "dot(x, y)": ("dot(x, y)", "np.dot(x, y)", "dot(x, y)"),
    },
    "matrices": {
        "inv(A)": ("Inverse(A)", "np.linalg.inv(A)", "inv(A)"),
        "A\\b": ("Inverse(A)*b", "np.linalg.solve(A, b)", "A\\b"),
        "expm(A)": ("expm(A)", "scipy.linalg.expm(A)", "expm(A)"),
        "logm(A)": ("logm(A)", "scipy.linalg.logm(A)", "logm(A)"),
        "sqrtm(A)": ("sqrtm(A)", "scipy.linalg.sqrtm(A)", "sqrtm(A)"),
        "sylvester(A, B, X)": (
            "sylvester(A, B, X)",
            "scipy.linalg.solve_sylvester(A, B, X)",
            "sylvester(A, B, X)",
        ),
        "lyapunov(A, B)": (
            "lyapunov(A, B)",
            "scipy.linalg.solve_continuous_lyapunov(A, B)",
            "lyap(A, -B)",
        ),
        "pinv(A)": ("pinv(A)", "np.linalg.pinv(A)", "pinv(A)"),
        "eigvalsh(X'*X)": (
            "eigvalsh(X.T*X)",
            "np.linalg.eigvalsh(X.T @ X)",
            "eig(X'*X)",
        ),
        "Y .* polar(X)": ("polar(X)", "scipy.linalg.polar(X)[0]", ""),
        "cholesky(X*X')": ("cholesky(X*X.T)", "np.linalg.cholesky(X @ X.T)", "chol(X*X')'"),
        "projector(A)*x": ("projector(A)*x", "A @ np.linalg.pinv(A) @ x", "A*pinv(A)*x"),
        "adj(A)": ("adjugate(A)", "", "adjoint(A)"),
        "diag(x)": ("DiagMatrix(x)", "np.diag(x)", "diag(x)"),
        "diag(A)": ("DiagonalOf(A)", "np.diag(A)", "diag(A)"),
        "vec(X)": ("vec(X)", "X.reshape(-1, order='F')", "X(:)"),
        "A^H": ("Adjoint(A)", "A.conj().T", "A'"),
        "conj(A)": ("A.conjugate()", "A.conj()", "conj(A)"),
        "tril(A)": ("tril(A)", "np.tril(A)", "tril(A)"),
        "y .* softmax(x)": ("softmax(x)", "scipy.special.softmax(x)", ""),
        "Y .* softmax(X, axis=1)": ("softmax(X, axis=1)", "scipy.special.softmax(X, axis=1)", ""),
        "max(X, axis=1)": ("amax(X, axis=1)", "X.max(axis=1)", "max(X, [], 2)"),
        "max(X, axis=1, at_tie=1)": ("amax(X, axis=1, at_tie=1)", "", ""),
        "sum(X, axis=0)": ("", "X.sum(axis=0)", "sum(X, 1)"),
        "eye(n)*x": ("Identity(n)*x", "np.eye(n) @ x", "eye(n)*x"),
        "ones(n, m)*w": ("OneMatrix(n, m)*w", "np.ones((n, m)) @ w", "ones(n, m)*w"),
    },
    "entry by entry": {
        "exp(X)": ("X.applyfunc(exp)", "np.exp(X)", "exp(X)"),
        "log(x)": ("x.applyfunc(log)", "np.log(x)", "log(x)"),
        "tanh(X)": ("X.applyfunc(tanh)", "np.tanh(X)", "tanh(X)"),
        "abs(x)": ("x.applyfunc(Abs)", "np.abs(x)", "abs(x)"),
        "abs(x, at_zero=1)": ("absolute(x, 1)", "", ""),
        "sign(x)": ("x.applyfunc(sign)", "np.sign(x)", "sign(x)"),
        "relu(x)": ("relu(x)", "np.maximum(x, 0)", "max(x, 0)"),
        "leaky_relu(x, c)": ("leaky_relu(x, c)", "np.where(x > 0, x, c * x)", ""),
        "elu(x)": ("elu(x)", "np.where(x > 0, x, np.expm1(x))", ""),
        "gelu(x)": ("", "x * scipy.stats.norm.cdf(x)", ""),
        "silu(x)": ("", "x * scipy.special.expit(x)", ""),
        "hinge(x)": ("hinge(x)", "np.maximum(0, 1 - x)", "max(0, 1 - x)"),
        "huber(x, 2)": ("huber(x, 2)", "2 * scipy.special.huber(2, x)", ""),
        "clip(x, 0, 1)": ("clip(x, 0, 1)", "np.clip(x, 0, 1)", "min(max(x, 0), 1)"),
        "max(x, y)": ("", "np.maximum(x, y)", "max(x, y)"),
        "max(x, 0, at_tie=1)": ("maximum(x, 0, 1)", "", ""),
        "sigmoid(x)": ("sigmoid(x)", "scipy.special.expit(x)", "1./(1 + exp(-x))"),
        "softplus(x)": ("", "np.logaddexp(0, x)", "log(1 + exp(x))"),
        "[x > 0]": ("", "x > 0", "x > 0"),
        "[0 < x < 1]": ("", "(0 < x) & (x < 1)", "0 < x & x < 1"),
        "where(x > 0, x, c)": ("x.applyfunc(…)", "np.where(x > 0, x, c)", ""),
        "[x*exp(-x)]": ("x.applyfunc(…)", "x * np.exp(-x)", "x.*exp(-x)"),
    },
}
"""Text, and the same for SymPy, NumPy and MATLAB; empty where there is no short form."""


def table(group: str) -> Table:
    """The operations of one group, each read, typeset, differentiated and checked.

    :param group: a key of GROUPS.
    :raises ValueError: if a derivative is not what is found entry by entry.
    """
    rows = tuple(_row(typed, *other) for typed, other in GROUPS[group].items())
    return Table(("text", "mathematics", "derivative of its sum", "SymPy", "NumPy", "MATLAB"), rows)


def _row(typed: str, sympy: str, numpy: str, matlab: str) -> tuple[str, ...]:
    reading = read_text(typed)
    expr, variable = reading.expr, next(iter(reading.symbols.values()))
    total = read_text(f"sum({typed})", **reading.symbols).expr if expr.is_Matrix else expr
    found = derive(total, variable)
    if not found.verify():
        raise ValueError(f"the derivative of {typed} is not what is found entry by entry")
    code = (f"`{each}`" if each else "" for each in (sympy, numpy, matlab))
    return f"`{typed}`", f"${latex(expr)}$", f"${latex(found.result)}$", *code


def names() -> Table:
    """Every function by its name, with the other names under which it is understood."""
    known = sorted({name for name, _ in operations.FUNCTIONS} | {*operations.CONSTANTS})
    rows = tuple(
        (f"`{name}`", ", ".join(f"`{other}`" for other in _others(name))) for name in known
    )
    return Table(("function", "also"), rows)


def _others(name: str) -> Iterable[str]:
    return (other for other, plain in operations.NAMES.items() if plain == name)


def understood(texts: Iterable[str]) -> Table:
    """What texts are understood to say."""

    def rows() -> Iterator[tuple[str, ...]]:
        for typed in texts:
            reading = read_text(typed)
            told = str(reading).removeprefix(text(reading.expr)).removeprefix(", where ")
            yield f"`{typed}`", f"${latex(reading.expr)}$", told

    return Table(("typed", "understood", "where"), tuple(rows()))
