"""Operations of two matrices that are linear in each: distances of points, and further products."""

from __future__ import annotations

from sympy import Expr, Integer, KroneckerProduct, MatMul, MatrixSymbol, S

from derivlib.expressions.construction import (
    add,
    hadamard,
    identity,
    is_one,
    is_zero,
    kronecker,
    mul,
    ones,
    transpose,
    zeros,
)
from derivlib.nodes import (
    Circulant,
    ColumnBasis,
    ConvolutionMatrix,
    CrossProduct,
    KhatriRao,
    Skew,
    SquaredDistances,
)
from derivlib.nodes.builders import (
    circulant_matrix,
    columnwise,
    convolution_matrix,
    cross,
    diagonal,
    diagonal_matrix,
    skew,
    vec,
)
from derivlib.rules.declare import algebra, differential, linear, moving
from derivlib.rules.placeholders import k, m, matrix, n, p, q
from derivlib.rules.products import moves, outer_products
from derivlib.rules.rule import Arguments, Differentiate
from derivlib.rules.sources import (
    CHAIN_RULE,
    FUNDAMENTAL,
    KRONECKER_ALGEBRA,
    LINEAR_STRUCTURES,
    MATRIX_ALGEBRA,
)

U, V = matrix("U", n, m), matrix("V", p, m)


@differential(SquaredDistances, "squared distances", (U, V), source=CHAIN_RULE)
def _squared_distances(d: Differentiate, points: Expr, others: Expr) -> Expr:
    # From ‖x − y‖² = ‖x‖² + ‖y‖² − 2 xᵀy; the diagonal of X dXᵀ has the changes xᵀdx.
    row, column = ones(S.One, others.shape[0]), ones(points.shape[0], S.One)
    terms = []
    if not is_zero(moving := d(points)):
        terms += [
            mul(diagonal(mul(points, transpose(moving))), row),
            mul(S.NegativeOne, moving, transpose(others)),
        ]
    if not is_zero(moving := d(others)):
        terms += [
            mul(column, transpose(diagonal(mul(others, transpose(moving))))),
            mul(S.NegativeOne, points, transpose(moving)),
        ]
    if not terms:
        return zeros(points.shape[0], others.shape[0])
    return mul(Integer(2), add(*terms))


# --- the Khatri–Rao product ---------------------------------------------------------------


@differential(KhatriRao, "Khatri–Rao product", (U, V), source=FUNDAMENTAL)
def _khatri_rao(d: Differentiate, left: Expr, right: Expr) -> Expr:
    return add(columnwise(d(left), right), columnwise(left, d(right)))


def _repeated(kept: Expr, at: int, size: Expr) -> Expr:
    """The factor of a Khatri–Rao product that stays, with as many rows as the product."""
    column = ones(size, S.One)
    return kronecker(column, kept) if at == 0 else kronecker(kept, column)


def _spread(E: Expr, at: int, size: Expr) -> Expr:
    """The P with which the factor that moves, with as many rows as the product, is P E."""
    one, column = identity(E.shape[0]), ones(size, S.One)
    return kronecker(one, column) if at == 0 else kronecker(column, one)


def _khatri_rao_moving(on_the: str, at: int, instance: Arguments) -> None:
    """The rules for a Khatri–Rao product (P E) ⊙ B of which one factor moves."""

    def parts(*factors: Expr) -> tuple[Expr, Expr, Expr]:
        E, kept = factors[at], factors[1 - at]
        return _spread(E, at, kept.shape[0]), _repeated(kept, at, E.shape[0]), E

    def adjoint(G: Expr, *factors: Expr) -> Expr:
        spread, kept, _ = parts(*factors)
        return mul(transpose(spread), hadamard(kept, G))

    def on_vec(*factors: Expr) -> Expr:
        spread, kept, E = parts(*factors)
        return mul(diagonal_matrix(vec(kept)), kronecker(identity(E.shape[1]), spread))

    moving(
        KhatriRao,
        columnwise,
        instance,
        at=at,
        adjoint=adjoint,
        matrix=on_vec,
        trace=(f"Khatri–Rao product in the trace, moving on the {on_the}", KRONECKER_ALGEBRA),
        vec=(f"vec of a Khatri–Rao product, moving on the {on_the}", KRONECKER_ALGEBRA),
        arguments=lambda expr: expr.args if moves(expr.args[0]) is (at == 0) else None,
    )


_khatri_rao_moving("left", 0, (matrix("E", n, m), matrix("B", p, m)))
_khatri_rao_moving("right", 1, (matrix("A", n, m), matrix("E", p, m)))

# --- the cross product --------------------------------------------------------------------

a3, b3 = MatrixSymbol("u", 3, 1), MatrixSymbol("v", 3, 1)
e3 = MatrixSymbol("e", 3, 1)


