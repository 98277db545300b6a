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
    "put": '''
def put(A, shape, axis, index):
    """Zeros, to which A is added at an index of rows or columns."""
    result = np.zeros(shape, A.dtype)
    np.add.at(result, (slice(None),) * axis + (index,), A)
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
    imports=("import numpy as np", "import scipy.linalg", "import scipy.special"),
    prefix="np",
    functions=functions(
        "np",
        sigmoid="sigmoid",
        softplus="np.logaddexp(0, {0})",
        erf="scipy.special.erf",
        erfc="scipy.special.erfc",
    ),
    templates={
        **common("np"),
        # a number of Python's has no other such method
        "conjugate": lambda w, x, s, a: f"{a[0].atom}.{'conj' if s else 'conjugate'}()",
        "block_diagonal": called("block_diagonal"),
        "vec": lambda w, x, s, a: f'{a[0].atom}.ravel(order="F")',
        "unvec": lambda w, shape, s, a: f'{a[0].atom}.reshape({w.sizes(shape)}, order="F")',
    },
    helpers=helpers("np", ", dtype=A.dtype", "scipy.special.erfc", **_HELPERS),
)
"""Code on NumPy's arrays."""
