"""Everyday losses of a linear model, with their gradients as one writes them by hand.

Each loss is a function of Xw: X has a row for each observation, w a weight for each feature,
y what is to be predicted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import (
    DiagMatrix,
    Expr,
    HadamardPower,
    HadamardProduct,
    Inverse,
    Lambda,
    MatrixSymbol,
    OneMatrix,
    Q,
    Symbol,
    Trace,
    symbols,
)

from derivlib import logsumexp, norm, sigmoid, softmax, sum_entries
from derivlib.nodes import SingleEntry

n, m = symbols("n m", integer=True, positive=True)
X, w, y = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1), MatrixSymbol("y", n, 1)
v, S = MatrixSymbol("v", n, 1), MatrixSymbol("Sigma", n, n)
alpha, r, nu, s, tau = (Symbol(name, positive=True) for name in ("alpha", "r", "nu", "s", "tau"))
z = Symbol("z")
one = OneMatrix(n, 1)
e = SingleEntry((n, 1), 0, 0)
scores = X * w
residual = scores - y
margin = HadamardProduct(y, scores)


@dataclass(frozen=True)
class Loss:
    """A loss of Xw.

    :param name: what it is called.
    :param use: regression, classification, ranking or probability.
    :param loss: the loss, a scalar.
    :param book: its gradient with respect to w, typed in the form usual in textbooks.
    :param printed: the gradient as derivlib prints it.
    :param premises: what is assumed.
    """

    name: str
    use: str
    loss: Expr
    book: Expr
    printed: str
    premises: dict[str, Any] = field(default_factory=dict)


def each(body: Expr, matrix: Expr) -> Expr:
    """A function of z at each entry."""
    return matrix.applyfunc(Lambda(z, body))


def times(*factors: Expr) -> Expr:
    """A product entry by entry."""
    return HadamardProduct(*factors)


LOSSES = [
    Loss("least squares", "regression", norm(residual) ** 2, 2 * X.T * residual, "2*Xᵀ*(X*w - y)"),
    Loss(
        "mean squared error",
        "regression",
        norm(residual) ** 2 / (2 * n),
        X.T * residual / n,
        "Xᵀ*(X*w - y)/n",
    ),
    Loss(
        "ridge",
        "regression",
        norm(residual) ** 2 + alpha * norm(w) ** 2,
        2 * (X.T * residual + alpha * w),
        "2*(Xᵀ*(X*w - y) + α*w)",
    ),
    Loss(
        "weighted least squares",
        "regression",
        residual.T * DiagMatrix(v) * residual,
        2 * X.T * times(v, residual),
        "2*Xᵀ*((X*w - y) ⊙ v)",
    ),
    Loss(
        "generalised least squares",
        "regression",
        residual.T * Inverse(S) * residual,
        2 * X.T * Inverse(S) * residual,
        "2*Xᵀ*Σ⁻¹*(X*w - y)",
        {"assuming": Q.symmetric(S)},
    ),
    Loss(
        "distance",
        "regression",
        norm(residual),
        X.T * residual / norm(residual),
        "Xᵀ*(X*w - y)/norm(X*w - y)",
    ),
    Loss(
        "pseudo-Huber",
        "regression",
        sum_entries(each(sp.sqrt(1 + z**2) - 1, residual)),
        X.T * each(z / sp.sqrt(1 + z**2), residual),
        "Xᵀ*[(X*w - y)/sqrt((X*w - y)**2 + 1)]",
    ),
    Loss(
        "log-cosh",
        "regression",
        sum_entries(each(sp.log(sp.cosh(z)), residual)),
        X.T * residual.applyfunc(sp.tanh),
        "Xᵀ*tanh(X*w - y)",
    ),
    Loss(
        "Cauchy",
        "regression",
        sum_entries(each(sp.log(1 + z**2), residual)),
        2 * X.T * each(z / (1 + z**2), residual),
        "2*Xᵀ*[(X*w - y)/((X*w - y)**2 + 1)]",
    ),
    Loss(
        "Geman–McClure",
        "regression",
        sum_entries(each(z**2 / (1 + z**2), residual)),
        2 * X.T * each(z / (1 + z**2) ** 2, residual),
        "2*Xᵀ*[(X*w - y)/((X*w - y)**2 + 1)**2]",
    ),
    Loss(
        "Welsch",
        "regression",
        sum_entries(each(1 - sp.exp(-(z**2) / 2), residual)),
        X.T * each(z * sp.exp(-(z**2) / 2), residual),
        "Xᵀ*[(X*w - y)*exp(-(X*w - y)**2/2)]",
    ),
    Loss(
        "linear-exponential",
        "regression",
        sum_entries(each(sp.exp(z) - z - 1, residual)),
        X.T * each(sp.exp(z) - 1, residual),
        "Xᵀ*[exp(X*w - y) - 1]",
    ),
    Loss(
        "quartic",
        "regression",
        sum_entries(HadamardPower(residual, 4)),
        4 * X.T * HadamardPower(residual, 3),
        "4*Xᵀ*(X*w - y)^⊙3",
    ),
    Loss(
        "squared logarithmic error",
        "regression",
        norm(each(sp.log(1 + z), scores) - each(sp.log(1 + z), y)) ** 2,
        2
        * X.T
        * times(each(1 / (1 + z), scores), each(sp.log(1 + z), scores) - each(sp.log(1 + z), y)),
        "2*Xᵀ*(([log((X*w) + 1)] - [log(y + 1)]) ⊙ [1/((X*w) + 1)])",
    ),
    Loss(
        "smooth quantile",
        "regression",
        sum_entries(each(tau * z + sp.log(1 + sp.exp(-z)), residual)),
        X.T * each(tau - 1 + 1 / (1 + sp.exp(-z)), residual),
        "Xᵀ*[τ + sigmoid(X*w - y) - 1]",
    ),
    Loss(
        "squared relative error",
        "regression",
        norm(times(each(1 / z, y), residual)) ** 2,
        2 * X.T * times(each(1 / z**2, y), residual),
        "2*Xᵀ*([1/y**2] ⊙ (X*w - y))",
    ),
    Loss(
        "logistic",
        "classification",
        sum_entries(each(sp.log(1 + sp.exp(z)), scores)) - Trace(y.T * scores),
        X.T * (sigmoid(scores) - y),
        "Xᵀ*(sigmoid(X*w) - y)",
    ),
    Loss(
        "cross-entropy of probabilities",
        "classification",
        -y.T * each(sp.log(1 / (1 + sp.exp(-z))), scores)
        - (one - y).T * each(sp.log(1 - 1 / (1 + sp.exp(-z))), scores),
        X.T * (sigmoid(scores) - y),
        "Xᵀ*(sigmoid(X*w) - y)",
    ),
    Loss(
        "cross-entropy of sigmoid",
        "classification",
        -y.T * sigmoid(scores).applyfunc(sp.log)
        - (one - y).T * (one - sigmoid(scores)).applyfunc(sp.log),
        X.T * (sigmoid(scores) - y),
        "Xᵀ*(sigmoid(X*w) - y)",
    ),
    Loss(
        "logistic, of margins",
        "classification",
        sum_entries(each(sp.log(1 + sp.exp(-z)), margin)),
        -X.T * times(sigmoid(-margin), y),
        "-Xᵀ*(y ⊙ sigmoid(-y ⊙ (X*w)))",
    ),
    Loss(
        "logistic with penalty",
        "classification",
        sum_entries(each(sp.log(1 + sp.exp(z)), scores))
        - Trace(y.T * scores)
        + alpha / 2 * norm(w) ** 2,
        X.T * (sigmoid(scores) - y) + alpha * w,
        "Xᵀ*(sigmoid(X*w) - y) + α*w",
    ),
    Loss(
        "weighted logistic",
        "classification",
        v.T * each(sp.log(1 + sp.exp(z)), scores) - v.T * times(y, scores),
        X.T * times(v, sigmoid(scores) - y),
        "Xᵀ*(v ⊙ (sigmoid(X*w) - y))",
    ),
    Loss(
        "exponential",
        "classification",
        sum_entries(each(sp.exp(-z), margin)),
        -X.T * times(each(sp.exp(-z), margin), y),
        "-Xᵀ*(y ⊙ exp(-y ⊙ (X*w)))",
    ),
    Loss(
        "squared margin",
        "classification",
        norm(one - margin) ** 2,
        -2 * X.T * times(y, one - margin),
        "-2*Xᵀ*((1[n×1] - (X*w) ⊙ y) ⊙ y)",
    ),
    Loss(
        "Brier score",
        "classification",
        norm(sigmoid(scores) - y) ** 2,
        2 * X.T * times(sigmoid(scores) - y, each(sigmoid(z) * (1 - sigmoid(z)), scores)),
        "2*Xᵀ*((sigmoid(X*w) - y) ⊙ [sigmoid(X*w)*(1 - sigmoid(X*w))])",
    ),
    Loss(
        "squared error of tanh",
        "classification",
        norm(scores.applyfunc(sp.tanh) - y) ** 2,
        2 * X.T * times(scores.applyfunc(sp.tanh) - y, each(1 - sp.tanh(z) ** 2, scores)),
        "2*Xᵀ*((tanh(X*w) - y) ⊙ [1 - tanh(X*w)**2])",
    ),
    Loss(
        "Savage",
        "classification",
        sum_entries(each(1 / (1 + sp.exp(z)) ** 2, margin)),
        -2 * X.T * times(each(sigmoid(z) * (1 - sigmoid(z)) ** 2, margin), y),
        "-2*Xᵀ*([(1 - sigmoid(y ⊙ (X*w)))**2*sigmoid(y ⊙ (X*w))] ⊙ y)",
    ),
    Loss(
        "sigmoid of margins",
        "classification",
        sum_entries(each(1 / (1 + sp.exp(z)), margin)),
        -X.T * times(each(sigmoid(z) * (1 - sigmoid(z)), margin), y),
        "-Xᵀ*([sigmoid(y ⊙ (X*w))*(1 - sigmoid(y ⊙ (X*w)))] ⊙ y)",
    ),
    Loss(
        "tangent",
        "classification",
        sum_entries(each((2 * sp.atan(z) - 1) ** 2, margin)),
        4 * X.T * times(each((2 * sp.atan(z) - 1) / (1 + z**2), margin), y),
        "4*Xᵀ*([(2*atan(y ⊙ (X*w)) - 1)/((y ⊙ (X*w))**2 + 1)] ⊙ y)",
    ),
    Loss(
        "pairwise logistic",
        "ranking",
        -sum_entries(sigmoid(scores).applyfunc(sp.log)),
        -X.T * each(1 - sigmoid(z), scores),
        "-Xᵀ*[1 - sigmoid(X*w)]",
    ),
    Loss(
        "pairwise logistic, written out",
        "ranking",
        -sum_entries(each(sp.log(1 / (1 + sp.exp(-z))), scores)),
        -X.T * each(1 - sigmoid(z), scores),
        "-Xᵀ*sigmoid(-X*w)",
    ),
    Loss(
        "list-wise cross-entropy",
        "ranking",
        -y.T * softmax(scores).applyfunc(sp.log),
        X.T * (sum_entries(y) * softmax(scores) - y),
        "Xᵀ*(sum(y)*softmax(X*w) - y)",
    ),
    Loss(
        "softmax cross-entropy",
        "ranking",
        logsumexp(scores) - Trace(y.T * scores),
        X.T * (softmax(scores) - y),
        "Xᵀ*(softmax(X*w) - y)",
    ),
    Loss(
        "softmax cross-entropy, written out",
        "ranking",
        sp.log(sum_entries(scores.applyfunc(sp.exp))) - Trace(y.T * scores),
        X.T * (softmax(scores) - y),
        "Xᵀ*(softmax(X*w) - y)",
    ),
    Loss(
        "first of a list",
        "ranking",
        -sp.log(softmax(scores)[0, 0]),
        X.T * (softmax(scores) - e),
        "Xᵀ*(softmax(X*w) - e[0])",
    ),
    Loss(
        "contrastive",
        "ranking",
        logsumexp(scores / tau) - (Trace(e.T * scores)) / tau,
        X.T * (softmax(scores / tau) - e) / tau,
        "1/τ*Xᵀ*(softmax(X*w/τ) - e[0])",
    ),
    Loss(
        "pairwise exponential",
        "ranking",
        sum_entries(each(sp.exp(-z), scores)),
        -X.T * each(sp.exp(-z), scores),
        "-Xᵀ*exp(-X*w)",
    ),
    Loss(
        "Gaussian",
        "probability",
        norm(residual) ** 2 / (2 * s**2),
        X.T * residual / s**2,
        "Xᵀ*(X*w - y)/s**2",
    ),
    Loss(
        "Student",
        "probability",
        (nu + 1) / 2 * sum_entries(each(sp.log(1 + z**2 / nu), residual)),
        (nu + 1) * X.T * each(z / (nu + z**2), residual),
        "(ν + 1)*Xᵀ*[(X*w - y)/((X*w - y)**2 + ν)]",
    ),
    Loss(
        "Poisson",
        "probability",
        sum_entries(scores.applyfunc(sp.exp)) - Trace(y.T * scores),
        X.T * (scores.applyfunc(sp.exp) - y),
        "Xᵀ*(exp(X*w) - y)",
    ),
    Loss(
        "gamma",
        "probability",
        sum_entries(scores) + Trace(y.T * each(sp.exp(-z), scores)),
        X.T * (one - times(y, each(sp.exp(-z), scores))),
        "Xᵀ*(1[n×1] - y ⊙ exp(-X*w))",
    ),
    Loss(
        "exponential survival",
        "probability",
        Trace(y.T * scores.applyfunc(sp.exp)) - sum_entries(scores),
        X.T * (times(y, scores.applyfunc(sp.exp)) - one),
        "Xᵀ*(y ⊙ exp(X*w) - 1[n×1])",
    ),
    Loss(
        "negative binomial",
        "probability",
        (y + r * one).T * each(sp.log(r + sp.exp(z)), scores) - y.T * scores,
        X.T * (times(y + r * one, each(sp.exp(z) / (r + sp.exp(z)), scores)) - y),
        "Xᵀ*((y + r*1[n×1]) ⊙ [exp(X*w)/(r + exp(X*w))] - y)",
    ),
    Loss(
        "log barrier",
        "probability",
        -sum_entries((y - scores).applyfunc(sp.log)),
        X.T * each(1 / z, y - scores),
        "Xᵀ*[1/(y - X*w)]",
    ),
    Loss(
        "probit",
        "probability",
        -sum_entries(each(sp.log((1 + sp.erf(z / sp.sqrt(2))) / 2), margin)),
        -sp.sqrt(2)
        / sp.sqrt(sp.pi)
        * X.T
        * times(each(sp.exp(-(z**2) / 2) / (1 + sp.erf(z / sp.sqrt(2))), margin), y),
        "-sqrt(2)/sqrt(pi)*Xᵀ*([exp(-(y ⊙ (X*w))**2/2)/(erf(sqrt(2)*(y ⊙ (X*w))/2) + 1)] ⊙ y)",
    ),
]
