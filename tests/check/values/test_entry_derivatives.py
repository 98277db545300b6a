"""Derivatives entry by entry are those that finite differences of NumPy show."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import (
    Abs,
    Determinant,
    DiagMatrix,
    Function,
    HadamardPower,
    HadamardProduct,
    Inverse,
    KroneckerProduct,
    Lambda,
    MatrixSymbol,
    Max,
    Symbol,
    Trace,
    exp,
    log,
    sign,
    sqrt,
    symbols,
    tanh,
)

from derivlib.check import AbstractPartial, elementwise, explicit, size_symbols
from derivlib.errors import InputError, SizesError, UnsupportedError
from derivlib.nodes import AbstractGradient, MatrixFunction, partial, prime, sum_entries, vec

n, m, p = symbols("n m p", integer=True, positive=True)
SIZES = {n: 4, m: 3, p: 2}
X, W, A = MatrixSymbol("X", n, m), MatrixSymbol("W", m, p), MatrixSymbol("A", m, m)
v, z, t = MatrixSymbol("v", m, 1), Symbol("z"), Symbol("t")
sigma, lam = Function("sigma"), Function("lambda")

RNG = np.random.default_rng(8)
X_, W_, A_, v_ = (RNG.uniform(0.5, 1.5, shape) for shape in [(4, 3), (3, 2), (3, 3), (3, 1)])
VALUES = {X: X_, W: W_, A: A_, v: v_, t: np.float64(0.7)}


def column(array):
    return np.asarray(array).flatten(order="F")


def differences(function, at, step=1e-6):
    """The Jacobian of vec F by vec X from central differences, column by column."""
    flat, columns = column(at), []
    for k in range(flat.size):
        shift = np.zeros_like(flat)
        shift[k] = step
        moved = [
            column(function((flat + s * shift).reshape(np.shape(at), order="F"))) for s in (1, -1)
        ]
        columns.append((moved[0] - moved[1]) / (2 * step))
    return np.stack(columns, axis=1)


CASES = {
    "layer by weights": (
        sum_entries((X * W).applyfunc(tanh)),
        W,
        lambda W_: np.tanh(X_ @ W_).sum(),
    ),
    "layer by inputs": (
        Trace((X * W).applyfunc(tanh).T * (X * W)),
        X,
        lambda X_: np.trace(np.tanh(X_ @ W_).T @ (X_ @ W_)),
    ),
    "bilinear form": (v.T * A * v, A, lambda A_: (v_.T @ A_ @ v_)[0, 0]),
    "quadratic form": (v.T * A * v, v, lambda v_: (v_.T @ A_ @ v_)[0, 0]),
    "determinant": (Determinant(A), A, np.linalg.det),
    "log-determinant": (log(Determinant(A.T * A)), A, lambda A_: np.log(np.linalg.det(A_.T @ A_))),
    "trace of an inverse": (Trace(Inverse(A)), A, lambda A_: np.trace(np.linalg.inv(A_))),
    "norm": (sqrt(Trace(X.T * X)), X, np.linalg.norm),
    "quotient": (Trace(A) / sum_entries(A), A, lambda A_: np.trace(A_) / A_.sum()),
    "inverse as a matrix": (Inverse(A), A, np.linalg.inv),
    "transpose as a matrix": (X.T, X, np.transpose),
    "product as a matrix": (X * W, W, lambda W_: X_ @ W_),
    "vec of a product": (vec(X * W), X, lambda X_: X_ @ W_),
    "Kronecker product": (KroneckerProduct(W, v), W, lambda W_: np.kron(W_, v_)),
    "Hadamard power": (HadamardPower(X, 3), X, lambda X_: X_**3),
    "diagonal matrix": (DiagMatrix(v) * W, v, lambda v_: np.diag(v_[:, 0]) @ W_),
    "maximum": (
        sum_entries(X.applyfunc(Lambda(z, Max(z, 1) ** 2))),
        X,
        lambda X_: (np.maximum(X_, 1) ** 2).sum(),
    ),
    "absolute value": (
        sum_entries((X * W - 3 * X * W).applyfunc(Abs)),
        W,
        lambda W_: np.abs(-2 * X_ @ W_).sum(),
    ),
    "parameter of an elementwise function": (
        sum_entries(X.applyfunc(Lambda(z, exp(t * z)))),
        t,
        lambda t_: np.exp(t_ * X_).sum(),
    ),
    "matrix by scalar": (t**2 * X, t, lambda t_: t_**2 * X_),
    "scalar by scalar": (exp(t) * Trace(A), t, lambda t_: np.exp(t_) * np.trace(A_)),
}


def sizes_of(*expressions):
    return {size: SIZES[size] for size in size_symbols(*expressions)}


def numeric(matrix):
    """Put the arrays into the entries of an explicit matrix."""
    from sympy import Float
    from sympy.matrices.expressions.matexpr import MatrixElement

    def value(node):
        if isinstance(node, MatrixElement):
            return Float(VALUES[node.parent][int(node.i), int(node.j)], 30)
        return Float(VALUES[node], 30)

    atoms = matrix.atoms(MatrixElement) | (matrix.free_symbols & {t})
    values = {node: value(node) for node in atoms}
    put_in = matrix.xreplace(values)
    return np.array(put_in.tolist() if put_in.is_Matrix else put_in, dtype=float)


@pytest.mark.parametrize("name", CASES)
def test_derivatives_agree_with_finite_differences(name):
    """In the layout of the contract: gradients, matrices by a scalar, Jacobians on vec."""
    expr, wrt, function = CASES[name]
    found = numeric(elementwise(expr, wrt, sizes_of(expr, wrt)))
    jacobian = differences(function, VALUES[wrt])
    value = function(VALUES[wrt])
    if not wrt.is_Matrix:
        expected = jacobian.reshape(np.shape(value), order="F")
    elif np.ndim(value) == 0:
        expected = jacobian.reshape(np.shape(VALUES[wrt]), order="F")
    else:
        expected = jacobian
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


def test_abstract_layer_by_its_weights():
    """∂L/∂w_kl = Σ_i x_ik ∂λ/∂s_il σ'(n_il), with clean partial derivatives of λ."""
    S = (X * W).applyfunc(sigma)
    found = elementwise(lam(S), W, SIZES)
    gradient = explicit(AbstractGradient(lam(S)), SIZES)
    slope = explicit((X * W).applyfunc(prime(sigma)), SIZES)
    for k in range(3):
        for l in range(2):
            expected = sum(X[i, k] * gradient[i, l] * slope[i, l] for i in range(4))
            assert found[k, l].expand() == expected


