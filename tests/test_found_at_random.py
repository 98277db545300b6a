"""Derivatives that random examples once found refused, or ended by an error of SymPy's."""

from __future__ import annotations

import pytest
from sympy import (
    Abs,
    BlockMatrix,
    Determinant,
    DiagMatrix,
    DiagonalOf,
    Function,
    HadamardProduct,
    Heaviside,
    Identity,
    ImmutableMatrix,
    KroneckerProduct,
    Lambda,
    MatrixSymbol,
    Max,
    OneMatrix,
    Piecewise,
    Rational,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    log,
    sign,
    sin,
    sqrt,
    symbols,
    tanh,
)

from derivlib import (
    MatrixFunction,
    UndefinedError,
    UnsupportedError,
    absolute,
    clip,
    derive,
    hessian,
    huber,
    khatri_rao,
    lambda_max,
    latex,
    maximum,
    norm,
    pinv,
    polar,
    projector,
    relu,
    softmax,
    squared_distances,
    sum_entries,
    tril,
)
from derivlib.expressions.expanding import mean_the_same
from derivlib.nodes.sigmoid import Sigmoid
from derivlib.rules.scalar_forms import hyperbolic, logistic

n, m = symbols("n m", integer=True, positive=True)
t, bounded = Symbol("t"), Symbol("bounded")
X, B, C = MatrixSymbol("X", n, n), MatrixSymbol("B", m, n), MatrixSymbol("C", n, m)
x, y, row, j = (MatrixSymbol(name, *shape) for name, shape in (
    ("x", (n, 1)), ("y", (n, 1)), ("r", (1, n)), ("j", (n + 1, 1))))  # fmt: skip
wide, other = MatrixSymbol("W", n, n * m), MatrixSymbol("Y", n, n * m)
U, u, v = MatrixSymbol("U", 3, 3), MatrixSymbol("u", 1, 3), MatrixSymbol("v", 3, 1)
nu = MatrixFunction("nu", (n, n))

numbers = norm(ImmutableMatrix([[-2, 3], [1, 0]]))
probabilities = softmax(bounded * x.T * y)
product = B * X
thrice = HadamardProduct(product, product * C * product, product + OneMatrix(m, n))
larger = (t * U)[0, 1] > 1
written_out = 1 / ((u * U * v).as_explicit()[0, 0] ** 2 + 1)
zero_eigenvalue = lambda_max(ZeroMatrix(n, n))
inverse_of_relu = 1 / relu(sum_entries(t * X))
apart = sign(t) * sign(sin(t))
column = BlockMatrix([[x.T * X.T * row.T], [2 * X.T * row.T]])

FOUND = {
    "entries that are a root of a square": lambda: derive(
        sum_entries(X.applyfunc(Lambda(t, sqrt(t**2)))), X
    ),
    "root of a power": lambda: derive(sqrt(Trace(probabilities.T * probabilities)), bounded),
    "root around blocks": lambda: derive(nu(sqrt(Trace(j.T * column * column.T * j))), X),
    "function of a norm of a difference": lambda: derive(
        nu(tanh(log(norm(HadamardProduct(X * wide, X * wide - other))))), X
    ),
    "common factor around blocks": lambda: derive(
        sqrt(Trace(j.T * column * column.T * j)) * X * x, X
    ),
    "a name beside a zero": lambda: derive(
        KroneckerProduct((t * X).applyfunc(exp), tril(ZeroMatrix(1, 1)) ** 3), t
    ),
    "Hessian of a long gradient": lambda: hessian(Determinant(thrice.T * thrice + Identity(n)), X),
    "Hessian of what is written out": lambda: hessian(Trace(written_out * U), U),
    "a derivative named within written-out entries": lambda: derive(
        Abs(Piecewise((U[0, 0], larger), ((t * U)[0, 1], True))), U
    ),
    "a choice by a division by relu": lambda: derive(
        Piecewise((t, inverse_of_relu > 1), (inverse_of_relu, True)), t
    ),
    "huber of a division by relu": lambda: hessian(huber(inverse_of_relu, Rational(1, 3)), t),
    "huber of an oscillation": lambda: derive(huber(sin(1 / Abs(U[0, 0])), Rational(1, 3)), U),
    "huber of a division, of entries": lambda: derive(
        sum_entries(X.applyfunc(Lambda(t, huber(1 / Abs(t), 2)))), X
    ),
    "the larger of a division and another": lambda: derive(Max(1 / Abs(t), 2, t), t),
    "a choice where kinks meet, by a division": lambda: derive(
        apart * Piecewise((t, 1 / t > 1), (2, True)), t
    ),
    "a choice where kinks meet, by a root": lambda: derive(
        apart * Piecewise((t, sqrt(t - 2) > 1), (2, True)), t
    ),
    "the larger one where kinks meet": lambda: derive(apart * Max(t, sqrt(t - 2)), t),
    "sign of a division": lambda: derive(sign(1 / Abs(t)) * Abs(t), t),
    "a slope beside a choice without symbols": lambda: derive(
        absolute(Piecewise((U[0, 0], sin(numbers) > 1), (sin(numbers), True)), Rational(1, 3)), U
    ),
    "bounds beside a choice without symbols": lambda: derive(
        clip(Piecewise((U[0, 0], numbers > 1), (t, True)), 0, 1), U
    ),
    "a slope beside a choice by eigenvalues of zeros": lambda: derive(
        absolute(Piecewise((U[0, 0], zero_eigenvalue > 1), (t, True)), Rational(1, 3)), U
    ),
    "the larger of a number of equal entries and another": lambda: derive(
        maximum(
            Piecewise((t, sum_entries((2 * OneMatrix(2, 1)).applyfunc(sin)) > 1), (1, True)),
            j[0, 0],
        ),
        t,
    ),
    "Hessian of a sum that is written out": lambda: hessian(sum_entries(written_out * U), U),
    "polar factor of a row, around a derivative that has a name": lambda: derive(
        MatrixFunction("nu", (1, n))(polar(x.T).applyfunc(sin)), x
    ),
    "Hessian around a polar factor of a row": lambda: hessian(
        Function("lambda")(khatri_rao(polar(x.T), x * y.T)), x
    ),
    "distances on a diagonal, around a derivative that has a name": lambda: derive(
        nu(softmax(DiagMatrix(squared_distances(DiagMatrix(DiagonalOf(X)), y.T * X)), axis=0)), X
    ),
    "terms that become equal while they are collected": lambda: derive(
        softmax(softmax(squared_distances(x * row, row))).T.applyfunc(sin), row
    ),
    "absolute value that SymPy takes of a complex number": lambda: derive(
        Abs(sum_entries((t * exp(-t)) * X)), t
    ),
    "Hessian that is zero by what cancels": lambda: hessian(
        sqrt(exp(Determinant(projector(X)))), X
    ),
    "projector whose derivative is zero by what cancels": lambda: derive(
        projector(pinv(KroneckerProduct(polar(softmax(X * x)), y.T))), X
    ),
    "a bound that is always met": lambda: derive(clip(Abs(t) + 2, 0, 1) + t, t),
}


