"""The definitions of nodes against NumPy and SciPy, which know nothing of them.

What a node is on arrays, in the judge and in SymPy's printers rests on these definitions, so they
are compared with what others calculate, never with one another.
"""

from itertools import permutations

import numpy as np
import pytest
import scipy.linalg
import scipy.special
from scipy.spatial.distance import cdist
from sympy import preorder_traversal
from test_facets import SIZES, WITH_VALUES, A, X, arrays_for, defined, numbers, q, t, u, v, x, y

from derivlib import Expm, ExpmFrechet, ExpmJacobian, Logm, LogmFrechet, Sqrtm
from derivlib.check.arrays.evaluator import Evaluator
from derivlib.check.arrays.jets import constant
from derivlib.expressions import facets
from derivlib.expressions.facets import Absent, facets_of

N, M = 3, 2
"""The sizes n and m of the examples."""


def column_by_column(matrix):
    return matrix.reshape(-1, 1, order="F")


def adjugate_of(a):
    """By its own equation, since det A A⁻¹ is right for a regular matrix."""
    return np.linalg.det(a) * np.linalg.inv(a)


def adjugate_slope(a):
    """∂vec adj(A)/∂(vec A)ᵀ by differences: the adjugate is quadratic, so they are exact."""
    slopes = []
    for j, i in np.ndindex(N, N):
        step = np.zeros((N, N))
        step[i, j] = 1e-3
        slopes.append(column_by_column((adjugate_of(a + step) - adjugate_of(a - step)) / 2e-3))
    return np.hstack(slopes)


def permanent_of(a):
    return sum(np.prod([a[i, j] for i, j in enumerate(p)]) for p in permutations(range(N)))


def tanh_of(a):
    """By exponentials of whole matrices, whose series converge wherever the matrix is."""
    twice, power = np.eye(len(a)), np.eye(len(a))
    for k in range(1, 200):
        power = power @ (2 * a) / k
        twice = twice + power
    return np.linalg.solve(twice + np.eye(len(a)), twice - np.eye(len(a)))


def divided_differences(column, function, slope):
    places = column.ravel()
    return np.array(
        [[slope(a) if a == b else (function(a) - function(b)) / (a - b) for b in places]
         for a in places]
    )  # fmt: skip


def eigenvectors_of(a):
    """As columns, the first entry of each positive."""
    vectors = np.linalg.eigh(a)[1].T
    return np.array([v * np.sign(v[0]) for v in vectors]).T


def inverted_gap(a, i):
    return np.linalg.pinv(np.linalg.eigvalsh(a)[i] * np.eye(len(a)) - a, 1e-9)


def sums_of_diagonals(a):
    """A Toeplitz matrix: each place has the sum of its diagonal."""
    return np.array([[np.trace(a, offset=j - i) for j in range(N)] for i in range(N)])


def commutation_of(rows, cols):
    """The matrix that takes vec A to vec Aᵀ, by what it does to each unit matrix."""
    images = []
    for j, i in np.ndindex(cols, rows):
        unit = np.zeros((rows, cols))
        unit[i, j] = 1
        images.append(column_by_column(unit.T))
    return np.hstack(images)


def unit(rows, cols, i, j):
    matrix = np.zeros((rows, cols))
    matrix[i, j] = 1
    return matrix


def convolved(a, c, mode):
    return np.convolve(a.ravel(), c.ravel(), mode)[:, None]


def stacked_units(matrix_of):
    """The stacked matrices of the unit columns, side by side."""
    return np.hstack([column_by_column(matrix_of(unit)) for unit in np.eye(3)])


def moved(function, at, by, *others):
    """What a function of a matrix changes by, by central differences of the fourth order."""
    step = 1e-3
    steps = {-2: 1, -1: -8, 1: 8, 2: -1}
    return sum(c * function(at + k * step * by, *others) for k, c in steps.items()) / (12 * step)


def on_vec(function):
    """The matrix of a linear function of a matrix, by what it does to each unit matrix."""
    images = (function(unit(N, N, i, j)) for j, i in np.ndindex(N, N))
    return np.hstack([column_by_column(image) for image in images])


