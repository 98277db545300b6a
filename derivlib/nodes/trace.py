"""Trace(A), SymPy's trace of a square matrix."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Identity, KroneckerProduct, S, Trace, Transpose, ZeroMatrix
from sympy.matrices.matrixbase import MatrixBase

from derivlib.errors import ShapeError
from derivlib.expressions.construction import split_coefficient
from derivlib.expressions.facets import Entries, Example, facet, tell
from derivlib.expressions.guarded import scalar_product
from derivlib.expressions.scalar_factors import with_scalar_factors
from derivlib.expressions.shapes import same_size, scalar_of_square, shown_shape
from derivlib.expressions.text import is_entry, text
from derivlib.nodes.arguments import as_operand
from derivlib.nodes.grid import square_grid


def trace(matrix: Expr) -> Expr:
    """Take the trace of a square matrix; a coefficient comes out in front."""
    coefficient, matrix = split_coefficient(matrix)
    if isinstance(matrix, ZeroMatrix):
        return S.Zero
    if isinstance(matrix, MatrixBase):
        return coefficient * matrix.trace()
    if isinstance(matrix, Identity):
        return coefficient * matrix.shape[0]
    if isinstance(matrix, KroneckerProduct) and all(f.shape[0] == f.shape[1] for f in matrix.args):
        return scalar_product(coefficient, *map(trace, matrix.args))
    if isinstance(matrix, Transpose):
        matrix = matrix.args[0]
    traced = facet(type(matrix), "trace")
    if traced is not None:
        return coefficient * traced(matrix)
    return coefficient * Basic.__new__(Trace, matrix)


def scalar(matrix: Any) -> Expr:
    """The entry of a 1×1 matrix as a scalar, which SymPy adds, divides by and takes functions of.

    It is the trace, and is written as the matrix is.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive
    >>> n = symbols("n", integer=True, positive=True)
    >>> x, A = MatrixSymbol("x", n, 1), MatrixSymbol("A", n, n)
    >>> gradient = derive(scalar(x.T * A * x) + 1, x)
    >>> print(gradient)
    ∂L/∂x = (A + Aᵀ)*x
    >>> gradient.verify({n: 3}).entries
    3

    ```

    :param matrix: a 1×1 matrix expression or an explicit 1×1 matrix; a scalar is itself.
    :returns: a scalar expression.
    :raises InputError: if it is not an expression.
    :raises ShapeError: if it is a larger matrix.
    """
    taken = as_operand(matrix, "scalar")
    if not getattr(taken, "is_Matrix", False):
        return taken
    taken = with_scalar_factors(taken)
    if not all(same_size(size, S.One) for size in taken.shape):
        raise ShapeError(
            f"scalar takes a 1×1 matrix, but {text(taken)} is {shown_shape(taken.shape)}; take "
            "norm(…), sum_entries(…), or one entry, (…)[0, 0]"
        )
    return trace(taken)


def _entries(calc: Any, _: Any, A: Any) -> Any:
    square_grid(A, "trace")
    return calc.ring.total([A[i, i] for i in range(A.rows)])


def _text(p: Any, node: Trace) -> str:
    """The entry of a 1×1 matrix is the matrix in parentheses."""
    return f"({p._print(node.arg)})" if is_entry(node) else p.call("tr", node.arg)


def _tex(p: Any, node: Trace) -> str:
    if is_entry(node):
        return p.parenthesized(p._print(node.arg))
    return p.call(r"\operatorname{tr}", node.arg)


tell(
    Trace,
    text=_text,
    tex=_tex,
    shape=scalar_of_square,
    normal=trace,
    entries=Entries(_entries),
    arrays=lambda on, node: on.np.trace(on.value(node.arg), axis1=2, axis2=3)[..., None, None],
    code="trace",
    example=Example(lambda w, d: Trace(w.matrix(*2 * (w.square(),), d)), "scalar", weight=3),
    is_linear=True,
    is_holomorphic=True,
)
