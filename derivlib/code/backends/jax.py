"""JAX."""

from __future__ import annotations

from derivlib.code.backends.backend import Backend
from derivlib.code.backends.common import called, common, functions, helpers

JAX = Backend(
    name="jax",
    title="JAX",
    requires="jax.numpy",
    imports=("import jax", "import jax.numpy as jnp", "import numpy as np"),
    prefix="jnp",
    functions=functions(
        "jnp",
        sigmoid="jax.nn.sigmoid",
        softplus="jnp.logaddexp(0, {0})",
        erf="jax.scipy.special.erf",
        erfc="jax.scipy.special.erfc",
    ),
    templates={
        **common("jnp"),
        "conjugate": called("jnp.conj"),
        "blocks": lambda w, k, s, a: f"jnp.kron(jnp.eye({w.size(k)}{w.like()}), {a[0].text})",
        "spread": lambda w, k, s, a: f"jnp.kron({a[0].text}, jnp.eye({w.size(k)}{w.like()}))",
        "block_diagonal": called("jax.scipy.linalg.block_diag"),
        "single_entry": lambda w, index, s, a: (
            f"jnp.zeros({w.tuple(s)}{w.like()}).at[{w.sizes(index)}].set(1)"
        ),
    },
    helpers=helpers(
        "jnp",
        ", dtype=A.dtype",
        "jax.scipy.special.erfc",
        put='''
def put(A, shape, axis, index):
    """Zeros, to which A is added at an index of rows or columns."""
    return jnp.zeros(shape, A.dtype).at[(slice(None),) * axis + (index,)].add(A)
''',
        add_diagonal='''
def add_diagonal(A, d):
    """A with d, a number or a vector, added on its diagonal."""
    i = jnp.arange(len(A))
    return A.at[i, i].add(d)
''',
    ),
)
"""Code on JAX's arrays; it may be compiled by `jax.jit`."""
