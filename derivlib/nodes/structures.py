"""The structures a square matrix may have: which places are zero, which are equal."""

from __future__ import annotations

from typing import Any, Literal, cast, get_args

from derivlib.errors import InputError

Structure = Literal[
    "symmetric",
    "diagonal",
    "lower triangular",
    "upper triangular",
    "toeplitz",
    "symmetric toeplitz",
]
"""What may be known of the places of a square matrix: which are zero, which are equal."""

STRUCTURES: tuple[Structure, ...] = get_args(Structure)
"""The structures there are."""


def as_structure(name: Any) -> Structure:
    """Take the name of a structure.

    ```pycon
    >>> as_structure("symmetric")
    'symmetric'

    ```

    :param name: one of `STRUCTURES`.
    :raises InputError: if there is no such structure.
    """
    if name not in STRUCTURES:
        known = ", ".join(f'"{structure}"' for structure in STRUCTURES)
        raise InputError(f"there is no structure {name!r}; take one of {known}")
    return cast("Structure", name)
