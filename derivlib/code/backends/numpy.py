"""NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derivlib.code.backends.backend import Backend, Piece, Writer
from derivlib.code.backends.common import common, functions

__all__ = ["BASIS", "NUMPY"]

BASIS = '''
def basis(structure, n):
    """The matrix B with vec(X) = B θ, for the free entries θ of a structured n×n matrix X."""
    i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    if "toeplitz" in structure:
        entry = abs(i - j) if structure.startswith("symmetric") else j - i + n - 1
        free = np.ones((n, n), bool)
    else:
        free = {"diagonal": i == j, "upper triangular": i <= j}.get(structure, i >= j)
        order = np.zeros((n, n), int)
        order.T[free.T] = np.arange(free.sum())
        mirrored = structure == "symmetric"
        entry = np.where(free, order, order.T if mirrored else 0)
        free = free | mirrored
    result = np.zeros((n * n, entry.max() + 1))
    result[(i + j * n)[free], entry[free]] = 1
    return result
'''
"""Written out where a derivative is by the free entries of a structured matrix."""

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
    "scaled_exp": '''
def scaled_exp(Z, axis):
    """exp(Z) up to a factor for each line along the axis: none overflows, and they cancel."""
    return np.exp(Z - Z.max(axis, keepdims=True))
''',
    "logdet": '''
def logdet(A):
    """The logarithm of the determinant; not a number where that is negative."""
    sign, value = np.linalg.slogdet(A)
    return value if sign > 0 else np.nan
''',
    "commutation": '''
def commutation(m, n):
    """Which rows of an identity matrix make up the commutation matrix of m×n matrices."""
    return np.arange(m * n).reshape(n, m).T.ravel()
''',
    "blocks": '''
def blocks(A, k):
    """A, or one of k matrices A after the other, in each of k blocks on the diagonal."""
    rows, cols = A.shape[-2:]
    result = np.zeros((k, rows, k, cols))
    np.einsum("kikj->kij", result)[...] = A
    return result.reshape(k * rows, k * cols)
''',
    "spread": '''
def spread(A, k):
    """Each entry of A, or the k entries of k matrices A, on the diagonal of a k×k block."""
    rows, cols = A.shape[-2:]
    result = np.zeros((rows, k, cols, k))
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
    "diagonal_sums": '''
def diagonal_sums(A):
    """The Toeplitz matrix of the sums along the diagonals of A."""
    n = len(A)
    sums = np.array([A.trace(k) for k in range(1 - n, n)])
    i, j = np.indices(A.shape)
    return sums[j - i + n - 1]
''',
    "block_diagonal": '''
def block_diagonal(*blocks):
    """Matrices on the diagonal of a matrix that is zero elsewhere."""
    rows, cols = np.cumsum([(0, 0), *(block.shape for block in blocks)], axis=0).T
    result = np.zeros((rows[-1], cols[-1]))
    for i, block in enumerate(blocks):
        result[rows[i] : rows[i + 1], cols[i] : cols[i + 1]] = block
    return result
''',
    "single_entry": '''
def single_entry(shape, index):
    """A matrix of zeros with a single one."""
    result = np.zeros(shape)
    result[index] = 1
    return result
''',
    "basis": BASIS,
}


def _explicit(w: Writer, shape: Any, _: Any, args: Sequence[Piece]) -> str:
    cols = int(shape[1])
    rows = [args[i : i + cols] for i in range(0, len(args), cols)]
    if 1 in tuple(map(int, shape)):
        return f"np.array([{', '.join(p.text for p in args)}])"
    lines = ("[" + ", ".join(p.text for p in row) + "]" for row in rows)
    return f"np.array([{', '.join(lines)}])"


def _block(w: Writer, extra: Any, shape: Any, args: Sequence[Piece]) -> str:
    rows, cols, _ = extra
    lines = (
        "[" + ", ".join(p.text for p in args[i * cols : (i + 1) * cols]) + "]" for i in range(rows)
    )
    flat = ".ravel()" if len(shape) == 1 else ""
    return f"np.block([{', '.join(lines)}]){flat}"


NUMPY = Backend(
    name="numpy",
    title="NumPy",
    requires="numpy",
    imports=("import numpy as np",),
    prefix="np",
    functions=functions("np", sigmoid="sigmoid", softplus="np.logaddexp"),
    templates={
        **common("np"),
        "zeros": lambda w, x, s, a: f"np.zeros({w.tuple(s)})",
        "fill": lambda w, x, s, a: f"np.full({w.tuple(s)}, {a[0].text}, float)",
        "eye": lambda w, x, s, a: f"np.eye({w.size(s[0])})",
        "diagonal_matrix": lambda w, x, s, a: f"np.diag({a[0].text})",
        "softmax": lambda w, x, s, a: f"softmax({a[0].text})",
        "logsumexp": lambda w, x, s, a: f"logsumexp({a[0].text})",
        "vec": lambda w, x, s, a: f'{a[0].atom}.ravel(order="F")',
        "unvec": lambda w, shape, s, a: f'{a[0].atom}.reshape({w.sizes(shape)}, order="F")',
        "blocks": lambda w, k, s, a: f"blocks({a[0].text}, {w.size(k)})",
        "spread": lambda w, k, s, a: f"spread({a[0].text}, {w.size(k)})",
        "stack_blocks": lambda w, k, s, a: f"blocks({a[0].text}, {w.size(k)})",
        "stack_spread": lambda w, k, s, a: f"spread({a[0].text}, {w.size(k)})",
        "add_diagonal": lambda w, x, s, a: f"add_diagonal({a[0].text}, {a[1].text})",
        "block_diagonal": lambda w, x, s, a: f"block_diagonal({', '.join(p.text for p in a)})",
        "single_entry": lambda w, index, s, a: f"single_entry({w.tuple(s)}, {w.tuple(index)})",
        "explicit": _explicit,
        "block": _block,
    },
    helpers=_HELPERS,
)
"""Code on NumPy's arrays."""
