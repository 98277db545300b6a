"""Gradients, Jacobians and Hessians of operations, against differences of what NumPy calculates.

The functions on the right are written with NumPy and SciPy alone; their derivatives are found by
small steps.
"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import sympy as sp
from scipy.spatial.distance import cdist
from sympy import HadamardPower, MatPow, MatrixSymbol, Trace, oo, symbols

from derivlib import (
    Expm,
    Logm,
    Sqrtm,
    Sylvester,
    amax,
    amin,
    cholesky,
    circulant,
    convolve,
    cross,
    derive,
    eigvalsh,
    expm,
    hardmax,
    hessian,
    hstack,
    khatri_rao,
    lambda_max,
    lambda_min,
    logabsdet,
    logm,
    lyapunov,
    mean,
    norm,
    pinv,
    polar,
    projector,
    skew,
    sqrtm,
    squared_distances,
    sum_entries,
    sylvester,
    take_columns,
    take_rows,
    tril,
    triu,
    vstack,
)

n, m, p = symbols("n m p", integer=True, positive=True)
SIZES = {n: 4, m: 3, p: 2}
z = sp.Symbol("z")
X, Y, W, R = (MatrixSymbol(*of) for of in (("X", n, m), ("Y", n, m), ("W", m, p), ("R", n, n)))
x, c, r, w = (MatrixSymbol(*of) for of in (("x", n, 1), ("c", n, 1), ("r", 1, m), ("w", m, 1)))
MATRICES = (X, Y, W, R, x, c, r, w)


def values_for(name):
    """A value of every matrix, two axes each."""
    rng = np.random.default_rng(sum(map(ord, name)))
    shapes = {s: [int(sp.sympify(size).subs(SIZES)) for size in s.shape] for s in MATRICES}
    return {s.name: rng.normal(size=shape) + 0.1 for s, shape in shapes.items()}


def slopes(function, at, step):
    """∂vec(F)/∂vec(X)ᵀ by central differences."""
    columns = []
    for j, i in np.ndindex(at.shape[::-1]):
        move = np.zeros(at.shape)
        move[i, j] = step
        change = np.atleast_2d(function(at + move)) - np.atleast_2d(function(at - move))
        columns.append(change.ravel(order="F") / (2 * step))
    return np.array(columns).T


def calculated(derivation, values):
    """What the derivative is in the code that derivlib writes; columns are arrays of one axis."""
    function = derivation.to_function()
    names = {s.name for s in derivation.expr.atoms(MatrixSymbol)}
    given = {name: values[name].squeeze() for name in names}
    return np.asarray(function(**given))


SCALARS = {
    "sums of rows": (
        norm(sum_entries(X * W, axis=1) - c) ** 2,
        W,
        lambda X, W, c, **_: ((X @ W).sum(1, keepdims=True) - c).ravel() @ (
            (X @ W).sum(1, keepdims=True) - c
        ).ravel(),
    ),
    "sums of columns": (
        norm(sum_entries(X, axis=0) - r) ** 3,
        X,
        lambda X, r, **_: np.linalg.norm(X.sum(0) - r) ** 3,
    ),
    "mean of all": (
        mean((X * W).applyfunc(sp.sin)), W, lambda X, W, **_: np.sin(X @ W).mean()
    ),
    "means of columns": (
        norm(mean(X, axis=0) - r) ** 3,
        X,
        lambda X, r, **_: np.linalg.norm(X.mean(0) - r) ** 3,
    ),
    "means of rows": (
        norm(mean(X, axis=-1).applyfunc(sp.exp)),
        X,
        lambda X, **_: np.linalg.norm(np.exp(X.mean(1))),
    ),
    "norms of rows": (
        sum_entries(norm(X - Y, axis=1)),
        X,
        lambda X, Y, **_: np.linalg.norm(X - Y, axis=1).sum(),
    ),
    "norms of columns": (
        sum_entries(norm(X * W, axis=0).applyfunc(sp.exp)),
        W,
        lambda X, W, **_: np.exp(np.linalg.norm(X @ W, axis=0)).sum(),
    ),
    "cubes of norms": (
        sum_entries(HadamardPower(norm(X, axis=1), 3)),
        X,
        lambda X, **_: (np.linalg.norm(X, axis=1) ** 3).sum(),
    ),
    "largest entry": (amax(X * W) ** 2, W, lambda X, W, **_: (X @ W).max() ** 2),
    "smallest entry": (amin(X * W) ** 2, W, lambda X, W, **_: (X @ W).min() ** 2),
    "largest of each row": (
        norm(amax(X * W, axis=1)) ** 2,
        W,
        lambda X, W, **_: (((X @ W).max(1)) ** 2).sum(),
    ),
    "smallest of each column": (
        norm(amin(X * W, axis=0)) ** 3,
        W,
        lambda X, W, **_: np.linalg.norm((X @ W).min(0)) ** 3,
    ),
    "where the largest is": (
        Trace(hardmax(X * W, axis=0).T * X * W), W, lambda X, W, **_: (X @ W).max(0).sum()
    ),
    **{
        f"norm {order} of a vector": (
            norm(X * w, order),
            w,
            lambda X, w, order=order, **_: np.linalg.norm((X @ w).ravel(), float(order)),
        )
        for order in (1, 2, 3, sp.Rational(5, 2), -1, oo, -oo)
    },
    **{
        f"norm {order} of a matrix": (
            norm(X * W, order),
            W,
            lambda X, W, order=order, **_: np.linalg.norm(
                X @ W, order if isinstance(order, str) else float(order)
            ),
        )
        for order in (1, 2, -1, oo, -oo, "fro", "nuc")
    },
    **{
        f"norm {order} of each row": (
            sum_entries(norm(X, order, axis=1)),
            X,
            lambda X, order=order, **_: np.linalg.norm(X, float(order), axis=1).sum(),
        )
        for order in (1, 2, 3, oo, -oo)
    },
    "squared distances": (
        Trace(R * squared_distances(X)),
        X,
        lambda X, R, **_: (R.T * cdist(X, X, "sqeuclidean")).sum(),
    ),
    "a Gaussian kernel of data": (
        c.T * squared_distances(X).applyfunc(sp.Lambda(z, sp.exp(-z / 5))) * x,
        X,
        lambda X, c, x, **_: (c.T @ np.exp(-cdist(X, X, "sqeuclidean") / 5) @ x).item(),
    ),
    "a Gaussian kernel of other points": (
        c.T * squared_distances(Y, X).applyfunc(sp.Lambda(z, sp.exp(-z / 5))) * x,
        X,
        lambda X, Y, c, x, **_: (c.T @ np.exp(-cdist(Y, X, "sqeuclidean") / 5) @ x).item(),
    ),
    "a slice": (
        norm((X * W)[1:3, :] - W[0:2, :]) ** 4,
        X,
        lambda X, W, **_: np.linalg.norm((X @ W)[1:3] - W[:2]) ** 4,
    ),
    "a slice to the end": (
        norm(X[n - 2 :, :]) ** 3, X, lambda X, **_: np.linalg.norm(X[-2:]) ** 3
    ),
    "rows taken twice": (
        norm(take_rows(X * W, [0, 2, 2])) ** 4,
        X,
        lambda X, W, **_: np.linalg.norm(np.take(X @ W, [0, 2, 2], axis=0)) ** 4,
    ),
    "columns": (
        norm(take_columns(X, [2, 0])) ** 3,
        X,
        lambda X, **_: np.linalg.norm(np.take(X, [2, 0], axis=1)) ** 3,
    ),
    "triangle below the diagonal": (
        norm(tril(R * X * X.T, -1)) ** 2,
        X,
        lambda X, R, **_: np.linalg.norm(np.tril(R @ X @ X.T, -1)) ** 2,
    ),
    "stacked and side by side": (
        norm(hstack([vstack([X * W, c.T * X * W]), vstack([x, x[0:1, :]])])) ** 3,
        X,
        lambda X, W, c, x, **_: np.linalg.norm(
            np.hstack([np.vstack([X @ W, c.T @ X @ W]), np.vstack([x, x[:1]])])
        ) ** 3,
    ),
    "Khatri–Rao product": (
        norm(khatri_rao(X, X * W * W.T)) ** 2,
        X,
        lambda X, W, **_: np.linalg.norm(scipy.linalg.khatri_rao(X, X @ W @ W.T)) ** 2,
    ),
    "circular convolution": (
        norm(circulant(x) * c + x) ** 3,
        x,
        lambda x, c, **_: np.linalg.norm(scipy.linalg.circulant(x.ravel()) @ c + x) ** 3,
    ),
    "circulant matrix": (
        Trace(R * circulant(x) * R * circulant(x)),
        x,
        lambda x, R, **_: np.trace(
            R @ scipy.linalg.circulant(x.ravel()) @ R @ scipy.linalg.circulant(x.ravel())
        ),
    ),
    **{
        f"{mode} convolution": (
            norm(convolve((X * w)[0:4, :], x[0:3, :], mode)) ** 3,
            w,
            lambda X, w, x, mode=mode, **_: (
                np.linalg.norm(np.convolve((X @ w).ravel(), x[:3].ravel(), mode)) ** 3
            ),
        )
        for mode in ("full", "same", "valid")
    },
    "convolution with itself": (
        norm(convolve(x, x)) ** 2,
        x,
        lambda x, **_: np.linalg.norm(np.convolve(x.ravel(), x.ravel())) ** 2,
    ),
    "log-determinant of either sign": (
        logabsdet(R) * Trace(R), R, lambda R, **_: np.linalg.slogdet(R)[1] * np.trace(R)
    ),
    "Moore–Penrose inverse": (
        norm(pinv(X) * c - w) ** 2,
        X,
        lambda X, c, w, **_: np.linalg.norm(np.linalg.pinv(X) @ c - w) ** 2,
    ),
    "Moore–Penrose inverse of rank two": (
        c.T * pinv(X * W * W.T).T * r.T,
        W,
        lambda X, W, c, r, **_: (c.T @ np.linalg.pinv(X @ W @ W.T).T @ r.T).item(),
    ),
    "eigenvalues": (
        w.T * eigvalsh(X.T * R * R.T * X).applyfunc(sp.exp),
        X,
        lambda X, R, w, **_: (w.T @ np.exp(np.linalg.eigvalsh(X.T @ R @ R.T @ X))).item(),
    ),
    "largest eigenvalue": (
        lambda_max(X.T * X) * lambda_min(R + R.T), X,
        lambda X, R, **_: np.linalg.eigvalsh(X.T @ X)[-1] * np.linalg.eigvalsh(R + R.T)[0],
    ),
    "smallest eigenvalue": (
        lambda_min(R + R.T) ** 2, R, lambda R, **_: np.linalg.eigvalsh(R + R.T)[0] ** 2
    ),
    "solved with a Cholesky factor": (
        norm(cholesky(R * R.T).inv() * c) ** 3 * Trace(R),
        R,
        lambda R, c, **_: (
            np.linalg.norm(np.linalg.solve(np.linalg.cholesky(R @ R.T), c)) ** 3 * np.trace(R)
        ),
    ),
    "symbolic power": (
        c.T * (R * R.T) ** (n + 1) * c,
        R,
        lambda R, c, **_: (c.T @ np.linalg.matrix_power(R @ R.T, SIZES[n] + 1) @ c).item(),
    ),
    "negative symbolic power": (
        Trace(X.T * R**-n * X), R,
        lambda R, X, **_: np.trace(X.T @ np.linalg.matrix_power(R, -SIZES[n]) @ X),
    ),
    "matrix exponential": (
        c.T * expm(R) * c, R, lambda R, c, **_: (c.T @ scipy.linalg.expm(R) @ c).item()
    ),
    "matrix logarithm": (
        c.T * logm(R * R.T) * c,
        R,
        lambda R, c, **_: (c.T @ scipy.linalg.logm(R @ R.T).real @ c).item(),
    ),
    "matrix square root": (
        c.T * sqrtm(R * R.T) * c,
        R,
        lambda R, c, **_: (c.T @ scipy.linalg.sqrtm(R @ R.T).real @ c).item(),
    ),
    "Sylvester's equation": (
        Trace(X.T * sylvester(R * R.T, X.T * X, X)),
        X,
        lambda R, X, **_: np.trace(X.T @ scipy.linalg.solve_sylvester(R @ R.T, X.T @ X, X)),
    ),
    "Lyapunov's equation": (
        c.T * lyapunov(R * R.T, R) * c,
        R,
        lambda R, c, **_: (
            c.T @ scipy.linalg.solve_continuous_lyapunov(R @ R.T, R) @ c
        ).item(),
    ),
    "projector": (
        c.T * projector(X * W) * R * c,
        W,
        lambda X, W, R, c, **_: (c.T @ X @ W @ np.linalg.pinv(X @ W) @ R @ c).item(),
    ),
    "cross product": (
        norm(cross(R[0:3, :] * x, x[0:3, :])) ** 2,
        x,
        lambda R, x, **_: (np.cross((R[:3] @ x).ravel(), x[:3].ravel()) ** 2).sum(),
    ),
    "skew-symmetric matrix": (
        logabsdet(skew(x[0:3, :]) + R[0:3, 0:3]),
        x,
        lambda R, x, **_: np.linalg.slogdet(
            np.array([np.cross(x[:3].ravel(), unit) for unit in np.eye(3)]).T + R[:3, :3]
        )[1],
    ),
}  # fmt: skip

MATRIX_VALUED = {
    "sums of columns": (sum_entries(X, axis=0), X, lambda X, **_: X.sum(0)),
    "norms of rows": (norm(X, axis=1), X, lambda X, **_: np.linalg.norm(X, axis=1)),
    "largest of each column": (amax(X * W, axis=0), W, lambda X, W, **_: (X @ W).max(0)),
    "smallest of each row": (amin(X, axis=1), X, lambda X, **_: X.min(1)),
    "squared distances": (squared_distances(X, Y), X, lambda X, Y, **_: cdist(X, Y, "sqeuclidean")),
    "a slice": (X[1:3, :] * W, X, lambda X, W, **_: X[1:3] @ W),
    "rows taken twice": (take_rows(X, [3, 0, 3]), X, lambda X, **_: np.take(X, [3, 0, 3], axis=0)),
    "triangle above the diagonal": (triu(R, 1), R, lambda R, **_: np.triu(R, 1)),
    "Khatri–Rao product": (khatri_rao(Y, X), X, lambda X, Y, **_: scipy.linalg.khatri_rao(Y, X)),
    "Moore–Penrose inverse": (pinv(R[0:2, :] * R), R, lambda R, **_: np.linalg.pinv(R[:2] @ R)),
    "orthogonal polar factor": (polar(X), X, lambda X, **_: scipy.linalg.polar(X)[0]),
    "factor of fewer rows": (polar(X.T), X, lambda X, **_: scipy.linalg.polar(X.T)[0]),
    "matrix exponential": (expm(R), R, lambda R, **_: scipy.linalg.expm(R)),
    "matrix logarithm": (logm(R * R.T), R, lambda R, **_: scipy.linalg.logm(R @ R.T).real),
    "matrix square root": (sqrtm(R * R.T), R, lambda R, **_: scipy.linalg.sqrtm(R @ R.T).real),
    "symbolic power": (R**n, R, lambda R, **_: np.linalg.matrix_power(R, SIZES[n])),
    "Cholesky factor": (cholesky(X.T * X), X, lambda X, **_: np.linalg.cholesky(X.T @ X)),
    "eigenvalues": (eigvalsh(R + R.T), R, lambda R, **_: np.linalg.eigvalsh(R + R.T)[:, None]),
    "circulant matrix": (circulant(x), x, lambda x, **_: scipy.linalg.circulant(x.ravel())),
    "convolution": (
        convolve(x, c[0:3, :]),
        x,
        lambda x, c, **_: np.convolve(x.ravel(), c[:3].ravel())[:, None],
    ),
    "cross product": (
        cross(c[0:3, :], x[0:3, :]),
        x,
        lambda x, c, **_: np.cross(c[:3].ravel(), x[:3].ravel())[:, None],
    ),
}


def sizes_for(expr):
    """The sizes to compare entries at, small ones for what takes long as precise numbers."""
    is_small = expr.has(Expm, Logm, Sqrtm, Sylvester) or any(
        e.exp.has(n) for e in expr.atoms(MatPow)
    )
    return {**SIZES, n: 2} if is_small else SIZES


@pytest.mark.parametrize("name", SCALARS)
def test_gradients_and_hessians(name):
    expr, wrt, loss = SCALARS[name]
    sizes, values = sizes_for(expr), values_for(name)
    at = values[wrt.name]
    by_step = slopes(lambda moved: loss(**{**values, wrt.name: moved}), at, 1e-6)
    gradient = derive(expr, wrt)
    assert np.allclose(calculated(gradient, values).ravel(order="F"), by_step.ravel(), 1e-5, 1e-6)
    assert gradient.verify(sizes)
    assert gradient.replay() == gradient.result

    def slope(moved):
        return calculated(gradient, {**values, wrt.name: moved}).ravel(order="F")

    second = hessian(expr, wrt)
    shape = (at.size, at.size)
    assert np.allclose(
        calculated(second, values).reshape(shape),
        slopes(slope, at, 1e-6).reshape(shape),
        1e-4,
        1e-5,
    )
    if not expr.has(Logm):  # whose second derivative is compared in test_matrix_functions.py
        assert second.verify(sizes)


@pytest.mark.parametrize("name", MATRIX_VALUED)
def test_jacobians(name):
    expr, wrt, function = MATRIX_VALUED[name]
    values, at = values_for(name), values_for(name)[wrt.name]
    by_step = slopes(lambda moved: function(**{**values, wrt.name: moved}), at, 1e-6)
    jacobian = derive(expr, wrt)
    assert np.allclose(calculated(jacobian, values).reshape(by_step.shape), by_step, 1e-5, 1e-6)
    assert jacobian.verify(sizes_for(expr))


def test_a_wrong_function_is_noticed():
    values = values_for("wrong")
    by_step = slopes(lambda X: (X**2).sum(), values["X"], 1e-6)
    found = calculated(derive(sum_entries(X), X), values)
    assert not np.allclose(found.ravel(order="F"), by_step.ravel(), 1e-5, 1e-6)


def test_a_tie_shares_equally():
    gradient = derive(amax(X), X).to_function()
    at = np.array([[1.0, 5.0, 2.0], [5.0, 0.0, 5.0]])
    assert np.allclose(gradient(at), (at == 5) / 3)
    of_rows = derive(sum_entries(amin(X, axis=1)), X).to_function()
    assert np.allclose(of_rows(np.array([[2.0, 2.0, 3.0]])), [[0.5, 0.5, 0]])
