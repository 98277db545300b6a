"""PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derivlib.code.backends.backend import Backend, Piece, Writer
from derivlib.code.backends.common import common, functions
from derivlib.code.backends.numpy import BASIS

__all__ = ["TORCH"]

_HELPERS = {
    "scaled_exp": '''
def scaled_exp(Z, axis):
    """exp(Z) up to a factor for each line along the axis: none overflows, and they cancel."""
    return torch.exp(Z - Z.amax(axis, keepdim=True))
''',
    "logdet": '''
def logdet(A):
    """The logarithm of the determinant; not a number where that is negative."""
    sign, value = torch.linalg.slogdet(A)
    return torch.where(sign > 0, value, torch.nan)
''',
    "commutation": '''
def commutation(m, n):
    """Which rows of an identity matrix make up the commutation matrix of m×n matrices."""
    return torch.arange(m * n).reshape(n, m).T.ravel()
''',
    "add_diagonal": '''
def add_diagonal(A, d):
    """A with d, a number or a vector, added on its diagonal."""
    result = A.clone()
    result.diagonal().add_(d)
    return result
''',
    "diagonal_sums": '''
def diagonal_sums(A):
    """The Toeplitz matrix of the sums along the diagonals of A."""
    n = len(A)
    sums = torch.stack([A.diagonal(k).sum() for k in range(1 - n, n)])
    i = torch.arange(n)
    return sums[i - i[:, None] + n - 1]
''',
    "basis": BASIS.replace("    return result\n", "    return torch.from_numpy(result)\n"),
}


def _explicit(w: Writer, shape: Any, _: Any, args: Sequence[Piece]) -> str:
    entries = ", ".join(f"torch.as_tensor({p.text}, dtype=torch.float64)" for p in args)
    flat = f"torch.stack([{entries}])"
    return flat if 1 in tuple(map(int, shape)) else f"{flat}.reshape({w.sizes(shape)})"


def _block(w: Writer, extra: Any, shape: Any, args: Sequence[Piece]) -> str:
    rows, cols, _ = extra
    lines = (
        f"torch.hstack(({', '.join(p.text for p in args[i * cols : (i + 1) * cols])},))"
        for i in range(rows)
    )
    flat = ".ravel()" if len(shape) == 1 else ""
    return f"torch.vstack(({', '.join(lines)},)){flat}"


_FLOAT = "dtype=torch.float64"


def _kronecker(w: Writer, _: Any, shape: Any, args: Sequence[Piece]) -> str:
    left, right = (piece.text for piece in args)
    if len(shape) < 2:
        return f"torch.kron({left}, {right})"
    return f'torch.einsum("ij,ab->iajb", {left}, {right}).reshape({w.sizes(shape)})'


def _stacked(w: Writer, spec: str, count: Any, shape: Any, args: Sequence[Piece]) -> str:
    eye = f"torch.eye({w.size(count)}, {_FLOAT})"
    return f'torch.einsum("{spec}", {args[0].text}, {eye}).reshape({w.sizes(shape)})'


TORCH = Backend(
    name="torch",
    title="PyTorch",
    requires="torch",
    imports=("import numpy as np", "import torch"),
    prefix="torch",
    functions=functions(
        "torch",
        asin="torch.arcsin",
        sigmoid="torch.sigmoid",
        softplus="torch.nn.functional.softplus",
        erf="torch.erf",
    ),
    templates={
        **common("torch"),
        "outer": lambda w, x, s, a: f"torch.outer({a[0].text}, {a[1].text})",
        "zeros": lambda w, x, s, a: f"torch.zeros({w.tuple(s)}, {_FLOAT})",
        "fill": lambda w, x, s, a: f"torch.as_tensor({a[0].text}, {_FLOAT}).expand({w.tuple(s)})",
        "eye": lambda w, x, s, a: f"torch.eye({w.size(s[0])}, {_FLOAT})",
        "diagonal_matrix": lambda w, x, s, a: f"torch.diag({a[0].text})",
        "softmax": lambda w, x, s, a: f"torch.softmax({a[0].text}, 0)",
        "logsumexp": lambda w, x, s, a: f"torch.logsumexp({a[0].text}, 0)",
        "vec": lambda w, x, s, a: f"{a[0].atom}.T.ravel()",
        "unvec": lambda w, shape, s, a: f"{a[0].atom}.reshape({w.sizes(shape[::-1])}).T",
        "blocks": lambda w, k, s, a: _stacked(w, "ij,ab->aibj", k, s, a),
        "spread": lambda w, k, s, a: _stacked(w, "ij,ab->iajb", k, s, a),
        "kron": _kronecker,
        "stack_blocks": lambda w, k, s, a: _stacked(w, "aij,ab->aibj", k, s, a),
        "stack_spread": lambda w, k, s, a: _stacked(w, "aij,ab->iajb", k, s, a),
        "add_diagonal": lambda w, x, s, a: f"add_diagonal({a[0].text}, {a[1].text})",
        "block_diagonal": lambda w, x, s, a: f"torch.block_diag({', '.join(p.text for p in a)})",
        "single_entry": lambda w, index, s, a: (
            f"torch.zeros({w.tuple(s)}, {_FLOAT}).index_put("
            f"tuple(torch.tensor([i]) for i in {w.tuple(index)}), torch.ones(1, {_FLOAT}))"
        ),
        "where": lambda w, x, s, a: f"torch.where({a[0].text}, {a[1].text}, {a[2].text})",
        "explicit": _explicit,
        "block": _block,
    },
    helpers=_HELPERS,
    array="tensor",
)
"""Code on PyTorch's tensors, of 64-bit floats unless it makes none of its own."""
