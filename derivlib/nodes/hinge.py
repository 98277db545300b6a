"""hinge(z): max(0, 1 - z), of a scalar or of each entry of a matrix, as relu(1 - z)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S

from derivlib.expressions.construction import add, mul, ones_like
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.relu import relu


def hinge(argument: Any, at_zero: Any = 0) -> Expr:
    """The hinge loss max(0, 1 - z) of margins z, as relu(1 - z).

    ```pycon
    >>> from sympy import HadamardProduct, MatrixSymbol, symbols
    >>> from derivlib import derive, sum_entries
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, w, y = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1), MatrixSymbol("y", n, 1)
    >>> gradient = derive(sum_entries(hinge(HadamardProduct(y, X * w))), w)
    >>> gradient.verify({n: 3, m: 2}).method
    'exact'
    >>> t = symbols("t")
    >>> print(hinge(t), derive(hinge(t), t).result.subs(t, 0))
    relu(1 - t) -1

    ```

    Source: Hastie, Tibshirani & Friedman (2009), section 12.3.2.

    :param argument: a scalar expression, or a matrix of any shape.
    :param at_zero: as of :func:`relu`, which is 0 at z = 1.
    :returns: a scalar, or a matrix of the same shape.
    :raises InputError: if it is not an expression, or `at_zero` is no number from 0 to 1.
    """
    margin = as_operand(argument, "hinge")
    if not getattr(margin, "is_Matrix", False):
        return relu(1 - margin, at_zero)
    if hasattr(margin, "flat"):
        return margin.applyfunc(lambda entry: hinge(entry, at_zero))
    return relu(add(ones_like(margin), mul(S.NegativeOne, margin)), at_zero)