BY_OTHERS = {
    "function of two indices": lambda v: np.fromfunction(lambda i, j: i**2 - 3 * j, (N, M)),
    "Hadamard product": lambda v: 2 * v[X] ** 3,
    "Kronecker product": lambda v: np.kron(v[X], v[A]),
    "Kronecker delta": lambda v: v[t] * (N - 1 == M),
    "diagonal matrix of a vector": lambda v: np.diag(v[x].ravel()),
    "diagonal matrix of a row": lambda v: np.diag(v[x].ravel()),
    "diagonal matrix of a matrix": lambda v: np.diag(np.diag(v[A])),
    "diagonal": lambda v: np.diag(v[A]).reshape(-1, 1),
    "lower triangle": lambda v: np.tril(v[A]),
    "upper triangle": lambda v: np.triu(v[A]),
    "sums of diagonals": lambda v: sums_of_diagonals(v[A]),
    "trace": lambda v: np.trace(v[A]),
    "determinant": lambda v: np.linalg.det(v[A]),
    "inverse": lambda v: np.linalg.inv(v[A]),
    "whole matrix power": lambda v: np.linalg.matrix_power(v[A], 3),
    "negative matrix power": lambda v: np.linalg.matrix_power(v[A], -2),
    "adjugate": lambda v: adjugate_of(v[A]),
    "derivative of an adjugate": lambda v: adjugate_slope(v[A]),
    "Moore–Penrose inverse": lambda v: np.linalg.pinv(v[X]),
    "Moore–Penrose inverse of rank one": lambda a: np.linalg.pinv(a[x] @ a[v][:2].T),
    "eigenvalues": lambda v: np.linalg.eigvalsh(v[X].T @ v[X])[:, None],
    "eigenvectors": lambda v: eigenvectors_of(v[X].T @ v[X]),
    "sum over eigenvalues": lambda v: np.tanh(np.linalg.eigvalsh(v[X].T @ v[X])).sum(),
    "function of eigenvalues": lambda v: tanh_of(v[X].T @ v[X]),
    "divided differences": lambda v: divided_differences(v[x], np.sin, np.cos),
    "largest eigenvalue": lambda v: np.linalg.eigvalsh(v[X].T @ v[X])[-1],
    "smallest eigenvalue": lambda v: np.linalg.eigvalsh(v[X].T @ v[X])[0],
    "last eigenvector": lambda v: eigenvectors_of(v[X].T @ v[X])[:, 1:],
    "first eigenvector": lambda v: eigenvectors_of(v[X].T @ v[X])[:, :1],
    "resolvent at the largest eigenvalue": lambda v: inverted_gap(v[X].T @ v[X], -1),
    "resolvent at the smallest eigenvalue": lambda v: inverted_gap(v[X].T @ v[X], 0),
    "spectral norm": lambda v: np.linalg.norm(v[X], 2),
    "nuclear norm": lambda v: np.linalg.norm(v[X], "nuc"),
    "orthogonal polar factor": lambda v: scipy.linalg.polar(v[X])[0],
    "Cholesky factor": lambda v: np.linalg.cholesky(v[X].T @ v[X]),
    "matrix power of a size": lambda v: np.linalg.matrix_power(v[A], M),
    "derivative of a power": lambda v: moved(np.linalg.matrix_power, v[A], v[A].T, M),
    "derivative of a negative power": lambda v: moved(np.linalg.matrix_power, v[A], v[A].T, -M),
    "derivative of a power, on vec": lambda v: on_vec(
        lambda unit: moved(np.linalg.matrix_power, v[A], unit, M)
    ),
    "derivative of a negative power, on vec": lambda v: on_vec(
        lambda unit: moved(np.linalg.matrix_power, v[A], unit, -M)
    ),
    "matrix exponential": lambda v: scipy.linalg.expm(v[A]),
    "matrix logarithm": lambda v: scipy.linalg.logm(v[A]),
    "matrix square root": lambda v: scipy.linalg.sqrtm(v[A]),
    "derivative of an exponential": lambda v: scipy.linalg.expm_frechet(
        v[A], v[A] @ v[A].T, compute_expm=False
    ),
    "derivative of a logarithm": lambda v: moved(scipy.linalg.logm, v[A], v[A].T),
    "derivative of an exponential, on vec": lambda v: on_vec(
        lambda unit: scipy.linalg.expm_frechet(v[A], unit, compute_expm=False)
    ),
    "solution of Sylvester's equation": lambda v: scipy.linalg.solve_sylvester(
        v[A], v[X].T @ v[X], v[X]
    ),
    "projector": lambda v: v[X] @ np.linalg.pinv(v[X]),
    "projector of rank two": lambda v: v[X] @ np.linalg.pinv(v[X]),
    "logistic function": lambda v: scipy.special.expit(v[t]),
    "logistic function of each entry": lambda v: scipy.special.expit(v[X]),
    "permanent": lambda v: permanent_of(v[A]),
    "log-determinant": lambda v: np.linalg.slogdet(v[A])[1],
    "norm": lambda v: np.linalg.norm(v[X]),
    "sum of entries": lambda v: v[X].sum(),
    "softmax": lambda v: scipy.special.softmax(v[x]),
    "log-sum-exp": lambda v: scipy.special.logsumexp(v[x]),
    "softmax of rows": lambda v: scipy.special.softmax(v[X], axis=1),
    "softmax of columns": lambda v: scipy.special.softmax(v[X], axis=0),
    "log-sum-exp of rows": lambda v: scipy.special.logsumexp(v[X], axis=1, keepdims=True),
    "log-sum-exp of columns": lambda v: scipy.special.logsumexp(v[X], axis=0, keepdims=True),
    "largest entry": lambda v: v[X].max(),
    "smallest entry": lambda v: v[X].min(),
    "largest of rows": lambda v: v[X].max(1, keepdims=True),
    "smallest of columns": lambda v: v[X].min(0, keepdims=True),
    "where the largest is": lambda v: v[X] == v[X].max(),
    "where the largest of rows is": lambda v: v[X] == v[X].max(1, keepdims=True),
    "where the largest of columns is": lambda v: v[X] == v[X].min(0, keepdims=True),
    "norm of rows": lambda v: np.linalg.norm(v[X], axis=1, keepdims=True),
    "norm of columns": lambda v: np.linalg.norm(v[X], axis=0, keepdims=True),
    "squared distances": lambda v: cdist(v[A], v[X].T, "sqeuclidean"),
    "squared distances of one": lambda v: cdist(v[X], v[X], "sqeuclidean"),
    "slice": lambda v: v[X][1:3],
    "slice of a product": lambda v: (v[A] @ v[X])[0:2, 1:2],
    "slice with steps": lambda v: np.eye(4)[::2],
    "rows by number": lambda v: np.take(v[X], [2, 0, 2], axis=0),
    "columns by number": lambda v: np.take(v[A], [1, 2], axis=1),
    "lower triangle below the diagonal": lambda v: np.tril(v[A], -1),
    "upper triangle and a diagonal more": lambda v: np.triu(v[A], -1),
    "Khatri–Rao product": lambda v: scipy.linalg.khatri_rao(v[X], v[A] @ v[X]),
    "circulant": lambda v: scipy.linalg.circulant(v[x].ravel()),
    "full convolution": lambda v: convolved(v[x], v[A][:2] @ v[y], "full"),
    "convolution of the same length": lambda a: convolved(a[A][:2] @ a[y], a[v], "same"),
    "valid convolution": lambda a: convolved(a[v], a[A][:2] @ a[y], "valid"),
    **{
        f"matrix of a {mode} convolution": lambda a, mode=mode: scipy.linalg.convolution_matrix(
            a[v].ravel(), 4, mode
        )
        for mode in ("full", "same", "valid")
    },
    **{
        f"basis of {mode} convolutions": lambda v, mode=mode: stacked_units(
            lambda c: scipy.linalg.convolution_matrix(c, 4, mode)
        )
        for mode in ("full", "same", "valid")
    },
    "basis of circulant matrices": lambda v: stacked_units(scipy.linalg.circulant),
    "basis of skew matrices": lambda v: stacked_units(
        lambda c: np.array([np.cross(c, unit) for unit in np.eye(3)]).T
    ),
    "log-determinant of either sign": lambda v: 2 * np.linalg.slogdet(v[A])[1],
    "cross product": lambda a: np.cross(a[v].ravel(), np.cross(a[v].ravel(), a[q].ravel()))[
        :, None
    ],
    "skew-symmetric": lambda a: np.array([np.cross(a[v].ravel(), unit) for unit in np.eye(3)]).T,
    "vec": lambda v: column_by_column(v[X]),
    "unvec": lambda v: column_by_column(v[X]).reshape((M, N), order="F"),
    "entry": lambda v: v[A][2, 1],
    "dot product": lambda v: np.vdot(v[x], v[y]),
    "blocks": lambda v: np.block([[v[A], v[X]], [v[X].T, np.zeros((M, M))]]),
    "function of each entry": lambda v: np.tanh(v[X]),
    "function with a parameter": lambda v: np.sin(v[t] * v[X]),
    "known function": lambda v: np.exp(v[t]) + np.arctan(v[u]),
    "largest": lambda v: max(v[t], v[u]),
    "smallest": lambda v: min(v[t], v[u]),
    "rectified": lambda v: max(v[t] - 1, 0) + v[X].clip(min=0).sum(),
    "clipped": lambda v: np.clip(v[t], -0.25, 0.5) + np.clip(v[X], -0.25, v[u] + 1).sum(),
    "magnitude by its slope at 0": lambda v: (1 + v[t]) * abs(v[X]),
    "larger by its tie": lambda v: np.maximum(v[X], v[u]) + max(v[t], v[u]) * v[X],
    "smaller by its tie": lambda v: np.minimum(v[X], v[u]) + min(v[t], v[u]) * v[X],
    "leaky": lambda v: np.where(v[X] > 0, v[X], v[u] * v[X]),
    "exponential below 0": lambda v: np.where(v[X] > 0, v[X], v[u] * np.expm1(v[X])),
    "Huber's loss": lambda v: 2 * scipy.special.huber(0.5, v[X]),
    "steps": lambda v: (v[t] > 1) + 1 * (v[u] > 1) + np.sign(v[t] - v[u]),
    "steps of each entry": lambda v: (v[X] > 0) + np.maximum(v[X], v[u]),
    "magnitude": lambda v: abs(v[t] - v[u]),
    "choice": lambda v: v[t] if v[t] > v[u] else v[u] ** 2,
    "single entry": lambda v: unit(N, M, 2, 1),
    "commutation": lambda v: commutation_of(N, M),
    "inner product": lambda v: (v[X] * v[X]).sum(),
    "matrix on a vec": lambda v: np.kron(v[A], v[X].T) @ column_by_column(np.kron(v[x].T, v[x])),
}


