"""What code is measured on: a derivative, a careful person's NumPy for it, and its loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sympy import (
    Expr,
    HadamardProduct,
    Inverse,
    Lambda,
    MatrixSymbol,
    Q,
    Symbol,
    Trace,
    exp,
    log,
    symbols,
    tanh,
)

from derivlib import derive, hessian, logdet, norm, softmax, sum_entries

n, m, p, k = symbols("n m p k", integer=True, positive=True)
A, S = MatrixSymbol("A", n, n), MatrixSymbol("S", n, n)
X, W, V = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p), MatrixSymbol("V", m, k)
U, T, Y = MatrixSymbol("U", n, k), MatrixSymbol("T", n, m), MatrixSymbol("Y", n, p)
x, w, y, q = (MatrixSymbol(c, size, 1) for c, size in (("x", n), ("w", m), ("y", n), ("q", m)))
G, D = MatrixSymbol("G", p, p), MatrixSymbol("D", m, n)
z, theta, t = Symbol("z"), Symbol("theta", positive=True), Symbol("t", positive=True)


@dataclass(frozen=True)
class Task:
    """A derivative to calculate.

    :param verb: what derives it.
    :param expr: what is differentiated.
    :param wrt: by what.
    :param sizes: the size of each axis.
    :param by_hand: a careful person's NumPy, on the arguments in the order of `names`.
    :param names: the arguments.
    :param options: as for the verb.
    :param positive: arguments that have to be positive definite.
    """

    verb: Callable[..., Any]
    expr: Expr
    wrt: Expr
    sizes: Mapping[Expr, int]
    by_hand: Callable[..., Any]
    names: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    positive: tuple[str, ...] = ()

    def derivation(self) -> Any:
        """Derive it."""
        return self.verb(self.expr, self.wrt, **self.options)

    def arguments(self, seed: int = 0) -> dict[str, Any]:
        """Random arrays of the sizes of the task."""
        rng = np.random.default_rng(seed)
        symbols_ = {s.name: s for s in self.expr.free_symbols if s not in self.sizes}
        return {name: self._drawn(rng, symbols_[name]) for name in self.names}

    def _drawn(self, rng: Any, symbol: Expr) -> Any:
        if not symbol.is_Matrix:
            return 0.7
        shape = tuple(int(size.xreplace(dict(self.sizes))) for size in symbol.shape)
        if symbol.name in self.positive:
            root = rng.normal(size=(shape[0], shape[0] + 5))
            return root @ root.T / shape[0] + np.eye(shape[0])
        return np.squeeze(rng.normal(size=shape)) / np.sqrt(max(shape))


def _logistic_hessian(X, w):
    s = 1 / (1 + np.exp(-(X @ w)))
    return (X.T * (s * (1 - s))) @ X


def _factorisation_hessian(V, size):
    cols = V.shape[1]
    result = np.zeros((cols, size, cols, size))
    np.einsum("ikjk->kij", result)[...] = 2 * (V.T @ V)
    return result.reshape(cols * size, cols * size)


def _tanh_gradient(X, W):
    h = np.tanh(X @ W)
    return X.T @ (2 * h * (1 - h * h))


def _by_covariance(S, x):
    inverse = np.linalg.inv(S)
    v = inverse @ x
    return 0.5 * (np.outer(v, v) - inverse)


def _attention(D, q, V, a):
    scores = D.T @ q
    e = np.exp(scores - scores.max())
    s = e / e.sum()
    u = V @ a
    return D @ (s * (u - s @ u))


def _cross_entropy(X, W, Y):
    logits = X @ W
    return X.T @ (1 / (1 + np.exp(-logits)) - Y)


def _two_layers(X, W, G, Y):
    h = np.tanh(X @ W)
    back = 2 * (h @ G - Y) @ G.T
    return X.T @ (back * (1 - h * h))


def _marginal_likelihood(A, S, y, theta):
    inverse = np.linalg.inv(theta * A + S)
    alpha = inverse @ y
    return 0.5 * (alpha @ (A @ alpha) - (inverse * A).sum())


def _embedding(x, y):
    length = np.linalg.norm(x)
    return (y - (x @ y) / length**2 * x) / length


def _sigmoid_loss(X, w, y):
    return X.T @ (1 / (1 + np.exp(-(X @ w))) - y)


def _mahalanobis(X, W):
    return 2 * (X.T @ (X @ W))


soft = X * w
logits = X * W
hidden = logits.applyfunc(tanh)
covariance = theta * A + S

TASKS = {
    "Hessian of a quadratic form": Task(
        hessian, x.T * A * x, x, {n: 1000}, lambda A, x: A + A.T, ("A", "x")),
    "Hessian of the logistic loss": Task(
        hessian,
        sum_entries(soft.applyfunc(Lambda(z, log(1 + exp(z))))) - Trace(y.T * X * w),
        w, {n: 2000, m: 200}, lambda X, w, y: _logistic_hessian(X, w), ("X", "w", "y")),
    "Hessian of a factorisation": Task(
        hessian, Trace((T - U * V.T).T * (T - U * V.T)), U, {n: 60, m: 60, k: 5},
        lambda T, U, V: _factorisation_hessian(V, len(U)), ("T", "U", "V")),
    "gradient of Σ tanh(XW)²": Task(
        derive, sum_entries(HadamardProduct(hidden, hidden)), W, {n: 2000, m: 200, p: 100},
        _tanh_gradient, ("X", "W")),
    "ridge regression": Task(
        derive, Trace((X * w - y).T * (X * w - y)) + t * Trace(w.T * w), w, {n: 2000, m: 300},
        lambda X, w, y, t: 2 * (X.T @ (X @ w - y)) + 2 * t * w, ("X", "w", "y", "t")),
    "logistic regression": Task(
        derive,
        sum_entries(soft.applyfunc(Lambda(z, log(1 + exp(z))))) - Trace(y.T * X * w),
        w, {n: 5000, m: 100}, _sigmoid_loss, ("X", "w", "y")),
    "cross-entropy of many labels": Task(
        derive, sum_entries(logits.applyfunc(Lambda(z, log(1 + exp(z))))) - Trace(Y.T * logits),
        W, {n: 2000, m: 100, p: 20}, _cross_entropy, ("X", "W", "Y")),
    "two-layer network": Task(
        derive, Trace((hidden * G - Y).T * (hidden * G - Y)), W, {n: 1000, m: 100, p: 50},
        _two_layers, ("X", "W", "G", "Y")),
    "Gaussian likelihood, covariance": Task(
        derive, -(logdet(S) + Trace(x.T * Inverse(S) * x)) / 2, S, {n: 300},
        lambda S, x: _by_covariance(S, x), ("S", "x"), {}, ("S",)),
    "Gaussian process, kernel parameter": Task(
        derive, -(logdet(covariance) + Trace(y.T * Inverse(covariance) * y)) / 2, theta,
        {n: 300}, _marginal_likelihood, ("A", "S", "y", "theta"),
        {"assuming": Q.symmetric(A) & Q.symmetric(S)}, ("A", "S")),
    "attention of one query": Task(
        derive, Trace(softmax(D.T * q).T * S * x), q, {n: 1000, m: 64},
        lambda D, q, S, x: _attention(D, q, S, x), ("D", "q", "S", "x")),
    "normalised embedding": Task(
        derive, Trace(x.T * y) / norm(x), x, {n: 100000}, _embedding, ("x", "y")),
    "matrix factorisation": Task(
        derive, Trace((T - U * V.T).T * (T - U * V.T)), U, {n: 500, m: 400, k: 20},
        lambda T, U, V: -2 * ((T - U @ V.T) @ V), ("T", "U", "V")),
    "Mahalanobis metric": Task(
        derive, Trace(X * W * W.T * X.T), W, {n: 2000, m: 100, p: 20}, _mahalanobis, ("X", "W")),
}  # fmt: skip
"""Every task by its name."""
