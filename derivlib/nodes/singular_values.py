"""What is made of singular values: norm(X, 2), norm(X, "nuc"), and polar(X)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, Identity, Lambda, S, Symbol, ZeroMatrix, sqrt

from derivlib.errors import UnsupportedError
from derivlib.expressions.construction import is_one, transposed_inside
from derivlib.expressions.facets import Call, Entries, Example, tell
from derivlib.expressions.shapes import scalar, stated
from derivlib.nodes.eigvalsh import (
    eigenpair,
    eigenvalue,
    of_eigenvalues,
    total_over_eigenvalues,
)
from derivlib.nodes.grid import Grid
from derivlib.nodes.node import Node, RealNode, as_matrix_operand
from derivlib.nodes.norm import Norm
from derivlib.nodes.products import matrix_product


class SpectralNorm(RealNode):
    """The largest singular value of a matrix."""

    is_nonnegative = True


class NuclearNorm(RealNode):
    """The sum of the singular values of a matrix."""

    is_nonnegative = True


class Polar(Node):
    """The orthogonal factor U Vᵀ of a matrix U Σ Vᵀ of full rank."""


def polar(matrix: Any) -> Expr:
    """The orthogonal factor P of the polar decomposition of a matrix, as SciPy's `linalg.polar`.

    It is X(XᵀX)^(-1/2) where the columns are independent, (XXᵀ)^(-1/2)X where the rows are, and
    the gradient of the nuclear norm. It has a derivative where the rank is full.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from derivlib import derive, norm
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X, C = MatrixSymbol("X", n, m), MatrixSymbol("C", n, m)
    >>> print(derive(norm(X, "nuc"), X))
    ∂L/∂X = polar(X)
    >>> derive(Trace(C.T * polar(X)), X).verify({n: 3, m: 2}).entries
    6

    ```

    Source: Higham (2008), chapter 8.

    :param matrix: a matrix expression or an explicit matrix, of full rank.
    :returns: a matrix of the same shape.
    :raises InputError: if `matrix` is not a matrix.
    """
    return Polar(as_matrix_operand(matrix, "polar"))


def _norm_of(kind: type) -> Callable[[Expr], Expr]:
    """Makes a norm in normal form: of a vector there is one singular value, its length."""

    def of(matrix: Expr) -> Expr:
        if isinstance(matrix, ZeroMatrix):
            return S.Zero
        return Norm(matrix) if any(map(is_one, matrix.shape)) else kind(matrix)

    return of


spectral_norm, nuclear_norm = _norm_of(SpectralNorm), _norm_of(NuclearNorm)


def polar_of(matrix: Expr) -> Expr:
    """The orthogonal factor in normal form."""
    return matrix if isinstance(matrix, (Identity, Polar)) else Polar(matrix)


# --- the definition: by the eigenvalues of XᵀX, or of XXᵀ where that is smaller ----------------


_z = Symbol("z")


def _gram(calc: Any, A: Grid) -> Grid:
    turned = A.transpose()
    return matrix_product(calc, [turned, A] if A.cols <= A.rows else [A, turned])


def _spectral(calc: Any, _: Any, A: Grid) -> Any:
    gram = _gram(calc, A)
    return calc.ring.power(eigenvalue(calc, gram, gram.rows - 1), calc.ring.number(S.Half))


def _nuclear(calc: Any, _: Any, A: Grid) -> Any:
    gram = _gram(calc, A)
    return total_over_eigenvalues(calc, Lambda(_z, sqrt(_z)), gram)


def _polar(calc: Any, _: Any, A: Grid) -> Grid:
    gram = _gram(calc, A)
    if len(calc.ring.independent(gram)[0]) < gram.rows:
        raise UnsupportedError("the polar factor of a matrix that is not of full rank")
    root = of_eigenvalues(calc, Lambda(_z, 1 / sqrt(_z)), gram)
    return matrix_product(calc, [A, root] if A.cols <= A.rows else [root, A])


# --- on arrays: by the symmetric factor H, with H² = XᵀX -----------------------------------------

_REFINEMENTS = 6
"""How often H is improved; of its changes each time one order more is right."""


def _tall(value: Any) -> Any:
    return value if value.shape[3] <= value.shape[2] else value.swapaxes(2, 3)


def _factored(on: Any, value: Any) -> tuple[Any, Any]:
    """For X with no more columns than rows X V and VᵀH V, in a basis V in which H is nearly s.

    Newton's method for H² = XᵀX there divides by sᵢ + sⱼ.
    """
    np, jets = on.np, on.jets
    _, s, Vt = np.linalg.svd(value[0, 0].astype(float), full_matrices=False)
    turned = jets.matmul(value, on.number(Vt.T))
    gram = jets.matmul(turned.swapaxes(2, 3), turned)
    inverted, H = jets.reciprocal(on.number(s[:, None] + s)), on.number(np.diag(s))
    for _ in range(_REFINEMENTS):
        H = H + jets.times(inverted, gram - jets.matmul(H, H))
    return turned, H


def _nuclear_on_arrays(on: Any, node: NuclearNorm) -> Any:
    _, H = _factored(on, _tall(on.value(node.arg)))
    return on.np.trace(H, axis1=2, axis2=3)[:, :, None, None]


def _polar_on_arrays(on: Any, node: Polar) -> Any:
    value = on.value(node.arg)
    tall = _tall(value)
    turned, H = _factored(on, tall)
    basis = on.np.linalg.svd(tall[0, 0].astype(float), full_matrices=False)[2]
    found = on.jets.matmul(on.jets.matmul(turned, on.jets.inverse(H)), on.number(basis))
    return found if tall is value else found.swapaxes(2, 3)


def _spectral_on_arrays(on: Any, node: SpectralNorm) -> Any:
    tall = _tall(on.value(node.arg))
    gram = on.jets.matmul(tall.swapaxes(2, 3), tall)
    return on.jets.apply(on.power(0.5), eigenpair(on, gram, gram.shape[-1] - 1)[0])


_POLAR = Call(
    '''
def polar(A):
    """The orthogonal factor of the polar decomposition."""
    U, _, V = {lib}.linalg.svd(A, full_matrices=False)
    return U @ V
''',
    matrices=True,
)

for _kind, _name, _sign, _order, _normal, _entries, _arrays in (
    (SpectralNorm, "specnorm", "2", "2", spectral_norm, _spectral, _spectral_on_arrays),
    (NuclearNorm, "nucnorm", "*", "'nuc'", nuclear_norm, _nuclear, _nuclear_on_arrays),
):
    tell(
        _kind,
        text=_name,
        tex=lambda p, node, sign=_sign: (
            rf"\left\lVert {p._print(node.arg)} \right\rVert_{{{sign}}}"
        ),
        shape=scalar,
        normal=_normal,
        entries=Entries(_entries),
        arrays=_arrays,
        code=Call(f"{{lib}}.linalg.norm({{0}}, {_order})", matrices=True),
        numpy=lambda p, node, order=_order: (
            f"{p._module_format(p._module + '.linalg.norm')}({p._print(node.arg)}, {order})"
        ),
        example=Example(lambda w, d, make=_normal: make(w.anything(d)), "scalar"),
    )
tell(
    Polar,
    text="polar",
    shape=stated,
    normal=polar_of,
    entries=Entries(_polar),
    arrays=_polar_on_arrays,
    code=_POLAR,
    numpy=lambda p, node: "(lambda U, s, V: U.dot(V))(*{}({}, full_matrices=False))".format(
        p._module_format(p._module + ".linalg.svd"), p._print(node.arg)
    ),
    example=Example(lambda w, r, c, d: polar(w.matrix(r, c, d))),
    transposed=transposed_inside(Polar),
    is_atom=True,
)
