"""The words that say what a name in a text is, told without SymPy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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


def with_variable(
    kinds: Mapping[str, Any], wrt: str, structure: str | None = None
) -> Mapping[str, Any]:
    """What is stated about names, and what a variable has to be.

    :param wrt: the variable as it is typed: what has a structure is square, and the names in
        [u; v] are scalars.
    """
    if wrt.lstrip().startswith("["):
        word, names = "scalar", re.findall(r"[^\s,;\[\]]+", wrt)
    else:
        word, names = "square", [wrt] if structure else []
    new = [name for name in names if name not in kinds]
    stated = kinds.get(word, ())
    before = re.split(r"[\s,]+", stated) if isinstance(stated, str) else [*stated]
    return {**kinds, word: [*filter(None, before), *new]} if new else kinds
