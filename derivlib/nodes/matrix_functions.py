"""expm(A), logm(A), sqrtm(A): functions of a whole matrix, and how the first two change.

What a function f changes by as A changes by E is its Fréchet derivative L(A, E), the upper right
block of f([A, E; 0, A]); that of the square root X is the solution of X L + L X = E.
"""

from __future__ import annotations

from collections.abc import Callable
from textwrap import indent
from typing import Any

import sympy as sp
from sympy import Expr, Identity, Inverse, MatMul, MatPow, S, ZeroMatrix

from derivlib.expressions.construction import (
    identity,
    inverse,
    is_single,
    leads_with_transpose,
    mul,
    split_coefficient,
    transpose,
    transposed_inside,
    zeros,
)
from derivlib.expressions.facets import Absent, Call, Entries, tell
from derivlib.expressions.shapes import alike, square, stated
from derivlib.nodes.grid import Grid, square_grid
from derivlib.nodes.node import Node, NodeBase, as_square_operand
from derivlib.nodes.trace import trace


class OfMatrix(NodeBase):
    """A function of a matrix, which commutes with it."""

    function: str


class Expm(OfMatrix, Node):
    """I + A + A²/2! + A³/3! + …"""

    function = "exponential"


class Logm(OfMatrix, Node):
    """The X with expm(X) = A whose eigenvalues have imaginary parts between -π and π."""

    function = "logarithm"


class Sqrtm(OfMatrix, Node):
    """The X with X² = A whose eigenvalues have positive real parts."""

    function = "square root"


class _Frechet(Node):
    """What a function of A changes by, to first order, as A changes by E."""

    function: str


class ExpmFrechet(_Frechet):
    """∫ expm(sA) E expm((1-s)A) ds from 0 to 1, the Fréchet derivative of the exponential."""

    function = "exponential"


class LogmFrechet(_Frechet):
    """The Fréchet derivative of the logarithm, an inverse of that of the exponential."""

    function = "logarithm"


class ExpmJacobian(Node):
    """The matrix of the Fréchet derivative of the exponential on vec(E)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        n = S(self.arg.shape[0])
        return n * n, n * n


def expm(matrix: Any) -> Expr:
    """The exponential of a square matrix, as SciPy's `linalg.expm`.

    The exponential of each entry is `A.applyfunc(exp)`.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from derivlib import derive
    >>> n = symbols("n", integer=True, positive=True)
    >>> A, a, b = MatrixSymbol("A", n, n), MatrixSymbol("a", n, 1), MatrixSymbol("b", n, 1)
    >>> print(derive(Trace(expm(A)), A))
    ∂L/∂A = expm(A)ᵀ
    >>> gradient = derive(a.T * expm(A) * b, A)
    >>> print(gradient)
    ∂L/∂A = expm_frechet(Aᵀ, a*bᵀ)
    >>> gradient.verify({n: 3}).entries
    9

    ```

    Source: Higham (2008), chapters 3 and 10.

    :param matrix: a square matrix expression or an explicit square matrix.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return expm_of(as_square_operand(matrix, "expm"))


def logm(matrix: Any) -> Expr:
    """The principal logarithm of a square matrix, as SciPy's `linalg.logm`.

    It is real, and has a derivative, where no eigenvalue is 0 or a negative number.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from derivlib import derive
    >>> n = symbols("n", integer=True, positive=True)
    >>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
    >>> gradient = derive(Trace(logm(A)), A)
    >>> print(gradient)
    ∂L/∂A = A⁻ᵀ
    >>> print(*gradient.assumptions)
    A without eigenvalues on the closed negative real axis
    >>> derive(Trace(B * logm(A)), A).verify({n: 3}).entries
    9

    ```

    Source: Higham (2008), chapters 3 and 11.

    :param matrix: a square matrix expression or an explicit square matrix.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return logm_of(as_square_operand(matrix, "logm"))