def test_nothing_unevaluated_or_invented_is_left():
    found = elementwise(lam((X * W).applyfunc(sigma)), X, SIZES)
    assert found.free_symbols <= {X, W}
    assert not any(name in str(found) for name in ("Subs", "Derivative", "xi", "_d", "Dummy"))
    assert {node.index for node in found.atoms(AbstractPartial)} == {(k,) for k in range(8)}


def test_entries_are_named_as_asked():
    """The display chooses the letters; no entry of SymPy's own is left."""
    found = elementwise(
        lam((X * W).applyfunc(sigma)),
        W,
        {n: 2, m: 1, p: 2},
        entry=lambda M, i, j: Symbol(f"{M.name.lower()}_{i + 1}{j + 1}"),
    )
    assert {str(symbol) for symbol in found.free_symbols} == {"x_11", "x_21", "w_11", "w_12"}


def test_second_derivatives_do_not_depend_on_the_order():
    """∂²f/∂u∂v = ∂²f/∂v∂u, written in one way only."""
    f, u, y = Function("f"), Symbol("u"), Symbol("y")
    mixed = elementwise(elementwise(f(u, y), u), y)
    assert mixed == elementwise(elementwise(f(u, y), y), u)
    assert mixed.index == (0, 1)


def test_chain_rule_through_two_abstract_functions():
    f, g = Function("f"), Function("g")
    assert elementwise(f(g(t)), t) == prime(f)(g(t)) * prime(g)(t)
    assert elementwise(prime(f)(t), t) == prime(f, 2)(t)


def test_abstract_matrix_function_has_its_jacobian():
    nu = MatrixFunction("nu", (n, p))(X)
    assert elementwise(nu, X, SIZES) == explicit(partial(nu), SIZES)


def test_variable_that_does_not_occur_gives_zeros_of_the_right_shape():
    assert elementwise(Trace(A), W, {m: 3, p: 2}).shape == (3, 2)
    assert elementwise(A, W, {m: 3, p: 2}).shape == (9, 6)
    assert elementwise(Trace(A), t, {m: 3}) == 0


def test_layout_follows_symbolic_shapes():
    """A column of length n is a column at n = 1 too: its derivative is a Jacobian."""
    x = MatrixSymbol("x", n, 1)
    assert elementwise(x, MatrixSymbol("y", m, 1), {n: 1, m: 3}).shape == (1, 3)
    assert elementwise(v.T * v, v, {m: 3}).shape == (3, 1)


def test_scalars_are_real():
    """SymPy's derivative of |x| over the complex numbers is unreadable."""
    assert elementwise(Abs(t), t) == sign(t)


def test_hadamard_product_by_hand():
    B = MatrixSymbol("B", n, m)
    found = elementwise(sum_entries(HadamardProduct(X, B, B)), B, {n: 2, m: 1})
    assert found == explicit(2 * HadamardProduct(X, B), {n: 2, m: 1})


@pytest.mark.parametrize("wrt", [X.T, X * W, X[0, 0], t + 1, Trace(A), 3])
def test_variable_that_is_no_symbol_is_refused(wrt):
    with pytest.raises(InputError, match="with respect to a symbol, not"):
        elementwise(sum_entries(X), wrt, sizes_of(X, *([wrt] if wrt != 3 else [])))


def test_size_of_the_variable_is_needed_too():
    with pytest.raises(SizesError, match="no value for the size p"):
        elementwise(sum_entries(X), W, {n: 4, m: 3})


def test_function_without_a_derivative_is_refused():
    from sympy import totient

    with pytest.raises(UnsupportedError, match="derivative"):
        elementwise(totient(t), t)