@pytest.mark.parametrize("name", FOUND)
def test_it_is_derived(name):
    d = FOUND[name]()
    assert d.replay() == d.result
    assert str(d)
    assert latex(d.result)
    d.verify({size: number for size, number in ((n, 2), (m, 3)) if d.expr.has(size)})


def test_a_transpose_is_pushed_into_a_hadamard_product_within_a_product():
    """No number tells these spellings apart where an inverse beside them has no value."""
    turned = Transpose(B * HadamardProduct(x, y))
    pushed = HadamardProduct(Transpose(x), Transpose(y), evaluate=False) * Transpose(B)
    assert mean_the_same(turned, pushed)
    assert not mean_the_same(turned, 2 * pushed)
    assert not mean_the_same(turned, Transpose(B * HadamardProduct(x, x)))


root = sqrt(-Trace(Identity(n)))


@pytest.mark.parametrize("expr", [Piecewise((t, root > 1), (2, True)), Max(t, root)], ids=str)
def test_what_turns_out_not_to_be_real_is_not_compared(expr):
    """The trace is n, and SymPy raises errors where i√n is compared."""
    with pytest.raises(UndefinedError, match="not real"):
        derive(expr, t)


@pytest.mark.parametrize(
    "expr",
    [Piecewise((t, root + t > 1), (2, True)), relu(t + root), Heaviside(t + root) * Abs(t)],
    ids=str,
)
def test_what_is_real_for_no_real_number_has_no_value(expr):
    with pytest.raises(UnsupportedError, match="the number I is not real"):
        derive(expr, t).verify({n: 2})


def test_a_slope_beside_a_choice_without_symbols_or_an_end_is_refused():
    chosen = Piecewise((U[0, 0], sin(numbers) > 1))
    with pytest.raises(UnsupportedError, match="without symbols"):
        derive(absolute(chosen, Rational(1, 3)), U)


def test_a_matrix_in_a_function_of_entries_is_refused_by_name():
    function = Lambda(t, t * exp(norm(B)) / norm(B))
    with pytest.raises(UnsupportedError, match="a matrix in the elementwise function"):
        derive(sum_entries(HadamardProduct(X, X.applyfunc(function))), X)


def test_high_powers_of_exponentials_are_not_searched_for_others():
    """Polynomials of high degree are taken apart for minutes, and nobody reads them."""
    assert logistic((1 + exp(-t)) ** -3) == Sigmoid(t) ** 3
    assert logistic((1 + exp(-t)) ** -20) is None
    ratio = (exp(t) - exp(-t)) / (exp(t) + exp(-t))
    assert hyperbolic(ratio) == tanh(t)
    assert hyperbolic(ratio**9) is None
