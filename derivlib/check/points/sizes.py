"""The sizes at which something is checked, where none are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Determinant, Expr, MatMul, MatPow, Symbol, Transpose

from derivlib.check.points.assumptions import orthonormal_sizes
from derivlib.expressions.sizes import all_nodes, resolve_sizes
from derivlib.nodes.logabsdet import LogAbsDet
from derivlib.nodes.logdet import LogDet


def sizes_to_check_at(
    sizes: Mapping[Any, Any] | None, *expressions: Expr, assuming: Any = ()
) -> dict[Symbol, int]:
    """The sizes that are given, or small ones at which what is inverted can be invertible.

    What is declared to have orthonormal columns, or rows, has room for them.

    ```pycon
    >>> from sympy import Inverse, MatrixSymbol, symbols
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X = MatrixSymbol("X", n, m)
    >>> sizes_to_check_at(None, X.T * X), sizes_to_check_at(None, Inverse(X.T * X))
    ({m: 4, n: 3}, {m: 4, n: 5})

    ```

    :raises SizesError: if a size is missing or not a positive integer, or none are found.
    """
    not_below = (*_ranks(expressions), *orthonormal_sizes(assuming))
    return resolve_sizes(sizes, *expressions, choose=True, not_below=not_below)


def _ranks(expressions: tuple[Expr, ...]) -> Iterator[tuple[Expr, Expr]]:
    """The sizes inside products that are inverted, each with the size of the whole product."""
    for node in all_nodes(expressions):
        negative = isinstance(node, MatPow) and node.exp.could_extract_minus_sign()
        if not negative and not isinstance(node, (Determinant, LogDet, LogAbsDet)):
            continue
        inside = node.args[0]
        inside = inside.args[0] if isinstance(inside, Transpose) else inside
        if isinstance(inside, MatMul):
            factors = [factor for factor in inside.args if factor.is_Matrix]
            yield from ((factor.shape[1], inside.shape[1]) for factor in factors[:-1])
