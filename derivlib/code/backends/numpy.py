"""NumPy."""

from __future__ import annotations

from derivlib.code.backends.backend import Backend
from derivlib.code.backends.common import called, common, functions, helpers

_HELPERS = {
    "sigmoid": '''
def sigmoid(z):
    """The logistic function 1 / (1 + exp(-z)), without overflow."""
    return 1 / (1 + np.exp(-np.maximum(z, -709)))
''',
    "softmax": '''
def softmax(x):
    """exp(x) / sum(exp(x)), without overflow."""
    e = np.exp(x - x.max())
    return e / e.sum()
''',
    "logsumexp": '''
def logsumexp(x):
    """log(sum(exp(x))), without overflow."""
    largest = x.max()
    return largest + np.log(np.exp(x - largest).sum())
''',
    "logdet": '''
def logdet(A):
    """The logarithm of the determinant; not a number where that is negative."""
    sign, value = np.linalg.slogdet(A)
    return value if sign > 0 else np.nan
''',
    "blocks": '''
def blocks(A, k):
    """A, or one of k matrices A after the other, in each of k blocks on the diagonal."""
    rows, cols = A.shape[-2:]
    result = np.zeros((k, rows, k, cols), A.dtype)
    np.einsum("kikj->kij", result)[...] = A
    return result.reshape(k * rows, k * cols)
''',
    "spread": '''
def spread(A, k):
    """Each entry of A, or the k entries of k matrices A, on the diagonal of a k×k block."""
    rows, cols = A.shape[-2:]
    result = np.zeros((rows, k, cols, k), A.dtype)
    np.einsum("ikjk->kij", result)[...] = A
    return result.reshape(rows * k, cols * k)
''',
    "add_diagonal": '''
def add_diagonal(A, d):
    """A with d, a number or a vector, added on its diagonal."""
    result = A.copy()
    result.reshape(-1)[:: len(A) + 1] += d
    return result
''',
    "block_diagonal": '''
def block_diagonal(*blocks):
    """Matrices on the diagonal of a matrix that is zero elsewhere."""
    rows, cols = np.cumsum([(0, 0), *(block.shape for block in blocks)], axis=0).T
    result = np.zeros((rows[-1], cols[-1]), np.result_type(*blocks))
    for i, block in enumerate(blocks):
        result[rows[i] : rows[i + 1], cols[i] : cols[i + 1]] = block
    return result
''',
}

NUMPY = Backend(
    name="numpy",
    title="NumPy",
    requires="numpy",
    imports=("import numpy as np", "import scipy.special"),
    prefix="np",
    functions=functions("np", sigmoid="sigmoid", softplus="np.logaddexp", erf="scipy.special.erf"),
    templates={
        **common("np"),
        **{kind: called(kind) for kind in ("softmax", "logsumexp", "block_diagonal")},
        "vec": lambda w, x, s, a: f'{a[0].atom}.ravel(order="F")',
        "unvec": lambda w, shape, s, a: f'{a[0].atom}.reshape({w.sizes(shape)}, order="F")',
    },
    helpers=helpers("np", ", dtype=A.dtype", **_HELPERS),
)
"""Code on NumPy's arrays."""
