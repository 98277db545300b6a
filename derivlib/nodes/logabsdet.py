"""logabsdet(A): the logarithm of the absolute value of the determinant of a square matrix."""

from __future__ import annotations

from typing import Any

from sympy import Abs, Expr, Identity, S, ZeroMatrix, log

from derivlib.expressions.facets import Call, Entries, Example, tell
from derivlib.expressions.shapes import scalar_of_square
from derivlib.nodes.determinant import determinant_of
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import RealNode, as_square_operand


class LogAbsDet(RealNode):
    """The logarithm of the absolute value of the determinant of a square matrix."""


def logabsdet(matrix: Any) -> Expr:
    """The logarithm of |det A|, NumPy's `slogdet(A)[1]`; of an invertible matrix of either sign.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive
    >>> X = MatrixSymbol("X", 3, 3)
    >>> gradient = derive(logabsdet(X), X)
    >>> print(gradient)
    ∂L/∂X = X⁻ᵀ
    >>> print(*gradient.assumptions)
    X invertible
    >>> gradient.verify().entries
    9

    ```

    Source: Petersen & Pedersen (2012), eq. (57), for the gradient.

    :param matrix: a square matrix expression, invertible.
    :returns: a scalar expression.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return LogAbsDet(as_square_operand(matrix, "logabsdet"))


def _entries(calc: Any, _: Any, A: Grid) -> Any:
    return calc.ring.call(log, [calc.ring.call(Abs, [determinant_of(calc, A)])])


def _complex_entries(calc: Any, _: Any, A: Grid) -> Any:
    """Half the logarithm of |det A|²."""
    ring, found = calc.ring, determinant_of(calc, A)
    return ring.product([ring.number(S.Half), ring.call(log, [ring.squared_modulus(found)])])


def _on_arrays(on: Any, node: LogAbsDet) -> Any:
    value = on.jets.determinant(on.value(node.arg))
    return on.jets.apply(on.LOG, on.np.where(value[0] >= 0, value, -value))


tell(
    LogAbsDet,
    text="logabsdet",
    tex=lambda p, node: rf"\log\left\vert\det {p.atom(node.arg)}\right\vert",
    shape=scalar_of_square,
    normal=lambda matrix: S.Zero if isinstance(matrix, Identity) else LogAbsDet(matrix),
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=Call("{lib}.linalg.slogdet({0})[1]", matrices=True),
    numpy=lambda p, node: (
        f"{p._module_format(p._module + '.linalg.slogdet')}({p._print(node.arg)})[1]"
    ),
    example=Example(lambda w, d: logabsdet(w.positive_definite(w.square(), d)), "scalar"),
    complex_entries=Entries(_complex_entries),
    undefined=lambda node: isinstance(node.arg, ZeroMatrix),
)
