"""sylvester(A, B, C), the solution X of A X + X B = C, and lyapunov(A, Q) with B = Aᵀ."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, ZeroMatrix

from derivlib.errors import ShapeError
from derivlib.expressions.construction import (
    add,
    identity,
    inverse,
    is_single,
    kronecker,
    leads_with_transpose,
    mul,
    split_coefficient,
    transpose,
)
from derivlib.expressions.facets import Absent, Call, Entries, Shape, tell
from derivlib.expressions.shapes import Parts, misfit, same_size, shown_shape
from derivlib.expressions.text import text
from derivlib.nodes.grid import Grid, square_grid
from derivlib.nodes.matrix_functions import commutes
from derivlib.nodes.node import Node, as_matrix_operand, as_square_operand
from derivlib.nodes.trace import trace


class Sylvester(Node):
    """The X with A X + X B = C."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, cols = self.args[2].shape
        return S(rows), S(cols)


def sylvester(left: Any, right: Any, result: Any) -> Expr:
    """The solution X of Sylvester's equation A X + X B = C, as SciPy's `linalg.solve_sylvester`.

    There is one where no eigenvalue of A is the negative of one of B. MATLAB's `sylvester` has
    the same sign, Julia's the other one of C.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from derivlib import derive
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", m, m)
    >>> C, G = MatrixSymbol("C", n, m), MatrixSymbol("G", n, m)
    >>> gradient = derive(Trace(G.T * sylvester(A, B, C)), C)
    >>> print(gradient)
    ∂L/∂C = sylvester(Aᵀ, Bᵀ, G)
    >>> gradient.verify({n: 3, m: 2}).entries
    6
    >>> print(derive(Trace(G.T * sylvester(A, B, C)), A))
    ∂L/∂A = -sylvester(Aᵀ, Bᵀ, G)*sylvester(A, B, C)ᵀ

    ```

    Source: Golub & Van Loan (2013), chapter 7.

    :param left: A, a square matrix, n×n.
    :param right: B, a square matrix, m×m.
    :param result: C, an n×m matrix.
    :returns: an n×m matrix.
    :raises InputError: if one of them is not a matrix.
    :raises ShapeError: if A or B is not square, or C does not fit between them.
    """
    A, B = as_square_operand(left, "sylvester"), as_square_operand(right, "sylvester")
    C = as_matrix_operand(result, "sylvester")
    if not (same_size(S(C.shape[0]), S(A.shape[0])) and same_size(S(C.shape[1]), S(B.shape[0]))):
        raise ShapeError(
            "sylvester(A, B, C) solves A X + X B = C, for which C has as many rows as A and as "
            f"many columns as B, but {_shapes(A, B, C)}"
        )
    return sylvester_of(A, B, C)


def lyapunov(matrix: Any, result: Any) -> Expr:
    """The solution X of Lyapunov's equation A X + X Aᵀ = Q, as SciPy's `solve_continuous_lyapunov`.

    There is one where no eigenvalue of A is the negative of another. MATLAB's and Julia's `lyap`
    have the other sign of Q.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from derivlib import derive
    >>> n = symbols("n", integer=True, positive=True)
    >>> A, Q, C = MatrixSymbol("A", n, n), MatrixSymbol("Q", n, n), MatrixSymbol("C", n, n)
    >>> gradient = derive(Trace(C * lyapunov(A, Q)), Q)
    >>> print(gradient)
    ∂L/∂Q = lyapunov(Aᵀ, Cᵀ)
    >>> gradient.verify({n: 3}).entries
    9

    ```

    Source: Golub & Van Loan (2013), chapter 7.

    :param matrix: A, a square matrix.
    :param result: Q, a matrix of the same shape.
    :returns: a matrix of the same shape.
    :raises InputError: if one of them is not a matrix.
    :raises ShapeError: if A is not square, or Q has another shape.
    """
    A, Q = as_square_operand(matrix, "lyapunov"), as_matrix_operand(result, "lyapunov")
    if not all(same_size(S(size), S(A.shape[0])) for size in Q.shape):
        raise ShapeError(f"lyapunov(A, Q) takes two matrices of one shape, but {_shapes(A, Q)}")
    return lyapunov_of(A, Q)


def _shapes(*matrices: Expr) -> str:
    return ", ".join(f"{text(each)} is {shown_shape(each.shape)}" for each in matrices)


def sylvester_of(A: Expr, B: Expr, C: Expr) -> Expr:
    """The solution of A X + X B = C in normal form."""
    scale, C = split_coefficient(C)
    if isinstance(C, ZeroMatrix):
        return C
    if A == B and commutes(C, A):
        return mul(scale * S.Half, inverse(A), C)
    if isinstance(B, ZeroMatrix) or is_single(B):
        return mul(scale, inverse(add(A, mul(trace(B), identity(A.shape[0])))), C)
    if isinstance(A, ZeroMatrix) or is_single(A):
        return mul(scale, C, inverse(add(B, mul(trace(A), identity(B.shape[0])))))
    return mul(scale, Sylvester(A, B, C))


