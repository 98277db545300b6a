"""adjugate(A): the transposed cofactors of a square matrix, and the Jacobian of that."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from sympy import Expr, Identity, S

from derivlib.expressions.construction import identity, is_single, transposed_inside
from derivlib.expressions.facets import Absent, Call, Entries, Example, tell
from derivlib.expressions.shapes import square, stated
from derivlib.nodes.grid import Grid, square_grid
from derivlib.nodes.node import Node, as_square_operand


class Adjugate(Node):
    """adj(A), with A adj(A) = adj(A) A = det(A) I, also where A is singular."""


class AdjugateJacobian(Node):
    """∂vec adj(A)/∂(vec A)ᵀ: its entries are minors of A without two rows and two columns."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        n = self.arg.shape[0]
        return n * n, n * n


def adjugate(matrix: Any) -> Expr:
    """The adjugate of a square matrix, its transposed cofactors.

    It is det(A) A⁻¹ where A is invertible, and exists where A is not: the gradient of det(X)
    is adj(X)ᵀ everywhere.

    ```pycon
    >>> from sympy import Determinant, Matrix, MatrixSymbol
    >>> from derivlib import derive, explicit
    >>> explicit(adjugate(MatrixSymbol("A", 2, 2)))
    Matrix([
    [ A[1, 1], -A[0, 1]],
    [-A[1, 0],  A[0, 0]]])
    >>> X = MatrixSymbol("X", 3, 3)
    >>> gradient = derive(Determinant(X), X)
    >>> print(gradient)
    ∂L/∂X = adj(X)ᵀ
    >>> gradient.verify().entries
    9

    ```

    Source: Petersen & Pedersen (2012), eq. (41); Magnus & Neudecker (2019), chapter 8.

    :param matrix: a square matrix expression or an explicit square matrix.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return Adjugate(as_square_operand(matrix, "adjugate"))


def adjugate_of(matrix: Expr) -> Expr:
    """The adjugate in normal form: that of a 1×1 matrix is 1, that of I is I."""
    if is_single(matrix):
        return identity(S.One)
    return matrix if isinstance(matrix, Identity) else Adjugate(matrix)


_SMALL = 6
"""Up to which size cofactors are determinants of minors, which singular matrices have too."""

_SMALL_ARRAY = 5
"""The same for arrays, where larger minors are found by elimination and must not be singular."""


def _entries(calc: Any, _: Any, A: Grid) -> Grid:
    n, ring = square_grid(A, "adjugate").rows, calc.ring
    if n > _SMALL:
        scale = ring.determinant(A)
        return ring.inverse(A).map(lambda entry: ring.product((scale, entry)))
    return Grid.of(n, n, lambda i, j: _signed_minor(ring, A, (j,), (i,)))


def _signed_minor(ring: Any, A: Grid, rows: tuple[int, ...], cols: tuple[int, ...]) -> Any:
    """The determinant of A without some rows and columns, with the sign of its cofactor."""
    kept_rows = [i for i in range(A.rows) if i not in rows]
    kept_cols = [j for j in range(A.cols) if j not in cols]
    sign = S.NegativeOne ** (sum(rows) + sum(cols))
    if not kept_rows:
        return ring.number(sign)
    entries = tuple(A[i, j] for i in kept_rows for j in kept_cols)
    minor = ring.determinant(Grid(len(kept_rows), len(kept_cols), entries))
    return ring.product((ring.number(sign), minor))


def _jacobian_entries(calc: Any, _: Any, A: Grid) -> Grid:
    """∂adj(A)ᵢⱼ/∂A_kl is ± the minor without rows j, k and columns i, l, zero where they meet."""
    n, ring = square_grid(A, "adjugate").rows, calc.ring
    pairs = list(combinations(range(n), 2))
    minors = {(r, c): _signed_minor(ring, A, r, c) for r in pairs for c in pairs}
    minus_one = ring.number(S.NegativeOne)

    def entry(a: int, b: int) -> Any:
        (j, i), (l, k) = divmod(a, n), divmod(b, n)
        if j == k or i == l:
            return ring.number(S.Zero)
        minor = minors[(min(j, k), max(j, k)), (min(i, l), max(i, l))]
        return ring.product((minus_one, minor)) if (j < k) != (i < l) else minor

    return Grid.of(n * n, n * n, entry)


def _on_arrays(on: Any, node: Adjugate) -> Any:
    value = on.value(node.arg)
    n = value.shape[-1]
    if n > _SMALL_ARRAY:
        return on.jets.times(on.jets.determinant(value), on.jets.inverse(value))
    result = on.number(on.np.ones((n, n)))
    for i, j in product(range(n if n > 1 else 0), repeat=2):
        minor = on.np.delete(on.np.delete(value, j, axis=2), i, axis=3)
        result[:, :, i : i + 1, j : j + 1] = (-1) ** (i + j) * on.jets.determinant(minor)
    return result


def _jacobian_tex(p: Any, node: AdjugateJacobian) -> str:
    above = p.call(r"\operatorname{adj}", node.arg)
    below = p.stacked_row(node.arg)
    return rf"\frac{{\partial \operatorname{{vec}} {above}}}{{\partial {below}}}"


_ADJUGATE = Call(
    '''
def adjugate(A):
    """The transposed cofactors of A, by its singular values, of which some may be zero."""
    U, s, V = {lib}.linalg.svd(A)
    others = {lib}.where({lib}.diag({lib}.ones_like(s)) > 0, 1, s).prod(1)
    return {lib}.linalg.det(U) * {lib}.linalg.det(V) * (V.T * others) @ U.T
''',
    matrices=True,
)

_JACOBIAN = Call(
    '''
def adjugate_jacobian(A):
    """The derivative of the adjugate of A, on stacked columns, by the singular values of A."""
    U, s, V = {lib}.linalg.svd(A)
    n, I = len(s), {lib}.diag({lib}.ones_like(s))
    left_out = (I[:, None, :] + I[None, :, :]) > 0
    others = {lib}.where(I > 0, 0, {lib}.where(left_out, 1, s).prod(2))
    on_diagonal = (I[:, None, :] * I[None, :, :]).reshape(n * n, n)
    middle = on_diagonal @ others @ on_diagonal.T - {lib}.diag(others.ravel())
    sign = {lib}.linalg.det(U) * {lib}.linalg.det(V)
    left, right = (
        {lib}.einsum("ij,ba->iajb", P, Q).reshape(n * n, n * n) for P, Q in ((U, V), (V, U))
    )
    return sign * left @ middle @ right
''',
    matrices=True,
)

_COMPLEX_ADJUGATE = Call(
    '''
def adjugate(A):
    """The transposed cofactors of A, by its singular values, of which some may be zero."""
    U, s, V = {lib}.linalg.svd(A)
    others = {lib}.where({lib}.diag({lib}.ones_like(s)) > 0, 1, s).prod(1)
    left, right = V.conj().T * others, U.conj().T
    return {lib}.linalg.det(U) * {lib}.linalg.det(V) * left @ right
''',
    matrices=True,
)
_COMPLEX_JACOBIAN = Call(
    _JACOBIAN.code.replace(
        "return sign * left @ middle", "return sign * left @ (middle + 0j)"
    ).replace(
        "for P, Q in ((U, V), (V, U))", "for P, Q in ((U.conj(), V.conj()), (V.conj(), U.conj()))"
    ),
    matrices=True,
)

tell(
    Adjugate,
    text="adj",
    shape=square,
    normal=adjugate_of,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=_ADJUGATE,
    complex_code=_COMPLEX_ADJUGATE,
    example=Example(lambda w, r, c, d: adjugate(w.matrix(r, r, d)), "square"),
    transposed=transposed_inside(Adjugate),
    is_atom=True,
    is_holomorphic=True,
)
tell(
    AdjugateJacobian,
    text=lambda p, node: f"∂vec(adj({p._print(node.arg)}))/∂{p.stacked_row(node.arg)}",
    tex=_jacobian_tex,
    shape=stated,
    normal=AdjugateJacobian,
    entries=Entries(_jacobian_entries),
    arrays=Absent("its definition is used: it is met in Hessians, which are small"),
    code=_JACOBIAN,
    complex_code=_COMPLEX_JACOBIAN,
    example=Absent("the differential of an adjugate brings it in"),
    is_holomorphic=True,
)
