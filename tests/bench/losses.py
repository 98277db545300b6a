"""The loss of each task of `tasks`, written for JAX and for PyTorch as one writes it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Library:
    """The words in which the libraries differ.

    :param arrays: the module of functions of arrays.
    :param softplus: log(1 + exp(z)), entry by entry.
    :param softmax: of a vector.
    """

    arrays: Any
    softplus: Callable[[Any], Any]
    softmax: Callable[[Any], Any]

    def logdet(self, matrix: Any) -> Any:
        """The logarithm of the determinant of a positive definite matrix."""
        return self.arrays.linalg.slogdet(matrix)[1]

    def solve(self, matrix: Any, right: Any) -> Any:
        """The solution of a system of linear equations."""
        return self.arrays.linalg.solve(matrix, right)


@dataclass(frozen=True)
class Loss:
    """A loss, and what it is differentiated by.

    :param value: the loss, of a library and of the arguments of the task.
    :param wrt: the name of the argument.
    """

    value: Callable[..., Any]
    wrt: str


def squares(matrix: Any) -> Any:
    """The sum of the squares of all entries."""
    return (matrix * matrix).sum()


def logistic(o: Library, X: Any, w: Any, y: Any) -> Any:
    """The negative logarithm of the likelihood of labels."""
    scores = X @ w
    return o.softplus(scores).sum() - (y * scores).sum()


def ridge(o: Library, X: Any, w: Any, y: Any, t: Any) -> Any:
    """Least squares, and the square of the weights."""
    return squares(X @ w - y) + t * squares(w)


def factorisation(o: Library, T: Any, U: Any, V: Any) -> Any:
    """What a product of two factors misses."""
    return squares(T - U @ V.T)


def gaussian(o: Library, S: Any, x: Any) -> Any:
    """The logarithm of a density, but for a constant."""
    return -(o.logdet(S) + x @ o.solve(S, x)) / 2


def gaussian_process(o: Library, A: Any, S: Any, y: Any, theta: Any) -> Any:
    """The same of a covariance with a parameter."""
    return gaussian(o, theta * A + S, y)


LOSSES = {
    "Hessian of a quadratic form": Loss(lambda o, A, x: x @ A @ x, "x"),
    "Hessian of the logistic loss": Loss(logistic, "w"),
    "Hessian of a factorisation": Loss(factorisation, "U"),
    "gradient of Σ tanh(XW)²": Loss(lambda o, X, W: squares(o.arrays.tanh(X @ W)), "W"),
    "ridge regression": Loss(ridge, "w"),
    "logistic regression": Loss(logistic, "w"),
    "cross-entropy of many labels": Loss(logistic, "W"),
    "two-layer network": Loss(lambda o, X, W, G, Y: squares(o.arrays.tanh(X @ W) @ G - Y), "W"),
    "Gaussian likelihood, covariance": Loss(gaussian, "S"),
    "Gaussian process, kernel parameter": Loss(gaussian_process, "theta"),
    "attention of one query": Loss(lambda o, D, q, S, x: o.softmax(D.T @ q) @ (S @ x), "q"),
    "normalised embedding": Loss(lambda o, x, y: x @ y / o.arrays.linalg.norm(x), "x"),
    "matrix factorisation": Loss(factorisation, "U"),
    "Mahalanobis metric": Loss(lambda o, X, W: squares(X @ W), "W"),
}
"""The loss of every task, by its name."""
