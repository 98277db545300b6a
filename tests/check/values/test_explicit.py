"""What the judge writes out is what NumPy calculates, node by node."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import (
    Adjoint,
    BlockDiagMatrix,
    BlockMatrix,
    Determinant,
    DiagMatrix,
    DiagonalMatrix,
    DiagonalOf,
    Dummy,
    Function,
    HadamardPower,
    HadamardProduct,
    I,
    Identity,
    ImmutableDenseMatrix,
    Integer,
    Integral,
    Inverse,
    KroneckerProduct,
    Lambda,
    Matrix,
    MatrixExpr,
    MatrixSymbol,
    Max,
    OneMatrix,
    Piecewise,
    Symbol,
    Trace,
    ZeroMatrix,
    conjugate,
    exp,
    symbols,
    tanh,
)

from derivlib.check import AbstractPartial, explicit, resolve_sizes, size_symbols
from derivlib.errors import InputError, ShapeError, SizesError, UnsupportedError
from derivlib.nodes import (
    AbstractGradient,
    BasisMatrix,
    Inner,
    MatrixFunction,
    d,
    diagonal_sums,
    partial,
    prime,
    sum_entries,
    tril,
    triu,
    unvec,
    vec,
)

n, m, p = symbols("n m p", integer=True, positive=True)
SIZES = {n: 4, m: 3, p: 2}
X, Y, W = MatrixSymbol("X", n, m), MatrixSymbol("Y", n, m), MatrixSymbol("W", m, p)
A, v, w = MatrixSymbol("A", m, m), MatrixSymbol("v", m, 1), MatrixSymbol("w", n, 1)
z, t = symbols("z t")
sigma, lam = Function("sigma"), Function("lambda")

RNG = np.random.default_rng(2020)
ARRAYS = {
    symbol: RNG.integers(1, 9, [int(size.subs(SIZES)) for size in symbol.shape]).astype(float)
    for symbol in (X, Y, W, A, v, w)
}
X_, Y_, W_, A_, v_, w_ = ARRAYS.values()

HALF_ = np.tril(A_).flatten(order="F")
SYMMETRIC_ = np.tril(A_) + np.tril(A_, -1).T
BANDS_ = np.arange(1.0, 6.0)
TOEPLITZ_ = np.array([[BANDS_[2 + j - i] for j in range(3)] for i in range(3)])

CASES = {
    "lower triangle": (tril(A * A), np.tril(A_ @ A_)),
    "upper triangle": (triu(A * A), np.triu(A_ @ A_)),
    "sums of diagonals": (
        diagonal_sums(A),
        [[np.trace(A_, offset=j - i) for j in range(3)] for i in range(3)],
    ),
    "duplication matrix": (
        BasisMatrix("symmetric", m) * Matrix(A_[np.triu_indices(3)[::-1]].astype(int)),
        SYMMETRIC_.flatten(order="F")[:, None],
    ),
    "basis of lower triangular matrices": (
        BasisMatrix("lower triangular", m) * Matrix(A_[np.triu_indices(3)[::-1]].astype(int)),
        HALF_[:, None],
    ),
    "basis of upper triangular matrices": (
        BasisMatrix("upper triangular", m) * Matrix(A_.T[np.tril_indices(3)].astype(int)),
        np.triu(A_).flatten(order="F")[:, None],
    ),
    "basis of diagonal matrices": (
        BasisMatrix("diagonal", m) * v,
        np.diag(v_[:, 0]).flatten(order="F")[:, None],
    ),
    "basis of Toeplitz matrices": (
        BasisMatrix("toeplitz", m) * Matrix(BANDS_.astype(int)),
        TOEPLITZ_.flatten(order="F")[:, None],
    ),
    "basis of symmetric Toeplitz matrices": (
        BasisMatrix("symmetric toeplitz", m) * v,
        np.array([[v_[abs(i - j), 0] for j in range(3)] for i in range(3)]).flatten()[:, None],
    ),
    "product": (X * W, X_ @ W_),
    "product of three": (X.T * Y * W, X_.T @ Y_ @ W_),
    "sum with coefficients": (2 * X - Y / 3, 2 * X_ - Y_ / 3),
    "coefficient that is an expression": (
        Trace(A) * sum_entries(X) * X,
        np.trace(A_) * X_.sum() * X_,
    ),
    "transpose": (X.T, X_.T),
    "power": (A**3, A_ @ A_ @ A_),
    "zeroth power": (A**0 + A, np.eye(3) + A_),
    "inverse": (Inverse(A), np.linalg.inv(A_)),
    "negative power": (A**-2, np.linalg.inv(A_ @ A_)),
    "determinant": (Determinant(A), np.linalg.det(A_)),
    "determinant of a product": (Determinant(X.T * Y), np.linalg.det(X_.T @ Y_)),
    "trace": (Trace(X.T * Y), np.trace(X_.T @ Y_)),
    "identity": (A + Identity(m), A_ + np.eye(3)),
    "zeros": (ZeroMatrix(n, p), np.zeros((4, 2))),
    "ones": (w * OneMatrix(1, p), w_ @ np.ones((1, 2))),
    "ones of a calculated size": (OneMatrix(n + m - 1, 2 * p), np.ones((6, 4))),
    "Hadamard product": (HadamardProduct(X, Y, X), X_ * Y_ * X_),
    "Hadamard power": (HadamardPower(X, 3), X_**3),
    "elementwise division": (HadamardProduct(X, HadamardPower(Y, -1)), X_ / Y_),
    "powers entry by entry": (HadamardPower(X, Y), X_**Y_),
    "Kronecker product": (KroneckerProduct(X, W), np.kron(X_, W_)),
    "Kronecker product of three": (
        KroneckerProduct(W, v, A),
        np.kron(np.kron(W_, v_), A_),
    ),
    "elementwise function": (X.applyfunc(tanh), np.tanh(X_)),
    "elementwise Lambda": (X.applyfunc(Lambda(z, z**2 - 3 * z)), X_**2 - 3 * X_),
    "elementwise piecewise": (
        X.applyfunc(Lambda(z, Piecewise((z**2, z > 4), (-z, True)))),
        np.where(X_ > 4, X_**2, -X_),
    ),
    "elementwise maximum": (X.applyfunc(Lambda(z, Max(z, 5))), np.maximum(X_, 5)),
    "diagonal matrix of a vector": (DiagMatrix(v), np.diag(v_[:, 0])),
    "diagonal of a matrix": (DiagonalOf(X), np.diag(X_)[:, None]),
    "diagonal part of a matrix": (DiagonalMatrix(A), np.diag(np.diag(A_))),
    "entry of a product": ((X * W)[3, 1], (X_ @ W_)[3, 1]),
    "entry of a product of three": ((X * A * W)[2, 0], (X_ @ A_ @ W_)[2, 0]),
    "sum of entries": (sum_entries(X), X_.sum()),
    "vec stacks columns": (vec(X), X_.flatten(order="F")[:, None]),
    "vec of a product": (vec(X * W), (X_ @ W_).flatten(order="F")[:, None]),
    "unvec": (unvec(vec(X), (n, m)), X_),
    "unvec to another shape": (
        unvec(vec(X), (m, n)),
        X_.flatten(order="F").reshape(3, 4, order="F"),
    ),
    "inner product": (Inner(X, Y), np.vdot(X_, Y_)),
    "scalar functions": (exp(Trace(A) / 10) ** 2, np.exp(np.trace(A_) / 5)),
    "quotient": (Trace(A) / sum_entries(X), np.trace(A_) / X_.sum()),
    "explicit matrix": (X * Matrix([[1, 0], [2, 5], [0, -1]]), X_ @ [[1, 0], [2, 5], [0, -1]]),
    "block matrix": (
        BlockMatrix([[X, X * W], [A, W]]),
        np.block([[X_, X_ @ W_], [A_, W_]]),
    ),
    "block diagonal matrix": (
        BlockDiagMatrix(A, W),
        np.block([[A_, np.zeros((3, 2))], [np.zeros((3, 3)), W_]]),
    ),
    "size as a number": (n * Trace(A) + m, 4 * np.trace(A_) + 3),
}


def sizes_of(expr):
    return {size: SIZES[size] for size in size_symbols(expr)}


def numbers(symbol, i, j):
    return Integer(int(ARRAYS[symbol][i, j]))


@pytest.mark.parametrize("name", CASES)
def test_entries_are_those_of_numpy(name):
    expr, expected = CASES[name]
    if name == "size as a number":  # only m stands in a shape of it
        expr = expr + sum_entries(X) - sum_entries(X.T)
    found = explicit(expr, sizes_of(expr), entry=numbers)
    array = np.array(found.evalf(30).tolist() if found.is_Matrix else found.evalf(30), dtype=float)
    assert array.shape == np.shape(expected)
    np.testing.assert_allclose(array, expected, rtol=1e-12)


def test_entries_stay_symbols():
    """Without numbers an entry is X[i, j], counted from 0 as SymPy does."""
    found = explicit(X * W, SIZES)
    assert isinstance(found, ImmutableDenseMatrix)
    assert found[3, 1] == sum(X[3, k] * W[k, 1] for k in range(3))


def test_concrete_sizes_need_none_given():
    M = MatrixSymbol("M", 2, 3)
    assert explicit(M.T)[2, 1] == M[1, 2]


def test_abstract_function_of_a_matrix_takes_all_entries_row_by_row():
    M = MatrixSymbol("M", 2, 3)
    order = [M[i, j] for i in range(2) for j in range(3)]
    assert explicit(lam(M)) == lam(*order)
    assert explicit(lam(M.T)) == lam(*[M[i, j] for j in range(3) for i in range(2)])
    assert explicit(lam(M, t)) == lam(*order, t)


def test_abstract_elementwise_function_and_its_prime_stay():
    found = explicit((X * W).applyfunc(sigma), SIZES)
    assert found[0, 1] == sigma(sum(X[0, k] * W[k, 1] for k in range(3)))
    assert explicit(X.applyfunc(prime(sigma)), {n: 4, m: 3})[2, 1] == prime(sigma)(X[2, 1])


def test_abstract_matrix_function_has_one_scalar_function_per_entry():
    """Names count from 1; a comma keeps ν with two-digit indices apart."""
    found = explicit(MatrixFunction("nu", (n, p))(X, t), SIZES)
    assert found.shape == (4, 2)
    assert found[2, 1].func.__name__ == "nu_32"
    assert found[2, 1].args == (*explicit(X, {n: 4, m: 3}), t)
    wide = explicit(MatrixFunction("nu", (1, 12))(v), {m: 2})
    assert [wide[0, j].func.__name__ for j in (0, 9, 10)] == ["nu_11", "nu_1,10", "nu_1,11"]


def test_gradient_entry_names_function_and_entry():
    found = explicit(AbstractGradient(lam(X, W), 1), SIZES)
    assert found.shape == (3, 2)
    entry = found[2, 1]
    assert isinstance(entry, AbstractPartial)
    assert (entry.name, entry.function, entry.slots) == ("lambda", lam, ((1, 2, 1),))
    assert entry.arguments == (*explicit(X, {n: 4, m: 3}), *explicit(W, {m: 3, p: 2}))


def test_gradient_of_a_function_of_one_scalar_is_its_prime():
    one = MatrixSymbol("s", 1, 1)
    assert explicit(AbstractGradient(lam(one)))[0, 0] == prime(lam)(one[0, 0])


def test_partial_derivatives_print_with_indices_from_one():
    from sympy import latex

    entry = explicit(AbstractGradient(lam(MatrixSymbol("S", 1, 2))))[0, 1]
    assert str(entry) == "∂lambda/∂s_12(S[0, 0], S[0, 1])"
    assert latex(entry) == r"\frac{\partial \lambda}{\partial s_{12}}"
    twice = entry.partial(0)
    assert twice.index == (0, 1)
    assert latex(twice) == r"\frac{\partial^{2} \lambda}{\partial s_{11} \, \partial s_{12}}"


def test_jacobian_is_laid_out_by_vec_on_both_sides():
    """Row (i, j) of vec ν and column (k, l) of vec X hold ∂ν_ij/∂x_kl."""
    found = explicit(partial(MatrixFunction("nu", (n, p))(X)), SIZES)
    assert found.shape == (8, 12)
    entry = found[2 + 4 * 1, 3 + 4 * 2]
    assert (entry.name, entry.slots) == ("nu_32", ((0, 3, 2),))


def test_definitions_stand_in_for_names():
    N = MatrixSymbol("N", n, p)
    assert explicit(N.T, SIZES, definitions={N: X * W}) == explicit((X * W).T, SIZES)


def test_definition_in_a_circle_is_refused():
    N, S = MatrixSymbol("N", n, n), MatrixSymbol("S", n, n)
    with pytest.raises(InputError, match="refers to itself"):
        explicit(N, {n: 2}, definitions={N: S + S.T, S: 2 * N})


def test_shared_parts_are_written_out_once():
    """A tree of 2³⁰⁰ nodes made of 300 shared ones is counted, not copied, without recursion."""
    from sympy import MatAdd

    from derivlib.check.values.node_count import written_length

    M = MatrixSymbol("M", 1, 1)
    node = M
    for _ in range(300):
        node = MatAdd(node, node, evaluate=False)
    assert written_length(node, {}) == 2**301 - 1


# --- wrong input ------------------------------------------------------------------------


def test_missing_size_is_named():
    with pytest.raises(SizesError, match=r"no value for the size p: .* sizes m, n, p"):
        explicit(X * W, {n: 4, m: 3})


def test_misspelt_size_is_named():
    with pytest.raises(SizesError, match=r"size p; size q does not occur: .* sizes m, n, p"):
        explicit(X * W, {n: 4, m: 3, "q": 5})


def test_size_with_other_assumptions_is_explained():
    with pytest.raises(SizesError, match="another symbol of the same name"):
        explicit(X * W, {n: 4, m: 3, Symbol("p"): 2})


@pytest.mark.parametrize("value", [0, -2, 2.5, "3", True, None, p, Integer(0)])
def test_size_that_is_no_positive_integer_is_refused(value):
    with pytest.raises(SizesError, match="size p must be a positive integer"):
        explicit(X * W, {n: 4, m: 3, p: value})


def test_sizes_are_integers_in_alphabetical_order():
    assert list(resolve_sizes({p: Integer(2), n: np.int64(4), m: 3}, X * W).items()) == [
        (m, 3),
        (n, 4),
        (p, 2),
    ]


def test_sizes_that_do_not_fit_are_refused_where_they_meet():
    q = symbols("q", integer=True, positive=True)
    with pytest.raises(ShapeError, match=r"4×3 .* by a 5×2 .* in .*X\*B.* at .*q=5"):
        explicit(X * MatrixSymbol("B", q, p), {**SIZES, q: 5})
    with pytest.raises(ShapeError, match="4×3 and 5×3"):
        explicit(HadamardProduct(X, MatrixSymbol("B", q, m)), {n: 4, m: 3, q: 5})
    with pytest.raises(ShapeError, match="determinant of a 4×3 matrix, which is not square"):
        explicit(Determinant(MatrixSymbol("B", n, m)), {n: 4, m: 3})
    with pytest.raises(ShapeError, match="has no entries"):
        explicit(OneMatrix(n - 3, m), {n: 3, m: 2})


def test_entry_outside_a_matrix_is_refused():
    with pytest.raises(ShapeError, match=r"entry \[3, 0\], counted from 0, of a 2×3 matrix"):
        explicit(X[3, 0], {n: 2, m: 3})


def test_function_of_a_matrix_where_a_scalar_is_wanted_is_refused():
    with pytest.raises(ShapeError, match="expected a scalar, not a 4×3 matrix"):
        explicit(exp(X), {n: 4, m: 3})


def test_one_by_one_matrix_counts_as_a_scalar():
    assert explicit(exp(v.T * v), {m: 2}) == exp(v[0, 0] ** 2 + v[1, 0] ** 2)


class Mystery(MatrixExpr):
    """A matrix of which nothing is told."""

    shape = property(lambda self: self.args[0].shape)


def test_unknown_node_is_named_with_its_place():
    with pytest.raises(UnsupportedError, match=r"Mystery .*\(inside MatMul\) at m=3, n=4"):
        explicit(Trace(X * Mystery(X.T)), {n: 4, m: 3})


def test_an_adjoint_is_written_with_conjugates_which_change_nothing_of_real_numbers():
    found = explicit(Adjoint(X), {n: 4, m: 3})
    assert found == explicit(X.T, {n: 4, m: 3}).applyfunc(conjugate)
    real = {entry: Dummy(real=True) for entry in explicit(X, {n: 4, m: 3})}
    assert found.subs(real) == explicit(X.T, {n: 4, m: 3}).subs(real)


def test_what_has_no_entries_says_so():
    with pytest.raises(UnsupportedError, match="whole number, not t"):
        explicit(A**t, {m: 3})
    with pytest.raises(UnsupportedError, match="needs a direction"):
        explicit(d(X), {n: 4, m: 3})


def test_unknown_scalar_node_is_named():
    with pytest.raises(UnsupportedError, match="the entries of Integral are not known"):
        explicit(Integral(sigma(t), t))


@pytest.mark.parametrize("value", ["X*W", None, [1, 2], object()])
def test_what_is_not_sympy_is_refused(value):
    with pytest.raises(InputError, match="SymPy expression"):
        explicit(value)


def test_imaginary_numbers_are_left_alone_where_nothing_is_compared():
    assert explicit(I * X, {n: 1, m: 1})[0, 0] == I * X[0, 0]