NOT_WRITTEN_OUT = (Expm, Logm, Sqrtm, ExpmFrechet, LogmFrechet, ExpmJacobian)
"""What has no entries in symbols; precise numbers are tried in test_matrix_functions.py."""


@pytest.mark.parametrize("name", BY_OTHERS)
def test_a_definition_says_what_others_calculate(name):
    arrays = arrays_for(np.random.default_rng(list(BY_OTHERS).index(name)))
    wanted = np.atleast_2d(BY_OTHERS[name](arrays))
    like = (1, 1)
    jets = {symbol: constant(value, like) for symbol, value in arrays.items()}
    on_arrays = Evaluator(SIZES, jets, like).value(WITH_VALUES[name])[0, 0].astype(float)
    written_out = not WITH_VALUES[name].has(*NOT_WRITTEN_OUT)
    by_entries = [numbers(defined(WITH_VALUES[name]), arrays)] if written_out else []
    for found in (*by_entries, on_arrays):
        assert found.shape == wanted.shape
        assert np.allclose(found, wanted, 1e-8, 1e-8)


@pytest.mark.parametrize("structure", ["symmetric", "diagonal", "lower triangular", "toeplitz"])
def test_a_basis_is_made_of_what_the_structure_lets_differ(structure):
    basis = numbers(defined(WITH_VALUES[f"{structure} basis"]), {})
    count = basis.shape[1]
    rank = {"symmetric": 6, "diagonal": 3, "lower triangular": 6, "toeplitz": 5}[structure]
    assert np.linalg.matrix_rank(basis) == count == rank
    has_it = {
        "symmetric": lambda a: np.array_equal(a, a.T),
        "diagonal": lambda a: np.array_equal(a, np.diag(np.diag(a))),
        "lower triangular": lambda a: np.array_equal(a, np.tril(a)),
        "toeplitz": lambda a: np.array_equal(a[1:, 1:], a[:-1, :-1]),
    }[structure]
    free = basis @ np.arange(1.0, count + 1)
    assert has_it(free.reshape((N, N), order="F"))
    assert len(set(free) - {0.0}) == count


@pytest.mark.parametrize("kind", facets.told(), ids=lambda kind: kind.__name__)
def test_what_has_no_value_of_its_own_on_arrays_is_compared_here(kind):
    """For these the two evaluators of the judge share the definition."""
    told = facets_of(kind)
    shared = isinstance(told.arrays, Absent) and not isinstance(told.entries, Absent)
    if not shared or told.entries.under_differential:
        return
    met = {type(e) for name in BY_OTHERS for e in preorder_traversal(WITH_VALUES[name])}
    assert any(kind in found.__mro__ for found in met) or kind.__name__ in ELSEWHERE


ELSEWHERE = {"AbstractPartial", "BooleanFunction"}
"""What has no value without an undefined function, and what is a condition: see "choice"."""