def lyapunov_of(A: Expr, Q: Expr) -> Expr:
    """The solution of A X + X Aᵀ = Q in normal form."""
    return sylvester_of(A, transpose(A), Q)


def kronecker_sum(A: Expr, B: Expr) -> Expr:
    """The matrix of A X + X B on vec(X)."""
    return add(kronecker(identity(B.shape[0]), A), kronecker(transpose(B), identity(A.shape[0])))


def _is_lyapunov(node: Any) -> bool:
    return bool(transpose(node.args[0]) == node.args[1])


# --- the definition -------------------------------------------------------------------------


def _entries(calc: Any, _: Any, A: Grid, B: Grid, C: Grid) -> Grid:
    """On vec the equation is (I ⊗ A + Bᵀ ⊗ I) vec X = vec C."""
    n, m = square_grid(A, "Sylvester").rows, square_grid(B, "Sylvester").rows
    if C.shape != (n, m):
        raise ShapeError(f"C is {C.rows}×{C.cols} and not {n}×{m}")
    ring = calc.ring
    zero = ring.number(S.Zero)

    def side(a: int, b: int) -> Any:
        (j, i), (l, k) = divmod(a, n), divmod(b, n)
        if i == k and j == l:
            return ring.total((A[i, i], B[j, j]))
        return A[i, k] if j == l else B[l, j] if i == k else zero

    stacked = Grid(n * m, 1, tuple(C.stacked()))
    solved = ring.solution(Grid.of(n * m, n * m, side), stacked)
    return Grid.of(n, m, lambda i, j: solved.entries[j * n + i])


_REFINEMENTS = 8
"""How often a solution is improved; of its changes each time one order more is right."""


def _on_arrays(on: Any, node: Sylvester) -> Any:
    """By the eigenvectors of A and B at the point, which need not be exact: what is left is."""
    (A, B, C), np, matmul = on.all_of(node.args), on.np, on.jets.matmul
    (a, U), (b, V) = (np.linalg.eig(each[0, 0].astype(float)) for each in (A, B))
    U_inverse, V_inverse, gaps = np.linalg.inv(U), np.linalg.inv(V), a[:, None] + b

    def solved(right: Any) -> Any:
        return (U @ ((U_inverse @ right.astype(float) @ V) / gaps) @ V_inverse).real

    X = on.number(np.zeros(C.shape[2:]))
    for _ in range(_REFINEMENTS):
        X = X + solved(C - matmul(A, X) - matmul(X, B))
    return X


_SOLVED = '''
def sylvester(A, B, C):
    """The solution X of A X + X B = C, on stacked columns."""
    n, m = C.shape
    I, J = {lib}.diag({lib}.ones_like(A[0])), {lib}.diag({lib}.ones_like(B[0]))
    sides = J[:, None, :, None] * A[None, :, None, :] + B.T[:, None, :, None] * I[None, :, None, :]
    return {lib}.linalg.solve(sides.reshape(m * n, m * n), C.T.reshape(-1)).reshape(m, n).T
'''


def _text(p: Any, node: Sylvester) -> str:
    A, B, C = node.args
    return p.call("lyapunov", A, C) if _is_lyapunov(node) else p.call("sylvester", A, B, C)


def _tex(p: Any, node: Sylvester) -> str:
    A, B, C = node.args
    if _is_lyapunov(node):
        return p.call(r"\operatorname{lyapunov}", A, C)
    return p.call(r"\operatorname{sylvester}", A, B, C)


def _shape(expr: Any, parts: Parts) -> Shape:
    a, b, c = (shape for _, shape in parts)
    fits = (
        a is not None
        and b is not None
        and c is not None
        and all(map(same_size, (*a, *b), (a[1], c[0], b[1], c[1])))
    )
    if not fits:
        shapes = ", ".join(f"{text(part)} is {shown_shape(shape)}" for part, shape in parts)
        raise misfit(expr, shapes)
    return c


def _transposed(node: Sylvester) -> Expr | None:
    """Xᵀ, which solves Bᵀ Xᵀ + Xᵀ Aᵀ = Cᵀ."""
    A, B, C = node.args
    turned = sum(map(leads_with_transpose, node.args))
    if _is_lyapunov(node):
        return Sylvester(A, B, transpose(C)) if leads_with_transpose(C) else None
    return Sylvester(*map(transpose, (B, A, C))) if turned > 1 else None


tell(
    Sylvester,
    text=_text,
    tex=_tex,
    shape=_shape,
    normal=sylvester_of,
    entries=Entries(_entries),
    arrays=_on_arrays,
    code=Call(_SOLVED, numpy="scipy.linalg.solve_sylvester({0}, {1}, {2})", matrices=True),
    example=Absent("its equations take too long inside of random expressions of any depth"),
    transposed=_transposed,
    is_atom=True,
    is_holomorphic=True,
)
