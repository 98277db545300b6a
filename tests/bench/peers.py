"""What derivlib is measured against, where it is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

PEERS = {"SymPy": "sympy", "tensorgrad": "tensorgrad", "JAX": "jax", "PyTorch": "torch"}
"""Each peer with the name of its module, which is that of its distribution too."""


def installed(peer: str) -> bool:
    """Tell whether a peer can be imported."""
    return find_spec(PEERS[peer]) is not None


def versions() -> dict[str, str | None]:
    """The version of each peer; none of one that is not installed."""
    found: dict[str, str | None] = {}
    for peer, module in PEERS.items():
        try:
            found[peer] = version(module) if installed(peer) else None
        except PackageNotFoundError:
            found[peer] = "unknown"
    return found
