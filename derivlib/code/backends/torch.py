"""PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derivlib.code.backends.backend import SUM, Backend, Piece, Template, Writer
from derivlib.code.backends.common import called, common, functions, helpers, of_numbers


def _block(w: Writer, extra: Any, shape: Any, args: Sequence[Piece]) -> str:
    rows, cols, _ = extra
    lines = (
        f"torch.hstack(({', '.join(p.text for p in args[i * cols : (i + 1) * cols])},))"
        for i in range(rows)
    )
    flat = ".ravel()" if len(shape) == 1 else ""
    return f"torch.vstack(({', '.join(lines)},)){flat}"


def _clamped(by: str) -> Template:
    """The larger, or the smaller, of a tensor and a tensor or a number."""
    return lambda w, x, s, a: f"torch.clamp({a[0].text}, {by}={a[1].text})"


def _kronecker(w: Writer, _: Any, shape: Any, args: Sequence[Piece]) -> str:
    left, right = (piece.text for piece in args)
    if len(shape) < 2:
        return f"torch.kron({left}, {right})"
    return f'torch.einsum("ij,ab->iajb", {left}, {right}).reshape({w.sizes(shape)})'


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
        softplus="torch.nn.functional.softplus({0}, threshold=40)",
        erf="torch.erf",
        erfc="torch.erfc",
    ),
    templates={
        **common("torch", "tensor"),
        "as_complex": lambda w, x, s, a: Piece(f"{a[0].within(SUM)} + 0j", SUM),
        "resolved": lambda w, x, s, a: f"{a[0].atom}.resolve_conj()",
        "kron": _kronecker,
        "maximum": of_numbers("max", _clamped("min")),
        "minimum": of_numbers("min", _clamped("max")),
        "block_diagonal": called("torch.block_diag"),
        "block": _block,
    },
    helpers=helpers(
        "torch",
        ", dtype=A.dtype, device=A.device",
        "torch.erfc",
        put='''
def put(A, shape, axis, index):
    """Zeros, to which A is added at an index of rows or columns."""
    result = torch.zeros(shape, dtype=A.dtype, device=A.device)
    places = torch.arange(shape[axis], device=A.device)[index].reshape(-1)
    return result.index_add(axis, places, A.reshape(*shape[:axis], -1, *shape[axis + 1 :]))
''',
        convolution_matrix='''
def convolution_matrix(a, n, mode):
    """The matrix whose product with n numbers is their convolution with a."""
    k, full = len(a), len(a) + n - 1
    short, long = sorted((k, n))
    first = {"full": 0, "same": (short - 1) // 2, "valid": short - 1}[mode]
    rows = {"full": full, "same": long, "valid": long - short + 1}[mode]
    i = torch.arange(rows, device=a.device)[:, None] - torch.arange(n, device=a.device) + first
    return torch.where((i >= 0) & (i < k), a[i % k], 0)
''',
        add_diagonal='''
def add_diagonal(A, d):
    """A with d, a number or a vector, added on its diagonal."""
    result = A.clone()
    result.diagonal().add_(d)
    return result
''',
        explicit='''
def explicit(like, *entries):
    """An array of entries, of the type that they and `like` have in common."""
    zero = like.new_zeros(())
    return torch.stack([zero + entry for entry in entries])
''',
    ),
    array="tensor",
    floating="torch.get_default_dtype()",
    devices=True,
)
"""Code on PyTorch's tensors, of their type and on their device."""
