"""norm(A): the Frobenius norm of a matrix, the Euclidean norm of a vector."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, ZeroMatrix

from derivlib.expressions.facets import Call, Entries, Example, tell
from derivlib.expressions.shapes import scalar
from derivlib.nodes.node import RealNode, as_matrix_operand


class Norm(RealNode):
    """The Frobenius norm of a matrix, the Euclidean norm of a vector."""

    is_nonnegative = True


def norm(matrix: Any) -> Expr:
    """The Frobenius norm of a matrix, the square root of the sum of its squared entries.

    For a vector it is the Euclidean norm.

    ```pycon
    >>> from sympy import MatrixSymbol
    >>> from derivlib import derive
    >>> x, a = MatrixSymbol("x", 3, 1), MatrixSymbol("a", 3, 1)
    >>> gradient = derive(norm(x - a), x)
    >>> print(gradient)
    ∂L/∂x = (x - a)/norm(x - a)
    >>> gradient.verify().entries
    3

    ```

    Source: Petersen & Pedersen (2012), eq. (129), for the gradient.

    :param matrix: a matrix expression or an explicit matrix, of any shape.
    :returns: a scalar expression; it is differentiable where the matrix is not zero.
    :raises InputError: if `matrix` is not a matrix.
    """
    return Norm(as_matrix_operand(matrix, "norm"))


def _entries(calc: Any, _: Any, A: Any) -> Any:
    ring = calc.ring
    squares = ring.total([ring.product([entry, entry]) for entry in A.entries])
    return ring.power(squares, ring.number(S.Half))


def _on_arrays(on: Any, node: Norm) -> Any:
    value = on.value(node.arg)
    squares = on.jets.times(value, value).sum(axis=(2, 3), keepdims=True)
    return on.jets.apply(on.power(0.5), squares)


def _tex(p: Any, node: Norm) -> str:
    """The norm of a matrix is Frobenius's, and says so."""
    is_vector = any(size == 1 for size in node.arg.shape)
    return rf"\left\lVert {p._print(node.arg)} \right\rVert" + ("" if is_vector else r"_{F}")


tell(
    Norm,
    text="norm",
    tex=_tex,
    shape=scalar,
    normal=lambda matrix: S.Zero if isinstance(matrix, ZeroMatrix) else Norm(matrix),
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=Call("{lib}.linalg.norm({0})"),
    numpy=lambda p, node: f"{p._module_format(p._module + '.linalg.norm')}({p._print(node.arg)})",
    example=Example(lambda w, d: norm(w.anything(d)), "scalar"),
)
