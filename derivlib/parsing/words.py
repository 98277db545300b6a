"""The words that say what a name in a text is, told without SymPy."""

from __future__ import annotations

KINDS = {
    "scalar": "SCALAR",
    "number": "SCALAR",
    "vector": "COLUMN",
    "column": "COLUMN",
    "row": "ROW",
    "matrix": "MATRIX",
    "square": "MATRIX",
}
"""Words for a kind, with its name."""
MATRIX_FACTS = (
    "symmetric",
    "diagonal",
    "positive_definite",
    "orthogonal",
    "invertible",
    "lower_triangular",
    "upper_triangular",
)
SCALAR_FACTS = ("integer", "positive", "negative", "nonnegative", "nonzero", "real", "complex")
ROLES = {
    "elementwise": "function of each entry",
    "function": "scalar-valued function",
    "commutation": "commutation matrix",
    "duplication": "duplication matrix",
    "single_entry": "matrix with a single 1",
    "size": "size",
}
WORDS = (*KINDS, *MATRIX_FACTS, *SCALAR_FACTS, *ROLES)
"""Every word that says something of a name."""
