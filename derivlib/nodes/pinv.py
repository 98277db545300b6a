"""pinv(A), the Moore–Penrose inverse, and projector(A), onto the columns of A."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Identity, S, ZeroMatrix

from derivlib.expressions.construction import identity, transposed_inside, zeros
from derivlib.expressions.facets import Call, Entries, Example, tell
from derivlib.expressions.shapes import stated
from derivlib.nodes.eigvalsh import resolvent_in
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node, as_matrix_operand
from derivlib.nodes.products import matrix_product


class Pinv(Node):
    """A⁺, with A A⁺ A = A, A⁺ A A⁺ = A⁺, and A A⁺ and A⁺ A symmetric."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.arg.shape
        return S(cols), S(rows)


class Projector(Node):
    """A A⁺, the orthogonal projector onto the column space of A."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, _ = self.arg.shape
        return S(rows), S(rows)


def pinv(matrix: Any) -> Expr:
    """The Moore–Penrose inverse of a matrix, as NumPy's `linalg.pinv`.

    It is (AᵀA)⁻¹Aᵀ where the columns are independent, Aᵀ(AAᵀ)⁻¹ where the rows are, and exists
    where neither are. Its derivative exists where the rank stays the same nearby.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive, norm
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> A, y, c = MatrixSymbol("A", n, m), MatrixSymbol("y", n, 1), MatrixSymbol("c", m, 1)
    >>> gradient = derive(c.T * pinv(A) * y, A)
    >>> print(gradient.assumptions[-1])
    A of the same rank nearby
    >>> gradient.verify({n: 4, m: 3}).entries
    12
    >>> gradient.verify({n: 2, m: 3}).entries
    6

    ```

    Source: Golub & Pereyra (1973), section 4, for the differential.

    :param matrix: a matrix expression or an explicit matrix, n×m, of any rank.
    :returns: an m×n matrix.
    :raises InputError: if `matrix` is not a matrix.
    """
    return Pinv(as_matrix_operand(matrix, "pinv"))


def projector(matrix: Any) -> Expr:
    """The orthogonal projector A A⁺ onto the column space of a matrix.

    It is A(AᵀA)⁻¹Aᵀ where the columns are independent. Its derivative exists where the rank stays
    the same nearby.

    ```pycon
    >>> from sympy import MatrixSymbol, symbols
    >>> from derivlib import derive
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> A, y = MatrixSymbol("A", n, m), MatrixSymbol("y", n, 1)
    >>> explained = derive(y.T * projector(A) * y, A)
    >>> print(explained)
    ∂L/∂A = 2*(I - projector(A))*y*yᵀ*pinv(A)ᵀ
    >>> explained.verify({n: 4, m: 3}).entries
    12

    ```

    Source: Golub & Pereyra (1973), section 4, for the differential.

    :param matrix: a matrix expression or an explicit matrix, n×m, of any rank.
    :returns: an n×n matrix.
    :raises InputError: if `matrix` is not a matrix.
    """
    return Projector(as_matrix_operand(matrix, "projector"))


def pinv_of(matrix: Expr) -> Expr:
    """The Moore–Penrose inverse in normal form."""
    if isinstance(matrix, ZeroMatrix):
        return zeros(*reversed(matrix.shape))
    if isinstance(matrix, Identity):
        return matrix
    if isinstance(matrix, Pinv):
        return matrix.arg
    return resolvent_in(matrix) or Pinv(matrix)


def projector_of(matrix: Expr) -> Expr:
    """The projector in normal form; one projects onto its own columns."""
    if isinstance(matrix, ZeroMatrix):
        return zeros(matrix.shape[0], matrix.shape[0])
    if isinstance(matrix, Identity):
        return identity(matrix.shape[0])
    return matrix if isinstance(matrix, Projector) else Projector(matrix)


def _inverted(calc: Any, A: Grid) -> Grid:
    """By independent rows R and columns C: A⁺ = Rᵀ(CᵀA Rᵀ)⁻¹Cᵀ."""
    rows, cols = calc.ring.independent(A)
    if not rows:
        return A.transpose()
    C = Grid.of(A.rows, len(cols), lambda i, j: A[i, cols[j]]).transpose()
    R = Grid.of(len(rows), A.cols, lambda i, j: A[rows[i], j]).transpose()
    if len(cols) == A.cols:  # then (CᵀA Rᵀ)⁻¹ = R⁻ᵀ(AᵀA)⁻¹, which is shorter written out
        return matrix_product(calc, [calc.ring.inverse(matrix_product(calc, [C, A])), C])
    if len(rows) == A.rows:
        return matrix_product(calc, [R, calc.ring.inverse(matrix_product(calc, [A, R]))])
    return matrix_product(calc, [R, calc.ring.inverse(matrix_product(calc, [C, A, R])), C])


_NEGLIGIBLE = 1e-10
"""Singular values that count as zero in an array, beside the largest."""


def _inverted_on_arrays(on: Any, value: Any) -> Any:
    """The same with the leading singular vectors U, V: C = A V and R = UᵀA."""
    U, s, Vt = on.np.linalg.svd(value[0, 0].astype(float))
    rank = int((s > _NEGLIGIBLE * s.max()).sum())
    matmul = on.jets.matmul
    C = matmul(value, on.number(Vt[:rank].T)).swapaxes(2, 3)
    R = matmul(on.number(U[:, :rank].T), value).swapaxes(2, 3)
    return matmul(R, matmul(on.jets.inverse(matmul(C, matmul(value, R))), C))


def _projector_on_arrays(on: Any, node: Projector) -> Any:
    value = on.value(node.arg)
    return on.jets.matmul(value, _inverted_on_arrays(on, value))


_CODE = Call(
    "{lib}.linalg.pinv({0})",
    numpy='''
def pinv(A):
    """The Moore–Penrose inverse; singular values that are rounding errors count as zero."""
    return np.linalg.pinv(A, rcond=10 * max(A.shape) * np.finfo(np.result_type(A, 1.0)).eps)
''',
    torch='''
def pinv(A):
    """The Moore–Penrose inverse; singular values that are rounding errors count as zero."""
    return torch.linalg.pinv(A, rtol=10 * max(A.shape) * torch.finfo(A.dtype).eps)
''',
    matrices=True,
)

_PROJECTOR = Call(
    '''
def projector(A):
    """The projector onto the columns of A; singular values that are rounding errors are zero."""
    U, s, _ = {lib}.linalg.svd(A, full_matrices=False)
    U = U * (s > 10 * max(A.shape) * {lib}.finfo(s.dtype).eps * s.max())
    return U @ U.T
''',
    matrices=True,
)

tell(
    Pinv,
    text="pinv",
    tex=lambda p, node: f"{p.atom(node.arg)}^{{+}}",
    shape=stated,
    normal=pinv_of,
    entries=Entries(lambda calc, _, A: _inverted(calc, A)),
    arrays=lambda on, node: _inverted_on_arrays(on, on.value(node.arg)),
    code=_CODE,
    numpy=lambda p, node: f"{p._module_format(p._module + '.linalg.pinv')}({p._print(node.arg)})",
    example=Example(lambda w, r, c, d: pinv(w.matrix(c, r, d))),
    transposed=transposed_inside(Pinv),
    is_atom=True,
)
tell(
    Projector,
    text="projector",
    shape=stated,
    normal=projector_of,
    entries=Entries(lambda calc, _, A: matrix_product(calc, [A, _inverted(calc, A)])),
    arrays=_projector_on_arrays,
    code=_PROJECTOR,
    numpy=lambda p, node: "(lambda A: A.dot({}(A)))({})".format(
        p._module_format(p._module + ".linalg.pinv"), p._print(node.arg)
    ),
    example=Example(lambda w, r, c, d: projector(w.matrix(r, w.dimension(), d)), "square"),
    transposed=lambda node: node,
    is_atom=True,
)