@differential(CrossProduct, "cross product", (a3, b3), source=FUNDAMENTAL)
def _cross(d: Differentiate, left: Expr, right: Expr) -> Expr:
    return add(cross(d(left), right), cross(left, d(right)))


def _cross_moving(on_the: str, at: int, instance: Arguments) -> None:
    """The rules for a cross product of which one column moves: g · (e × b) = (b × g) · e."""

    def adjoint(g: Expr, left: Expr, right: Expr) -> Expr:
        return cross(right, g) if at == 0 else cross(g, left)

    def on_vec(left: Expr, right: Expr) -> Expr:
        return mul(S.NegativeOne, skew(right)) if at == 0 else skew(left)

    moving(
        CrossProduct,
        cross,
        instance,
        at=at,
        adjoint=adjoint,
        matrix=on_vec,
        trace=(f"cross product in the trace, moving on the {on_the}", MATRIX_ALGEBRA),
        vec=(f"cross product under a vec, moving on the {on_the}", MATRIX_ALGEBRA),
        arguments=lambda expr: expr.args if moves(expr.args[0]) is (at == 0) else None,
    )


_cross_moving("left", 0, (e3, b3))
_cross_moving("right", 1, (a3, e3))

# --- matrices made of a column ------------------------------------------------------------


def _adjoint(G: Expr, basis: ColumnBasis) -> Expr:
    """The column c* with ⟨G, S(e)⟩ = ⟨c*, e⟩; for G = u wᵀ it is R(w)ᵀ u, where S(e) w = R(w) e."""
    outer = outer_products(G)
    if outer is None:
        return mul(transpose(basis), vec(G))
    return add(*(mul(transpose(basis.of_column(w)), u) for u, w in outer))


SKEW = ColumnBasis("skew", 3, 3)


def _skew_adjoint(G: Expr, _: Expr) -> Expr:
    """For G = u wᵀ it is w × u, as u · (e × w) says."""
    outer = outer_products(G)
    if outer is None:
        return _adjoint(G, SKEW)
    return add(*(cross(w, u) for u, w in outer))


linear(
    Skew,
    "skew-symmetric matrix",
    skew,
    (b3,),
    adjoint=_skew_adjoint,
    matrix=lambda _: SKEW,
    source=(FUNDAMENTAL, MATRIX_ALGEBRA, LINEAR_STRUCTURES),
)

linear(
    Circulant,
    "circulant matrix",
    circulant_matrix,
    (MatrixSymbol("v", n, 1),),
    adjoint=lambda G, e: _adjoint(G, ColumnBasis("circulant", e.shape[0], e.shape[0])),
    matrix=lambda e: ColumnBasis("circulant", e.shape[0], e.shape[0]),
    source=(FUNDAMENTAL, LINEAR_STRUCTURES, LINEAR_STRUCTURES),
)

linear(
    ConvolutionMatrix,
    "matrix of a convolution",
    convolution_matrix,
    (MatrixSymbol("v", n, 1), (m,), "full"),
    adjoint=lambda G, e, cols, mode: _adjoint(G, ColumnBasis(mode, e.shape[0], *cols)),
    matrix=lambda e, cols, mode: ColumnBasis(mode, e.shape[0], *cols),
    source=(FUNDAMENTAL, LINEAR_STRUCTURES, LINEAR_STRUCTURES),
)


def _row_before_basis(expr: Expr) -> Arguments | None:
    """What stands around wᵀ ⊗ A times such a basis, in a product."""
    factors = expr.args
    for i in range(len(factors) - 1):
        left, basis = factors[i : i + 2]
        if not isinstance(basis, ColumnBasis) or not isinstance(left, KroneckerProduct):
            continue
        row, *rest = left.args
        if is_one(row.shape[0]) and rest:
            after = mul(identity(basis.shape[1]), *factors[i + 2 :])
            return mul(*factors[:i], identity(left.shape[0])), row, kronecker(*rest), basis, after
    return None


algebra(
    "row times the matrix of a column",
    lambda before, row, rest, basis, after: (
        mul(before, kronecker(row, rest), basis, after),
        mul(before, rest, basis.of_column(transpose(row)), after),
    ),
    (
        matrix("A", k, p),
        MatrixSymbol("w", 1, m),
        matrix("B", p, m + n - 1),
        ColumnBasis("full", n, m),
        matrix("C", n, q),
    ),
    (
        matrix("A", k, p),
        MatrixSymbol("w", 1, n),
        matrix("B", p, n),
        ColumnBasis("circulant", n, n),
        matrix("C", n, q),
    ),
    (
        matrix("A", k, p),
        MatrixSymbol("w", 1, 3),
        matrix("B", p, 3),
        SKEW,
        matrix("C", 3, q),
    ),
    source=LINEAR_STRUCTURES,
    of=MatMul,
    arguments=_row_before_basis,
)