def sqrtm(matrix: Any) -> Expr:
    """The principal square root of a square matrix, as SciPy's `linalg.sqrtm`.

    It is real, and has a derivative, where no eigenvalue is 0 or a negative number.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from derivlib import derive
    >>> n = symbols("n", integer=True, positive=True)
    >>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
    >>> gradient = derive(Trace(sqrtm(A)), A)
    >>> print(gradient)
    ∂L/∂A = 1/2*sqrtm(A)⁻ᵀ
    >>> gradient.verify({n: 3}).entries
    9
    >>> print(derive(Trace(B * sqrtm(A)), A))
    ∂L/∂A = sylvester(sqrtm(A)ᵀ, sqrtm(A)ᵀ, Bᵀ)

    ```

    Source: Higham (2008), chapters 3 and 6.

    :param matrix: a square matrix expression or an explicit square matrix.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    :raises ShapeError: if it is not square.
    """
    return sqrtm_of(as_square_operand(matrix, "sqrtm"))


def _in_normal_form(kind: type, of_entry: Any) -> Callable[[Expr], Expr]:
    """Makes a function of a matrix: of one entry, that of the entry; of Aᵀ, the transpose."""

    def of(matrix: Expr) -> Expr:
        if is_single(matrix):
            scale, inside = split_coefficient(matrix)
            entry = S.One if isinstance(inside, Identity) else trace(inside)
            return mul(of_entry(scale * entry), identity(S.One))
        if leads_with_transpose(matrix):
            return transpose(of(transpose(matrix)))
        return kind(matrix)

    return of


_expm, _logm, _sqrtm = (
    _in_normal_form(kind, of_entry)
    for kind, of_entry in ((Expm, sp.exp), (Logm, sp.log), (Sqrtm, sp.sqrt))
)


def expm_of(matrix: Expr) -> Expr:
    """The exponential in normal form."""
    if isinstance(matrix, ZeroMatrix):
        return identity(matrix.shape[0])
    return matrix.arg if isinstance(matrix, Logm) else _expm(matrix)


def logm_of(matrix: Expr) -> Expr:
    """The logarithm in normal form."""
    return zeros(*matrix.shape) if isinstance(matrix, Identity) else _logm(matrix)


def sqrtm_of(matrix: Expr) -> Expr:
    """The square root in normal form."""
    return matrix if isinstance(matrix, Identity) else _sqrtm(matrix)


def commutes(direction: Expr, matrix: Expr) -> bool:
    """Return whether a product is seen to commute with a matrix: powers and functions of it do."""
    factors = direction.args if isinstance(direction, MatMul) else (direction,)
    return is_single(matrix) or all(
        not factor.is_Matrix
        or isinstance(factor, Identity)
        or _is_function_of(factor, matrix)
        or _is_function_of(transpose(factor), transpose(matrix))
        for factor in factors
    )


def _is_function_of(factor: Expr, matrix: Expr) -> bool:
    """Return whether a factor is a multiple, a power or a function of a matrix or a multiple."""
    if isinstance(factor, (MatPow, Inverse, OfMatrix)) and _are_multiples(factor.args[0], matrix):
        return True
    return _are_multiples(factor, matrix)


def _are_multiples(first: Expr, second: Expr) -> bool:
    return split_coefficient(first)[1] == split_coefficient(second)[1]


def _frechet_in_normal_form(
    kind: type, slope: Callable[[Expr], Expr], base: Expr, direction: Expr
) -> Expr:
    """A derivative in a direction; if that commutes with A, it is f'(A) E."""
    scale, direction = split_coefficient(direction)
    if isinstance(direction, ZeroMatrix):
        return direction
    if commutes(direction, base):
        return mul(scale, direction, slope(base))
    return mul(scale, kind(base, direction))


def expm_frechet(base: Expr, direction: Expr) -> Expr:
    """The derivative of the exponential in a direction, in normal form."""
    return _frechet_in_normal_form(ExpmFrechet, expm_of, base, direction)


def logm_frechet(base: Expr, direction: Expr) -> Expr:
    """The derivative of the logarithm in a direction, in normal form."""
    return _frechet_in_normal_form(LogmFrechet, inverse, base, direction)


def expm_jacobian(base: Expr) -> Expr:
    """The derivative of the exponential on vec, in normal form."""
    return expm_of(base) if is_single(base) else ExpmJacobian(base)


# --- the definition -------------------------------------------------------------------------


def _entries(calc: Any, node: Any, A: Grid) -> Grid:
    found: Grid = calc.ring.matrix_function(node.function, square_grid(A, node.function))
    return found


