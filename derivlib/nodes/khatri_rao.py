"""khatri_rao(A, B): the Kronecker products of corresponding columns, side by side."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, ZeroMatrix

from derivlib.errors import ShapeError
from derivlib.expressions.construction import (
    is_one,
    kronecker,
    mul,
    split_coefficient,
    zeros,
)
from derivlib.expressions.facets import Call, Entries, Example, Shape, tell
from derivlib.expressions.shapes import Parts, misfit, same_size, shown_shape
from derivlib.expressions.text import text
from derivlib.nodes.grid import Grid, same_columns
from derivlib.nodes.node import Node, as_matrix_operand


class KhatriRao(Node):
    """The Kronecker products of the columns of two matrices, one by one."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        (rows, cols), (inner, _) = (arg.shape for arg in self.args)
        return S(rows) * S(inner), S(cols)


def khatri_rao(left: Any, right: Any) -> Expr:
    """The column-wise Kronecker product of two matrices (SciPy's name).

    Column j of the result is the Kronecker product of column j of each.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, explicit, norm
    >>> print(explicit(khatri_rao(MatrixSymbol("A", 2, 1), MatrixSymbol("B", 2, 1))).T)
    Matrix([[A[0, 0]*B[0, 0], A[0, 0]*B[1, 0], A[1, 0]*B[0, 0], A[1, 0]*B[1, 0]]])
    >>> n, m, k = symbols("n m k", integer=True, positive=True)
    >>> A, B, C = MatrixSymbol("A", n, k), MatrixSymbol("B", m, k), MatrixSymbol("C", n * m, k)
    >>> gradient = derive(norm(khatri_rao(A, B) - C)**2, B)
    >>> print(gradient)
    ∂L/∂B = 2*(1[1×n] ⊗ I)*((A ⊗ 1[m×1]) ⊙ (khatri_rao(A, B) - C))
    >>> gradient.verify({n: 3, m: 2, k: 4}).shape
    (2, 4)

    ```

    Source: Khatri & Rao (1968).

    :param left: a matrix.
    :param right: a matrix with as many columns.
    :returns: a matrix with as many rows as the product of theirs.
    :raises InputError: if one of them is not a matrix.
    :raises ShapeError: if they have different numbers of columns.
    """
    first = as_matrix_operand(left, "khatri_rao")
    second = as_matrix_operand(right, "khatri_rao")
    if not same_size(S(first.shape[1]), S(second.shape[1])):
        raise ShapeError(
            f"khatri_rao needs matrices with equally many columns, but {first} is "
            f"{shown_shape(first.shape)} and {second} is {shown_shape(second.shape)}"
        )
    return KhatriRao(first, second)


def columnwise(left: Expr, right: Expr) -> Expr:
    """Make it in normal form; coefficients come out in front."""
    (a, left), (b, right) = split_coefficient(left), split_coefficient(right)
    rows, cols = left.shape
    if isinstance(left, ZeroMatrix) or isinstance(right, ZeroMatrix):
        return zeros(S(rows) * S(right.shape[0]), cols)
    if is_one(cols):
        return mul(a, b, kronecker(left, right))
    return mul(a, b, KhatriRao(left, right))


def _shape(expr: Any, parts: Parts) -> Shape:
    (left, a), (right, b) = parts
    if a is None or b is None or not same_size(a[1], b[1]):
        raise misfit(expr, f"{text(left)} is {shown_shape(a)}, {text(right)} is {shown_shape(b)}")
    return a[0] * b[0], a[1]


def _entries(calc: Any, _: Any, A: Grid, B: Grid) -> Grid:
    return Grid.of(
        A.rows * B.rows,
        same_columns(A, B, "Khatri–Rao product"),
        lambda i, j: calc.ring.product([A[i // B.rows, j], B[i % B.rows, j]]),
    )


def _on_arrays(on: Any, node: KhatriRao) -> Any:
    def columns(a: Any, b: Any) -> Any:
        blocks = on.np.einsum("dij,dkj->dikj", a, b)
        return blocks.reshape(len(blocks), -1, blocks.shape[3])

    return on.jets.bilinear(columns, *on.all_of(node.args))


_CODE = Call(
    '''
def khatri_rao(A, B):
    """The Kronecker products of the columns of A and B, one by one."""
    return (A[:, None] * B[None]).reshape(-1, A.shape[1])
''',
    matrices=True,
)


def _example(w: Any, r: Any, c: Any, d: int) -> Any:
    i = w.below(len(r) + 1)
    return khatri_rao(w.matrix(r[:i], c, d), w.matrix(r[i:], c, d))


def _numpy(p: Any, node: KhatriRao) -> str:
    left, right = map(p._print, node.args)
    return f"(lambda a, b: (a[:, None]*b[None]).reshape(-1, a.shape[1]))({left}, {right})"


tell(
    KhatriRao,
    text="khatri_rao",
    tex=r"\operatorname{khatrirao}",
    shape=_shape,
    normal=columnwise,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=_CODE,
    numpy=_numpy,
    example=Example(_example),
)
