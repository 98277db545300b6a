"""Functions people ask the derivatives of: as they are typed, and by hand with NumPy.

The NumPy functions were written from the definitions, not from what is typed. The tests compare
their differences with what the derived code calculates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.linalg import det, inv, norm, slogdet


@dataclass(frozen=True)
class Problem:
    """A scalar function of a vector or matrix.

    :param field: where it is met.
    :param name: what it is called, and where it comes from where one work is the origin.
    :param typed: the function, as it is typed.
    :param wrt: with respect to what it is differentiated.
    :param value: the same function of arrays; vectors are columns.
    :param answer: the gradient as derivlib prints it.
    :param kinds: what is stated of the names.
    """

    field: str
    name: str
    typed: str
    wrt: str
    value: Callable[..., Any]
    answer: str
    kinds: dict[str, Any] = field(default_factory=dict)


def logdet(A: Any) -> Any:
    """The logarithm of |det A|."""
    return slogdet(A)[1]


def lse(z: Any) -> Any:
    """The logarithm of the sum of exponentials."""
    return np.log(np.exp(z).sum())


def sigmoid(z: Any) -> Any:
    """The logistic function."""
    return 1 / (1 + np.exp(-z))


def relu(z: Any) -> Any:
    """The positive part."""
    return np.maximum(z, 0)


def cos(x: Any, y: Any) -> Any:
    """The cosine between two columns."""
    return (x.T @ y).item() / (norm(x) * norm(y))


SPD = "symmetric positive definite"
PROBLEMS = [
    # Statistics
    Problem(
        "Statistics",
        "Gaussian log-likelihood by its precision (graphical lasso)",
        "logdet(P) - tr(S*P)",
        "P",
        lambda P, S: logdet(P) - np.trace(S @ P),
        "P⁻¹ - S",
        {"S": "symmetric", "P": SPD},
    ),
    Problem(
        "Statistics",
        "Gaussian log-likelihood by its mean",
        "-(x - mu)'*inv(S)*(x - mu)/2",
        "mu",
        lambda x, mu, S: -((x - mu).T @ inv(S) @ (x - mu)).item() / 2,
        "S⁻¹*(x - μ)",
        {"mu": "vector", "S": SPD},
    ),
    Problem(
        "Statistics",
        "factor analysis (Rubin & Thayer 1982)",
        "logdet(L*L' + D) + tr(S*inv(L*L' + D))",
        "L",
        lambda L, D, S: logdet(L @ L.T + D) + np.trace(S @ inv(L @ L.T + D)),
        "2*((L*Lᵀ + D)⁻¹ - (L*Lᵀ + D)⁻¹*S*(L*Lᵀ + D)⁻¹)*L",
        {"S": "symmetric", "D": "diagonal"},
    ),
    Problem(
        "Statistics",
        "matrix normal, by its mean (Dawid 1981)",
        "-tr(inv(V)*(X - M)'*inv(U)*(X - M))/2",
        "M",
        lambda X, M, U, V: -np.trace(inv(V) @ (X - M).T @ inv(U) @ (X - M)) / 2,
        "U⁻¹*(X - M)*V⁻¹",
        {"U": SPD, "V": SPD},
    ),
    Problem(
        "Statistics",
        "matrix normal, by its row covariance",
        "-m*logdet(U)/2 - tr(inv(V)*X'*inv(U)*X)/2",
        "U",
        lambda X, U, V, m: -m * logdet(U) / 2 - np.trace(inv(V) @ X.T @ inv(U) @ X) / 2,
        "1/2*(U⁻¹*X*V⁻¹*Xᵀ*U⁻¹ - m*U⁻¹)",
        {"V": SPD, "U": SPD},
    ),
    Problem(
        "Statistics",
        "Wishart log-density",
        "(k - n - 1)/2*logdet(W) - tr(inv(V)*W)/2",
        "W",
        lambda W, V, k, n: (k - n - 1) / 2 * logdet(W) - np.trace(inv(V) @ W) / 2,
        "(k/2 - n/2 - 1/2)*W⁻¹ - 1/2*V⁻¹",
        {"V": SPD, "W": SPD},
    ),
    Problem(
        "Statistics",
        "Stein's loss of a covariance (James & Stein 1961)",
        "tr(S*inv(T)) - logdet(S*inv(T))",
        "S",
        lambda S, T: np.trace(S @ inv(T)) - logdet(S @ inv(T)),
        "T⁻¹ - S⁻¹",
        {"S": SPD, "T": SPD},
    ),
    Problem(
        "Statistics",
        "divergence of two Gaussians, by a mean (Kullback & Leibler 1951)",
        "((m - x)'*inv(S)*(m - x))/2",
        "m",
        lambda m, x, S: ((m - x).T @ inv(S) @ (m - x)).item() / 2,
        "S⁻¹*(m - x)",
        {"m": "vector", "S": SPD},
    ),
    Problem(
        "Statistics",
        "Student's t, by its location",
        "(nu + n)/2*log(1 + (x - mu)'*inv(S)*(x - mu)/nu)",
        "mu",
        lambda nu, x, mu, S, n: (
            (nu + n) / 2 * np.log(1 + ((x - mu).T @ inv(S) @ (x - mu)).item() / nu)
        ),
        "-(n + ν)*S⁻¹*(x - μ)/((x - μ)ᵀ*S⁻¹*(x - μ) + ν)",
        {"mu": "vector", "S": SPD, "nu": "scalar"},
    ),
    Problem(
        "Statistics",
        "linear discriminant (Fisher 1936)",
        "(w'*B*w)/(w'*S*w)",
        "w",
        lambda w, B, S: (w.T @ B @ w).item() / (w.T @ S @ w).item(),
        "2/(wᵀ*S*w)*(B - (wᵀ*B*w)/(wᵀ*S*w)*S)*w",
        {"B": "symmetric", "S": "symmetric"},
    ),
    Problem(
        "Statistics",
        "trace ratio of discriminants",
        "tr(inv(W'*S*W)*(W'*B*W))",
        "W",
        lambda W, B, S: np.trace(inv(W.T @ S @ W) @ (W.T @ B @ W)),
        "2*(B*W*(Wᵀ*S*W)⁻¹ - S*W*(Wᵀ*S*W)⁻¹*Wᵀ*B*W*(Wᵀ*S*W)⁻¹)",
        {"B": "symmetric", "S": SPD},
    ),
    Problem(
        "Statistics",
        "canonical correlation (Hotelling 1936)",
        "(a'*C*b)/sqrt((a'*S*a)*(b'*T*b))",
        "a",
        lambda a, b, C, S, T: (
            (a.T @ C @ b).item() / np.sqrt((a.T @ S @ a).item() * (b.T @ T @ b).item())
        ),
        "1/sqrt((aᵀ*S*a)*(bᵀ*T*b))*(C*b - (aᵀ*C*b)/(aᵀ*S*a)*S*a)",
        {"S": SPD, "T": SPD},
    ),
    Problem(
        "Statistics",
        "Poisson regression",
        "sum(exp(X*w)) - y'*X*w",
        "w",
        lambda X, w, y: np.exp(X @ w).sum() - (y.T @ X @ w).item(),
        "Xᵀ*(exp(X*w) - y)",
    ),
    Problem(
        "Statistics",
        "Cox's partial likelihood, one event at risk",
        "logsumexp(X*w) - x'*w",
        "w",
        lambda X, w, x: lse(X @ w) - (x.T @ w).item(),
        "Xᵀ*softmax(X*w) - x",
    ),
    Problem(
        "Statistics",
        "entropy of a Gibbs distribution",
        "-sum(p.*log(p))",
        "p",
        lambda p: -(p * np.log(p)).sum(),
        "-(log(p) + 1[n×1])",
    ),
    # Optimisation and estimation
    Problem(
        "Least squares",
        "orthogonal Procrustes (Schönemann 1966)",
        "norm2(A*Q - B)^2",
        "Q",
        lambda A, Q, B: norm(A @ Q - B) ** 2,
        "2*Aᵀ*(A*Q - B)",
    ),
    Problem(
        "Least squares",
        "weighted low-rank factors",
        "sum(M.*(A - X*Y').^2)",
        "X",
        lambda M, A, X, Y: (M * (A - X @ Y.T) ** 2).sum(),
        "-2*(M ⊙ (A - X*Yᵀ))*Y",
    ),
    Problem(
        "Least squares",
        "two-sided factors",
        "norm2(A - U*S*V')^2",
        "S",
        lambda A, U, S, V: norm(A - U @ S @ V.T) ** 2,
        "-2*Uᵀ*(A - U*S*Vᵀ)*V",
    ),
    Problem(
        "Least squares",
        "non-negative factors by divergence (Lee & Seung 2001)",
        "sum(W*H - A.*log(W*H))",
        "W",
        lambda A, W, H: (W @ H - A * np.log(W @ H)).sum(),
        "(1[n×p] - A ⊙ [1/(W*H)])*Hᵀ",
    ),
    Problem(
        "Least squares",
        "a Sylvester equation as least squares",
        "norm2(A*X + X*B - C)^2",
        "X",
        lambda A, X, B, C: norm(A @ X + X @ B - C) ** 2,
        "2*((A*X + X*B - C)*Bᵀ + Aᵀ*(A*X + X*B - C))",
        {"C": "matrix"},
    ),
    Problem(
        "Least squares",
        "separable least squares, reduced (Golub & Pereyra 1973)",
        "y'*y - y'*X*inv(X'*X)*X'*y",
        "X",
        lambda X, y: (y.T @ y - y.T @ X @ inv(X.T @ X) @ X.T @ y).item(),
        "2*(X*(Xᵀ*X)⁻¹*Xᵀ - I)*y*yᵀ*X*(Xᵀ*X)⁻¹",
    ),
    Problem(
        "Least squares",
        "soft orthogonality of weights",
        "c/4*norm2(W'*W - I)^2",
        "W",
        lambda c, W: c / 4 * norm(W.T @ W - np.eye(W.shape[1])) ** 2,
        "c*W*(Wᵀ*W - I)",
    ),
    Problem(
        "Least squares",
        "Tikhonov with an operator",
        "norm2(A*x - b)^2 + c*norm2(L*x)^2",
        "x",
        lambda A, x, b, c, L: norm(A @ x - b) ** 2 + c * norm(L @ x) ** 2,
        "2*(Aᵀ*(A*x - b) + c*Lᵀ*L*x)",
    ),
    Problem(
        "Least squares",
        "a Gauss–Newton residual in projective coordinates",
        "norm2(A*x/(c'*x) - b)^2",
        "x",
        lambda A, x, c, b: norm(A @ x / (c.T @ x).item() - b) ** 2,
        "2/(cᵀ*x)*(Aᵀ*(A*x/(cᵀ*x) - b) - ((A*x/(cᵀ*x) - b)ᵀ*A*x)/(cᵀ*x)*c)",
        {"c": "vector"},
    ),
    Problem(
        "Least squares",
        "smoothed absolute errors",
        "sum(sqrt((A*x - b).^2 + c))",
        "x",
        lambda A, x, b, c: np.sqrt((A @ x - b) ** 2 + c).sum(),
        "Aᵀ*([1/sqrt(u); u = (A*x - b)^⊙2 + c] ⊙ (A*x - b))",
    ),
    # Neural networks
    Problem(
        "Networks",
        "LoRA, the first factor (Hu et al. 2021)",
        "tr(G'*(W + c*B*A)*X)",
        "A",
        lambda G, W, c, B, A, X: np.trace(G.T @ (W + c * B @ A) @ X),
        "c*Bᵀ*G*Xᵀ",
    ),
    Problem(
        "Networks",
        "LoRA, the second factor",
        "tr(G'*(W + c*B*A)*X)",
        "B",
        lambda G, W, c, B, A, X: np.trace(G.T @ (W + c * B @ A) @ X),
        "c*G*Xᵀ*Aᵀ",
    ),
    Problem(
        "Networks",
        "a gate of an LSTM (Hochreiter & Schmidhuber 1997)",
        "v'*(sigmoid(W*x + b).*tanh(U*x))",
        "W",
        lambda v, W, x, b, U: (v.T @ (sigmoid(W @ x + b) * np.tanh(U @ x))).item(),
        "(v ⊙ tanh(U*x) ⊙ [sigmoid(W*x + b)*(1 - sigmoid(W*x + b))])*xᵀ",
    ),
    Problem(
        "Networks",
        "the state of a GRU (Cho et al. 2014)",
        "v'*(z.*h + (1 - z).*tanh(W*x + U*(r.*h)))",
        "h",
        lambda v, z, h, W, x, U, r: (v.T @ (z * h + (1 - z) * np.tanh(W @ x + U @ (r * h)))).item(),
        "(Uᵀ*(v ⊙ (1[n×1] - z) ⊙ [1 - tanh(u)**2; u = U*(r ⊙ h) + W*x])) ⊙ r + v ⊙ z",
    ),
    Problem(
        "Networks",
        "a residual layer",
        "norm2(x + V*relu(W*x) - y)^2",
        "V",
        lambda x, V, W, y: norm(x + V @ relu(W @ x) - y) ** 2,
        "2*(V*relu(W*x) + x - y)*relu(W*x)ᵀ",
    ),
    Problem(
        "Networks",
        "softmax with temperature",
        "-y'*log(softmax(x/t))",
        "x",
        lambda y, x, t: -(y.T @ (x / t - lse(x / t))).item(),
        "1/t*(sum(y)*softmax(x/t) - y)",
        {"t": "scalar"},
    ),
    Problem(
        "Networks",
        "weight normalisation (Salimans & Kingma 2016)",
        "g'*(c*v/norm2(v))",
        "v",
        lambda g, c, v: c * (g.T @ v).item() / norm(v),
        "c/norm(v)*(g - (gᵀ*v)/norm(v)**2*v)",
    ),
    Problem(
        "Networks",
        "root mean square normalisation",
        "g'*x/sqrt(x'*x/n + c)",
        "x",
        lambda g, x, c, n: (g.T @ x).item() / np.sqrt((x.T @ x).item() / n + c),
        "1/sqrt((xᵀ*x)/n + c)*(g - (gᵀ*x)/(xᵀ*x + c*n)*x)",
    ),
    Problem(
        "Networks",
        "attention of one query",
        "g'*V'*softmax(K*q)",
        "q",
        lambda g, V, K, q: (g.T @ V.T @ (np.exp(K @ q) / np.exp(K @ q).sum())).item(),
        "Kᵀ*((V*g) ⊙ softmax(K*q) - (gᵀ*Vᵀ*softmax(K*q))*softmax(K*q))",
        {"K": "matrix"},
    ),
    Problem(
        "Networks",
        "linear attention",
        "g'*(V'*K*q)/(s'*K*q)",
        "q",
        lambda g, V, K, q, s: (g.T @ V.T @ K @ q).item() / (s.T @ K @ q).item(),
        "1/(sᵀ*K*q)*Kᵀ*(V*g - (gᵀ*Vᵀ*K*q)/(sᵀ*K*q)*s)",
        {"K": "matrix", "s": "vector"},
    ),
    Problem(
        "Networks",
        "distillation, squared",
        "norm2(softmax(W*x) - p)^2",
        "W",
        lambda W, x, p: norm(np.exp(W @ x) / np.exp(W @ x).sum() - p) ** 2,
        "2*((softmax(W*x) - p) ⊙ softmax(W*x) - ((softmax(W*x) - p)ᵀ*softmax(W*x))*softmax(W*x))*xᵀ",
    ),
    Problem(
        "Networks",
        "a radial basis unit",
        "exp(-norm2(x - w)^2/(2*s^2))",
        "w",
        lambda x, w, s: np.exp(-(norm(x - w) ** 2) / (2 * s**2)),
        "exp(-norm(x - w)**2/(2*s**2))/s**2*(x - w)",
        {"s": "scalar"},
    ),
    # Representation learning
    Problem(
        "Representations",
        "contrast of one positive and many (van den Oord et al. 2018)",
        "logsumexp(K*q/t) - k'*q/t",
        "q",
        lambda K, q, t, k: lse(K @ q / t) - (k.T @ q).item() / t,
        "1/t*(Kᵀ*softmax(K*q/t) - k)",
        {"K": "matrix", "k": "vector", "t": "scalar"},
    ),
    Problem(
        "Representations",
        "cosine similarity",
        "x'*y/(norm2(x)*norm2(y))",
        "x",
        cos,
        "1/(norm(x)*norm(y))*(y - (xᵀ*y)/norm(x)**2*x)",
    ),
    Problem(
        "Representations",
        "triplets (Schroff et al. 2015)",
        "relu(norm2(x - p)^2 - norm2(x - q)^2 + c)",
        "x",
        lambda x, p, q, c: relu(norm(x - p) ** 2 - norm(x - q) ** 2 + c),
        "2*[norm(x - p)**2 + c - norm(x - q)**2 > 0]*(q - p)",
    ),
    Problem(
        "Representations",
        "a learned metric",
        "(x - y)'*L'*L*(x - y)",
        "L",
        lambda x, y, L: norm(L @ (x - y)) ** 2,
        "2*L*(x - y)*(x - y)ᵀ",
    ),
    Problem(
        "Representations",
        "variational autoencoder: divergence from N(0, I), by μ",
        "(mu'*mu + sum(exp(v) - v - 1))/2",
        "mu",
        lambda mu, v: ((mu.T @ mu).item() + (np.exp(v) - v - 1).sum()) / 2,
        "μ",
        {"mu": "vector"},
    ),
    Problem(
        "Representations",
        "variational autoencoder: the same by the logarithms of variances",
        "(mu'*mu + sum(exp(v) - v - 1))/2",
        "v",
        lambda mu, v: ((mu.T @ mu).item() + (np.exp(v) - v - 1).sum()) / 2,
        "1/2*(exp(v) - 1[m×1])",
        {"mu": "vector"},
    ),
    Problem(
        "Representations",
        "skip-gram with one negative sample",
        "log(1 + exp(-u'*v)) + log(1 + exp(w'*v))",
        "v",
        lambda u, v, w: -np.log(sigmoid((u.T @ v).item())) - np.log(sigmoid(-(w.T @ v).item())),
        "sigmoid(wᵀ*v)*w - sigmoid(-(uᵀ*v))*u",
    ),
    Problem(
        "Representations",
        "decorrelated outputs",
        "norm2(Z'*Z/n - I)^2",
        "Z",
        lambda Z, n: norm(Z.T @ Z / n - np.eye(Z.shape[1])) ** 2,
        "4/n*Z*(Zᵀ*Z/n - I)",
    ),
    # Flows, density models
    Problem(
        "Flows",
        "a linear flow",
        "norm2(W*x)^2/2 - logdet(W)",
        "W",
        lambda W, x: norm(W @ x) ** 2 / 2 - logdet(W),
        "W*x*xᵀ - W⁻ᵀ",
    ),
    Problem(
        "Flows",
        "a planar flow: its log-determinant (Rezende & Mohamed 2015)",
        "log(1 + u'*w*(1 - tanh(w'*x + b)^2))",
        "u",
        lambda u, w, x, b: np.log(1 + (u.T @ w).item() * (1 - np.tanh((w.T @ x).item() + b) ** 2)),
        "(1 - tanh(wᵀ*x + b)**2)/((uᵀ*w)*(1 - tanh(wᵀ*x + b)**2) + 1)*w",
        {"b": "scalar"},
    ),
    Problem(
        "Flows",
        "independent components (Bell & Sejnowski 1995)",
        "logdet(W) + sum(log(sigmoid(W*x)))",
        "W",
        lambda W, x: logdet(W) + np.log(sigmoid(W @ x)).sum(),
        "[1 - sigmoid(W*x)]*xᵀ + W⁻ᵀ",
    ),
    Problem(
        "Flows",
        "a Boltzmann machine without its hidden units",
        "-b'*v - sum(log(1 + exp(W*v + c)))",
        "W",
        lambda b, v, W, c: -(b.T @ v).item() - np.log(1 + np.exp(W @ v + c)).sum(),
        "-sigmoid(W*v + c)*vᵀ",
        {"c": "vector"},
    ),
    # Graphs
    Problem(
        "Graphs",
        "smoothness over a Laplacian",
        "tr(F'*L*F) + c*norm2(F - Y)^2",
        "F",
        lambda F, L, c, Y: np.trace(F.T @ L @ F) + c * norm(F - Y) ** 2,
        "2*(L*F + c*(F - Y))",
        {"L": "symmetric"},
    ),
    Problem(
        "Graphs",
        "a Laplacian by its weights",
        "sum(W.*(x*1' - 1*x').^2)",
        "x",
        lambda W, x: (W * (x - x.T) ** 2).sum(),
        "2*(W ⊙ (x*1[1×n] - 1[n×1]*xᵀ) - (W ⊙ (x*1[1×n] - 1[n×1]*xᵀ))ᵀ)*1[n×1]",
    ),
    Problem(
        "Graphs",
        "modularity",
        "tr(S'*B*S)",
        "S",
        lambda S, B: np.trace(S.T @ B @ S),
        "2*B*S",
        {"B": "symmetric"},
    ),
    Problem(
        "Graphs",
        "a graph convolution",
        "norm2(A*X*W - Y)^2",
        "W",
        lambda A, X, W, Y: norm(A @ X @ W - Y) ** 2,
        "2*Xᵀ*Aᵀ*(A*X*W - Y)",
    ),
    # Control, signals, finance
    Problem(
        "Control",
        "beamforming (Capon 1969)",
        "w'*R*w/(w'*a)^2",
        "w",
        lambda w, R, a: (w.T @ R @ w).item() / (w.T @ a).item() ** 2,
        "2/(wᵀ*a)**2*(R*w - (wᵀ*R*w)/(wᵀ*a)*a)",
        {"R": "symmetric"},
    ),
    Problem(
        "Control",
        "quadratic cost of a feedback",
        "tr((Q + K'*R*K)*S)",
        "K",
        lambda Q, K, R, S: np.trace((Q + K.T @ R @ K) @ S),
        "2*R*K*S",
        {"R": "symmetric", "S": "symmetric", "K": "matrix", "Q": "matrix"},
    ),
    Problem(
        "Control",
        "the covariance after an update (Kalman 1960)",
        "tr((I - K*H)*P*(I - K*H)' + K*R*K')",
        "K",
        lambda K, H, P, R: np.trace(
            (np.eye(len(P)) - K @ H) @ P @ (np.eye(len(P)) - K @ H).T + K @ R @ K.T
        ),
        "2*((K*H - I)*P*Hᵀ + K*R)",
        {"P": "symmetric", "R": "symmetric", "K": "matrix"},
    ),
    Problem(
        "Control",
        "information of a design",
        "logdet(A'*diag(w)*A)",
        "w",
        lambda A, w: logdet(A.T @ np.diag(w[:, 0]) @ A),
        "diag(A*(Aᵀ*Diag(w)*A)⁻¹*Aᵀ)",
    ),
    Problem(
        "Control",
        "capacity of a channel",
        "logdet(I + H*Q*H')",
        "Q",
        lambda H, Q: logdet(np.eye(len(H)) + H @ Q @ H.T),
        "Hᵀ*(H*Q*Hᵀ + I)⁻¹*H",
        {"Q": "symmetric"},
    ),
    Problem(
        "Control",
        "ratio of return and risk (Sharpe 1966)",
        "r'*w/sqrt(w'*S*w)",
        "w",
        lambda r, w, S: (r.T @ w).item() / np.sqrt((w.T @ S @ w).item()),
        "1/sqrt(wᵀ*S*w)*(r - (rᵀ*w)/(wᵀ*S*w)*S*w)",
        {"S": SPD, "r": "vector"},
    ),
    Problem(
        "Control",
        "mean and variance (Markowitz 1952)",
        "r'*w - c/2*w'*S*w",
        "w",
        lambda r, w, c, S: (r.T @ w - c / 2 * w.T @ S @ w).item(),
        "r - c*S*w",
        {"S": "symmetric", "r": "vector"},
    ),
    Problem(
        "Control",
        "risk parity of a portfolio",
        "w'*S*w/2 - c*sum(log(w))",
        "w",
        lambda w, S, c: (w.T @ S @ w).item() / 2 - c * np.log(w).sum(),
        "S*w - c*[1/w]",
        {"S": "symmetric"},
    ),
    # Pure questions
    Problem(
        "Matrices",
        "determinant of a product",
        "det(A*X*B)",
        "X",
        lambda A, X, B: det(A @ X @ B),
        "Aᵀ*adj(A*X*B)ᵀ*Bᵀ",
    ),
    Problem(
        "Matrices",
        "trace of an inverse",
        "tr(inv(A + X'*X))",
        "X",
        lambda A, X: np.trace(inv(A + X.T @ X)),
        "-2*X*(Xᵀ*X + A)**(-2)",
        {"A": SPD},
    ),
    Problem(
        "Matrices",
        "a bilinear form of an inverse",
        "a'*inv(X)*b",
        "X",
        lambda a, X, b: (a.T @ inv(X) @ b).item(),
        "-X⁻ᵀ*a*bᵀ*X⁻ᵀ",
    ),
    Problem(
        "Matrices",
        "a power of a trace",
        "tr(X'*X)^2/tr(X'*X*X'*X)",
        "X",
        lambda X: np.trace(X.T @ X) ** 2 / np.trace(X.T @ X @ X.T @ X),
        "4*tr(X*Xᵀ)/tr((Xᵀ*X)**2)*(I - tr(X*Xᵀ)/tr((Xᵀ*X)**2)*X*Xᵀ)*X",
    ),
    Problem(
        "Matrices",
        "condition by determinant and trace",
        "tr(X)^n/det(X)",
        "X",
        lambda X, n: np.trace(X) ** n / det(X),
        "(n*tr(X)**(n - 1)*I - tr(X)**n*X⁻ᵀ)/det(X)",
    ),
    Problem(
        "Matrices",
        "a Kronecker form",
        "x'*kron(A, B)*x",
        "A",
        lambda x, A, B: (x.T @ np.kron(A, B) @ x).item(),
        "unvec[m×n](x)ᵀ*B*unvec[m×n](x)",
    ),
]
"""Typed by hand; of the origins, works that are cited everywhere for what bears their name."""
