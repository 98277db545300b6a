"""JAX."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derivlib.code.backends.backend import Backend, Piece, Writer
from derivlib.code.backends.common import common, functions
from derivlib.code.backends.numpy import BASIS

__all__ = ["JAX"]

_HELPERS = {
    "scaled_exp": '''
def scaled_exp(Z, axis):
    """exp(Z) up to a factor for each line along the axis: none overflows, and they cancel."""
    return jnp.exp(Z - Z.max(axis, keepdims=True))
''',
    "logdet": '''
def logdet(A):
    """The logarithm of the determinant; not a number where that is negative."""
    sign, value = jnp.linalg.slogdet(A)
    return jnp.where(sign > 0, value, jnp.nan)
''',
    "commutation": '''
def commutation(m, n):
    """Which rows of an identity matrix make up the commutation matrix of m×n matrices."""
    return jnp.arange(m * n).reshape(n, m).T.ravel()
''',
    "add_diagonal": '''
def add_diagonal(A, d):
    """A with d, a number or a vector, added on its diagonal."""
    i = jnp.arange(len(A))
    return A.at[i, i].add(d)
''',
    "diagonal_sums": '''
def diagonal_sums(A):
    """The Toeplitz matrix of the sums along the diagonals of A."""
    n = len(A)
    sums = jnp.array([A.trace(k) for k in range(1 - n, n)])
    i, j = jnp.indices(A.shape)
    return sums[j - i + n - 1]
''',
    "basis": BASIS,
}


def _explicit(w: Writer, shape: Any, _: Any, args: Sequence[Piece]) -> str:
    flat = f"jnp.array([{', '.join(p.text for p in args)}])"
    return flat if 1 in tuple(map(int, shape)) else f"{flat}.reshape({w.sizes(shape)})"


def _block(w: Writer, extra: Any, shape: Any, args: Sequence[Piece]) -> str:
    rows, cols, _ = extra
    lines = (
        "[" + ", ".join(p.text for p in args[i * cols : (i + 1) * cols]) + "]" for i in range(rows)
    )
    flat = ".ravel()" if len(shape) == 1 else ""
    return f"jnp.block([{', '.join(lines)}]){flat}"


def _block_diagonal(w: Writer, _: Any, __: Any, args: Sequence[Piece]) -> str:
    return f"jax.scipy.linalg.block_diag({', '.join(p.text for p in args)})"


JAX = Backend(
    name="jax",
    title="JAX",
    requires="jax",
    imports=("import jax", "import jax.numpy as jnp", "import numpy as np"),
    prefix="jnp",
    functions=functions(
        "jnp", sigmoid="jax.nn.sigmoid", softplus="jnp.logaddexp", erf="jax.scipy.special.erf"
    ),
    templates={
        **common("jnp"),
        "zeros": lambda w, x, s, a: f"jnp.zeros({w.tuple(s)})",
        "fill": lambda w, x, s, a: f"jnp.full({w.tuple(s)}, {a[0].text}, float)",
        "eye": lambda w, x, s, a: f"jnp.eye({w.size(s[0])})",
        "diagonal_matrix": lambda w, x, s, a: f"jnp.diag({a[0].text})",
        "softmax": lambda w, x, s, a: f"jax.nn.softmax({a[0].text})",
        "logsumexp": lambda w, x, s, a: f"jax.scipy.special.logsumexp({a[0].text})",
        "vec": lambda w, x, s, a: f"{a[0].atom}.T.ravel()",
        "unvec": lambda w, shape, s, a: f"{a[0].atom}.reshape({w.sizes(shape[::-1])}).T",
        "blocks": lambda w, k, s, a: f"jnp.kron(jnp.eye({w.size(k)}), {a[0].text})",
        "spread": lambda w, k, s, a: f"jnp.kron({a[0].text}, jnp.eye({w.size(k)}))",
        "stack_blocks": lambda w, k, s, a: (
            f'jnp.einsum("aij,ab->aibj", {a[0].text}, jnp.eye({w.size(k)})).reshape({w.sizes(s)})'
        ),
        "stack_spread": lambda w, k, s, a: (
            f'jnp.einsum("aij,ab->iajb", {a[0].text}, jnp.eye({w.size(k)})).reshape({w.sizes(s)})'
        ),
        "add_diagonal": lambda w, x, s, a: f"add_diagonal({a[0].text}, {a[1].text})",
        "block_diagonal": _block_diagonal,
        "single_entry": lambda w, index, s, a: (
            f"jnp.zeros({w.tuple(s)}).at[{w.sizes(index)}].set(1)"
        ),
        "explicit": _explicit,
        "block": _block,
    },
    helpers=_HELPERS,
)
"""Code on JAX's arrays; it may be compiled by `jax.jit`."""