def _moved(calc: Any, function: str, A: Grid, E: Grid) -> Grid:
    """The upper right block of f([A, E; 0, A])."""
    n, zero = square_grid(A, function).rows, calc.ring.number(S.Zero)

    def entry(i: int, j: int) -> Any:
        if (i < n) == (j < n):
            return A[i % n, j % n]
        return E[i, j - n] if i < n else zero

    whole = calc.ring.matrix_function(function, Grid.of(2 * n, 2 * n, entry))
    return Grid.of(n, n, lambda i, j: whole[i, n + j])


def _jacobian_entries(calc: Any, _: Any, A: Grid) -> Grid:
    n, one, zero = A.rows, calc.ring.number(S.One), calc.ring.number(S.Zero)

    def column(k: int) -> tuple[Any, ...]:
        unit = Grid.of(n, n, lambda i, j: one if j * n + i == k else zero)
        return tuple(_moved(calc, "exponential", A, unit).stacked())

    columns = list(map(column, range(n * n)))
    return Grid.of(n * n, n * n, lambda i, j: columns[j][i])


# --- on arrays ------------------------------------------------------------------------------


def _on_arrays(on: Any, node: Any) -> Any:
    return on.matrix_function(node.function, on.value(node.arg))


def _moved_on_arrays(on: Any, node: Any) -> Any:
    np, (A, E) = on.np, on.all_of(node.args)
    rows = (np.concatenate([A, E], axis=3), np.concatenate([0 * A, A], axis=3))
    n = A.shape[-1]
    return on.matrix_function(node.function, np.concatenate(rows, axis=2))[:, :, :n, n:]


# --- code and text --------------------------------------------------------------------------

_EXPONENTIALS = {
    "numpy": "scipy.linalg.expm",
    "jax": "jax.scipy.linalg.expm",
    "torch": "torch.linalg.matrix_exp",
}


_BY_SCIPY = '''
def {name}(A):
    """The principal {what} of A; of real A NaN where an eigenvalue is 0 or a negative number."""
    found = scipy.linalg.{name}(A.astype(np.result_type(A, np.float64)))
    if np.iscomplexobj(A):
        return found.astype(A.dtype)
    size = abs(found).max()
    is_real = abs(found.imag).max() <= np.finfo(found.dtype).eps ** 0.5 * size
    return found.real.astype(A.dtype) if is_real else np.full_like(A, np.nan)
'''

_ITERATIONS = {
    "jax": """
def root(A, steps):
    def step(_, pair):
        Y, Z = pair
        return (Y + jnp.linalg.inv(Z)) / 2, (Z + jnp.linalg.inv(Y)) / 2

    return jax.lax.fori_loop(0, steps, step, (A, jnp.diag(jnp.ones_like(A[0]))))[0]
""",
    "torch": """
def root(A, steps):
    Y, Z = A, torch.diag(torch.ones_like(A[0]))
    for _ in range(steps):
        Y, Z = (Y + torch.linalg.inv_ex(Z)[0]) / 2, (Z + torch.linalg.inv_ex(Y)[0]) / 2
    return Y
""",
}
"""The iteration of Denman and Beavers for a square root."""

_SQRTM = '''
def sqrtm(A):
    """The principal square root of A; NaN where an eigenvalue is 0 or a negative number."""

    {root}

    X = root(A, 40)
    near = {{lib}}.finfo(A.dtype).eps ** 0.5 * {{lib}}.abs(A).max()
    return {{lib}}.where({{lib}}.abs(X @ X - A).max() <= near, X, float("nan"))
'''

_LOGM = '''
def logm(A):
    """The principal logarithm of A; NaN where an eigenvalue is 0 or a negative number."""

    {root}

    X, I = root(A, 40), {{lib}}.diag({{lib}}.ones_like(A[0]))
    near = {{lib}}.finfo(A.dtype).eps ** 0.5 * {{lib}}.abs(A).max()
    is_root = {{lib}}.abs(X @ X - A).max() <= near
    X = {{lib}}.where(is_root, X, I)
    for steps in (20, 14, 10, 9, 8, 7, 7):
        X = root(X, steps)
    W = {{lib}}.linalg.solve(X + I, X - I)
    term = total = W
    for k in range(3, 21, 2):  # the series of log((I + W) / (I - W)) / 2
        term = term @ W @ W
        total = total + term / k
    return {{lib}}.where(is_root, 512 * total, float("nan"))
'''

