"""Comparing at sizes that are too large to be written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any

from sympy import Expr, MatrixSymbol

from derivlib.check.claims.claim import Claim
from derivlib.check.claims.comparison import library_versions, sizes_by_name
from derivlib.check.claims.verification import Method, Verification
from derivlib.check.scalars.numbers import check_draws
from derivlib.check.values.node_count import written_length
from derivlib.errors import BackendError, InputError
from derivlib.expressions.sizes import all_nodes, at_size

_MOST_ENTRIES = 400
"""How many entries a matrix may have for a derivative to be compared exactly."""


@cache
def _has_numpy() -> bool:
    return find_spec("numpy") is not None


_MOST_IN_HESSIAN = 64
"""How many entries a variable may have for a Hessian, which has the square of it."""


def in_double(
    method: Method | None,
    exprs: Iterable[Expr],
    sizes: Mapping[Any, int],
    hessian_by: Expr | None = None,
) -> bool:
    """Return whether to compare in double precision, along random directions.

    :param method: "exact", "double", or nothing, if the sizes are to decide.
    :param hessian_by: the variable of a Hessian.
    :raises BackendError: if that is asked for and NumPy is not installed.
    :raises InputError: if there is no such method.
    """
    if method not in (None, "exact", "double"):
        raise InputError(f'method must be "exact" or "double", not {method!r}')
    if method == "double" and not _has_numpy():
        raise BackendError(
            "NumPy is not installed, and double precision needs it; install it with "
            "`pip install numpy`, or verify at small sizes"
        )
    if method is not None or not _has_numpy():
        return method == "double"
    shapes = {tuple(node.shape) for node in all_nodes(exprs) if isinstance(node, MatrixSymbol)}
    entries = (at_size(rows, sizes) * at_size(cols, sizes) for rows, cols in shapes)
    if hessian_by is not None and written_length(hessian_by, sizes) > _MOST_IN_HESSIAN:
        return True
    return any(count > _MOST_ENTRIES for count in entries)


def compare_in_double(claim: Claim, *, seed: int = 0, points: int = 2) -> Verification:
    """Compare a claim with the derivative along random directions.

    :raises UnsupportedError: if a node has no value on arrays.
    :raises VerificationError: if it differs, or no point can be found.
    """
    import numpy  # only where it is wanted

    from derivlib.check.arrays.random_directions import TOLERANCE, agreeing_points

    check_draws(seed, points)
    agreed = agreeing_points(claim, seed, points)
    return Verification(
        sizes=sizes_by_name(claim.sizes),
        shape=claim.shape,
        method="double",
        calculus="along random directions",
        points=agreed,
        seed=seed,
        tolerance=TOLERANCE,
        versions=(*library_versions(), ("NumPy", numpy.__version__)),
        structure=claim.domain.structured(claim.wrt),
        assumptions=claim.domain.told,
        code="" if claim.code is None else claim.code.title,
    )