_FRECHET = '''
def {name}_frechet(A, E):
    """The derivative of the matrix {what} at A in the direction E."""{before}
    n, size = len(A), {{lib}}.abs(E).max()
    size = {{lib}}.where(size > 0, size, {{lib}}.ones_like(size))
    rows = ({{lib}}.hstack([A, E / size]), {{lib}}.hstack([{{lib}}.zeros_like(A), A]))
    return size * {function}({{lib}}.concatenate(rows))[:n, n:]
'''

_JACOBIAN = '''
def expm_jacobian(A):
    """The derivative of the matrix exponential at A, on stacked columns."""
    n = len(A)
    I = {{lib}}.diag({{lib}}.ones_like(A[0]))
    E = (I[:, None, :, None] * I[None, :, None, :]).reshape(n * n, n, n).swapaxes(1, 2)
    A = A + {{lib}}.zeros_like(E)
    rows = ({{lib}}.concatenate([A, E], 2), {{lib}}.concatenate([{{lib}}.zeros_like(A), A], 2))
    moved = {function}({{lib}}.concatenate(rows, 1))[:, :n, n:]
    return moved.swapaxes(1, 2).reshape(n * n, n * n).T
'''


def _inside(code: str) -> str:
    """The lines of a function that is defined inside of another."""
    return indent(code.strip("\n"), "    ").strip()


def _written(name: str, code: str, by_scipy: str) -> dict[str, str]:
    """A function for each library: by SciPy for NumPy."""
    by_iteration = {lib: code.format(root=_inside(root)) for lib, root in _ITERATIONS.items()}
    return {"numpy": _BY_SCIPY.format(name=name, what=by_scipy), **by_iteration}


_LOGARITHMS = _written("logm", _LOGM, "logarithm")

_CODE: dict[type, dict[str, str]] = {
    Expm: {library: f"{call}({{0}})" for library, call in _EXPONENTIALS.items()},
    Logm: _LOGARITHMS,
    Sqrtm: _written("sqrtm", _SQRTM, "square root"),
    ExpmFrechet: {
        library: _FRECHET.format(name="expm", what="exponential", before="", function=call)
        for library, call in _EXPONENTIALS.items()
    },
    LogmFrechet: {
        library: _FRECHET.format(
            name="logm", what="logarithm", before="\n\n    " + _inside(code) + "\n", function="logm"
        )
        for library, code in _LOGARITHMS.items()
    },
    ExpmJacobian: {
        library: _JACOBIAN.format(function=call) for library, call in _EXPONENTIALS.items()
    },
}


def _code(kind: type) -> Call:
    return Call("", **_CODE[kind], matrices=True)


def _transposed(node: Any) -> Expr | None:
    base, direction = node.args
    if not leads_with_transpose(base):
        return None
    return type(node)(transpose(base), transpose(direction))


_BESIDE_RANDOM_ONES = Absent("a value takes too long inside of random expressions of any depth")

for _kind, _name, _normal in (
    (Expm, "expm", expm_of),
    (Logm, "logm", logm_of),
    (Sqrtm, "sqrtm", sqrtm_of),
):
    tell(
        _kind,
        text=_name,
        shape=square,
        normal=_normal,
        entries=Entries(_entries),
        arrays=_on_arrays,
        code=_code(_kind),
        example=_BESIDE_RANDOM_ONES,
        transposed=transposed_inside(_kind),
        is_atom=True,
        is_holomorphic=True,
    )

for _moving, _name, _sign, _build in (
    (ExpmFrechet, "expm_frechet", r"\exp", expm_frechet),
    (LogmFrechet, "logm_frechet", r"\log", logm_frechet),
):
    tell(
        _moving,
        text=_name,
        tex=rf"L_{{{_sign}}}",
        shape=alike,
        normal=_build,
        entries=Entries(lambda calc, node, A, E: _moved(calc, node.function, A, E)),
        arrays=_moved_on_arrays,
        code=_code(_moving),
        example=Absent("the differential of the function brings it in"),
        transposed=_transposed,
        is_atom=True,
        is_holomorphic=True,
    )

tell(
    ExpmJacobian,
    text="expm_jacobian",
    tex=r"K_{\exp}",
    shape=stated,
    normal=expm_jacobian,
    entries=Entries(_jacobian_entries),
    arrays=Absent("its definition is used: it is met in Jacobians, which are small"),
    code=_code(ExpmJacobian),
    example=Absent("the differential of an exponential brings it in"),
    transposed=transposed_inside(ExpmJacobian),
    is_atom=True,
    is_holomorphic=True,
)
